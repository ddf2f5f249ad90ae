// Package cli is the command line: arguments in, exit code out.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dispatchmock/internal/contract"
)

// Exit codes.
const (
	exitDone   = 0
	exitWrong  = 1 // something was found wrong, or could not be done
	exitMisuse = 2 // the arguments make no sense
)

// errMisuse marks errors of the arguments.
type errMisuse struct{ error }

// streams are where a command prints.
type streams struct{ out, err io.Writer }

// Run runs the command line until it is done or the context ends, and returns
// the exit code.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	io := streams{stdout, stderr}
	root := newRoot(io)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	fmt.Fprintln(stderr, "dispatchmock: "+err.Error())
	var misuse errMisuse
	if errors.As(err, &misuse) || strings.HasPrefix(err.Error(), "unknown command") {
		return exitMisuse
	}
	return exitWrong
}

func newRoot(io streams) *cobra.Command {
	root := newServe(io)
	root.Use = "dispatchmock"
	root.Short = "A mock of the CRO Software Dispatch API's Deactivate Customer endpoint"
	root.Long = "Dispatchmock stands in for one endpoint of the CRO Software Dispatch API, Deactivate Customer:\n\n" +
		"  DELETE /customers/{customer_id}/locations/{customer_location_id}\n\n" +
		"Without a command it serves."
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SuggestionsMinimumDistance = 2
	root.SetOut(io.out)
	root.SetErr(io.err)
	root.SetFlagErrorFunc(flagError)
	serve := newServe(io)
	root.AddCommand(serve, newCheck(io), newHealth(io), newInit(io), newVersion(io))
	root.AddCommand(newVerify(io))
	root.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		text := fmt.Sprintf("unknown command %q", args[0])
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			text += "; did you mean " + strings.Join(near, " or ") + "?"
		}
		return errMisuse{errors.New(text + " (see dispatchmock --help)")}
	}
	return root
}

// flagError names the flag that a misspelt one is nearest to.
func flagError(cmd *cobra.Command, err error) error {
	text := err.Error()
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := contract.Nearest(unknown.GetSpecifiedName(), names); near != "" {
			text += "; did you mean --" + near + "?"
		}
	}
	return errMisuse{fmt.Errorf("%s (see %s --help)", text, cmd.CommandPath())}
}

// noArguments refuses arguments with a clear error.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return errMisuse{fmt.Errorf("%s takes no argument, and was given %q", cmd.CommandPath(), args[0])}
	}
	return nil
}
