package coverage_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/coverage"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/testkit"
	"dispatchmock/schemas"
)

var patience = testkit.Patience

// settings are what a test may choose; the zero value is the default data set.
type settings struct {
	anyToken  bool
	choices   string            // instead of the default data set's file of choices
	files     map[string]string // instead of, or beside, those of the default data set
	scenarios []string          // instead of the catalogue
}

func load(t testing.TB, s settings) (*contract.Contract, *fixture.Fixtures) {
	t.Helper()
	c := testkit.Contract(t)
	f := *testkit.Fixtures(t, testkit.Data{Choices: s.choices, Files: s.files}, testkit.Started)
	p, err := scenario.NewParser(schemas.FS, c)
	if err != nil {
		t.Fatal(err)
	}
	var list []*scenario.Scenario
	for _, text := range s.scenarios {
		tree, err := jsonx.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		one, diags := p.Parse("test", "", tree)
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		list = append(list, one)
	}
	if len(list) > 0 {
		f.Scenarios = scenario.NewCatalogue(list)
	}
	return c, &f
}

// running is a server under test; it reports each exchange.
type running struct {
	*app.Server
	url      string
	recorded chan struct{}
}

func launch(t testing.TB, s settings) *running {
	t.Helper()
	_, f := load(t, s)
	r := &running{recorded: make(chan struct{}, 4096)}
	server := testkit.Start(t, testkit.Settings{Options: app.Options{AnyToken: s.anyToken, Journal: journal.Limits{Count: 100, Bytes: 1 << 20},
		Sessions: session.Options{Fixtures: f, Now: time.Now, NewID: uuid.New},
		Recorded: func(*exchange.Exchange) {
			select {
			case r.recorded <- struct{}{}:
			default:
			}
		}}})
	r.Server, r.url = server.Server, server.URL
	return r
}

// items returns the items of a report by group and name.
func items(c *coverage.Report) map[string]coverage.Item {
	all := map[string]coverage.Item{}
	for _, g := range c.Groups {
		for _, item := range g.Items {
			all[g.Name+": "+item.Name] = item
		}
	}
	return all
}

// covers waits until an item is covered by what was asked.
func (r *running) covers(session, name string) bool {
	late := time.After(patience)
	for {
		if items(r.Coverage().Report(session, r.live()))[name].Covered {
			return true
		}
		select {
		case <-r.recorded:
		case <-late:
			return false
		}
	}
}

// live is where the commands reach the server.
func (r *running) live() coverage.Where { return coverage.Live(r.url, r.url, "/_mock", false) }

// shell runs a command as a person would, with the variables that it takes
// tokens from.
func (r *running) shell(t testing.TB, command string) string {
	t.Helper()
	testkit.Need(t, "sh", "curl")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
	cmd.Env = append(os.Environ(), "no_proxy=*")
	for _, v := range r.Coverage().Variables() {
		cmd.Env = append(cmd.Env, v.Name+"="+v.Client.Token)
	}
	out, err := cmd.CombinedOutput()
	if err != nil && !strings.Contains(string(out), "curl: (") {
		t.Errorf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}
