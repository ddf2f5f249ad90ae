package expect

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/journal"
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

// matches reports whether an exchange has all that is known.
func (m *matcher) matches(x *exchange.Exchange) bool {
	return !slices.ContainsFunc(m.fields, func(f field) bool { return len(f.differences(x)) > 0 })
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
	want = jsonx.Cut(want, maxCut)
	return field{name, want, func(x *exchange.Exchange) []Difference {
		got, ok := value(x)
		if ok {
			return nil
		}
		return []Difference{{name, want, cmp.Or(jsonx.Cut(got, maxCut), "none")}}
	}}
}

// memberField wants what a member of a matcher says.
func memberField(member, want string) field {
	switch member {
	case "path":
		return simple(member, want, func(x *exchange.Exchange) (string, bool) { return x.Path, journal.MatchPath(want, x.Path) })
	case "status":
		least, most, _ := journal.StatusRange(want)
		return simple(member, want, func(x *exchange.Exchange) (string, bool) {
			return strconv.Itoa(x.Status), x.Status >= least && x.Status <= most
		})
	}
	value, shown := valueOf[member], func(s string) string { return s }
	if member == "client_id" || member == "scenario" {
		shown = strconv.Quote
	}
	return simple(member, shown(want), func(x *exchange.Exchange) (string, bool) { return shown(value(x)), value(x) == want })
}

// valueOf has the members that an exchange must have as they are written.
var valueOf = map[string]func(x *exchange.Exchange) string{
	"method":    func(x *exchange.Exchange) string { return x.Method },
	"client_id": func(x *exchange.Exchange) string { return x.ClientID },
	"tenant":    func(x *exchange.Exchange) string { return strconv.FormatInt(x.Tenant, 10) },
	"version":   func(x *exchange.Exchange) string { return x.VersionUsed },
	"verdict":   func(x *exchange.Exchange) string { return string(x.Verdict()) },
	"scenario":  func(x *exchange.Exchange) string { return x.Scenario },
}

// headerEquals wants a value in one of the fields of a name. Of a token the
// journal has only what replaces it, and that is compared.
func headerEquals(name, want string) field {
	shown := redact.Field(name, want)
	return headerField(name, strconv.Quote(shown), func(got string) bool { return got == want || got == shown })
}

// headerField wants a value that is ok in one of the fields of a name; where ok
// is nil, no field of the name.
func headerField(name, want string, ok func(value string) bool) field {
	return simple("header "+name, want, func(x *exchange.Exchange) (string, bool) {
		var values, quoted []string
		for _, f := range x.Request.Fields() {
			if strings.EqualFold(f.Name, name) {
				values, quoted = append(values, f.Value), append(quoted, strconv.Quote(f.Value))
			}
		}
		if ok == nil {
			return strings.Join(quoted, " and "), len(values) == 0
		}
		return cmp.Or(strings.Join(quoted, " and "), "absent"), slices.ContainsFunc(values, ok)
	})
}

// bodyField wants a body of JSON: the same value, or one that contains it.
func bodyField(want any, subset bool) field {
	shown := jsonx.Cut(printed(want), maxCut)
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
			return []Difference{{"body", shown, jsonx.Cut("no JSON: "+err.Error(), maxCut)}}
		}
		c := comparison{subset: subset}
		c.compare("body", want, got)
		return c.differences
	}}
}

// maxCut is the length in bytes at which a value is cut in a result.
const maxCut = 300
