package cli

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// TestCtlMisuse holds that arguments without sense end with 2, say what would
// make sense, and send nothing.
func TestCtlMisuse(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s was sent", r.Method, r.URL)
	}))
	defer s.Close()
	for _, c := range []struct{ args, want string }{
		{"", `ctl wants a command \(see dispatchmock ctl --help\)`},
		{"resett", `unknown command "resett"; did you mean reset\? \(see dispatchmock ctl --help\)`},
		{"openapi --api-version 2019/02/08", `--api-version and --openapi are for the document of the API; name it with --of api`},
		{"openapi --of mock", `must be admin or api`},
		{"openapi --of api --openapi 2.0", `must be 3\.1 or 3\.0`},
		{"session", `ctl session wants a command`},
		{"session lst", `unknown command "lst"; did you mean list\? \(see dispatchmock ctl session --help\)`},
		{"session drop", `takes ID…, and was given 0 arguments`},
		{"session show a b", `takes \[ID\], and was given 2 arguments`},
		{"health http://127.0.0.1:1", `takes no argument, and was given 1 argument`},
		{"record get 1 1", `takes TENANT CUSTOMER LOCATION, and was given 2 arguments`},
		{"record put 1 1 1", `takes TENANT CUSTOMER LOCATION FILE, and was given 3`},
		{"session create --sede 1", `unknown flag: --sede; did you mean --seed\?`},
		{"session create --clock noon", `"noon" for "--clock" flag: must be real, frozen:TIME`},
		{"session create --seed -1", `invalid argument "-1" for "--seed"`},
		{"clock set frozen:yesterday", `"frozen:yesterday" must be real, frozen:TIME`},
		{"clock set real:now", `"real:now" must be real`},
		{"clock set step:2022-08-20T01:38:16Z", `must be real`},
		{"clock set step:2022-08-20T01:38:16Z,often", `must be real`},
		{"clock set offset:", `must be real`},
		{"ids set seed:-1", `"seed:-1" must be random or seed:N`},
		{"pins set web-app", `"web-app" must have the form CLIENT=VERSION`},
		{"pins set =2021/04/07", `must have the form`},
		{"choices set repeated_delete=", `must have the form KEY=VALUE`},
		{"journal list --status", `flag needs an argument`},
		{"journal list --before x", `invalid argument "x" for "--before"`},
		{"--url ftp://127.0.0.1 health", `--url "ftp://127.0.0.1" is not the URL of a server`},
		{"--url 127.0.0.1:8003 health", `is not the URL of a server`},
		{"--url http://127.0.0.1:1/?a=b health", `is not the URL of a server`},
		{"--url http://127.0.0.1:1/_s/a health", `name a session with --session`},
		{"--url http://127.0.0.1:1/_mock health", `must be the URL of the server alone, such as http://127.0.0.1:1`},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			got := run(t, append([]string{"ctl", "--url", s.URL}, strings.Fields(c.args)...)...)
			if got.code != exitMisuse || got.stdout != "" || !regexp.MustCompile(`^dispatchmock: .*`+c.want).MatchString(got.stderr) {
				t.Errorf("got the exit code %d, %q and %q, want 2, nothing and a match of %s", got.code, got.stdout, got.stderr, c.want)
			}
		})
	}
}

