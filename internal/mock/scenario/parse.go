package scenario

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
	"dispatchmock/internal/pattern"
)

// Parser turns JSON into scenarios, or says what is wrong with it. It is safe
// for concurrent use.
type Parser struct {
	model    *contract.Model
	versions []model.Version
	records  map[model.Version]any // all that a record may have
}

// NewParser returns a parser. Schemas is where the schema of scenarios stands;
// the contract has the API's versions, and what a record is in each.
func NewParser(schemas fs.FS, c *contract.Contract) (*Parser, error) {
	m, err := contract.Standalone(schemas, "fixtures/scenario.json", "")
	if err != nil {
		return nil, err
	}
	p := &Parser{m, c.Versions(), map[model.Version]any{}}
	for _, v := range p.versions {
		p.records[v] = c.Model(v, model.ModelCustomerLocation).Everything()
	}
	return p, nil
}

// Parse reads a scenario from a decoded tree, which stands in a file at a
// JSON pointer. The scenario is nil where there are errors.
func (p *Parser) Parse(file, pointer string, tree any) (*Scenario, jsonx.Diagnostics) {
	if diags := p.model.Diagnostics(file, pointer, tree); len(diags) > 0 {
		return nil, diags
	}
	r := &reading{Parser: p, file: file}
	s := r.scenario(at{r, pointer, tree})
	if r.diags.Len() > 0 {
		return nil, r.diags.Diagnostics()
	}
	return s, nil
}

// reading is one tree on its way into a scenario. The schema has said yes, so
// only what a schema cannot say is left to ask.
type reading struct {
	*Parser
	file     string
	diags    jsonx.Collector
	patterns pattern.Set
}

// at is a place in the tree; where there is nothing its value is nil.
type at struct {
	r       *reading
	pointer string
	v       any
}

func (a at) diag(rule string, args ...any) {
	var shown []byte
	if a.v != nil && !a.r.diags.Full() {
		shown, _ = jsonx.AppendJSON(nil, a.v)
	}
	if len(shown) > 80 {
		shown = nil
	}
	a.r.diags.Add(jsonx.Diagnostic{File: a.r.file, Pointer: a.pointer, Value: string(shown), Rule: fmt.Sprintf(rule, args...)})
}

func (a at) has(name string) bool {
	object, _ := a.v.(map[string]any)
	_, ok := object[name]
	return ok
}

// member returns the place of an object's member.
func (a at) member(name string) at {
	object, _ := a.v.(map[string]any)
	v := object[name]
	if strings.ContainsAny(name, "~/") {
		name = jsonx.Escape(name)
	}
	return at{a.r, a.pointer + "/" + name, v}
}

// names returns the names of an object's members, sorted.
func (a at) names() []string {
	object, _ := a.v.(map[string]any)
	return slices.Sorted(maps.Keys(object))
}

func (a at) items() []at {
	list, _ := a.v.([]any)
	items := make([]at, len(list))
	for i, v := range list {
		items[i] = at{a.r, a.pointer + "/" + strconv.Itoa(i), v}
	}
	return items
}

func (a at) text() string { return jsonx.Text(a.v) }

func (a at) yes() bool { return a.v == true }

// integer returns a whole number, or nil where there is none.
func (a at) integer() *int64 {
	if a.v == nil {
		return nil
	}
	n, err := strconv.ParseInt(fmt.Sprint(a.v), 10, 64)
	if err != nil {
		a.diag("must be written as a whole number of at most 64 bits")
	}
	return &n
}

// count returns a whole number that the schema says is not negative, 0 where
// there is none.
func (a at) count() uint64 {
	if n := a.integer(); n != nil {
		return uint64(*n)
	}
	return 0
}

// duration returns a pause, 0 where there is none.
func (a at) duration() time.Duration { return a.upTo(MaxDelay) }

func (a at) upTo(most time.Duration) time.Duration {
	if a.v == nil {
		return 0
	}
	d, err := time.ParseDuration(a.text())
	if err != nil || d > most {
		a.diag("must be at most %s", most)
		return most
	}
	return d
}

func (a at) version() model.Version {
	v := model.Version(a.text())
	if a.v != nil && !slices.Contains(a.r.versions, v) {
		a.diag("is no API version; they are %s", strings.Trim(fmt.Sprint(a.r.versions), "[]"))
	}
	return v
}

// token is RFC 9110's form of a field name.
var token = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

// maxToken is the length of the longest name of a header field. The pattern
// could ask for it, and would take a millisecond of every start.
const maxToken = 128

func isToken(name string) bool { return len(name) <= maxToken && token.MatchString(name) }

func (r *reading) scenario(a at) *Scenario {
	s := &Scenario{Name: a.member("name").text(), Description: a.member("description").text(), On: a.member("on").yes()}
	limit := a.member("limit")
	s.Limit.Times = limit.member("times").count()
	if until := limit.member("until"); until.v != nil {
		t, err := model.ParseInstant(until.text())
		if err != nil {
			until.diag("%v", err)
		}
		s.Limit.Until = &t
	}
	s.when = r.when(a.member("when"))
	s.then = r.then(a.member("then"))
	var err error
	if s.text, err = jsonx.AppendJSON(nil, a.v); err != nil {
		a.diag("%v", err)
	}
	s.size = s.sizeOf() + r.patterns.Bytes()
	return s
}

func (r *reading) when(a at) when {
	w := when{
		method:   a.member("method").text(),
		customer: a.member("customer_id").integer(), location: a.member("customer_location_id").integer(),
		client: a.member("client_id").text(), session: a.member("session").text(),
		tenant: a.member("tenant").integer(), version: a.member("version").version(),
		nth: a.member("nth").count(), first: a.member("first").count(), every: a.member("every").count(),
	}
	counts := 0
	for _, name := range []string{"nth", "first", "every"} {
		if a.has(name) {
			counts++
		}
	}
	if counts > 1 {
		a.diag("takes one of nth, first and every")
	}
	if p := a.member("probability"); p.v != nil {
		n, _ := p.v.(json.Number)
		f, err := n.Float64()
		if err != nil || f <= 0 {
			p.diag("must be a number above 0; a scenario that never happens is best left out")
		}
		w.probability = &f
	}
	fields := a.member("headers")
	names := fields.names()
	if len(names) > maxFields {
		fields.diag("must have %d names at most", maxFields)
		names = nil
	}
	for _, name := range names {
		if c, ok := r.headerCondition(name, fields.member(name)); ok {
			w.headers = append(w.headers, c)
		}
	}
	return w
}

func (r *reading) headerCondition(name string, a at) (headerCondition, bool) {
	c := headerCondition{name: http.CanonicalHeaderKey(name)}
	if !isToken(name) {
		a.diag("%.80q is no name of a header field", name)
		return c, false
	}
	if s, ok := a.v.(string); ok {
		c.equals = &s
	} else if names := a.names(); len(names) != 1 {
		a.diag("takes one of equals, matches and present")
		return c, false
	}
	if e := a.member("equals"); e.v != nil {
		s := e.text()
		c.equals = &s
	}
	if m := a.member("matches"); m.v != nil {
		var err error
		if c.matches, err = r.patterns.Compile(m.text()); err != nil {
			m.diag("%v", err)
		}
	}
	if p := a.member("present"); p.v != nil {
		yes := p.yes()
		c.present = &yes
	}
	if c.name == "Authorization" && c.present == nil {
		// An error shows its value, and this one may be a secret.
		a.v = nil
		a.diag("takes present only: scenarios are shown and saved, and a token is a secret; name its holder with client_id")
	}
	return c, true
}
