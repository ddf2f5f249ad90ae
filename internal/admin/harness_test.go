package admin_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/app"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/quota"
	"dispatchmock/internal/testkit"
)

var patience = testkit.Patience

var sampleTime = testkit.SampleTime

// settings are what a test may choose of a server; the zero value is the
// default world with a standing clock.
type settings struct {
	admin    app.Admin
	sessions int              // their limit
	home     session.Spec     // of the default session
	newID    func() uuid.UUID // the random source
	ttl      time.Duration    // of sessions
	quota    *quota.Quota     // of their bytes
	now      func() time.Time // the machine's clock
	journal  journal.Limits
	address  string // to listen at
	anyToken bool
}

// running is a server under test.
type running struct {
	*app.Server
	url  string // of the API, and of the admin API on the same listener
	host string // its address
}

// launch starts a server and stops it when the test ends.
func launch(t testing.TB, s settings) *running {
	t.Helper()
	s.admin.Version = "0.0.0"
	r := testkit.Start(t, testkit.Settings{Address: s.address, Options: app.Options{AnyToken: s.anyToken, Journal: s.journal, Admin: s.admin,
		Sessions: session.Options{Now: s.now, NewID: s.newID, Default: s.home, Limit: s.sessions, TTL: s.ttl, Quota: s.quota}}})
	return &running{r.Server, r.URL, r.Addr().String()}
}

// reply is an answer, read to its end.
type reply struct {
	status  int
	header  http.Header
	body    string
	problem admin.Problem // where it is one
}

// client follows no redirect and keeps as many connections as tests need.
var client = &http.Client{
	Transport:     &http.Transport{MaxIdleConns: 2000, MaxIdleConnsPerHost: 1000},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// send sends a request; of its header lines a Host is the request's, and a body
// has the type application/json where no line says otherwise.
func send(url, method, body string, header ...string) (reply, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Set(name, value)
	}
	response, err := client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	p := reply{status: response.StatusCode, header: response.Header, body: string(text)}
	if err == nil && response.Header.Get("Content-Type") == "application/problem+json" && method != http.MethodHead {
		if err = json.Unmarshal(text, &p.problem); err == nil && (p.problem.Status != p.status || p.problem.Title == "" || p.problem.Detail == "") {
			err = fmt.Errorf("the status is %d, and the problem is not whole: %s", p.status, text)
		}
	}
	return p, err
}

// do sends a request to a path of the server.
func (r *running) do(t testing.TB, method, path, body string, header ...string) reply {
	t.Helper()
	p, err := send(r.url+path, method, body, header...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return p
}

// must sends a request to the admin API that has to be answered with a status of
// 200 to 299, and reads the answer.
func (r *running) must(t testing.TB, method, path, body string, into any) {
	t.Helper()
	p := r.do(t, method, "/_mock"+path, body)
	if p.status/100 != 2 {
		t.Fatalf("%s %s %s: got %d %s", method, path, body, p.status, p.body)
	}
	if into != nil {
		if err := json.Unmarshal([]byte(p.body), into); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, p.body)
		}
	}
}

// dispatcher is the header of a request that may do everything in tenant 1.
var dispatcher = []string{"Authorization: Bearer dispatcher-token", "X-Tenant-Id: 1"}

const resource = "/customers/1/locations/1/"

// api sends a request of a dispatcher to the mocked API.
func (r *running) api(t testing.TB, method, path string, header ...string) reply {
	t.Helper()
	return r.do(t, method, path, "", append(header, dispatcher...)...)
}

// raw sends bytes on a new connection, closes the sending half and returns all
// that comes back.
func raw(t testing.TB, address, request string) string {
	t.Helper()
	return rawFrom(t, "", address, request)
}

// rawFrom is raw from an address of this machine; "" is any.
func rawFrom(t testing.TB, from, address, request string) string {
	t.Helper()
	d := &net.Dialer{}
	if from != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(from)}
	}
	conn, err := d.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	// The server may answer and close before it has read everything.
	_, _ = io.WriteString(conn, request)
	_ = conn.(*net.TCPConn).CloseWrite()
	answer, err := io.ReadAll(conn)
	if err != nil && len(answer) == 0 {
		t.Fatalf("no answer to %.80q: %v", request, err)
	}
	return string(answer)
}

// statusOf returns the status of the first answer in raw bytes.
func statusOf(t testing.TB, answer string) int {
	t.Helper()
	response, err := http.ReadResponse(bufio.NewReader(strings.NewReader(answer)), nil)
	if err != nil {
		t.Fatalf("no answer in %.80q: %v", answer, err)
	}
	response.Body.Close()
	return response.StatusCode
}

// utc returns a time of RFC 3339 in its zone Z.
func utc(t testing.TB, s string) string {
	t.Helper()
	v, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return v.UTC().Format(time.RFC3339Nano)
}
