package ctl

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/admin/client"
	"dispatchmock/internal/cli/command"
)

func (c *ctl) scenarios() *cobra.Command {
	return group("scenario", "Show what can go wrong on purpose, and switch it on and off in the session", c.catalogue(),
		show(c, "list", "List the scenarios that are on in the session", c.in(http.MethodGet, "/scenarios"), scenariosText),
		c.addScenario(),
		c.do("check FILE", "Check the definition of a scenario, and switch nothing on; - is standard input",
			c.in(http.MethodPost, "/scenario-check").body(definition), isGood),
		show(c, "remove [NAME]", "Switch a scenario off, or all of them", func(cmd *cobra.Command, args []string) (client.Call, error) {
			route := "/scenarios"
			if len(args) > 0 {
				route += "/%s"
			}
			return c.in(http.MethodDelete, route)(cmd, args)
		}, scenariosText))
}

// definition is the body that has the scenario which the last argument's file
// defines.
func definition(cmd *cobra.Command, args []string) (any, error) {
	text, err := file(cmd, args)
	return map[string]any{"definition": text}, err
}

func (c *ctl) catalogue() *cobra.Command {
	type known struct{ Name, Description string }
	type answer struct {
		Scenarios []known
		Customers map[string][]string `json:"test_customers"`
	}
	return show(c, "catalogue", "List the scenarios that every session knows, and the test customers that trigger them", at(http.MethodGet, "/scenarios"), func(w io.Writer, a *answer) {
		table(w, "NAME TENANT/CUSTOMER/LOCATION DESCRIPTION", a.Scenarios, func(s known) []any {
			return []any{s.Name, strings.Join(slices.Sorted(slices.Values(a.Customers[s.Name])), " "), s.Description}
		})
	})
}

func scenariosText(w io.Writer, a *struct{ On []admin.Switched }) {
	table(w, "NAME SEEN TAKEN TIMES UNTIL DESCRIPTION", a.On, func(s admin.Switched) []any {
		times, until := "", ""
		if s.Times > 0 {
			times = strconv.FormatUint(s.Times, 10)
		}
		if s.Until != nil {
			until = s.Until.Format(time.RFC3339)
		}
		return []any{s.Name, s.Seen, s.Taken, times, until, s.Description}
	})
}

func (c *ctl) addScenario() *cobra.Command {
	var times uint64
	var until command.Clock
	body := func(cmd *cobra.Command, args []string) (any, error) {
		body := map[string]any{"name": args[0]}
		if isFile(args[0]) {
			text, err := document(cmd, args[0])
			if err != nil {
				return nil, err
			}
			body = map[string]any{"definition": text}
		}
		if cmd.Flags().Changed("times") {
			body["times"] = times
		}
		if cmd.Flags().Changed("until") {
			body["until"] = until.String()
		}
		return body, nil
	}
	cmd := show(c, "add SCENARIO", "Switch on a scenario by its name, or one that a .json file defines (- is standard input)", c.in(http.MethodPost, "/scenarios").body(body), scenariosText)
	cmd.Flags().Uint64Var(&times, "times", 0, "how often it takes over, `N` times at most")
	cmd.Flags().Var(&until, "until", "when it ends, by the session's clock")
	return cmd
}

// isFile tells a file from a scenario's name, which has neither a dot nor a
// slash in it.
func isFile(arg string) bool {
	return arg == "-" || strings.HasSuffix(arg, ".json") || strings.ContainsAny(arg, `/\`)
}
