package proxy

import (
	"bytes"
	"io"

	"dispatchmock/internal/wire"
)

// maxJudged is the length of the longest body that is kept to be judged; a
// longer one passes all the same.
const maxJudged = 1 << 20

// capture keeps the first bytes of a body.
type capture struct {
	bytes []byte
	size  int64
	end   bool // the body came to its end
}

// tee keeps what is read through it.
type tee struct {
	io.ReadCloser
	into *capture
}

// Read implements io.Reader.
func (t *tee) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	c := t.into
	c.size += int64(n)
	c.bytes = append(c.bytes, p[:min(n, maxJudged-len(c.bytes))]...)
	c.end = c.end || err == io.EOF
	return n, err
}

func (c *capture) whole() bool { return c.size == int64(len(c.bytes)) }

// connectionFields are about the connection, not about the message (RFC 9110,
// 7.6.1).
var connectionFields = [][]byte{[]byte("connection"), []byte("keep-alive"), []byte("proxy-connection"), []byte("te"), []byte("transfer-encoding"), []byte("upgrade")}

// withoutConnection returns a head without the fields about the connection.
func withoutConnection(head []byte) []byte {
	out := make([]byte, 0, len(head))
	for i, line := range bytes.Split(head, []byte("\r\n")) {
		name, _, _ := bytes.Cut(line, []byte(":"))
		if i > 0 && about(name) {
			continue
		}
		if i > 0 {
			out = append(out, "\r\n"...)
		}
		out = append(out, line...)
	}
	return out
}

func about(name []byte) bool {
	for _, field := range connectionFields {
		if bytes.EqualFold(bytes.TrimSpace(name), field) {
			return true
		}
	}
	return false
}

// readHead reads a head into a reply without a body, its fields in the
// spelling and order of the wire.
func readHead(head []byte) wire.Reply {
	var reply wire.Reply
	lines := bytes.Split(withoutConnection(head), []byte("\r\n"))
	if _, rest, ok := bytes.Cut(lines[0], []byte(" ")); ok {
		_, reason, _ := bytes.Cut(rest, []byte(" "))
		reply.Reason = string(reason)
	}
	for _, line := range lines[1:] {
		name, value, _ := bytes.Cut(line, []byte(":"))
		reply.Fields = append(reply.Fields, wire.Field{Name: string(name), Value: string(bytes.Trim(value, " \t"))})
	}
	return reply
}
