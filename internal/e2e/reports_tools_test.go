package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestReportsByOthers holds the reports of a run against tools of other makers:
// a parser of JUnit, a validator of HAR, and Pact's own verifier.
func TestReportsByOthers(t *testing.T) {
	t.Parallel()
	build(t)
	tools, dir := thirdParty(t, "reports"), t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	// What is asked: good requests in several versions and states, refusals of
	// each kind, and a scenario, which no provider is to be held to.
	asked := []string{
		"DELETE /customers/1/locations/1", "GET /customers/1/locations/1", "GET /customers/2/locations/1?a=%20b&a=c", "GET /customers/8/locations/1",
		"GET /customers/14/locations/1", "GET /customers/3/locations/1|X-Api-Version: 2023/04/19", "GET /customers/3/locations/1", "GET /customers/999/locations/1",
		"DELETE /customers/2/locations/1|Authorization: Bearer driver-token", "GET /customers/1/locations/1|Authorization: Bearer no-such-token",
		"GET /customers/1/locations/1|X-Tenant-Id: one|X-Mock-Allow: invalid", "POST /customers/1/locations/1|X-Mock-Allow: invalid",
		"GET /customers/1/locations/1|X-Mock-Scenario: maintenance", "GET /customers/1/locations/1|Accept: text/html",
	}
	args := []string{"exec", "--allow", "invalid", "--report", "junit=" + at("j.xml"), "--report", "har=" + at("r.har"), "--report", "pact=" + at("p.json"), "--", "child", "all"}
	cmd := exec.CommandContext(t.Context(), "dispatchmock", append(args, asked...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Run("JUnit", func(t *testing.T) {
		t.Parallel()
		text, err := program(t, tools, "check.mjs", "junit", at("j.xml"))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		var got struct {
			Tests     int `json:"tests"`
			Testsuite []struct {
				Name     string     `json:"name"`
				Testcase []struct{} `json:"testcase"`
			} `json:"testsuite"`
		}
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		if len(got.Testsuite) != 2 || got.Testsuite[1].Name != "exchanges" || len(got.Testsuite[1].Testcase) != len(asked) {
			t.Errorf("got %+v, want a suite of %d exchanges", got, len(asked))
		}
	})
	t.Run("HAR", func(t *testing.T) {
		t.Parallel()
		text, err := program(t, tools, "check.mjs", "har", at("r.har"))
		if err != nil || strings.TrimSpace(text) != `{"entries":14}` {
			t.Errorf("got %v and\n%s\nwant an archive of 14 entries", err, text)
		}
	})
	t.Run("HAR that is none", func(t *testing.T) {
		t.Parallel()
		text, err := os.ReadFile(at("r.har"))
		if err != nil {
			t.Fatal(err)
		}
		bad := at("bad.har")
		if err := os.WriteFile(bad, []byte(strings.Replace(string(text), `"startedDateTime"`, `"started"`, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if text, err := program(t, tools, "check.mjs", "har", bad); err == nil {
			t.Errorf("the validator takes an entry without its time: %s", text)
		}
	})
	t.Run("Pact", func(t *testing.T) {
		t.Parallel()
		text, err := program(t, tools, "pact.mjs", serving(t), at("p.json"))
		if err != nil || !strings.Contains(text, "the provider keeps the pact") {
			t.Errorf("Pact's verifier: %v\n%s", err, text)
		}
		// One for each distinct exchange that is not a scenario's and was not wrong
		// unallowed.
		if n := strings.Count(text, "returns a response which"); n != len(asked)-2 {
			t.Errorf("the verifier has tried %d interactions, want %d:\n%s", n, len(asked)-2, text)
		}
	})
	t.Run("Pact against a provider that differs", func(t *testing.T) {
		t.Parallel()
		schemas := at("other")
		if out, err := exec.CommandContext(t.Context(), "dispatchmock", "init", schemas).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		choices := filepath.Join(schemas, "fixtures", "choices.json")
		text, err := os.ReadFile(choices)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(choices, []byte(strings.Replace(string(text), `"record_unknown": 404`, `"record_unknown": 410`, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := program(t, tools, "pact.mjs", serving(t, "--fixtures", filepath.Join(schemas, "fixtures")), at("p.json"))
		if err == nil || !strings.Contains(out, "There were 1 pact failures") {
			t.Errorf("got %v and\n%s\nwant that the verifier finds one interaction that is not kept", err, out)
		}
	})
}
