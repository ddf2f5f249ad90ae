package console_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"dispatchmock/internal/journal"
)

// TestFlood streams 10,000 exchanges while a filter is typed: the list keeps
// its limit, the document stays small, none is lost and none comes twice.
func TestFlood(t *testing.T) {
	const total = 10_000
	r := launch(t, settings{journal: journal.Limits{Count: 12_000, Bytes: 256 << 20}})
	p := open(t, "about:blank")
	if _, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: "window.longest = 0; window.tasks = 0; new PerformanceObserver(l => l.getEntries().forEach(e => { longest = Math.max(longest, e.duration); tasks++; })).observe({entryTypes: ['longtask']});"}); err != nil {
		t.Fatal(err)
	}
	p.run(chromedp.Navigate(r.url + "/_mock/"))
	p.until("the stream", "document.querySelector('.live[data-state=live]')")
	before := heap(p)
	eval[bool](p, "(longest = 0, tasks = 0, true)")

	start := time.Now()
	done := make(chan struct{})
	go func() { r.sendMany(t, total); close(done) }()
	most := 0
	for typed, sending := 0, true; sending; typed++ {
		select {
		case <-done:
			sending = false
		default:
		}
		p.fill(".f-text input", []string{"", "customers/1", "locations", "404"}[typed%4])
		most = max(most, eval[int](p, "document.querySelectorAll('.rows li').length"))
	}
	sent := time.Since(start)
	p.fill(".f-text input", "")
	p.until("the newest is there", fmt.Sprintf("document.querySelector('.rows li a')?.getAttribute('href').startsWith('#/traffic/%d')", total))
	settled := time.Since(start)
	most = max(most, eval[int](p, "document.querySelectorAll('.rows li').length"))
	nodes := eval[int](p, "document.querySelectorAll('*').length")
	after := heap(p)
	longest, tasks := eval[float64](p, "longest"), eval[int](p, "tasks")
	t.Logf("%d exchanges in %.1fs, settled after %.1fs; %d long tasks, the longest %.0f ms; at most %d rows in the document of %d elements; heap %.1f MB before, %.1f MB after",
		total, sent.Seconds(), settled.Seconds(), tasks, longest, most, nodes, before/1e6, after/1e6)
	if most > 60 || nodes > 1500 {
		t.Errorf("the document has %d rows and %d elements: it is not bounded", most, nodes)
	}
	if rows := eval[string](p, "document.querySelector('.bar').innerText"); after-before > 20e6 {
		t.Errorf("the heap grew by %.1f MB with a list of %s", (after-before)/1e6, rows)
	}
	// The list is full, and has each of the newest once.
	const more = 3_000
	r.sendMany(t, more)
	p.until("the newest is there", fmt.Sprintf("document.querySelector('.rows li a')?.getAttribute('href').startsWith('#/traffic/%d')", total+more))
	p.sees(".bar", "2,000 exchanges")
	eval[bool](p, "(document.querySelector('.scroller').scrollTop = 1e9, true)")
	p.until("the end of the list", "document.querySelector('.rows li:last-child')?.getAttribute('aria-posinset') === '2000'")
	if rows := eval[int](p, "document.querySelectorAll('.rows li').length"); rows > 60 {
		t.Errorf("at the end of the list the document has %d rows", rows)
	}
	if last := eval[string](p, "document.querySelector('.rows li:last-child a').getAttribute('href')"); last != fmt.Sprintf("#/traffic/%d", total+more-1999) {
		t.Errorf("the last of 2,000 rows is %s, want %d: some are lost or come twice", last, total+more-1999)
	}
}

// sendMany sends requests over four connections.
func (r *running) sendMany(t *testing.T, total int) {
	var senders sync.WaitGroup
	for s := range 4 {
		senders.Go(func() {
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
			defer client.CloseIdleConnections()
			for i := s; i < total; i += 4 {
				request, err := http.NewRequest(http.MethodGet, fmt.Sprintf("%s/customers/%d/locations/1", r.url, i%40), nil)
				if err != nil {
					t.Error(err)
					return
				}
				request.Header.Set("Authorization", "Bearer dispatcher-token")
				request.Header.Set("x-tenant-id", "1")
				response, err := client.Do(request)
				if err != nil {
					t.Error(err)
					return
				}
				response.Body.Close()
			}
		})
	}
	senders.Wait()
}

// heap returns the bytes that the page's script holds.
func heap(p *tab) float64 {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "1"}); err != nil {
		p.t.Fatal(err)
	}
	usage, err := chromedp.Call(p.ctx, runtime.GetHeapUsage, struct{}{})
	if err != nil {
		p.t.Fatal(err)
	}
	return usage.UsedSize
}

// TestReconnect holds that a stream that breaks off goes on where it was:
// nothing is lost, nothing comes twice.
func TestReconnect(t *testing.T) {
	r := launch(t, settings{})
	p := open(t, r.url+"/_mock/")
	p.until("the stream", "document.querySelector('.live[data-state=live]')")
	// Every second stream ends after its first chunk.
	eval[bool](p, `(() => { const real = window.fetch; let n = 0; window.streams = 0; window.fetch = async (url, o) => {
		const response = await real(url, o);
		if (!String(url).includes('/journal/stream')) return response;
		window.streams++;
		if (n++ % 2) return response;
		const reader = response.body.getReader();
		let chunks = 0;
		return new Response(new ReadableStream({ async pull(c) { const { value, done } = await reader.read(); if (done || chunks++ > 1) { reader.cancel(); c.close(); } else c.enqueue(value); } }), { headers: response.headers });
	}; return true; })()`)
	p.fill(".f-path input", "/customers/*")
	p.until("another stream", "window.streams > 0 && document.querySelector('.live[data-state=live]')")
	for i := range 60 {
		r.do(t, "GET", fmt.Sprintf("/customers/%d/locations/1", i), "", dispatcher...)
		if i%20 == 19 {
			p.until("all so far", fmt.Sprintf("document.querySelector('.rows li a')?.getAttribute('href').startsWith('#/traffic/%d')", i+1))
		}
	}
	p.sees(".bar", "60 exchanges")
	if n := eval[int](p, "window.streams"); n < 2 {
		t.Errorf("there were %d streams, want the first to break off", n)
	}
	p.run(chromedp.EmulateViewport(1280, 4000))
	p.until("each once", "(ids => ids.length === 60 && new Set(ids).size === 60)([...document.querySelectorAll('.rows a')].map(a => a.getAttribute('href')))")
}
