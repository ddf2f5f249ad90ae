package cli

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/shell"
)

// greeting is what a newcomer needs: a headline, and rows of a label and a text.
// It is printed at once, so that whoever reads the address can read the rest.
type greeting struct{ strings.Builder }

func (g *greeting) row(label, format string, args ...any) {
	fmt.Fprintf(g, "  %-9s %s\n", label, fmt.Sprintf(format, args...))
}

// addFlags adds what the flags say beside their defaults.
func (f *serveFlags) addFlags(g *greeting) {
	if f.fixtures != "" {
		g.row("fixtures", "%s", f.fixtures)
	}
	if f.schemas != "" {
		g.row("schemas", "%s", f.schemas)
	}
	if f.tls.authority != nil {
		path := f.tls.authority.Path()
		g.row("trust", "curl --cacert %s; NODE_EXTRA_CA_CERTS=%s; a browser imports the file as an authority", path, path)
	}
	if f.auth == "any" {
		g.row("tokens", "any well-formed one is a Dispatcher of every tenant")
	}
	if len(f.scenarios) > 0 {
		g.row("scenarios", "%s", strings.Join(f.scenarios, ", "))
	}
	if f.clock.At != nil {
		g.row("clock", "frozen at %s", f.clock.String())
	}
}

// addAdmin adds where the admin API is, and who may use it; beside says more of
// one on the listener of the API.
func (f *serveFlags) addAdmin(g *greeting, s *app.Server, beside string) {
	switch admin := s.AdminURL(); {
	case admin != "": // on a listener of its own
		g.row("console", "%s/_mock/", admin)
	case f.admin != "off":
		g.row("console", "%s/_mock/%s", s.URL(), beside)
	}
	g.row("admin", "%s", f.access(s.Access()))
}

// addCaution adds that other machines can reach the address, where they can.
func (g *greeting) addCaution(s *app.Server) {
	if host, _, _ := net.SplitHostPort(s.Addr().String()); !net.ParseIP(host).IsLoopback() {
		g.row("caution", "other machines can reach this address")
	}
}

// end returns the text.
func (g *greeting) end() string { return g.String() + "Stop it with Ctrl-C.\n" }

func (f *serveFlags) greeting(s *app.Server, c *contract.Contract, mock *store.Store) string {
	url := s.URL()
	if f.quiet {
		return terse(s)
	}
	g := &greeting{}
	base, ops, versions := mock.Base(), c.Operations(), c.Versions()
	fmt.Fprintf(g, "Dispatchmock %s, a mock of the CRO Software Dispatch API\n", version())
	g.row("address", "%s", url)
	f.addAdmin(g, s, "")
	g.row("endpoint", "%s %s (GET reads the record back)", ops[0].Method, ops[0].Path)
	g.row("data set", "%s, %s, %s, %s (%s to %s)", jsonx.Count(base.Records(), "record"), jsonx.Count(base.Tenants(), "tenant"),
		jsonx.Count(len(base.Clients()), "client"), jsonx.Count(len(versions), "API version"), versions[0], versions[len(versions)-1])
	f.addFlags(g)
	g.addCaution(s)
	g.row("try", "%s", f.sample(url, ops[0], mock))
	return g.end()
}

// sample returns a curl command that succeeds.
func (f *serveFlags) sample(url string, op *contract.Operation, w *store.Store) string {
	first, token := f.caller(op, w)
	if token == "" {
		return "nothing: no client of the fixtures may deactivate any of their records"
	}
	trust := ""
	if f.tls.authority != nil {
		trust = " --cacert " + shell.QuoteForAll(f.tls.authority.Path())
	}
	return fmt.Sprintf(`curl -i%s -X %s -H %s -H "x-tenant-id: %d" %s/customers/%d/locations/%d`,
		trust, op.Method, shell.QuoteForAll("Authorization: Bearer "+token), first.Tenant, url, first.Customer, first.Location)
}

// caller returns the first record, by its identifiers, that some client may
// perform the operation on, and the client's token, or "".
func (f *serverFlags) caller(op *contract.Operation, w *store.Store) (first store.Key, token string) {
	for _, k := range w.Base().Keys() {
		if r, _ := w.Record(k); !r.Active {
			continue
		}
		if token = f.tokenOf(k.Tenant, op, w.Base()); token != "" {
			return k, token
		}
	}
	return store.Key{}, ""
}

// tokenOf returns a token that may perform the operation in a tenant, or "".
func (f *serverFlags) tokenOf(tenant int64, op *contract.Operation, base *store.Base) string {
	if f.auth == "any" {
		return "any-token"
	}
	for _, c := range base.Clients() {
		if c.HasAny(op.Roles) && c.Sees(tenant) {
			return c.Token
		}
	}
	return ""
}

// greeting says where the proxy is, and what it does.
func (f *proxyFlags) greeting(s *app.Server, target *url.URL) string {
	if f.quiet {
		return terse(s)
	}
	g := &greeting{}
	fmt.Fprintf(g, "Dispatchmock %s, a proxy that validates by the contract of the CRO Software Dispatch API\n", version())
	g.row("address", "%s", s.URL())
	g.row("target", "%s", target.Redacted())
	if f.fallback == "mock" {
		g.row("fallback", "the mock, where the target cannot be reached")
	}
	if f.record != "" {
		g.row("record", "%s", f.record)
	}
	f.addFlags(g)
	f.addAdmin(g, s, ", which is not passed on")
	g.addCaution(s)
	return g.end()
}

// terse is what a script reads: the address, and on a line of its own that of
// the admin API, where it has another.
func terse(s *app.Server) string {
	if admin := s.AdminURL(); admin != "" {
		return s.URL() + "\n" + admin + "\n"
	}
	return s.URL() + "\n"
}
