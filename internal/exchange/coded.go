package exchange

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"strings"

	"dispatchmock/internal/redact"
)

// redactBody redacts what has the form of a secret in a body. Of a body with a
// content coding nothing is kept where it has a secret, or cannot be read.
func (m *Message) redactBody(s *redact.Secrets) {
	plain, coded := m.plain()
	switch body := s.Body(plain); {
	case !coded:
		m.Body = body
	case plain == nil || !bytes.Equal(body, plain):
		m.withhold()
	}
}

// replaceBody takes secrets that are known by their values out of a body.
func (m *Message) replaceBody(t *redact.Tokens) {
	plain, coded := m.plain()
	switch body := t.Bytes(plain); {
	case !coded:
		m.Body = body
	case plain == nil: // it is not what its head says
		m.Body = t.Bytes(m.Body)
	case !bytes.Equal(body, plain):
		m.withhold()
	}
}

func (m *Message) withhold() {
	if len(m.Body) > 0 {
		m.Body, m.Error = nil, Withheld
	}
}

// maxPlain is how much of a coded body is looked at. A body that is longer
// without its coding is not kept.
const maxPlain = 16 * MaxBody

// plain returns the body without its content coding, as far as it was kept, and
// whether it has one. It is nil where the coding cannot be undone.
func (m *Message) plain() (body []byte, coded bool) {
	if len(m.Body) == 0 {
		return m.Body, false
	}
	coding, _ := m.Value("Content-Encoding")
	var from io.Reader
	var err error
	switch strings.ToLower(strings.TrimSpace(coding)) {
	case "", "identity":
		return m.Body, false
	case "gzip", "x-gzip":
		from, err = gzip.NewReader(bytes.NewReader(m.Body))
	case "deflate":
		if from, err = zlib.NewReader(bytes.NewReader(m.Body)); err != nil {
			from, err = flate.NewReader(bytes.NewReader(m.Body)), nil // as some servers have it
		}
	default:
		return nil, true
	}
	if err != nil {
		return nil, true
	}
	plain, _ := io.ReadAll(io.LimitReader(from, maxPlain+1)) // what was kept may end before its end
	if len(plain) > maxPlain || len(plain) == 0 {
		return nil, true
	}
	return plain, true
}
