package report

import (
	"encoding/base64"
	"fmt"
	"unicode/utf8"

	"github.com/wI2L/jsondiff"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
)

// Message is a request or a response.
type Message struct {
	// Head is the start line and the header section as they crossed the wire;
	// where that is no UTF-8, HeadBase64 has the bytes.
	Head       string  `json:"head"`
	HeadBase64 string  `json:"head_base64,omitempty"`
	Fields     []Field `json:"fields"`
	// Body is the body as text, or BodyBase64 where it is no UTF-8.
	Body       string `json:"body"`
	BodyBase64 string `json:"body_base64,omitempty"`
	// Size is the length of the whole body, Truncated whether the end of it
	// was not kept.
	Size      int64 `json:"size"`
	Truncated bool  `json:"truncated"`
}

// Field is one line of a header section.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func message(m *exchange.Message) Message {
	out := Message{Head: m.Head, Size: m.Size, Fields: fieldsOf(m), Truncated: truncated(m)}
	if !utf8.ValidString(m.Head) {
		out.HeadBase64 = base64.StdEncoding.EncodeToString([]byte(m.Head))
	}
	if text, ok := bodyText(m); ok {
		out.Body = text
	} else {
		out.BodyBase64 = base64.StdEncoding.EncodeToString(m.Body)
	}
	return out
}

func fieldsOf(m *exchange.Message) []Field {
	fields := []Field{}
	for _, f := range m.Fields() {
		fields = append(fields, Field(f))
	}
	return fields
}

func truncated(m *exchange.Message) bool { return m.Size > int64(len(m.Body)) }

// bodyText returns a body as text. A character that was cut in two by the
// limit on what is kept is left out.
func bodyText(m *exchange.Message) (string, bool) {
	b := m.Body
	if truncated(m) {
		for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
			if tail := b[len(b)-i:]; utf8.RuneStart(tail[0]) {
				if !utf8.FullRune(tail) {
					b = b[:len(b)-i]
				}
				break
			}
		}
	}
	return string(b), utf8.Valid(b)
}

// Change is what an exchange did to a record, in the newest version's shape.
type Change struct {
	// Patch is a JSON Patch (RFC 6902) from before to after.
	Patch  jsondiff.Patch `json:"patch"`
	Before any            `json:"before"`
	After  any            `json:"after"`
	// Error says why there is no patch.
	Error string `json:"error,omitempty"`
}

func change(x *exchange.Exchange) *Change {
	if !x.Transition || x.States == nil {
		return nil
	}
	before, after := x.States()
	c := &Change{Patch: jsondiff.Patch{}}
	var err error
	if c.Before, err = record(before); err != nil {
		c.Error = fmt.Sprintf("the record before: %v", err)
		return c
	}
	if c.After, err = record(after); err != nil {
		c.Error = fmt.Sprintf("the record after: %v", err)
		return c
	}
	// Numbers stay as they are written: a float would change large ones.
	patch, err := jsondiff.CompareWithoutMarshal(c.Before, c.After)
	if err != nil {
		c.Error = err.Error()
	} else if patch != nil {
		c.Patch = patch
	}
	return c
}

// record reads a printed record; none is null.
func record(text []byte) (any, error) {
	if text == nil {
		return nil, nil
	}
	return jsonx.Parse(text)
}
