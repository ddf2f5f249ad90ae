package journal

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/redact"
)

// Difference is one field in which an exchange is not as expected.
type Difference struct {
	Field    string `json:"field"`
	Expected string `json:"expected"`
	Got      string `json:"got"`
}

// matcher is what is known of a request; at is where the expectation says it.
type matcher struct {
	at     string
	fields []field
}

// field is one thing that is known.
type field struct {
	name string
	want string
	// differences are those of an exchange that is not as wanted.
	differences func(x *exchange.Exchange) []Difference
}

// matches reports whether all that is known is so.
func (m *matcher) matches(x *exchange.Exchange) bool {
	for _, f := range m.fields {
		if len(f.differences(x)) > 0 {
			return false
		}
	}
	return true
}

// compare counts the fields that are as wanted and returns what differs in the
// others.
func (m *matcher) compare(x *exchange.Exchange) (matching int, differences []Difference) {
	for _, f := range m.fields {
		d := f.differences(x)
		if len(d) == 0 {
			matching++
		}
		differences = append(differences, d...)
	}
	return matching, differences
}

// String says what is known in words.
func (m *matcher) String() string {
	var b strings.Builder
	b.WriteString("a request")
	rest := m.fields
	if len(rest) > 0 && rest[0].name == "method" {
		b.Reset()
		b.WriteString(rest[0].want)
		rest = rest[1:]
	}
	if len(rest) > 0 && rest[0].name == "path" {
		b.WriteString(" " + rest[0].want)
		rest = rest[1:]
	}
	for i, f := range rest {
		b.WriteString([]string{" with ", ", "}[min(i, 1)])
		b.WriteString(f.name + " " + f.want)
	}
	return b.String()
}

// simple is a field of one value; ok says whether the value is as wanted.
func simple(name, want string, value func(x *exchange.Exchange) (got string, ok bool)) field {
	want = cut(want)
	return field{name, want, func(x *exchange.Exchange) []Difference {
		got, ok := value(x)
		if ok {
			return nil
		}
		return []Difference{{name, want, cmp.Or(cut(got), "none")}}
	}}
}

func methodField(want string) field {
	return simple("method", want, func(x *exchange.Exchange) (string, bool) { return x.Method, x.Method == want })
}

func pathField(want string) field {
	return simple("path", want, func(x *exchange.Exchange) (string, bool) { return x.Path, glob(want, x.Path) })
}

func clientField(want string) field {
	return simple("client_id", strconv.Quote(want), func(x *exchange.Exchange) (string, bool) {
		return strconv.Quote(x.ClientID), x.ClientID == want
	})
}

func tenantField(want int64) field {
	return simple("tenant", strconv.FormatInt(want, 10), func(x *exchange.Exchange) (string, bool) {
		return strconv.FormatInt(x.Tenant, 10), x.Tenant == want
	})
}

func versionField(want string) field {
	return simple("version", want, func(x *exchange.Exchange) (string, bool) { return x.VersionUsed, x.VersionUsed == want })
}

func statusField(want string) field {
	least, most, _ := statusRange(want)
	return simple("status", want, func(x *exchange.Exchange) (string, bool) {
		return strconv.Itoa(x.Status), x.Status >= least && x.Status <= most
	})
}

func verdictField(want string) field {
	return simple("verdict", want, func(x *exchange.Exchange) (string, bool) {
		return string(x.Verdict()), string(x.Verdict()) == want
	})
}

func scenarioField(want string) field {
	return simple("scenario", strconv.Quote(want), func(x *exchange.Exchange) (string, bool) {
		return strconv.Quote(x.Scenario), x.Scenario == want
	})
}

// headerEquals wants a value in one of the fields of a name. Of a token the
// journal has only what stands in its place, so that is compared.
func headerEquals(name, want string) field {
	shown := redact.Field(name, want)
	return header(name, strconv.Quote(shown), func(got string) bool { return got == want || got == shown })
}

func headerMatches(name string, re *regexp.Regexp) field {
	return header(name, "that matches "+re.String(), re.MatchString)
}

func header(name, want string, ok func(value string) bool) field {
	return simple("header "+name, want, func(x *exchange.Exchange) (string, bool) {
		values := valuesOf(x, name)
		for _, v := range values {
			if ok(v) {
				return "", true
			}
		}
		return quoteAll(values), false
	})
}

func headerAbsent(name string) field {
	return simple("header "+name, "absent", func(x *exchange.Exchange) (string, bool) {
		values := valuesOf(x, name)
		return quoteAll(values), len(values) == 0
	})
}

func valuesOf(x *exchange.Exchange, name string) []string {
	var values []string
	for _, f := range x.Request.Fields() {
		if strings.EqualFold(f.Name, name) {
			values = append(values, f.Value)
		}
	}
	return values
}

func quoteAll(values []string) string {
	if len(values) == 0 {
		return "absent"
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strconv.Quote(v)
	}
	return strings.Join(quoted, " and ")
}

// bodyField wants a body of JSON: the same value, or one that contains it.
func bodyField(want any, subset bool) field {
	shown := cut(printed(want))
	if subset {
		shown = "that contains " + shown
	}
	return field{"body", shown, func(x *exchange.Exchange) []Difference {
		body := &x.Request
		if body.Size > int64(len(body.Body)) {
			return []Difference{{"body", shown, fmt.Sprintf("%d bytes, of which only %d were kept", body.Size, len(body.Body))}}
		}
		if len(body.Body) == 0 {
			return []Difference{{"body", shown, "no body"}}
		}
		got, err := jsonx.Parse(body.Body)
		if err != nil {
			return []Difference{{"body", shown, cut("no JSON: " + err.Error())}}
		}
		c := comparison{subset: subset}
		c.compare("body", want, got)
		return c.differences
	}}
}

// maxCut is the length in bytes at which a value is cut in a result.
const maxCut = 300

// cut shortens a value for a person.
func cut(s string) string {
	if len(s) <= maxCut {
		return s
	}
	return strings.ToValidUTF8(s[:maxCut], "") + "…"
}
