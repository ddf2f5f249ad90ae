package contract

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

const bearer = "Bearer dispatcher-token"

// header makes a request header of lines such as "x-tenant-id: 1".
func header(lines ...string) http.Header {
	h := http.Header{}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		h.Add(name, value)
	}
	return h
}

// places are the violations as "/pointer keyword".
func places(found []exchange.Violation) []string {
	var all []string
	for _, f := range found {
		word, _, _ := strings.Cut(f.Rule, ":")
		all = append(all, f.Pointer+" "+word)
	}
	slices.Sort(all)
	return all
}

// TestValidateHeaders holds the rules of request headers at their borders. The
// figures are the page's.
func TestValidateHeaders(t *testing.T) {
	t.Parallel()
	token := func(n int) string { return "authorization: Bearer " + strings.Repeat("a", n-len("Bearer ")) }
	for _, c := range []struct {
		name  string
		lines []string
		want  []string // nil: good; the required ones are added where a case has none
	}{
		{"good", nil, nil},
		{"authorization 256", []string{token(256)}, nil},
		{"authorization 257", []string{token(257)}, []string{"/authorization maxLength"}},
		{"authorization too long and off its pattern", []string{token(257) + "!!"}, []string{"/authorization maxLength", "/authorization pattern"}},
		{"authorization empty", []string{"authorization: "}, []string{"/authorization minLength", "/authorization pattern"}},
		{"authorization of 3", []string{"authorization: bearer abc"}, nil},
		{"authorization of 2", []string{"authorization: bearer ab"}, []string{"/authorization pattern"}},
		{"authorization of other characters", []string{"authorization: Bearer abc def"}, nil}, // the pattern's "." is any character
		{"authorization, two characters at the end", []string{"authorization: Bearer abcdef!!"}, []string{"/authorization pattern"}},
		{"authorization, a line end", []string{"authorization: Bearer abc\n"}, []string{"/authorization pattern"}},
		{"authorization, two spaces", []string{"authorization: Bearer  abc"}, []string{"/authorization pattern"}},
		{"authorization twice", []string{"authorization: " + bearer, "authorization: " + bearer}, []string{"/authorization pattern"}},
		{"tenant least", []string{"x-tenant-id: -9223372036854775808"}, nil},
		{"tenant most", []string{"x-tenant-id: 9223372036854775807"}, nil},
		{"tenant below", []string{"x-tenant-id: -9223372036854775809"}, []string{"/x-tenant-id minimum"}},
		{"tenant above", []string{"x-tenant-id: 9223372036854775808"}, []string{"/x-tenant-id maximum"}},
		{"tenant of a thousand digits", []string{"x-tenant-id: " + strings.Repeat("9", 1000)}, []string{"/x-tenant-id maximum"}},
		{"tenant 0", []string{"x-tenant-id: 0"}, nil},
		{"tenant with a plus", []string{"x-tenant-id: +1"}, []string{"/x-tenant-id type"}},
		{"tenant with a zero", []string{"x-tenant-id: 01"}, []string{"/x-tenant-id type"}},
		{"tenant with a fraction", []string{"x-tenant-id: 1.0"}, []string{"/x-tenant-id type"}},
		{"tenant with an exponent", []string{"x-tenant-id: 1e0"}, []string{"/x-tenant-id type"}},
		{"tenant with a space", []string{"x-tenant-id: 1 1"}, []string{"/x-tenant-id type"}},
		{"tenant of other digits", []string{"x-tenant-id: ١"}, []string{"/x-tenant-id type"}},
		{"tenant in hexadecimal", []string{"x-tenant-id: 0x1"}, []string{"/x-tenant-id type"}},
		{"tenant empty", []string{"x-tenant-id: "}, []string{"/x-tenant-id type"}},
		{"tenant twice", []string{"x-tenant-id: 1", "x-tenant-id: 1"}, []string{"/x-tenant-id type"}},
		{"version", []string{"x-api-version: 2023/04/19"}, nil},
		{"version empty", []string{"x-api-version: "}, []string{"/x-api-version enum", "/x-api-version minLength"}},
		{"version unknown", []string{"x-api-version: 2021/04/08"}, []string{"/x-api-version enum"}},
		{"version 64", []string{"x-api-version: " + strings.Repeat("1", 64)}, []string{"/x-api-version enum"}},
		{"version 65", []string{"x-api-version: " + strings.Repeat("1", 65)}, []string{"/x-api-version enum", "/x-api-version maxLength"}},
		{"version twice", []string{"x-api-version: 2019/02/08", "x-api-version: 2019/02/08"}, []string{"/x-api-version enum"}},
		{"request ID", []string{"x-request-id: ed5b5458-1f72-41d7-b8ad-f1757de1ec4f"}, nil},
		{"request ID of 35", []string{"x-request-id: ed5b5458-1f72-41d7-b8ad-f1757de1ec4"}, []string{"/x-request-id format"}},
		{"content type", []string{"content-type: application/json"}, nil},
		{"content type, parameters", []string{"content-type: Application/JSON ; charset=utf-8"}, nil},
		{"content type, another", []string{"content-type: application/json5"}, []string{"/content-type pattern"}},
		{"content type empty", []string{"content-type: "}, []string{"/content-type minLength", "/content-type pattern"}},
		{"content type 256", []string{"content-type: application/json;" + strings.Repeat("x", 239)}, nil},
		{"content type 257", []string{"content-type: application/json;" + strings.Repeat("x", 242)}, []string{"/content-type maxLength"}},
		{"accept", []string{"accept: text/html", "accept: */*;q=0.1"}, nil},
		{"accept not JSON", []string{"accept: text/html"}, []string{"/accept format"}},
		{"no UTF-8", []string{"x-request-id: \xff", "x-api-version: \xff"}, []string{"/x-api-version enum", "/x-request-id format"}},
		{"no authorization", []string{"-authorization"}, []string{"/authorization required"}},
		{"no tenant", []string{"-x-tenant-id"}, []string{"/x-tenant-id required"}},
		{"nothing", []string{"-authorization", "-x-tenant-id"}, []string{"/authorization required", "/x-tenant-id required"}},
		{"everything", []string{"authorization: x", "x-tenant-id: x", "x-api-version: x", "x-request-id: x", "content-type: x", "accept: x"},
			[]string{"/accept format", "/authorization pattern", "/content-type pattern", "/x-api-version enum", "/x-request-id format", "/x-tenant-id type"}},
		{"fields without a rule", []string{"x-other: \xff\r\n", "user-agent: "}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			contract := loadReal(t)
			lines := c.lines
			for _, required := range []string{"authorization: " + bearer, "x-tenant-id: 1"} {
				name, _, _ := strings.Cut(required, ":")
				if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, name) || l == "-"+name }) {
					lines = append(slices.Clone(lines), required)
				}
			}
			lines = slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return l[0] == '-' })
			for _, v := range contract.Versions() {
				for _, name := range []string{"Deactivate Customer", "Get Customer"} {
					op := contract.Operation(name)
					for range 2 { // fresh, and perhaps cached
						if got := places(op.ValidateHeaders(v, header(lines...))); !slices.Equal(got, c.want) {
							t.Errorf("%s in %s: got %v, want %v", name, v, got, c.want)
						}
					}
				}
			}
		})
	}
}

