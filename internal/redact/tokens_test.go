package redact

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestKnownText(t *testing.T) {
	t.Parallel()
	k := Known([]string{"dispatcher-token", "second-dispatcher-token", "abc", "abc.def", "=x=/y", "===", "tok+en/="})
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"no secret", "no secret"},
		{"try Bearer dispatcher-token.", "try Bearer ****************."},
		{"second-dispatcher-token", strings.Repeat("*", 23)},
		{"third-dispatcher-token dispatcher-tokens", "third-dispatcher-token dispatcher-tokens"},
		{"/customers/dispatcher-token/locations/abc?x=abc", "/customers/****************/locations/***?x=***"},
		{"abc.def abc.de abcd", "******* ***.de abcd"},
		{"a =x=/y b x=/y", "a ***** b x=/y"},
		{"tok+en/=abc", strings.Repeat("*", 11)},
		{"===", "==="},
		{`"dispatcher-token"`, `"****************"`},
		{"é dispatcher-token\xff", "é ****************\xff"},
	} {
		if got := k.Text(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

// TestGiven holds that a secret is found in each spelling, and where two
// overlap, and that no more is taken.
func TestGiven(t *testing.T) {
	t.Parallel()
	const secret = "s3cret/Token+1"
	m := Mask(secret)
	long := strings.Repeat("0123456789", 10)
	k := Given(secret, "key", long, "1-overlap", "abcdefghijklm", "plain-password")
	for _, c := range []struct{ in, want string }{
		{"nothing", "nothing"},
		{"a" + secret + "b", "a" + m + "b"},
		{"S3CRET/TOKEN+1", m},
		{"s3cret%2FToken%2b1", m + "****"},
		{"s3cret%252FToken+1", m + "****"},
		{`s3cret\/Tok\u0065n+1`, m + "******"},
		{`s3cret/Tok\\u0065n+1`, m + "******"},
		{`s3cret/Tok%5Cu0065n+1`, m + "*******"},
		{"s3cret/Toke", Hash(secret) + "**"},
		{`"s3cret/Toke"...`, `"` + Hash(secret) + `**"...`},
		{"s3cret/Toke…", Hash(secret) + "**…"},
		{"s3cret/Toke ", "s3cret/Toke "},
		{"s3cret/T", "s3cret/T"}, // too little to tell
		{"key keyboard my-key", "*** keyboard my-key"},
		{"s3cret/Token+1-overlap", Hash(secret) + strings.Repeat("*", 22-9)},
		{"ABCDEFGHIJKLM abcdefghijklm", "ABCDEFGHIJKLM " + Mask("abcdefghijklm")},
		{long, Mask(long)},
	} {
		if got := k.Text(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		} else if string(k.Bytes([]byte(c.in))) != got {
			t.Errorf("%q: bytes and text differ", c.in)
		}
	}
	for before := range 3 {
		plain := strings.Repeat("u", before) + "plain-password" + strings.Repeat("v", before)
		got := k.Text(base64.StdEncoding.EncodeToString([]byte(plain)))
		if b, _ := base64.StdEncoding.DecodeString(strings.ReplaceAll(got, "*", "A")); strings.Contains(string(b), "lain-passwor") || !strings.Contains(got, strings.Repeat("*", 17)) {
			t.Errorf("in base64 behind %d bytes: got %s", before, got)
		}
	}
}

// TestForms holds what has the form of a secret, and that what stands for one
// already has not.
func TestForms(t *testing.T) {
	t.Parallel()
	const secret = "a1b2c3d4e5"
	m := Mask(secret)
	for _, c := range []struct{ in, text, form string }{
		{"try Bearer " + secret + ".", "try Bearer " + m + ".", "try Bearer " + m + "."},
		{"the scheme Bearer authentication.", "", "the scheme Bearer " + Mask("authentication") + "."},
		{"WWW-Authenticate: Bearer", "", ""},
		{`Bearer realm="a"`, "", ""},
		{`"bearer aGVsbG8.x/y+z="`, `"bearer ` + Mask("aGVsbG8.x/y+z=") + `"`, `"bearer ` + Mask("aGVsbG8.x/y+z=") + `"`},
		{"Bearer%20" + secret, "Bearer%20" + m, "Bearer%20" + m},
		{`{"token": "` + secret + `", "name": "` + secret + `"}`, `{"token": "` + m + `", "name": "` + secret + `"}`, `{"token": "` + m + `", "name": "` + secret + `"}`},
		{`{\"token\":\"` + secret + `\"}`, `{\"token\":\"` + m + `\"}`, `{\"token\":\"` + m + `\"}`},
		{`{"tokens": 2, "author": "x", "postcode": "1"}`, `{"tokens": 2, "author": "x", "postcode": "1"}`, `{"tokens": 2, "author": "x", "postcode": "1"}`},
		{"a=1&password=" + secret + "&b=2", "a=1&password=" + m + "&b=2", "a=1&password=" + m + "&b=2"},
		{`{"pass\u0077ord": "` + secret + `"}`, `{"pass\u0077ord": "` + m + `"}`, `{"pass\u0077ord": "` + m + `"}`},
		{`{"password": 8123456700011, "pin": 1234}`, `{"password": ` + Mask("8123456700011") + `, "pin": 1234}`, `{"password": ` + Mask("8123456700011") + `, "pin": 1234}`},
		{`{"password": ["` + secret + `"], "a": 1}`, `{"password": ` + Mask(`["`+secret+`"]`) + `, "a": 1}`, `{"password": ` + Mask(`["`+secret+`"]`) + `, "a": 1}`},
		{`{"token": {"value": "}` + secret + `"}}`, `{"token": ` + Mask(`{"value": "}`+secret+`"}`) + `}`, `{"token": ` + Mask(`{"value": "}`+secret+`"}`) + `}`},
		{"https://user:" + secret + "@h/", "https://" + Mask("user:"+secret) + "@h/", "https://" + Mask("user:"+secret) + "@h/"},
		{"https://h/a@b", "", ""},
		{"Bearer " + m, "", ""},
		{"token=" + Hash(secret), "", ""},
		{"a bearer", "", ""},
		{"sig=", "", ""},
	} {
		s := New().Secrets()
		text, form := Text(c.in), s.Form(c.in)
		if c.text == "" {
			c.text = c.in
		}
		if c.form == "" {
			c.form = c.in
		}
		if text != c.text || form != c.form {
			t.Errorf("%q:\n prose %q, want %q\n value %q, want %q", c.in, text, c.text, form, c.form)
		}
		if len(text) != len(c.in) || len(form) != len(c.in) {
			t.Errorf("%q: the length is another", c.in)
		}
	}
	s := New().Secrets()
	if got := s.Path("/customers/Bearer%20" + secret + "/locations/1"); got != "/customers/Bearer%20"+m+"/locations/1" || s.Text(secret) != m {
		t.Errorf("got the path %q, want the segments apart and the secret known", got)
	}
}
