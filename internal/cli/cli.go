// Package cli is the command line: arguments in, exit code out.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"dispatchmock/internal/cli/command"
	"dispatchmock/internal/cli/ctl"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/terminal"
)

// Exit codes.
const (
	exitDone   = 0
	exitWrong  = 1 // something was found wrong, or could not be done
	exitMisuse = 2 // the arguments make no sense
)

// errExit ends the program with a code; all that there is to say was said.
type errExit struct{ code int }

func (e errExit) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// streams are what a command reads and where it prints, and its environment.
type streams struct {
	in       io.Reader
	out, err io.Writer
	environ  []string // as os.Environ has it
	// raw are out and err without the escapes that keep text of others from
	// steering a terminal.
	raw struct{ out, err io.Writer }
}

// env returns a variable of the environment, and whether there is one.
func (s *streams) env(name string) (string, bool) {
	for _, line := range slices.Backward(s.environ) { // the last counts
		if key, value, _ := strings.Cut(line, "="); key == name {
			return value, true
		}
	}
	return "", false
}

// Run runs the command line until it is done or the context ends, and returns
// the exit code.
func Run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	out, errs := terminal.NewWriter(stdout), terminal.NewWriter(stderr)
	io := streams{in: stdin, out: out, err: errs, environ: environ}
	io.raw.out, io.raw.err = stdout, stderr
	root := newRoot(io)
	root.SetArgs(args)
	if asksForHelp(args) { // whatever is wrong with another flag
		root.SetFlagErrorFunc(func(*cobra.Command, error) error { return pflag.ErrHelp })
	}
	code := ended(root.ExecuteContext(ctx), errs)
	if err := out.Close(); err != nil && code == exitDone {
		fmt.Fprintf(errs, "dispatchmock: standard output: %v\n", err)
		code = exitWrong
	}
	_ = errs.Close() // no stream is left to report it on
	return code
}

// asksForHelp reports a flag for help before the arguments that are another
// program's.
func asksForHelp(args []string) bool {
	if i := slices.Index(args, "--"); i >= 0 {
		args = args[:i]
	}
	return slices.Contains(args, "-h") || slices.Contains(args, "--help")
}

// ended prints how a command ended, and returns its exit code.
func ended(err error, stderr io.Writer) int {
	if err == nil {
		return exitDone
	}
	var exit errExit
	if errors.As(err, &exit) {
		return exit.code
	}
	fmt.Fprintln(stderr, "dispatchmock: "+err.Error())
	var misuse command.Misuse
	if errors.As(err, &misuse) {
		return exitMisuse
	}
	var cannot errCannotRun
	if errors.As(err, &cannot) {
		return cannot.code
	}
	return exitWrong
}

// Command returns the command line as data, for its man pages and completions.
func Command() *cobra.Command {
	discard := io.Discard
	return newRoot(streams{in: strings.NewReader(""), out: discard, err: discard})
}

func newRoot(io streams) *cobra.Command {
	root := newServe(io)
	root.Use = "dispatchmock"
	root.Short = "A mock of the CRO Software Dispatch API's Deactivate Customer endpoint"
	root.Long = "Dispatchmock mocks one endpoint of the CRO Software Dispatch API, Deactivate Customer:\n\n" +
		"  DELETE /customers/{customer_id}/locations/{customer_location_id}\n\n" +
		"Without a command it serves. The manual is in the program: dispatchmock help lists its topics."
	// cobra answers this flag. Its own would have the shorthand -v, too.
	root.Flags().Bool("version", false, "print the version")
	root.Version = versionLine()
	root.SetVersionTemplate("{{.Version}}")
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SuggestionsMinimumDistance = 2
	root.SetIn(io.in)
	root.SetOut(io.out)
	root.SetErr(io.err)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(newHelp(io))
	root.SetUsageFunc(usage(io))
	serve := newServe(io)
	root.AddCommand(serve, ctl.New(io.out, io.err, io.env), newExec(io), newCheck(io), newHealth(io), newVerify(io), newProxy(io), newOpenAPI(io), newDiff(io), newReplay(io), newInit(io), newCA(io), newCompletion(io), newVersion(io))
	root.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return command.Unknown(cmd, args[0])
	}
	addHelpFlags(root)
	useEnvironment(root, io)
	return root
}

// addHelpFlags gives each command its flag -h before the arguments are read:
// cobra would take the command in "-h COMMAND" for the value of a flag.
func addHelpFlags(c *cobra.Command) {
	c.InitDefaultHelpFlag()
	for _, sub := range c.Commands() {
		addHelpFlags(sub)
	}
}

// flagError names the flag that a misspelt one is nearest to, or the command
// that it belongs to.
func flagError(cmd *cobra.Command, err error) error {
	text := err.Error()
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		name := unknown.GetSpecifiedName()
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		owner, near := ownerOf(cmd.Root(), name), jsonx.Nearest(name, names)
		switch {
		case name == "version":
			text += "; the command is dispatchmock version"
		case owner != "":
			text += "; it is a flag of " + owner
		case near != "":
			text += "; did you mean --" + near + "?"
		}
	}
	return command.Misusef("%s (see %s --help)", text, cmd.CommandPath())
}

// ownerOf returns the command that has a flag of this name, serve before all
// others, or "".
func ownerOf(root *cobra.Command, flag string) string {
	owner := ""
	for _, c := range root.Commands() {
		if c.Flags().Lookup(flag) == nil {
			continue
		}
		if c.Name() == "serve" || owner == "" {
			owner = c.CommandPath()
		}
	}
	return owner
}

// noArguments rejects arguments.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		text := fmt.Sprintf("%s takes no argument, and was given %q", cmd.CommandPath(), args[0])
		if cmd.Flags().Lookup("fixtures") != nil {
			text += "; name a folder with --fixtures DIR"
		}
		return command.Misuse{Err: errors.New(text)}
	}
	return nil
}

// takes lets a command have so many arguments, and else says what it takes.
func takes(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return command.Misusef("%s takes %s, and was given %d", cmd.Name(), what, len(args))
		}
		return nil
	}
}

// printJSON prints a value as JSON that people can read.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
