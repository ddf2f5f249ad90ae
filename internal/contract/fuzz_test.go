package contract

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/model"
)

// verdicts validates the text of one field in every way there is, and holds that
// all agree: the model that caches, the schema alone, the whole model, and the
// other implementation.
func verdicts(t *testing.T, caching, fresh pair, name, text string) bool {
	t.Helper()
	f := caching.first.field(name)
	good := f.valid(text)
	if again := f.valid(text); again != good {
		t.Fatalf("%s: %q is good: %t, and then %t", name, text, good, again)
	}
	if alone := valid(fresh.first.field(name).property.schema, f.value(text)); alone != good {
		t.Fatalf("%s: %q is good: %t, and by its schema alone %t", name, text, good, alone)
	}
	if !good && (f.property.validated.has(text) || f.property.validated.has(json.Number(text))) {
		t.Fatalf("%s: the bad %q is cached", name, text)
	}
	whole := map[string]any{name: f.value(text)}
	found := ofPlace(fresh.first.validateSchema(whole, ""), name)
	if (len(found) == 0) != good {
		t.Fatalf("%s: %q is good: %t, and the whole model finds %v", name, text, good, found)
	}
	for _, f := range found {
		if f.Hint == "" || f.Rule == "" || !utf8.ValidString(f.Value) {
			t.Fatalf("%s: %q: got %+v, want words", name, text, f)
		}
		if secret := strings.TrimPrefix(text, "Bearer "); name == "authorization" && len(secret) > 12 && strings.Contains(f.Value, secret) {
			t.Fatalf("%s: %q is shown in %+v, and it is a secret", name, text, f)
		}
	}
	// With the required ones, so that nothing but the member can be wrong.
	for _, m := range caching.first.fields {
		if m.name != name && goodTexts[m.name] != "" {
			whole[m.name] = m.value(goodTexts[m.name])
		}
	}
	if !utf8.ValidString(text) {
		return good // no JSON text, so the other one was not made for it
	}
	if err := fresh.second.schema.Validate(whole); (err == nil) != good {
		t.Fatalf("%s: %q is good: %t, and the other implementation says %v", name, text, good, err)
	}
	return good
}

// goodTexts are good values of what is required.
var goodTexts = map[string]string{"authorization": bearer, "x-tenant-id": "1", "customer_id": "1", "customer_location_id": "1"}

func ofPlace(found []exchange.Violation, name string) []exchange.Violation {
	var mine []exchange.Violation
	for _, f := range found {
		if f.Pointer == "/"+name {
			mine = append(mine, f)
		}
	}
	return mine
}

// fresh returns a pair that no test has asked before.
func fresh(t testing.TB, model string) pair {
	t.Helper()
	c, err := Load(schemaFS())
	if err != nil {
		t.Fatal(err)
	}
	s, err := compileSecond(c, oldest, model)
	if err != nil {
		t.Fatal(err)
	}
	return pair{c.Model(oldest, model), s}
}

// FuzzHeaderValue validates arbitrary values of every request header field that
// has a rule.
func FuzzHeaderValue(f *testing.F) {
	for _, text := range []string{"", bearer, "Bearer {your-auth-token}", "bearer " + strings.Repeat("a", 249), "bearer " + strings.Repeat("a", 250), "1", "-0", "01", "+1", "1e3", "9223372036854775808",
		"2019/02/08", "2019-02-08", "ed5b5458-1f72-41d7-b8ad-f1757de1ec4f", "application/json", "application/json ; charset=utf-8", "text/html, */*;q=0.1", "*/*;q=0", "\xff", "a\r\nb", "é", "\x00", strings.Repeat("x", 600)} {
		f.Add(text)
	}
	c := loadReal(f)
	op := c.Operation("Deactivate Customer")
	caching, other := fresh(f, "StandardRequestHeadersModel"), fresh(f, "StandardRequestHeadersModel")
	f.Fuzz(func(t *testing.T, text string) {
		for _, m := range caching.first.fields {
			good := verdicts(t, caching, other, m.name, text)
			for _, v := range []model.Version{oldest, newest} {
				if got := c.ValidHeader(v, m.name, text); got != good {
					t.Fatalf("%s: %q is good: %t, and in %s %t", m.name, text, good, v, got)
				}
			}
			h := http.Header{"Authorization": {bearer}, "X-Tenant-Id": {"1"}}
			h[m.header] = []string{text}
			if got := op.ValidateHeaders(oldest, h); (len(got) == 0) != good {
				t.Fatalf("%s: %q is good: %t, and of the whole header is found %v", m.name, text, good, got)
			}
			h[m.header] = []string{text, text}
			if joined := text + ", " + text; (len(op.ValidateHeaders(oldest, h)) == 0) != c.ValidHeader(oldest, m.name, joined) {
				t.Fatalf("%s: two lines of %q are not validated as %q", m.name, text, joined)
			}
		}
		hint := c.CheckToken(text)
		if got := c.ValidHeader(oldest, "authorization", "Bearer "+text); got != (hint == "") {
			t.Fatalf("the token %q is good: %t, and is said to break %q", text, got, hint)
		}
	})
}

// FuzzPathParameter validates arbitrary path parameters.
func FuzzPathParameter(f *testing.F) {
	for _, text := range []string{"", "1", "-1", "0", "-0", "00", "+1", "1.5", "1e3", "abc", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "{customer_id}", "%31", "\xff", "١", "1\n", strings.Repeat("9", 600)} {
		f.Add(text, "1")
	}
	f.Add("x", "y")
	op := loadReal(f).Operation("Deactivate Customer")
	caching, other := fresh(f, "PathParameters"), fresh(f, "PathParameters")
	f.Fuzz(func(t *testing.T, customer, location string) {
		good := verdicts(t, caching, other, "customer_id", customer)
		if !verdicts(t, caching, other, "customer_location_id", location) {
			good = false
		}
		found := op.ValidatePath(oldest, map[string]string{"customer_id": customer, "customer_location_id": location})
		if (len(found) == 0) != good {
			t.Fatalf("%q and %q are good: %t, and together is found %v", customer, location, good, found)
		}
	})
}
