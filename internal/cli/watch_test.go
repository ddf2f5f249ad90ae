package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// watched is a server that follows the fixtures of a folder.
type watched struct {
	dir, url string
	log      *liveText
}

func watch(t *testing.T) *watched {
	t.Helper()
	root := t.TempDir()
	if got := run(t, "init", root); got.code != 0 {
		t.Fatal(got.stderr)
	}
	w := &watched{dir: filepath.Join(root, "fixtures")}
	// Fewer files are read faster.
	for _, name := range []string{"edges.json", "scenario-customers.json", "tenant-2.json"} {
		if err := os.Remove(filepath.Join(w.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	w.write(t, "clients.json", `{"tenants": [{"id": 1}], "clients": [{"token": "dispatcher-token", "client_id": "web-app", "user": "dana", "roles": ["Dispatcher"], "tenants": [1]}]}`)
	stdout, log, _ := beside(t, "serve", "--listen", "127.0.0.1:0", "--fixtures", w.dir, "--watch")
	w.log = log
	w.url = strings.Fields(stdout.await(t, `(?m)^  address +http://\S+$`))[1]
	return w
}

// write writes a file as a program does that opens it and fills it.
func (w *watched) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// replace puts a new file in the place of the sample's, as editors do.
func (w *watched) replace(t *testing.T, text string) {
	t.Helper()
	const name, swap = "page-sample.json", ".page-sample.json.swp"
	w.write(t, swap, text)
	if err := os.Rename(filepath.Join(w.dir, swap), filepath.Join(w.dir, name)); err != nil {
		t.Fatal(err)
	}
}

// text returns the sample's file with another name of the customer.
func (w *watched) text(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, "page-sample.json"))
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`("location_id": 1,\s+"name": )"[^"]*"`).ReplaceAllString(string(text), `$1"`+name+`"`)
}

// get returns the record's body in a session.
func (w *watched) get(t *testing.T, method, prefix string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.url+prefix+"/customers/1/locations/1", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer dispatcher-token")
	r.Header.Set("X-Tenant-Id", "1")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: got %s %s, %v", method, prefix, response.Status, text, err)
	}
	return string(text)
}

// says waits until the log has a match behind its first n bytes.
func (w *watched) says(t *testing.T, n int, pattern string) {
	t.Helper()
	re, late := regexp.MustCompile(pattern), time.After(patience)
	for !re.MatchString(w.log.String()[n:]) {
		select {
		case <-w.log.news:
		case <-late:
			t.Fatalf("within %v the log has no match of %q:\n%s", patience, pattern, w.log.String()[n:])
		}
	}
}

// comes waits until the default session has the name.
func (w *watched) comes(t *testing.T, name string) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(patience); !strings.Contains(w.get(t, http.MethodGet, ""), `"name": "`+name+`"`); {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("within %v the name %q has not come: %s\n%s", patience, name, w.get(t, http.MethodGet, ""), w.log)
		}
	}
}

// stale reports whether a session says that its fixtures are old.
func (w *watched) stale(t *testing.T, id string) bool {
	t.Helper()
	got := run(t, "ctl", "--url", w.url, "--json", "session", "show", id)
	var s struct {
		Old bool `json:"fixtures_are_old"`
	}
	if err := json.Unmarshal([]byte(got.stdout), &s); err != nil {
		t.Fatalf("%v: %s%s", err, got.stdout, got.stderr)
	}
	return s.Old
}

// TestWatchSwapsIn holds that a good file takes the place of the old one at
// once, however it was written; the default session keeps its changes, and
// others say that theirs are old until they are reset.
func TestWatchSwapsIn(t *testing.T) {
	t.Parallel()
	w := watch(t)
	if got := run(t, "ctl", "--url", w.url, "session", "create", "--id", "a"); got.code != 0 {
		t.Fatal(got.stderr)
	}
	w.get(t, http.MethodDelete, "")
	w.write(t, "page-sample.json", w.text(t, "Written"))
	// The default session has changed the record, so it keeps its own state of
	// it; what is there only now is there for it as well.
	w.log.await(t, `the changed fixtures are in force" records=1 sessions_with_old_fixtures=1`)
	w.log.await(t, `what was changed in the default session since its reset stays so; dispatchmock ctl reset .* records=1`)
	if got := w.get(t, http.MethodGet, ""); !strings.Contains(got, `"is_active": false, "is_commercial"`) {
		t.Errorf("the default session has lost its change: %s", got)
	}
	if got := w.get(t, http.MethodGet, "/_s/a"); strings.Contains(got, "Written") || !w.stale(t, "a") || w.stale(t, "default") {
		t.Errorf("a session has new fixtures before its reset, or does not say that its are old: %s", got)
	}
	if got := run(t, "ctl", "--url", w.url, "session", "show", "a"); !strings.Contains(got.stdout, "newer ones are there; a reset brings them in") {
		t.Errorf("session show does not show newer fixtures:\n%s", got.stdout)
	}
	for _, id := range []string{"a", "default"} {
		if got := run(t, "ctl", "--url", w.url, "--session", id, "reset"); got.code != 0 {
			t.Fatal(got.stderr)
		}
		if got := w.get(t, http.MethodGet, "/_s/"+id); !strings.Contains(got, `"name": "Written"`) || w.stale(t, id) {
			t.Errorf("after its reset %s has %s", id, got)
		}
	}
	w.replace(t, w.text(t, "Renamed"))
	w.comes(t, "Renamed")
	second := regexp.MustCompile(`("(?:customer_)?id": )1(,\s+"is_active": true,\s+"is_commercial")`).ReplaceAllString(w.text(t, "Second"), "${1}2$2")
	w.write(t, "more.json", second)
	w.log.await(t, `the changed fixtures are in force" records=2`)
	if err := os.Remove(filepath.Join(w.dir, "more.json")); err != nil {
		t.Fatal(err)
	}
	w.log.await(t, `(?s)records=2 .*the changed fixtures are in force" records=1`)
}

