package console_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/memory"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

// longTask is how long a task of the page may take.
const longTask = 200 * time.Millisecond

// task is a turn of a renderer's main thread.
type task struct {
	Name     string
	Phase    string `json:"ph"`
	Process  int    `json:"pid"`
	Thread   int    `json:"tid"`
	Wall     int64  `json:"dur"`  // µs
	Computed int64  `json:"tdur"` // µs that the thread had a processor
	Args     struct {
		Name string `json:"name"`
	}
}

// work is what the main thread did.
type work struct {
	tasks                   int
	longest, longestByClock time.Duration
}

// watch returns what the pages' main threads do meanwhile. A task is measured
// by the time that it computes: how long the machine lets it wait for a
// processor is no matter of the page, which never waits by itself in a task.
func (p *tab) watch(meanwhile func()) work {
	p.t.Helper()
	ctx, stop := context.WithCancel(p.ctx)
	defer stop()
	ended := make(chan []task, 1)
	var all []task
	err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *tracing.EventDataCollected:
			for _, text := range e.Value {
				var one task
				if err := json.Unmarshal(text, &one); err != nil {
					p.t.Errorf("%s: %v", text, err)
				}
				all = append(all, one)
			}
		case *tracing.EventTracingComplete:
			if e.DataLossOccurred {
				p.t.Error("the browser lost a part of the trace")
			}
			ended <- all
		}
	})
	if err != nil {
		p.t.Fatal(err)
	}
	call(p, tracing.Start, tracing.StartParams{TransferMode: tracing.StartTransferModeReportEvents,
		TraceConfig: &tracing.TraceConfig{IncludedCategories: []string{"disabled-by-default-devtools.timeline"}, ExcludedCategories: []string{"*"}}})
	meanwhile()
	call(p, tracing.End, cdp.Empty{})
	select {
	case tasks := <-ended:
		return sum(p.t, tasks)
	case <-time.After(patience):
		p.t.Fatal("the trace does not end")
		return work{}
	}
}

// sum finds the longest task.
func sum(t testing.TB, tasks []task) work {
	t.Helper()
	type thread struct{ process, id int }
	main := map[thread]bool{}
	for _, one := range tasks {
		if one.Phase == "M" && one.Name == "thread_name" && one.Args.Name == "CrRendererMain" {
			main[thread{one.Process, one.Thread}] = true
		}
	}
	var w work
	for _, one := range tasks {
		if one.Name == "RunTask" && main[thread{one.Process, one.Thread}] {
			w.tasks++
			w.longest = max(w.longest, time.Duration(one.Computed)*time.Microsecond)
			w.longestByClock = max(w.longestByClock, time.Duration(one.Wall)*time.Microsecond)
		}
	}
	// A browser that measures otherwise must not pass as one without work.
	if w.tasks == 0 || w.longest == 0 {
		t.Fatalf("the trace has %d tasks of a page, the longest of %v", w.tasks, w.longest)
	}
	return w
}

// held is what a page still holds when all that it let go of is gone.
type held struct {
	heap             float64 // bytes
	nodes, listeners int64
}

func hold(p *tab) held {
	p.t.Helper()
	// What was just taken out of the document goes with the second.
	for range 2 {
		call(p, heapprofiler.CollectGarbage, cdp.Empty{})
	}
	usage := call(p, runtime.GetHeapUsage, cdp.Empty{})
	counters := call(p, memory.GetDOMCounters, cdp.Empty{})
	return held{usage.UsedSize, counters.Nodes, counters.JsEventListeners}
}

// call asks the browser.
func call[P, R any](p *tab, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	result, err := chromedp.Call(ctx, command, params)
	if err != nil {
		p.t.Fatalf("%s: %v", command.Method, err)
	}
	return result
}
