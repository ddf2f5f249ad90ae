package expect

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"dispatchmock/internal/jsonx"
)

// maxDifferences is how many differences of a body are returned.
const maxDifferences = 10

// comparison gathers where a JSON value is not as wanted.
type comparison struct {
	subset      bool // more members than wanted are no difference
	differences []Difference
}

func (c *comparison) add(at, want, got string) {
	if len(c.differences) < maxDifferences {
		c.differences = append(c.differences, Difference{at, jsonx.Cut(want, maxCut), jsonx.Cut(got, maxCut)})
	}
}

func (c *comparison) compare(at string, want, got any) {
	switch want := want.(type) {
	case map[string]any:
		if object, ok := got.(map[string]any); ok {
			c.objects(at, want, object)
			return
		}
	case []any:
		if array, ok := got.([]any); ok {
			c.arrays(at, want, array)
			return
		}
	case json.Number:
		if n, ok := got.(json.Number); ok && sameNumber(want.String(), n.String()) {
			return
		}
	default: // nil, bool and string
		if want == got {
			return
		}
	}
	c.add(at, printed(want), printed(got))
}

func (c *comparison) objects(at string, want, got map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		here := at + "/" + jsonx.Escape(name)
		if v, ok := got[name]; ok {
			c.compare(here, want[name], v)
		} else {
			c.add(here, printed(want[name]), "absent")
		}
	}
	if c.subset {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[name]; !ok {
			c.add(at+"/"+jsonx.Escape(name), "absent", printed(got[name]))
		}
	}
}

func (c *comparison) arrays(at string, want, got []any) {
	if len(want) != len(got) {
		c.add(at, fmt.Sprintf("%d items", len(want)), fmt.Sprintf("%d items", len(got)))
	}
	for i := range min(len(want), len(got)) {
		c.compare(at+"/"+strconv.Itoa(i), want[i], got[i])
	}
}

func printed(v any) string {
	b, err := jsonx.AppendJSON(nil, v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// sameNumber reports whether two JSON numbers have the same value. They are
// compared by their digits: no float has room for all, and 1e999999999 written
// out has more digits than memory has.
func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	return decimalOf(a) == decimalOf(b)
}

// decimal is 0.digits × 10^exponent; the digits neither begin nor end with 0.
type decimal struct {
	negative bool
	digits   string
	exponent int64
}

func decimalOf(literal string) decimal {
	digits, negative := strings.CutPrefix(literal, "-")
	var exponent int64
	if i := strings.IndexAny(digits, "eE"); i >= 0 {
		e, err := strconv.ParseInt(strings.TrimPrefix(digits[i+1:], "+"), 10, 64)
		if err != nil || e > 1<<60 || e < -1<<60 {
			return decimal{digits: literal} // the same only if written the same
		}
		digits, exponent = digits[:i], e
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	digits = whole + fraction
	exponent += int64(len(whole))
	trimmed := strings.TrimLeft(digits, "0")
	exponent -= int64(len(digits) - len(trimmed))
	trimmed = strings.TrimRight(trimmed, "0")
	if trimmed == "" {
		return decimal{} // 0 and -0 are alike
	}
	return decimal{negative, trimmed, exponent}
}
