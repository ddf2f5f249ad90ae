package verify_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"dispatchmock/internal/verify"
)

// seeded is a server that is wrong in one place.
type seeded struct {
	name  string // says what is wrong, in a sentence without its subject
	fault fault
	found string // the cases that name it: patterns, all of which must be found
	// also are inferred or assumed facts that the fault breaks besides.
	also string
}

const faultsFile = "../../testdata/verify-faults.md"

// TestFaults runs all cases against each wrong server: the cases that name the
// fault find it, and no other case fails. The table of both is a file.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("runs all cases against each of many servers")
	}
	all := slices.Concat(headerFaults(), bodyFaults(), errorFaults(), inputFaults(), versionFaults(), actionFaults())
	if len(all) < 30 {
		t.Errorf("%d faults are seeded, want at least 30", len(all))
	}
	rows := make([]string, len(all))
	t.Run("each", func(t *testing.T) {
		for i, s := range all {
			t.Run(strings.ReplaceAll(s.name, " ", "-"), func(t *testing.T) {
				t.Parallel()
				rows[i] = s.check(t)
			})
		}
	})
	if t.Failed() || slices.Contains(rows, "") {
		return // -run chose some of them
	}
	table := fmt.Sprintf("| The server … | found by | grade |\n| --- | --- | --- |\n%s\n", strings.Join(rows, "\n"))
	holdFile(t, faultsFile, table)
}

// holdFile holds a file against what it must be, or writes it.
func holdFile(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what it must be (-update writes it)", file)
	}
}

// check runs the cases and returns the fault's row of the table.
func (s seeded) check(t *testing.T) string {
	report := run(t, options(t, wrong(t, session(t, nil), s.fault)))
	var grades []string
	found := map[string]bool{}
	for _, r := range report.Results {
		if r.Outcome != verify.Fails && r.Outcome != verify.Warns {
			if r.Outcome == verify.Unheard {
				t.Errorf("%s has no answer: %s", r.Name, r.Reason)
			}
			continue
		}
		if len(r.Differences) == 0 || len(r.Exchanges) == 0 {
			t.Errorf("%s %s without a difference and an exchange", r.Name, r.Outcome)
		}
		var named []string
		for _, p := range strings.Fields(s.found) {
			named = append(named, matching(strings.Join(both(p), " "), r.Name)...)
		}
		for _, p := range named {
			found[p] = true
		}
		if len(named) > 0 && !slices.Contains(grades, string(r.Grade)) {
			grades = append(grades, string(r.Grade))
		}
		if len(named) > 0 || r.Outcome == verify.Warns && len(matching(s.also, r.Name)) > 0 {
			continue
		}
		t.Errorf("%s (%s) %s too: %v", r.Name, r.Grade, r.Outcome, r.Differences)
	}
	for _, p := range strings.Fields(s.found) {
		for _, name := range both(p) {
			if !found[name] {
				t.Errorf("%s does not find it", name)
			}
		}
	}
	for _, r := range report.Results {
		if t.Failed() && r.Outcome == verify.Undecided {
			t.Logf("%s undecided: %s", r.Name, r.Reason)
		}
	}
	slices.Sort(grades)
	return fmt.Sprintf("| %s | `%s` | %s |", s.name, strings.ReplaceAll(s.found, " ", "` `"), strings.Join(grades, ", "))
}

// both returns the patterns of both operations, where a pattern begins with */.
func both(pattern string) []string {
	if rest, ok := strings.CutPrefix(pattern, "*/"); ok {
		return []string{"get/" + rest, "delete/" + rest}
	}
	return []string{pattern}
}

var patterns sync.Map // compiled, by text

// matching returns the patterns that a name matches.
func matching(words, name string) []string {
	var matching []string
	for _, word := range strings.Fields(words) {
		p, ok := patterns.Load(word)
		if !ok {
			p = regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(word), `\*`, ".*") + "$")
			patterns.Store(word, p)
		}
		if p.(*regexp.Regexp).MatchString(name) {
			matching = append(matching, word)
		}
	}
	return matching
}

// answers is a fault of the answers that want it.
func answers(want func(request, response *message) bool, change func(*message)) fault {
	return func(request *message, next next) *message {
		asked := *request
		response := next(request)
		if want(&asked, response) {
			change(response)
		}
		return response
	}
}

func every(_, _ *message) bool { return true }

// records are the answers that have a record.
func records(request, response *message) bool {
	return response.status() == 200 && request.method() != "OPTIONS"
}

func refusals(_, response *message) bool { return response.status() >= 400 }

// requests is a fault in how requests are read.
func requests(change func(*message)) fault {
	return func(request *message, next next) *message {
		change(request)
		return next(request)
	}
}
