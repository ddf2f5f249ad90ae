package mock_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/testkit"
)

// TestSpellingsOfARecord spells the inputs that name a record in odd ways, of a
// plain record and of one whose scenario answers 500. Whoever reads the path
// and the tenant reads them by the same rules: where the plain record is not
// found, the scenario has nothing to take over.
func TestSpellingsOfARecord(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{Log: testkit.JSONLog})
	const tenant = "x-tenant-id: 1"
	for _, c := range []struct {
		name, path string
		header     []string
		want       int // of the plain record
	}{
		{"plain", "/customers/%s/locations/1", []string{tenant}, 200},
		{"slash", "/customers/%s/locations/1/", []string{tenant}, 200},
		{"escaped digit", "/customers/%s/locations/%%31", []string{tenant}, 200},
		{"escaped digits of the customer", "/customers/%[2]s/locations/1", []string{tenant}, 200},
		{"query", "/customers/%s/locations/1?x=/customers/2/locations/2", []string{tenant}, 200},
		{"white space around the tenant", "/customers/%s/locations/1", []string{"x-tenant-id: \t 1 \t"}, 200},
		{"leading zero", "/customers/0%s/locations/1", []string{tenant}, 400},
		{"leading zero of the location", "/customers/%s/locations/01", []string{tenant}, 400},
		{"plus", "/customers/+%s/locations/1", []string{tenant}, 400},
		{"escaped plus", "/customers/%%2B%s/locations/1", []string{tenant}, 400},
		{"escaped space", "/customers/%%20%s/locations/1", []string{tenant}, 400},
		{"fraction", "/customers/%s.0/locations/1", []string{tenant}, 400},
		{"exponent", "/customers/%se0/locations/1", []string{tenant}, 400},
		{"escaped slash", "/customers/%s%%2Flocations/1", []string{tenant}, 404},
		{"escaped slash of the location", "/customers/%s/locations%%2F1", []string{tenant}, 404},
		{"everything escaped", "/customers%%2F%s%%2Flocations%%2F1", []string{tenant}, 404},
		{"escaped slash at the end", "/customers/%s/locations/1%%2F", []string{tenant}, 400},
		{"two slashes at the end", "/customers/%s/locations/1//", []string{tenant}, 404},
		{"doubled slash", "/customers//%s/locations/1", []string{tenant}, 404},
		{"dot segment", "/customers/./%s/locations/1", []string{tenant}, 404},
		{"another case", "/Customers/%s/locations/1", []string{tenant}, 404},
		{"tenant with a leading zero", "/customers/%s/locations/1", []string{"x-tenant-id: 01"}, 400},
		{"tenant with a plus", "/customers/%s/locations/1", []string{"x-tenant-id: +1"}, 400},
		{"tenant with a fraction", "/customers/%s/locations/1", []string{"x-tenant-id: 1.0"}, 400},
		{"tenant twice", "/customers/%s/locations/1", []string{tenant, tenant}, 400},
		{"tenant twice, first empty", "/customers/%s/locations/1", []string{"x-tenant-id:", tenant}, 400},
		{"two tenants", "/customers/%s/locations/1", []string{tenant, "x-tenant-id: 2"}, 400},
		{"two tenants in a field", "/customers/%s/locations/1", []string{"x-tenant-id: 1, 2"}, 400},
		{"no tenant", "/customers/%s/locations/1", nil, 400},
		{"empty tenant", "/customers/%s/locations/1", []string{"x-tenant-id:"}, 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			answers := map[string]testkit.Answer{}
			problems := map[string][]string{}
			for _, customer := range []string{"1", "9011"} {
				r.Logged.Reset()
				escaped := ""
				for _, d := range customer {
					escaped += fmt.Sprintf("%%%x", d)
				}
				path := strings.NewReplacer("%[2]s", escaped, "%s", customer, "%%", "%").Replace(c.path)
				conn := r.Connect(t)
				conn.Send(t, testkit.Message(http.MethodGet, path, append([]string{"Authorization: Bearer dispatcher-token"}, c.header...)...))
				answers[customer] = conn.Receive(t, http.MethodGet)
				for _, p := range r.LogLines(t, "problem of the request", answers[customer].Value("X-REQUEST-ID")) {
					problems[customer] = append(problems[customer], fmt.Sprint(p["part"], p["pointer"], " ", p["rule"]))
				}
			}
			plain, test := answers["1"], answers["9011"]
			want := c.want
			if want == 200 {
				want = 500
			}
			if plain.Status != c.want || test.Status != want {
				t.Errorf("got %d for the plain record and %d for the one with a scenario, want %d and %d", plain.Status, test.Status, c.want, want)
			}
			if !slices.Equal(problems["1"], problems["9011"]) {
				t.Errorf("the plain record has the problems %q, the one with a scenario %q", problems["1"], problems["9011"])
			}
		})
	}
}
