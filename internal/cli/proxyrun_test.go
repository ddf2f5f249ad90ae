package cli

import (
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/schemas"
)

// TestProxyStops stops a proxy through which an endless answer passes: it ends
// within the second that is promised, cuts the answer off, and has written
// what it saw before.
func TestProxyStops(t *testing.T) {
	t.Parallel()
	mock := serve(t)
	streaming := make(chan struct{}, 1)
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/customers/") {
			answer, err := http.DefaultClient.Do(redirected(r, mock))
			if err != nil {
				t.Error(err)
				return
			}
			defer answer.Body.Close()
			for name, values := range answer.Header {
				w.Header()[strings.NewReplacer("X-Api-Version", "X-API-VERSION", "X-Request-Id", "X-REQUEST-ID").Replace(name)] = values
			}
			_, _ = io.Copy(w, answer.Body) // the client is here
			return
		}
		_, _ = io.WriteString(w, "begun")
		_ = http.NewResponseController(w).Flush()
		streaming <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(origin.Close)
	dir := filepath.Join(t.TempDir(), "seen")
	proxy, stdout, stderr, stop := pass(t, origin.URL, "--record", dir, "--fail-on-violation")
	answer := rawly(t, proxy, "GET /customers/1/locations/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer driver-token\r\nx-tenant-id: 1\r\n\r\n")
	if !strings.HasPrefix(answer, "HTTP/1.1 200 ") {
		t.Fatalf("got %s", answer)
	}
	c, err := net.Dial("tcp", strings.TrimPrefix(proxy, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-streaming
	if code := stop(); code != 1 {
		t.Errorf("it stopped with the exit code %d, want 1: the endless answer was cut off", code)
	}
	if !strings.Contains(stderr.String(), "requests in flight were cut off") || !strings.Contains(stdout.String(), "Passed ") || !strings.Contains(stdout.String(), "Recorded 1 record, 1 client and 1 exchange in ") {
		t.Errorf("it says\n%s%s", stdout, stderr)
	}
	contracts, err := contract.Load(schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	if f, err := fixture.Load(os.DirFS(filepath.Join(dir, "fixtures")), schemas.FS, contracts, time.Now()); err != nil || f.Base.Records() != 1 {
		t.Errorf("the recording: %v", err)
	}
}

// redirected returns a request to the mock that asks what another asks.
func redirected(r *http.Request, mock string) *http.Request {
	out, err := http.NewRequestWithContext(r.Context(), r.Method, mock+r.URL.Path, nil)
	if err != nil {
		panic(err)
	}
	out.Header = r.Header
	return out
}

// TestProxySecure passes requests to a target over TLS, whose authority is
// named by a file, or not at all.
func TestProxySecure(t *testing.T) {
	t.Parallel()
	origin := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "host "+r.Host)
	}))
	origin.Config.ErrorLog = log.New(io.Discard, "", 0) // it would report a refused handshake
	origin.StartTLS()
	t.Cleanup(origin.Close)
	ca := file(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: origin.Certificate().Raw})))
	for _, c := range []struct {
		name  string
		flags []string
		want  string
	}{
		{"named", []string{"--ca", ca}, "host " + strings.TrimPrefix(origin.URL, "https://")},
		{"named, with the client's host", []string{"--ca", ca, "--keep-host"}, "host a.example"},
		{"not named", nil, "name the file of its authority with --ca"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			proxy, _, _, _ := pass(t, origin.URL, c.flags...)
			answer := rawly(t, proxy, "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
			if !strings.Contains(answer, c.want) {
				t.Errorf("got %s, want it to have %q", answer, c.want)
			}
		})
	}
}
