package app_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// connections is how many clients ask at once, as in the peers' measurements.
const connections = 64

// load asks a server over kept-alive connections; answers are read to the
// last byte, but not parsed beyond what that takes.
type load struct {
	conns []*client
}

type client struct {
	conn net.Conn
	read *bufio.Reader
}

func newLoad(b *testing.B, address string) *load {
	b.Helper()
	l := &load{}
	for range connections {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			b.Fatal(err)
		}
		l.conns = append(l.conns, &client{conn, bufio.NewReader(conn)})
	}
	b.Cleanup(func() {
		for _, c := range l.conns {
			c.conn.Close()
		}
	})
	return l
}

// run sends n requests, the i-th as request gives it, and returns how long all
// of them took.
func (l *load) run(b *testing.B, n int, wantStatus string, request func(dst []byte, i int) []byte) time.Duration {
	b.Helper()
	var next atomic.Int64
	var wait sync.WaitGroup
	errs := make(chan error, len(l.conns))
	start := time.Now()
	for _, c := range l.conns {
		wait.Go(func() {
			var buf []byte
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				buf = request(buf[:0], i)
				if err := c.ask(buf, wantStatus); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wait.Wait()
	took := time.Since(start)
	close(errs)
	for err := range errs {
		b.Fatal(err)
	}
	return took
}

var lengthName = []byte("Content-Length: ")

func (c *client) ask(request []byte, wantStatus string) error {
	if _, err := c.conn.Write(request); err != nil {
		return err
	}
	length := -1
	for first := true; ; first = false {
		line, err := c.read.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.Contains(line, []byte(wantStatus)) {
			return fmt.Errorf("got %s, want status %s", line, wantStatus)
		}
		if bytes.HasPrefix(line, lengthName) {
			length, _ = strconv.Atoi(string(bytes.TrimSpace(line[len(lengthName):])))
		}
		if len(line) == 2 {
			break
		}
	}
	_, err := c.read.Discard(length)
	return err
}

const requestForm = "DELETE /customers/%d/locations/1 HTTP/1.1\r\nHost: 127.0.0.1:8003\r\nAuthorization: Bearer dispatcher-token\r\nContent-Type: application/json\r\nx-tenant-id: %s\r\n\r\n"

// same returns a maker of one and the same request.
func same(customer int, tenant string) func([]byte, int) []byte {
	text := fmt.Sprintf(requestForm, customer, tenant)
	return func(dst []byte, _ int) []byte { return append(dst, text...) }
}

// bare starts a net/http handler that answers with the sample's bytes and does
// nothing else.
func bare(b *testing.B) string {
	b.Helper()
	text := readGolden(b, "page/sample")
	_, response, _ := strings.Cut(text, "-- response --\n")
	head, body, _ := strings.Cut(response, "\n\n")
	header := http.Header{}
	for _, line := range strings.Split(head, "\n")[1:] {
		name, value, _ := strings.Cut(line, ": ")
		if name != "Date" { // net/http prints its own
			header[name] = []string{value}
		}
	}
	bytes := []byte(strings.TrimSuffix(body, "\n"))
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		for name, values := range header {
			h[name] = values
		}
		_, _ = w.Write(bytes)
	})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = s.Serve(l) }()
	b.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

// generated returns a fixture file of n records, customers from first on, each
// like the page's sample with a name of its own.
func generated(first, n int) string {
	var s strings.Builder
	s.WriteString(`{"api_version": "2021/04/07", "tenant_id": 1, "customer_locations": [`)
	for i := range n {
		if i > 0 {
			s.WriteString(",\n")
		}
		fmt.Fprintf(&s, `{"record": {"account_number_1": null, "account_number_2": null, "addresses": [{"country": null, "id": %[1]d, "is_active": true, "is_billing": true, "is_physical": false, "is_shipping": false, "latitude": 48.080076, "line_1": "%[1]d E Washington St", "line_2": null, "line_3": null, "line_4": null, "locality": "Sequim", "longitude": -123.0952858, "postcode": "98382", "region": "WA"}], "contacts": [{"email": "customer%[1]d@example.com", "fax": null, "id": %[1]d, "name": "George", "notify_on_acknowledged_request": false, "notify_on_completed_request": true, "notify_on_dispatched_request": true, "notify_on_failed_request": true, "notify_on_new_request": true, "number": "360-555-1212"}], "created_on": "2018-06-13T19:50:20.867000", "id": %[1]d, "is_active": true, "is_commercial": false, "last_updated_on": "2020-04-22T17:23:17.363000", "location_id": 1, "name": "Customer %[1]d", "note": "Exempt from billing???", "parent_id": null, "reference_number": null, "renewal_date": null, "sales_rep": "Shane", "sales_rep_id": null, "suspension_id": null}}`, first+i)
	}
	s.WriteString("]}")
	return s.String()
}

// BenchmarkExchange measures whole exchanges over loopback. "ratio" is the
// throughput as a part of a bare net/http handler's with the same bytes, asked
// by turns in the same run: the median over the turns.
func BenchmarkExchange(b *testing.B) {
	for _, c := range []struct {
		name     string
		settings settings
		status   string
		request  func([]byte, int) []byte
	}{
		{"hot", settings{quiet: true}, " 200 OK", same(1, "1")},
		{"hot, logged", settings{}, " 200 OK", same(1, "1")},
		{"error 404", settings{quiet: true}, " 404 ", same(404, "1")},
		{"error 400", settings{quiet: true}, " 400 ", same(1, "x")},
	} {
		b.Run(c.name, func(b *testing.B) {
			plain := newLoad(b, bare(b))
			r := launchBench(b, c.settings)
			compare(b, plain, newLoad(b, r.Addr().String()), c.status, c.request)
		})
	}
	b.Run("cold", func(b *testing.B) {
		const records, first = 100_000, 100_000
		plain := newLoad(b, bare(b))
		s := settings{quiet: true, files: map[string]string{"more.json": generated(first, records)}}
		r := launchBench(b, s)
		cold := newLoad(b, r.Addr().String())
		compare(b, plain, cold, " 200 OK", func(dst []byte, i int) []byte {
			return fmt.Appendf(dst, requestForm, first+i%records, "1")
		})
	})
}

const turn = 2_000

// compare asks both servers by turns.
func compare(b *testing.B, plain, subject *load, status string, request func([]byte, int) []byte) {
	b.Helper()
	warm := same(1, "1")
	plain.run(b, turn, " 200 OK", warm)
	b.ReportAllocs()
	var ratios []float64
	var own time.Duration
	b.ResetTimer()
	for sent := 0; sent < b.N; sent += turn {
		n := min(turn, b.N-sent)
		b.StopTimer()
		base := plain.run(b, n, " 200 OK", warm)
		b.StartTimer()
		took := subject.run(b, n, status, func(dst []byte, i int) []byte { return request(dst, sent+i) })
		own += took
		ratios = append(ratios, float64(base)/float64(took))
	}
	b.StopTimer()
	b.ReportMetric(median(ratios), "ratio")
	b.ReportMetric(float64(b.N)/own.Seconds(), "req/s")
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// launchBench starts a server whose log goes nowhere.
func launchBench(b *testing.B, s settings) *running {
	b.Helper()
	s.discardLog = true
	return launch(b, s)
}

func readGolden(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(goldenDir, filepath.FromSlash(name)+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
