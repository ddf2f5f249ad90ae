package proxy

import (
	"bytes"
	"iter"
	"slices"
	"strings"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/wire"
)

var (
	crlf  = []byte("\r\n")
	colon = []byte(":")
)

// hops are fields about one connection, not about the message (RFC 9110,
// 7.6.1). How a body is framed is seen to elsewhere.
var hops = []string{"connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "upgrade"}

// essential are fields that Connection must not take away: a message cannot do
// without them.
var essential = []string{"host", "content-length", "transfer-encoding"}

// is compares a field's name with others.
func is(name []byte, others ...string) bool {
	return slices.ContainsFunc(others, func(other string) bool { return len(name) == len(other) && bytes.EqualFold(name, []byte(other)) })
}

// field is a line of a head.
type field struct{ name, value, line []byte }

// fields goes through the fields of a head.
func fields(head []byte) iter.Seq[field] {
	return func(yield func(field) bool) {
		_, rest, _ := bytes.Cut(head, crlf)
		for line := range bytes.SplitSeq(rest, crlf) {
			if name, value, ok := bytes.Cut(line, colon); ok && !yield(field{name, value, line}) {
				return
			}
		}
	}
}

// endToEnd goes through the fields of a head but for those about the
// connection: the hops, and what Connection names besides.
func endToEnd(head []byte) iter.Seq[field] {
	return func(yield func(field) bool) {
		dropped := hops
		for f := range fields(head) {
			if !is(f.name, "connection") {
				continue
			}
			for word := range bytes.SplitSeq(f.value, []byte(",")) {
				if word = bytes.TrimSpace(word); !is(word, "", "close", "te") && !is(word, essential...) {
					dropped = append(slices.Clip(dropped), string(word))
				}
			}
		}
		for f := range fields(head) {
			if is(f.name, "te") && !is(bytes.TrimSpace(f.value), "trailers") || is(f.name, dropped...) {
				continue
			}
			if !yield(f) {
				return
			}
		}
	}
}

// withoutConnection returns a head of a response without the fields about the
// connection. Content-Length stands in it once at most, and not at all with
// length: a body in chunks has no use for it.
func withoutConnection(head []byte, length bool) []byte {
	line, _, _ := bytes.Cut(head, crlf)
	out := append(make([]byte, 0, len(head)), line...)
	for f := range endToEnd(head) {
		if is(f.name, "content-length") {
			if length {
				continue
			}
			length = true
		}
		out = append(append(out, crlf...), f.line...)
	}
	return out
}

// withoutCoding returns a head without the field that says how the body was
// framed.
func withoutCoding(head []byte) []byte {
	out, _, _ := bytes.Cut(head, crlf)
	out = slices.Clone(out)
	for f := range fields(head) {
		if !is(f.name, "transfer-encoding") {
			out = append(append(out, crlf...), f.line...)
		}
	}
	return out
}

// afterProtocol returns what of a head stands behind the version of HTTP.
func afterProtocol(head []byte) []byte {
	if i := bytes.IndexByte(head, ' '); i >= 0 {
		return head[i:]
	}
	return nil
}

// value returns the value of the first field of a head with a name; nil where
// there is none.
func value(head []byte, name string) []byte {
	for f := range fields(head) {
		if is(f.name, name) {
			return append([]byte{}, bytes.TrimSpace(f.value)...)
		}
	}
	return nil
}

func hasField(head []byte, name string) bool { return value(head, name) != nil }

// fieldsOf returns the fields of a head as they came, but for how the body was
// framed.
func fieldsOf(head string) []wire.Field {
	m := exchange.Message{Head: head}
	return slices.DeleteFunc(m.Fields(), func(f wire.Field) bool { return strings.EqualFold(f.Name, "transfer-encoding") })
}
