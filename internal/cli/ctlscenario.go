package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"
)

// scenarioRow is what is read of a scenario in a list.
type scenarioRow struct {
	Name, About string
}

func (c *ctl) scenarios() *cobra.Command {
	return group("scenario", "Show what can go wrong on purpose, and switch it on and off in the session",
		c.command("catalogue", "List the scenarios that the server knows", func(ctx context.Context, d *doorClient, _ []string) error {
			return c.listScenarios(ctx, d, call{method: http.MethodGet, path: "/scenarios"})
		}),
		c.command("list", "List the scenarios that are on in the session", func(ctx context.Context, d *doorClient, _ []string) error {
			return c.listScenarios(ctx, d, call{method: http.MethodGet, path: c.in("/scenarios")})
		}),
		c.addScenario(),
		c.command("remove [NAME]", "Switch a scenario off, or all of them", func(ctx context.Context, d *doorClient, args []string) error {
			path, what := c.in("/scenarios"), "all scenarios"
			if len(args) > 0 {
				path, what = c.in("/scenarios/%s", args[0]), args[0]
			}
			if _, err := d.raw(ctx, call{method: http.MethodDelete, path: path}); err != nil {
				return err
			}
			return c.say("Switched off %s.", what)
		}))
}

func (c *ctl) listScenarios(ctx context.Context, d *doorClient, call call) error {
	a, err := ask[struct{ Scenarios []scenarioRow }](ctx, d, call)
	if err != nil {
		return err
	}
	return c.print(a.raw, func(w io.Writer) {
		table(w, "NAME ABOUT", func(row func(...any)) {
			for _, s := range a.value.Scenarios {
				row(s.Name, s.About)
			}
		})
	})
}

func (c *ctl) addScenario() *cobra.Command {
	var cmd *cobra.Command
	cmd = c.command("add NAME|FILE", "Switch on a scenario: one that the server knows, or that a .json file defines (- is standard input)", func(ctx context.Context, d *doorClient, args []string) error {
		var body any = map[string]any{"name": args[0]}
		if isFile(args[0]) {
			text, err := document(cmd, args[0])
			if err != nil {
				return err
			}
			body = text
		}
		a, err := ask[scenarioRow](ctx, d, call{method: http.MethodPost, path: c.in("/scenarios"), body: body})
		if err != nil {
			return err
		}
		return c.print(a.raw, func(w io.Writer) { fmt.Fprintf(w, "Switched on %s.\n", printable(a.value.Name)) })
	})
	return cmd
}

// isFile tells a file from a scenario's name, which has neither a dot nor a
// slash in it.
func isFile(arg string) bool {
	return arg == "-" || strings.HasSuffix(arg, ".json") || strings.ContainsAny(arg, `/\`)
}
