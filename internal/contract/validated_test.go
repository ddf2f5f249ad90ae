package contract

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xeipuuv/gojsonschema"

	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

// TestProof holds that a body that was found good is not validated again, unless
// the clock is set back before a time in it, another model is asked, or the
// bytes are others.
func TestProof(t *testing.T) {
	t.Parallel()
	c := loadReal(t)
	op := c.Operation("Get Customer")
	r := reply(t, oldest)
	validate := func(now time.Time) []string { return places(op.ValidateReply(oldest, CORSDocumented, now, r)) }
	updated := time.Date(2020, 4, 22, 17, 23, 17, 363_000_000, time.UTC)
	if got := validate(updated.Add(-1)); !slices.Equal(got, []string{"/last_updated_on format"}) || r.Body.Validation() != nil {
		t.Fatalf("got %v just before the record's newest time, validation %v, want that it lies in the future, and no validation", got, r.Body.Validation())
	}
	if got := validate(updated); got != nil || r.Body.Validation() == nil {
		t.Fatalf("got %v at the record's newest time, want it valid and marked", got)
	}
	before := r.Body.Validation()
	if got := validate(sampleTime); got != nil || r.Body.Validation() != before {
		t.Errorf("got %v later, validation %v, want the one before to be enough", got, r.Body.Validation())
	}
	if got := validate(updated.Add(-time.Microsecond)); !slices.Equal(got, []string{"/last_updated_on format"}) {
		t.Errorf("got %v when the clock is set back, want the validator to speak again", got)
	}
	if got := validate(time.Date(2018, 6, 13, 0, 0, 0, 0, time.UTC)); !slices.Equal(got, []string{"/created_on format", "/last_updated_on format"}) {
		t.Errorf("got %v when the clock is set far back, want both times", got)
	}
	if got := validate(updated); got != nil {
		t.Errorf("got %v when the clock is set forward again, want it good", got)
	}
	r.Fields[8].Value = string(newest)
	if got := places(op.ValidateReply(newest, CORSDocumented, sampleTime, r)); !slices.Equal(got, []string{"/customer_id additionalProperties", "/id required"}) {
		t.Errorf("got %v in another version, want the body validated again", got)
	}
}

// TestValidatedOnce holds that a body that was found valid is not validated
// again: the validator does not look at the bytes, which nobody may change.
func TestValidatedOnce(t *testing.T) {
	t.Parallel()
	op := loadReal(t).Operation("Get Customer")
	r := reply(t, oldest)
	if got := op.ValidateReply(oldest, CORSDocumented, sampleTime, r); got != nil {
		t.Fatal(got)
	}
	r.Body.Bytes[0] = 'x'
	if got := op.ValidateReply(oldest, CORSDocumented, sampleTime, r); got != nil {
		t.Errorf("got %v, want the body still valid", got)
	}
	if r.Body = wire.Raw(r.Body.Bytes); len(op.ValidateReply(oldest, CORSDocumented, sampleTime, r)) != 1 {
		t.Error("want another body to be validated, and found broken")
	}
}

// TestPastReaches holds that times in the past are looked for in nested
// objects and in the items of arrays, and named by their place.
func TestPastReaches(t *testing.T) {
	t.Parallel()
	files := realFiles(t)
	write("2019-02-08/Visit.json", `{"type": "object", "properties": {"at": {"type": "string", "format": "cro-past-timestamp"}}}`)(t, files)
	write(errorModel, `{"type": "object", "properties": {"visits": {"type": "array", "items": {"$ref": "Visit.json"}}, "last": {"$ref": "Visit.json"}}}`)(t, files)
	c, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	m := c.Model(oldest, "ErrorModel")
	value := `{"visits": [{"at": "2020-01-01T00:00:00"}, {}, {"at": "2023-01-01T00:00:00"}, {"at": "2022-08-20T01:38:16.000000"}], "last": {"at": "2022-08-20T01:38:16.000001"}}`
	got := m.Validate(parse(t, value), "body", sampleTime)
	var pointers []string
	for _, f := range got {
		pointers = append(pointers, f.Pointer)
		if f.Hint != "must lie in the past; it is now 2022-08-20T01:38:16.000000" || f.Schema != "2019-02-08/Visit.json#/properties/at/format" {
			t.Errorf("got %+v", f)
		}
	}
	if !slices.Equal(pointers, []string{"/last/at", "/visits/2/at"}) {
		t.Errorf("got %v, want the two that lie in the future", pointers)
	}
	if f := m.Validate(parse(t, `{"visits": [7], "last": {"at": "2099-01-01T00:00:00"}}`), "", sampleTime); len(f) != 2 || f[0].Pointer != "/last/at" || f[1].Pointer != "/visits/0" {
		t.Errorf("got %v, want one order for all that is found", f)
	}
	if f := m.Validate(parse(t, `{"visits": [{"at": 1}, 7], "last": "x"}`), "", sampleTime); len(f) != 3 {
		t.Errorf("got %v, want three wrong types and no failure", f)
	}
}

