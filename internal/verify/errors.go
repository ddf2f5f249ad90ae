package verify

import (
	"fmt"
	"slices"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
)

// refusals returns the answers that tell of an error.
func (r *run) refusals() ([]*answer, error) {
	answers, err := r.all()
	if err != nil {
		return nil, err
	}
	var refusals []*answer
	for _, a := range answers {
		if a.status >= 400 && a.method != "TRACE" {
			refusals = append(refusals, a)
		}
	}
	if len(refusals) == 0 {
		return nil, errUndecided("no answer is an error: see get/authorization/absent/refused")
	}
	return refusals, nil
}

// errors adds the rules of an error: its body and its status line.
func (k *catalogue) errors() {
	m, _ := k.c.Otherwise().Reply(k.oldest, 400)
	if m == nil {
		return
	}
	documented, comment := m.Description(), m.Document()["$comment"]
	sweep := func(name string, g Grade, documented, source string, validate func(*run, *answer) []Difference) {
		k.add(Case{Name: "error/" + name, Grade: g, Documented: documented, Source: source, check: func(r *run) ([]Difference, error) {
			refusals, err := r.refusals()
			var differences []Difference
			for _, a := range refusals {
				differences = append(differences, validate(r, a)...)
			}
			return differences, err
		}})
	}
	sweep("json", gradeOf(comment, ""), documented, m.Rule("type"), func(_ *run, a *answer) []Difference {
		if a.object() != nil {
			return nil
		}
		return []Difference{a.differs("/body", "a JSON object", fmt.Sprintf("%.120q", a.body))}
	})
	var names []string
	for _, place := range m.Places() {
		names = append(names, place.Name)
		text, _ := place.Doc["description"].(string)
		sweep(place.Name, gradeOf(place.Doc["$comment"], ""), text, place.Schema, func(r *run, a *answer) []Difference {
			return validateError(r, m, a, func(path []string) bool { return within(path, place.Path) })
		})
	}
	sweep("no-others", gradeOf(comment, ""), documented, m.Rule("additionalProperties"), func(r *run, a *answer) []Difference {
		return validateError(r, m, a, func(path []string) bool { return len(path) > 0 && !slices.Contains(names, path[0]) })
	})
	sweep("reason", Vendor, "The status line's reason phrase says what the body says, as FIELD: DETAIL.", "the vendor's getting-started page", func(_ *run, a *answer) []Difference {
		field, ok := a.object()["field"].(string)
		detail, okToo := a.object()["detail"].(string)
		if want := field + ": " + detail; ok && okToo && field != "" && detail != "" && !samePhrase(a.reason, want) {
			return []Difference{a.differs("/reason", want, a.reason)}
		}
		return nil // the members' own cases say what is missing
	})
}

func validateError(r *run, m *contract.Model, a *answer, meant func([]string) bool) []Difference {
	if a.object() == nil {
		return nil // error/json says so
	}
	var differences []Difference
	for _, f := range m.Validate(a.tree, exchange.PartBody, r.Now()) {
		if meant(jsonx.Tokens(f.Pointer)) {
			got := f.Value
			if f.Rule == "required" {
				got = "no such member"
			}
			differences = append(differences, a.differs("/body"+f.Pointer, f.Hint, got))
		}
	}
	return differences
}

// shortestCut is the length below which nobody needs to cut a reason phrase.
const shortestCut = 100

// samePhrase compares a reason phrase with what it should say. A status line
// holds printable ASCII only, and clients refuse lines of a few kilobytes: so
// other characters may have another in their place, and the end may be cut.
func samePhrase(got, want string) bool {
	if got == want {
		return true
	}
	cut, isCut := strings.CutSuffix(got, "...")
	if isCut && len(cut) >= shortestCut && len(cut) < len(want) {
		got, want = cut, want[:len(cut)]
	}
	if len(got) != len(want) {
		return false
	}
	for i := range len(got) {
		if printable := want[i] >= ' ' && want[i] <= '~'; printable && got[i] != want[i] {
			return false
		}
	}
	return true
}
