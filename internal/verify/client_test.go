package verify_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dispatchmock/internal/verify"
)

// scripted is a server that answers each connection with what a function makes
// of it; the function gets the number of the connection, from 1.
func scripted(t *testing.T, answer func(n int32, conn net.Conn, r *bufio.Reader)) (url string, connections *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	connections = &atomic.Int32{}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			n := connections.Add(1)
			go func() {
				defer conn.Close()
				answer(n, conn, bufio.NewReader(conn))
			}()
		}
	}()
	return "http://" + l.Addr().String(), connections
}

// only returns the options of a run of one case.
func only(t *testing.T, target string, words ...string) verify.Options {
	o := options(t, target)
	o.Cases = cases(t, words...)
	return o
}

func first(t *testing.T, report *verify.Report, name string) verify.Result {
	t.Helper()
	i := slices.IndexFunc(report.Results, func(r verify.Result) bool { return r.Name == name })
	if i < 0 {
		t.Fatalf("the report has no %s", name)
	}
	return report.Results[i]
}

// TestAnswersThatAreNone holds what a run makes of a target that does not
// answer as HTTP/1 does: it says so, and ends soon.
func TestAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, answer, want string }{
		{"nothing", "", "no answer within"},
		{"no HTTP", "SSH-2.0-OpenSSH_9.0\r\n\r\n", "is no HTTP/1: it begins with \"SSH-2.0-OpenSSH_9.0"},
		{"a status line cut short", "HTTP/1.1 20", "ended within its head"},
		{"HTTP/2", "HTTP/2 200\r\n\r\n", "is no HTTP/1"},
		{"no status", "HTTP/1.1 OK\r\n\r\n", "is no HTTP/1"},
		{"a head of 100 KB", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 100<<10) + "\r\n\r\n", "more than 65536 bytes"},
		{"a body of 1 GB", "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", "allows a body of 1000000000 bytes"},
		{"an endless body", "HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat("x", 9<<20), "its body has more than"},
		{"chunks that break off", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", "ended within its body"},
		{"another coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "transfer coding"},
		{"a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", `Content-Length is "-1"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url, _ := scripted(t, func(_ int32, conn net.Conn, r *bufio.Reader) {
				if _, err := r.ReadString('\n'); err == nil {
					_, _ = io.WriteString(conn, c.answer)
				}
			})
			report := run(t, only(t, url, "get/valid/status"))
			if !strings.Contains(report.Problem, c.want) {
				t.Errorf("got the problem %q, want %q", report.Problem, c.want)
			}
			if report.Good() || report.Results[0].Outcome != verify.NotRun {
				t.Errorf("got %+v, want a case that was not run", report.Results[0])
			}
		})
	}
}

// TestRetries holds that what the network failed is tried again, and what was
// answered is not.
func TestRetries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		retries     int
		fail        int32 // how many connections break before one answers
		connections int32
		good        bool
	}{
		{"no retry", 0, 1, 1, false},
		{"two retries", 2, 2, 3, true},
		{"too few", 1, 2, 2, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url, connections := scripted(t, func(n int32, conn net.Conn, r *bufio.Reader) {
				if n <= c.fail {
					return
				}
				for {
					if _, err := readMessage(r); err != nil {
						return
					}
					_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				}
			})
			o := only(t, url, "get/valid/status")
			o.Retries = c.retries
			report := run(t, o)
			if got := report.Results[0].Outcome == verify.Holds; got != c.good || connections.Load() != c.connections {
				t.Errorf("got %s after %d connections, want good: %v after %d", report.Results[0].Outcome, connections.Load(), c.good, c.connections)
			}
		})
	}
	t.Run("an error is an answer", func(t *testing.T) {
		t.Parallel()
		var requests atomic.Int32
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			requests.Add(1)
			w.WriteHeader(http.StatusServiceUnavailable)
		}))
		defer s.Close()
		o := only(t, s.URL, "get/valid/status")
		o.Retries = 5
		if report := run(t, o); report.Results[0].Outcome != verify.Fails || requests.Load() != 1 {
			t.Errorf("got %s after %d requests, want a failure after one", report.Results[0].Outcome, requests.Load())
		}
	})
}

// TestKeptConnection holds that a connection is kept, and that one which the
// server closed meanwhile is replaced without counting as a failure.
func TestKeptConnection(t *testing.T) {
	t.Parallel()
	url, connections := scripted(t, func(_ int32, conn net.Conn, r *bufio.Reader) {
		for range 2 { // then it closes, as servers do with what is idle
			if _, err := readMessage(r); err != nil {
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		}
	})
	o := only(t, url, "get/x-request-id/valid/accepted", "get/x-request-id/capitals/accepted", "get/x-request-id/nil/accepted", "get/accept/any/accepted")
	report := run(t, o)
	if got := report.Count(verify.Holds); got != 4 || report.Requests != 5 || connections.Load() != 3 {
		t.Errorf("got %d of 4 cases, %d requests over %d connections; want 5 over 3", got, report.Requests, connections.Load())
	}
}

// TestTimeout holds that a target which never answers is given up.
func TestTimeout(t *testing.T) {
	t.Parallel()
	url, _ := scripted(t, func(_ int32, _ net.Conn, r *bufio.Reader) { _, _ = io.Copy(io.Discard, r) })
	o := only(t, url)
	o.Timeout = time.Second
	report := run(t, o)
	if !strings.Contains(report.Problem, "no answer within") || report.Count(verify.NotRun) != len(report.Results) {
		t.Errorf("got the problem %q and %s; want no case run", report.Problem, report.Summary())
	}
}

// TestTargetThatDies holds that a run ends where its target does.
func TestTargetThatDies(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	url, _ := scripted(t, func(_ int32, conn net.Conn, r *bufio.Reader) {
		for requests.Add(1) < 20 {
			if _, err := readMessage(r); err != nil {
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	})
	report := run(t, only(t, url, "get/*"))
	if report.Problem != "the target stopped answering" || report.Count(verify.Unheard) == 0 || report.Count(verify.Unheard) > 10 || report.Count(verify.NotRun) < 100 {
		t.Errorf("got the problem %q and %s; want a few cases without an answer, and the rest not run", report.Problem, report.Summary())
	}
}

// TestRate holds that requests keep their distance.
func TestRate(t *testing.T) {
	t.Parallel()
	url, _ := scripted(t, func(_ int32, conn net.Conn, r *bufio.Reader) {
		for {
			if _, err := readMessage(r); err != nil {
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	})
	o := only(t, url, "get/x-request-id/*")
	o.Rate = 200
	report := run(t, o)
	if least := time.Duration(report.Requests-1) * 5 * time.Millisecond; report.Requests < 10 || report.Took < least {
		t.Errorf("%d requests took %s at 200 a second, want at least %s", report.Requests, report.Took, least)
	}
}

// TestBasePath holds that a target's own path stands before each path.
func TestBasePath(t *testing.T) {
	t.Parallel()
	var path atomic.Value
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { path.Store(r.URL.Path) }))
	defer s.Close()
	run(t, only(t, s.URL+"/staging/v1/", "get/valid/status"))
	if got, want := fmt.Sprint(path.Load()), "/staging/v1/customers/1/locations/1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
