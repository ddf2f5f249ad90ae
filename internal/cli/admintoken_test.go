package cli

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// reach asks the admin API, with a token or without, and returns the status.
func reach(t *testing.T, base, token string) int {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, base+"/_mock/sessions", nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// withEnv runs the command line beside the test, with an environment.
func withEnv(t *testing.T, environ []string, args ...string) (stdout, stderr *liveText) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	stdout, stderr = newPrinted(), newPrinted()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		Run(ctx, args, environ, nil, stdout, stderr)
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return stdout, stderr
}

// TestAdminBeyondLoopback holds that an admin API which other machines can
// reach asks for a token, and says so at the start.
func TestAdminBeyondLoopback(t *testing.T) {
	t.Parallel()
	secret := file(t, "token", "from-file\r\n")
	environ := []string{"ADMIN=from-env"}
	const api, own = "--listen 127.0.0.1:0", "--listen 127.0.0.1:0 --admin "
	for _, c := range []struct {
		args   string
		token  string // "" is asked for none, "made" for one that is printed
		said   string // in the greeting
		logged string // with --quiet, on standard error
	}{
		{api, "", `open to this machine`, ``},
		{"--listen localhost:0", "", `open to this machine`, ``},
		{"--listen 127.0.0.2:0", "", `open to this machine`, ``},
		{"--listen [::1]:0", "", `open to this machine`, ``},
		{"--listen 0.0.0.0:0", "made", `guarded, as other machines can reach it: the token of this run is (\S+)`, `level=INFO msg="the admin API is guarded, as other machines can reach it" token=(\S+)\n`},
		{"--listen :0", "made", `guarded, .* is (\S+)`, `token=(\S+)\n`},
		{"--listen [::]:0", "made", `guarded, .* is (\S+)`, `token=(\S+)\n`},
		{own + "0.0.0.0:0", "made", `guarded, .* is (\S+)`, `token=(\S+)\n`},
		{"--listen 0.0.0.0:0 --admin 127.0.0.1:0", "", `open to this machine`, ``},
		{"--listen 0.0.0.0:0 --admin off", "off", `off`, ``},
		{"--listen 0.0.0.0:0 --admin-token none", "", `open to every machine that can reach it`, `level=WARN msg="the admin API is open to every machine that can reach it"\n`},
		{"--listen 0.0.0.0:0 --admin-token given", "given", `guarded by the token of --admin-token`, `msg="the admin API is guarded" by=--admin-token\n`},
		{"--listen 0.0.0.0:0 --admin-token-env ADMIN", "from-env", `guarded by the token of --admin-token-env ADMIN`, `by="--admin-token-env ADMIN"\n`},
		{api + " --admin-token-env ADMIN", "from-env", `guarded by the token of --admin-token-env ADMIN`, ``},
		{api + " --admin-token-file " + secret, "from-file", `guarded by the token of --admin-token-file ` + regexp.QuoteMeta(secret), ``},
		{api + " --admin-token none", "", `open to this machine`, ``},
	} {
		if l, err := net.Listen("tcp", "[::1]:0"); err == nil {
			l.Close()
		} else if strings.Contains(c.args, "[") {
			continue // a machine without IPv6
		}
		for _, command := range []string{"serve", "proxy --target http://127.0.0.1:1"} {
			t.Run(command+" "+strings.ReplaceAll(c.args, "/", "_"), func(t *testing.T) {
				t.Parallel()
				args := strings.Fields(command + " " + c.args)
				stdout, _ := withEnv(t, environ, args...)
				greeting := stdout.await(t, `(?s)^.*Ctrl-C`)
				said := regexp.MustCompile(`(?m)^  admin     ` + c.said + `$`).FindStringSubmatch(greeting)
				if said == nil {
					t.Fatalf("nothing matches %q in\n%s", c.said, greeting)
				}
				if at := regexp.MustCompile(`(?m)^  console   (http://[^\s/]+)/_mock/`).FindStringSubmatch(greeting); (at == nil) != (c.token == "off") {
					t.Errorf("the greeting says where the admin API is, or not: %s", greeting)
				} else if at != nil {
					holdAccess(t, at[1], c.token, said)
				}

				stdout, stderr := withEnv(t, environ, append(args, "--quiet")...)
				stdout.await(t, `^http://\S+\n`)
				log := strings.Join(regexp.MustCompile(`(?m)^.*admin API.*\n`).FindAllString(stderr.String(), -1), "") // is there before the address
				if said = regexp.MustCompile(c.logged + `$`).FindStringSubmatch(log); said == nil || (c.logged == "") != (log == "") {
					t.Errorf("got %q on standard error before the address, want %q", log, c.logged)
				}
				lines := strings.Fields(stdout.String())
				if c.token != "off" && said != nil {
					holdAccess(t, lines[len(lines)-1], c.token, said)
				}
				if command == "serve" {
					if got := run(t, "health", lines[0]); got.code != 0 {
						t.Errorf("health, which has no token: got %+v", got)
					}
				}
			})
		}
	}
}

// holdAccess asks an admin API with the token and without; a token that was
// made is what was said.
func holdAccess(t *testing.T, base, token string, said []string) {
	t.Helper()
	without := http.StatusUnauthorized
	switch token {
	case "":
		without = http.StatusOK
	case "made":
		if token = said[1]; len(token) < 20 {
			t.Errorf("the token %q has less than 20 characters", token)
		}
	}
	if got := reach(t, base, ""); got != without {
		t.Errorf("without the token got %d, want %d", got, without)
	}
	if got := reach(t, base, token); got != http.StatusOK {
		t.Errorf("with the token got %d, want 200", got)
	}
}

