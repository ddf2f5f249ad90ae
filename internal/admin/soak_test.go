package admin_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var soak = flag.Int("soak", 480, "how many sessions TestSoak makes")

// soakLimit is how many sessions the soaked server holds.
const soakLimit = 200

// life is what one client does with one session, of which some are never
// dropped. It returns how many requests it sent.
func life(r *running, id string, random *rand.Rand) (int, error) {
	n := 0
	do := func(method, path, body string, statuses ...int) error {
		n++
		header := dispatcher
		if strings.HasPrefix(path, "/_mock") {
			header = nil
		}
		p, err := send(r.url+path, method, body, header...)
		if err == nil && !slices.Contains(statuses, p.status) {
			err = fmt.Errorf("%s %s: got %d %.300s, want %v", method, path, p.status, p.body, statuses)
		}
		return err
	}
	one := "/_mock/sessions/" + id
	steps := []func() error{
		func() error {
			return do("POST", "/_mock/sessions", `{"id": "`+id+`", "clock": {"mode": "step", "at": "2023-01-01T00:00:00Z", "step": "1s"}, "request_ids": {"seed": 1}}`, 201)
		},
		func() error { return do("DELETE", "/_s/"+id+resource, "", 200) },
		func() error { return do("GET", "/_s/"+id+resource, "", 200) },
		func() error { return do("GET", "/_s/"+id+"/nowhere?"+strings.Repeat("x", random.IntN(2000)), "", 404) },
		func() error { return do("PATCH", one+"/records/1/3/1", `{"note": "soaked"}`, 200) },
		func() error { return do("PUT", one+"/pins", `{"pins": {"web-app": "2021/04/07"}}`, 200) },
		func() error { return do("POST", one+"/snapshots", fmt.Sprintf(`{"name": "s%d"}`, random.IntN(8)), 201) },
		func() error {
			return do("POST", one+"/scenarios", `{"definition": {"name": "own", "then": {"respond": {"status": 503, "body": "`+strings.Repeat("x", random.IntN(2000))+`"}}}}`, 201)
		},
		func() error { return do("GET", "/_s/"+id+resource, "", 503) },
		func() error { return do("POST", one+"/reset", `{}`, 200) },
		func() error { return do("GET", "/_mock/journal?limit=20", "", 200) },
		func() error { return do("GET", "/_mock/journal?session="+id, "", 200) },
		func() error { return do("GET", one+"/bundle", "", 200) },
		func() error { return do("GET", resource, "", 200) },
		func() error { return listen(r, id) },
		func() error { return do("POST", "/_mock/journal/verify?session="+id, `{"nothing_else": true}`, 200) },
		func() error {
			if random.IntN(10) == 0 {
				return nil // left behind
			}
			return do("DELETE", one, "", 204)
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return n, err
		}
	}
	return n, nil
}

// listen opens a stream, and leaves it.
func listen(r *running, id string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"/_mock/journal/stream?session="+id, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err == nil {
		response.Body.Close()
	}
	return err
}

// held is what the process holds at one time.
type held struct {
	heap       uint64
	goroutines int
}

// weigh collects the garbage and says what is left. Twice: what a finalizer
// lets go of is collected the next time.
func weigh() held {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return held{m.HeapAlloc, runtime.NumGoroutine()}
}

// TestSoak puts a mixed load on a server, with sessions made, dropped and left
// behind, and holds that memory and goroutines do not grow.
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("makes hundreds of sessions")
	}
	// Beside other tests it would weigh those.
	const clients, samples = 8, 20
	var requests, sessions atomic.Int64
	// Each session moves the clock by a minute, so that those left behind make
	// room for others.
	now := func() time.Time { return sampleTime.Add(time.Duration(sessions.Load()) * time.Minute) }
	r := launch(t, settings{sessions: soakLimit, now: now, ttl: 6 * time.Hour})
	var randoms []*rand.Rand
	for c := range clients {
		randoms = append(randoms, rand.New(rand.NewPCG(uint64(c), 0)))
	}
	var all []held
	for sample := range samples {
		var load sync.WaitGroup
		for c, random := range randoms {
			load.Go(func() {
				for i := range *soak / samples / clients {
					n, err := life(r, fmt.Sprintf("c%d-%d-%d", c, sample, i), random)
					requests.Add(int64(n))
					sessions.Add(1)
					if err != nil {
						t.Errorf("client %d: %v", c, err)
						return
					}
				}
			})
		}
		load.Wait()
		client.CloseIdleConnections()
		all = append(all, weigh())
	}
	// The first quarter fills what is bounded: the journal, the sessions.
	before, after := highest(all[len(all)/4:len(all)/2]), highest(all[len(all)/2:])
	t.Logf("%d requests, %d sessions; held at most %.1f MB and %d goroutines in the first half, %.1f MB and %d in the second",
		requests.Load(), sessions.Load(), float64(before.heap)/1e6, before.goroutines, float64(after.heap)/1e6, after.goroutines)
	if limit := before.heap + before.heap/10 + 2<<20; after.heap > limit {
		t.Errorf("the heap grows: %d bytes at most in the first half, %d in the second, and no more than %d are a matter of chance: %v", before.heap, after.heap, limit, all)
	}
	if limit := before.goroutines + 50; after.goroutines > limit {
		t.Errorf("goroutines are left behind: %d at most in the first half, %d in the second: %v", before.goroutines, after.goroutines, all)
	}
	if got := len(r.Sessions().List()); got > soakLimit+1 {
		t.Errorf("there are %d sessions, and the limit is %d", got, soakLimit)
	}
}

func highest(all []held) held {
	var most held
	for _, h := range all {
		most.heap, most.goroutines = max(most.heap, h.heap), max(most.goroutines, h.goroutines)
	}
	return most
}