// TestCtlRefused holds that what the admin API refuses ends with 1, in its words.
func TestCtlRefused(t *testing.T) {
	t.Parallel()
	base := serve(t)
	broken, empty := file(t, "broken.json", `{"a": `), file(t, "empty.json", " \n")
	faulty := file(t, "faulty.json", `{"name": 7, "is_actve": true}`)
	fixtures := file(t, "fixtures.json", `{"choices": {"repeated_delete": 411}}`)
	for _, c := range []struct{ args, want string }{
		{"--session nobody reset", `There is no session "nobody"`},
		{"--session ../default reset", `There is no session`},
		{"session create --id default", `there is a session of this ID already`},
		{"session create --id Capital", `body /id: "Capital": must be 1 to 63 of the characters`},
		{"session create --allow nonsense", `body /allowed/0: "nonsense": must be one of invalid, simulated`},
		{"session create --ttl 1ms", `body /ttl: "1ms": must be a duration`},
		{"session create --fixtures " + fixtures, `/choices/repeated_delete: 411`},
		{"session create --fixtures " + broken, `--fixtures: \S+broken.json is not JSON: line 1, column`},
		{"session drop default", `the default session can be reset, but not dropped`},
		{"snapshot restore nothing", `The session has no snapshot "nothing"`},
		{"snapshot take a/b", `must be 1 to 64 letters`},
		{"record get 1 99999 1", `The session has no record of tenant 1, customer 99999, location 1`},
		{"record get 1 one 1", `each a whole number`},
		{"record get 1 1 1 --api-version 2020/01/01", `api_version: "2020/01/01": must be one of`},
		{"record list --after 1,1,1 --sort name", `after: must not stand beside sort, order or offset`},
		{"record list --sort size", `sort: "size": must be key, customer`},
		{"scenario add " + broken, `broken.json is not JSON: line 1, column`},
		{"scenario check " + broken, `broken.json is not JSON: line 1, column`},
		{"record list --limit 0", `limit: "0": must be a whole number from 1 to 1000`},
		{"record put 1 1 1 " + broken, `broken.json is not JSON: line 1, column`},
		{"record put 1 1 1 " + empty, `empty.json is empty, and must hold a JSON object`},
		{"record put 1 1 1 missing.json", `missing.json`},
		{"record patch 1 1 1 " + faulty, `(?s)/is_actve.*/name|/name.*/is_actve`},
		{"pins set web-app=2020/01/01", `body /pins/web-app: "2020/01/01": must be one of the versions`},
		{"choices set repeated_delet=409", `repeated_delet`},
		{"journal show nothing", `The journal has no exchange of the request ID "nothing"`},
		{"journal show 4711", `The journal has no exchange "4711"`},
		{"journal list --status 7", `status`},
		{"journal follow --verdict fine", `verdict "fine": must be one of`},
		{"journal har " + t.TempDir() + "/no/such/folder.har", `no such file or directory`},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			got := run(t, append([]string{"ctl", "--url", base}, strings.Fields(c.args)...)...)
			if got.code != exitWrong || got.stdout != "" || !regexp.MustCompile(`(?s)^dispatchmock: .*`+c.want).MatchString(got.stderr) {
				t.Errorf("got the exit code %d, %q and %q, want 1, nothing and a match of %s", got.code, got.stdout, got.stderr, c.want)
			}
		})
	}
}

// TestCtlToken holds that the token opens the admin API, and what its lack says.
func TestCtlToken(t *testing.T) {
	t.Parallel()
	base := serve(t, "--admin-token", "let-me-in")
	if got := run(t, "ctl", "--url", base, "--token", "let-me-in", "reset"); got.code != 0 || got.stdout != "Reset default.\n" {
		t.Errorf("with the token got %+v, want 0", got)
	}
	for _, args := range [][]string{{}, {"--token", "let-me-out"}} {
		got := run(t, append([]string{"ctl", "--url", base, "reset"}, args...)...)
		if got.code != exitWrong || !strings.Contains(got.stderr, "asks for its token") || !strings.Contains(got.stderr, "ctl --admin-token-env NAME") {
			t.Errorf("with %q got %+v, want 1 and how to give the token", args, got)
		}
	}
}

// TestCtlWithoutAdmin holds what is said where nobody listens, or somebody
// else.
func TestCtlWithoutAdmin(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	l.Close()
	off := serve(t, "--admin", "off")
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "<p>Hello") }))
	defer other.Close()
	for _, c := range []struct{ name, url, want string }{
		{"nobody listens", "http://" + closed, `no answer from http://` + closed + `: .*connection refused\nis it running\? start it with: dispatchmock serve --listen ` + closed + `\n$`},
		{"the admin API is off", off, `answers, but not as the admin API does: got 404 Not Found; the server was started with --admin off`},
		{"another server", other.URL, `answers, but not as the admin API does: its answer is not one of the admin API`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, args := range []string{"health", "session list", "journal follow", "journal list"} {
				got := run(t, append([]string{"ctl", "--url", c.url}, strings.Fields(args)...)...)
				if args == "journal follow" && c.url == other.URL {
					c.want = `not as the admin API does`
				}
				if got.code != exitWrong || got.stdout != "" || !regexp.MustCompile(c.want).MatchString(got.stderr) {
					t.Errorf("%s: got the exit code %d, %q and %q, want 1, nothing and a match of %s", args, got.code, got.stdout, got.stderr, c.want)
				}
			}
		})
	}
}
