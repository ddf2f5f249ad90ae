package store

import (
	"fmt"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestDeactivateAtOnce holds that of 1,000 simultaneous calls exactly one
// makes the transition, and that all see one state, before or after.
func TestDeactivateAtOnce(t *testing.T) {
	t.Parallel()
	const calls = 1000
	w := New(someBase(3))
	k := Key{Tenant: 1, Customer: 1, Location: 0}
	before, _ := w.Record(k)
	var transitions atomic.Int32
	states := make([]Record, calls)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range calls {
		all.Go(func() {
			<-start
			if r, ok := w.Record(k); !ok || r.Active != (r.Revision == before.Revision) {
				t.Errorf("call %d reads revision %d, active %t, before it was %d", i, r.Revision, r.Active, before.Revision)
			}
			did, found := w.Deactivate(k, new(sampleTime.Add(time.Duration(i)*time.Second)))
			if did.Changed {
				transitions.Add(1)
			}
			if !found || did.After.Active || did.Changed != did.Before.Active {
				t.Errorf("call %d: found %t, %+v", i, found, did)
			}
			states[i] = did.After
		})
	}
	close(start)
	all.Wait()
	if n := transitions.Load(); n != 1 {
		t.Errorf("%d calls made the transition, want exactly one", n)
	}
	for i, s := range states {
		if !reflect.DeepEqual(s, states[0]) {
			t.Fatalf("call %d got %+v, and call 0 %+v, want all alike", i, s, states[0])
		}
	}
}

// TestDeactivateInStep lets calls for one record after the other begin at the
// same moment, so that some of them meet between the look at a record and the
// change of it.
func TestDeactivateInStep(t *testing.T) {
	t.Parallel()
	const callers, rounds = 2, 5000
	w := New(someBase(rounds))
	var arrived, transitions atomic.Int64
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for i := range int64(rounds) {
				arrived.Add(1)
				for arrived.Load() < (i+1)*callers {
					runtime.Gosched()
				}
				if did, _ := w.Deactivate(Key{Tenant: 1, Customer: i, Location: 0}, nil); did.Changed {
					transitions.Add(1)
				}
			}
		})
	}
	all.Wait()
	active := int64(0)
	for k, l := range plainOf(w.Base()).records {
		if k.Tenant == 1 && k.Location == 0 && l.active {
			active++
		}
	}
	if n := transitions.Load(); n != active {
		t.Errorf("got %d transitions of %d active records, want one of each", n, active)
	}
}

// TestManyRecordsAtOnce holds that calls for different records do not disturb
// each other.
func TestManyRecordsAtOnce(t *testing.T) {
	t.Parallel()
	base := someBase(50)
	w := New(base)
	var transitions atomic.Int32
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i, k := range base.Keys() {
				if did, _ := w.Deactivate(k, nil); did.Changed {
					transitions.Add(1)
				}
				w.Pin(fmt.Sprint(i%7), "2019/02/08")
				w.Pinned(fmt.Sprint(i % 5))
			}
		})
	}
	all.Wait()
	active := 0
	for _, r := range base.records {
		if r.Active {
			active++
		}
	}
	if int(transitions.Load()) != active {
		t.Errorf("got %d transitions of %d active records", transitions.Load(), active)
	}
	for _, k := range base.Keys() {
		if r, ok := w.Record(k); !ok || r.Active {
			t.Errorf("%v is active yet", k)
		}
	}
}
