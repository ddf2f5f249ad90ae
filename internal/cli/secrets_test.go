package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tokens are those of the embedded data set; TestManualHasTheDefaultData holds the manual's
// list of them.
var tokens = []string{"dispatcher-token", "second-dispatcher-token", "tenant2-token", "driver-token", "admin-token", "readonly-token"}

func scan(t *testing.T, where, text string) {
	t.Helper()
	if len(text) < 100 {
		t.Errorf("%s is %q, want a report", where, text)
	}
	for _, token := range tokens {
		if strings.Contains(text, token) {
			t.Errorf("%s has the token %s", where, token)
		}
	}
}

// TestCoverageHasNoToken holds that the commands of the coverage can be shown
// to others.
func TestCoverageHasNoToken(t *testing.T) {
	t.Parallel()
	base := serve(t)
	for _, args := range []string{"coverage show --missing", "--json coverage show", "coverage show --missing --all-sessions"} {
		o := run(t, append([]string{"ctl", "--url", base}, strings.Fields(args)...)...)
		if o.code != 0 || !strings.Contains(o.stdout, "$DISPATCHMOCK_TOKEN_DRIVER_APP") {
			t.Fatalf("%s: got the code %d, and no variable of the driver's in\n%s%s", args, o.code, o.stdout, o.stderr)
		}
		scan(t, args, o.stdout+o.stderr)
	}
}

// TestVerifyHasNoToken holds that no report of verify has a token: of a server
// whose answers name one, too.
func TestVerifyHasNoToken(t *testing.T) {
	t.Parallel()
	base := serve(t)
	dir := t.TempDir()
	args := []string{"verify", "--target", base, "--token", tokens[0], "--second-token", tokens[1], "--allow-writes", "--foreign-tenant", "2",
		"--role-token", "Driver=" + tokens[3], "--role-token", "Admin=" + tokens[4], "--role-token", "Public=" + tokens[5]}
	for _, only := range [][]string{nil, {"--ignore", "/status"}, {"--tenant", "2", "--foreign-tenant", "1"}, {"--token", "driver-token"}} {
		for _, format := range []string{"text", "json"} {
			path := filepath.Join(dir, format)
			o := run(t, append(append(args, only...), "--format", format, "--report", format+"="+path)...)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			scan(t, format, o.stdout+o.stderr)
			scan(t, "the file "+format, string(text))
		}
	}
}
