package admin_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// places are where clients put tokens, on purpose or by a slip: raw requests
// in which TOKEN stands for the secret.
var places = []struct{ name, request string }{
	{"bearer", "DELETE /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\nX-Tenant-Id: 1\r\n\r\n"},
	{"name in small letters", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nauthorization:bearer  TOKEN \r\n\r\n"},
	{"no scheme", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: TOKEN\r\n\r\n"},
	{"unknown scheme", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Token TOKEN\r\n\r\n"},
	{"basic", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Basic TOKEN\r\n\r\n"},
	{"scheme alone in the way", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer Bearer TOKEN\r\n\r\n"},
	{"twice", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\nAuthorization: Bearer TOKEN\r\n\r\n"},
	{"preflight", "OPTIONS /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nOrigin: http://a\r\nAuthorization: Bearer TOKEN\r\nAccess-Control-Request-Method: DELETE\r\n\r\n"},
	{"unserved method", "PUT /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\nContent-Length: 0\r\n\r\n"},
	{"unknown path", "GET /nowhere HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\n\r\n"},
	{"unknown session", "GET /_s/none/customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\n\r\n"},
	{"proxy", "GET /a HTTP/1.1\r\nHost: a\r\nProxy-Authorization: Bearer TOKEN\r\n\r\n"},
	{"cookie", "GET /a HTTP/1.1\r\nHost: a\r\nCookie: theme=dark; sid=TOKEN\r\n\r\n"},
	{"another field", "GET /a HTTP/1.1\r\nHost: a\r\nX-Access-Token: TOKEN\r\n\r\n"},
	{"key", "GET /a HTTP/1.1\r\nHost: a\r\nX-Api-Key: TOKEN\r\n\r\n"},
	{"key with an underline", "GET /a HTTP/1.1\r\nHost: a\r\napi_key: TOKEN\r\n\r\n"},
	{"another field of like name", "GET /a HTTP/1.1\r\nHost: a\r\nX-Authorization: Bearer TOKEN\r\n\r\n"},
	{"a misspelt field", "GET /a HTTP/1.1\r\nHost: a\r\nAutorisation: Bearer TOKEN\r\n\r\n"},
	{"forwarded", "GET /a HTTP/1.1\r\nHost: a\r\nX-Forwarded-User: BEARER TOKEN\r\n\r\n"},
	{"query", "GET /customers/1/locations/1/?access_token=TOKEN HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query, escaped name", "GET /a?x=1&%74oken=TOKEN HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query, old separator", "GET /a?x=1;token=TOKEN HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"user part", "GET http://user:TOKEN@a/customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"old protocol", "GET /a HTTP/1.0\r\nAuthorization: Bearer TOKEN\r\n\r\n"},
	{"line feeds", "GET /a HTTP/1.1\nHost: a\nAuthorization: Bearer TOKEN\n\n"},
	{"line feeds before another", "GET /a HTTP/1.1\nHost: a\nAuthorization: Bearer TOKEN\n\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"a line feed in between", "GET /a HTTP/1.1\r\nHost: a\r\nX-A: b\nAuthorization: Bearer TOKEN\r\n\r\n"},
	{"folded", "GET /a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer\r\n TOKEN\r\n\r\n"},
	{"folded under another", "GET /a HTTP/1.1\r\nHost: a\r\nX-A: b\r\n\tAuthorization: Bearer TOKEN\r\n\r\n"},
	{"pipelined", "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\n\r\nGET /c HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"behind a chunked body", "DELETE /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\n\r\n"},
	{"trailer", "DELETE /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n2\r\n{}\r\n0\r\nAuthorization: Bearer TOKEN\r\n\r\n"},
	{"method", "TOKEN /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\n\r\n"},
	{"tenant", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\nX-Tenant-Id: TOKEN\r\n\r\n"},
	{"version", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\nX-Tenant-Id: 1\r\nX-Api-Version: Bearer TOKEN\r\n\r\n"},
	{"path", "GET /customers/TOKEN/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\nX-Tenant-Id: 1\r\n\r\n"},
	{"unknown path, too", "GET /TOKEN HTTP/1.1\r\nHost: a\r\nAuthorization: bearer TOKEN\r\n\r\n"},
	{"body", "DELETE /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\nX-Tenant-Id: 1\r\nContent-Length: 70\r\n\r\n{\"a\":\"TOKEN\"}                                                              "},
	{"where it comes from", "GET /a HTTP/1.1\r\nHost: a\r\nReferer: http://a/?access_token=TOKEN\r\n\r\n"},
	{"no colon", "GET /a HTTP/1.1\r\nHost: a\r\nAuthorization Bearer TOKEN\r\n\r\n"},
	{"space before the colon", "GET /a HTTP/1.1\r\nHost: a\r\nAuthorization : Bearer TOKEN\r\n\r\n"},
	{"in the place of the protocol", "GET /a Bearer TOKEN\r\nHost: a\r\n\r\n"},
	{"another field alone", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nX-Tenant-Id: Bearer TOKEN\r\n\r\n"},
	{"another field alone, quoted", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAccept: Bearer \"TOKEN\"\r\n\r\n"},
	{"basic in another field", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nX-Api-Version: Basic TOKEN\r\n\r\n"},
	{"a path alone", "GET /customers/Bearer%20QUOTED/locations/1/ HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query jwt", "GET /customers/1/locations/1/?x=1&jwt=QUOTED HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query sig", "GET /customers/1/locations/1/?x=1&sig=QUOTED HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query id_token", "GET /customers/1/locations/1/?x=1&id_token=QUOTED HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query refresh_token", "GET /customers/1/locations/1/?x=1&refresh_token=QUOTED HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query code", "GET /customers/1/locations/1/?x=1&code=QUOTED HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query signature", "GET /customers/1/locations/1/?x=1&signature=QUOTED HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query key", "GET /customers/1/locations/1/?x=1&key=QUOTED HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query api_key", "GET /customers/1/locations/1/?x=1&api_key=QUOTED HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query apikey", "GET /customers/1/locations/1/?x=1&apikey=QUOTED HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query password", "GET /customers/1/locations/1/?x=1&password=QUOTED HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query secret", "GET /customers/1/locations/1/?x=1&secret=QUOTED HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query client_secret", "GET /customers/1/locations/1/?x=1&client_secret=QUOTED HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query assertion", "GET /customers/1/locations/1/?x=1&assertion=QUOTED HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query SAMLResponse", "GET /customers/1/locations/1/?x=1&SAMLResponse=QUOTED HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query X-Amz-Signature", "GET /customers/1/locations/1/?x=1&X-Amz-Signature=QUOTED HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query X-Amz-Credential", "GET /customers/1/locations/1/?x=1&X-Amz-Credential=QUOTED HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"query sid", "GET /customers/1/locations/1/?x=1&sid=QUOTED HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"a form", "DELETE /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\ngrant_type=x&client_secret=QUOTED&"},
	{"a member", "DELETE /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n{\"access_token\": \"TOKEN\", \"x\": \""},
	{"a body of text", "DELETE /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\nAuthorization: Bearer TOKEN "},
	{"name of a field", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\nX-NAME: a\r\n\r\n"},
	{"capitals", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\nX-Tenant-Id: UPPER\r\n\r\n"},
	{"escaped path", "GET /customers/ESCAPED/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\n\r\n"},
	{"base 64 of user and token", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\nX-Tenant-Id: BASE64\r\n\r\n"},
	{"password of basic", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Basic BASE64\r\nX-Tenant-Id: TOKEN\r\n\r\n"},
	{"cookie elsewhere", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nCookie: a=b; sid=TOKEN\r\nX-Tenant-Id: TOKEN\r\n\r\n"},
	{"key elsewhere", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nX-Api-Key: TOKEN\r\nX-Tenant-Id: TOKEN\r\n\r\n"},
	{"query elsewhere", "GET /customers/1/locations/1/?jwt=QUOTED HTTP/1.1\r\nHost: a\r\nX-Tenant-Id: TOKEN\r\n\r\n"},
	{"a session", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\nX-Mock-Session: TOKEN\r\n\r\n"},
	{"a scenario", "GET /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\nX-Mock-Scenario: TOKEN\r\n\r\n"},
	{"the admin API's own query", "POST /_mock/sessions/default/reset?keep=1&token=TOKEN HTTP/1.1\r\nHost: localhost\r\nContent-Length: 21\r\nContent-Type: application/json\r\n\r\n{\"keep_journal\":true}"},
	{"the admin API's own header", "POST /_mock/sessions/default/reset HTTP/1.1\r\nHost: localhost\r\nX-Mock-Token: TOKEN\r\nContent-Length: 21\r\nContent-Type: application/json\r\n\r\n{\"keep_journal\":true}"},
}

// said is all that the admin API says of what happened, by where it says it.
func (r *running) said(t testing.TB) map[string]string {
	t.Helper()
	said := map[string]string{}
	var list struct{ Exchanges []struct{ ID uint64 } }
	r.must(t, "GET", "/journal?admin=true&limit=10000", "", &list)
	for _, path := range []string{"/journal?admin=true&limit=10000", "/journal/har", "/sessions", "/sessions/default", "/sessions/default/bundle",
		"/sessions/default/diff", "/sessions/default/pins", "/coverage", "/coverage?session=default"} {
		said[path] = r.do(t, "GET", "/_mock"+path, "").body
	}
	for _, x := range list.Exchanges {
		path := fmt.Sprintf("/exchanges/%d", x.ID)
		said[path] = r.do(t, "GET", "/_mock"+path, "").body
		said[path+"/snippets"] = r.do(t, "GET", "/_mock"+path+"/snippets", "").body
	}
	said["/journal/verify"] = r.do(t, "POST", "/_mock/journal/verify", `{"request": {"header": {"authorization": "Bearer other"}, "path": "/never"}, "times": {"exactly": 9}}`).body
	said["/journal/stream"] = r.streamed(t, len(list.Exchanges))
	return said
}

// streamed reads so many events of the stream, from the first on.
func (r *running) streamed(t testing.TB, n int) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"/_mock/journal/stream?after=0&admin=true", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var b strings.Builder
	for lines := bufio.NewScanner(response.Body); n > 0 && lines.Scan(); {
		b.WriteString(lines.Text() + "\n")
		if strings.HasPrefix(lines.Text(), "data: ") {
			n--
		}
	}
	if n > 0 {
		t.Fatalf("%d events are missing behind\n%s", n, &b)
	}
	return b.String()
}

// TestNoTokenIsTold sends random tokens in all places where clients put them,
// and looks for them in all that the admin API says, plain or encoded.
func TestNoTokenIsTold(t *testing.T) {
	t.Parallel()
	for _, anyToken := range []bool{false, true} {
		for _, place := range places {
			t.Run(fmt.Sprintf("%s, any token %v", place.name, anyToken), func(t *testing.T) {
				t.Parallel()
				r := launch(t, settings{anyToken: anyToken})
				seed := rand.Uint64()
				random := rand.New(rand.NewPCG(seed, 0))
				var tokens []string
				for range 3 {
					token := randomToken(random)
					if place.name == "user part" || place.name == "name of a field" {
						token = strings.ReplaceAll(token, "/", "_") // where its path begins, and in no name
					}
					tokens = append(tokens, token)
					escaped := ""
					for i := range len(token) {
						escaped += fmt.Sprintf("%%%02X", token[i])
					}
					_ = raw(t, r.host, strings.NewReplacer("TOKEN", token, "QUOTED", url.QueryEscape(token), "ESCAPED", escaped, "NAME", token, "UPPER", strings.ToUpper(token),
						"BASE64", base64.StdEncoding.EncodeToString([]byte("user:"+token))).Replace(place.request))
				}
				for where, text := range r.said(t) {
					for _, token := range tokens {
						if hidden := find(text, token); hidden != "" {
							t.Errorf("seed %d: %s has the token %s, %s:\n%s", seed, where, token, hidden, around(text, token))
						}
					}
				}
			})
		}
	}
}

// TestFixtureTokensStay holds that what goes from the admin API into reports has no
// token of the fixtures, though the mock's answers name one that works.
func TestFixtureTokensStay(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	for _, header := range []string{"", "Authorization: Bearer none\r\n", "Authorization: Bearer driver-token\r\n"} {
		answer := raw(t, r.host, "DELETE /customers/1/locations/1/ HTTP/1.1\r\nHost: a\r\nX-Tenant-Id: 1\r\n"+header+"\r\n")
		if !strings.Contains(answer, "try Bearer dispatcher-token") {
			t.Fatalf("the answer names no token: %s", answer)
		}
	}
	var list struct{ Clients []struct{ Token string } }
	r.must(t, "GET", "/clients", "", &list)
	if len(list.Clients) < 5 {
		t.Fatalf("got %d clients, want those of the fixtures", len(list.Clients))
	}
	for _, path := range []string{"/coverage", "/coverage?session=default", "/journal/har"} {
		text := r.do(t, "GET", "/_mock"+path, "").body
		for _, c := range list.Clients {
			if strings.Contains(text, c.Token) {
				t.Errorf("%s has the token %s", path, c.Token)
			}
		}
	}
}

// randomToken has the letters that a token may have; a part of it is told as
// little as all of it.
func randomToken(r *rand.Rand) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"
	b := make([]byte, 20+r.IntN(40))
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}
	return string(b)
}

// find says how a text has a token in it, or "".
func find(text, token string) string {
	for _, part := range []string{token[:12], token[len(token)-12:]} {
		quoted, _ := json.Marshal(part)
		for how, form := range map[string]string{
			"as it is": part, "in JSON": strings.Trim(string(quoted), `"`), "escaped": url.QueryEscape(part), "in capitals": strings.ToUpper(part),
			"in small letters": strings.ToLower(part), "in base 64": base64.StdEncoding.EncodeToString([]byte(part))[:12],
		} {
			if strings.Contains(text, form) {
				return how
			}
		}
	}
	return ""
}

func around(text, token string) string {
	i := max(strings.Index(text, token[:12]), 0)
	return text[max(i-200, 0):min(i+200, len(text))]
}
