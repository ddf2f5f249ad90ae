package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/report"
	"dispatchmock/internal/terminal"
)

func (c *ctl) contract() *cobra.Command {
	var query func() url.Values
	cmd := c.command("contract", "Print what must be: versions, operations, schemas, choices and facts", func(ctx context.Context, d *adminClient, _ []string) error {
		text, err := d.raw(ctx, call{method: http.MethodGet, path: "/contract", query: query()})
		if err != nil {
			return err
		}
		if c.json {
			return c.print(text, nil)
		}
		return c.indented(text)
	})
	query = versioned(cmd)
	return cmd
}

func (c *ctl) clients() *cobra.Command {
	return c.command("clients", "List the clients of the fixtures with their tokens", func(ctx context.Context, d *adminClient, _ []string) error {
		a, err := answerOf[struct {
			Clients []struct {
				Token    string
				ClientID string `json:"client_id"`
				User     string
				Roles    []string
				Tenants  []int64
			}
		}](ctx, d, call{method: http.MethodGet, path: "/clients"})
		if err != nil {
			return err
		}
		return c.print(a.raw, func(w io.Writer) {
			table(w, "CLIENT TOKEN USER ROLES TENANTS", func(row func(...any)) {
				for _, k := range a.value.Clients {
					row(k.ClientID, k.Token, k.User, strings.Join(k.Roles, " "), strings.Trim(fmt.Sprint(k.Tenants), "[]"))
				}
			})
		})
	})
}

func (c *ctl) send() *cobra.Command {
	var header []string
	var data string
	var cmd *cobra.Command
	cmd = c.command("send METHOD PATH", "Have the server send a request to the API in the session, and show what came back", func(ctx context.Context, d *adminClient, args []string) error {
		doc := map[string]any{"session": c.session, "method": args[0], "path": args[1]}
		var fields []map[string]string
		for _, line := range header {
			name, value, ok := strings.Cut(line, ":")
			if !ok {
				return errMisuse{fmt.Errorf("--header %q must have the form NAME: VALUE", line)}
			}
			fields = append(fields, map[string]string{"name": strings.TrimSpace(name), "value": strings.TrimSpace(value)})
		}
		if fields != nil {
			doc["headers"] = fields
		}
		if data != "" {
			text, err := contents(cmd, data)
			if err != nil {
				return err
			}
			doc["body"] = string(text)
		}
		a, err := answerOf[admin.Answer](ctx, d, call{method: http.MethodPost, path: "/send", body: doc})
		if err != nil {
			return err
		}
		if err := c.print(a.raw, func(w io.Writer) {
			if a.value.Status != 0 {
				fmt.Fprintf(w, "%d %s\n%s\n", a.value.Status, terminal.Visible(a.value.Reason), lines(a.value.Body))
			}
		}); err != nil {
			return err
		}
		if a.value.Error != "" {
			return errors.New(a.value.Error)
		}
		return nil
	})
	cmd.Flags().StringArrayVarP(&header, "header", "H", nil, "a header field, `NAME: VALUE`; may be given again")
	cmd.Flags().StringVar(&data, "data", "", "a `FILE` with the body; - is standard input")
	return cmd
}

func (c *ctl) snippets() *cobra.Command {
	var language string
	cmd := c.command("snippets NUMBER", "Print a command or a program that sends the request of an exchange again", func(ctx context.Context, d *adminClient, args []string) error {
		if c.json {
			text, err := d.raw(ctx, call{method: http.MethodGet, path: route("/exchanges/%s/snippets", args[0])})
			if err != nil {
				return err
			}
			return c.print(text, nil)
		}
		a, err := answerOf[report.Entry](ctx, d, call{method: http.MethodGet, path: route("/exchanges/%s", args[0])})
		if err != nil {
			return err
		}
		if a.value.Admin {
			return fmt.Errorf("the exchange %s is a change through the admin API, which no program sends again", args[0])
		}
		// Made here: what a server sends is not to be run.
		x, err := a.value.Sent()
		if err != nil {
			return err
		}
		all, err := report.Snippets(x, "")
		if err != nil {
			return err
		}
		text, ok := all[language]
		if !ok {
			return errMisuse{fmt.Errorf("--in %q: must be one of %s", language, strings.Join(slices.Sorted(maps.Keys(all)), ", "))}
		}
		return c.print(nil, func(w io.Writer) { fmt.Fprintln(w, strings.TrimSuffix(text, "\n")) })
	})
	cmd.Flags().StringVar(&language, "in", "curl", "curl, fetch, python, csharp or go")
	return cmd
}

// check returns a command that has a file checked, and writes nothing.
func (c *ctl) check(use, short string, of func(args []string, text json.RawMessage) call) *cobra.Command {
	var cmd *cobra.Command
	cmd = c.command(use, short, func(ctx context.Context, d *adminClient, args []string) error {
		name := args[len(args)-1]
		text, err := document(cmd, name)
		if err != nil {
			return err
		}
		raw, err := d.raw(ctx, of(args, text))
		if err != nil {
			return err
		}
		return c.print(raw, func(w io.Writer) { fmt.Fprintf(w, "%s is good.\n", name) })
	})
	return cmd
}

func (c *ctl) checkRecord() *cobra.Command {
	var query func() url.Values
	cmd := c.check("check "+recordWords+" FILE", "Check a record as fixtures are, and write nothing; - is standard input", func(args []string, text json.RawMessage) call {
		return call{method: http.MethodPost, path: c.record(args) + "/check", query: query(), body: text}
	})
	query = versioned(cmd)
	return cmd
}

func (c *ctl) checkScenario() *cobra.Command {
	return c.check("check FILE", "Check the definition of a scenario, and switch nothing on; - is standard input", func(_ []string, text json.RawMessage) call {
		return call{method: http.MethodPost, path: c.in("/scenario-check"), body: map[string]any{"definition": text}}
	})
}
