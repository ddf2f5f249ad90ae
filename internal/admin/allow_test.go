package admin_test

import (
	"slices"
	"strconv"
	"testing"
)

// TestAllowed holds what the journal says of requests that are wrong on
// purpose, and which of its errors break the contract and which are rejections.
func TestAllowed(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	r.must(t, "POST", "/sessions", `{"id": "allowing", "allowed": ["invalid", "simulated"]}`, nil)
	r.must(t, "POST", "/sessions", `{"id": "silent"}`, nil)
	for _, c := range []struct {
		name, session, path string
		header              []string
		want                []string
		rejected            []bool // of each problem
		by                  string
		fault               string
	}{
		{"by header", "silent", "/customers/1/locations/1", []string{"X-Mock-Allow: Invalid"}, []string{"invalid"}, []bool{false, false}, "", "authorization_invalid"},
		{"by header, both", "silent", "/nowhere", []string{"X-Mock-Allow: simulated, invalid"}, []string{"invalid", "simulated"}, []bool{false, false, false}, "", "path_unknown"},
		{"by session", "allowing", "/nowhere", nil, []string{"invalid", "simulated"}, []bool{false, false, false}, "", "path_unknown"},
		{"not at all", "silent", "/nowhere", nil, nil, []bool{false, false, false}, "", "path_unknown"},
		{"misspelt", "silent", "/nowhere", []string{"X-Mock-Allow: invlaid"}, nil, []bool{false, false, false, false}, "", "path_unknown"},
		{"two rejections", "silent", "/customers/1/locations/999", []string{"Authorization: Bearer readonly-token", "X-Tenant-Id: 2"}, nil, []bool{true, true}, "", "role_missing"},
		{"no record", "silent", "/customers/1/locations/999", []string{"Authorization: Bearer dispatcher-token", "X-Tenant-Id: 1"}, nil, []bool{true}, "", "record_unknown"},
		{"no token", "silent", "/customers/1/locations/1", []string{"Authorization: Bearer unknown", "X-Tenant-Id: 1"}, nil, []bool{true}, "", "token_unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r.do(t, "GET", "/_s/"+c.session+c.path, "", c.header...)
			var list struct {
				Exchanges []struct {
					ID int `json:"id"`
				}
			}
			r.must(t, "GET", "/journal?limit=1&session="+c.session, "", &list)
			var entry struct {
				Allowed  []string
				Fault    string `json:"error_code"`
				By       string `json:"scenario_by"`
				Problems []struct{ Rejected bool }
			}
			r.must(t, "GET", "/exchanges/"+strconv.Itoa(list.Exchanges[0].ID), "", &entry)
			var rejected []bool
			for _, p := range entry.Problems {
				rejected = append(rejected, p.Rejected)
			}
			if !slices.Equal(entry.Allowed, c.want) || !slices.Equal(rejected, c.rejected) || entry.By != c.by || entry.Fault != c.fault {
				t.Errorf("got %+v\nwant allowed %q, the rejections %v, the fault %s", entry, c.want, c.rejected, c.fault)
			}
		})
	}
}
