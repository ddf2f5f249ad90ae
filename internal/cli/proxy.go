package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dispatchmock/internal/cli/command"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/coverage"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/proxy"
	"dispatchmock/internal/report"
)

// proxyFlags are the flags of proxy.
type proxyFlags struct {
	serveFlags
	recordFlags
	report   reportFlag
	target   string
	ca       string
	timeout  time.Duration
	keepHost bool
	fallback string
	ignore   []string
	fails    bool
}

func newProxy(io streams) *cobra.Command {
	f := &proxyFlags{serveFlags: serveFlags{serverFlags: newServerFlags(), log: "text"}, fallback: "none"}
	cmd := &cobra.Command{
		Use:        "proxy --target URL",
		SuggestFor: []string{"record", "forward"},
		Short:      "Pass traffic to a real server, and validate it in both directions",
		Long: "Proxy passes each request to the server of --target and each answer back, as they came, and validates both by the\n" +
			"contract. What it saw is in the journal, behind the admin API and in the console; with --record it becomes\n" +
			"fixtures that serve loads, and golden exchanges.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), io) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.target, "target", "", "pass requests to the server at `URL`; its paths follow the URL's own path")
	flags.StringVar(&f.listen, "listen", defaultAddress, "listen on `HOST:PORT`; port 0 picks a free one")
	flags.StringVar(&f.ca, "ca", "", "trust the certificates in the PEM file `PATH` (default: the system's)")
	flags.DurationVar(&f.timeout, "timeout", 30*time.Second, "how long connecting and the head of an answer may take, each (`DURATION`)")
	flags.BoolVar(&f.keepHost, "keep-host", false, "pass the client's Host on, in the place of the target's")
	flags.Var(command.OneOf(&f.fallback, "none", "mock"), "fallback", "what answers where the target cannot be reached: nothing (502), or the mock")
	f.recordFlags.add(flags)
	flags.StringArrayVar(&f.ignore, "ignore", nil, "pass over violations at or below `POINTER`, such as /headers/Server or /body/addresses/*/country (repeatable)")
	flags.BoolVar(&f.fails, "fail-on-violation", false, "exit with 1 when the target broke the contract, answered nothing, or with a body that could not be validated")
	f.report.add(flags, report.Proxy)
	f.sources.add(flags)
	flags.Var(command.OneOf(&f.cors, "documented", "relaxed"), "cors", "by which CORS headers answers are validated, and the mock answers")
	f.tls.add(flags)
	f.adminFlags.add(flags)
	flags.Var(command.OneOf(&f.log, "text", "json"), "log", "form of the log on standard error")
	flags.BoolVar(&f.quiet, "quiet", false, "print the address alone (and that of the admin API, if it has another), and log only what goes wrong at the target")
	return cmd
}

// check reads what the flags say of the target.
func (f *proxyFlags) check(ctx context.Context, s *streams) (proxy.Options, error) {
	o := proxy.Options{Timeout: f.timeout, KeepHost: f.keepHost, CORS: contract.CORS(f.cors), Ignore: f.ignore, Quiet: f.quiet}
	if f.target == "" {
		return o, command.Misusef("name the server with --target URL, such as --target https://api.example.com")
	}
	var err error
	if o.Target, err = serverURL("--target", f.target); err != nil {
		return o, err
	}
	if err := checkAddress(f.listen); err != nil {
		return o, command.Misusef("--listen %q: %w", f.listen, err)
	}
	if err := f.tls.load(s, f.listen); err != nil {
		return o, err
	}
	if isSelf(o.Target, f.listen) {
		return o, command.Misusef("--target %s is where the proxy itself listens; choose another address with --listen HOST:PORT", f.target)
	}
	if f.timeout <= 0 {
		return o, command.Misusef("--timeout must be more than nothing, such as 30s")
	}
	for _, pointer := range f.ignore {
		if !strings.HasPrefix(pointer, "/") {
			return o, command.Misusef("--ignore %q: must be a JSON pointer such as /headers/Server or /body/name", pointer)
		}
	}
	if o.CAs, err = authorities(ctx, f.ca); err != nil {
		return o, err
	}
	return o, f.adminFlags.check(ctx, s)
}

// isSelf reports a target that is where the proxy listens: each request would
// come back to it without end.
func isSelf(target *url.URL, listen string) bool {
	host, port, err := net.SplitHostPort(listen)
	there := target.Port()
	if there == "" {
		there = map[string]string{"http": "80", "https": "443"}[target.Scheme]
	}
	if err != nil || port != there || port == "0" {
		return false
	}
	if a, b := net.ParseIP(target.Hostname()), net.ParseIP(host); a != nil && b != nil && !b.IsUnspecified() {
		return a.Equal(b)
	}
	near := func(host string) bool { return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback() }
	every := host == "" || net.ParseIP(host).IsUnspecified()
	return strings.EqualFold(target.Hostname(), host) || near(target.Hostname()) && (near(host) || every)
}

// passStop is how long requests in flight may take after a signal: something of
// the second is left to write what was recorded.
const passStop = 600 * time.Millisecond

func (f *proxyFlags) run(ctx context.Context, io streams) error {
	o, err := f.check(ctx, &io)
	if err != nil {
		return err
	}
	reports, err := f.report.open(io, map[string]string{"--fixtures": f.fixtures, "--schemas": f.schemas, "--ca": f.ca}, report.NewTally(report.ProxyGates(f.fails)))
	if err != nil {
		return err
	}
	defer reports.close()
	c, files, err := f.load(ctx, time.Now(), io.err)
	if err != nil {
		return err
	}
	o.Contract, o.Log = c, slog.New(f.handler(io.err))
	keeper, err := f.keeper(ctx, c, o.Log, io)
	if err != nil {
		return err
	}
	o.Passed = keeper.passed()
	seen := &tally{target: o.Target.Redacted()}
	recorded := func(x *exchange.Exchange) {
		seen.count(x)
		reports.record(x)
	}
	var through *proxy.Proxy
	s, err := f.server(ctx, io, c, files, o.Log, recorded, func(d app.Deps) http.Handler {
		through = f.build(o, d)
		return through
	})
	if err != nil {
		return err
	}
	defer through.Close()
	started := time.Now()
	if f.quiet { // before what a script waits for
		f.logAccess(o.Log, s.Access())
	}
	fmt.Fprint(io.out, f.greeting(s, o.Target))
	keeper.begin()
	select {
	case <-s.Done():
		return errors.Join(s.Err(), keeper.end(io.out, f.quiet))
	case <-ctx.Done():
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), passStop)
	defer cancel()
	err = s.Shutdown(limited)
	if !f.quiet {
		fmt.Fprint(io.out, seen.summary())
	}
	run := &report.Run{Tool: report.Proxy, Version: version(), Target: seen.target, URL: s.URL(), Started: started, Took: time.Since(started),
		Summary: seen.predicate(), Operations: report.Operations(c), Coverage: s.Coverage().Report("", coverage.Through(s.URL()))}
	reports.tally.Into(run)
	run.DemandAnswers(f.fails, seen.passed.Load())
	err = errors.Join(err, keeper.end(io.out, f.quiet), reports.write(run))
	if f.fails {
		err = errors.Join(err, seen.failure())
	}
	return err
}

