package ctl

import (
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/admin/client"
	"dispatchmock/internal/coverage"
	"dispatchmock/internal/report"
	"dispatchmock/internal/shell"
	"dispatchmock/internal/terminal"
)

func (c *ctl) coverage() *cobra.Command {
	return group("coverage", "Show what of the contract the session has tried", c.showCoverage(), c.coverageEnv(),
		c.clear("Forget what the session has tried", "/coverage", "forget what all sessions have tried", "Forgot what %s tried."))
}

// clear returns a command that has the session, or all of them, forget
// something.
func (c *ctl) clear(short, route, usage, done string) *cobra.Command {
	var all bool
	cmd := c.do("clear", short, c.here(http.MethodDelete, route), func([]string) string {
		if all {
			return fmt.Sprintf(done, "all sessions")
		}
		return fmt.Sprintf(done, c.session)
	})
	cmd.Flags().BoolVar(&all, allSessions, false, usage)
	return cmd
}

func (c *ctl) showCoverage() *cobra.Command {
	var missing bool
	call := c.here(http.MethodGet, "/coverage")
	cmd := c.command("show", "Show what was tried", func(cmd *cobra.Command, server *client.Client, args []string) error {
		found, raw, err := fetch[coverage.Report](cmd, server, args, call)
		if err != nil {
			return err
		}
		return c.print(raw, func(w io.Writer) {
			_ = report.CoverageText(w, &found) // to a buffer, which takes everything
			if missing {
				printUntried(w, server, &found)
			}
		})
	})
	cmd.Flags().Bool(allSessions, false, "what all sessions together have tried")
	cmd.Flags().BoolVar(&missing, "missing", false, "show also how to try what is missing")
	return cmd
}

// coverageEnv prints what a shell's eval takes: coverage itself names the
// variables and has no token, because it is in reports.
func (c *ctl) coverageEnv() *cobra.Command {
	type answer struct{ Variables []admin.TokenVariable }
	return c.command("env", "Print the variables that the commands of coverage show --missing need, for a shell's eval", func(cmd *cobra.Command, server *client.Client, args []string) error {
		a, raw, err := fetch[answer](cmd, server, args, at(http.MethodGet, "/clients"))
		if err != nil {
			return err
		}
		// A shell runs what is printed, whoever listens on the port.
		for _, v := range a.Variables {
			if !coverage.IsVariable(v.Name) || !terminal.IsVisible(v.Token, "") {
				return server.Unlike("it names a variable %.80q with a value that may be none of a client of the fixtures", v.Name)
			}
		}
		return c.print(raw, func(w io.Writer) {
			for _, v := range a.Variables {
				fmt.Fprintf(w, "export %s=%s\n", v.Name, shell.Quote(v.Token))
			}
		})
	})
}

// printUntried prints what was never tried, and the command that would try it.
// A person pastes these into a shell, so what another server makes of them is
// left out.
func printUntried(w io.Writer, server *client.Client, found *coverage.Report) {
	if found.Covered < found.Total {
		fmt.Fprintf(w, "\n%s\n", coverage.Live("", server.Base, admin.Prefix, server.Token != "").HowToRun)
	}
	commands := coverage.Commands(server.Base + admin.Prefix)
	for _, g := range found.Groups {
		for _, item := range g.Items {
			if item.Covered {
				continue
			}
			fmt.Fprintf(w, "\n%s, %s: %s\n", terminal.Visible(g.Name), terminal.Visible(item.Name), terminal.Visible(item.Sentence))
			switch {
			case commands.MatchString(item.Command):
				fmt.Fprintln(w, item.Command)
			case item.Command != "":
				fmt.Fprintln(w, "The server's command does more than ask the mock, and is left out.")
			}
		}
	}
}
