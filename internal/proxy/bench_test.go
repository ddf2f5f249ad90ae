package proxy_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/proxy"
)

// quiet keeps the log out of what is measured.
func quiet(o *proxy.Options) {
	o.Quiet, o.Log = true, slog.New(slog.DiscardHandler)
}

// bare starts a net/http server with nothing but a httputil.ReverseProxy.
func bare(b *testing.B, target string) string {
	b.Helper()
	u, err := url.Parse(target)
	if err != nil {
		b.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := &http.Server{Handler: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(u) }}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l) // until it is closed
	}()
	b.Cleanup(func() {
		s.Close()
		<-done
	})
	return "http://" + l.Addr().String()
}

// asker asks for the page's record, over one connection.
type asker struct {
	client  http.Client
	request *http.Request
}

func newAsker(b *testing.B, url string) *asker {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url+"/customers/1/locations/1", nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer dispatcher-token")
	r.Header.Set("x-tenant-id", "1")
	return &asker{http.Client{Transport: &http.Transport{}}, r}
}

func (a *asker) ask(b *testing.B) time.Duration {
	start := time.Now()
	response, err := a.client.Do(a.request)
	if err != nil {
		b.Fatal(err)
	}
	n, err := io.Copy(io.Discard, response.Body)
	if err != nil || response.StatusCode != http.StatusOK || n < 1031 {
		b.Fatalf("got %s and %d bytes, %v", response.Status, n, err)
	}
	response.Body.Close()
	return time.Since(start)
}

func discard(o *app.Options) {
	o.Quiet, o.Log, o.Recorded = true, slog.New(slog.DiscardHandler), nil
}

// BenchmarkLatency asks the same of the same server through a bare
// ReverseProxy and through the proxy, in turns, and reports the medians of the
// time from a request to the end of its answer, and their ratio: of one record,
// as the mock answers it, which has a limit; and of bodies none of which comes
// twice, from a target that takes no time itself.
func BenchmarkLatency(b *testing.B) {
	b.Run("record", func(b *testing.B) { latency(b, launch(b, nil, discard).url, 1.30) })
	b.Run("fresh", func(b *testing.B) { latency(b, ever(b, launch(b, nil, discard).url), 0) })
}

// ever is a server that answers as the mock does, each time with another
// name.
func ever(b *testing.B, mock string) string {
	b.Helper()
	a := newAsker(b, mock)
	response, err := a.client.Do(a.request)
	if err != nil {
		b.Fatal(err)
	}
	header := response.Header
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil {
		b.Fatal(err)
	}
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range header {
			if name == "X-Api-Version" || name == "X-Request-Id" {
				name = strings.ToUpper(name)
			}
			w.Header()[name] = values
		}
		name := fmt.Sprintf("George Jo%07d", n.Add(1))
		_, _ = w.Write(bytes.Replace(body, []byte("George Jones!!!?"), []byte(name), 1)) // the client is here
	}))
	b.Cleanup(s.Close)
	return s.URL
}

// enough is how many requests make a median that is worth to be validated.
const enough = 1000

// latency fails where the proxy takes more than limit times as long; 0 is no
// limit.
func latency(b *testing.B, origin string, limit float64) {
	seen := make(chan *exchange.Exchange, 1)
	p := before(b, origin, quiet, func(o *proxy.Options) {
		record := o.Record
		o.Record = func(x *exchange.Exchange, r *http.Request, route *contract.Route) {
			if len(x.Violations) > 0 {
				select {
				case seen <- x:
				default:
				}
			}
			record(x, r, route)
		}
	})
	through := []*asker{newAsker(b, bare(b, origin)), newAsker(b, p.url)}
	var took [2][]time.Duration
	for range 200 { // connections, caches
		for _, a := range through {
			a.ask(b)
		}
	}
	for b.Loop() {
		for i, a := range through {
			took[i] = append(took[i], a.ask(b))
		}
	}
	var medians [2]time.Duration
	for i := range took {
		slices.Sort(took[i])
		medians[i] = took[i][len(took[i])/2]
	}
	if len(seen) > 0 {
		b.Fatalf("the target broke the contract: %v", (<-seen).Violations)
	}
	ratio := float64(medians[1]) / float64(medians[0])
	if limit > 0 && len(took[0]) >= enough && ratio > limit {
		b.Errorf("the proxy takes %v at the median, %.2f times as long as a bare ReverseProxy, which takes %v; the limit is %.2f", medians[1], ratio, medians[0], limit)
	}
	b.ReportMetric(float64(medians[0].Microseconds()), "bare-µs")
	b.ReportMetric(float64(medians[1].Microseconds()), "proxy-µs")
	b.ReportMetric(ratio, "ratio")
}

// BenchmarkAllocations counts what a request costs, client and target
// included, directly, through a bare ReverseProxy and through the proxy.
func BenchmarkAllocations(b *testing.B) {
	origin := launch(b, nil, discard)
	for _, c := range []struct{ name, url string }{{"direct", origin.url}, {"bare", bare(b, origin.url)}, {"proxy", before(b, origin.url, quiet).url}} {
		b.Run(c.name, func(b *testing.B) {
			a := newAsker(b, c.url)
			a.ask(b)
			b.ReportAllocs()
			for b.Loop() {
				a.ask(b)
			}
		})
	}
}
