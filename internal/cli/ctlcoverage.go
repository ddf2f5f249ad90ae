package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/coverage"
	"dispatchmock/internal/report"
	"dispatchmock/internal/shell"
	"dispatchmock/internal/terminal"
)

func (c *ctl) coverage() *cobra.Command {
	return group("coverage", "Show what of the contract the session has tried", c.showCoverage(), c.coverageEnv(), c.clearCoverage())
}

func (c *ctl) showCoverage() *cobra.Command {
	var all, missing bool
	cmd := c.command("show", "Show what was tried", func(ctx context.Context, d *adminClient, _ []string) error {
		query := one("session", c.session)
		if all {
			query = nil
		}
		a, err := answerOf[coverage.Report](ctx, d, call{method: http.MethodGet, path: "/coverage", query: query})
		if err != nil {
			return err
		}
		return c.print(a.raw, func(w io.Writer) {
			// What it writes to is a buffer.
			_ = report.CoverageText(w, &a.value)
			if missing {
				d.untried(w, &a.value)
			}
		})
	})
	cmd.Flags().BoolVar(&all, "all-sessions", false, "what all sessions together have tried")
	cmd.Flags().BoolVar(&missing, "missing", false, "tell also how to try what is missing")
	return cmd
}

// coverageEnv prints what a shell's eval takes: coverage itself names the
// variables and has no token, because it is in reports.
func (c *ctl) coverageEnv() *cobra.Command {
	return c.command("env", "Print the variables that the commands of coverage show --missing need, for a shell's eval", func(ctx context.Context, d *adminClient, _ []string) error {
		a, err := answerOf[struct{ Variables []admin.TokenVariable }](ctx, d, call{method: http.MethodGet, path: "/clients"})
		if err != nil {
			return err
		}
		// A shell runs what is printed, whoever listens on the port.
		for _, v := range a.value.Variables {
			if !coverage.IsVariable(v.Name) || !terminal.IsVisible(v.Token, "") {
				return d.stranger(fmt.Sprintf("it names a variable %.80q with a value that may be none of a client of the fixtures", v.Name))
			}
		}
		return c.print(a.raw, func(w io.Writer) {
			for _, v := range a.value.Variables {
				fmt.Fprintf(w, "export %s=%s\n", v.Name, shell.Quote(v.Token))
			}
		})
	})
}

// untried prints what was never tried, and the command that would try it. A
// person pastes these into a shell, so what another server makes of them is
// left out.
func (d *adminClient) untried(w io.Writer, found *coverage.Report) {
	if found.Covered < found.Total {
		fmt.Fprintf(w, "\n%s\n", coverage.Live("", d.base, admin.Prefix, d.token != "").HowToRun)
	}
	commands := coverage.Commands(d.base + admin.Prefix)
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

func (c *ctl) clearCoverage() *cobra.Command {
	var all bool
	cmd := c.command("clear", "Forget what the session has tried", func(ctx context.Context, d *adminClient, _ []string) error {
		whose, query := c.session, one("session", c.session)
		if all {
			whose, query = "all sessions", nil
		}
		if _, err := d.raw(ctx, call{method: http.MethodDelete, path: "/coverage", query: query}); err != nil {
			return err
		}
		return c.say("Forgot what %s tried.", whose)
	})
	cmd.Flags().BoolVar(&all, "all-sessions", false, "forget what all sessions have tried")
	return cmd
}
