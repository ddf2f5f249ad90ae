package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"dispatchmock/internal/control"
	"dispatchmock/internal/report"
	"dispatchmock/internal/terminal"
)

func (c *ctl) coverage() *cobra.Command {
	return group("coverage", "Show what of the contract the session has tried", c.showCoverage(), c.coverageEnv(), c.clearCoverage())
}

func (c *ctl) showCoverage() *cobra.Command {
	var all, missing bool
	cmd := c.command("show", "Show what was tried", func(ctx context.Context, d *doorClient, _ []string) error {
		query := one("session", c.session)
		if all {
			query = nil
		}
		a, err := answerOf[report.Coverage](ctx, d, call{method: http.MethodGet, path: "/coverage", query: query})
		if err != nil {
			return err
		}
		return c.print(a.raw, func(w io.Writer) {
			// What it writes to is a buffer.
			_ = report.CoverageText(w, &a.value)
			if missing {
				untried(w, &a.value)
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
	return c.command("env", "Print the variables that the commands of coverage show --missing need, for a shell's eval", func(ctx context.Context, d *doorClient, _ []string) error {
		a, err := answerOf[struct{ Variables []control.TokenVariable }](ctx, d, call{method: http.MethodGet, path: "/clients"})
		if err != nil {
			return err
		}
		return c.print(a.raw, func(w io.Writer) {
			for _, v := range a.value.Variables {
				fmt.Fprintf(w, "export %s='%s'\n", v.Name, strings.ReplaceAll(v.Token, "'", `'\''`))
			}
		})
	})
}

// untried prints what was never tried, and the command that would try it.
func untried(w io.Writer, c *report.Coverage) {
	if c.Covered < c.Total && c.HowToRun != "" {
		fmt.Fprintf(w, "\n%s\n", lines(c.HowToRun))
	}
	for _, g := range c.Groups {
		for _, item := range g.Items {
			if !item.Covered {
				fmt.Fprintf(w, "\n%s, %s: %s\n", g.Name, item.Name, terminal.Visible(item.Sentence))
				if item.Command != "" {
					fmt.Fprintln(w, lines(item.Command))
				}
			}
		}
	}
}

func (c *ctl) clearCoverage() *cobra.Command {
	var all bool
	cmd := c.command("clear", "Forget what the session has tried", func(ctx context.Context, d *doorClient, _ []string) error {
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
