package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"dispatchmock/internal/testkit"
)

// TestImage runs the command of the image: the mocked API is reached, its
// health check needs no token, and the admin API does.
func TestImage(t *testing.T) {
	t.Parallel()
	build(t)
	text, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	var args []string
	m := regexp.MustCompile(`(?m)^CMD (\[.*\])$`).FindSubmatch(text)
	if m == nil || json.Unmarshal(m[1], &args) != nil {
		t.Fatalf("Dockerfile has no command: %s", text)
	}
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], ":8003", ":0") // which another test may have
	}
	p, err := testkit.Launch((*testkit.Process).Serving, nil, "dispatchmock", args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	token := regexp.MustCompile(`the token of this run is (\S+)\n`).FindStringSubmatch(p.Stdout.String())
	if token == nil {
		t.Fatalf("no token is printed:\n%s", p.Stdout)
	}
	for _, c := range []struct {
		path, token string
		want        int
	}{{"/_mock/health", "", 401}, {"/_mock/health", token[1], 200}, {"/_mock/", "", 200}, {"/customers/1/locations/1", "", 401}} {
		r, err := http.NewRequest(http.MethodGet, p.URL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Mock-Token", c.token)
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		if a.StatusCode != c.want || (c.path[1] == 'c') != (a.Header.Get("X-Api-Version") != "") {
			t.Errorf("%s: got %d, want %d", c.path, a.StatusCode, c.want)
		}
	}
	health := exec.CommandContext(t.Context(), "dispatchmock", "health", p.URL)
	if out, err := health.CombinedOutput(); err != nil {
		t.Errorf("health: %v: %s", err, out)
	}
}
