package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"dispatchmock/internal/exchange"
)

// TestLost holds that each form says what a run's reports lack, and none says
// so of a run that lost nothing.
func TestLost(t *testing.T) {
	t.Parallel()
	for name, write := range forms() {
		if name == "coverage.xml" {
			continue // the gates have seen all
		}
		for lost, want := range map[uint64]bool{0: false, 3: true} {
			r, seq := sampleRun("npm test")
			r.Lost = lost
			var b bytes.Buffer
			if err := write(&b, r, seq); err != nil {
				t.Fatal(err)
			}
			got := strings.Contains(b.String(), "the reports lack 3 exchanges")
			if name == "json" { // it has the number
				got = strings.Contains(b.String(), `"lost":3`)
			}
			if got != want {
				t.Errorf("%s, %d lost: it says so: %v, want %v", name, lost, got, want)
			}
		}
	}
}

// TestPactLeavesOut holds that a Pact file says that it does not have all.
func TestPactLeavesOut(t *testing.T) {
	t.Parallel()
	r, _ := sampleRun("npm test")
	list := runSamples()
	base := list[len(list)-1].x
	seq := func(yield func(*exchange.Exchange) bool) {
		for i := range maxInteractions + 2 {
			x := *base
			x.Request.Head = fmt.Sprintf("DELETE /customers/%d/locations/1 HTTP/1.1\r\nHost: a", i)
			if !yield(&x) {
				return
			}
		}
	}
	var b bytes.Buffer
	if err := Pact(&b, r, seq); err != nil {
		t.Fatal(err)
	}
	if want := `"left_out":"2 exchanges that came behind the first 10000 different ones"`; !strings.Contains(b.String(), want) {
		t.Errorf("its end is %s, want %s in it", b.String()[b.Len()-300:], want)
	}
}
