package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/testkit"
)

// fixtureTokens returns every token of the default data set.
func fixtureTokens(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "fixtures", "default", "clients.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Clients []struct{ Token string } }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	var tokens []string
	for _, c := range file.Clients {
		tokens = append(tokens, c.Token)
	}
	if len(tokens) < 5 {
		t.Fatalf("found %d tokens in the fixtures, want at least 5", len(tokens))
	}
	return tokens
}

// execRun runs the program's exec in a folder and returns what it tells.
func execRun(t *testing.T, dir string, args ...string) (code int, told string) {
	t.Helper()
	build(t)
	cmd := exec.CommandContext(t.Context(), "dispatchmock", append([]string{"exec", "--allow", "no-requests"}, args...)...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), stderr.String()
}

// reportFormats are the forms of a run's report.
func reportFormats() []string {
	return []string{"github", "har", "html", "json", "junit", "junit-coverage", "markdown", "pact", "text"}
}

// TestReportsHoldNoToken looks for every token of the fixtures in every form
// of a run's report and on its terminal: of a run that tried nothing, which is
// told how to try all, and of one whose clients put them in all places.
func TestReportsHoldNoToken(t *testing.T) {
	t.Parallel()
	tokens := fixtureTokens(t)
	asks := []string{"all"}
	for _, token := range tokens {
		for _, request := range []string{
			"DELETE /customers/1/locations/1|Authorization: Bearer TOKEN",
			"GET /customers/1/locations/1|Authorization: TOKEN",
			"GET /customers/1/locations/1|Authorization: Basic TOKEN|X-Tenant-Id: one",
			"GET /customers/1/locations/1?token=TOKEN|X-Token: TOKEN",
			"PUT /nowhere|Authorization: Bearer TOKEN|Cookie: sid=TOKEN",
		} {
			asks = append(asks, strings.ReplaceAll(request, "TOKEN", token))
		}
	}
	for name, c := range map[string]struct {
		code    int
		command []string
	}{
		"nothing tried":   {0, []string{"child", "exit", "0"}},
		"all places":      {1, append([]string{"child"}, asks...)},
		"in the command":  {0, []string{"child", tokens[0]}},
		"of another auth": {0, []string{"child", "ask", "GET", "/customers/1/locations/1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			var args []string
			for _, format := range reportFormats() {
				args = append(args, "--report", format+"="+format)
			}
			if name == "of another auth" {
				args = append(args, "--auth", "any", "--admin-token", "secret-of-the-admin-api")
			}
			code, told := execRun(t, dir, append(append(args, "--"), c.command...)...)
			if code != c.code {
				t.Fatalf("got the exit code %d, want %d\n%s", code, c.code, told)
			}
			texts := map[string]string{"the terminal": told}
			for _, format := range reportFormats() {
				text, err := os.ReadFile(filepath.Join(dir, format))
				if err != nil || len(text) == 0 {
					t.Fatalf("the report %s: %d bytes, %v", format, len(text), err)
				}
				texts[format] = string(text)
			}
			for where, text := range texts {
				// As it is, and with each sign as an entity.
				plain := strings.NewReplacer("&#45;", "-", "&#46;", ".", "&#95;", "_").Replace(text)
				for _, token := range append(slices.Clone(tokens), "secret-of-the-admin-api") {
					if i := strings.Index(plain, token); i >= 0 {
						t.Errorf("%s has the token %s: …%s…", where, token, plain[max(i-100, 0):min(i+60, len(plain))])
					}
				}
			}
		})
	}
}

// TestCoverageCommandsRun takes what a report says was never tried, runs its
// commands in a shell as the report tells, and holds that it was tried then.
func TestCoverageCommandsRun(t *testing.T) {
	t.Parallel()
	testkit.Need(t, "sh", "curl")
	build(t)
	type grid struct {
		Coverage struct {
			HowToRun string `json:"how_to_run"`
			Groups   []struct {
				Name       string
				Documented bool
				Items      []struct {
					Name, Command string
					Covered       bool
				}
			}
		}
	}
	for name, flags := range map[string][]string{
		"default":          nil,
		"admin API's own":  {"--admin", "127.0.0.1:0", "--admin-token", "secret"},
		"admin API closed": {"--admin", "off"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			read := func(file string) (g grid) {
				text, err := os.ReadFile(filepath.Join(dir, file))
				if err == nil {
					err = json.Unmarshal(text, &g)
				}
				if err != nil {
					t.Fatal(err)
				}
				return g
			}
			if code, told := execRun(t, dir, append(flags, "--report", "json=none.json", "--", "child", "exit", "0")...); code != 0 {
				t.Fatalf("got the exit code %d\n%s", code, told)
			}
			before := read("none.json")
			if !strings.Contains(before.Coverage.HowToRun, "dispatchmock exec -- sh") {
				t.Errorf("it does not say where the commands run: %q", before.Coverage.HowToRun)
			}
			var script strings.Builder
			commands := map[string]string{}
			for _, g := range before.Coverage.Groups {
				for _, item := range g.Items {
					if !g.Documented {
						continue // the same, and some wait long
					}
					if item.Command == "" && !(name == "admin API closed" && item.Name == "default") {
						t.Errorf("%s: %s has no command", g.Name, item.Name)
					}
					if item.Command != "" {
						commands[g.Name+": "+item.Name] = item.Command
						script.WriteString(item.Command + " >out 2>&1\n")
					}
				}
			}
			if err := os.WriteFile(filepath.Join(dir, "commands.sh"), []byte(script.String()), 0o600); err != nil {
				t.Fatal(err)
			}
			code, told := execRun(t, dir, append(flags, "--allow", "invalid", "--allow", "simulated", "--report", "json=all.json", "--", "sh", "commands.sh")...)
			if code != 0 {
				t.Errorf("got the exit code %d\n%s", code, told)
			}
			for _, g := range read("all.json").Coverage.Groups {
				for _, item := range g.Items {
					if command := commands[g.Name+": "+item.Name]; command != "" && !item.Covered {
						t.Errorf("%s: %s is not covered by\n%s", g.Name, item.Name, command)
					}
				}
			}
		})
	}
}
