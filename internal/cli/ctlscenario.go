package cli

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dispatchmock/internal/admin"
)

func (c *ctl) scenarios() *cobra.Command {
	return group("scenario", "Show what can go wrong on purpose, and switch it on and off in the session", c.catalogue(),
		c.command("list", "List the scenarios that are on in the session", func(ctx context.Context, d *adminClient, _ []string) error {
			return c.listScenarios(ctx, d, call{method: http.MethodGet, path: c.in("/scenarios")})
		}),
		c.addScenario(), c.checkScenario(),
		c.command("remove [NAME]", "Switch a scenario off, or all of them", func(ctx context.Context, d *adminClient, args []string) error {
			path := c.in("/scenarios")
			if len(args) > 0 {
				path = c.in("/scenarios/%s", args[0])
			}
			return c.listScenarios(ctx, d, call{method: http.MethodDelete, path: path})
		}))
}

func (c *ctl) catalogue() *cobra.Command {
	return c.command("catalogue", "List the scenarios that every session knows, and the customers that carry them", func(ctx context.Context, d *adminClient, _ []string) error {
		a, err := answerOf[struct {
			Scenarios []struct{ Name, Description string }
			CarriedBy map[string][]string `json:"carried_by"`
		}](ctx, d, call{method: http.MethodGet, path: "/scenarios"})
		if err != nil {
			return err
		}
		return c.print(a.raw, func(w io.Writer) {
			table(w, "NAME TENANT/CUSTOMER/LOCATION DESCRIPTION", func(row func(...any)) {
				for _, s := range a.value.Scenarios {
					row(s.Name, strings.Join(slices.Sorted(slices.Values(a.value.CarriedBy[s.Name])), " "), s.Description)
				}
			})
		})
	})
}

// listScenarios prints the scenarios that are on after a call.
func (c *ctl) listScenarios(ctx context.Context, d *adminClient, call call) error {
	a, err := answerOf[struct{ On []admin.Switched }](ctx, d, call)
	if err != nil {
		return err
	}
	return c.print(a.raw, func(w io.Writer) {
		table(w, "NAME SEEN TAKEN TIMES UNTIL DESCRIPTION", func(row func(...any)) {
			for _, s := range a.value.On {
				times, until := "", ""
				if s.Times > 0 {
					times = strconv.FormatUint(s.Times, 10)
				}
				if s.Until != nil {
					until = s.Until.Format(time.RFC3339)
				}
				row(s.Name, s.Seen, s.Taken, times, until, s.Description)
			}
		})
	})
}

func (c *ctl) addScenario() *cobra.Command {
	var times uint64
	var until clock
	var cmd *cobra.Command
	cmd = c.command("add SCENARIO", "Switch on a scenario by its name, or one that a .json file defines (- is standard input)", func(ctx context.Context, d *adminClient, args []string) error {
		body := map[string]any{"name": args[0]}
		if isFile(args[0]) {
			text, err := document(cmd, args[0])
			if err != nil {
				return err
			}
			body = map[string]any{"definition": text}
		}
		if cmd.Flags().Changed("times") {
			body["times"] = times
		}
		if cmd.Flags().Changed("until") {
			body["until"] = until.String()
		}
		return c.listScenarios(ctx, d, call{method: http.MethodPost, path: c.in("/scenarios"), body: body})
	})
	cmd.Flags().Uint64Var(&times, "times", 0, "how often it takes over, `N` times at most")
	cmd.Flags().Var(&until, "until", "when it ends, by the session's clock")
	return cmd
}

// isFile tells a file from a scenario's name, which has neither a dot nor a
// slash in it.
func isFile(arg string) bool {
	return arg == "-" || strings.HasSuffix(arg, ".json") || strings.ContainsAny(arg, `/\`)
}
