package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/admin/client"
)

// stuckServer answers each connection by a function.
func stuckServer(t *testing.T, answer func(net.Conn)) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = c.Read(make([]byte, 4096))
				answer(c)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// endless sends a text again and again until nobody takes it.
func endless(text string, pause time.Duration) func(net.Conn) {
	return func(c net.Conn) {
		for {
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
			if pause > 0 {
				<-time.After(pause)
			}
		}
	}
}

// after sends a text before another answer.
func after(text string, answer func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = io.WriteString(c, text)
		answer(c)
	}
}

const (
	anyHead     = "HTTP/1.1 %s\r\nContent-Type: %s\r\nX-API-VERSION: 2019/02/08\r\nContent-Length: 1000000\r\n\r\n"
	problemType = "application/problem+json"
)

// TestStuckServers holds that no client of ours waits for ever for a server,
// or reads without end, and that it says what is wrong.
func TestStuckServers(t *testing.T) {
	t.Parallel()
	// What ends first must not be a matter of chance.
	limits := func(answer time.Duration) client.Timeouts {
		return client.Timeouts{Answer: answer, Silence: 10 * answer}
	}
	clients := map[string]func(ctx context.Context, url string, answer time.Duration) error{
		"health": func(ctx context.Context, url string, answer time.Duration) error {
			ctx, cancel := context.WithTimeout(ctx, answer)
			defer cancel()
			return health(ctx, url, nil)
		},
		"call": func(ctx context.Context, url string, answer time.Duration) error {
			_, err := client.New(url, "", limits(answer), nil).Bytes(ctx, client.Call{Method: http.MethodGet, Path: "/health"})
			return err
		},
		"stream": func(ctx context.Context, url string, answer time.Duration) error {
			response, err := client.New(url, "", limits(answer), nil).Send(ctx, client.Call{Method: http.MethodGet, Path: "/journal/stream"})
			if err != nil {
				return err
			}
			defer response.Body.Close()
			_, err = io.Copy(io.Discard, response.Body)
			return err
		},
	}
	drip := endless("a", 10*time.Millisecond)
	hang := func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
	for _, c := range []struct {
		name   string
		answer func(net.Conn)
		want   map[string]string // what each client says; "-" is not asked, "" is not an error
	}{
		{"nothing", hang, map[string]string{"health": "none came within", "call": "none came within", "stream": "none came within"}},
		{"half a head", after("HTTP/1.1 200 OK\r\nX-A", hang), map[string]string{"health": "none came within", "call": "none came within", "stream": "none came within"}},
		{"a head byte by byte", after("HTTP/1.1 200 OK\r\nX-A: ", drip), map[string]string{"health": "none came within", "call": "none came within", "stream": "none came within"}},
		{"a head without end", after("HTTP/1.1 200 OK\r\n", endless("X-A: "+strings.Repeat("a", 1000)+"\r\n", 0)),
			map[string]string{"health": "exceeded 65536 bytes", "call": "exceeded 65536 bytes", "stream": "exceeded 65536 bytes"}},
		{"interim answers without end", endless("HTTP/1.1 103 Early Hints\r\nX-A: "+strings.Repeat("a", 1000)+"\r\n\r\n", 0),
			map[string]string{"health": "exceeded 65536 bytes", "call": "exceeded 65536 bytes", "stream": "exceeded 65536 bytes"}},
		{"interim answers one by one", endless("HTTP/1.1 103 Early Hints\r\n\r\n", 10*time.Millisecond),
			map[string]string{"health": "none came within", "call": "none came within", "stream": "none came within"}},
		{"half a body", after(fmt.Sprintf(anyHead, "200 OK", "application/json")+"{", hang),
			map[string]string{"health": "", "call": "did not end within", "stream": "nothing came for"}},
		{"a body byte by byte", after(fmt.Sprintf(anyHead, "200 OK", "application/json"), drip),
			map[string]string{"health": "", "call": "did not end within", "stream": "-"}}, // a stream is as long as it is
		{"half a problem", after(fmt.Sprintf(anyHead, "400 Bad Request", problemType)+"{", hang),
			map[string]string{"health": "got 400 Bad Request", "call": "did not end within", "stream": "did not end within"}},
		{"a problem byte by byte", after(fmt.Sprintf(anyHead, "400 Bad Request", problemType), drip),
			map[string]string{"health": "got 400 Bad Request", "call": "did not end within", "stream": "did not end within"}},
	} {
		for name, ask := range clients {
			want := c.want[name]
			if want == "-" {
				continue
			}
			t.Run(c.name+", "+name, func(t *testing.T) {
				t.Parallel()
				url := stuckServer(t, c.answer)
				// On a busy machine what the server sends first may come too late:
				// then the client waits longer.
				for answer := 300 * time.Millisecond; ; answer *= 2 {
					got := make(chan error, 1)
					go func() { got <- ask(t.Context(), url, answer) }()
					select {
					case err := <-got:
						if err != nil && len(err.Error()) > 600 {
							t.Errorf("the error has %d bytes", len(err.Error()))
						}
						if want == "" && err == nil || want != "" && err != nil && strings.Contains(err.Error(), want) {
							return
						}
						if answer > patience/8 {
							t.Fatalf("got %v, want %q", err, want)
						}
					case <-time.After(patience):
						t.Fatal("the client still waits")
					}
				}
			})
		}
	}
}

// TestHealthSaysLittleOfAStranger holds that what another server says is not
// printed at length.
func TestHealthSaysLittleOfAStranger(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 50_000)
	for _, answer := range []string{
		"HTTP/1.1 500 " + long + "\r\nX-API-VERSION: " + long[:10_000] + "\r\n\r\n",
		"HTTP/1.1 " + long + "\r\n\r\n",
		long + "\r\n\r\n",
	} {
		url := stuckServer(t, func(c net.Conn) { _, _ = io.WriteString(c, answer) })
		if err := health(t.Context(), url, nil); err == nil || len(err.Error()) > 600 {
			t.Errorf("got an error of %d bytes, want one of at most 600", len(fmt.Sprint(err)))
		}
	}
}
