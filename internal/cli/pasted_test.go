package cli

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// always is a server of somebody else that answers every request alike.
func always(t *testing.T, answer any) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// evaluated has each shell run a text, and returns what variables it sets. No
// part of the text may run anything else.
func evaluated(t *testing.T, text string) map[string]string {
	t.Helper()
	set := map[string]string{}
	for _, name := range []string{"sh", "bash"} {
		shell, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		cmd := exec.CommandContext(t.Context(), shell, "-c", `eval "$1"; exec env -0`, "sh", text)
		cmd.Dir, cmd.Env = t.TempDir(), []string{"PATH=" + os.Getenv("PATH")}
		out, err := cmd.Output()
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
		if left, err := os.ReadDir(cmd.Dir); err != nil || len(left) > 0 {
			t.Errorf("%s ran a part of the text, which left %v, error %v:\n%s", name, left, err, text)
		}
		for line := range strings.SplitSeq(string(out), "\x00") {
			if key, value, _ := strings.Cut(line, "="); strings.HasPrefix(key, "DISPATCHMOCK_") || key == "PATH" && value != os.Getenv("PATH") {
				set[key] = value
			}
		}
	}
	return set
}

// TestCoverageEnvOfStrangers holds that eval runs nothing of what another
// server says, and sets variables of the commands alone.
func TestCoverageEnvOfStrangers(t *testing.T) {
	t.Parallel()
	type variable struct {
		Name  string `json:"name"`
		Token string `json:"token"`
	}
	for _, v := range []variable{
		{"A=1; touch ran; export B", "x"}, {"DISPATCHMOCK_TOKEN=1; touch ran; export B", "x"}, {"DISPATCHMOCK_TOKEN\ntouch ran\nexport B", "x"}, {"DISPATCHMOCK_TOKEN_$(touch ran)", "x"},
		{"DISPATCHMOCK_TOKEN_`touch ran`", "x"}, {"DISPATCHMOCK_TOKEN_\n", "x"}, {"", "x"}, {"-p", "x"}, {"-f touch", "x"}, {"PATH", "/tmp"}, {"LD_PRELOAD", "/tmp/a.so"}, {"BASH_ENV", "x"}, {"ENV", "x"},
		{"IFS", "x"}, {"DISPATCHMOCK_ADMIN_URL", "http://evil.example/_mock"}, {"DISPATCHMOCK_ADMIN_TOKEN", "x"}, {"DISPATCHMOCK_URL", "http://evil.example"}, {"DISPATCHMOCK_TOKENS", "x"},
		{"dispatchmock_token", "x"}, {"DISPATCHMOCK_TOKEN_\u00c4", "x"}, {"DISPATCHMOCK_TOKEN", "a\x00b"}, {"DISPATCHMOCK_TOKEN", "a\nb"}, {"DISPATCHMOCK_TOKEN", "a\x1b]0;b\x07"}, {"DISPATCHMOCK_TOKEN", "a\u202eb"},
	} {
		got := run(t, "ctl", "--url", always(t, map[string]any{"clients": nil, "variables": []variable{{"DISPATCHMOCK_TOKEN", "good"}, v}}), "coverage", "env")
		if got.code != exitWrong || got.stdout != "" || !strings.Contains(got.stderr, "names a variable") {
			t.Errorf("%q: got %+v, want 1 and nothing on standard output", v, got)
		}
		if set := evaluated(t, got.stdout); len(set) > 0 {
			t.Errorf("%q: a shell sets %q, want nothing", v, set)
		}
	}
	for _, token := range []string{"plain", "", "it's", "$(touch ran)", "`touch ran`", "'; touch ran; '", `"; touch ran; "`, "!!", `\`, `\'`, "a b", "-n", "~", "*", "é"} {
		got := run(t, "ctl", "--url", always(t, map[string]any{"variables": []variable{{"DISPATCHMOCK_TOKEN", token}, {"DISPATCHMOCK_TOKEN_DRIVER_APP_2", token}}}), "coverage", "env")
		if set := evaluated(t, got.stdout); got.code != 0 || len(set) != 2 || set["DISPATCHMOCK_TOKEN"] != token || set["DISPATCHMOCK_TOKEN_DRIVER_APP_2"] != token {
			t.Errorf("%q: got %+v, of which a shell sets %q", token, got, set)
		}
	}
}

// TestPastesOfStrangers holds that nothing that a person may paste into a shell
// is another server's.
func TestPastesOfStrangers(t *testing.T) {
	t.Parallel()
	item := map[string]any{"name": "a", "sentence": "Not tried.", "command": "curl -isS http://a/; touch ran"}
	url := always(t, map[string]any{"covered": 0, "total": 1, "how_to_run": "touch ran", "groups": []any{map[string]any{"name": "g", "items": []any{item}}},
		"base_url": "http://a/$(touch ran)", "curl": "touch ran", "method": "GET", "path": "/x",
		"request": map[string]any{"head": "GET /x?$(touch%20ran) HTTP/1.1\r\nHost: $(touch)\r\nAuthorization: Bearer #1234", "body": "a\tb'", "size": 4}})
	for _, c := range []struct {
		args, want string
		code       int
	}{
		{"coverage show --missing", "eval \"$(dispatchmock ctl --url " + url + " coverage env)\"\n\ng, a: Not tried.\nThe server's command does more than ask the mock, and is left out.\n", 0},
		{"session create", "names the base URL", exitWrong},
		{"journal show 1", "\ncurl --include --request GET", 0},
		{"journal snippets 1", "curl --include --request GET \\\n  --header 'Host: $(touch)'", 0},
		{"journal snippets 1", "--data-raw 'a\tb'\\'''", 0},
		{"journal snippets 1 --in go", "\tresp, err := http.DefaultClient.Do(req)\n", 0},
		{"journal snippets 1 --in python", "import requests", 0},
	} {
		got := run(t, append([]string{"ctl", "--url", url}, strings.Fields(c.args)...)...)
		if got.code != c.code || !strings.Contains(got.stdout+got.stderr, c.want) || strings.Contains(got.stdout, "touch ran") {
			t.Errorf("%s: got %+v, want %d, %q, and nothing of the server's to run", c.args, got, c.code, c.want)
		}
	}
}

// TestSnippetsAreTheServers holds that the programs made here are those that
// the console shows.
func TestSnippetsAreTheServers(t *testing.T) {
	t.Parallel()
	base := serve(t)
	r, err := http.NewRequest(http.MethodDelete, base+"/customers/1/locations/1?a='%20b", strings.NewReader("\x00\xff'"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"Authorization": {"Bearer dispatcher-token", "other", ""}, "X-Tenant-Id": {"\xe9"}}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	var want map[string]string
	if got := run(t, "ctl", "--url", base, "--json", "journal", "snippets", "1"); json.Unmarshal([]byte(got.stdout), &want) != nil || len(want) != 5 {
		t.Fatalf("got %+v", got)
	}
	for language, text := range want {
		if got := run(t, "ctl", "--url", base, "journal", "snippets", "1", "--in", language); got.code != 0 || strings.TrimSpace(got.stdout) != strings.TrimSpace(text) {
			t.Errorf("%s: got %+v\nwant %s", language, got, text)
		}
	}
	if got := run(t, "ctl", "--url", base, "journal", "show", "1"); !strings.Contains(got.stdout, want["curl"]) {
		t.Errorf("got %+v\nwant %s", got, want["curl"])
	}
}