// TestAdminTokenMisuse holds what is said of a token that is none, and that
// nothing has the token in it.
func TestAdminTokenMisuse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"empty": "", "blank": " \r\n\n", "two": "secret-1 secret-2\n", "lines": "secret-1\nsecret-2\n", "huge": strings.Repeat("s", 5000), "binary": "secret\x00\xff", "closed": "secret"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ args, want string }{
		{"--admin-token-file DIR/none", `--admin-token-file: DIR/none: there is no such file; the file must hold the token and nothing else`},
		{"--admin-token-file DIR", `--admin-token-file: DIR: is a folder; name a file; the file must hold`},
		{"--admin-token-file DIR/empty", `--admin-token-file: DIR/empty: the token is empty; the file must hold it and nothing else`},
		{"--admin-token-file DIR/blank", `the token is empty; the file must hold it`},
		{"--admin-token-file DIR/two", `--admin-token-file DIR/two: must have no white space`},
		{"--admin-token-file DIR/lines", `must have no white space`},
		{"--admin-token-file DIR/huge", `DIR/huge: is longer than 4096 bytes, the most that is read of such a file; the file must hold the token and nothing else`},
		{"--admin-token-file /dev/zero", `/dev/zero: is longer than 4096 bytes`},
		{"--admin-token-file DIR/binary", `must have visible ASCII characters only`},
		{"--admin-token-file=", `--admin-token-file: must name a file, and is empty`},
		{"--admin-token-env NONE", `--admin-token-env "NONE": there is no such environment variable`},
		{"--admin-token-env=", `--admin-token-env "": there is no such environment variable`},
		{"--admin-token-env EMPTY", `--admin-token-env EMPTY: must be a token, and is empty`},
		{"--admin-token-env SPACED", `--admin-token-env SPACED: must have no white space`},
		{"--admin-token-env LONG", `must be a token of at most 4096 bytes, and has 5000`},
		{"--admin-token-env GOOD --admin-token-file DIR/closed", `give the token of the admin API by one of --admin-token-env NAME, --admin-token-file FILE and --`},
	} {
		environ := []string{"EMPTY=", "SPACED=secret a", "LONG=" + strings.Repeat("s", 5000), "GOOD=secret"}
		for _, command := range []string{"serve --listen 127.0.0.1:0", "exec", "proxy --listen 127.0.0.1:0 --target http://127.0.0.1:1", "ctl --url http://127.0.0.1:1"} {
			args := strings.Fields(command + " " + strings.ReplaceAll(c.args, "DIR", dir))
			args = append(args, map[string][]string{"exec": {"--", "true"}, "ctl": {"health"}}[strings.Fields(command)[0]]...)
			var stdout, stderr bytes.Buffer
			code := Run(t.Context(), args, environ, nil, &stdout, &stderr)
			if want := strings.ReplaceAll(c.want, "DIR", dir); code != exitMisuse || stdout.Len() > 0 || !strings.Contains(stderr.String(), want) {
				t.Errorf("%s %s: got %d, %q and %q, want 2 and %q", command, c.args, code, stdout.String(), stderr.String(), want)
			}
			if strings.Contains(stderr.String(), "secret") {
				t.Errorf("%s %s: the token is printed: %s", command, c.args, stderr.String())
			}
		}
	}
	for _, args := range []string{"serve --admin-token none --admin-token-env GOOD", "serve --admin-token secret --admin-token-env GOOD", "serve --admin-token sécret", "ctl --token secret --admin-token-env GOOD health"} {
		got := run(t, strings.Fields(args)...)
		if got.code != exitMisuse || strings.Contains(got.stderr, "secret") || strings.Contains(got.stderr, "sécret") {
			t.Errorf("%s: got %+v, want 2, and no token", args, got)
		}
	}
}

// TestCtlTokenSources holds that ctl takes the token from where it is kept.
func TestCtlTokenSources(t *testing.T) {
	t.Parallel()
	base := serve(t, "--admin-token", "let-me-in")
	for _, source := range [][]string{{"--admin-token-env", "ADMIN"}, {"--admin-token-file", file(t, "token", "let-me-in\n")}, {"--token", "let-me-in"}} {
		var stdout, stderr bytes.Buffer
		code := Run(t.Context(), append([]string{"ctl", "--url", base, "health"}, source...), []string{"ADMIN=let-me-in"}, nil, &stdout, &stderr)
		if code != 0 {
			t.Errorf("%q: got %d, %q", source, code, stderr.String())
		}
	}
}

// TestURLsAreToldWithoutSecrets holds that a message about a URL has no
// password or token of it.
func TestURLsAreToldWithoutSecrets(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http://user:secret@127.0.0.1:1", "http://secret@127.0.0.1:1/", "user:secret@127.0.0.1", "http://127.0.0.1:1/?token=secret", "http://127.0.0.1:1/#secret", "http://user:secret@127.0.0.1:x", "ftp://a:secret@b"} {
		for _, args := range [][]string{{"ctl", "--url", url, "health"}, {"health", url}, {"proxy", "--target", url}, {"verify", "--token", "t", "--target", url}} {
			got := run(t, args...)
			if got.code != exitMisuse || strings.Contains(got.stdout+got.stderr, "secret") {
				t.Errorf("%q: got %+v, want 2, and no secret", args, got)
			}
		}
	}
}
