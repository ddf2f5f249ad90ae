package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"dispatchmock/internal/cli/command"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/mock"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/mock/store"
)

// defaultAddress is the address of the page's samples (P).
const defaultAddress = command.DefaultAddress

// stopWithin is how long requests in flight may take after a signal.
const stopWithin = 900 * time.Millisecond

const (
	// manyRecords is how many records are worth a collection after loading.
	manyRecords = 10_000
	// fewRecordsGC is how much garbage fewer may make before it is
	// collected, in percent of what lives.
	fewRecordsGC = 25
)

// serverFlags say what a server is made of.
type serverFlags struct {
	sources
	adminFlags
	clock       command.Clock
	ids         command.RequestIDs
	cors        string
	auth        string
	onViolation string
}

func newServerFlags() serverFlags {
	return serverFlags{cors: "documented", auth: "fixtures", onViolation: "fail"}
}

func (f *serverFlags) add(flags *pflag.FlagSet) {
	flags.Var(&f.clock, "clock", "freeze the clock at a time of RFC 3339, such as 2022-08-20T01:38:16Z")
	flags.Var(&f.ids, "request-ids", "where new request IDs come from; a seed repeats its sequence")
	flags.Var(command.OneOf(&f.cors, "documented", "relaxed"), "cors", "CORS headers as documented, or such that a page may also send and read the version and the request ID")
	flags.Var(command.OneOf(&f.auth, "fixtures", "any"), "auth", "whose tokens are good: those of the fixtures, or any well-formed one, as a Dispatcher of every tenant")
	flags.Var(command.OneOf(&f.onViolation, "fail", "report"), "on-violation", "an answer of the mock that breaks the contract becomes a 500, or is sent; both are logged")
	f.adminFlags.add(flags)
}

// serveFlags are the flags of serve.
type serveFlags struct {
	serverFlags
	listen  string
	log     string
	quiet   bool
	watches bool
}

func newServe(io streams) *cobra.Command {
	f := &serveFlags{serverFlags: newServerFlags(), log: "text"}
	cmd := &cobra.Command{
		Use:        "serve",
		SuggestFor: []string{"start", "run", "up"},
		Short:      "Serve the mock (the default command)",
		Args:       noArguments,
		RunE:       func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), io) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.listen, "listen", defaultAddress, "listen on `HOST:PORT`; port 0 picks a free one")
	f.sources.add(flags)
	flags.BoolVar(&f.watches, "watch", false, "read the fixtures again whenever a file of --fixtures changes")
	f.serverFlags.add(flags)
	flags.Var(command.OneOf(&f.log, "text", "json"), "log", "form of the log on standard error")
	flags.BoolVar(&f.quiet, "quiet", false, "print the address alone (and that of the admin API, if it has another), and log only what goes wrong in the mock")
	return cmd
}

