package report

import (
	"encoding/base64"
	"unicode/utf8"

	"dispatchmock/internal/exchange"
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