// TestWatchKeepsTheDataSet holds that a bad file changes nothing and that the log
// says what is wrong where; once it is good again it is in force.
func TestWatchKeepsTheDataSet(t *testing.T) {
	t.Parallel()
	w := watch(t)
	before := w.get(t, http.MethodGet, "")
	for _, c := range []struct{ name, text, want string }{
		{"not JSON", `{"customer_locations": [}`, `msg=error file=page-sample.json line=1 pointer=/customer_locations/0 value="" rule="is not JSON at column 25`},
		{"a rule of the record", w.text(t, ""), `msg=error file=page-sample.json line=[0-9]+ pointer=/customer_locations/0/record/name value="\\"\\"" rule="must have at least 1 character`},
		{"no file left half", w.text(t, "Half")[:500], `rule="is not JSON`},
		{"an unknown scenario", strings.Replace(w.text(t, "X"), `"record": {`, `"scenario": "none-such", "record": {`, 1), `pointer=/customer_locations/0/scenario value="" rule="there is no scenario`},
	} {
		seen := len(w.log.String())
		w.replace(t, c.text)
		w.says(t, seen, `(?s)the changed fixtures have errors, so the data set is as it was.*`+c.want)
		if now := w.get(t, http.MethodGet, ""); now != before {
			t.Errorf("%s: the record is now %s", c.name, now)
		}
	}
	original, err := os.ReadFile(filepath.Join(w.dir, "page-sample.json"))
	if err != nil {
		t.Fatal(err)
	}
	good := strings.Replace(strings.Replace(string(original), `"scenario": "none-such", `, "", 1), `"name": "X"`, `"name": "Good again"`, 1)
	w.replace(t, good)
	w.comes(t, "Good again")
	seen := len(w.log.String())
	w.replace(t, `{`)
	w.says(t, seen, `the changed fixtures have errors`)
	w.replace(t, good)
	w.says(t, seen, `the fixtures are good again, and as they were`)
}

// TestWatchTakesTheLast holds that of many quick writes the last one counts,
// and that no reader sees a data set that nobody wrote.
func TestWatchTakesTheLast(t *testing.T) {
	t.Parallel()
	w := watch(t)
	first := w.text(t, "Number 0")
	for i := range 40 {
		text := strings.Replace(first, "Number 0", fmt.Sprintf("Number %d", i), 1)
		switch i % 3 {
		case 0:
			w.write(t, "page-sample.json", text)
		case 1:
			w.replace(t, text)
		default:
			w.write(t, "page-sample.json", text[:len(text)/2]) // as if in the middle
			w.write(t, "page-sample.json", text)
		}
		if got := w.get(t, http.MethodGet, ""); !regexp.MustCompile(`"name": "(George Jones!!!\?|Number \d+)"`).MatchString(got) {
			t.Fatalf("a reader sees %s", got)
		}
	}
	w.comes(t, "Number 39")
}

// TestWatchOtherFiles holds that what is not a fixture file changes nothing.
func TestWatchOtherFiles(t *testing.T) {
	t.Parallel()
	w := watch(t)
	for _, name := range []string{"notes.txt", ".hidden.json", "page-sample.json~", "4913"} {
		w.write(t, name, "nonsense")
	}
	w.replace(t, w.text(t, "Seen"))
	w.comes(t, "Seen")
	if log := w.log.String(); strings.Contains(log, "error") || strings.Count(log, "in force") != 1 {
		t.Errorf("got the log\n%s\nwant one change", log)
	}
}

// TestWatchFolderGone holds that a folder which is taken away leaves the data set
// as it was, that the log says so, and that it is followed when it is back.
func TestWatchFolderGone(t *testing.T) {
	t.Parallel()
	w := watch(t)
	good := w.text(t, "Back")
	before := w.get(t, http.MethodGet, "")
	if err := os.Rename(w.dir, w.dir+"-away"); err != nil {
		t.Fatal(err)
	}
	w.log.await(t, `level=ERROR msg="the folder of the fixtures is gone, so the data set is as it was"`)
	if now := w.get(t, http.MethodGet, ""); now != before {
		t.Errorf("the record is now %s", now)
	}
	if err := os.Rename(w.dir+"-away", w.dir); err != nil {
		t.Fatal(err)
	}
	w.log.await(t, `watching the fixtures again`)
	w.replace(t, good)
	w.comes(t, "Back")
}

// TestWatchNeedsFixtures holds that --watch alone is rejected, with the reason.
func TestWatchNeedsFixtures(t *testing.T) {
	t.Parallel()
	if got := run(t, "serve", "--watch"); got.code != exitMisuse || !strings.Contains(got.stderr, "--watch needs --fixtures DIR: the embedded data set does not change") {
		t.Errorf("got the exit code %d and %q", got.code, got.stderr)
	}
}
