package mock_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"dispatchmock/internal/app"
	"dispatchmock/internal/testkit"
)

// secretFixture has a client whose token no page and no README prints.
const secretFixture = `{"clients": [
	{"token": "%[1]s", "client_id": "secret-app", "user": "sue", "roles": ["Dispatcher"], "tenants": [1]},
	{"token": "%[1]s-driver", "client_id": "secret-driver-app", "user": "sam", "roles": ["Driver"], "tenants": [1]}]}`

// TestTokensStayOutOfTheLog sends tokens, good, unknown and malformed, in all
// places where a client may put one; none of them is ever logged, in either
// form of the log, nor sent back.
func TestTokensStayOutOfTheLog(t *testing.T) {
	t.Parallel()
	const known = "k1n9secret-of-a-fixture_Aa"
	random := rand.New(rand.NewPCG(3, 3))
	unknown := func() string { // 20 letters and digits, so no chance hit
		const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
		var b strings.Builder
		for range 20 {
			b.WriteByte(letters[random.IntN(len(letters))])
		}
		return b.String()
	}
	forms := []string{ // of the authorization field; %s is the token
		"Authorization: Bearer %s",
		"authorization: bearer %s",
		"Authorization: BEARER %s.%[1]s.x",
		"Authorization: %s",
		"Authorization: Bearer",
		"Authorization: Bearer  %s",
		"Authorization: Bearer %s extra",
		"Authorization: Bearer: %s",
		"Authorization: Bearer \"%s\"",
		"Authorization: Bearer {%s}",
		"Authorization: Bearer ü%s",
		"Authorization: Bearer \xff%s",
		"Authorization: Token token=%s",
		"Authorization: Basic %s",
		"Authorization: Bearer\t%s",
		"Authorization: Bearer %s\r\nAuthorization: Bearer %[1]s",
		"Authorization: Bearer %s, Bearer %[1]s",
		"Authorization: Bearer " + strings.Repeat("a", 300) + "%s",
		"Authorization: Bearer %s" + strings.Repeat("a", 300),
		"Authorization : Bearer %s",
		"Authorization: Bearer %s\x01",
		"Authorization\x00: Bearer %s",
		" Authorization: Bearer %s",
		"Cookie: session=%s",
		"X-Token: %s",
		"Proxy-Authorization: Bearer %s",
	}
	paths := []string{testkit.Resource, "/customers/404/locations/1", "/nowhere", testkit.Resource + "?access_token=%s", "/customers/a/locations/b?token=%s"}
	methods := []string{http.MethodDelete, http.MethodGet, http.MethodPut, http.MethodOptions, http.MethodPost}
	for _, form := range []testkit.Log{testkit.TextLog, testkit.JSONLog} {
		for _, anyToken := range []bool{false, true} {
			t.Run(fmt.Sprintf("json %v, any token %v", form == testkit.JSONLog, anyToken), func(t *testing.T) {
				r := testkit.Start(t, testkit.Settings{Options: app.Options{AnyToken: anyToken}, Data: testkit.Data{Files: map[string]string{"secret.json": fmt.Sprintf(secretFixture, known)}}, Log: form})
				for i := range 600 {
					token := unknown()
					switch i % 4 {
					case 0:
						token = known
					case 1:
						token = known + "-driver"
					}
					field := forms[random.IntN(len(forms))]
					if i < len(forms) {
						field = forms[i]
					}
					field, path := fillIn(field, token), fillIn(paths[random.IntN(len(paths))], token)
					tenant := []string{"1", "2", "x", "99"}[random.IntN(4)]
					r.Logged.Reset()
					request := testkit.Message(methods[random.IntN(len(methods))], path, field, "x-tenant-id: "+tenant)
					got := r.Raw(t, request)
					log := r.Logged.String()
					if strings.Contains(log, token) {
						t.Fatalf("the log has the token of\n%q\n%s", request, log)
					}
					if _, body, _ := strings.Cut(got, " "); strings.Contains(strings.ReplaceAll(body, path, ""), token) && !strings.Contains(path, token) {
						t.Fatalf("the answer has the token of\n%q\n%s", request, got)
					}
					if log == "" {
						t.Fatalf("the log says nothing of\n%q", request)
					}
				}
			})
		}
	}
}

// fill puts a token in a form that may have no place for one.
func fillIn(form, token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(form, "%[1]s", token), "%s", token)
}

// TestHintsStayOutOfTheLog holds that the token that a client is told to try
// is not logged: it is a token of the user's fixtures as well.
func TestHintsStayOutOfTheLog(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, authorization string }{
		{"unknown token", "Authorization: Bearer nobody-knows"},
		{"wrong role", "Authorization: Bearer driver-token"},
		{"placeholder", "Authorization: Bearer {your-auth-token}"},
		{"none", "X-None: x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{})
			a := r.Ask(t, http.MethodDelete, testkit.Resource, c.authorization, "x-tenant-id: 1")
			if !strings.Contains(a.Body, "dispatcher-token") {
				t.Errorf("the client is told %s, want which token works here", a.Body)
			}
			if log := r.Logged.String(); strings.Contains(log, "dispatcher-token") {
				t.Errorf("the log has a token of the fixtures:\n%s", log)
			}
		})
	}
}
