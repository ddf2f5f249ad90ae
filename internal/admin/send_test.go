package admin_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"dispatchmock/internal/app"
)

// sentBack is what is read of an answer to a request that the admin API sent.
type sentBack struct {
	Status              int
	Reason, Body, Error string
	Exchange            *struct {
		ID              uint64
		Session, Method string
		Status          int
		Scenario        string
		Request         struct{ Head, Body string }
	}
}

// TestSend holds that a request goes to its session, over a socket, and that
// its record is found whatever becomes of the answer.
func TestSend(t *testing.T) {
	t.Parallel()
	for _, where := range []struct {
		name  string
		admin app.Admin
	}{{"beside the API", app.Admin{}}, {"on a listener of its own", app.Admin{Address: "127.0.0.1:0"}}} {
		t.Run(where.name, func(t *testing.T) {
			t.Parallel()
			r := launch(t, settings{admin: where.admin})
			admin := r.url
			if a := r.AdminAddr(); a != nil {
				admin = "http://" + a.String()
			}
			atAdmin := &running{url: admin}
			post := func(path, body string, into any) {
				t.Helper()
				atAdmin.must(t, "POST", path, body, into)
			}
			post("/sessions", `{"id": "s"}`, nil)
			for _, c := range []struct {
				name, session, headers, body string
				status                       int
				fails                        bool
				scenario                     string
			}{
				{"as usual", "default", "", "", 200, false, ""},
				{"in a session", "s", "", `{\"a\": \"ü\"}`, 200, false, ""},
				{"no answer", "default", `, {"name": "X-Mock-Scenario", "value": "empty-reply"}`, "", 0, true, "empty-reply"},
				{"half an answer", "default", `, {"name": "X-Mock-Scenario", "value": "truncated"}`, "", 200, true, "truncated"},
			} {
				var got sentBack
				post("/send", fmt.Sprintf(`{"session": %q, "method": "DELETE", "path": "/customers/1/locations/1/", "body": "%s", "headers": [{"name": "Authorization", "value": "Bearer dispatcher-token"}, {"name": "x-tenant-id", "value": "1"}%s]}`, c.session, c.body, c.headers), &got)
				if got.Status != c.status || (got.Error != "") != c.fails {
					t.Errorf("%s: got %d and the error %q", c.name, got.Status, got.Error)
				}
				x := got.Exchange
				if x == nil || x.Method != http.MethodDelete || x.Session != c.session || x.Scenario != c.scenario || x.Request.Body != strings.ReplaceAll(c.body, `\"`, `"`) {
					t.Errorf("%s: got the exchange %+v", c.name, x)
					continue
				}
				var texts map[string]string
				atAdmin.must(t, "GET", fmt.Sprintf("/exchanges/%d/snippets", x.ID), "", &texts)
				for language, want := range map[string]string{"curl": "curl ", "fetch": "fetch(", "python": "requests", "csharp": "HttpClient", "go": "http.NewRequest"} {
					if !strings.Contains(texts[language], want) || strings.Contains(texts[language], "dispatcher-token") {
						t.Errorf("%s: as %s it is\n%s", c.name, language, texts[language])
					}
				}
			}
		})
	}
}

func readFile(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestFactsAreTheManuals holds the facts that the admin API shows against the manual's.
func TestFactsAreTheManuals(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	var contract struct {
		Facts []struct{ Fact, Grade, Evidence, Switch string }
	}
	r.must(t, "GET", "/contract", "", &contract)
	told := map[string]string{}
	for _, f := range contract.Facts {
		told[f.Fact] = f.Grade + " | " + f.Evidence + " | " + f.Switch
	}
	_, after, ok := strings.Cut(readFile(t, "../manual/facts.md"), "| fact | grade | evidence | switch |\n| --- | --- | --- | --- |\n")
	if !ok {
		t.Fatal("facts.md has no table of facts")
	}
	table, _, _ := strings.Cut(after, "\n\n")
	lines := strings.Split(strings.TrimSpace(table), "\n")
	for _, line := range lines {
		cells := strings.Split(strings.Trim(strings.ReplaceAll(line, "`", ""), "| "), " | ")
		for i := range cells {
			if cells[i] == "–" {
				cells[i] = ""
			}
		}
		if want := strings.Join(cells[1:], " | "); told[cells[0]] != want {
			t.Errorf("facts.json has of %q\n%q, and facts.md\n%q", cells[0], told[cells[0]], want)
		}
	}
	if len(lines) != len(contract.Facts) || len(lines) < 20 {
		t.Errorf("facts.json has %d facts, and facts.md %d", len(contract.Facts), len(lines))
	}
}
