package verify_test

import (
	"strings"
	"testing"

	"dispatchmock/internal/verify"
)

func TestSelect(t *testing.T) {
	t.Parallel()
	all := cases(t)
	for _, c := range []struct {
		words, first string
		n            int
	}{
		{"", "get/valid/status", len(all)},
		{"1", "get/valid/status", 1},
		{"2-4", all[1].Name, 3},
		{"get/x-tenant-id/absent/*", "get/x-tenant-id/absent/refused", 3},
		{"*/x-tenant-id/absent/status", "get/x-tenant-id/absent/status", 2},
		{"pin/last-named 1", "get/valid/status", 2},
	} {
		got, err := verify.Select(all, strings.Fields(c.words))
		if err != nil || len(got) != c.n || got[0].Name != c.first {
			t.Errorf("%q selects %d cases (%v), want %d, the first %s", c.words, len(got), err, c.n, c.first)
		}
	}
	for _, word := range []string{"0", "9-3", "99999", "get/nothing", "99999999999999999999", "get"} {
		if got, err := verify.Select(all, []string{word}); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%q selects %d cases (%v), want an error that names it", word, len(got), err)
		}
	}
}

// TestIgnore holds that an ignored place is passed over, and no other.
func TestIgnore(t *testing.T) {
	t.Parallel()
	target := wrong(t, session(t, nil), answers(records, func(m *message) {
		m.set("Server", "nginx")
		m.replace(`"country": null`, `"country": "USA"`)
		m.replace(`"country": "US"`, `"country": "USA"`)
	}))
	for _, c := range []struct {
		ignore string
		fails  string
	}{
		{"", "headers/Server/value body/CustomerAddressModel.country"},
		{"/headers/Server", "body/CustomerAddressModel.country"},
		{"/headers /body/addresses/*/country", ""},
		{"/headers/Serv /body/addresses/*/id", "headers/Server/value body/CustomerAddressModel.country"},
		{"/body/addresses", "headers/Server/value"},
	} {
		o := options(t, target)
		o.Writes, o.Pins, o.Ignore, o.Cases = false, false, strings.Fields(c.ignore), cases(t, "headers/*", "body/*")
		var fails []string
		for _, r := range run(t, o).Results {
			if r.Outcome == verify.Fails {
				fails = append(fails, r.Name)
			}
		}
		if got := strings.Join(fails, " "); got != c.fails {
			t.Errorf("ignoring %q, got %q, want %q", c.ignore, got, c.fails)
		}
	}
}
