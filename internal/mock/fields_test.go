package mock_test

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"dispatchmock/internal/app"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/testkit"
)

// pageField says which values a response's member may have. The figures are
// the page's, written here by hand: neither the schemas nor the renderer is
// asked. (I: null, where the sample shows one, and where a member is
// conditional.)
type pageField struct {
	good, bad []any
	absent    bool // may be left out
	newest    string
}

func letters(n int) string { return strings.Repeat("é", n) }

func integers() pageField {
	return pageField{good: []any{number("0"), number("1"), number("-1"), number("9223372036854775807"), number("-9223372036854775808")},
		bad: []any{"1", number("1.5"), true, []any{}, number("9223372036854775808")}}
}

func text(least, most int, null bool) pageField {
	f := pageField{good: []any{letters(most), letters(max(least, 1))}, bad: []any{letters(most + 1), number("1"), true, []any{}}}
	if least == 0 {
		f.good = append(f.good, "")
	} else {
		f.bad = append(f.bad, "")
	}
	return f.orNull(null)
}

func (f pageField) orNull(null bool) pageField {
	if null {
		f.good = append(f.good, nil)
	} else {
		f.bad = append(f.bad, nil)
	}
	return f
}

func (f pageField) conditional() pageField {
	f.absent = true
	return f.orNull(true)
}

func truth() pageField {
	return pageField{good: []any{true, false}, bad: []any{"true", "False", number("0"), number("1"), number("2")}}
}

// times are in the past of the clock, 2022-08-20T01:38:16 (sampleTime).
func times() pageField {
	return pageField{good: []any{"2018-06-13T19:50:20.867000", "2022-08-20T01:38:15.999999", "1970-01-01T00:00:00.000000"},
		bad: []any{"2022-08-20T01:38:16.000001", "2099-01-01T00:00:00.000000", "2018-06-13", "", "yesterday", "2018-02-30T00:00:00.000000",
			"2018-06-13T19:50:20.867000Z", number("1528919420"), nil}}
}

// pageFields has each member that the page lists under Response Body.
var pageFields = map[string]pageField{
	"account_number_1": text(0, 128, true),
	"account_number_2": text(0, 128, true),
	"addresses":        {good: []any{[]any{}}, bad: []any{map[string]any{}, "x", nil, []any{number("1")}, []any{map[string]any{}}}},
	"contacts":         {good: []any{[]any{}}, bad: []any{map[string]any{}, "x", nil, []any{number("1")}, []any{map[string]any{}}}},
	"created_on":       times(),
	"customer_id":      integers().orNull(false).renamed("id"),
	"is_active":        truth().orNull(false),
	"is_commercial":    truth().conditional(),
	"last_updated_on":  times(),
	"location_id":      integers().orNull(false),
	"name":             text(1, 64, false),
	"note":             text(0, 2048, true).conditional(),
	"parent_id":        integers().orNull(true),
	"reference_number": text(1, 256, true).conditional(),
	"renewal_date":     {good: []any{"2018-06-13", "2099-12-31", nil}, bad: []any{"13.06.2018", "", "2018-13-01", number("2018")}},
	"sales_rep":        text(1, 64, true).conditional(),
	"sales_rep_id":     pageField{good: []any{"x", "", letters(5000)}, bad: []any{number("1"), true}}.conditional(),
	"suspension_id":    integers().conditional(),
}

func (f pageField) renamed(newest string) pageField {
	f.newest = newest
	return f
}

// TestPageFields puts each value into a reply, in the oldest and the newest
// version, behind the renderer's back: a good one must leave the server as it
// is, a bad one must not leave it at all.
func TestPageFields(t *testing.T) {
	t.Parallel()
	for name, f := range pageFields {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, version := range []string{"2019/02/08", "2023/04/19"} {
				member := name
				if f.newest != "" && version != "2019/02/08" {
					member = f.newest
				}
				var on atomic.Bool
				var spoil mangle
				on.Store(true)
				r := testkit.Start(t, testkit.Settings{Options: app.Options{Around: mangled(t, &on, func(t testing.TB, r *reply) { spoil(t, r) })}})
				request := testkit.Message(http.MethodGet, testkit.Resource, append(slices.Clone(testkit.Dispatcher), "x-api-version: "+version)...)
				c := r.Connect(t)
				try := func(m mangle, value any, want int) {
					spoil = m
					c.Send(t, request)
					a := c.Receive(t, http.MethodGet)
					if a.Status != want {
						t.Errorf("version %s, %s is %.80v (%T): got status %d, want %d by the page's rules; %s", version, member, value, value, a.Status, want, a.Reason)
					}
					if want != http.StatusInternalServerError {
						return
					}
					violations := r.Entry(t, "default", a.Value("X-REQUEST-ID")).Violations
					named := func(v exchange.Violation) bool {
						return v.Part == exchange.PartBody && strings.HasPrefix(v.Pointer, "/"+member)
					}
					if !slices.ContainsFunc(violations, named) {
						t.Errorf("version %s, %s is %.80v: the journal has the violations %+v, want the member named", version, member, value, violations)
					}
				}
				for _, v := range f.good {
					try(setMember(member, v), v, 200)
				}
				for _, v := range f.bad {
					try(setMember(member, v), v, 500)
				}
				want := 500
				if f.absent {
					want = 200
				}
				try(dropMember(member), "absent", want)
			}
		})
	}
}

// TestPageFieldsAreAll holds the list above against a reply of the server.
func TestPageFieldsAreAll(t *testing.T) {
	t.Parallel()
	body := testkit.Start(t, testkit.Settings{}).Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...).Body
	for name := range pageFields {
		if !strings.Contains(body, `"`+name+`": `) {
			t.Errorf("the page's record has no %s", name)
		}
	}
	if len(pageFields) != 18 {
		t.Errorf("got %d fields, want the 18 that the page lists", len(pageFields))
	}
}
