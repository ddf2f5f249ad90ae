package exchange

import (
	"strings"

	"dispatchmock/internal/wire"
)

// MaxBody is how many bytes of a body a record keeps.
const MaxBody = 64 << 10

// Message is a request or a response as it crossed the wire.
type Message struct {
	// Head is the start line and the header section, without the empty line
	// that ends it; secrets are redacted.
	Head string
	// Body is the body, or its first MaxBody bytes. It is shared: nobody may
	// change it.
	Body []byte
	// Size is the length of the whole body.
	Size int64
	// Error is why Body is less than was announced.
	Error BodyError
}

// BodyError says why a record does not have all of a body.
type BodyError string

// The errors of a body: it ended too early, what came was no part of one, the
// journal had no room for all of it, or it has a content coding and may have a
// secret.
const (
	Cut       BodyError = "cut"
	Malformed BodyError = "malformed"
	Shortened BodyError = "shortened"
	Withheld  BodyError = "withheld"
)

// Field is one line of a header section.
type Field = wire.Field

// Line returns the start line.
func (m *Message) Line() string {
	line, _, _ := strings.Cut(m.Head, "\r\n")
	return line
}

// Fields returns the header fields in the order and spelling of the wire.
func (m *Message) Fields() []Field {
	_, rest, _ := strings.Cut(m.Head, "\r\n")
	var fields []Field
	for line := range strings.SplitSeq(rest, "\r\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			fields = append(fields, Field{Name: name, Value: strings.Trim(value, " \t")})
		}
	}
	return fields
}

// Value returns the value of the first field of a name, in any spelling, and
// whether there is one.
func (m *Message) Value(name string) (string, bool) {
	for _, f := range m.Fields() {
		if strings.EqualFold(f.Name, name) {
			return f.Value, true
		}
	}
	return "", false
}
