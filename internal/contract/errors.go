package contract

import (
	"slices"
	"strings"

	"dispatchmock/internal/jsonx"

	"github.com/xeipuuv/gojsonschema"
)

// ruleMore is the rule of the finding that says how many more there are. No
// place has that name, so that whoever ignores places does not ignore what
// was not looked at.
const ruleMore = "more"

// located is an error of the library with what orders it.
type located struct {
	gojsonschema.ResultError
	missing bool
	pointer string
}

func (a located) compare(b located) int {
	return compareErrors(a.missing, b.missing, a.pointer, b.pointer)
}

// firstErrors returns the errors that come first in the order of findings, and
// how many more there are. The library stops at nothing and sorts nothing.
func firstErrors(all []gojsonschema.ResultError) (first []gojsonschema.ResultError, more int) {
	var kept []located
	for _, e := range all {
		if isBranch(e) {
			continue
		}
		l := located{e, e.Type() == "required", errorPointer(e)}
		full := len(kept) == jsonx.MaxShown
		if full {
			more++
			if l.compare(kept[jsonx.MaxShown-1]) >= 0 {
				continue
			}
			kept = kept[:jsonx.MaxShown-1]
		}
		at := len(kept) // behind those that are alike
		for at > 0 && l.compare(kept[at-1]) < 0 {
			at--
		}
		kept = slices.Insert(kept, at, l)
	}
	for _, l := range kept {
		first = append(first, l.ResultError)
	}
	return first, more
}

// errorPointer returns the place that an error's finding names.
func errorPointer(e gojsonschema.ResultError) string {
	tokens := errorPath(e)
	for _, name := range []string{"property", "dependency"} {
		if member, ok := e.Details()[name].(string); ok {
			return jsonx.Pointer(append(tokens, member))
		}
	}
	return jsonx.Pointer(tokens)
}

func errorPath(e gojsonschema.ResultError) []string {
	return strings.Split(e.Context().String("\x00"), "\x00")[1:]
}
