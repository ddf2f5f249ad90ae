package proxy_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"dispatchmock/fixtures"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/fixture"
	"dispatchmock/internal/journal"
	"dispatchmock/internal/proxy"
	"dispatchmock/internal/server"
	"dispatchmock/internal/session"
	"dispatchmock/schemas"
)

// patience is how long anything may take that should take no time.
const patience = 20 * time.Second

var loadContract = sync.OnceValues(func() (*contract.Contract, error) { return contract.Load(schemas.FS) })

func theContract(t testing.TB) *contract.Contract {
	t.Helper()
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var loadWorld = sync.OnceValues(func() (*fixture.Fixtures, error) {
	c, err := loadContract()
	if err != nil {
		return nil, err
	}
	files, err := fixtures.Default()
	if err != nil {
		return nil, err
	}
	return fixture.Load(files, schemas.FS, c, time.Now())
})

// running is a server under test.
type running struct {
	*server.Server
	url  string
	log  *safeBuffer
	seen chan *exchange.Exchange
}

// launch starts a server; front may be nil.
func launch(t testing.TB, front func(server.Backstage) http.Handler, change ...func(*server.Options)) *running {
	t.Helper()
	world, err := loadWorld()
	if err != nil {
		t.Fatal(err)
	}
	r := &running{log: &safeBuffer{}, seen: make(chan *exchange.Exchange, 1000)}
	o := server.Options{Contract: theContract(t), CORS: contract.CORSDocumented, OnViolation: server.Fail,
		Journal: journal.Limits{Count: 1000, Bytes: 16 << 20}, Control: server.Control{Schemas: schemas.FS},
		Sessions: session.Options{Fixtures: world, Now: time.Now, NewID: uuid.New},
		Log:      slog.New(slog.NewTextHandler(r.log, nil)), Front: front}
	o.Recorded = func(x *exchange.Exchange) {
		select {
		case r.seen <- x:
		default: // a benchmark asks for none
		}
	}
	for _, c := range change {
		c(&o)
	}
	if r.Server, err = server.New(o); err != nil {
		t.Fatal(err)
	}
	if err := r.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	r.url = "http://" + r.Addr().String()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_ = r.Shutdown(ctx) // a test may have stopped it
	})
	return r
}

// before starts a proxy before a target.
func before(t testing.TB, target string, change ...func(*proxy.Options)) *running {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	log := &safeBuffer{}
	r := launch(t, func(b server.Backstage) http.Handler {
		o := proxy.Options{Contract: theContract(t), Target: u, Timeout: patience, CORS: contract.CORSDocumented,
			Home: b.Home, Blotter: b.Blotter, Record: b.Record, Log: slog.New(slog.NewTextHandler(log, nil))}
		for _, c := range change {
			c(&o)
		}
		if o.Fallback != nil {
			o.Fallback = b.Mock
		}
		p := proxy.New(o)
		t.Cleanup(p.Close)
		return p
	})
	r.log = log
	return r
}

// withMock has the mock answer where the target is away.
func withMock(o *proxy.Options) { o.Fallback = http.NotFoundHandler() }

// next returns the record of the next exchange.
func (r *running) next(t testing.TB) *exchange.Exchange {
	t.Helper()
	select {
	case x := <-r.seen:
		return x
	case <-time.After(patience):
		t.Fatal("no exchange was recorded")
	}
	return nil
}

// peer is one end of a raw connection.
type peer struct {
	net.Conn
	*bufio.Reader
}

func (p *peer) Read(b []byte) (int, error) { return p.Reader.Read(b) }

func newPeer(c net.Conn) *peer {
	_ = c.SetDeadline(time.Now().Add(patience)) // a loopback socket takes one
	return &peer{c, bufio.NewReader(c)}
}

func (r *running) connect(t testing.TB) *peer {
	t.Helper()
	c, err := net.Dial("tcp", r.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return newPeer(c)
}

func (p *peer) send(t testing.TB, text string) {
	t.Helper()
	if _, err := io.WriteString(p.Conn, text); err != nil {
		t.Fatal(err)
	}
}

// expect reads exactly these bytes.
func (p *peer) expect(t testing.TB, want string) {
	t.Helper()
	got := make([]byte, len(want))
	n, err := io.ReadFull(p.Reader, got)
	if string(got[:n]) != want {
		t.Fatalf("got\n%q\nwant\n%q (%v)", got[:n], want, err)
	}
}

// expectEnd expects the end of the connection, and nothing before it.
func (p *peer) expectEnd(t testing.TB) {
	t.Helper()
	if rest, err := io.ReadAll(p.Reader); len(rest) > 0 || errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %q, %v, want the end of the connection", rest, err)
	}
}

// head reads a head with its empty line.
func (p *peer) head() (string, error) {
	var b strings.Builder
	for {
		line, err := p.ReadString('\n')
		b.WriteString(line)
		if err != nil || line == "\r\n" {
			return b.String(), err
		}
	}
}

// target is a server of raw connections; each is given to serve.
func target(t testing.TB, serve func(*peer)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	open.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, c)
			mu.Unlock()
			open.Go(func() {
				defer c.Close()
				serve(newPeer(c))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range conns {
			c.Close()
		}
		mu.Unlock()
		open.Wait()
	})
	return "http://" + l.Addr().String()
}

// script is a target that reads requests, one after the other on each
// connection, and answers each with the bytes given; what it has read it tells.
func script(t testing.TB, answers ...string) (url string, got chan string) {
	t.Helper()
	got = make(chan string, 100)
	next := make(chan string, len(answers))
	for _, a := range answers {
		next <- a
	}
	return target(t, func(p *peer) {
		for {
			head, err := p.head()
			if err != nil {
				return
			}
			body, err := bodyOf(p, head)
			got <- head + body
			if err != nil {
				return
			}
			select {
			case a := <-next:
				text, ends := strings.CutSuffix(a, closes)
				if _, err := io.WriteString(p.Conn, text); err != nil || ends {
					return
				}
			default:
				return
			}
		}
	}), got
}

// closes stands behind an answer after which the target closes.
const closes = "\x00close"

// bodyOf reads a body as it is on the wire.
func bodyOf(p *peer, head string) (string, error) {
	lower := strings.ToLower(head)
	if _, rest, ok := strings.Cut(lower, "\r\ncontent-length:"); ok {
		var n int
		if _, err := fmt.Sscan(rest, &n); err != nil {
			return "", err
		}
		b := make([]byte, n)
		_, err := io.ReadFull(p.Reader, b)
		return string(b), err
	}
	if !strings.Contains(lower, "\r\ntransfer-encoding:") {
		return "", nil
	}
	var b strings.Builder
	for {
		size, err := p.ReadString('\n')
		b.WriteString(size)
		if err != nil {
			return b.String(), err
		}
		if strings.TrimSpace(size) == "0" {
			rest, err := p.head() // the trailers
			return b.String() + rest, err
		}
		var n int
		if _, err := fmt.Sscanf(size, "%x", &n); err != nil {
			return b.String(), err
		}
		chunk := make([]byte, n+2)
		if _, err := io.ReadFull(p.Reader, chunk); err != nil {
			return b.String(), err
		}
		b.Write(chunk)
	}
}

func receive[T any](t testing.TB, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came")
	}
	panic("not reached")
}

// safeBuffer is a buffer that a server may write while a test reads.
type safeBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