func (f *serveFlags) run(ctx context.Context, io streams) error {
	if err := checkAddress(f.listen); err != nil {
		return command.Misusef("--listen %q: %w", f.listen, err)
	}
	if err := f.check(ctx, &io); err != nil {
		return err
	}
	if f.watches && f.fixtures == "" {
		return command.Misusef("--watch needs --fixtures DIR: the embedded data set does not change")
	}
	o, err := f.options(ctx, io)
	if err != nil {
		return err
	}
	log := slog.New(f.handler(io.err))
	o.Log, o.Quiet = log, f.quiet
	s, err := app.New(o)
	if err != nil {
		return err
	}
	if err := f.start(s, f.listen); err != nil {
		return err
	}
	c, files := o.Contract, o.Sessions.Fixtures
	if files.Base.Records() > manyRecords {
		// Loading leaves as much behind as it made.
		go debug.FreeOSMemory()
	} else {
		// A mock of few records is to stay small beside the tests that drive it.
		debug.SetGCPercent(fewRecordsGC)
	}
	if f.watches {
		if err := f.watch(ctx, c, s.Sessions(), log); err != nil {
			return err
		}
	}
	if f.quiet { // before what a script waits for
		f.logAccess(log, s.Access())
	}
	fmt.Fprint(io.out, f.greeting(s, c, s.Sessions().Default().Store))
	select {
	case <-s.Done():
		return s.Err()
	case <-ctx.Done():
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	return s.Shutdown(limited)
}

// options reads the files and returns what a server is made of.
func (f *serverFlags) options(ctx context.Context, io streams) (app.Options, error) {
	c, files, err := f.load(ctx, f.clock.Now(), io.err)
	if err != nil {
		return app.Options{}, err
	}
	made, err := f.made()
	if err != nil {
		return app.Options{}, err
	}
	schemaFiles, err := f.schemaFiles()
	if err != nil {
		return app.Options{}, err
	}
	return app.Options{
		Contract: c,
		Sessions: session.Options{Fixtures: files, Now: time.Now, NewID: uuid.New, Limit: f.sessions, TTL: f.sessionTTL,
			Default: session.Spec{Clock: f.clock.Setting(), IDs: f.ids.Setting(), Made: made}},
		CORS: contract.CORS(f.cors), AnyToken: f.auth == "any", OnViolation: mock.OnViolation(f.onViolation),
		Journal: f.limits(), Admin: f.settings(schemaFiles),
	}, nil
}

// start starts a server at an address, or says how to choose another.
func (f *serverFlags) start(s *app.Server, address string) error {
	err := s.Start(address)
	if err == nil {
		return nil
	}
	which := "--listen HOST:PORT"
	if s.Admin.Address != "" {
		which += " or --admin HOST:PORT"
	}
	return fmt.Errorf("%w\nchoose another address with %s, such as 127.0.0.1:0, where port 0 picks a free one", err, which)
}

// checkAddress reports what is wrong with an address, as far as its text shows.
func checkAddress(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("must be HOST:PORT, such as %s", defaultAddress)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("the port must be a number from 0 to 65535, as in %s", defaultAddress)
	}
	return nil
}

func (f *serveFlags) handler(w io.Writer) slog.Handler {
	if f.log == "json" {
		return slog.NewJSONHandler(w, nil)
	}
	return slog.NewTextHandler(w, nil)
}

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
	if f.auth == "any" {
		g.row("tokens", "any well-formed one is a Dispatcher of every tenant")
	}
	if f.clock.At != nil {
		g.row("clock", "frozen at %s", f.clock.String())
	}
}

// addAdmin adds where the admin API is, and who may use it; beside says more of
// one on the listener of the API.
func (f *serveFlags) addAdmin(g *greeting, s *app.Server, beside string) {
	switch admin := s.AdminAddr(); {
	case admin != nil: // on a listener of its own
		g.row("console", "%s/_mock/", baseURL(admin))
	case f.admin != "off":
		g.row("console", "%s/_mock/%s", baseURL(s.Addr()), beside)
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
	url := baseURL(s.Addr())
	if f.quiet {
		return terse(url, s.AdminAddr())
	}
	g := &greeting{}
	base, ops, versions := mock.Base(), c.Operations(), c.Versions()
	fmt.Fprintf(g, "Dispatchmock %s, a mock of the CRO Software Dispatch API\n", version)
	g.row("address", "%s", url)
	f.addAdmin(g, s, "")
	g.row("endpoint", "%s %s (GET reads the record back)", ops[0].Method, ops[0].Path)
	g.row("data set", "%s, %s, %s, %s (%s to %s)", plural(base.Records(), "record"), plural(base.Tenants(), "tenant"),
		plural(len(base.Clients()), "client"), plural(len(versions), "API version"), versions[0], versions[len(versions)-1])
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
	return fmt.Sprintf(`curl -i -X %s -H %s -H "x-tenant-id: %d" %s/customers/%d/locations/%d`,
		op.Method, quote("Authorization: Bearer "+token), first.Tenant, url, first.Customer, first.Location)
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

// baseURL returns a URL by which this machine reaches the address.
func baseURL(addr net.Addr) string {
	host, port, _ := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// quote quotes a text for a shell: with double quotes where they do, because
// those are good on Windows too.
func quote(s string) string {
	if strings.ContainsAny(s, "\"$`\\!%") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return `"` + s + `"`
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %s", n, strings.TrimSuffix(noun, "s")+"s")
}
