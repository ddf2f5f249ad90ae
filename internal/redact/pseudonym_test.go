package redact

import (
	"regexp"
	"strings"
	"testing"
)

// TestPseudonyms holds that pseudonyms are stable, depend on the key, and keep
// the form of a text.
func TestPseudonyms(t *testing.T) {
	t.Parallel()
	p := Pseudonyms{[]byte("key")}
	const name = "George Jones"
	if first := p.Text(name); first != p.Text(name) || first == p.Text("George Jonas") {
		t.Error("pseudonyms are not stable, or the same for two names")
	}
	if other := (Pseudonyms{[]byte("another")}); p.Text(name) == other.Text(name) {
		t.Error("the pseudonym does not depend on the key: a list of names would reveal whose it is")
	}
	for _, c := range []struct {
		change func(string) string
		in     string
		want   string
	}{
		{p.Text, "George Ñandú 3rd!", `^[A-Z][a-z]{5} [A-Z][a-z]{4} [0-9][a-z]{2}!$`},
		{p.Emails, "george@jones.example, Ana.B@jones.example", `^[a-z]{6}@example\.com, [A-Z][a-z]{2}\.[A-Z]@example\.com$`},
		{p.Emails, "@jones.example", `^someone@example\.com$`},
		{p.Emails, " ", `^ $`},
		{func(s string) string { return p.Degrees(s, 90) }, "-33.868", `^-?[0-8]?[0-9]\.[1-9]{3}$`},
		{func(s string) string { return p.Degrees(s, 180) }, "7", `^-?[0-9]{1,3}$`},
	} {
		if got := c.change(c.in); !regexp.MustCompile(c.want).MatchString(got) {
			t.Errorf("%q became %q, want the form %s", c.in, got, c.want)
		}
	}
	long := strings.Repeat("george@jones.example,", 20) + "a@b.example"
	if got := p.Emails(long); len(got) > len(long) {
		t.Errorf("a list of %d bytes became one of %d", len(long), len(got))
	}
}
