package recording

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/redact"
	"dispatchmock/internal/wire"
	"dispatchmock/schemas"
)

var loadContract = sync.OnceValues(func() (*contract.Contract, error) { return contract.Load(schemas.FS) })

func recorder(t *testing.T, change func(*Options)) *Recorder {
	t.Helper()
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Contract: c, Schemas: schemas.FS, CORS: contract.CORSDocumented, Key: []byte("key"), Now: time.Now}
	if change != nil {
		change(&o)
	}
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// act is a request and its answer.
type act struct {
	method, path, token, tenant, version string
	body                                 string // of the request
	status                               int
	answer                               string
	used                                 string // the version in force; "" is the oldest
	more                                 string // a further line of the request
}

// add shows an act to a recorder as a proxy does.
func (a act) add(r *Recorder) {
	in := httptest.NewRequest(a.method, a.path, strings.NewReader(a.body))
	head := a.method + " " + a.path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + a.token + "\r\nx-tenant-id: " + a.tenant
	in.Header.Set("Authorization", "Bearer "+a.token)
	in.Header.Set("x-tenant-id", a.tenant)
	if a.version != "" {
		head += "\r\nx-api-version: " + a.version
		in.Header.Set("x-api-version", a.version)
	}
	if a.more != "" {
		head += "\r\n" + a.more
	}
	if a.used == "" {
		a.used = "2019/02/08"
	}
	x := &exchange.Exchange{Method: a.method, Path: in.URL.Path, Status: a.status, VersionUsed: a.used, VersionAsked: a.version}
	x.Request.Head, x.Authorization = redact.New().Secrets().Head([]byte(head))
	x.Request.Body, x.Request.Size = []byte(a.body), int64(len(a.body))
	x.Response = exchange.Message{Head: fmt.Sprintf("HTTP/1.1 %d OK\r\nContent-Length: %d\r\nDate: Sat, 20 Aug 2022 01:38:16 GMT", a.status, len(a.answer)), Body: []byte(a.answer), Size: int64(len(a.answer))}
	route := r.Contract.Route(in)
	asked := route.Operation
	if asked == nil {
		asked = r.Contract.Operations()[0]
	}
	route.Read(asked, r.Contract.Oldest(), in.Header)
	r.Add(x, in, &route, &wire.Reply{Status: a.status, Body: wire.Raw([]byte(a.answer))})
}

// recordOf prints a record in the newest shape.
func recordOf(customer int64, active bool, change map[string]any) string {
	tree := map[string]any{"id": json.Number(strconv.FormatInt(customer, 10)), "location_id": json.Number("1"), "is_active": active, "name": "Olympic Laundry",
		"account_number_1": nil, "account_number_2": nil, "renewal_date": nil, "parent_id": nil, "addresses": []any{}, "contacts": []any{},
		"created_on": "2018-06-13T19:50:20.867000", "last_updated_on": "2018-06-13T19:50:20.867000"}
	maps.Copy(tree, change)
	b, _ := wire.Print(tree)
	return string(b.Bytes)
}

// save writes the recording and loads it.
func save(t *testing.T, r *Recorder) (*store.Base, string, Saved) {
	t.Helper()
	dir := t.TempDir()
	saved, err := r.Save(dir)
	if err != nil {
		t.Fatal(err)
	}
	f, err := fixture.Load(os.DirFS(filepath.Join(dir, "fixtures")), schemas.FS, r.Contract, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return f.Base, dir, saved
}

const (
	newest  = "2023/04/19"
	visitor = "visitor-token"
	path1   = "/customers/1/locations/1"
)

// TestRecordState holds in which state a record is recorded.
func TestRecordState(t *testing.T) {
	t.Parallel()
	get := func(answer string) act {
		return act{method: "GET", path: path1, token: visitor, tenant: "1", status: 200, answer: answer, used: newest}
	}
	del := func(answer string) act { a := get(answer); a.method = "DELETE"; return a }
	named := func(name string, active bool) string {
		return recordOf(1, active, map[string]any{"name": name})
	}
	for _, c := range []struct {
		name   string
		acts   []act
		want   string // the record's name, "" where there is none
		active bool
	}{
		{"read once", []act{get(named("a", true))}, "a", true},
		{"changed by others before it is deactivated", []act{get(named("a", true)), get(named("b", true)), del(named("b", false))}, "b", true},
		{"read after it was deactivated", []act{get(named("a", true)), del(named("a", false)), get(named("c", false))}, "a", true},
		{"deactivated unread", []act{del(named("a", false)), get(named("b", false))}, "a", true},
		{"inactive before", []act{get(named("a", false)), del(named("a", false))}, "a", false},
		{"refused", []act{{method: "GET", path: path1, token: visitor, tenant: "1", status: 403, answer: "{}"}}, "", false},
		{"not what the model asks", []act{get(strings.Replace(named("a", true), `"a"`, `""`, 1))}, "", false},
		{"another record than was asked for", []act{get(recordOf(2, true, nil))}, "", false},
		{"another shape than its version has", []act{{method: "GET", path: path1, token: visitor, tenant: "1", status: 200, answer: named("a", true)}}, "", false},
		{"a version that is none", []act{{method: "GET", path: path1, token: visitor, tenant: "1", status: 200, answer: named("a", true), used: "1"}}, "", false},
		{"without a tenant", []act{{method: "GET", path: path1, token: visitor, tenant: "one", status: 200, answer: named("a", true), used: newest}}, "", false},
		{"what the mock does not serve", []act{{method: "PATCH", path: path1, token: visitor, tenant: "1", status: 200, answer: named("a", true), used: newest}}, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := recorder(t, nil)
			for _, a := range c.acts {
				a.add(r)
			}
			base, _, saved := save(t, r)
			got, _ := store.New(base).Record(store.Key{Tenant: 1, Customer: 1, Location: 1})
			name := ""
			for member, text := range got.Texts() {
				if member == "name" {
					name = text
				}
			}
			if name != c.want || got.Active != c.active || saved.Records != base.Records() || saved.Records > 0 != (c.want != "") {
				t.Errorf("recorded %q, active %v, want %q, %v; %+v", name, got.Active, c.want, c.active, saved)
			}
		})
	}
}

