package journal

import (
	"fmt"
	"runtime"
	"testing"

	"dispatchmock/internal/exchange"
)

func sample(session string) *exchange.Exchange {
	return &exchange.Exchange{Session: session, Method: "DELETE", Path: "/customers/1/locations/1/", Status: 200,
		Request:  exchange.Message{Head: string(make([]byte, 200))},
		Response: exchange.Message{Head: string(make([]byte, 400)), Body: make([]byte, 1032)}}
}

func BenchmarkAdd(b *testing.B) {
	for _, c := range []struct {
		name            string
		sessions, count int
		subscribers     int
	}{
		{"one session", 1, 10_000, 0},
		{"100 sessions", 100, 10_000, 0},
		{"1000 sessions", 1000, 10_000, 0},
		{"1 subscriber", 1, 10_000, 1},
		{"1000 subscribers", 1, 10_000, 1000},
		{"1000 subscribers of other sessions", 1, 10_000, -1000},
	} {
		b.Run(c.name, func(b *testing.B) {
			j := New(Limits{Count: c.count, Bytes: 1 << 30})
			var f Filter
			if c.subscribers < 0 {
				c.subscribers, f.Session = -c.subscribers, "other"
			}
			for range c.subscribers {
				// A reader that was dropped comes back.
				go func() {
					for b.Context().Err() == nil {
						s, err := j.Subscribe(f, c.count)
						if err != nil {
							return
						}
						for open := true; open; {
							select {
							case _, open = <-s.C():
							case <-b.Context().Done():
								open = false
							}
						}
						s.Close()
					}
				}()
			}
			names := make([]string, c.sessions)
			for i := range names {
				names[i] = fmt.Sprint("session-", i)
			}
			for i := range c.count {
				j.Add(nil, sample(names[i%len(names)]))
			}
			list := make([]exchange.Exchange, b.N)
			for i := range list {
				list[i] = *sample(names[i*7%len(names)])
			}
			for ready := false; !ready; runtime.Gosched() {
				j.mu.Lock()
				ready = len(j.waiting[f.Session]) == c.subscribers
				j.mu.Unlock()
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range list {
				j.Add(nil, &list[i])
			}
		})
	}
}

// BenchmarkForget makes and forgets sessions of 5 exchanges among 1,000
// others.
func BenchmarkForget(b *testing.B) {
	j := New(Limits{Count: 10_000, Bytes: 1 << 30})
	for i := range 5000 {
		j.Add(nil, in(fmt.Sprint("session-", i%1000)))
	}
	b.ReportAllocs()
	for b.Loop() {
		for range 5 {
			j.Add(nil, in("mine"))
		}
		j.Forget("mine")
	}
}

func BenchmarkFind(b *testing.B) {
	j := New(Limits{Count: 10_000, Bytes: 1 << 30})
	for i := range 10_000 {
		j.Add(nil, sample(fmt.Sprint("session-", i%100)))
	}
	for _, c := range []struct {
		name string
		f    Filter
	}{
		{"newest 100", Filter{Limit: 100}},
		{"session", Filter{Session: "session-7", Limit: 100}},
		{"status of none", Filter{Status: "4xx", Limit: 100}},
		{"text of none", Filter{Text: "nowhere", Limit: 100}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				j.Find(c.f)
			}
		})
	}
}