// TestValidatePath holds the rules of path parameters at their borders.
func TestValidatePath(t *testing.T) {
	t.Parallel()
	c := loadReal(t)
	op := c.Operation("Deactivate Customer")
	for text, want := range map[string]string{"0": "", "1": "", "-1": "", "9223372036854775807": "", "-9223372036854775808": "", "-0": "",
		"9223372036854775808": "maximum", "-9223372036854775809": "minimum", "": "type", "abc": "type", "1.5": "type", "+1": "type", "01": "type", "1e3": "type", " 1": "type", "1\n": "type",
		"{customer_id}": "type", "١": "type", "\xff": "type", "null": "type", "1_000": "type", strings.Repeat("9", 10_000): "maximum"} {
		for _, name := range []string{"customer_id", "customer_location_id"} {
			parameters := map[string]string{"customer_id": "1", "customer_location_id": "1", "other": "x"}
			parameters[name] = text
			var places_ []string
			if want != "" {
				places_ = []string{"/" + name + " " + want}
			}
			if got := places(op.ValidatePath(oldest, parameters)); !slices.Equal(got, places_) {
				t.Errorf("%s = %.40q: got %v, want %v", name, text, got, places_)
			}
		}
	}
	if got := places(op.ValidatePath(oldest, nil)); !slices.Equal(got, []string{"/customer_id required", "/customer_location_id required"}) {
		t.Errorf("got %v of no parameters", got)
	}
	preflight := c.Operation("Preflight")
	if got := preflight.ValidatePath(oldest, map[string]string{"customer_id": "x"}); got != nil {
		t.Errorf("got %v of an operation that asks nothing of its path", got)
	}
	if got := preflight.ValidateHeaders(oldest, header("authorization: x")); got != nil {
		t.Errorf("got %v of an operation that asks nothing of its header", got)
	}
}

