package app_test

import (
	"runtime"
	"testing"
)

// BenchmarkAllocations counts what one request allocates in the server's
// process, and what of that is net/http's own: "own-" is what is left when the
// bare handler's part is taken off. The client allocates nothing that counts.
func BenchmarkAllocations(b *testing.B) {
	for _, c := range []struct {
		name    string
		status  string
		request func([]byte, int) []byte
	}{
		{"hot", " 200 OK", same(1, "1")},
		{"error 404", " 404 ", same(404, "1")},
		{"error 400", " 400 ", same(1, "x")},
	} {
		b.Run(c.name, func(b *testing.B) {
			plain := newLoad(b, bare(b))
			subject := newLoad(b, launchBench(b, settings{quiet: true}).Addr().String())
			n := max(b.N, turn) // fewer would be lost in what the runtime does meanwhile
			count := func(l *load, status string) (allocs, bytes float64) {
				l.run(b, turn, status, c.request) // connections and pools are filled
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				l.run(b, n, status, c.request)
				runtime.ReadMemStats(&after)
				return float64(after.Mallocs-before.Mallocs) / float64(n), float64(after.TotalAlloc-before.TotalAlloc) / float64(n)
			}
			bareAllocs, bareBytes := count(plain, " 200 OK")
			b.ResetTimer()
			allocs, bytes := count(subject, c.status)
			b.ReportMetric(allocs, "allocs")
			b.ReportMetric(allocs-bareAllocs, "own-allocs")
			b.ReportMetric(bytes-bareBytes, "own-B")
		})
	}
}
