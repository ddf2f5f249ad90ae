package redact

import (
	"bytes"
	"strings"
)

// Field returns the value of a header field without secrets.
func Field(name, value string) string {
	switch {
	case isSecretField(name):
		return Value(value)
	case isPublicField(name):
		return value
	}
	return maskSpans(value, spansOf(value, inValue))
}

// Head returns a message's head without its secrets, and the marks of its
// authorization fields. Other fields in which a token may stand by a slip are
// redacted by their name (X-Token and the like) or by what they have in them.
func (s *Secrets) Head(head []byte) (string, []Mark) {
	answer := bytes.HasPrefix(head, []byte("HTTP/"))
	var out strings.Builder
	out.Grow(len(head) + 32)
	var marks []Mark
	for i := 0; len(head) > 0; i++ {
		line, rest, more := bytes.Cut(head, []byte("\r\n"))
		head = rest
		switch {
		case i > 0:
			marks = s.field(&out, line, answer, marks)
		case answer:
			out.WriteString(s.form(string(line), inProse))
		default:
			s.line(&out, line)
		}
		if more {
			out.WriteString("\r\n")
		}
	}
	return out.String(), marks
}

// line redacts a request line but for its protocol.
func (s *Secrets) line(out *strings.Builder, line []byte) {
	end := bytes.LastIndexByte(line, ' ')
	if end < 0 || !bytes.HasPrefix(line[end:], []byte(" HTTP/")) {
		end = len(line)
	}
	s.target(out, line[:end])
	out.Write(line[end:])
}

// target redacts the user part and the query of a method and a target, and what
// has the form of a secret before these.
func (s *Secrets) target(out *strings.Builder, line []byte) {
	target := line
	first, _, _ := bytes.Cut(line, []byte("?"))
	if scheme := bytes.Index(first, []byte("://")); scheme >= 0 {
		authority := scheme + len("://")
		end := len(line)
		if i := bytes.IndexAny(line[authority:], "/? "); i >= 0 {
			end = authority + i
		}
		if at := bytes.LastIndexByte(line[:end], '@'); at >= authority {
			user := string(line[authority:at])
			_, password, _ := strings.Cut(user, ":")
			s.add(unescape(user))
			s.add(unescape(password))
			out.Write(line[:authority])
			out.WriteString(Hash(user))
			target = line[at:]
		}
	}
	path, query, ok := bytes.Cut(target, []byte("?"))
	if len(spansOf(path, inPath)) == 0 { // mostly
		out.Write(path)
	} else {
		out.WriteString(s.Path(string(path)))
	}
	if !ok {
		return
	}
	out.WriteByte('?')
	for len(query) > 0 {
		pair := query
		if i := bytes.IndexAny(query, "&;"); i >= 0 {
			pair = query[:i]
		}
		s.parameter(out, pair)
		if query = query[len(pair):]; len(query) > 0 {
			out.WriteByte(query[0])
			query = query[1:]
		}
	}
}

// parameter redacts the value of a query parameter with the name of a secret,
// or that has one in it.
func (s *Secrets) parameter(out *strings.Builder, pair []byte) {
	name, value, ok := bytes.Cut(pair, []byte("="))
	if !ok || !isSecretParameter(string(name)) && len(spansOf(value, inValue)) == 0 {
		out.Write(pair)
		return
	}
	s.add(unescape(string(value)))
	s.addSpans(string(value), spansOf(string(value), inValue))
	out.Write(name)
	out.WriteString("=" + Hash(string(value)))
}

func (s *Secrets) field(out *strings.Builder, line []byte, answer bool, marks []Mark) []Mark {
	colon := bytes.IndexByte(line, ':')
	if colon < 0 {
		out.WriteString(s.Form(string(line)))
		return marks
	}
	name := line[:colon]
	if !isSecretField(name) {
		// The answer may repeat the value, and so a replay must send as much.
		if value := bytes.Trim(line[colon+1:], " \t"); len(spansOf(value, inValue)) > 0 && !isPublicField(string(name)) {
			shown := s.Form(string(value))
			s.fields = append(s.fields, shownField{answer, string(name), shown})
			line = append(bytes.Clone(line[:colon+1]), " "+shown...)
		}
		out.Write(line)
		return marks
	}
	m := cache(s.redactor, &s.redactor.marks, bytes.Trim(line[colon+1:], " \t"), NewMark)
	s.addValue(string(name), m.secret)
	out.Write(name)
	out.WriteString(": ")
	out.WriteString(m.value.Shown)
	s.fields = append(s.fields, shownField{answer, string(name), m.value.Shown})
	if strings.EqualFold(string(name), "authorization") {
		return append(marks, m.value)
	}
	return marks
}
