package terminal

import (
	"fmt"
	"io"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Writer passes text on, with each character that does not show as an escape
// of JSON: JSON keeps its value, as these characters stand in its strings
// only. Tabs and line feeds pass. It is safe for concurrent use.
type Writer struct {
	mu   sync.Mutex
	w    io.Writer
	part []byte // of a character whose rest is to come
	err  error
}

// NewWriter returns a Writer that passes on to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Write implements io.Writer.
func (t *Writer) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil {
		return 0, t.err
	}
	text := p
	if len(t.part) > 0 {
		text, t.part = append(t.part, p...), nil
	}
	if n := partial(text); n > 0 {
		t.part = append([]byte(nil), text[len(text)-n:]...)
		text = text[:len(text)-n]
	}
	if t.pass(text); t.err != nil {
		return 0, t.err
	}
	return len(p), nil
}

// Close passes on what is left of a character, and returns the first error. It
// does not close what is written to.
func (t *Writer) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil && len(t.part) > 0 {
		t.pass(t.part)
		t.part = nil
	}
	return t.err
}

func (t *Writer) pass(text []byte) {
	if text = Escape(text); len(text) > 0 {
		_, t.err = t.w.Write(text)
	}
}

// partial returns how many bytes at the end of p begin a character.
func partial(p []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		if utf8.RuneStart(p[len(p)-n]) {
			if utf8.FullRune(p[len(p)-n:]) {
				return 0
			}
			return n
		}
	}
	return 0
}

// Escape returns text with each character that does not show, but for tabs and
// line feeds, as an escape of JSON.
func Escape(text []byte) []byte {
	var out []byte // once there is something to escape
	start := 0
	for i := 0; i < len(text); {
		if c := text[i]; c >= ' ' && c <= '~' || c == '\n' || c == '\t' {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if wrong := r == utf8.RuneError && size == 1; wrong || !unicode.IsPrint(r) {
			out = append(out, text[start:i]...)
			start = i + size
			switch {
			case wrong:
				out = utf8.AppendRune(out, utf8.RuneError)
			case r > 0xffff:
				high, low := utf16.EncodeRune(r)
				out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
			default:
				out = fmt.Appendf(out, `\u%04x`, r)
			}
		}
		i += size
	}
	if out == nil {
		return text
	}
	return append(out, text[start:]...)
}

// JSON returns a writer for JSON that may have carriage returns between its
// values: they become spaces.
func JSON(w io.Writer) io.Writer { return spaced{w} }

type spaced struct{ w io.Writer }

func (s spaced) Write(p []byte) (int, error) {
	text := append([]byte(nil), p...)
	for i, c := range text {
		if c == '\r' {
			text[i] = ' '
		}
	}
	return s.w.Write(text)
}
