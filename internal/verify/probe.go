package verify

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
	"dispatchmock/internal/redact"
)

// maxGot is the length in bytes at which what came is cut in a difference.
const maxGot = 300

// probe is one request that cases look at the answer of. A run sends each name
// once, however many cases ask.
type probe struct {
	name   string
	method string
	path   string
	fields []exchange.Field
	body   string
	op     *contract.Operation
	asked  model.Version // that the fields name, or ""
	// elsewhere says that the request may name another record than the one
	// that the run was given.
	elsewhere bool
}

// baseline is the page's sample request, as a GET of the first record.
func (r *run) baseline() probe { return r.valid(http.MethodGet) }

// valid is the page's sample request with some method.
func (r *run) valid(method string) probe {
	p := probe{name: strings.ToLower(method) + "/valid", method: method, path: r.Records[0].path(), fields: []exchange.Field{
		{Name: "Authorization", Value: "Bearer " + r.Token},
		{Name: "Content-Type", Value: "application/json"},
		{Name: "x-tenant-id", Value: strconv.FormatInt(r.Tenant, 10)},
	}}
	for _, op := range r.Contract.Operations() {
		if op.Method == method {
			p.op = op
		}
	}
	return p
}

// with returns the probe under another name, with a header field sent once for
// each of the values, or not at all.
func (p probe) with(name, field string, values ...string) probe {
	p.name = name
	p.fields = slices.DeleteFunc(slices.Clone(p.fields), named(field))
	for _, v := range values {
		p.fields = append(p.fields, exchange.Field{Name: field, Value: v})
	}
	return p
}

// naming returns the probe with x-api-version.
func (p probe) naming(name string, v model.Version) probe {
	p = p.with(name, "x-api-version", string(v))
	p.asked = v
	return p
}

// at returns the probe with another path.
func (p probe) at(name, path string) probe {
	p.name, p.path = name, path
	return p
}

// other returns the probe marked as one that may name another record.
func (p probe) other() probe {
	p.elsewhere = true
	return p
}

// bytes returns what is sent.
func (p *probe) bytes(host, base string) []byte {
	var b bytes.Buffer
	b.WriteString(p.method + " " + base + p.path + " HTTP/1.1\r\nHost: " + host + "\r\n")
	for _, f := range p.fields {
		b.WriteString(f.Name + ": " + f.Value + "\r\n")
	}
	b.WriteString("\r\n" + p.body)
	return b.Bytes()
}

// answer is what came back to a probe.
type answer struct {
	probe
	exchange *exchange.Exchange
	secrets  *redact.Secrets // of the exchange
	err      error           // no answer came
	status   int
	reason   string
	fields   []exchange.Field
	body     []byte
	excess   bool
	tree     any
	broken   error // why the body is not JSON
	// version is the one that X-API-VERSION reports, or, where the answer does
	// not say, the one that the request named; "" where neither does.
	version    model.Version
	validated  bool
	violations []exchange.Violation // by the body, of its model's rules
	layout     *layout              // of the body, once a case has asked
}

// read takes an answer apart.
func (a *answer) read(r *reply) {
	message := exchange.Message{Head: r.head}
	a.fields, a.body, a.excess = message.Fields(), r.body, r.excess
	a.status, _ = statusOf(r.head)
	parts := strings.SplitN(message.Line(), " ", 3)
	if len(parts) == 3 {
		a.reason = parts[2]
	}
	if len(a.body) > 0 {
		a.tree, a.broken = jsonx.Parse(a.body)
	}
}

// value returns a header field's value, in any spelling of its name.
func (a *answer) value(name string) (string, bool) {
	if i := slices.IndexFunc(a.fields, named(name)); i >= 0 {
		return a.fields[i].Value, true
	}
	return "", false
}

// object returns the body's object, or nil.
func (a *answer) object() map[string]any {
	o, _ := a.tree.(map[string]any)
	return o
}

// line returns status and reason, as people read them.
func (a *answer) line() string { return strings.TrimSpace(strconv.Itoa(a.status) + " " + a.reason) }

// differs makes the difference of one place of this answer.
func (a *answer) differs(place, expected, got string) []Difference {
	return []Difference{{Place: place, Expected: expected, Got: jsonx.Cut(got, maxGot), Request: a.name}}
}

// checkStatus holds the status against what is wanted.
func (a *answer) checkStatus(want string, wanted func(status int) bool) []Difference {
	if wanted(a.status) {
		return nil
	}
	return a.differs("/status", want, a.line())
}
