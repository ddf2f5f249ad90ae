package testkit

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// VendorFields are the header fields of every answer, in the page's order.
var VendorFields = []string{"Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Allow-Origin",
	"Allow", "Content-Length", "Content-Type", "Date", "Server", "X-API-VERSION", "X-REQUEST-ID"}

// Unlike says in what an answer differs from the vendor's, or "".
func (a Answer) Unlike() string {
	var names []string
	for _, f := range a.Fields {
		if f.Name != "Connection" && f.Name != "WWW-Authenticate" {
			names = append(names, f.Name)
		}
	}
	want := VendorFields
	if a.Value("Content-Length") == "0" {
		want = slices.DeleteFunc(slices.Clone(want), func(n string) bool { return n == "Content-Type" })
	}
	if !slices.Equal(names, want) {
		return fmt.Sprintf("got the fields %q, want %q: the page shows them in every answer", names, want)
	}
	for _, leak := range []string{"goroutine ", ".go:", "runtime.", "panic"} {
		if strings.Contains(a.Reason+a.Body, leak) {
			return fmt.Sprintf("the client sees %q: %s %s", leak, a.Reason, a.Body)
		}
	}
	if a.Status >= 300 && a.Status < 400 || a.Value("Location") != "" {
		return fmt.Sprintf("got the redirect %d", a.Status)
	}
	if a.Status < 400 || a.Body == "" {
		return ""
	}
	var members map[string]string
	if err := json.Unmarshal([]byte(a.Body), &members); err != nil {
		return fmt.Sprintf("got the error body %s, want an object of texts: %v", a.Body, err)
	}
	if len(members) != 3 || members["field"] == "" || members["detail"] == "" || members["explanation"] == "" {
		return fmt.Sprintf("got the error body %s, want exactly field, detail and explanation", a.Body)
	}
	text := members["field"] + ": " + members["detail"]
	odd := func(c rune) bool { return c < ' ' || c > '~' }
	if len(text) < 200 && !strings.ContainsFunc(text, odd) && a.Reason != text {
		return fmt.Sprintf("got the reason phrase %q, want %q as in the body", a.Reason, text)
	}
	return ""
}

// WantVendor fails the test where an answer is not one of the vendor's, of a
// status.
func (a Answer) WantVendor(t testing.TB, status int) {
	t.Helper()
	if a.Status != status {
		t.Errorf("got status %d %s, want %d\n%s", a.Status, a.Reason, status, a.Body)
	}
	if why := a.Unlike(); why != "" {
		t.Error(why)
	}
}
