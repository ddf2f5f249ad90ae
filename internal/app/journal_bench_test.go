package app_test

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"dispatchmock/internal/exchange/journal"
)

// BenchmarkJournal compares whole exchanges with the journal on, as serve has
// it, to the same with the journal off, by turns in the same run: "ratio" is
// the throughput with it as a part of that without, the median of the turns.
func BenchmarkJournal(b *testing.B) {
	for _, c := range []struct{ name, status, tenant string }{{"hot", " 200 OK", "1"}, {"error 400", " 400 ", "x"}} {
		b.Run(c.name, func(b *testing.B) {
			off := launchBench(b, settings{quiet: true, journal: &journal.Limits{}})
			on := launchBench(b, settings{quiet: true, journal: &journal.Limits{Count: 1000, Bytes: 1 << 20}})
			byTurns(b, newLoad(b, off.Addr().String()), newLoad(b, on.Addr().String()), c.status, same(1, c.tenant))
		})
	}
}

// BenchmarkSubscribers compares exchanges while 1,000 clients follow the
// journal, of another session or of this one, to the same without any.
func BenchmarkSubscribers(b *testing.B) {
	const subscribers = 1000
	for _, session := range []string{"other", "default"} {
		b.Run("of "+session, func(b *testing.B) {
			plain, followed := launchBench(b, settings{quiet: true}), launchBench(b, settings{quiet: true})
			followed.admin(b, "POST", "/sessions", `{"id": "other"}`)
			alone, beside := newLoad(b, plain.Addr().String()), newLoad(b, followed.Addr().String())
			before := memory()
			for range subscribers {
				follow(b, followed, session)
			}
			held := memory() - before
			byTurns(b, alone, beside, " 200 OK", same(1, "1"))
			b.ReportMetric(float64(held)/subscribers, "B/subscriber")
		})
	}
}

// follow opens a stream of a session's exchanges and reads it to its end.
func follow(b *testing.B, r *running, session string) {
	b.Helper()
	conn, err := net.Dial("tcp", r.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "GET /_mock/journal/stream?session=%s HTTP/1.1\r\nHost: localhost\r\n\r\n", session)
	first := make([]byte, 12)
	if _, err := io.ReadFull(conn, first); err != nil || string(first) != "HTTP/1.1 200" {
		b.Fatalf("got %q, %v, want a stream", first, err)
	}
	go func() { _, _ = io.Copy(io.Discard, conn) }()
}

// memory returns how much heap and stack is in use.
func memory() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// byTurns asks both servers the same by turns.
func byTurns(b *testing.B, base, subject *load, status string, request func([]byte, int) []byte) {
	b.Helper()
	base.run(b, turn, status, request)
	subject.run(b, turn, status, request)
	var ratios []float64
	var own time.Duration
	b.ResetTimer()
	for sent := 0; sent < b.N; sent += turn {
		n := min(turn, b.N-sent)
		b.StopTimer()
		without := base.run(b, n, status, request)
		b.StartTimer()
		took := subject.run(b, n, status, request)
		own += took
		ratios = append(ratios, float64(without)/float64(took))
	}
	b.StopTimer()
	b.ReportMetric(median(ratios), "ratio")
	b.ReportMetric(float64(b.N)/own.Seconds(), "req/s")
}
