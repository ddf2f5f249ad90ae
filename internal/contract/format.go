package contract

import (
	"net/http"
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/xeipuuv/gojsonschema"

	"dispatchmock/internal/model"
)

// format is a string format that the schemas may name, with the words that
// say to a person what it asks, and a pattern of every valid text, which says
// nearly as much to other tools; "" where none is worth it.
type format struct {
	valid   func(string) bool
	meaning string
	shape   string
}

// pastTimestamp is the one format that depends on the clock.
const pastTimestamp = "cro-past-timestamp"

// formats returns every format that a schema may name; meta/schema.json lists
// the same names.
func formats() map[string]format {
	return map[string]format{
		"accepts-json": {acceptsJSON, "a list of media ranges that admits application/json, for example application/json or */*", ""},
		"cro-date": {func(s string) bool { _, err := time.Parse(time.DateOnly, s); return err == nil },
			"a date of the form 2006-01-02", `^[0-9]{4}-[01][0-9]-[0-3][0-9]$`},
		pastTimestamp: {validTimestamp, "a time in the past of the form 2018-06-13T19:50:20.867000, without a zone",
			`^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{6})?$`},
		"email-list": {validEmails, "one or more e-mail addresses separated by commas", ""},
		"http-date": {validHTTPDate, "an HTTP date, for example Sat, 20 Aug 2022 01:38:16 GMT",
			`^[A-Z][a-z]{2}, [0-3][0-9] [A-Z][a-z]{2} [0-9]{4} [0-2][0-9]:[0-5][0-9]:[0-5][0-9] GMT$`},
		"uuid": {func(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }, "a UUID of 36 characters, for example ed5b5458-1f72-41d7-b8ad-f1757de1ec4f", ""},
	}
}

// register makes the formats known to gojsonschema, whose registry is the
// process's; all contracts ask the same of a format, so once is enough.
var register = sync.OnceFunc(func() {
	for name, f := range formats() {
		gojsonschema.FormatCheckers.Add(name, checker(f.valid))
	}
})

type checker func(string) bool

// IsFormat implements gojsonschema.FormatChecker; formats speak of strings
// only.
func (c checker) IsFormat(v any) bool {
	s, ok := v.(string)
	return !ok || c(s)
}

// validHTTPDate asks for the one form that is printed; time.Parse alone takes
// any day of the week, hours of one digit and fractions of a second.
func validHTTPDate(s string) bool {
	t, err := time.Parse(http.TimeFormat, s)
	return err == nil && t.Format(http.TimeFormat) == s
}

func validTimestamp(s string) bool {
	_, err := model.ParseTimestamp(s)
	return err == nil
}

func validEmails(s string) bool {
	if strings.TrimSpace(s) == "" {
		return true
	}
	for one := range strings.SplitSeq(s, ",") {
		one = strings.TrimSpace(one)
		if a, err := mail.ParseAddress(one); err != nil || a.Address != one {
			return false
		}
	}
	return true
}

var mediaRange = regexp.MustCompile(`^\s*([!#$%&'*+.^_|~0-9A-Za-z-]+)/([!#$%&'*+.^_|~0-9A-Za-z-]+)\s*((?:;[^;]*)*)$`)

// acceptsJSON applies RFC 9110, section 12.5.1: the most specific range that
// covers application/json decides, and a weight of 0 refuses.
func acceptsJSON(s string) bool {
	best, admitted := -1, false
	for one := range strings.SplitSeq(s, ",") {
		if strings.TrimSpace(one) == "" {
			continue // empty list members mean nothing (RFC 9110, 5.6.1)
		}
		m := mediaRange.FindStringSubmatch(one)
		if m == nil {
			continue
		}
		rank := -1
		switch typ, sub := strings.ToLower(m[1]), strings.ToLower(m[2]); {
		case typ == "application" && sub == "json":
			rank = 2
		case typ == "application" && sub == "*":
			rank = 1
		case typ == "*" && sub == "*":
			rank = 0
		}
		if rank > best {
			best, admitted = rank, weight(m[3]) > 0
		}
	}
	return admitted
}

// weight returns the q parameter of a media range, 1 where there is none.
func weight(parameters string) float64 {
	for p := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil || q < 0 || q > 1 {
				return 0
			}
			return q
		}
	}
	return 1
}
