package e2e

import (
	"fmt"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/report"
	"dispatchmock/internal/testkit"
	"dispatchmock/schemas"
)

// rejected are the codes of requests that keep the contract and are refused for
// what is stored or allowed.
var rejected = []string{"token_unknown", "role_missing", "tenant_foreign", "tenant_unknown", "record_unknown", "repeated_delete"}

// wantHints holds that the journal finds an answer by its request ID and, of
// whatever was answered by an error, names each problem with its rule, the
// documentation's words where there are some, and what to do.
func wantHints(t *testing.T, r *testkit.Server, request, answers string) {
	t.Helper()
	var list struct{ Exchanges []struct{ ID uint64 } }
	testkit.Decode(t, r.Admin(t, http.MethodGet, fmt.Sprintf("/journal?session=default&limit=%d", strings.Count(answers, "\r\nX-REQUEST-ID: ")), ""), &list)
	last := testkit.RequestID(answers)
	if newest := r.Entry(t, "default", last); newest.ID != list.Exchanges[0].ID {
		t.Errorf("the request ID %s finds exchange %d, want the newest, %d", last, newest.ID, list.Exchanges[0].ID)
	}
	for _, one := range list.Exchanges {
		var x report.Entry
		testkit.Decode(t, r.Admin(t, http.MethodGet, fmt.Sprintf("/exchanges/%d", one.ID), ""), &x)
		if x.Status < http.StatusBadRequest {
			continue
		}
		verdict := exchange.VerdictInvalid
		if slices.Contains(rejected, x.ErrorCode) {
			verdict = exchange.VerdictRejected
		}
		if len(x.Problems) == 0 || x.Verdict != verdict {
			t.Errorf("%s %s is answered %d, and the journal has %d problems and the verdict %s, want some and %s", x.Method, x.Path, x.Status, len(x.Problems), x.Verdict, verdict)
		}
		for _, v := range x.Problems {
			wantHint(t, v, request)
		}
	}
}

var (
	// acts are the words by which a hint says what to do.
	acts = regexp.MustCompile(`(?i)\b(must|send|use|give|need|needs|did you mean|leave|make it|reset|its tenants are|lists|has no escaped|it has|there is no such tenant|fewer|begins with|may have|can be left out)\b`)
	// secret are values that the golden exchanges send as tokens.
	secret = regexp.MustCompile(`(?im)^authorization:[ \t]*(?:(?:bearer|basic|digest) )?(.{4,})$`)
	ruleOf = regexp.MustCompile(`^(20\d\d-\d\d-\d\d)/(StandardRequestHeadersModel|PathParameters)\.json#/(?:properties/([^/]+)|required)`)
)

// wantHint holds that a person who reads of a problem can do something about
// it.
func wantHint(t testing.TB, f exchange.Violation, request string) {
	t.Helper()
	if f.Part == "" || f.Rule == "" || f.Hint == "" || f.Hint == f.Rule {
		t.Errorf("the problem %+v lacks its part, its rule or what to do", f)
	}
	if !acts.MatchString(f.Hint) {
		t.Errorf("%s%s, %s: %q does not say what to do", f.Part, f.Pointer, f.Rule, f.Hint)
	}
	if want := documented(t, f); want != f.Documented && f.Part != exchange.PartPreflight {
		t.Errorf("%s%s, %s: got the documented sentence %q, want %q", f.Part, f.Pointer, f.Rule, f.Documented, want)
	}
	for _, m := range secret.FindAllStringSubmatch(strings.ReplaceAll(request, "\r\n", "\n"), -1) {
		shown := strings.ReplaceAll(f.Value+f.Hint, "access token", "")
		if strings.Contains(shown, m[1]) && !strings.HasPrefix(m[1], "{") && m[1] != "Bearer" {
			t.Errorf("the problem %+v tells the token %q", f, m[1])
		}
	}
}

// documented returns what the schema says of the place that a finding of a
// header field or of a path parameter is about.
func documented(t testing.TB, f exchange.Violation) string {
	t.Helper()
	m := ruleOf.FindStringSubmatch(f.Schema)
	file := strings.Split(f.Schema, "#")[0]
	if m == nil {
		if path.Base(file) != "ApiVersion.json" {
			return ""
		}
		m = []string{"", path.Dir(file), "StandardRequestHeadersModel", "x-api-version"}
	}
	var doc struct {
		Properties map[string]struct {
			Ref         string `json:"$ref"`
			Description string
		}
	}
	testkit.Decode(t, testkit.ReadFile(t, schemas.FS, m[1]+"/"+m[2]+".json"), &doc)
	p, ok := doc.Properties[strings.TrimPrefix(f.Pointer, "/")]
	if !ok {
		t.Errorf("%s has no %s", f.Schema, f.Pointer)
	}
	if p.Ref != "" {
		testkit.Decode(t, testkit.ReadFile(t, schemas.FS, path.Join(m[1], p.Ref)), &p)
	}
	if p.Description == "" {
		t.Errorf("%s has no description of %s", f.Schema, f.Pointer)
	}
	return p.Description
}
