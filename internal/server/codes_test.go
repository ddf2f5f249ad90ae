package server_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// codes tells for each code of dispatch where a golden exchange has it: the
// file and the beginning of its status line.
var codes = map[string]struct{ golden, line string }{
	"path_unknown":           {"path/unknown-path", `404 path: "/customer/1/location/1" is not a path`},
	"method_not_implemented": {"methods/post", `501 method: POST is not mocked`},
	"method_not_allowed":     {"methods/put", `405 method: "PUT" is not a method`},
	"authorization_invalid":  {"authorization/absent", `401 StandardRequestHeadersModel.authorization: Is required`},
	"tenant_id_invalid":      {"x-tenant-id/text", `400 StandardRequestHeadersModel.x-tenant-id: Must be an integer`},
	"api_version_invalid":    {"x-api-version/unknown", `400 StandardRequestHeadersModel.x-api-version: Must be one of 2019/02/08`},
	"request_id_invalid":     {"x-request-id/not-a-uuid", `400 StandardRequestHeadersModel.x-request-id: Must be a UUID`},
	"content_type_invalid":   {"content-type/text", `400 StandardRequestHeadersModel.content-type: Must be the MIME type application/json`},
	"not_acceptable":         {"accept/html", `406 StandardRequestHeadersModel.accept: Must be a list of media ranges`},
	"path_parameter_invalid": {"path/customer-id-text", `400 customer_id: Must be an integer`},
	"token_unknown":          {"authorization/unknown-token", `401 StandardRequestHeadersModel.authorization: No fixture knows`},
	"role_missing":           {"roles/delete-by-driver", `403 StandardRequestHeadersModel.authorization: Deactivate Customer needs the role Dispatcher`},
	"tenant_foreign":         {"tenants/foreign", `403 StandardRequestHeadersModel.x-tenant-id: Tenant 1 is not assigned`},
	"tenant_unknown":         {"x-tenant-id/unknown", `403 StandardRequestHeadersModel.x-tenant-id: Tenant 99 is not assigned`},
	"record_unknown":         {"path/unknown-customer", `404 customer_location_id: Tenant 1 has no customer`},
	"repeated_delete":        {"choices/repeated_delete-409", `409 customer_location_id: Customer 1 at location 1 was deactivated before`},
	"session_unknown":        {"session/unknown-path", `404 session: The path /_s/none names the session`},
	"scenario_unknown":       {"session/unknown-scenario", `400 x-mock-scenario: There is no scenario "no-such"; GET /_mock/scenarios lists them.`},
	"request_malformed":      {"wire/bad-request-line", `400 request: `},
	"header_too_large":       {"wire/header-of-1-mb", `431 request: The request line and the header fields`},
	"body_too_large":         {"wire/body-announced-too-large", `413 body: The request's body may have`},
	"body_unreadable":        {"wire/body-cut", `400 body: The body ended before its announced length`},
	"expectation_failed":     {"wire/expect-other", `417 expect: The only expectation`},
}

// driven are the codes that no request can bring about: only a mistake of ours
// or other schemas do, which these tests make on purpose.
var driven = map[string]string{
	"header_invalid":    "TestHeadersOfOtherSchemas",
	"contract_violated": "TestJudgeSpeaks",
	"scenario_misfit":   "TestMisfit",
	"internal":          "TestPanicIsAnswered",
}

// codeConstants returns the codes that dispatch/fault.go declares, by name.
func codeConstants(t testing.TB) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../dispatch/fault.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	constants := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Code" {
			for i, name := range spec.Names {
				value, err := strconv.Unquote(spec.Values[i].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				constants[name.Name] = value
			}
		}
		return true
	})
	if len(constants) == 0 {
		t.Fatal("found no Code in dispatch/fault.go")
	}
	return constants
}

// TestCodesHaveGoldenExchanges holds code, status line and golden exchange
// together.
func TestCodesHaveGoldenExchanges(t *testing.T) {
	t.Parallel()
	constants := codeConstants(t)
	known := map[string]bool{}
	tests := testFunctions(t)
	for name, code := range constants {
		known[code] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, ok := codes[code]
			if !ok {
				if test := driven[code]; !tests["dispatchmock/internal/server."+test] {
					t.Errorf("%s has neither a golden exchange in this table nor a test that drives it", code)
				}
				return
			}
			_, response, _ := strings.Cut(readGolden(t, want.golden), "-- request --\n")
			found := false
			for _, part := range strings.Split(response, "-- response --\n")[1:] {
				_, line, _ := strings.Cut(part, " ")
				found = found || strings.HasPrefix(line, want.line)
			}
			if !found {
				t.Errorf("%s has no answer that begins with %q; it has\n%.1500s", want.golden, want.line, response)
			}
		})
	}
	for code := range codes {
		if !known[code] {
			t.Errorf("the table has %q, which is no code of dispatch/fault.go", code)
		}
	}
}

// TestStatusChoicesAreCodes holds that every choice of a status is a code and
// the reverse: a misnamed one would be answered with status 0.
func TestStatusChoicesAreCodes(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, code := range codeConstants(t) {
		known[code] = true
	}
	for key, rule := range loadChoiceRules(t).Properties {
		if _, isStatus := rule.Default.(float64); isStatus && !known[key] {
			t.Errorf("the choice %s is a status (%s by default), but dispatch/fault.go has no such code", key, fmt.Sprint(rule.Default))
		}
	}
}
