package bundle_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/bundle"
	"dispatchmock/internal/redact"
	"dispatchmock/schemas"
)

func schema(t testing.TB) *contract.Model {
	t.Helper()
	m, err := contract.Standalone(schemas.FS, "admin/bundle.json", "")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// sample is a bundle of two requests and a change through the admin API.
func sample() *bundle.Bundle {
	at := time.Date(2022, 8, 20, 1, 38, 16, 5, time.UTC)
	exchanges := []*exchange.Exchange{
		{Sequence: 1, Start: at, RequestID: "ed5b5458-1f72-41d7-b8ad-f1757de1ec4f", Method: "DELETE", Path: "/customers/1/locations/1",
			Request:       exchange.Message{Head: "DELETE / HTTP/1.1\r\nAuthorization: Bearer #12345678", Body: []byte{0xff, 0, '"'}, Size: 70_000, Error: exchange.Cut},
			Response:      exchange.Message{Head: "HTTP/1.1 200 OK", Body: []byte(`{"a": "é"}`), Size: 11},
			Authorization: []redact.Mark{{Shown: "Bearer #12345678", Stand: "Bearer abc"}}},
		{Sequence: 2, Start: at, Method: "POST", Path: "/_mock/sessions/a/scenarios", Admin: true, Request: exchange.Message{Head: "POST", Body: []byte(`{}`), Size: 2}},
		{Sequence: 3, Start: at, Altered: true, Response: exchange.Message{Body: []byte{0x80}, Size: 1}},
	}
	b := &bundle.Bundle{Format: bundle.Format, Version: "0.1.0", Saved: at, Fixtures: strings.Repeat("0a", 32),
		Settings: bundle.Settings{CORS: "documented", Auth: "fixtures", OnViolation: "fail"},
		Session:  bundle.Session{ID: "a", Made: []byte(`{}`)}, State: []byte(`{}`)}
	for _, x := range exchanges {
		b.Exchanges = append(b.Exchanges, bundle.Record(x, map[string]string{"#12345678": "web-app"}))
	}
	return b
}

func written(t testing.TB, b *bundle.Bundle) string {
	t.Helper()
	var text bytes.Buffer
	if err := b.Write(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// TestRoundTrip holds that what is written is read again, bytes that are no
// text among it, and that the same bundle has always the same bytes.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	want := sample()
	text := written(t, want)
	got, err := bundle.Read("a.bundle", []byte(text), schema(t))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if again := written(t, got); again != text {
		t.Errorf("written again it is\n%s\nwant\n%s", again, text)
	}
	if !strings.Contains(text, `"base64": "/wAi"`) || !strings.Contains(text, `"body": "{\"a\": \"é\"}"`) {
		t.Errorf("text is not kept as text, or other bytes not as base64:\n%s", text)
	}
}

// TestBytes holds the form of bytes of all kinds.
func TestBytes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"", `""`},
		{"text", `"text"`},
		{"é\r\n\"<&>", `"é\r\n\"\u003c\u0026\u003e"`},
		{"\u2028", `"\u2028"`},
		{"\xff\xfe", `{"base64":"//4="}`},
		{"half \xc3", `{"base64":"aGFsZiDD"}`},
		{"\ufffd", `"�"`},
	} {
		text, err := json.Marshal(bundle.Bytes(c.in))
		if err != nil || string(text) != c.want {
			t.Errorf("%q is written as %s, %v, want %s", c.in, text, err, c.want)
		}
		var got bundle.Bytes
		if err := json.Unmarshal(text, &got); err != nil || string(got) != c.in {
			t.Errorf("%s is read as %q, %v, want %q", text, got, err, c.in)
		}
	}
	for _, text := range []string{`5`, `[1]`, `{"base64": "%"}`, `{"base64": 5}`, `true`} {
		var got bundle.Bytes
		if err := json.Unmarshal([]byte(text), &got); err == nil || !strings.Contains(err.Error(), "must be a text, or an object with base64") {
			t.Errorf("%s is read as %q, %v, want an error that says what it must be", text, got, err)
		}
	}
}

