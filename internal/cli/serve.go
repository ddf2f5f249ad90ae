package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"strconv"
	"time"

	"dispatchmock/internal/cli/command"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/mock"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/quota"
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
	scenarios   []string
	tls         tlsFlag
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
	f.tls.add(flags)
	f.adminFlags.add(flags)
}

// addScenarios adds the flag of the scenarios that are on from the start.
func (f *serverFlags) addScenarios(flags *pflag.FlagSet) {
	flags.StringSliceVar(&f.scenarios, "scenario", nil, "switch on the scenario `NAME` in the default session, from the start (repeatable)")
}

// findScenarios returns the scenarios that the flag names.
func (f *serverFlags) findScenarios(files *fixture.Fixtures) ([]*scenario.Scenario, error) {
	if len(f.scenarios) > quota.ScenariosOn/2 {
		return nil, command.Misusef("--scenario: names %d scenarios; at most %d can be on from the start", len(f.scenarios), quota.ScenariosOn/2)
	}
	catalogue := cmp.Or(files.Scenarios, scenario.NewCatalogue(nil))
	var found []*scenario.Scenario
	if f.scenarios != nil && len(f.scenarios) == 0 {
		return nil, command.Misusef("--scenario: must be a name, and is empty")
	}
	for _, name := range f.scenarios {
		sc, ok := catalogue.Get(name)
		if !ok {
			return nil, command.Misusef("--scenario: %s (see dispatchmock help scenarios)", catalogue.Unknown(name))
		}
		found = append(found, sc)
	}
	return found, nil
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
	f.addScenarios(flags)
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
	if err := f.tls.load(&io, f.listen); err != nil {
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
	if err := f.start(ctx, io, s, f.listen); err != nil {
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
	scenarios, err := f.findScenarios(files)
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
			Default: session.Spec{Clock: f.clock.Setting(), IDs: f.ids.Setting(), Scenarios: scenarios, Made: made}},
		CORS: contract.CORS(f.cors), AnyToken: f.auth == "any", OnViolation: mock.OnViolation(f.onViolation),
		Journal: f.limits(), Admin: f.settings(schemaFiles), TLS: f.tls.config,
	}, nil
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