// TestCache holds that only valid values are cached, and only a few of bounded
// length.
func TestCache(t *testing.T) {
	t.Parallel()
	c, err := Load(schemaFS()) // of its own: others fill the shared one
	if err != nil {
		t.Fatal(err)
	}
	tenant := c.standard(oldest).field("x-tenant-id")
	cached := &tenant.property.validated
	held := func() (n int) {
		for i := range cached.slots {
			if cached.slots[i].Load() != nil {
				n++
			}
		}
		return n
	}
	for i := range 100 {
		for _, bad := range []string{"x", "", "9223372036854775808", strconv.Itoa(i) + ".5"} {
			if tenant.valid(bad) || held() != 0 {
				t.Fatalf("%q is valid, or it is cached: %d values are", bad, held())
			}
		}
	}
	for i := range 1000 {
		if text := strconv.Itoa(i); !tenant.valid(text) || !cached.has(json.Number(text)) {
			t.Fatalf("%s: want it valid and cached", text)
		}
	}
	if cached.has(json.Number("1")) {
		t.Error("the first of a thousand is cached yet")
	}
	// No longer than the model admits, so that only the cache's bound counts.
	note := &field{name: "note", property: &property{schema: compiled(t, `{"type": "string"}`)}}
	long := strings.Repeat(" ", maxCached+1)
	if !note.valid(long) || note.property.validated.has(long) {
		t.Errorf("want a text of %d bytes valid, and not cached", len(long))
	}
	if short := long[:maxCached]; !note.valid(short) || !note.property.validated.has(short) {
		t.Errorf("want a text of %d bytes cached", maxCached)
	}
}

func compiled(t testing.TB, text string) *gojsonschema.Schema {
	t.Helper()
	s, err := draft7().Compile(gojsonschema.NewStringLoader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestKeys holds that the set of names is validated and cached apart.
func TestKeys(t *testing.T) {
	t.Parallel()
	c, err := Load(schemaFS())
	if err != nil {
		t.Fatal(err)
	}
	k := c.standard(oldest).property.keys
	required := uint64(1)<<k.index["authorization"] | uint64(1)<<k.index["x-tenant-id"]
	for present := range uint64(1) << len(k.names) {
		want := present&required == required
		if got := k.valid(present); got != want || k.validated.has(present) != want {
			t.Fatalf("names %b: valid %t, cached %t, want both %t", present, got, k.validated.has(present), want)
		}
	}
}

// TestNames holds what the contract knows by name.
func TestNames(t *testing.T) {
	t.Parallel()
	c := loadReal(t)
	versions := []model.Version{"2019/02/08", "2021/04/07", "2021/05/07", "2021/08/02", "2021/11/04", "2023/04/19"}
	if got := c.Versions(); !slices.Equal(got, versions) || c.Oldest() != oldest {
		t.Errorf("got the versions %v, oldest %s", got, c.Oldest())
	}
	c.Versions()[0], c.Operations()[0] = "spoilt", nil
	if !slices.Equal(c.Versions(), versions) || c.Operations()[0] == nil {
		t.Error("a caller can change the contract")
	}
	if !c.Has(oldest) || c.Has("2020/01/01") || c.Has("") {
		t.Error("want the six versions and no other")
	}
	if c.Model("2020/01/01", "ErrorModel") != nil || c.Model(oldest, "NoModel") != nil || c.Model(oldest, "ErrorModel") == nil {
		t.Error("want models by their names, and nil where there is none")
	}
	if got := c.Operation("nothing"); got != c.Unmatched() || got.Name != "no operation" {
		t.Errorf("got %v for a name of no operation", got.Name)
	}
	op := c.Operation("Deactivate Customer")
	if op.Method != http.MethodDelete || !op.Served || !slices.Equal(op.Roles, []model.Role{"Dispatcher"}) || op.Path != "/customers/{customer_id}/locations/{customer_location_id}" {
		t.Errorf("got %+v", op)
	}
}
