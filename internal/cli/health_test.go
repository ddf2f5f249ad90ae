package cli

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/cli/command"
)

// TestHealthOfASilentServer holds that health does not wait for ever, and that
// it says so.
func TestHealthOfASilentServer(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err = health(ctx, "http://"+l.Addr().String(), nil)
	if err == nil || !strings.Contains(err.Error(), "none came within") {
		t.Errorf("got %v, want an error that says that no answer came in time", err)
	}
}

// TestHealthAsksWithoutEffect holds what health sends: a preflight, which asks
// for no token and changes nothing, and no second request.
func TestHealthAsksWithoutEffect(t *testing.T) {
	t.Parallel()
	var asked []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.String()+" "+r.Header.Get("Authorization"))
		w.Header().Set("X-API-VERSION", "2019/02/08")
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusFound)
	}))
	defer s.Close()
	err := health(t.Context(), s.URL+"/", nil)
	var misuse command.Misuse
	if err == nil || errors.As(err, &misuse) {
		t.Errorf("got %v, want an error that is no misuse", err)
	}
	if want := "OPTIONS /customers/1/locations/1 "; len(asked) != 1 || asked[0] != want {
		t.Errorf("got the requests %q, want %q alone", asked, want)
	}
}

// TestHealthOfAnotherServer holds that health does not ask whether the mock is
// running where somebody else has the port.
func TestHealthOfAnotherServer(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, "SSH-2.0-other\r\n")
			c.Close()
		}
	}()
	err = health(t.Context(), "http://"+l.Addr().String(), nil)
	if err == nil || !strings.Contains(err.Error(), "another server listens there") || strings.Contains(err.Error(), "is it running?") {
		t.Errorf("got %v, want an error that another server listens", err)
	}
	l.Close()
	err = health(t.Context(), "http://"+l.Addr().String(), nil)
	if err == nil || !strings.Contains(err.Error(), "is it running?") {
		t.Errorf("got %v where nobody listens, want to be asked whether it is running", err)
	}
}

// TestHealthWaits holds that health --wait asks until the mock answers, whatever
// answered before it.
func TestHealthWaits(t *testing.T) {
	t.Parallel()
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked < 3 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		w.Header().Set("X-API-VERSION", "2019/02/08")
	}))
	defer s.Close()
	got := run(t, "health", "--wait", patience.String(), s.URL)
	if got.code != exitDone || got.stdout != s.URL+" answers.\n" || asked != 3 {
		t.Errorf("got %+v after %d requests, want an answer at the third", got, asked)
	}
}
