package proxy_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dispatchmock/internal/app"
)

// FuzzAnswer holds, whatever bytes a target answers with, that what a client
// gets is HTTP to a strict reader, and that the next requests, on the same
// connection and on another one, get their own answers.
func FuzzAnswer(f *testing.F) {
	const next = "HTTP/1.1 200 Good\r\nContent-Length: 5\r\n\r\ngood!"
	for _, seed := range []string{
		ok, ok + ok, next + "HTTP/1.1 200 Evil\r\nContent-Length: 0\r\n\r\n", "", "\r\n", "What?\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", "HTTP/1.0 200 OK\r\n\r\nabc",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-A\r\n\r\n3\r\nabc\r\n0\r\nX-A: b\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3;a=b\r\nabc\r\n00\r\nContent-Length: 9\r\n\r\n",
		"HTTP/1.1 103 Hints\r\nContent-Length: 5\r\nLink: a\r\n b\r\n\r\nHTTP/1.1 100 Go\n\nHTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 101 Switch\r\nUpgrade: a\r\nConnection: upgrade\r\n\r\n", "HTTP/1.1 304 No\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
		"HTTP/1.1 000 Zero\r\n\r\n", "HTTP/1.1 +20 Plus\r\n\r\n", "HTTP/1.1 999  \x00\x7f\r\nContent-Length : 1\r\nX\t: y\r\nX: \x1by\xff\r\n\r\na", "HTTP/3.7   200\r\n\r\n",
		"HTTP/1.1 200 OK\r\nConnection: close, X-A, content-length\r\nX-A: b\r\nContent-Length: 1\r\n\r\na", "HTTP/1.1 205 No\r\nContent-Length: 1\r\n\r\na",
	} {
		for kind := range uint8(len(asks)) {
			f.Add([]byte(seed), kind)
		}
	}
	var answer atomic.Pointer[[]byte]
	url := target(f, func(p *peer) {
		for {
			head, err := p.head()
			if err != nil {
				return
			}
			if strings.Contains(head, " /good ") {
				if _, err := io.WriteString(p.Conn, next); err != nil {
					return
				}
				continue
			}
			if _, err := bodyOf(p, head); err != nil {
				return
			}
			b := *answer.Load()
			if _, err := p.Conn.Write(b); err != nil || !ends(head, string(b)) {
				return
			}
		}
	})
	p := launchBefore(f, url, quiet, discard, func(o *app.Options) { o.Journal.Count = 0 })
	other := p.connect(f)
	f.Fuzz(func(t *testing.T, b []byte, kind uint8) {
		answer.Store(&b)
		ask := asks[int(kind)%len(asks)]
		client := p.connect(t)
		client.send(t, ask)
		goesOn, err := strictly(client.Reader, ask)
		if err != nil {
			t.Fatalf("to %q the target answers\n%q, and the client cannot read that: %v", ask, b, err)
		}
		if goesOn {
			client.send(t, "GET /good HTTP/1.1\r\nHost: a\r\n\r\n")
			client.expect(t, next)
		}
		_ = other.SetDeadline(time.Now().Add(patience)) // a loopback socket takes one
		other.send(t, "GET /good HTTP/1.1\r\nHost: a\r\n\r\n")
		other.expect(t, next)
	})
}

var asks = []string{
	"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
	"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
}

// ends reports an answer that is whole, behind which a target may wait for the
// next request.
func ends(asked, answer string) bool {
	method, _, _ := strings.Cut(asked, " ")
	from := bufio.NewReader(strings.NewReader(answer))
	for {
		r, err := http.ReadResponse(from, &http.Request{Method: method})
		if err != nil {
			return false
		}
		_, err = io.Copy(io.Discard, r.Body)
		r.Body.Close()
		if err != nil || r.StatusCode >= 200 || r.StatusCode == http.StatusSwitchingProtocols {
			return err == nil && !r.Close
		}
	}
}

