package admin

import (
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/session"
)

// Session is how the admin API shows a session.
type Session struct {
	ID      string    `json:"id"`
	Name    string    `json:"name,omitempty"`
	BaseURL string    `json:"base_url"`
	Created time.Time `json:"created"`
	Used    time.Time `json:"used"`
	TTL     string    `json:"ttl,omitempty"`
	Clock   Clock     `json:"clock"`
	IDs     IDs       `json:"request_ids"`
	Changed int       `json:"changed_records"`
	Bytes   int64     `json:"held_bytes"`
	On      []string  `json:"scenarios_on,omitempty"`
	// Allowed is what the session's requests do on purpose.
	Allowed []string `json:"allowed,omitempty"`
	// Stale is set where the fixtures have changed since the session began; a
	// reset brings it up to date.
	Stale bool `json:"fixtures_are_old"`
	// Lost is how many exchanges the journal let go of.
	Lost uint64 `json:"journal_lost"`
}

func (d *Admin) show(r *http.Request, n *session.Session) Session {
	s := Session{
		ID: n.Spec.ID, Name: n.Spec.Name, BaseURL: d.baseURL(r, n), Created: n.Created, Used: n.Used(),
		Clock: showClock(n), IDs: showIDs(n), Changed: n.Store.Changed(), Bytes: n.Bytes(), Stale: d.Sessions.Stale(n), Lost: d.Journal.Lost(n.Spec.ID),
		Allowed: n.Spec.Allowed.Words(),
	}
	for _, on := range n.Scenarios().Switched() {
		s.On = append(s.On, on.Name)
	}
	if n.Spec.ID != session.DefaultID {
		s.TTL = d.Sessions.TTL(n).String()
	}
	return s
}

// baseURL returns the URL under which the API answers in a session, as the
// client reaches it.
func (d *Admin) baseURL(r *http.Request, n *session.Session) string {
	base := d.Scheme + "://" + r.Host
	if api, ok := d.API.(*net.TCPAddr); ok {
		host := api.IP.String()
		if api.IP.IsUnspecified() {
			host = (&url.URL{Host: r.Host}).Hostname()
		}
		base = d.Scheme + "://" + net.JoinHostPort(host, strconv.Itoa(api.Port))
	}
	if n.Spec.ID == session.DefaultID {
		return base
	}
	return base + "/_s/" + n.Spec.ID
}

func (d *Admin) listSessions(r *request) (any, error) {
	list := []Session{}
	for _, n := range d.Sessions.List() {
		list = append(list, d.show(r.Request, n))
	}
	return map[string]any{"sessions": list, "limit": d.Sessions.Limit()}, nil
}

func (d *Admin) createSession(r *request) (any, error) {
	spec, err := d.spec(r.body)
	if err != nil {
		return nil, err
	}
	n, err := d.Sessions.Create(spec)
	if err != nil {
		return nil, err
	}
	return created{d.show(r.Request, n)}, nil
}

// sessionBody is what a session is to be made of.
type sessionBody struct {
	ID, Name, TTL string
	Clock         *clockBody
	RequestIDs    idsBody `json:"request_ids"`
	Fixtures      map[string]any
	Scenarios     []any
	Seed          json.Number
	Allowed       []string
}

// spec reads what a session is to be made of.
func (d *Admin) spec(doc map[string]any) (spec session.Spec, err error) {
	// The document is kept, so that the session can be made again elsewhere.
	if spec.Made, err = json.Marshal(doc); err != nil {
		return spec, err
	}
	body, err := decode[sessionBody](spec.Made)
	if err != nil {
		return spec, err
	}
	spec.ID, spec.Name = body.ID, body.Name
	if body.TTL != "" {
		if spec.TTL, err = duration("/ttl", body.TTL, time.Second); err != nil {
			return spec, err
		}
		if most := d.Sessions.MaxTTL(); spec.TTL > most {
			return spec, bad("/ttl", body.TTL, "must be at most "+most.String()+", which the server's --session-ttl allows")
		}
	}
	if body.Clock != nil {
		if spec.Clock, err = body.Clock.setting("/clock"); err != nil {
			return spec, err
		}
	}
	if spec.IDs, err = body.RequestIDs.setting("/request_ids"); err != nil {
		return spec, err
	}
	files := d.Sessions.Fixtures()
	if body.Fixtures != nil {
		change, err := files.Patch("fixtures", body.Fixtures, fixture.Current{Choices: files.Choices}, d.Schemas, d.Contract, d.now(spec.Clock))
		if err != nil {
			return spec, err
		}
		spec.Records, spec.Choices = change.Records, change.Choices
	}
	if spec.Scenarios, err = d.readScenarios(files, body.Scenarios); err != nil {
		return spec, err
	}
	if body.Seed != "" {
		if spec.Seed, err = seed("/seed", body.Seed); err != nil {
			return spec, err
		}
	}
	for _, word := range body.Allowed {
		spec.Allowed.Allow(word) // the schema has the words
	}
	return spec, nil
}

// Remake makes a session what a document for POST /sessions says.
func (d *Admin) Remake(n *session.Session, made []byte) error {
	doc, err := d.parse("session", made, "session")
	if err != nil {
		return err
	}
	spec, err := d.spec(doc)
	if err != nil {
		return err
	}
	return d.Sessions.Remake(n, spec)
}

// now returns the time by a setting, for the rules about the past.
func (d *Admin) now(c session.ClockSetting) time.Time {
	switch c.Mode {
	case session.ClockFrozen, session.ClockStep:
		return c.At
	case session.ClockOffset:
		return d.Sessions.Now().Add(c.Offset)
	}
	return d.Sessions.Now()
}

func (d *Admin) getSession(r *request) (any, error) { return d.show(r.Request, r.session), nil }

func (d *Admin) dropSession(r *request) (any, error) { return nil, d.Sessions.Drop(r.session.Spec.ID) }
