package verify

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"dispatchmock/internal/contract"
)

// way is one way in which a value can be sent: right, wrong, or at a boundary.
// Whether it is right is not for the way to say: the schema validates.
type way struct {
	name string
	// texts returns the lines that are sent in the place of the valid value.
	texts func(valid string) []string
	// same says that, if it is right, it means what the valid value means.
	same bool
	// cap is the best grade that a case of this way can have: whether it is
	// wrong can be less certain than the rule as a whole.
	cap Grade
	// topic is that of the grade where the way is right.
	topic string
}

func one(text string) func(string) []string { return func(string) []string { return []string{text} } }

func changed(f func(string) string) func(string) []string {
	return func(valid string) []string { return []string{f(valid)} }
}

func absent(string) []string { return nil }

func asItIs(valid string) []string { return []string{valid} }

// waysOf returns the ways that a member's rules give reason for.
func waysOf(p contract.Place) []way {
	ways := []way{
		{name: "absent", texts: absent, same: true, cap: Page},
		{name: "empty", texts: one(""), cap: Page},
		{name: "placeholder", texts: one("{" + p.Name + "}"), cap: Page},
		{name: "twice", texts: func(valid string) []string { return []string{valid, valid} }, same: true, cap: Assumed},
	}
	format, _ := p.Doc["format"].(string)
	list, _ := p.Doc["enum"].([]any)
	switch {
	case p.Doc["type"] == "integer":
		return append(ways, integerWays(p)...)
	case p.Doc["writeOnly"] == true:
		return append(ways, secretWays(p)...)
	case list != nil:
		return append(ways, enumWays(p, list)...)
	case format == "uuid":
		return append(ways, uuidWays()...)
	case format == "accepts-json":
		return append(ways, acceptWays()...)
	}
	return append(ways, mediaTypeWays(p)...)
}

// integerWays are derived from the valid value, so that a server that takes a
// wrong one for a number takes it for the same number.
func integerWays(p contract.Place) []way {
	ways := []way{
		{name: "text", texts: one("abc"), cap: Page},
		{name: "fraction", texts: changed(func(v string) string { return v + ".5" }), cap: Page},
		{name: "exponent", texts: changed(func(v string) string { return v + "e0" }), cap: Assumed},
		{name: "plus", texts: changed(func(v string) string { return "+" + v }), cap: Assumed},
		{name: "leading-zero", texts: changed(func(v string) string { return "0" + v }), cap: Assumed},
		{name: "hexadecimal", texts: changed(hexadecimal), cap: Assumed},
		{name: "digits-of-another-script", texts: changed(arabic), cap: Assumed},
	}
	bound := func(name, word string, beyond int64) {
		n, ok := p.Doc[word].(json.Number)
		if !ok {
			return
		}
		v, ok := new(big.Int).SetString(string(n), 10)
		if !ok {
			return
		}
		ways = append(ways, way{name: name, texts: one(v.String()), cap: Assumed, topic: topicBits},
			way{name: fmt.Sprintf("%s%+d", name, beyond), texts: one(v.Add(v, big.NewInt(beyond)).String()), cap: Assumed})
	}
	bound("min", "minimum", -1)
	bound("max", "maximum", +1)
	return ways
}

func hexadecimal(v string) string {
	n, _ := new(big.Int).SetString(v, 10)
	return fmt.Sprintf("0x%x", n)
}

// arabic writes digits as Arabic does.
func arabic(v string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '٠' + r - '0'
		}
		return r
	}, v)
}

// secretWays are those of a scheme and a token.
func secretWays(p contract.Place) []way {
	token := func(valid string) string { _, t, _ := strings.Cut(valid, " "); return t }
	ways := []way{
		{name: "lower-case-scheme", texts: changed(func(v string) string { return "bearer " + token(v) }), same: true, cap: Page},
		{name: "upper-case-scheme", texts: changed(func(v string) string { return "BEARER " + token(v) }), same: true, cap: Page, topic: topicCase},
		{name: "scheme-alone", texts: one("Bearer"), cap: Page},
		{name: "token-alone", texts: changed(token), cap: Page},
		{name: "other-scheme", texts: one("Basic dXNlcjpwYXNz"), cap: Page},
		{name: "two-spaces", texts: changed(func(v string) string { return "Bearer  " + token(v) }), cap: Page},
		{name: "other-character", texts: changed(func(v string) string { return v + "#" }), cap: Page},
		{name: "token-of-2", texts: one("Bearer ab"), cap: Page},
	}
	return append(ways, lengthWays(p, way{}, func(_ string, n int) string {
		return "Bearer " + strings.Repeat("a", max(n-len("Bearer "), 0))
	})...)
}

