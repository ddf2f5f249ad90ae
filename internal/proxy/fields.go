package proxy

import (
	"bytes"
	"strings"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/wire"
)

// hops are fields about one connection, not about the message (RFC 9110,
// 7.6.1). How a body is framed is seen to elsewhere.
var hops = []string{"connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "upgrade"}

// hop reports one of these fields, or of those that Connection names besides.
func hop(name, value []byte, named [][]byte) bool {
	if is(name, "te") {
		return !is(bytes.TrimSpace(value), "trailers")
	}
	for _, field := range hops {
		if is(name, field) {
			return true
		}
	}
	for _, field := range named {
		if bytes.EqualFold(name, field) {
			return true
		}
	}
	return false
}

// is compares a field's name with one in lower case.
func is(name []byte, lower string) bool {
	return len(name) == len(lower) && bytes.EqualFold(name, []byte(lower))
}

// nominated returns the fields that Connection names.
func nominated(fields []byte) [][]byte {
	var names [][]byte
	for line := range bytes.SplitSeq(fields, crlf) {
		name, value, _ := bytes.Cut(line, colon)
		if !is(name, "connection") {
			continue
		}
		for word := range bytes.SplitSeq(value, []byte(",")) {
			word = bytes.TrimSpace(word)
			if len(word) > 0 && !is(word, "close") && !is(word, "te") && !essential(word) {
				names = append(names, word)
			}
		}
	}
	return names
}

// essential reports a field that Connection must not take away: a message
// cannot do without it.
func essential(name []byte) bool {
	for _, field := range []string{"host", "content-length", "transfer-encoding"} {
		if is(name, field) {
			return true
		}
	}
	return false
}

// withoutConnection returns a head of a response without the fields about the
// connection. Content-Length stands in it once at most, and not at all with
// length: a body in chunks has no use for it.
func withoutConnection(head []byte, length bool) []byte {
	line, rest, _ := bytes.Cut(head, crlf)
	out := append(make([]byte, 0, len(head)), line...)
	named := nominated(rest)
	for line := range bytes.SplitSeq(rest, crlf) {
		name, value, ok := bytes.Cut(line, colon)
		if !ok || hop(name, value, named) {
			continue
		}
		if is(name, "content-length") {
			if length {
				continue
			}
			length = true
		}
		out = append(out, crlf...)
		out = append(out, line...)
	}
	return out
}

// withoutCoding returns a head without the field that says how the body was
// framed.
func withoutCoding(head []byte) []byte {
	if !hasField(head, "transfer-encoding") {
		return head
	}
	out := make([]byte, 0, len(head))
	for line := range bytes.SplitSeq(head, crlf) {
		name, _, _ := bytes.Cut(line, colon)
		if len(out) > 0 && is(name, "transfer-encoding") {
			continue
		}
		if len(out) > 0 {
			out = append(out, crlf...)
		}
		out = append(out, line...)
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

// value returns the value of the first field of a head with a name in lower
// case; nil where there is none.
func value(head []byte, name string) []byte {
	_, rest, _ := bytes.Cut(head, crlf)
	for line := range bytes.SplitSeq(rest, crlf) {
		n, v, ok := bytes.Cut(line, colon)
		if ok && is(n, name) {
			return append([]byte{}, bytes.TrimSpace(v)...)
		}
	}
	return nil
}

func hasField(head []byte, name string) bool { return value(head, name) != nil }

// fieldsOf returns the fields of a head as they came, but for how its body was
// framed.
func fieldsOf(head string) []wire.Field {
	m := exchange.Message{Head: head}
	fields := make([]wire.Field, 0, 16)
	for _, f := range m.Fields() {
		if !strings.EqualFold(f.Name, "transfer-encoding") {
			fields = append(fields, wire.Field(f))
		}
	}
	return fields
}
