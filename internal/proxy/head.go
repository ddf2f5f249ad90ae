package proxy

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"

	"dispatchmock/internal/wire"
)

// headOf returns a head as it came, without the empty line that ends it, or,
// where another reader could take it for something else, as net/http read it.
func headOf(raw []byte, response *http.Response) []byte {
	if head, _, plain := wire.CutHead(raw); plain && passable(head) {
		return head
	}
	var b bytes.Buffer
	// A buffer takes everything. Names that are no tokens are left out.
	_ = response.Header.Write(&b)
	printed := bytes.TrimSuffix(b.Bytes(), crlf)
	head := append([]byte("HTTP/1.1 "), response.Status...)
	for i, c := range head {
		if isControl(c) {
			head[i] = ' '
		}
	}
	if len(printed) > 0 {
		head = append(append(head, crlf...), printed...)
	}
	return head
}

// passable reports a head of an answer that no reader takes for another one
// than net/http does: a status line and fields as RFC 9112 has them.
func passable(head []byte) bool {
	line, rest, _ := bytes.Cut(head, crlf)
	if !statusLine.Match(line) {
		return false
	}
	for len(rest) > 0 {
		line, rest, _ = bytes.Cut(rest, crlf)
		name, value, ok := bytes.Cut(line, colon)
		if !ok || !isToken(name) || bytes.ContainsFunc(value, isControlRune) {
			return false
		}
	}
	return true
}

// statusLine is one as RFC 9112, 4, has it, but for a phrase of bytes beyond
// ASCII, and the space before none.
var statusLine = regexp.MustCompile(`^HTTP/[0-9]\.[0-9] [1-9][0-9]{2}( [^\x00-\x08\x0a-\x1f\x7f]*)?$`)

func isControl(c byte) bool { return c < ' ' && c != '\t' || c == 0x7f }

func isControlRune(r rune) bool { return r < 0x80 && isControl(byte(r)) }

// isToken reports a name of a field (RFC 9110, 5.6.2).
func isToken(name []byte) bool {
	for _, c := range name {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"(),/:;<=>?@[\\]{}", c) >= 0 {
			return false
		}
	}
	return len(name) > 0
}

// ambiguous reports a head that says in two ways where its body ends, after
// which a connection is not used again (RFC 9112, 6.3).
func ambiguous(head []byte) bool {
	return hasField(head, "transfer-encoding") && hasField(head, "content-length")
}
