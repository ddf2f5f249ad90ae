package verify

import (
	"fmt"
	"slices"
	"strings"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
)

// refusals returns the answers that are errors.
func (r *run) refusals() ([]*answer, error) {
	return r.some("no answer is an error: see get/authorization/absent/refused", func(a *answer) bool { return a.status >= 400 && a.method != "TRACE" })
}

// errors adds the rules of an error: its body and its status line.
func (k *catalogue) errors() {
	m, _ := k.c.Unmatched().Reply(k.oldest, 400)
	if m == nil {
		return
	}
	add := func(name string, c Case, differences func(*run, *answer) []Difference) {
		c.Name, c.check = "error/"+name, checkEach((*run).refusals, differences)
		k.add(c)
	}
	violations := func(meant func([]string) bool) func(*run, *answer) []Difference {
		return func(r *run, a *answer) []Difference {
			if a.object() == nil {
				return nil // error/json says so
			}
			return a.differencesOf(m.Validate(a.tree, exchange.PartBody, r.Now()), meant)
		}
	}
	whole := Case{Grade: gradeOf(m.Document()["$comment"], ""), Documented: m.Description()}
	whole.Source = m.Rule("type")
	add("json", whole, func(_ *run, a *answer) []Difference {
		if a.object() != nil {
			return nil
		}
		return a.differs("/body", "a JSON object", fmt.Sprintf("%.120q", a.body))
	})
	for _, place := range m.Places() {
		add(place.Name, factOf(place), violations(func(path []string) bool { return within(path, place.Path) }))
	}
	names := namesOf(m.Places())
	whole.Source = m.Rule("additionalProperties")
	add("no-others", whole, violations(func(path []string) bool { return len(path) > 0 && !slices.Contains(names, path[0]) }))
	add("reason", Case{Grade: Vendor, Documented: "The status line's reason phrase says what the body says, as FIELD: DETAIL.", Source: sourceStarted},
		func(_ *run, a *answer) []Difference {
			field, detail := jsonx.Text(a.object()["field"]), jsonx.Text(a.object()["detail"])
			if want := field + ": " + detail; field != "" && detail != "" && !samePhrase(a.reason, want) {
				return a.differs("/reason", want, a.reason)
			}
			return nil // the members' own cases say what is missing
		})
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