// enumWays are wrong ones only; each right one is a case of the versions.
func enumWays(p contract.Place, list []any) []way {
	first, _ := list[0].(string)
	ways := []way{
		{name: "unknown", texts: one("1999/12/31"), cap: Page},
		{name: "dashes", texts: one(strings.ReplaceAll(first, "/", "-")), cap: Page},
		{name: "truncated", texts: one(first[:max(len(first)-1, 0)]), cap: Page},
		{name: "trailing-text", texts: one(first + "x"), cap: Page},
	}
	return append(ways, lengthWays(p, way{}, func(_ string, n int) string { return strings.Repeat("2", n) })...)
}

func uuidWays() []way {
	replace := func(old, with string) func(string) []string {
		return changed(func(v string) string { return strings.ReplaceAll(v, old, with) })
	}
	return []way{
		{name: "valid", texts: asItIs, same: true, cap: Page},
		{name: "capitals", texts: changed(strings.ToUpper), same: true, cap: Inferred},
		{name: "nil", texts: one("00000000-0000-0000-0000-000000000000"), same: true, cap: Inferred},
		{name: "not-a-uuid", texts: one("not-a-uuid"), cap: Page},
		{name: "other-character", texts: changed(func(v string) string { return v[:len(v)-1] + "g" }), cap: Page},
		{name: "length-35", texts: changed(func(v string) string { return v[:len(v)-1] }), cap: Page},
		{name: "length-37", texts: changed(func(v string) string { return v + "0" }), cap: Page},
		{name: "without-dashes", texts: replace("-", ""), cap: Assumed},
		{name: "braces", texts: changed(func(v string) string { return "{" + v + "}" }), cap: Assumed},
		{name: "urn", texts: changed(func(v string) string { return "urn:uuid:" + v }), cap: Assumed},
	}
}

func acceptWays() []way {
	return []way{
		{name: "valid", texts: asItIs, same: true, cap: Page},
		{name: "any", texts: one("*/*"), same: true, cap: Page},
		{name: "any-application", texts: one("application/*"), same: true, cap: Page},
		{name: "browser", texts: one("text/html,application/xhtml+xml,*/*;q=0.8"), same: true, cap: Page},
		{name: "other-type", texts: one("text/html"), cap: Page},
		{name: "weight-0", texts: one("application/json;q=0"), cap: Page},
	}
}

func mediaTypeWays(p contract.Place) []way {
	ways := []way{
		{name: "valid", texts: asItIs, same: true, cap: Page},
		{name: "capitals", texts: one("Application/JSON"), same: true, cap: Inferred},
		{name: "charset", texts: changed(func(v string) string { return v + "; charset=utf-8" }), same: true, cap: Page, topic: topicParameters},
		{name: "other-type", texts: one("text/plain"), cap: Page},
		{name: "longer-type", texts: changed(func(v string) string { return v + "x" }), cap: Page},
		{name: "form", texts: one("application/x-www-form-urlencoded"), cap: Page},
	}
	return append(ways, lengthWays(p, way{same: true, topic: topicParameters}, func(valid string, n int) string {
		valid += "; p="
		return valid + strings.Repeat("p", max(n-len(valid), 0))
	})...)
}

// lengthWays are the longest text that a rule allows, and one character more;
// right has what more is known of the first.
func lengthWays(p contract.Place, right way, text func(valid string, n int) string) []way {
	most, _ := p.Doc["maxLength"].(json.Number)
	n, _ := strconv.Atoi(string(most))
	if n == 0 {
		return nil
	}
	ways := []way{right, {}}
	for i := range ways {
		ways[i].name, ways[i].cap = fmt.Sprintf("length-%d", n+i), Page
		ways[i].texts = changed(func(valid string) string { return text(valid, n+i) })
	}
	return ways
}