// TestDiagnostics holds that a file which is no good bundle is refused, and what is
// said of it.
func TestDiagnostics(t *testing.T) {
	t.Parallel()
	good := written(t, sample())
	m := schema(t)
	for _, c := range []struct{ name, old, with, want string }{
		{"not JSON", "{", "", "a.bundle: is not JSON"},
		{"an empty file", good, "", "a.bundle: is not JSON"},
		{"more behind it", good, good + "{}", "a.bundle: is not JSON"},
		{"a list", good, "[]", "must be an object"},
		{"another file", good, `{"log": {"version": "1.2"}}`, "a.bundle /format: is required"},
		{"a later format", bundle.Format, "dispatchmock-bundle/2", `a.bundle /format: "dispatchmock-bundle/2": this program reads dispatchmock-bundle/1`},
		{"an unknown member", `"version"`, `"versiom"`, "did you mean version?"},
		{"a digest of another form", strings.Repeat("0a", 32), "0A", "64 hexadecimal digits"},
		{"an unknown setting", `"documented"`, `"strict"`, "must be one of documented, relaxed"},
		{"an ID that is a path", `"id": "a"`, `"id": "../a"`, "the ID of a session"},
		{"no exchange", "\n" + good[max(strings.Index(good, ` "exchanges"`), 0):], "\n \"exchanges\": []}", "a.bundle: has no exchange"},
		{"lost exchanges", `"lost": 0`, `"lost": 3`, "the journal had let go of 3 of the exchanges"},
		{"a begin that is missing", `"sequence": 1`, `"sequence": 0`, "must be at least 1"},
		{"a journal that was cleared", `"sequence": 1,`, `"sequence": 2,`, "its journal was cleared"},
		{"one twice", `"sequence": 2`, `"sequence": 1`, "/exchanges/1/sequence: 1: must follow the one before, 1"},
		{"one missing", `"sequence": 2`, `"sequence": 4`, "/exchanges/1/sequence: 4: must follow the one before, 1: a request that was not yet answered"},
		{"a number beyond 64 bits", `"sequence": 3`, `"sequence": 9223372036854775808`, "must be at most"},
		{"no time", `"start": "2022-08-20T01:38:16.000000005Z"`, `"start": "2022-08-20 01:38:16 UTC and more"`, "a.bundle: "},
		{"a head of another type", `"head": "POST"`, `"head": 5`, "/exchanges/1/request/head"},
		{"base64 that is none", `"base64": "/wAi"`, `"base64": "/wA"`, "must be a text, or an object with base64"},
		{"an unknown error", `"cut"`, `"torn"`, "must be one of cut, malformed"},
		{"a name twice", `"version": "0.1.0"`, `"version": "0.1.0", "version": "0.1.0"`, "a.bundle: is not JSON: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(good, c.old, c.with, 1)
			if text == good {
				t.Fatalf("the bundle has no %s", c.old)
			}
			b, err := bundle.Read("a.bundle", []byte(text), m)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if err == nil && b == nil {
				t.Error("neither a bundle nor an error")
			}
		})
	}
}

// TestReset holds that a bundle may begin with a reset, and only with that.
func TestReset(t *testing.T) {
	t.Parallel()
	m := schema(t)
	for path, good := range map[string]bool{"/_mock/sessions/a/reset": true, "/_mock/sessions/a/scenarios": false} {
		b := sample()
		b.Exchanges = b.Exchanges[1:]
		b.Exchanges[0].Path = path
		if _, err := bundle.Read("a", []byte(written(t, b)), m); (err == nil) != good {
			t.Errorf("a bundle that begins with %s: got %v, want it to be good: %v", path, err, good)
		}
	}
}

// TestGoodBy holds which time the world of a bundle is checked at.
func TestGoodBy(t *testing.T) {
	t.Parallel()
	b := sample()
	for _, c := range []time.Duration{-time.Hour, 0, time.Hour} {
		b.Exchanges[0].Start = b.Saved.Add(c)
		if got, want := b.GoodBy(), b.Saved.Add(max(c, 0)); !got.Equal(want) {
			t.Errorf("saved at %v, begun %v later: got %v, want %v", b.Saved, c, got, want)
		}
	}
}

// FuzzRead holds that no file makes the reader fall over, and that what it
// takes for a bundle is written and read again as it was.
func FuzzRead(f *testing.F) {
	good := written(f, sample())
	f.Add([]byte(good))
	f.Add([]byte(good[:len(good)/2]))
	for _, old := range []string{`"base64": "/wAi"`, `"sequence": 1,`, `{}`, `2022-08-20`} {
		for _, with := range []string{`5`, `null`, `{"base64": ""}`, `"sequence": 1e400,`, `{"made": {}}`, `[]`} {
			f.Add([]byte(strings.Replace(good, old, with, 1)))
		}
	}
	m := schema(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := bundle.Read("fuzz", text, m)
		if err != nil {
			if b != nil && fmt.Sprint(err) == "" {
				t.Error("an error without a word")
			}
			return
		}
		again, err := bundle.Read("fuzz", []byte(written(t, b)), m)
		if err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		if first, second := written(t, b), written(t, again); first != second {
			t.Errorf("written again it is another:\n%s\n%s", first, second)
		}
	})
}
