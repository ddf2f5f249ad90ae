package verify_test

import (
	"bufio"
	"io"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dispatchmock/internal/exchange"
)

// message is a request or a response in a fault's hands.
type message struct {
	line   string
	fields []exchange.Field
	body   string
}

func (m *message) get(name string) string {
	for _, f := range m.fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

func (m *message) has(name string) bool {
	return slices.ContainsFunc(m.fields, func(f exchange.Field) bool { return strings.EqualFold(f.Name, name) })
}

// alone returns the value of a field that stands once, else "".
func (m *message) alone(name string) string {
	n := 0
	for _, f := range m.fields {
		if strings.EqualFold(f.Name, name) {
			n++
		}
	}
	if n != 1 {
		return ""
	}
	return m.get(name)
}

// set gives the fields of a name another value, or adds one.
func (m *message) set(name, value string) {
	for i, f := range m.fields {
		if strings.EqualFold(f.Name, name) {
			m.fields[i].Value = value
			return
		}
	}
	m.fields = append(m.fields, exchange.Field{Name: name, Value: value})
}

func (m *message) del(name string) {
	m.fields = slices.DeleteFunc(m.fields, func(f exchange.Field) bool { return strings.EqualFold(f.Name, name) })
}

func (m *message) rename(from, to string) {
	for i, f := range m.fields {
		if f.Name == from {
			m.fields[i].Name = to
		}
	}
}

// setBody puts another body in place, with its length.
func (m *message) setBody(body string) {
	m.body = body
	m.set("Content-Length", strconv.Itoa(len(body)))
}

func (m *message) replace(old, with string) { m.setBody(strings.ReplaceAll(m.body, old, with)) }

func (m *message) status() int {
	n, _ := strconv.Atoi(strings.Fields(m.line)[1])
	return n
}

func (m *message) setStatus(line string) { m.line = "HTTP/1.1 " + line }

func (m *message) method() string { return strings.Fields(m.line)[0] }
func (m *message) path() string   { return strings.Fields(m.line)[1] }

func (m *message) setPath(path string) { m.line = m.method() + " " + path + " HTTP/1.1" }

func (m *message) write(w io.Writer) error {
	var b strings.Builder
	b.WriteString(m.line + "\r\n")
	for _, f := range m.fields {
		b.WriteString(f.Name + ": " + f.Value + "\r\n")
	}
	b.WriteString("\r\n" + m.body)
	_, err := io.WriteString(w, b.String())
	return err
}

func readMessage(r *bufio.Reader) (*message, error) {
	m := &message{}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		line = strings.TrimRight(line, "\r\n")
		switch name, value, ok := strings.Cut(line, ":"); {
		case m.line == "":
			m.line = line
			continue
		case ok:
			m.fields = append(m.fields, exchange.Field{Name: name, Value: strings.TrimSpace(value)})
			continue
		}
		n, _ := strconv.Atoi(m.get("Content-Length"))
		body := make([]byte, n)
		_, err = io.ReadFull(r, body)
		m.body = string(body)
		return m, err
	}
}

// next answers a request as the right server does.
type next func(*message) *message

// fault answers a request as a wrong server does: it has the right server's
// answer one call away. It may keep what it saw: requests come one at a time.
type fault func(*message, next) *message

// wrong starts a server that stands between a client and the target, and has
// one fault.
func wrong(t testing.TB, target string, f fault) string {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go pass(conn, u, f)
		}
	}()
	return "http://" + l.Addr().String()
}

func pass(conn net.Conn, target *url.URL, f fault) {
	defer conn.Close()
	upstream, err := net.Dial("tcp", target.Host)
	if err != nil {
		return
	}
	defer upstream.Close()
	in, out := bufio.NewReader(conn), bufio.NewReader(upstream)
	for {
		request, err := readMessage(in)
		if err != nil {
			return
		}
		failed := false
		response := f(request, func(m *message) *message {
			there := *m
			there.setPath(target.Path + m.path())
			if err := there.write(upstream); err == nil {
				if answer, err := readMessage(out); err == nil {
					return answer
				}
			}
			failed = true
			return &message{line: "HTTP/1.1 502 Bad Gateway"}
		})
		if failed || response.write(conn) != nil || response.get("Connection") == "close" {
			return
		}
	}
}
