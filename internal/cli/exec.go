package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dispatchmock/internal/app"
	"dispatchmock/internal/cli/command"
	"dispatchmock/internal/coverage"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
	"dispatchmock/internal/redact"
	"dispatchmock/internal/report"
	"dispatchmock/internal/wire"
)

// execFlags are the flags of exec.
type execFlags struct {
	serverFlags
	report    reportFlag
	listen    string
	allow     []string
	least     float64
	killAfter time.Duration
	consumer  string
	quiet     bool
}

// provider is what Pact files call the API.
const provider = "CRO Software Dispatch API"

func newExec(io streams) *cobra.Command {
	f := &execFlags{serverFlags: newServerFlags()}
	cmd := &cobra.Command{
		Use:        "exec [flags] -- COMMAND [ARGUMENT]…",
		SuggestFor: []string{"test", "with"},
		Short:      "Run a command, such as a test suite, against a mock of its own",
		Long: "Exec starts the mock on a free port, runs the command with DISPATCHMOCK_URL, DISPATCHMOCK_HOST, DISPATCHMOCK_PORT,\n" +
			"DISPATCHMOCK_TOKEN and DISPATCHMOCK_TENANT in its environment (with --tls self NODE_EXTRA_CA_CERTS and SSL_CERT_FILE, too), stops the mock, and ends with the command's exit code\n" +
			"(128 and the signal's number where a signal ended it), or with 1 where the command succeeded and a gate failed: a request\n" +
			"that the contract does not have and no test allowed, a scenario that no test asked for, an answer of the mock's own that\n" +
			"breaks the contract, no request at all, less coverage than demanded. What failed is printed to standard error.",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return command.Misusef("exec needs a command to run, as in: %s -- npm test", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), io, args) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.SetInterspersed(false) // the command's flags are its own
	f.report.add(flags, report.Exec)
	flags.StringSliceVar(&f.allow, "allow", nil, "waive the gate of invalid requests, of simulated answers, or of a run without a request: invalid, simulated or no-requests (`WORD`, repeatable)")
	flags.Float64Var(&f.least, "min-coverage", 0, "demand that `PERCENT` of the contract were tried (default: nothing)")
	flags.DurationVar(&f.killAfter, "kill-after", 10*time.Second, "kill the command when it is still there this `DURATION` after a signal to end; 0s never does")
	flags.StringVar(&f.consumer, "consumer", "client", "the `NAME` of the tested client in a Pact file")
	flags.BoolVar(&f.quiet, "quiet", false, "print only what failed")
	flags.StringVar(&f.listen, "listen", "127.0.0.1:0", "let the mock listen on `HOST:PORT`; port 0 picks a free one")
	f.sources.add(flags)
	f.addScenarios(flags)
	f.serverFlags.add(flags)
	return cmd
}

func (f *execFlags) check(ctx context.Context, s *streams) error {
	if err := checkAddress(f.listen); err != nil {
		return command.Misusef("--listen %q: %w", f.listen, err)
	}
	for _, name := range f.allow {
		if name != report.GateInvalid && name != report.GateSimulated && name != report.GateRequests {
			return command.Misusef("--allow %q: must be %s, %s or %s", name, report.GateInvalid, report.GateSimulated, report.GateRequests)
		}
	}
	if !(f.least >= 0 && f.least <= 100) {
		return command.Misusef("--min-coverage %v: must be a percentage, from 0 to 100", f.least)
	}
	if f.killAfter < 0 {
		return command.Misusef("--kill-after: must not be negative")
	}
	if f.consumer == "" {
		return command.Misusef("--consumer: must be a name, and is empty")
	}
	if err := f.tls.load(s, f.listen); err != nil {
		return err
	}
	return f.adminFlags.check(ctx, s)
}

func (f *execFlags) run(ctx context.Context, io streams, args []string) error {
	if err := f.check(ctx, &io); err != nil {
		return err
	}
	program, err := find(args[0])
	if err != nil {
		return err
	}
	reports, err := f.report.open(io, map[string]string{"--fixtures": f.fixtures, "--schemas": f.schemas}, report.NewTally(report.ExecGates(f.allow)))
	if err != nil {
		return err
	}
	defer reports.close()
	o, err := f.options(ctx, io)
	if err != nil {
		return err
	}
	trust, err := f.tls.environment(&io)
	if err != nil {
		return err
	}
	known := knownTokens(o.Sessions.Fixtures.Base, f.token)
	// The mock's answers name tokens that work.
	o.Recorded = func(x *exchange.Exchange) { reports.record(x.Without(known)) }
	// What goes wrong in the mock fails a gate, which reports it.
	o.Log, o.Quiet = slog.New(slog.DiscardHandler), true
	s, err := app.New(o)
	if err != nil {
		return err
	}
	if err := f.start(ctx, io, s, f.listen); err != nil {
		return err
	}
	switch a := s.Access(); { // there is no log
	case a.Beyond && a.Guarded:
		fmt.Fprintf(io.err, "dispatchmock: other machines can reach the admin API; it is guarded by the token that the command has in %s\n", coverage.AdminTokenVariable)
	case a.Beyond:
		fmt.Fprintln(io.err, "dispatchmock: the admin API is open to every machine that can reach it")
	}
	c := child{program: program, args: args, env: slices.Concat(withoutOurs(io.environ), f.environment(s), trust), killAfter: f.killAfter, io: io}
	started := time.Now()
	code, err := c.run(ctx)
	run := &report.Run{Tool: report.Exec, Version: version(), Command: known.Text(shortCommand(args)), URL: s.URL(), Started: started, Took: time.Since(started), ExitCode: code,
		Consumer: f.consumer, Provider: provider, Operations: report.Operations(s.Contract)}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	stopped := s.Shutdown(limited)
	if err != nil {
		return errors.Join(err, stopped)
	}
	fmt.Fprint(io.err, connectionNote(s.ConnectionCounts())) // there is no log
	// Requests that the command left in flight do not fail the run.
	return f.finish(io, run, s, reports)
}

