package app_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"

	"dispatchmock/internal/app"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/testkit"
)

// side is a server that is asked by turns with another.
type side struct {
	load    testkit.Load
	status  string
	request func(dst []byte, i int) []byte
}

// turn is how many requests one turn sends.
const turn = 2_000

func (s side) run(b *testing.B, from, n int) time.Duration {
	b.Helper()
	return s.load.Run(b, n, s.status, func(dst []byte, i int) []byte { return s.request(dst, from+i) })
}

// byTurns asks two servers by turns. "ratio" is the throughput of the second as
// a part of the first's, the median of the turns.
func byTurns(b *testing.B, base, subject side) {
	b.Helper()
	base.run(b, 0, turn)
	b.ReportAllocs()
	var ratios []float64
	var own time.Duration
	b.ResetTimer()
	for sent := 0; sent < b.N; sent += turn {
		n := min(turn, b.N-sent)
		b.StopTimer()
		without := base.run(b, sent, n)
		b.StartTimer()
		took := subject.run(b, sent, n)
		own += took
		ratios = append(ratios, float64(without)/float64(took))
	}
	b.StopTimer()
	b.ReportMetric(testkit.Median(ratios), "ratio")
	b.ReportMetric(float64(b.N)/own.Seconds(), "req/s")
}

// loadOn starts a server whose log goes nowhere.
func loadOn(b *testing.B, s testkit.Settings) testkit.Load {
	b.Helper()
	s.LogTo = io.Discard
	return testkit.NewLoad(b, testkit.Start(b, s).Addr().String())
}

var hot = testkit.Deletions(1, 0, "1")

// bare starts a net/http handler that answers with the sample's bytes and does
// nothing else.
func bare(b *testing.B) side {
	b.Helper()
	a := testkit.Start(b, testkit.Settings{}).Ask(b, http.MethodGet, testkit.Resource, testkit.Dispatcher...)
	header, body := http.Header{}, []byte(a.Body)
	for _, f := range a.Fields {
		if f.Name != "Date" { // net/http prints its own
			header[f.Name] = []string{f.Value}
		}
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		for name, values := range header {
			h[name] = values
		}
		_, _ = w.Write(body)
	})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = s.Serve(l) }()
	b.Cleanup(func() { s.Close() })
	return side{testkit.NewLoad(b, l.Addr().String()), " 200 OK", hot}
}

// BenchmarkExchange compares whole exchanges over loopback to those of a bare
// net/http handler with the same bytes.
func BenchmarkExchange(b *testing.B) {
	const records, first = 100_000, 100_000
	for _, c := range []struct {
		name     string
		settings testkit.Settings
		status   string
		request  func([]byte, int) []byte
	}{
		{"hot", testkit.Settings{}, " 200 OK", hot},
		{"hot, logged", testkit.Settings{Log: testkit.TextLog}, " 200 OK", hot},
		{"error 404", testkit.Settings{}, " 404 ", testkit.Deletions(404, 0, "1")},
		{"error 400", testkit.Settings{}, " 400 ", testkit.Deletions(1, 0, "x")},
		{"cold", testkit.Settings{Data: testkit.Data{Files: map[string]string{"more.json": testkit.Records(first, records)}}}, " 200 OK", testkit.Deletions(first, records, "1")},
	} {
		b.Run(c.name, func(b *testing.B) { byTurns(b, bare(b), side{loadOn(b, c.settings), c.status, c.request}) })
	}
}

// BenchmarkAllocations counts what one request allocates in the server's
// process, and what of that is net/http's own: "own-" is what is left when the
// bare handler's part is taken off. The client allocates nothing that counts.
func BenchmarkAllocations(b *testing.B) {
	for _, c := range []struct {
		name, status string
		request      func([]byte, int) []byte
	}{
		{"hot", " 200 OK", hot},
		{"error 404", " 404 ", testkit.Deletions(404, 0, "1")},
		{"error 400", " 400 ", testkit.Deletions(1, 0, "x")},
	} {
		b.Run(c.name, func(b *testing.B) {
			plain, subject := bare(b), side{loadOn(b, testkit.Settings{}), c.status, c.request}
			plain.request = c.request
			n := max(b.N, turn) // fewer would be lost in what the runtime does meanwhile
			count := func(s side) (allocs, bytes float64) {
				s.run(b, 0, turn) // connections and pools are filled
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				s.run(b, 0, n)
				runtime.ReadMemStats(&after)
				return float64(after.Mallocs-before.Mallocs) / float64(n), float64(after.TotalAlloc-before.TotalAlloc) / float64(n)
			}
			bareAllocs, bareBytes := count(plain)
			b.ResetTimer()
			allocs, bytes := count(subject)
			b.ReportMetric(allocs, "allocs")
			b.ReportMetric(allocs-bareAllocs, "own-allocs")
			b.ReportMetric(bytes-bareBytes, "own-B")
		})
	}
}

// BenchmarkJournal compares whole exchanges with the journal on, as serve has
// it, to the same with the journal off.
func BenchmarkJournal(b *testing.B) {
	for _, c := range []struct{ name, status, tenant string }{{"hot", " 200 OK", "1"}, {"error 400", " 400 ", "x"}} {
		b.Run(c.name, func(b *testing.B) {
			request := testkit.Deletions(1, 0, c.tenant)
			off := loadOn(b, testkit.Settings{Options: app.Options{Journal: journal.Limits{Count: -1}}})
			on := loadOn(b, testkit.Settings{Options: app.Options{Journal: journal.Limits{Count: 1000, Bytes: 1 << 20}}})
			byTurns(b, side{off, c.status, request}, side{on, c.status, request})
		})
	}
}

// BenchmarkSubscribers compares exchanges while 1,000 clients follow the
// journal, of another session or of this one, to the same without any.
func BenchmarkSubscribers(b *testing.B) {
	const subscribers = 1000
	for _, session := range []string{"other", "default"} {
		b.Run("of "+session, func(b *testing.B) {
			alone := side{loadOn(b, testkit.Settings{}), " 200 OK", hot}
			followed := testkit.Start(b, testkit.Settings{LogTo: io.Discard})
			followed.Admin(b, http.MethodPost, "/sessions", `{"id": "other"}`)
			beside := side{testkit.NewLoad(b, followed.Addr().String()), " 200 OK", hot}
			before := memory()
			for range subscribers {
				follow(b, followed, session)
			}
			held := memory() - before
			byTurns(b, alone, beside)
			b.ReportMetric(float64(held)/subscribers, "B/subscriber")
		})
	}
}

// follow opens a stream of a session's exchanges and reads it to its end.
func follow(b *testing.B, r *testkit.Server, session string) {
	b.Helper()
	c := r.Connect(b)
	c.Send(b, fmt.Sprintf("GET /_mock/journal/stream?session=%s HTTP/1.1\r\nHost: localhost\r\n\r\n", session))
	first := make([]byte, 12)
	if _, err := io.ReadFull(c, first); err != nil || string(first) != "HTTP/1.1 200" {
		b.Fatalf("got %q, %v, want a stream", first, err)
	}
	go func() { _, _ = io.Copy(io.Discard, c) }()
}

// memory returns how much heap and stack is in use.
func memory() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
