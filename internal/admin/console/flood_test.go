package console_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"dispatchmock/internal/exchange/journal"
)

// TestFlood streams 10,000 exchanges while a filter is typed: no task of the
// page is long, it makes no more rows at a time than can be seen, and holds no
// more than the full list. None is lost, none comes twice.
func TestFlood(t *testing.T) {
	const limit, total = 2000, 10_000
	r := launch(t, settings{journal: journal.Limits{Count: 12_000, Bytes: 256 << 20}})
	p := open(t, r.url+"/_mock/")
	p.until("the stream", "document.querySelector('.live[data-state=live]')")
	sent := 0
	send := func(n int) { r.sendMany(t, n); sent += n }
	newest := func() {
		t.Helper()
		p.until("the newest is there", fmt.Sprintf("document.querySelector('.rows li a')?.getAttribute('href').startsWith('#/traffic/%d')", sent))
	}
	eval[bool](p, `(window.made = 0, new MutationObserver(list => { made = Math.max(made, list.reduce((n, m) => n + m.addedNodes.length, 0)); })
		.observe(document.querySelector('.rows'), {childList: true}), true)`)

	// What the list holds when it is full for the first time is all that it
	// may ever hold.
	send(limit + 500)
	newest()
	p.sees(".bar", "2,000 exchanges")
	full := hold(p)

	start := time.Now()
	var took, settled time.Duration
	most, filters := 0, 0
	w := p.watch(func() {
		done := make(chan struct{})
		go func() { send(total); took = time.Since(start); close(done) }()
		for sending := true; sending || filters < 8; filters++ {
			text := []string{"customers/1", "locations", "has no customer", ""}[filters%4]
			p.fill(".f-text input", text)
			p.until("the filter holds", fmt.Sprintf("(new URLSearchParams(location.hash.split('?')[1]).get('text') ?? '') === %[1]q && (rows => rows.length && rows.every(e => e.innerText.includes(%[1]q)))([...document.querySelectorAll('.rows li')])", text))
			most = max(most, eval[int](p, "document.querySelectorAll('.rows li').length"))
			select {
			case <-done:
				sending = false
			default:
			}
		}
		<-done
		p.fill(".f-text input", "")
		newest()
		settled = time.Since(start)
	})
	elements, made := eval[int](p, "document.querySelectorAll('*').length"), eval[int](p, "made")

	// The list is full again, and has each of the newest once.
	send(limit + 1000)
	newest()
	p.sees(".bar", "2,000 exchanges")
	after := hold(p)
	t.Logf("%d exchanges in %.1fs, settled after %.1fs, %d filters meanwhile; the longest of %d tasks computed for %.0f ms (%.0f ms by the clock); at most %d rows in the document of %d elements, %d made at a time; heap %.2f MB with a full list before, %.2f MB after, %d nodes and %d",
		total, took.Seconds(), settled.Seconds(), filters, w.tasks, ms(w.longest), ms(w.longestByClock), most, elements, made, full.heap/1e6, after.heap/1e6, full.nodes, after.nodes)
	if w.longest > longTask {
		t.Errorf("a task computed for %v, want at most %v", w.longest, longTask)
	}
	if most > 60 || elements > 1500 || made > 60 {
		t.Errorf("the document has %d rows and %d elements, and %d rows were made at a time: it is not bounded", most, elements, made)
	}
	if after.heap > full.heap+1e6 || after.nodes > full.nodes+500 || after.listeners > full.listeners+50 {
		t.Errorf("the page holds %+v, and held %+v when the list was full before", after, full)
	}
	eval[bool](p, "(document.querySelector('.scroller').scrollTop = 1e9, true)")
	p.until("the end of the list", fmt.Sprintf("document.querySelector('.rows li:last-child')?.getAttribute('aria-posinset') === '%d'", limit))
	if rows := eval[int](p, "document.querySelectorAll('.rows li').length"); rows > 60 {
		t.Errorf("at the end of the list the document has %d rows", rows)
	}
	if last := eval[string](p, "document.querySelector('.rows li:last-child a').getAttribute('href')"); last != fmt.Sprintf("#/traffic/%d", sent-limit+1) {
		t.Errorf("the last of %d rows is %s, want %d: some are lost or come twice", limit, last, sent-limit+1)
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// TestBurst has as many exchanges come at once as few journals keep, as after
// a computer's sleep: the page reads them in slices, and no further when the
// filter changes in between.
func TestBurst(t *testing.T) {
	const total = 100_000
	r := launch(t, settings{})
	p := open(t, r.url+"/_mock/")
	p.until("the stream", "document.querySelector('.live[data-state=live]')")
	eval[bool](p, fmt.Sprintf(`(() => {
		const burst = after => new TextEncoder().encode(Array.from({length: %d}, (_, i) => 'id: ' + (after + i + 1) + '\nevent: exchange\ndata: ' +
			JSON.stringify({id: after + i + 1, session: 'default', start: '2022-08-20T01:38:16Z', method: 'GET', path: '/customers/1/locations/1', status: 200, verdict: 'ok', took_ms: 1}) + '\n\n').join(''));
		const bursts = [burst(0), burst(%[1]d)];
		const real = window.fetch;
		window.fetch = async (url, o) => {
			if (!String(url).includes('/journal/stream')) return real(url, o);
			const bytes = bursts.shift();
			let at = 0;
			return new Response(new ReadableStream({ pull(c) { if (at < bytes.length) c.enqueue(bytes.subarray(at, at += 65536)); } }));
		};
		window.stale = 0;
		return true;
	})()`, total))
	w := p.watch(func() {
		p.fill(".f-method select", "GET")
		p.until("the first burst", "document.querySelector('.rows li a')")
		eval[bool](p, fmt.Sprintf(`(() => {
			const select = document.querySelector('.f-method select');
			select.value = 'DELETE';
			select.dispatchEvent(new Event('change'));
			const id = e => Number(e.firstChild.getAttribute('href').match(/[0-9]+/)[0]);
			new MutationObserver(list => { for (const m of list) for (const e of m.addedNodes) if (id(e) <= %d) stale++; }).observe(document.querySelector('.rows'), {childList: true});
			return true;
		})()`, total))
		p.until("the newest is there", fmt.Sprintf("document.querySelector('.rows li a')?.getAttribute('href').startsWith('#/traffic/%d')", 2*total))
	})
	t.Logf("the longest of %d tasks computed for %.0f ms (%.0f ms by the clock)", w.tasks, ms(w.longest), ms(w.longestByClock))
	if w.longest > longTask {
		t.Errorf("a task computed for %v, want at most %v", w.longest, longTask)
	}
	if stale := eval[int](p, "stale"); stale > 0 {
		t.Errorf("%d rows of the stream before are shown under another filter", stale)
	}
	p.sees(".bar", "2,000 exchanges")
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

// TestReconnect holds that a stream that breaks off goes on where it was:
// nothing is lost, nothing comes twice.
func TestReconnect(t *testing.T) {
	t.Parallel()
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
