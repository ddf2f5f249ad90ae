package terminal

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// TestWriter holds what is escaped, wherever the text is cut.
func TestWriter(t *testing.T) {
	t.Parallel()
	const text = "a\tb\n\x1b[2J\r\u202e\u009b é 漢 \U0001f600 \U000e0001 \xff\xe2\x80"
	const want = "a\tb\n" + `\u001b[2J\u000d\u202e\u009b é 漢 ` + "\U0001f600" + ` \udb40\udc01 ` + "\ufffd\ufffd\ufffd"
	for cut := range len(text) {
		var b bytes.Buffer
		w := NewWriter(&b)
		for _, part := range []string{text[:cut], text[cut:]} {
			if n, err := io.WriteString(w, part); n != len(part) || err != nil {
				t.Fatalf("got %d and %v for %d bytes", n, err, len(part))
			}
		}
		if err := w.Close(); err != nil || b.String() != want {
			t.Errorf("cut at %d: got %q and %v, want %q", cut, b.String(), err, want)
		}
	}
}

// TestWriterKeepsItsError holds that a text that was lost is not forgotten.
func TestWriterKeepsItsError(t *testing.T) {
	t.Parallel()
	r, to := io.Pipe()
	full := errors.New("full")
	if err := r.CloseWithError(full); err != nil {
		t.Fatal(err)
	}
	w := NewWriter(to)
	for range 2 {
		if _, err := io.WriteString(w, "a"); !errors.Is(err, full) {
			t.Errorf("got %v", err)
		}
	}
	if err := w.Close(); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

// FuzzWriter holds that nothing steers a terminal, and that JSON keeps its
// value.
func FuzzWriter(f *testing.F) {
	f.Add(`{"a": "\u202e` + "\u202e\u009b" + `", "b": [1]}`)
	f.Add("[\r1,\r\n2]")
	f.Fuzz(func(t *testing.T, text string) {
		var b strings.Builder
		w := NewWriter(&b)
		if _, err := io.WriteString(JSON(w), text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		for _, r := range b.String() {
			if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
				t.Fatalf("%q has %U", b.String(), r)
			}
		}
		if !utf8.ValidString(b.String()) {
			t.Fatalf("%q is not UTF-8", b.String())
		}
		var before, after any
		if json.Unmarshal([]byte(text), &before) != nil {
			return
		}
		if err := json.Unmarshal([]byte(b.String()), &after); err != nil {
			t.Fatalf("%q was JSON, and %q is not: %v", text, b.String(), err)
		}
		one, _ := json.Marshal(before)
		two, _ := json.Marshal(after)
		if !bytes.Equal(one, two) {
			t.Fatalf("%q has another value than %q", b.String(), text)
		}
	})
}