// connectionNote says that a run had more connections than there are places.
func connectionNote(n wire.Connections) string {
	if n.Closed+n.Refused == 0 {
		return ""
	}
	return fmt.Sprintf("dispatchmock: connections were at their limit of %d: %s closed to make room for others, %s answered 503; "+
		"let the tests close connections, or keep fewer\n", n.Limit, jsonx.Count(n.Closed, "connection"), jsonx.Count(n.Refused, "request"))
}

// finish writes the reports of a run and returns how it ends.
func (f *execFlags) finish(io streams, run *report.Run, s *app.Server, reports *reports) error {
	reports.tally.Into(run)
	run.Coverage = s.Coverage().Report("", coverage.Exec(f.admin != "off", s.Access().Guarded))
	run.DemandRequests(slices.Contains(f.allow, report.GateRequests), offered(f.environment(s)))
	run.Demand(f.least)
	failed := reports.write(run)
	if err := report.Text(io.err, run, f.quiet); err != nil {
		failed = errors.Join(failed, err)
	}
	switch {
	case failed != nil && run.ExitCode != 0:
		fmt.Fprintln(io.err, "dispatchmock: "+failed.Error())
		return errExit{run.ExitCode}
	case failed != nil:
		return failed
	case run.ExitCode != 0:
		return errExit{run.ExitCode}
	case !run.Passed():
		return errExit{exitWrong}
	}
	return nil
}

// withoutOurs leaves out what an exec around this one has set: an admin API or a
// token of its mock.
func withoutOurs(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(line string) bool {
		name, _, _ := strings.Cut(line, "=")
		switch name {
		case tenantVariable, adminURLVariable, coverage.AdminTokenVariable:
			return true
		}
		return strings.HasPrefix(name, coverage.TokenVariable)
	})
}

// environment returns the variables by which the command finds the mock, and the
// tokens that it may use.
func (f *execFlags) environment(s *app.Server) []string {
	url := s.URL()
	host, port, _ := net.SplitHostPort(url[strings.Index(url, "://")+len("://"):])
	env := []string{urlVariable + "=" + url, hostVariable + "=" + host, portVariable + "=" + port}
	tokens := s.Coverage().Variables() // which the commands of reports need
	if len(tokens) == 0 {              // no client may both read and deactivate a record
		first, token := f.caller(s.Contract.Operations()[0], s.Sessions().Default().Store)
		if token != "" {
			tokens = []coverage.Variable{{Name: coverage.TokenVariable, Client: model.Client{Token: token}, Tenant: first.Tenant}}
		}
	}
	for _, v := range tokens {
		env = append(env, v.Name+"="+v.Client.Token)
		if v.Name == coverage.TokenVariable {
			env = append(env, tenantVariable+"="+strconv.FormatInt(v.Tenant, 10))
		}
	}
	if s.Access().Guarded {
		env = append(env, coverage.AdminTokenVariable+"="+f.token)
	}
	if admin := s.AdminURL(); admin != "" {
		url = admin
	}
	if f.admin != "off" {
		env = append(env, adminURLVariable+"="+url+"/_mock")
	}
	return env
}

// offered names the variables of a command's environment by which it finds the
// mock. Only the values of addresses are shown; the others may be secrets.
func offered(env []string) string {
	var names []string
	for _, line := range env {
		name, _, _ := strings.Cut(line, "=")
		if name == "DISPATCHMOCK_URL" || name == "DISPATCHMOCK_ADMIN_URL" {
			name = line
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// knownTokens are what no report may have.
func knownTokens(base *store.Base, more ...string) *redact.Tokens {
	for _, c := range base.Clients() {
		more = append(more, c.Token)
	}
	return redact.Known(more)
}

// shortCommand names a command for reports, which others read: arguments may
// be secrets, but not the word behind npm or go.
func shortCommand(args []string) string {
	if len(args) > 1 && args[1] != "" && strings.Trim(args[1], "abcdefghijklmnopqrstuvwxyz:-_") == "" && args[1][0] != '-' {
		return args[0] + " " + args[1]
	}
	return args[0]
}