// TestHeaderText holds that several lines of one name are one value.
func TestHeaderText(t *testing.T) {
	t.Parallel()
	h := header("accept: a", "accept: b, c", "host: ")
	for name, want := range map[string]string{"Accept": "a, b, c", "Host": "", "X": ""} {
		got, present := HeaderText(h, name)
		if got != want || present != (name != "X") {
			t.Errorf("%s: got %q, %t, want %q", name, got, present, want)
		}
	}
}

// TestHeaderField holds the vendor's names of fields.
func TestHeaderField(t *testing.T) {
	t.Parallel()
	c := loadReal(t)
	for name, want := range map[string]string{"Deactivate Customer": "StandardRequestHeadersModel.x-tenant-id", "Preflight": "x-tenant-id", "nothing": "x-tenant-id"} {
		if got := c.Operation(name).HeaderField(newest, "x-tenant-id"); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// TestCheckToken holds what is said of a token that no request could carry.
func TestCheckToken(t *testing.T) {
	t.Parallel()
	c := loadReal(t)
	for token, want := range map[string]string{"abc": "", "dispatcher-token": "", strings.Repeat("a", 249): "",
		strings.Repeat("a", 250): "must have at most 256 characters, and has 257", "ab": "must be the word Bearer", "": "must be the word Bearer", "abcd\n": "must be the word Bearer"} {
		if got := c.CheckToken(token); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%.30q: got %q, want %q", token, got, want)
		}
	}
}

// TestValidHeader holds that a value is validated by the field's own rule.
func TestValidHeader(t *testing.T) {
	t.Parallel()
	c := loadReal(t)
	for _, k := range []struct {
		name, text string
		want       bool
	}{{"x-tenant-id", "1", true}, {"x-tenant-id", "x", false}, {"x-request-id", "1", false}, {"x-api-version", "2021/05/07", true}, {"x-api-version", "2021/05/08", false},
		{"X-Tenant-Id", "1", false}, {"x-unknown", "1", false}, {"", "", false}} {
		if got := c.ValidHeader(newest, k.name, k.text); got != k.want {
			t.Errorf("%s: %s: got %t, want %t", k.name, k.text, got, k.want)
		}
	}
}

// reply makes a good reply with the page's sample record.
func reply(t testing.TB, version model.Version) *wire.Reply {
	t.Helper()
	record := sampleRecord(t)
	if version != oldest {
		record["id"] = record["customer_id"]
		delete(record, "customer_id")
	}
	body, err := wire.Print(record)
	if err != nil {
		t.Fatal(err)
	}
	return &wire.Reply{Status: 200, Body: body, Fields: []wire.Field{
		{Name: wire.AllowHeaders, Value: "Authorization, Accept, X-TENANT-ID, Content-Type"}, {Name: wire.AllowMethods, Value: "GET,POST,PATCH,DELETE"},
		{Name: wire.AllowOrigin, Value: "*"}, {Name: wire.Allow, Value: "GET,POST,PATCH,DELETE"}, {Name: wire.ContentLength, Value: body.Length},
		{Name: wire.ContentType, Value: "application/json"}, {Name: wire.Date, Value: "Sat, 20 Aug 2022 01:38:16 GMT"}, {Name: wire.Server, Value: "WSGIServer/0.2 CPython/3.9.5"},
		{Name: wire.APIVersion, Value: string(version)}, {Name: wire.RequestID, Value: "ed5b5458-1f72-41d7-b8ad-f1757de1ec4f"}}}
}

// TestValidateReply holds what the validator says of spoilt replies beyond what the
// schemas of head and body say.
func TestValidateReply(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		spoil func(*wire.Reply)
		want  []string
	}{
		{"good", func(*wire.Reply) {}, nil},
		{"another version", func(r *wire.Reply) { r.Fields[8].Value = "2021/05/07" }, []string{"/X-API-VERSION version in force"}},
		{"another length", func(r *wire.Reply) { r.Fields[4].Value = "1" }, []string{"/Content-Length length of the body"}},
		{"unknown status", func(r *wire.Reply) { r.Status = 201 }, []string{" responses"}},
		{"status beyond errors", func(r *wire.Reply) { r.Status = 600 }, []string{" responses"}},
		{"field twice", func(r *wire.Reply) { r.Fields = append(r.Fields, r.Fields[3]) }, []string{"/Allow once"}},
		{"field of another spelling", func(r *wire.Reply) { r.Fields[9].Name = "X-Request-Id" }, []string{"/X-REQUEST-ID required", "/X-Request-Id additionalProperties"}},
		{"no fields", func(r *wire.Reply) { r.Fields = nil }, []string{"/Access-Control-Allow-Headers required", "/Access-Control-Allow-Methods required", "/Access-Control-Allow-Origin required",
			"/Allow required", "/Content-Length length of the body", "/Content-Length required", "/Date required", "/Server required", "/X-API-VERSION required", "/X-API-VERSION version in force", "/X-REQUEST-ID required"}},
		{"broken body", func(r *wire.Reply) { r.Body = wire.Raw([]byte("{")); r.Fields[4].Value = "1" }, []string{" JSON"}},
		{"body of immense numbers", func(r *wire.Reply) {
			text := strings.Replace(string(r.Body.Bytes), "48.080076", "1e3000000", 1)
			r.Body = wire.Raw([]byte(text))
			r.Fields[4].Value = r.Body.Length
		}, []string{" JSON"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			contract := loadReal(t)
			for _, v := range contract.Versions() {
				r := reply(t, v)
				c.spoil(r)
				want := c.want
				if c.name == "another version" && v == "2021/05/07" {
					want = nil
				}
				if got := places(contract.Operation("Deactivate Customer").ValidateReply(v, CORSDocumented, sampleTime, r)); !slices.Equal(got, want) {
					t.Errorf("%s: got %v, want %v", v, got, want)
				}
			}
		})
	}
	got := loadReal(t).Unmatched().ValidateReply("2020/01/01", CORSDocumented, sampleTime, reply(t, oldest))
	if len(got) != 1 || got[0].Hint != "there is no such version" {
		t.Errorf("got %+v of a version that is none", got)
	}
}

// TestValidateShapes holds that each version's body is only good in its own shape.
func TestValidateShapes(t *testing.T) {
	t.Parallel()
	c := loadReal(t)
	op := c.Operation("Get Customer")
	for _, v := range c.Versions() {
		for _, shape := range c.Versions() {
			r := reply(t, shape)
			r.Fields[8].Value = string(v)
			good := len(op.ValidateReply(v, CORSDocumented, sampleTime, r)) == 0
			if want := (v == oldest) == (shape == oldest); good != want {
				t.Errorf("a body of %s's shape in %s is good: %t, want %t", shape, v, good, want)
			}
		}
	}
}
