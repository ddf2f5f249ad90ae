package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"dispatchmock/internal/cli/command"

	"github.com/spf13/cobra"

	"dispatchmock/internal/report"
	"dispatchmock/internal/terminal"
	"dispatchmock/internal/verify"
)

// verifyFlags are the flags of verify.
type verifyFlags struct {
	sources
	target, ca                 string
	token, tokenEnv, tokenFile string
	second                     string
	roleTokens                 []string
	tenant                     int64
	foreign                    string
	records                    []string
	only, ignore               []string
	report                     reportFlag
	list, strict, writes, pins bool
	retries                    int
	rate                       float64
	timeout                    time.Duration
	format                     string
}

func newVerify(io streams) *cobra.Command {
	f := &verifyFlags{format: "text"}
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Check any server against the contract",
		Long: "Verify asks a server for every fact of the contract: one numbered case for each rule of the schemas.\n" +
			"Documented facts that do not hold fail the run; inferred and assumed ones warn, unless --strict is given.\n" +
			"Without --allow-writes no record is changed; without --allow-pins no version is named, because naming one\n" +
			"moves the version that the token's client ID is answered in.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd, io) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.target, "target", "http://"+defaultAddress, "check the server at `URL`; its paths follow the URL's own path")
	flags.StringVar(&f.token, "token", "", "`TOKEN` of a user with the role Dispatcher; other users of the machine can see it")
	flags.StringVar(&f.tokenEnv, "token-env", "", "take the token from the environment variable `NAME`")
	flags.StringVar(&f.tokenFile, "token-file", "", "take the token from the file `PATH`")
	flags.StringVar(&f.second, "second-token", "", "a Dispatcher's token of another client ID: ENV:NAME, FILE:PATH or the token (`SOURCE`)")
	flags.StringArrayVar(&f.roleTokens, "role-token", nil, "a token of another role: `ROLE=SOURCE`, such as Driver=ENV:NAME (repeatable)")
	flags.Int64Var(&f.tenant, "tenant", 1, "the token's tenant (`ID`)")
	flags.StringVar(&f.foreign, "foreign-tenant", "", "a tenant that exists and is not the token's (`ID`)")
	flags.StringArrayVar(&f.records, "record", []string{"1/1"}, "`CUSTOMER/LOCATION` of the tenant; the first may be deactivated, others are read (repeatable)")
	flags.BoolVar(&f.writes, "allow-writes", false, "run the cases that deactivate the first record as well; implies --allow-pins")
	flags.BoolVar(&f.pins, "allow-pins", false, "run the cases that name a version as well; the pin is put back at the end")
	flags.StringSliceVar(&f.only, "only", nil, "run these `CASES` alone: numbers, ranges, names, patterns such as get/* (repeatable)")
	flags.BoolVar(&f.list, "list", false, "list the cases and run none")
	flags.BoolVar(&f.strict, "strict", false, "inferred and assumed facts fail the run too")
	flags.StringArrayVar(&f.ignore, "ignore", nil, "pass over differences at or below `POINTER`, such as /headers/Server or /body/addresses/*/country (repeatable)")
	flags.IntVar(&f.retries, "retries", 2, "try a request `N` times more when the network fails it")
	flags.Float64Var(&f.rate, "rate", 0, "send at most `N` requests a second (default: as fast as they are answered)")
	flags.DurationVar(&f.timeout, "timeout", 10*time.Second, "give up a request after this `DURATION`")
	flags.StringVar(&f.ca, "ca", "", "trust the certificates in the PEM file `PATH` (default: the system's)")
	f.addSchemas(flags)
	flags.Var(command.OneOf(&f.format, "text", "json"), "format", "form of the report on standard output")
	f.report.add(flags, report.Verify)
	return cmd
}

func (f *verifyFlags) run(cmd *cobra.Command, io streams) error {
	files, err := f.schemaFiles()
	if err != nil {
		return err
	}
	c, err := f.readContract()
	if err != nil {
		return err
	}
	o := verify.Options{Contract: c, Tenant: f.tenant, Writes: f.writes, Pins: f.pins || f.writes, Strict: f.strict,
		Ignore: f.ignore, Retries: f.retries, Rate: f.rate, Timeout: f.timeout, Now: time.Now}
	all, err := verify.Cases(c, files)
	if err != nil {
		return err
	}
	o.Cases, err = verify.Select(all, f.only)
	if err != nil {
		return command.Misusef("--only: %w", err)
	}
	if f.list {
		return f.printList(io.out, o.Cases)
	}
	if err := f.options(cmd.Context(), &o, io); err != nil {
		return err
	}
	reports, err := f.report.open(io, map[string]string{"--schemas": f.schemas, "--token-file": f.tokenFile, "--ca": f.ca}, nil)
	if err != nil {
		return err
	}
	defer reports.close()
	o.Progress = progress(io.raw.err)
	found, err := verify.Run(cmd.Context(), o)
	if err != nil {
		return err
	}
	if o.Progress != nil {
		o.Progress(0, 0, "")
	}
	print := verify.WriteText
	if f.format == "json" {
		print = verify.WriteJSON
	}
	if err := print(io.out, found); err != nil {
		return err
	}
	if err := reports.write(report.OfVerify(version(), found)); err != nil {
		return err
	}
	if !found.Good() {
		return fmt.Errorf("%s does not keep the contract, as far as was asked: of %d cases %s", f.target, len(found.Results), found.Summary())
	}
	return nil
}

// printList prints the cases, one a line.
func (f *verifyFlags) printList(w io.Writer, cases []verify.Case) error {
	if f.format == "json" {
		return printJSON(w, cases)
	}
	for _, c := range cases {
		needs := ""
		for _, n := range c.Needs {
			needs += " " + string(n)
		}
		if _, err := fmt.Fprintf(w, "%4d %s %s%s\n", c.Number, c.Grade, c.Name, needs); err != nil {
			return err
		}
	}
	return nil
}

// progress returns what shows on a terminal how far a run is; nil where there is
// no terminal.
func progress(w io.Writer) func(done, all int, name string) {
	file, ok := w.(*os.File)
	if !ok {
		return nil
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	const clear = "\r\x1b[K"
	return func(done, all int, name string) {
		if all == 0 {
			fmt.Fprint(file, clear)
			return
		}
		fmt.Fprintf(file, clear+"%d/%d %.60s", done+1, all, terminal.Visible(name))
	}
}
