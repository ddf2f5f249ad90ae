package mock_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"dispatchmock/internal/testkit"
)

// inVersion returns the header of a client's request; "" names no version.
func inVersion(token, version string) []string {
	h := []string{"Authorization: Bearer " + token, "x-tenant-id: 1"}
	if version != "" {
		h = append(h, "x-api-version: "+version)
	}
	return h
}

// wantShape fails where the body is not in the version that the header tells.
func wantShape(t *testing.T, a testkit.Answer) {
	newer := strings.Contains(a.Body, `000", "id": 1, "is_active"`)
	if version := a.Value("X-API-VERSION"); newer != (version >= "2021/04/07") {
		t.Errorf("X-API-VERSION is %s, and the body has id: %v; the two must agree", version, newer)
	}
}

// TestPinsOfTwoClients has two client IDs, each true to a version of its own,
// ask by turns of many goroutines: after its first named request each gets its
// version, whatever the other does.
func TestPinsOfTwoClients(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	versions := map[string]string{"dispatcher-token": "2023/04/19", "second-dispatcher-token": "2019/02/08", "driver-token": "2021/04/07"}
	for token := range versions {
		if a := r.Ask(t, http.MethodGet, testkit.Resource, inVersion(token, "")...); a.Value("X-API-VERSION") != "2019/02/08" {
			t.Errorf("%s gets version %s before it named one, want the oldest", token, a.Value("X-API-VERSION"))
		}
	}
	for token, version := range versions {
		r.Ask(t, http.MethodGet, testkit.Resource, inVersion(token, version)...).WantVendor(t, http.StatusOK)
	}
	var wait sync.WaitGroup
	for i := range 12 {
		c := r.Connect(t)
		random := rand.New(rand.NewPCG(1, uint64(i)))
		wait.Go(func() {
			for range 40 {
				for token, version := range versions { // in any order
					named := ""
					if random.IntN(3) == 0 {
						named = version
					}
					_, _ = c.Write([]byte(testkit.Message(http.MethodGet, testkit.Resource, inVersion(token, named)...)))
					a, err := testkit.ReadAnswer(c.Answers, http.MethodGet)
					if err != nil {
						t.Errorf("no answer: %v", err)
						return
					}
					if got := a.Value("X-API-VERSION"); got != version {
						t.Errorf("%s naming %q gets version %s, want %s: the version that the client ID last named", token, named, got, version)
					}
					wantShape(t, a)
				}
			}
		})
	}
	wait.Wait()
}

// operation is a request on a pin, with the moments between which it happened.
type operation struct {
	version    string // named, or else answered
	named      bool
	start, end int64
}

// TestPinIsLinearisable has one client ID name two versions from many
// goroutines. A request that names none must get a version that some order of
// the requests allows: one that was named before it ended, and not replaced
// before it began.
func TestPinIsLinearisable(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	const first = "2019/02/08"
	named := []string{"2021/04/07", "2023/04/19"}
	var clock atomic.Int64
	var mu sync.Mutex
	all := []operation{{version: first, named: true}} // nobody has named one
	var wait sync.WaitGroup
	for i := range 10 {
		c := r.Connect(t)
		random := rand.New(rand.NewPCG(2, uint64(i)))
		wait.Go(func() {
			for range 60 {
				op := operation{named: random.IntN(4) == 0}
				if op.named {
					op.version = named[random.IntN(len(named))]
				}
				op.start = clock.Add(1)
				_, _ = c.Write([]byte(testkit.Message(http.MethodGet, testkit.Resource, inVersion("dispatcher-token", op.version)...)))
				a, err := testkit.ReadAnswer(c.Answers, http.MethodGet)
				op.end = clock.Add(1)
				if err != nil || a.Status != http.StatusOK {
					t.Errorf("got %d, %v, want 200", a.Status, err)
					return
				}
				wantShape(t, a)
				if got := a.Value("X-API-VERSION"); op.named && got != op.version {
					t.Errorf("a request that names %s gets %s", op.version, got)
				}
				op.version = a.Value("X-API-VERSION")
				mu.Lock()
				all = append(all, op)
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	for _, read := range all {
		if read.named {
			continue
		}
		if why := impossible(read, all); why != "" {
			t.Errorf("a request in %d..%d that names no version gets %s: %s", read.start, read.end, read.version, why)
		}
	}
}

// impossible says why no order of the operations gives the read its version.
func impossible(read operation, all []operation) string {
	why := "nobody had named it"
	for _, w := range all {
		if !w.named || w.version != read.version || w.start > read.end {
			continue
		}
		replaced := false
		for _, o := range all {
			if o.named && o.version != w.version && o.start > w.end && o.end < read.start {
				replaced = true
				why = fmt.Sprintf("%s, named in %d..%d, had replaced it", o.version, o.start, o.end)
			}
		}
		if !replaced {
			return ""
		}
	}
	return why
}

// TestImpossible holds that the check above would speak.
func TestImpossible(t *testing.T) {
	t.Parallel()
	a, b := operation{"a", true, 1, 2}, operation{"b", true, 3, 4}
	for _, c := range []struct {
		name string
		read operation
		bad  bool
	}{
		{"last", operation{"b", false, 5, 6}, false},
		{"replaced", operation{"a", false, 5, 6}, true},
		{"overlapping the later", operation{"a", false, 3, 6}, false},
		{"overlapping the earlier", operation{"a", false, 2, 2}, false},
		{"named too late", operation{"b", false, 1, 2}, true},
		{"never named", operation{"c", false, 5, 6}, true},
	} {
		if why := impossible(c.read, []operation{a, b, c.read}); (why != "") != c.bad {
			t.Errorf("%s: got %q, want a reason: %v", c.name, why, c.bad)
		}
	}
}
