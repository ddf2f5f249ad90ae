package cli

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/coverage"
)

// coverageAt returns what a server says that was covered, by group and name,
// and its percentage.
func coverageAt(t *testing.T, url string) (covered []string, c coverage.Report) {
	t.Helper()
	answer, err := http.Get(url + "/_mock/coverage")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&c); err != nil {
		t.Fatal(err)
	}
	for _, group := range c.Groups {
		for _, item := range group.Items {
			if item.Covered {
				covered = append(covered, group.Name+" "+item.Name)
			}
		}
	}
	return covered, c
}

// TestProxyCoverage holds that a proxy reports the same coverage as the mock
// to which it passes all, though it sees no more than what passes.
func TestProxyCoverage(t *testing.T) {
	t.Parallel()
	origin := serve(t)
	proxy, _, _, _ := pass(t, origin)
	if covered, _ := coverageAt(t, proxy); len(covered) > 0 {
		t.Errorf("nothing has passed, and %q is covered", covered)
	}
	requests := everything()
	slices.Sort(requests) // DELETEs first: some are answered in pinned versions
	for _, request := range requests {
		rawly(t, proxy, request)
		rawly(t, proxy, strings.Replace(request, "x-request-id: ed", "x-request-id: no", 1))
	}
	want, full := coverageAt(t, origin)
	got, partial := coverageAt(t, proxy)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for i, group := range full.Groups {
		// The roles of the target's clients are not known here.
		if want := group.Documented && group.Name != "roles"; partial.Groups[i].Documented != want {
			t.Errorf("%s: counted %v, want %v", group.Name, partial.Groups[i].Documented, want)
		}
	}
}