var (
	statusLine = regexp.MustCompile(`^HTTP/1\.([01]) ([1-9][0-9]{2})( [^\x00-\x08\x0a-\x1f\x7f]*)?$`)
	fieldLine  = regexp.MustCompile("^([-!#$%&'*+.^_`|~0-9A-Za-z]+):([^\\x00-\\x08\\x0a-\\x1f\\x7f]*)$")
)

// strictly reads the answer to a request, as who forgives nothing does. It
// reports whether the connection goes on.
func strictly(from *bufio.Reader, asked string) (goesOn bool, err error) {
	old := strings.Contains(asked, "HTTP/1.0\r\n")
	for {
		line, fields, err := strictHead(from)
		if err != nil {
			return false, err
		}
		m := statusLine.FindStringSubmatch(line)
		switch {
		case m == nil:
			return false, fmt.Errorf("the status line %q", line)
		case (m[1] == "0") != old:
			return false, fmt.Errorf("the version of %q", line)
		case m[2] == "101":
			return false, errors.New("another protocol")
		case m[2][0] == '1' && (old || fields["content-length"] != nil || fields["transfer-encoding"] != nil):
			return false, fmt.Errorf("an interim answer with %v", fields)
		case m[2][0] == '1':
			continue
		}
		whole, err := strictBody(from, fields, strings.HasPrefix(asked, "HEAD ") || m[2] == "204" || m[2] == "304")
		stays := fmt.Sprint(fields["connection"])
		return whole && !strings.Contains(stays, "close") && (!old || strings.Contains(stays, "keep-alive")), err
	}
}

func strictHead(from *bufio.Reader) (line string, fields map[string][]string, err error) {
	fields = map[string][]string{}
	for {
		l, err := from.ReadString('\n')
		text, ok := strings.CutSuffix(l, "\r\n")
		switch {
		case err != nil || !ok:
			return "", nil, fmt.Errorf("the line %q, %w", l, errors.Join(err, io.ErrUnexpectedEOF))
		case line == "":
			line = text
			continue
		case text == "":
			return line, fields, nil
		}
		m := fieldLine.FindStringSubmatch(text)
		if m == nil {
			return "", nil, fmt.Errorf("the field %q", text)
		}
		name := strings.ToLower(m[1])
		fields[name] = append(fields[name], strings.TrimSpace(m[2]))
	}
}

// strictBody reports whether a body came to its end: a target may break off.
func strictBody(from *bufio.Reader, fields map[string][]string, none bool) (whole bool, err error) {
	length, coding := fields["content-length"], fields["transfer-encoding"]
	switch {
	case len(length) > 1 || len(length)+len(coding) > 1:
		return false, fmt.Errorf("the lengths %q and the codings %q", length, coding)
	case none:
		return true, nil
	case len(length) > 0:
		n, err := strconv.ParseInt(length[0], 10, 64)
		if err != nil {
			return false, err
		}
		got, _ := io.CopyN(io.Discard, from, n) // less came from the target
		return got == n, nil
	case len(coding) == 0:
		_, err := io.Copy(io.Discard, from)
		return false, err
	case !strings.EqualFold(coding[0], "chunked"):
		return false, fmt.Errorf("the coding %q", coding)
	}
	for {
		line, err := from.ReadString('\n')
		if errors.Is(err, io.EOF) && line == "" {
			return false, nil
		}
		n, err := strconv.ParseUint(strings.TrimSuffix(line, "\r\n"), 16, 31)
		if err != nil {
			return false, err
		}
		if n == 0 {
			break
		}
		chunk := make([]byte, n+2)
		if _, err := io.ReadFull(from, chunk); err != nil || string(chunk[n:]) != "\r\n" {
			return false, fmt.Errorf("a chunk's end %q, %w", chunk, err)
		}
	}
	for {
		line, err := from.ReadString('\n')
		if text, ok := strings.CutSuffix(line, "\r\n"); err != nil || !ok || text != "" && !fieldLine.MatchString(text) {
			return false, fmt.Errorf("the trailer %q, %w", line, err)
		} else if text == "" {
			return true, nil
		}
	}
}
