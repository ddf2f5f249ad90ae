package runfile

import (
	"errors"
	"os"
	"reflect"
	"runtime"
	"sync"
	"testing"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/redact"
)

func open(t testing.TB) *File {
	t.Helper()
	s, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// sample has every member set.
func sample() *exchange.Exchange {
	violation := []exchange.Violation{{Part: "body", Pointer: "/a", Rule: "const: 1", Value: "\"\\u0000\"", Schema: "s", Documented: "d", Hint: "r", Rejected: true}}
	x := &exchange.Exchange{ID: 7, Sequence: 3, Session: "\xff", Start: time.Date(2022, 8, 20, 1, 38, 16, 123456789, time.UTC), Took: time.Second,
		Method: "DELETE", Path: "/a", Operation: "op", ClientID: "c", Tenant: 1, VersionAsked: "v", VersionPinned: "w", VersionUsed: "u", RequestID: "id",
		Status: 200, Bytes: 5, Transition: true, Request: exchange.Message{Head: "DELETE / HTTP/1.1", Body: []byte{0, 0xff}, Size: 2},
		Response: exchange.Message{Head: "HTTP/1.1 200 OK", Body: []byte("{}"), Size: 2}, Authorization: []redact.Mark{{Shown: "#1", Stand: "2"}},
		Fallback: "w", Target: "t", Unvalidated: "u", Repeated: true, ErrorCode: "f", Scenario: "s", ScenarioBy: exchange.ByRecord, Allowed: exchange.Allowed{Invalid: true, Simulated: true}, Altered: true,
		Deliberate: violation, Problems: violation, Violations: violation, Err: errors.New("went wrong"), Admin: true}
	x.States = func() (before, after []byte) { return []byte("before"), []byte("after") }
	return x
}

// TestSame holds that what comes out is what went in, each time.
func TestSame(t *testing.T) {
	t.Parallel()
	s := open(t)
	want := sample()
	for v, i := reflect.ValueOf(want).Elem(), 0; i < v.NumField(); i++ {
		// What is kept can no longer be undone.
		if v.Field(i).IsZero() && v.Type().Field(i).Name != "Undo" {
			t.Fatalf("the sample has no %s", v.Type().Field(i).Name)
		}
	}
	s.Add(want)
	s.Add(&exchange.Exchange{})
	if err := s.Finish(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		var got []*exchange.Exchange
		var err error
		for x := range s.Each(&err) {
			got = append(got, x)
		}
		if err != nil || len(got) != 2 {
			t.Fatalf("got %d exchanges and %v, want 2", len(got), err)
		}
		before, after := got[0].States()
		if string(before) != "before" || string(after) != "after" || got[0].Err.Error() != "went wrong" {
			t.Errorf("got the states %q and %q and the error %v", before, after, got[0].Err)
		}
		if got[1].States != nil || got[1].Err != nil || got[1].ID != 2 {
			t.Errorf("got %+v, want nothing but its number", got[1])
		}
		same := *got[0]
		plain := *want
		same.States, same.Err, plain.States, plain.Err = nil, nil, nil, nil
		if !reflect.DeepEqual(same, plain) {
			t.Errorf("got  %+v\nwant %+v", same, plain)
		}
	}
	if s.Lost() != 0 {
		t.Errorf("%d are lost", s.Lost())
	}
	s.Add(want)
	if s.Lost() != 1 {
		t.Error("what comes behind the end is not counted as lost")
	}
}

// TestNeverWaits holds that a writer that stands still stops nobody, and that
// what it misses is counted.
func TestNeverWaits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		body int
		kept int
	}{
		{"by count", 0, maxQueue},
		{"by bytes", 1<<20 - 1024, maxBytes >> 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file, err := os.CreateTemp(t.TempDir(), "")
			if err != nil {
				t.Fatal(err)
			}
			s := &File{file: file, queue: make(chan *exchange.Exchange, maxQueue), done: make(chan struct{})}
			x := &exchange.Exchange{Request: exchange.Message{Body: make([]byte, c.body)}}
			for range c.kept + 5 {
				s.Add(x)
			}
			if got := s.Lost(); got != 5 {
				t.Errorf("got %d lost, want 5", got)
			}
			go s.write()
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if got := int(s.count); got != c.kept {
				t.Errorf("got %d in the file, want %d", got, c.kept)
			}
		})
	}
}

// TestFullDisk holds that a file that cannot be written is told, and loses
// nothing in silence.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	file, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip("there is no /dev/full here")
	}
	s := &File{file: file, queue: make(chan *exchange.Exchange, maxQueue), done: make(chan struct{})}
	go s.write()
	x := &exchange.Exchange{Request: exchange.Message{Body: make([]byte, 64<<10)}}
	for range 100 {
		s.Add(x)
	}
	if err := s.Finish(); err == nil {
		t.Error("no error tells that the disk is full")
	}
	file.Close()
}

// TestMemory holds that 100,000 exchanges take no more memory than 1,000.
func TestMemory(t *testing.T) {
	s := open(t)
	const n = 100_000
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range n / 4 {
				x := &exchange.Exchange{Path: "/customers/1/locations/1", Response: exchange.Message{Body: make([]byte, 1024)}}
				s.Add(x)
				if s.waiting.Load() > maxBytes/8 {
					runtime.Gosched()
				}
			}
		})
	}
	wait.Wait()
	if err := s.Finish(); err != nil {
		t.Fatal(err)
	}
	if got := s.count + s.Lost(); got != n {
		t.Errorf("%d of %d exchanges are neither kept nor counted as lost", n-got, n)
	}
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var err error
	peak, read := uint64(0), 0
	for range s.Each(&err) {
		if read++; read%10_000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc)
		}
	}
	if err != nil || uint64(read) != s.count {
		t.Errorf("read %d of %d: %v", read, s.count, err)
	}
	if grown := int64(peak) - int64(before.HeapAlloc); grown > 4<<20 {
		t.Errorf("reading holds %d bytes more", grown)
	}
}

// BenchmarkAdd measures what a request waits for.
func BenchmarkAdd(b *testing.B) {
	s := open(b)
	x := sample()
	x.ID = 1
	b.ReportAllocs()
	for b.Loop() {
		s.Add(x)
	}
	b.ReportMetric(float64(s.Lost())/float64(b.N), "lost/op")
}
