package coverage_test

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"

	"dispatchmock/fixtures"
	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/coverage"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/testwait"
	"dispatchmock/schemas"
)

var patience = testwait.Patience

// settings are what a test may choose; the zero value is the default world.
type settings struct {
	anyToken  bool
	choices   string            // instead of the default world's file of choices
	files     map[string]string // instead of, or beside, those of the default world
	scenarios []string          // instead of the catalogue
}

func load(t testing.TB, s settings) (*contract.Contract, *fixture.Fixtures) {
	t.Helper()
	c, err := contract.Load(schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	def, err := fixtures.Default()
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	names, err := fs.Glob(def, "*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(def, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	for name, text := range s.files {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	if s.choices != "" {
		files["choices.json"] = &fstest.MapFile{Data: []byte(`{"choices": ` + s.choices + `}`)}
	}
	f, err := fixture.Load(files, schemas.FS, c, time.Now())
	if err != nil {
		t.Fatal(err)
	}
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
	return c, f
}

// running is a server under test; it tells each exchange.
type running struct {
	*app.Server
	url      string
	recorded chan struct{}
}

func launch(t testing.TB, s settings) *running {
	t.Helper()
	c, f := load(t, s)
	r := &running{recorded: make(chan struct{}, 4096)}
	var err error
	r.Server, err = app.New(app.Options{Contract: c, CORS: contract.CORSDocumented, AnyToken: s.anyToken, OnViolation: mock.Fail, Quiet: true,
		Log: slog.New(slog.DiscardHandler), Journal: journal.Limits{Count: 100, Bytes: 1 << 20}, Admin: app.Admin{Schemas: schemas.FS},
		Sessions: session.Options{Fixtures: f, Now: time.Now, NewID: uuid.New},
		Recorded: func(*exchange.Exchange) {
			select {
			case r.recorded <- struct{}{}:
			default:
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	r.url = "http://" + r.Addr().String()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := r.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
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
	for _, program := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is missing, and CI must have it", program)
			}
			t.Skipf("%s is not installed here", program)
		}
	}
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
