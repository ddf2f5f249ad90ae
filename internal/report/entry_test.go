package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"dispatchmock/internal/exchange"
)

// TestEntry holds what an entry must say, in words of its own.
func TestEntry(t *testing.T) {
	t.Parallel()
	e := NewEntry(samples()[0].x, base)
	if e.Start != "2022-08-20T01:38:16.123456789Z" || e.TookMS != 1.234 || e.Verdict != exchange.VerdictOK {
		t.Errorf("start %s, took %v ms, %s", e.Start, e.TookMS, e.Verdict)
	}
	patch, err := json.Marshal(e.Change.Patch)
	if err != nil {
		t.Fatal(err)
	}
	for _, operation := range []string{`{"value":false,"op":"replace","path":"/is_active"}`, `{"value":null,"op":"replace","path":"/note"}`, `{"value":"WA","op":"add","path":"/region"}`} {
		if !strings.Contains(string(patch), operation) {
			t.Errorf("the patch is %s, and lacks %s", patch, operation)
		}
	}
	if text, err := json.Marshal(e.Change.After); err != nil || !strings.Contains(string(text), "9007199254740993") {
		t.Errorf("a number beyond floats became another: %s, %v", text, err)
	}
	if text, err := json.Marshal(e); err != nil || strings.Contains(string(text), "dispatcher-token") {
		t.Errorf("the token is shown: %s, %v", text, err)
	}
}

// TestChange holds the records that appear, vanish, stay and cannot be read.
func TestChange(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, before, after, want string }{
		{"appears", "", `{"a": 1}`, `{"patch":[{"value":{"a":1},"op":"add","path":""}],"before":null,"after":{"a":1}}`},
		{"vanishes", `{"a": 1}`, "", `{"patch":[{"value":null,"op":"add","path":""}],"before":{"a":1},"after":null}`},
		{"stays", `{"a": 1}`, `{"a": 1}`, `{"patch":[],"before":{"a":1},"after":{"a":1}}`},
		{"digit beyond floats", `{"a": 9007199254740992}`, `{"a": 9007199254740993}`, `{"patch":[{"value":9007199254740993,"op":"replace","path":"/a"}],"before":{"a":9007199254740992},"after":{"a":9007199254740993}}`},
		{"list", `{"a": [1, 2]}`, `{"a": [1]}`, `{"patch":[{"op":"remove","path":"/a/1"}],"before":{"a":[1,2]},"after":{"a":[1]}}`},
		{"unreadable", `{`, `{}`, `{"patch":[],"before":null,"after":null,"error":"the record before: line 1, column 2: the text ends too early"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bytesOf := func(s string) []byte {
				if s == "" {
					return nil
				}
				return []byte(s)
			}
			x := &exchange.Exchange{Transition: true, States: func() (before, after []byte) { return bytesOf(c.before), bytesOf(c.after) }}
			got, err := json.Marshal(NewEntry(x, base).Change)
			if err != nil || string(got) != c.want {
				t.Errorf("got %s, %v\nwant %s", got, err, c.want)
			}
		})
	}
	if NewEntry(&exchange.Exchange{}, base).Change != nil {
		t.Error("an exchange that changed nothing has a change")
	}
}

// holdJSON holds that a text is JSON of UTF-8 in which nothing is hidden.
func holdJSON(t *testing.T, what string, text []byte, err error) {
	t.Helper()
	if err != nil || !json.Valid(text) || !utf8.Valid(text) {
		t.Fatalf("%s is not JSON: %v", what, err)
	}
	if i := bytes.IndexFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 {
		t.Fatalf("%s has %q as it is", what, text[i:min(i+4, len(text))])
	}
}

// FuzzHostile holds that whatever a client sends, what is said of it is JSON
// of UTF-8, and what a shell is given has nothing hidden.
func FuzzHostile(f *testing.F) {
	for _, s := range samples() {
		f.Add(s.x.Request.Head, s.x.Request.Body, s.x.Path)
	}
	f.Add("\x00\x1b\r\n: \r\n", []byte("\x7f\xc2\x9b"), "\u202e")
	f.Fuzz(func(t *testing.T, head string, body []byte, text string) {
		x := &exchange.Exchange{Method: text, Path: text, Session: text, ClientID: text, RequestID: text, Scenario: text, Err: errors.New(text),
			Problems: []exchange.Violation{{Part: text, Pointer: text, Rule: text, Value: text, Documented: text, Hint: text}},
			Request:  exchange.Message{Head: head, Body: body, Size: int64(len(body))}, Response: exchange.Message{Head: head, Body: body, Size: int64(len(body)) + 1}}
		entry, err := json.Marshal(NewEntry(x, base))
		holdJSON(t, "the entry", entry, err)
		row, err := json.Marshal(Summary(x))
		holdJSON(t, "the row", row, err)
		var b bytes.Buffer
		err = HAR(&b, &Run{Version: text, Note: text}, func(yield func(*exchange.Exchange) bool) { yield(x) })
		holdJSON(t, "the archive", b.Bytes(), err)
		all, err := Snippets(x, base)
		if err != nil {
			t.Fatal(err)
		}
		for name, got := range all {
			if strings.ContainsFunc(got, func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) }) || !utf8.ValidString(got) {
				t.Errorf("%s has hidden characters: %q", name, got)
			}
		}
	})
}

// TestHuge holds that a row stays small whatever a client sends.
func TestHuge(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 1<<19)
	x := &exchange.Exchange{Method: long, Path: long, RequestID: long, Problems: []exchange.Violation{{Hint: long}}, Request: exchange.Message{Head: long}}
	row, err := json.Marshal(Summary(x))
	holdJSON(t, "the row", row, err)
	if len(row) > 5*maxText {
		t.Errorf("the row has %d bytes", len(row))
	}
	if !strings.HasPrefix(Curl(x, base), "# the head has 1048576 bytes, and") {
		t.Error("the command does not say that it is too long for a system")
	}
}
