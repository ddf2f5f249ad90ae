package recording

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"dispatchmock/fixtures"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/fixture"
	"dispatchmock/internal/wire"
	"dispatchmock/internal/world"
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
	x.Request.Head, x.Authorization = exchange.NewBlotter().Head([]byte(head))
	x.Request.Body, x.Request.Size = []byte(a.body), int64(len(a.body))
	x.Response = exchange.Message{Head: fmt.Sprintf("HTTP/1.1 %d OK\r\nContent-Length: %d\r\nDate: Sat, 20 Aug 2022 01:38:16 GMT", a.status, len(a.answer)), Body: []byte(a.answer), Size: int64(len(a.answer))}
	r.Add(x, in, &wire.Reply{Status: a.status, Body: wire.Raw([]byte(a.answer))})
}

// recordOf prints a record in the newest shape.
func recordOf(customer int64, active bool, change func(*dispatch.CustomerLocation)) string {
	l := dispatch.CustomerLocation{CustomerID: customer, LocationID: 1, IsActive: active, Name: dispatch.Of("Olympic Laundry"),
		AccountNumber1: null, AccountNumber2: null, RenewalDate: null, ParentID: dispatch.Field[json.Number]{State: dispatch.Null},
		CreatedOn: dispatch.Of("2018-06-13T19:50:20.867000"), LastUpdatedOn: dispatch.Of("2018-06-13T19:50:20.867000")}
	if change != nil {
		change(&l)
	}
	b, _ := wire.Print(l.Tree())
	return string(b.Bytes)
}

// save writes the recording and loads it.
func save(t *testing.T, r *Recorder) (*world.Base, string, Saved) {
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
		return recordOf(1, active, func(l *dispatch.CustomerLocation) { l.Name = dispatch.Of(name) })
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
			got, _ := world.New(base).Record(world.Key{Tenant: 1, Customer: 1, Location: 1})
			if got.Name.Value != c.want || got.IsActive != c.active || saved.Records != base.Records() {
				t.Errorf("recorded %q, active %v, want %q, %v; %+v", got.Name.Value, got.IsActive, c.want, c.active, saved)
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
			if want := strings.TrimPrefix(exchange.NewBlot("Bearer "+visitor).Stand, "Bearer "); clients[0].Token != want {
				t.Errorf("got the token %q, want %q", clients[0].Token, want)
			}
		})
	}
}

// TestStandIns holds that two tokens are never recorded by one, and that those
// named by the user are.
func TestStandIns(t *testing.T) {
	t.Parallel()
	r := recorder(t, func(o *Options) { o.StandIns = map[string]string{"real-token": "dispatcher-token"} })
	good := recordOf(1, true, nil)
	for i := range 3000 { // of three letters there are not so many stand-ins
		act{method: "GET", path: path1, token: fmt.Sprintf("%c%c%c", 'a'+i/676, 'a'+i/26%26, 'a'+i%26), tenant: "1", status: 200, answer: good, used: newest}.add(r)
	}
	act{method: "GET", path: path1, token: "real-token", tenant: "1", status: 200, answer: good, used: newest}.add(r)
	base, dir, _ := save(t, r)
	if _, ok := base.Client("dispatcher-token"); !ok || len(base.Clients()) != 3001 {
		t.Errorf("got %d clients, want 3001 and the one that was named", len(base.Clients()))
	}
	if text := all(t, dir); strings.Contains(text, "real-token") || !strings.Contains(text, exchange.HashOf("real-token")) {
		t.Error("the recording has the token, or does not tell for which one the stand-in stands")
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
		child := recordOf(customer, true, func(l *dispatch.CustomerLocation) { l.ParentID = dispatch.Of(json.Number("9")) })
		act{method: "GET", path: fmt.Sprintf("/customers/%d/locations/1", customer), token: visitor, tenant: "1", status: 200, answer: child, used: newest}.add(r)
	}
	base, _, saved := save(t, r)
	if base.Records() != 3 || !base.HasCustomer(world.Key{Tenant: 1, Customer: 9}) || saved.Records != 2 {
		t.Errorf("got %d records, and told %+v, want 2 and a stand-in of their parent", base.Records(), saved)
	}
}

// TestBounds holds that what is kept has an end.
func TestBounds(t *testing.T) {
	t.Parallel()
	r := recorder(t, nil)
	long := recordOf(1, true, func(l *dispatch.CustomerLocation) { l.Note = dispatch.Of(strings.Repeat("x", 2048)) })
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

// TestRedact holds that no personal data is written, that pseudonyms are
// stable, and that records stay good: of every record of the default world.
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
	mock := world.New(base)
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
		t.Errorf("got %d of %d records, and told %+v", again.Records(), base.Records(), saved)
	}
	if len(secrets) < 100 {
		t.Fatalf("the default world has %d personal texts, want at least 100", len(secrets))
	}
	text := all(t, dir)
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("the recording has %q", secret)
		}
	}
	if first, again := r.pseudonym("George Jones"), r.pseudonym("George Jones"); first != again || r.pseudonym("George Jones") == r.pseudonym("George Jonas") {
		t.Error("pseudonyms are not stable, or the same for two names")
	}
	other := recorder(t, func(o *Options) { o.Key = []byte("another") })
	if r.pseudonym("George Jones") == other.pseudonym("George Jones") {
		t.Error("the pseudonym does not depend on the key: a list of names would tell whose it is")
	}
	if got := r.pseudonym("George Ñandú 3rd!"); !regexp.MustCompile(`^[A-Z][a-z]{5} [A-Z][a-z]{4} [0-9][a-z]{2}!$`).MatchString(got) {
		t.Errorf("got %q, want the form of the name", got)
	}
}

// personals returns what of a record tells of persons, as texts that stand in
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

// TestPrepare holds that a recording takes the place of nothing.
func TestPrepare(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	if err := Prepare(dir); err != nil {
		t.Fatal(err)
	}
	if err := Prepare(dir); err != nil {
		t.Errorf("an empty folder is refused: %v", err)
	}
	for _, name := range []string{"fixtures", "exchanges"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := Prepare(dir); err == nil || !strings.Contains(err.Error(), name+" exists already") {
			t.Errorf("with %s there: got %v", name, err)
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSaveAgain holds that a later recording takes the place of the one before
// as a whole, and that nothing else is left behind.
func TestSaveAgain(t *testing.T) {
	t.Parallel()
	r := recorder(t, nil)
	dir := t.TempDir()
	for customer := range int64(3) {
		act{method: "GET", path: fmt.Sprintf("/customers/%d/locations/1", customer), token: visitor, tenant: "1", status: 200, answer: recordOf(customer, true, nil), used: newest}.add(r)
		if !r.Changed() {
			t.Error("it does not know that it has changed")
		}
		if saved, err := r.Save(dir); err != nil || saved.Records != int(customer)+1 || r.Changed() {
			t.Fatalf("got %+v, %v, changed %v", saved, err, r.Changed())
		}
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	hidden, err2 := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || err2 != nil || len(names) != 2 || len(hidden) != 0 {
		t.Errorf("the folder has %q and %q, want fixtures and exchanges", names, hidden)
	}
	// What would be no good fixtures is not put in place.
	r.order = append(r.order, r.order[0])
	act{method: "GET", path: path1, token: visitor, tenant: "1", status: http.StatusNotFound}.add(r)
	before := all(t, dir)
	if _, err := r.Save(dir); err == nil || !strings.Contains(err.Error(), "twice") || all(t, dir) != before {
		t.Errorf("got %v, want that the record stands there twice, and nothing changed", err)
	}
}
