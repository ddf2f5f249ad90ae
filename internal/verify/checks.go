package verify

import (
	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
)

// check decides a case: it returns the differences, or an error that says why
// the case is not decided.
type check func(*run) ([]Difference, error)

// errSkip says that there is nothing to decide.
type errSkip string

func (e errSkip) Error() string { return string(e) }

// errUndecided says which failure hides the fact.
type errUndecided string

func (e errUndecided) Error() string { return string(e) }

// doesNotHold is the reason of a case that the failure of another hides.
func doesNotHold(name string) error { return errUndecided(name + " does not hold") }

// asking gets the answer that a case is about.
type asking func(*run) (*answer, error)

// request makes a probe from the options of a run.
type request func(*run) probe

// alone sends the request, whatever became of others.
func (q request) alone(r *run) (*answer, error) { return r.get(q(r)) }

// send sends the request if the valid request of its method gets the record:
// otherwise a refusal proves nothing.
func (q request) send(r *run) (*answer, error) {
	p := q(r)
	if err := r.works(p.method); err != nil {
		return nil, err
	}
	return r.get(p)
}

// refusal sends the request and returns a refusal; that it is refused is the
// fact of another case.
func (q request) refusal(other string) asking {
	return func(r *run) (*answer, error) {
		a, err := q.send(r)
		if err == nil && !refused(a.status) {
			return nil, doesNotHold(other)
		}
		return a, err
	}
}

// checkStatus returns the check that the status of an answer is as wanted; want
// says the same in words.
func checkStatus(ask asking, want string, wanted func(status int) bool) check {
	return func(r *run) ([]Difference, error) {
		a, err := ask(r)
		if err != nil {
			return nil, err
		}
		return a.checkStatus(want, wanted), nil
	}
}

func is(want int) func(int) bool { return func(status int) bool { return status == want } }

// refused reports that the server blamed the request.
func refused(status int) bool { return status >= 400 && status < 500 }

func noServerError(status int) bool { return status < 500 }

// checkEach returns the check of each of many answers.
func checkEach(answers func(*run) ([]*answer, error), differences func(*run, *answer) []Difference) check {
	return func(r *run) ([]Difference, error) {
		list, err := answers(r)
		if err != nil {
			return nil, err
		}
		var all []Difference
		for _, a := range list {
			all = append(all, differences(r, a)...)
		}
		return all, nil
	}
}

// each returns the check of every answer of the run.
func each(differences func(*answer) []Difference) check {
	return checkEach((*run).all, func(_ *run, a *answer) []Difference { return differences(a) })
}

// factOf begins the case of a member's own rule.
func factOf(p contract.Place) Case {
	return Case{Grade: gradeOf(p.Doc["$comment"], ""), Documented: jsonx.Text(p.Doc["description"]), Source: p.Schema}
}

// namesOf returns the names of places.
func namesOf(places []contract.Place) []string {
	names := make([]string, len(places))
	for i, p := range places {
		names[i] = p.Name
	}
	return names
}

// differencesOf returns the violations by a body at the places that are meant.
func (a *answer) differencesOf(violations []exchange.Violation, meant func(path []string) bool) []Difference {
	var differences []Difference
	for _, v := range violations {
		if !meant(jsonx.Tokens(v.Pointer)) {
			continue
		}
		got := v.Value
		if v.Rule == "required" {
			got = "no such member"
		}
		differences = append(differences, a.differs("/body"+v.Pointer, v.Hint, got)...)
	}
	return differences
}
