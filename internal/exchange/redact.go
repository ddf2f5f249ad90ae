package exchange

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"dispatchmock/internal/redact"
)

// Redact takes secrets out of all that is kept of an exchange: those that were
// found in its heads, and those that have the form of one. The response stays as
// it is where answer is false, as where it names tokens of the fixtures.
func (x *Exchange) Redact(s *redact.Secrets, answer bool) {
	x.Path, x.RequestID = s.Path(x.Path), s.Form(x.RequestID)
	x.Request.redactBody(s)
	if answer && x.Target != "" { // the mock's own have no secret but what a client sent
		x.Response.redactBody(s)
	}
	if x.Err != nil {
		x.Err = redactedError(x.Err, redact.Text)
	}
	form := func(f *Violation) {
		name := strings.TrimPrefix(f.Pointer, "/")
		if shown, ok := s.Field(f.Part == PartHeader, name); ok && (f.Part == PartHeader || f.Part == PartRequestHeader) && f.Value != "" {
			f.Value = `"` + shown + `"`
			return
		}
		f.Value = s.Form(f.Value)
	}
	x.Problems, x.Violations, x.Deliberate = changed(x.Problems, form), changed(x.Violations, form), changed(x.Deliberate, form)
	x.replace(s.Tokens(), answer)
}

// Without returns a copy of the exchange without tokens that are known.
func (x *Exchange) Without(t *redact.Tokens) *Exchange {
	c := *x
	c.replace(t, true)
	if states := x.States; states != nil {
		c.States = func() (before, after []byte) {
			before, after = states()
			return t.Bytes(before), t.Bytes(after)
		}
	}
	return &c
}

// replace changes each text of an exchange in which something from outside may
// stand. Texts that others may hold are copied.
func (x *Exchange) replace(t *redact.Tokens, answer bool) {
	for _, s := range []*string{&x.Method, &x.Path, &x.ClientID, &x.RequestID, &x.Fallback, &x.Request.Head} {
		*s = t.Text(*s)
	}
	x.Request.replaceBody(t)
	if answer {
		x.Response.replaceBody(t)
		x.Response.Head = t.Text(x.Response.Head)
	}
	if x.Err != nil {
		x.Err = redactedError(x.Err, t.Text)
	}
	each := func(f *Violation) {
		f.Pointer, f.Rule, f.Value, f.Hint = t.Text(f.Pointer), t.Text(f.Rule), t.Text(f.Value), t.Text(f.Hint)
	}
	x.Problems, x.Violations, x.Deliberate = changed(x.Problems, each), changed(x.Violations, each), changed(x.Deliberate, each)
}

// changed returns violations with a change to each: the same list, where
// nothing changes.
func changed(list []Violation, change func(*Violation)) []Violation {
	fresh := slices.Clone(list)
	for i := range fresh {
		change(&fresh[i])
	}
	if slices.Equal(fresh, list) {
		return list
	}
	return fresh
}

// redacted is an error whose text had a secret.
type redacted struct {
	error
	text string
}

func (e redacted) Error() string { return e.text }
func (e redacted) Unwrap() error { return e.error }

func redactedError(err error, text func(string) string) error {
	if old := err.Error(); text(old) != old {
		return redacted{err, text(old)}
	}
	return err
}

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
	var codings []string
	for _, f := range m.Fields() {
		if strings.EqualFold(f.Name, "Content-Encoding") && f.Value != "" && !strings.EqualFold(f.Value, "identity") {
			codings = append(codings, f.Value)
		}
	}
	if len(codings) == 0 {
		return m.Body, false
	}
	plain, err := Decode(strings.Join(codings, ","), m.Body, maxPlain)
	cut := errors.Is(err, io.ErrUnexpectedEOF) // as where not all was kept
	if len(plain) == 0 || err != nil && !cut {
		return nil, true
	}
	return plain, true
}
