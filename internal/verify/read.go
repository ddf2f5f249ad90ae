package verify

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"strconv"
	"strings"

	"dispatchmock/internal/exchange"
)

// readReply reads a final response; keep reports that the connection can take
// another request. What is no HTTP/1 is an error that says so.
func readReply(r *bufio.Reader, method string) (*reply, bool, error) {
	for {
		head, err := readHead(r)
		if err != nil {
			return nil, false, err
		}
		status, err := statusOf(head)
		if err != nil {
			return nil, false, err
		}
		if status >= 100 && status < 200 && status != 101 {
			continue
		}
		answer := &reply{head: head}
		keep, err := answer.readBody(r, method, status)
		if err != nil {
			return answer, false, err
		}
		// Bytes behind a framed body that are here already belong to no answer.
		answer.excess = keep && r.Buffered() > 0
		return answer, keep, nil
	}
}

// statusOf reads the status line.
func statusOf(head string) (int, error) {
	line, _, _ := strings.Cut(head, "\n")
	line = strings.TrimSuffix(line, "\r")
	proto, rest, ok := strings.Cut(line, " ")
	code, _, _ := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	if !ok || !strings.HasPrefix(proto, "HTTP/1.") || err != nil || status < 100 || status > 999 {
		return 0, fmt.Errorf("the answer is no HTTP/1: it begins with %.60q", line)
	}
	return status, nil
}

func (a *reply) readBody(r *bufio.Reader, method string, status int) (keep bool, err error) {
	m := exchange.Message{Head: a.head}
	connection, _ := m.Value("Connection")
	keep = strings.HasPrefix(a.head, "HTTP/1.1 ") && !strings.EqualFold(connection, "close")
	coding, chunked := m.Value("Transfer-Encoding")
	length, sized := m.Value("Content-Length")
	switch {
	case method == "HEAD" || status == 204 || status == 304:
		return keep, nil
	case chunked && strings.EqualFold(coding, "chunked"):
		a.body, err = readAll(httputil.NewChunkedReader(r))
		if err == nil {
			_, err = readHead(r) // the trailer
		}
		return keep, err
	case chunked:
		return false, fmt.Errorf("the answer has a transfer coding that this client does not read: %.60q", coding)
	case sized:
		n, err := strconv.ParseUint(length, 10, 63)
		if err != nil {
			return false, fmt.Errorf("the answer's Content-Length is %.60q", length)
		}
		if n > maxBody {
			return false, fmt.Errorf("%w: it allows a body of %d bytes, more than %d", errTooLong, n, maxBody)
		}
		var b bytes.Buffer
		got, err := io.CopyN(&b, r, int64(n))
		a.body = b.Bytes()
		if errors.Is(err, io.EOF) {
			// The case about Content-Length says so; the rest may still validate.
			return false, nil
		}
		if err != nil {
			return false, ErrNetwork{fmt.Errorf("%d of the %d bytes that Content-Length allows came: %w", got, n, err)}
		}
		return keep, nil
	}
	a.body, err = readAll(r)
	return false, err
}

// readAll reads to the end, within the limit.
func readAll(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxBody+1))
	if err != nil {
		return b, ErrNetwork{fmt.Errorf("the answer ended within its body: %w", err)}
	}
	if len(b) > maxBody {
		return nil, fmt.Errorf("%w: its body has more than %d bytes", errTooLong, maxBody)
	}
	return b, nil
}
