package cli

import (
	"context"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"dispatchmock/internal/report"
)

func (c *ctl) coverage() *cobra.Command {
	return group("coverage", "Show what of the contract was tried", c.showCoverage(), c.clearCoverage())
}

func (c *ctl) showCoverage() *cobra.Command {
	var all bool
	cmd := c.command("show", "Show what of the contract the session has tried; --json has the commands that try the rest", func(ctx context.Context, d *doorClient, _ []string) error {
		query := one("session", c.session)
		if all {
			query = nil
		}
		a, err := answerOf[report.Coverage](ctx, d, call{method: http.MethodGet, path: "/coverage", query: query})
		if err != nil {
			return err
		}
		var failed error
		err = c.print(a.raw, func(w io.Writer) { failed = report.CoverageText(w, &a.value) })
		if failed != nil {
			return failed
		}
		return err
	})
	cmd.Flags().BoolVar(&all, "all-sessions", false, "what all sessions have tried together")
	return cmd
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
		return c.say("Cleared the coverage of %s.", whose)
	})
	cmd.Flags().BoolVar(&all, "all-sessions", false, "forget what all have tried")
	return cmd
}