// build returns the proxy with what its server has.
func (f *proxyFlags) build(o proxy.Options, d app.Deps) *proxy.Proxy {
	o.Home, o.Redactor, o.Record = d.Home, d.Redactor, d.Record
	if f.fallback == "mock" {
		o.Fallback = d.Mock
	}
	return proxy.New(o)
}

// server starts the server in which the proxy stands.
func (f *proxyFlags) server(ctx context.Context, io streams, c *contract.Contract, files *fixture.Fixtures, log *slog.Logger, recorded func(*exchange.Exchange), handler func(app.Deps) http.Handler) (*app.Server, error) {
	schemaFiles, err := f.schemaFiles()
	if err != nil {
		return nil, err
	}
	s, err := app.New(app.Options{
		Contract: c,
		Sessions: session.Options{Fixtures: files, Now: time.Now, NewID: uuid.New, Limit: f.sessions, TTL: f.sessionTTL},
		CORS:     contract.CORS(f.cors), OnViolation: mock.OnViolation(f.onViolation),
		Log: log, Quiet: f.quiet, Journal: f.limits(), Admin: f.settings(schemaFiles), Recorded: recorded, Handler: handler, TLS: f.tls.config,
	})
	if err != nil {
		return nil, err
	}
	if err := f.start(ctx, io, s, f.listen); err != nil {
		return nil, err
	}
	return s, nil
}
