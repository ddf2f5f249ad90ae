package contract

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/model"
)

// Route is where a request goes, and what it asks for there. It is found once
// for each request, and everything that needs it reads it here.
type Route struct {
	// Operation is that of the method and the path; nil where there is none.
	Operation *Operation
	// Resource is the path's first operation, whatever the method; nil where
	// the contract has no such path.
	Resource *Operation
	// Parameters are those of the path, unescaped.
	Parameters map[string]string
	// Slash is set where the path ends with a slash.
	Slash bool

	Inputs
}

// Inputs are what a request asks for, by the rules of its header fields and
// path parameters.
type Inputs struct {
	// Headers and Path are the rules that the request breaks.
	Headers, Path []exchange.Violation
	// Each integer is there where the request has it and keeps its rules.
	Tenant, Customer, Location Integer
}

// Integer is an input of at most 64 bits.
type Integer struct {
	Value int64
	OK    bool
}

// Is reports an input of that value.
func (i Integer) Is(n int64) bool { return i.OK && i.Value == n }

// The inputs that name a record, as the schemas spell them.
const (
	tenantHeader      = "x-tenant-id"
	customerParameter = "customer_id"
	locationParameter = "customer_location_id"
)

// slash is the last part of each route's path: both spellings are served,
// without a redirect (I: the page's heading has no slash, its sample has one).
const slash = "slash"

// router finds operations by path and method.
type router struct {
	mux *mux.Router
	at  map[*mux.Route][]*Operation
}

// newRouter makes the routes of the operations: one for each path.
func newRouter(operations []*Operation) (*router, error) {
	r := &router{mux: mux.NewRouter().SkipClean(true).UseEncodedPath(), at: map[*mux.Route][]*Operation{}}
	paths := map[string]*mux.Route{}
	for _, op := range operations {
		route := paths[op.Path]
		if route == nil {
			route = r.mux.Path(op.Path + "{" + slash + ":/?}")
			if err := route.GetError(); err != nil {
				return nil, err
			}
			paths[op.Path] = route
		}
		r.at[route] = append(r.at[route], op)
	}
	return r, nil
}

// Route finds where a request goes.
func (c *Contract) Route(r *http.Request) Route {
	var match mux.RouteMatch
	if !c.router.mux.Match(r, &match) {
		return Route{}
	}
	operations := c.router.at[match.Route]
	found := Route{Resource: operations[0], Parameters: match.Vars, Slash: match.Vars[slash] != ""}
	delete(match.Vars, slash)
	for name, text := range match.Vars {
		if strings.IndexByte(text, '%') >= 0 {
			if plain, err := url.PathUnescape(text); err == nil {
				match.Vars[name] = plain
			}
		}
	}
	for _, op := range operations {
		if op.Method == r.Method {
			found.Operation = op
		}
	}
	return found
}

// Read validates the request's header fields and path parameters by the rules
// that an operation has in version v, and reads from them what is asked for.
func (r *Route) Read(op *Operation, v model.Version, h http.Header) {
	r.Inputs = Inputs{Headers: op.ValidateHeaders(v, h)}
	text, _ := HeaderText(h, http.CanonicalHeaderKey(tenantHeader))
	r.Tenant = integerOf(text, r.Headers, tenantHeader)
	if r.Resource == nil {
		return
	}
	r.Path = op.ValidatePath(v, r.Parameters)
	r.Customer = integerOf(r.Parameters[customerParameter], r.Path, customerParameter)
	r.Location = integerOf(r.Parameters[locationParameter], r.Path, locationParameter)
}

// integerOf reads an input where it breaks no rule.
func integerOf(text string, broken []exchange.Violation, name string) Integer {
	for i := range broken {
		if broken[i].Pointer == "/"+name {
			return Integer{}
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return Integer{n, err == nil}
}
