package contract

import (
	"slices"
	"strings"
	"testing"

	"dispatchmock/schemas"
)

// TestPlaces holds that a walk finds every member, also those behind
// references and in arrays, and marks the required ones.
func TestPlaces(t *testing.T) {
	t.Parallel()
	c, err := Load(schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]Place{}
	for _, p := range c.Model("2023/04/19", "DispatchCustomerLocationModel").Places() {
		found[strings.Join(p.Path, "/")] = p
	}
	if len(found) != 18+15+10 {
		t.Errorf("found %d members, want 18 of the model, 15 of an address and 10 of a contact", len(found))
	}
	for _, c := range []struct {
		path, model, schema string
		required            bool
	}{
		{"id", "DispatchCustomerLocationModel", "2021-04-07/DispatchCustomerLocationModel.json#/properties/id", true},
		{"note", "DispatchCustomerLocationModel", "2021-04-07/DispatchCustomerLocationModel.json#/properties/note", false},
		{"addresses", "DispatchCustomerLocationModel", "2021-04-07/DispatchCustomerLocationModel.json#/properties/addresses", true},
		{"addresses/*/country", "CustomerAddressModel", "2019-02-08/CustomerAddressModel.json#/properties/country", true},
		{"contacts/*/email", "CustomerContactModel", "2019-02-08/CustomerContactModel.json#/properties/email", true},
	} {
		p, ok := found[c.path]
		if !ok || p.Model != c.model || p.Schema != c.schema || p.Required != c.required || p.Doc["$comment"] == nil {
			t.Errorf("%s: got %+v, want %+v", c.path, p, c)
		}
	}
	headers := c.Operations()[0].RequestHeaders("2019/02/08").Places()
	if i := slices.IndexFunc(headers, func(p Place) bool { return p.Name == "x-api-version" }); i < 0 || headers[i].Doc["enum"] == nil || headers[i].Schema != "2019-02-08/ApiVersion.json#" {
		t.Errorf("got %+v, want x-api-version with the rule that its reference names", headers)
	}
}

// TestValidateText holds that one field is validated alone, whatever else is
// required.
func TestValidateText(t *testing.T) {
	t.Parallel()
	c, err := Load(schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	m := c.Operations()[0].RequestHeaders("2019/02/08")
	for _, c := range []struct{ name, text, want string }{
		{"x-tenant-id", "1", ""},
		{"x-tenant-id", "1.5", "type"},
		{"x-tenant-id", "9223372036854775808", "maximum"},
		{"x-api-version", "2019/02/08", ""},
		{"x-api-version", "", "minLength enum"},
		{"x-request-id", "no", "format"},
		{"x-unknown", "anything", ""},
	} {
		var got []string
		for _, f := range m.ValidateText(c.name, c.text) {
			word, _, _ := strings.Cut(f.Rule, ":")
			got = append(got, word)
		}
		slices.Sort(got)
		want := strings.Fields(c.want)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q breaks %q, want %q", c.name, c.text, got, want)
		}
	}
}
