package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usage returns the function that prints the usage of a command. Beside cobra's
// own it wraps at the terminal's width, and shows no value for a flag that has
// none.
func usage(io streams) func(*cobra.Command) error {
	return func(c *cobra.Command) error {
		width, isTerminal := terminalWidth(io.raw.out)
		if !isTerminal {
			width = 0
		}
		w := c.OutOrStderr()
		fmt.Fprintf(w, "Usage:\n  %s", c.UseLine())
		if !c.HasParent() { // other commands of commands have COMMAND in their own line
			fmt.Fprintf(w, "\n  %s [command]", c.CommandPath())
		}
		if c.HasExample() {
			fmt.Fprintf(w, "\n\nExamples:\n%s", c.Example)
		}
		if c.HasAvailableSubCommands() {
			fmt.Fprint(w, "\n\nAvailable Commands:")
			for _, sub := range c.Commands() {
				if sub.IsAvailableCommand() || sub.Name() == "help" {
					fmt.Fprintf(w, "\n  %-*s %s", sub.NamePadding(), sub.Name(), sub.Short)
				}
			}
		}
		printFlags(w, "Flags", c.LocalFlags(), width)
		printFlags(w, "Global Flags", c.InheritedFlags(), width)
		if c.HasAvailableSubCommands() {
			fmt.Fprintf(w, "\n\nUse \"%s [command] --help\" for more information about a command.", c.CommandPath())
		}
		_, err := fmt.Fprintln(w)
		return err
	}
}

// printFlags prints flags under a title, if there are any; a width of 0 wraps no
// line.
func printFlags(w io.Writer, title string, flags *pflag.FlagSet, width int) {
	if !flags.HasAvailableFlags() {
		return
	}
	shown := pflag.NewFlagSet("", pflag.ContinueOnError)
	shown.SortFlags = flags.SortFlags
	flags.VisitAll(func(f *pflag.Flag) {
		flag := *f
		if f.Value.Type() == "bool" {
			flag.Value, flag.NoOptDefVal = switchValue{f.Value}, ""
		}
		shown.AddFlag(&flag)
	})
	fmt.Fprintf(w, "\n\n%s:\n%s", title, strings.TrimRight(shown.FlagUsagesWrapped(width), " \n"))
}

// switchValue is the value of a flag that is on or off, for the help: pflag shows
// [=true|false] behind the name of its own.
type switchValue struct{ pflag.Value }

func (switchValue) Type() string { return "" }
