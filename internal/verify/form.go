package verify

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"dispatchmock/internal/jsonx"

	"github.com/go-json-experiment/json/jsontext"
)

// form adds how the bytes of a body are printed.
func (k *catalogue) form() {
	const sample = "the endpoint's page: of the usual forms only this one has the sample's Content-Length"
	k.add(Case{Name: "bytes/content-length", Grade: Page, Documented: "Content-Length is the body's length in bytes.", Source: sourcePage,
		check: each(func(a *answer) []Difference {
			allowed, ok := a.value("Content-Length")
			switch {
			case !ok: // headers/Content-Length/present says so
				return nil
			case a.excess:
				return a.differs("/headers/Content-Length", "the body's length", allowed+", and more bytes follow")
			case allowed != strconv.Itoa(len(a.body)):
				return a.differs("/headers/Content-Length", "the body's length, "+strconv.Itoa(len(a.body)), allowed)
			}
			return nil
		})})
	for _, c := range []struct {
		name, documented string
		wrong            func(*layout) string
	}{
		{"members-sorted", "Members are sorted by name.", func(l *layout) string { return l.unsorted }},
		{"separators", `One line, with ", " between members and ": " after names.`, func(l *layout) string { return l.spaces }},
		{"ascii", "Characters outside printable ASCII are escaped, those above U+FFFF as a surrogate pair.", func(l *layout) string { return l.plain }},
		{"numbers", "Numbers are printed in the shortest form that reads back.", func(l *layout) string { return l.number }},
	} {
		k.add(Case{Name: "bytes/" + c.name, Grade: Inferred, Documented: c.documented, Source: sample,
			check: each(func(a *answer) []Difference {
				if a.tree == nil || a.broken != nil {
					return nil // no JSON; body/json or error/json says so
				}
				if wrong := c.wrong(a.bodyLayout()); wrong != "" {
					return a.differs("/body", c.documented, wrong)
				}
				return nil
			})})
	}
}

// layout is how a JSON text departs from the vendor's form: the first place of
// each kind, or "".
type layout struct{ unsorted, spaces, plain, number string }

// bodyLayout reads the layout of the body, which several cases are about.
func (a *answer) bodyLayout() *layout {
	if a.layout == nil {
		a.layout = layoutOf(a.body)
	}
	return a.layout
}

// layoutOf reads a text that is JSON.
func layoutOf(body []byte) *layout {
	l := &layout{}
	d := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true))
	last := map[int]string{} // the name before, by depth
	end := 0
	for {
		depth := d.StackDepth()
		kind, n := d.StackIndex(depth)
		before := expectedSpace(byte(kind), n, d.PeekKind())
		t, err := d.ReadToken()
		if err != nil {
			return l
		}
		after := int(d.InputOffset())
		literal := tokenText(body[end:after])
		if l.spaces == "" && string(body[end:after-len(literal)]) != before {
			l.spaces = "at byte " + strconv.Itoa(end) + ": " + strconv.Quote(around(body, end))
		}
		end = after
		switch t.Kind() {
		case '"':
			if l.plain == "" && bytes.ContainsFunc([]byte(literal), func(r rune) bool { return r < ' ' || r > '~' }) {
				l.plain = jsonx.Cut(literal, maxGot)
			}
			if kind == '{' && n%2 == 0 {
				if l.unsorted == "" && n > 0 && t.String() < last[depth] {
					l.unsorted = fmt.Sprintf("%q after %q", t.String(), last[depth])
				}
				last[depth] = t.String()
			}
		case '0':
			if want, err := jsonx.Number(literal); l.number == "" && err == nil && want != literal {
				l.number = literal + ", not " + want
			}
		}
	}
}

// expectedSpace is what stands before a token that is the n-th in its object or
// array.
func expectedSpace(container byte, n int64, next jsontext.Kind) string {
	switch {
	case next == '}' || next == ']' || n == 0 || container == 0:
		return ""
	case container == '{' && n%2 == 1:
		return ": "
	}
	return ", "
}

// tokenText strips what stands before a token.
func tokenText(raw []byte) string { return strings.TrimLeft(string(raw), " \t\r\n,:") }

func around(body []byte, at int) string {
	return string(body[max(at-10, 0):min(at+20, len(body))])
}
