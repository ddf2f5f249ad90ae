// Package api is the mocked API: its routes, the order of its checks, and what
// each outcome is answered with.
package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gorilla/mux"
	lru "github.com/hashicorp/golang-lru/v2"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/redact"
	"dispatchmock/internal/session"
	"dispatchmock/internal/wire"
	"dispatchmock/internal/world"
)

// Options are what an API is made of; all of them are needed.
type Options struct {
	Contract *contract.Contract
	CORS     contract.CORS
	// AnyToken makes every well-formed token a Dispatcher of every tenant.
	AnyToken bool
}

// API answers the operations of the contract in the session of each request.
type API struct {
	Options
	router  *mux.Router
	bodies  *lru.Cache[bodyKey, *wire.Body]
	calls   sync.Pool
	example atomic.Pointer[example]
}

// New returns an API. What the contract has it serve and it cannot perform is
// returned as contract.Flaws.
func New(o Options) (*API, error) {
	bodies, err := lru.New[bodyKey, *wire.Body](maxBodies)
	if err != nil {
		return nil, err
	}
	a := &API{Options: o, bodies: bodies}
	a.calls.New = func() any { return new(call) }
	if flaws := a.unable(); len(flaws) > 0 {
		return nil, flaws
	}
	a.router = a.routes()
	return a, nil
}

// performs returns what the API does at a method, or nil.
func (a *API) performs(method string) action {
	switch method {
	case http.MethodDelete:
		return a.deactivate
	case http.MethodGet:
		return a.get
	case http.MethodOptions:
		return a.preflight
	}
	return nil
}

// unable returns the operations that are to be served and cannot be.
func (a *API) unable() (flaws contract.Flaws) {
	for i, op := range a.Contract.Operations() {
		rule := ""
		switch {
		case !op.Served:
		case a.performs(op.Method) == nil:
			rule = "the mock performs DELETE, GET and OPTIONS only; with false it answers " + op.Method + " as one that it does not mock"
		case op.Method != http.MethodOptions && !(strings.Contains(op.Path, "{customer_id}") && strings.Contains(op.Path, "{customer_location_id}")):
			rule = "the mock finds records by {customer_id} and {customer_location_id} alone, and " + op.Path + " has not both"
		}
		if rule != "" {
			flaws = append(flaws, contract.Flaw{File: "operations.json", Pointer: fmt.Sprintf("/operations/%d/served", i), Value: "true", Rule: rule})
		}
	}
	return flaws
}

// routes is the route table: every operation of the contract at its path, in
// both spellings, never with a redirect.
func (a *API) routes() *mux.Router {
	router := mux.NewRouter().SkipClean(true).UseEncodedPath()
	for _, op := range a.Contract.Operations() {
		act := a.unserved
		if op.Served {
			act = a.performs(op.Method)
		}
		router.Handle(op.Path+"{slash:/?}", a.operation(op, act)).Methods(op.Method)
	}
	router.NotFoundHandler = a.operation(a.Contract.Otherwise(), a.unknownPath)
	router.MethodNotAllowedHandler = a.operation(a.Contract.Otherwise(), a.wrongMethod)
	return router
}

// action performs an operation: it returns a reply's body or a fault.
type action func(*call) (*wire.Body, *dispatch.Fault)

// call is one request on its way through the API.
type call struct {
	holder
	s  *session.Session
	r  *http.Request
	x  *exchange.Exchange
	op *contract.Operation

	version    dispatch.Version // in force
	asked      dispatch.Version // named by the request, or ""
	client     dispatch.Client
	known      bool // there is a client
	wellFormed bool // the authorization keeps its rule
	key        world.Key
	parameters map[string]string
}

// holder is what the API asks of a ResponseWriter.
type holder interface {
	wire.Holder
	exchange.Carrier
	Session() *session.Session
}

// Identified finds out who asks before next is called, which may be the API or
// a layer around it. The ResponseWriter must hold a reply, an exchange and a
// session.
func (a *API) Identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := a.calls.Get().(*call)
		h := w.(holder)
		*c = call{holder: h, s: h.Session(), r: r, x: h.Exchange()}
		a.identify(c)
		next.ServeHTTP(c, r)
		*c = call{}
		a.calls.Put(c)
	})
}

// ServeHTTP implements http.Handler; it must stand within Identified. The
// router's own ServeHTTP would copy the request to hand on what it found.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var match mux.RouteMatch
	a.router.Match(r, &match)
	w.(*call).parameters = match.Vars
	match.Handler.ServeHTTP(w, r)
}

// operation answers with what the action returns.
func (a *API) operation(op *contract.Operation, act action) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := w.(*call)
		c.r, c.op = r, op
		c.x.Operation = op.Name
		body, fault := act(c)
		if fault != nil {
			a.Refuse(c.s, c.x, fault, c.Reply())
			return
		}
		a.reply(c.s, c.x, http.StatusOK, "", body, c.Reply())
	})
}

// identify finds out who asks, in which version, and under which request ID:
// what every answer needs, whatever becomes of the request.
func (a *API) identify(c *call) {
	h := c.r.Header
	oldest := a.Contract.Oldest()
	c.version = oldest
	if text, ok := contract.HeaderText(h, "Authorization"); ok && a.Contract.ValidHeader(oldest, "authorization", text) {
		c.wellFormed = true
		_, token, _ := strings.Cut(text, " ")
		c.client, c.known = a.client(c.s, token)
	}
	if c.known {
		c.x.ClientID = c.client.ID
		if v := c.s.World.Pinned(c.client.ID); v != "" {
			c.version, c.x.VersionPinned = v, string(v)
		}
	}
	if text, ok := contract.HeaderText(h, "X-Api-Version"); ok && a.Contract.Has(dispatch.Version(text)) {
		c.asked = dispatch.Version(text)
		c.version, c.x.VersionAsked = c.asked, text
	}
	c.x.VersionUsed = string(c.version)
	if text, ok := contract.HeaderText(h, "X-Request-Id"); ok && c.s.Choices().EchoRequestID && a.Contract.ValidHeader(c.version, "x-request-id", text) {
		c.x.RequestID = text
	} else {
		c.x.RequestID = c.s.IDs.New().String()
	}
}

// client returns the client that a token was issued to.
func (a *API) client(s *session.Session, token string) (dispatch.Client, bool) {
	if a.AnyToken {
		return dispatch.Client{Token: token, ID: "any " + redact.Value(token), Roles: []dispatch.Role{dispatch.RoleDispatcher}, AllTenants: true}, true
	}
	return s.World.Base().Client(token)
}

// example is a token that may deactivate, for hints, in the worlds of a base.
type example struct {
	base  *world.Base
	token string
}

// exampleToken returns the first token whose holder may deactivate, or "".
func (a *API) exampleToken(s *session.Session) string {
	base := s.World.Base()
	if e := a.example.Load(); e != nil && e.base == base {
		return e.token
	}
	e := &example{base: base}
	for _, op := range a.Contract.Operations() {
		if op.Method == http.MethodDelete && e.token == "" {
			e.token = firstToken(base.Clients(), op.Roles)
		}
	}
	a.example.Store(e)
	return e.token
}

func firstToken(clients []dispatch.Client, roles []dispatch.Role) string {
	for _, c := range clients {
		if c.HasAny(roles) && len(c.Tenants) > 0 {
			return c.Token
		}
	}
	return ""
}

// unescape unescapes the path's parameters.
func unescape(vars map[string]string) {
	for name, text := range vars {
		if strings.IndexByte(text, '%') >= 0 {
			if plain, err := url.PathUnescape(text); err == nil {
				vars[name] = plain
			}
		}
	}
}
