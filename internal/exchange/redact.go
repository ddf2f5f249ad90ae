package exchange

import (
	"slices"
	"strings"

	"dispatchmock/internal/redact"
)

// Redact takes secrets out of all that is kept of an exchange: those that its
// heads were found to have, and those that have the form of one. The answer is
// left alone where answer is false, as where it names tokens of the fixtures.
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

// Without returns an exchange without tokens that are known: a copy, as others
// hold the exchange.
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

// changed returns findings with a change to each: the same, where none is.
func changed(list []Violation, change func(*Violation)) []Violation {
	copied := false
	for i, f := range list {
		one := f
		change(&one)
		if one == f {
			continue
		}
		if !copied {
			list, copied = slices.Clone(list), true
		}
		list[i] = one
	}
	return list
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
