package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/exchange"
)

// TestHAR asserts what HAR 1.2 requires of each entry.
func TestHAR(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := HAR(&b, &Run{Version: "1.2.3", Note: "a comment"}, exchangesOf(samples())); err != nil {
		t.Fatal(err)
	}
	var har struct {
		Log struct {
			Version string
			Comment string
			Creator struct{ Name, Version string }
			Entries []map[string]any
		}
	}
	if err := json.Unmarshal(b.Bytes(), &har); err != nil {
		t.Fatal(err)
	}
	if har.Log.Version != "1.2" || har.Log.Creator.Name != "dispatchmock" || har.Log.Creator.Version != "1.2.3" || har.Log.Comment != "a comment" {
		t.Errorf("got version %q by %+v, with the comment %q", har.Log.Version, har.Log.Creator, har.Log.Comment)
	}
	if len(har.Log.Entries) != len(samples())-1 {
		t.Errorf("got %d entries, want all but that of the admin API", len(har.Log.Entries))
	}
	for i, e := range har.Log.Entries {
		for path, kind := range map[string]string{
			"startedDateTime": "string", "time": "number", "cache": "object", "timings/send": "number", "timings/wait": "number", "timings/receive": "number",
			"request/method": "string", "request/url": "string", "request/httpVersion": "string", "request/cookies": "array", "request/headers": "array",
			"request/queryString": "array", "request/headersSize": "number", "request/bodySize": "number",
			"response/status": "number", "response/statusText": "string", "response/httpVersion": "string", "response/cookies": "array", "response/headers": "array",
			"response/content/size": "number", "response/content/mimeType": "string", "response/redirectURL": "string", "response/headersSize": "number", "response/bodySize": "number",
		} {
			if got := kindAt(e, path); got != kind {
				t.Errorf("entry %d: %s is %s, want %s", i, path, got, kind)
			}
		}
		if post, ok := e["request"].(map[string]any)["postData"].(map[string]any); ok && (kindAt(post, "mimeType") != "string" || kindAt(post, "text") != "string") {
			t.Errorf("entry %d: the posted data is %v", i, post)
		}
		if _, err := time.Parse(time.RFC3339, e["startedDateTime"].(string)); err != nil {
			t.Errorf("entry %d: %v", i, err)
		}
		timings := e["timings"].(map[string]any)
		if sum := timings["send"].(float64) + timings["wait"].(float64) + timings["receive"].(float64); sum != e["time"] {
			t.Errorf("entry %d: the timings are %v together, the time is %v", i, sum, e["time"])
		}
	}
}

func kindAt(v any, path string) string {
	for name := range strings.SplitSeq(path, "/") {
		object, ok := v.(map[string]any)
		if !ok {
			return "lost"
		}
		if v, ok = object[name]; !ok {
			return "absent"
		}
	}
	return map[string]string{"string": "string", "float64": "number", "[]interface {}": "array", "map[string]interface {}": "object"}[fmt.Sprintf("%T", v)]
}

// TestHARStreams holds that an archive is written as it is made, in memory
// that its length does not ask for.
func TestHARStreams(t *testing.T) {
	body := bytes.Repeat([]byte("x"), exchange.MaxBody)
	var before, after runtime.MemStats
	var highest uint64
	const count = 600 // of 64 KB each
	seq := func(yield func(*exchange.Exchange) bool) {
		for i := range count {
			if i%50 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&after)
				highest = max(highest, after.HeapAlloc)
			}
			if !yield(&exchange.Exchange{Response: exchange.Message{Body: body, Size: int64(len(body))}}) {
				return
			}
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&before)
	w := &counter{}
	if err := HAR(w, &Run{Version: "1"}, iter.Seq[*exchange.Exchange](seq)); err != nil {
		t.Fatal(err)
	}
	if w.n < count*exchange.MaxBody {
		t.Errorf("wrote %d bytes, want all bodies", w.n)
	}
	if highest > before.HeapAlloc+16<<20 {
		t.Errorf("held %d MB while %d MB were written", (highest-before.HeapAlloc)>>20, w.n>>20)
	}
}

type counter struct{ n int }

func (c *counter) Write(p []byte) (int, error) { c.n += len(p); return len(p), nil }

// TestHARFails holds that a writer's error ends the writing.
func TestHARFails(t *testing.T) {
	t.Parallel()
	asked := 0
	err := HAR(failing{}, &Run{Version: "1"}, func(yield func(*exchange.Exchange) bool) {
		for range 1000 {
			asked++
			if !yield(samples()[0].x) {
				return
			}
		}
	})
	if !errors.Is(err, io.ErrClosedPipe) || asked == 1000 {
		t.Errorf("got %v after %d exchanges, want the writer's error early", err, asked)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