// TestClients holds what of a client is inferred.
func TestClients(t *testing.T) {
	t.Parallel()
	good := recordOf(1, true, nil)
	at := func(method string, status int, tenant, answer string) act {
		return act{method: method, path: path1, token: visitor, tenant: tenant, status: status, answer: answer, used: newest}
	}
	for _, c := range []struct {
		name          string
		acts          []act
		roles, tenant string
	}{
		{"deactivates", []act{at("GET", 200, "1", good), at("DELETE", 200, "1", good)}, "[Dispatcher]", "[1]"},
		{"deactivates, and was told of a role that may not", []act{at("DELETE", 403, "2", `{"detail": "You have Driver."}`), at("DELETE", 200, "1", good)}, "[Dispatcher]", "[1]"},
		{"reads", []act{at("GET", 200, "1", good), at("GET", 200, "3", good)}, "[Driver]", "[1 3]"},
		{"reads, and is told its role", []act{at("GET", 200, "1", good), at("DELETE", 403, "1", `{"detail": "Needs Dispatcher, and you have Admin."}`)}, "[Admin]", "[1]"},
		{"is told its role, and nothing else", []act{at("DELETE", 403, "1", `{"field": "authorization", "detail": "Needs Dispatcher, and you have Driver."}`)}, "[Driver]", "[1]"},
		{"finds nothing to read", []act{at("GET", 404, "1", "{}")}, "[Driver]", "[1]"},
		{"finds nothing to deactivate", []act{at("DELETE", 404, "4", `{"field": "customer_location_id"}`)}, "[Dispatcher]", "[4]"},
		{"finds nothing to deactivate, and may not", []act{at("GET", 404, "1", "{}"), at("DELETE", 404, "1", "{}"), at("DELETE", 403, "1", `{"detail": "No."}`)}, "[Driver]", "[1]"},
		{"is refused for its role by 404", []act{at("GET", 404, "1", `{"field": "Model.Authorization"}`)}, "[Public]", "[1]"},
		{"deactivates in another's tenant", []act{at("DELETE", 403, "2", `{"field": "Model.x-tenant-id", "detail": "2 is not yours."}`)}, "[Dispatcher]", "[]"},
		{"is told its tenants", []act{at("GET", 200, "1", good), at("GET", 403, "2", `{"field": "Model.x-tenant-id", "detail": "2 is not yours, which are 3, 1."}`)}, "[Driver]", "[3 1]"},
		{"may neither", []act{at("GET", 403, "7", `{"detail": "No."}`)}, "[Public]", "[7]"},
		{"nobody knows it", []act{at("GET", 401, "1", "{}")}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := recorder(t, nil)
			for _, a := range c.acts {
				a.add(r)
			}
			base, _, _ := save(t, r)
			clients := base.Clients()
			if c.roles == "" {
				if len(clients) > 0 {
					t.Errorf("got the clients %v, want none", clients)
				}
				return
			}
			if len(clients) != 1 || fmt.Sprint(clients[0].Roles) != c.roles || fmt.Sprint(clients[0].Tenants) != c.tenant {
				t.Errorf("got %+v, want one with %s in %s", clients, c.roles, c.tenant)
			}
			if want := strings.TrimPrefix(redact.NewMark("Bearer "+visitor).Stand, "Bearer "); clients[0].Token != want {
				t.Errorf("got the token %q, want %q", clients[0].Token, want)
			}
		})
	}
}

