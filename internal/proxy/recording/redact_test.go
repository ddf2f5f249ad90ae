package recording

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dispatchmock/fixtures"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/wire"
	"dispatchmock/schemas"
)

// TestRedact holds that no personal data is written, and that records stay good:
// of every record of the default data set.
func TestRedact(t *testing.T) {
	t.Parallel()
	defaults, err := fixtures.Default()
	if err != nil {
		t.Fatal(err)
	}
	r := recorder(t, func(o *Options) { o.Redact = true })
	f, err := fixture.Load(defaults, schemas.FS, r.Contract, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	base := f.Base
	mock := store.New(base)
	var secrets []string
	for _, k := range base.Keys() {
		l, _ := mock.Record(k)
		tree := l.Tree()
		secrets = append(secrets, personals(tree)...)
		b, err := wire.Print(tree)
		if err != nil {
			t.Fatal(err)
		}
		act{method: "GET", path: fmt.Sprintf("/customers/%d/locations/%d", k.Customer, k.Location), token: visitor, tenant: fmt.Sprint(k.Tenant),
			status: 200, answer: string(b.Bytes), used: newest}.add(r)
	}
	again, dir, saved := save(t, r)
	if again.Records() != base.Records() || saved.Records != base.Records() || saved.Exchanges != base.Records() || saved.Left > 0 {
		t.Errorf("got %d of %d records, and returned %+v", again.Records(), base.Records(), saved)
	}
	if len(secrets) < 100 {
		t.Fatalf("the default data set has %d personal texts, want at least 100", len(secrets))
	}
	text := all(t, dir)
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("the recording has %q", secret)
		}
	}
	full := map[string]any{"contacts": []any{map[string]any{}}, "addresses": []any{map[string]any{}}}
	for _, name := range personal {
		full[name] = "Tell-tale 1"
	}
	for _, name := range append(slices.Clone(personalContacts), "email") {
		objects(full["contacts"])[0][name] = "Tell-tale 1"
	}
	for _, name := range []string{"line_1", "line_2", "line_3", "line_4", "locality", "postcode", "region"} {
		objects(full["addresses"])[0][name] = "Tell-tale 1"
	}
	if r.redact(full); strings.Contains(fmt.Sprint(full), "tale") {
		t.Errorf("got %v", full)
	}
}

// personals returns the personal data of a record, as texts that stand in
// nothing else.
func personals(tree map[string]any) []string {
	var texts []string
	add := func(doc map[string]any, names ...string) {
		for _, name := range names {
			if s := fmt.Sprint(doc[name]); doc[name] != nil && len(s) > 6 {
				quoted, _ := json.Marshal(s)
				texts = append(texts, strings.Trim(string(quoted), `"`))
			}
		}
	}
	add(tree, personal...)
	for _, o := range objects(tree["contacts"]) {
		add(o, append([]string{"email"}, personalContacts...)...)
	}
	for _, o := range objects(tree["addresses"]) {
		add(o, append([]string{"latitude", "longitude"}, personalPlaces...)...)
	}
	return texts
}