// TestPlaceholders holds that two tokens are never recorded by one, and that those
// named by the user are.
func TestPlaceholders(t *testing.T) {
	t.Parallel()
	r := recorder(t, func(o *Options) { o.Placeholders = map[string]string{"real-token": "dispatcher-token"} })
	good := recordOf(1, true, nil)
	for i := range 3000 { // of three letters there are not so many placeholders
		act{method: "GET", path: path1, token: fmt.Sprintf("%c%c%c", 'a'+i/676, 'a'+i/26%26, 'a'+i%26), tenant: "1", status: 200, answer: good, used: newest}.add(r)
	}
	act{method: "GET", path: path1, token: "real-token", tenant: "1", status: 200, answer: good, used: newest}.add(r)
	base, dir, _ := save(t, r)
	if _, ok := base.Client("dispatcher-token"); !ok || len(base.Clients()) != 3001 {
		t.Errorf("got %d clients, want 3001 and the one that was named", len(base.Clients()))
	}
	if text := all(t, dir); strings.Contains(text, "real-token") || !strings.Contains(text, redact.Hash("real-token")) {
		t.Error("the recording has the token, or does not tell for which one the placeholder stands")
	}
}

// TestTokensAreNeverWritten holds that no token is written, whoever has it and
// wherever it stands.
func TestTokensAreNeverWritten(t *testing.T) {
	t.Parallel()
	const stranger, named = "stranger-token-7", "stranger-token-77"
	r := recorder(t, func(o *Options) { o.Placeholders = map[string]string{named: "expired-token"} })
	record := recordOf(1, true, map[string]any{"note": "Ask with " + visitor + " or " + named + "."})
	act{method: "GET", path: path1, token: visitor, tenant: "1", status: 200, answer: record, used: newest}.add(r)
	for _, token := range []string{stranger, named} {
		act{method: "GET", path: path1 + "?again=" + token, token: token, tenant: "1", status: 401, answer: `{"detail": "Nobody has ` + token + `."}`, used: newest}.add(r)
	}
	base, dir, saved := save(t, r)
	text := all(t, dir)
	for _, token := range []string{visitor, stranger, named} {
		if strings.Contains(text, token) {
			t.Errorf("the recording has %q", token)
		}
	}
	if saved.Exchanges != 3 || len(base.Clients()) != 1 || !strings.Contains(text, "Authorization: Bearer expired-token") || !strings.Contains(text, `"Nobody has expired-token."`) || !strings.Contains(text, " or expired-token.\"") {
		t.Errorf("got %+v, want three exchanges, one client, and the placeholder that was named:\n%s", saved, text)
	}
}

// all returns all that is written.
func all(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		b.WriteString(name + "\n")
		b.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestParents holds that a child can be recorded without its parent.
func TestParents(t *testing.T) {
	t.Parallel()
	r := recorder(t, nil)
	for _, customer := range []int64{1, 2} {
		child := recordOf(customer, true, map[string]any{"parent_id": json.Number("9")})
		act{method: "GET", path: fmt.Sprintf("/customers/%d/locations/1", customer), token: visitor, tenant: "1", status: 200, answer: child, used: newest}.add(r)
	}
	base, _, saved := save(t, r)
	if base.Records() != 3 || !base.HasCustomer(store.Key{Tenant: 1, Customer: 9}) || saved.Records != 2 {
		t.Errorf("got %d records, and told %+v, want 2 and a placeholder of their parent", base.Records(), saved)
	}
}

// TestBounds holds that what is kept has an end.
func TestBounds(t *testing.T) {
	t.Parallel()
	r := recorder(t, nil)
	long := recordOf(1, true, map[string]any{"note": strings.Repeat("x", 2048)})
	for i := range maxExchanges + 10 {
		act{method: "GET", path: path1, token: visitor, tenant: "1", status: 200, answer: long, used: newest, more: fmt.Sprint("n: ", i)}.add(r)
	}
	if len(r.exchanges) != maxExchanges || r.left != 10 {
		t.Errorf("%d exchanges are kept and %d left out, want %d and 10", len(r.exchanges), r.left, maxExchanges)
	}
	r.bytes = maxBytes
	act{method: "GET", path: "/customers/2/locations/1", token: visitor, tenant: "1", status: 200, answer: recordOf(2, true, nil), used: newest}.add(r)
	if len(r.records) != 1 {
		t.Errorf("%d records are kept beyond the bound", len(r.records))
	}
}
