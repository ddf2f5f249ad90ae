package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dispatchmock/internal/control"
)

func (c *ctl) contract() *cobra.Command {
	var query func() url.Values
	cmd := c.command("contract", "Print versions, operations, schemas, choices and facts as JSON", func(ctx context.Context, d *doorClient, _ []string) error {
		text, err := d.raw(ctx, call{method: http.MethodGet, path: "/contract", query: query()})
		if err != nil {
			return err
		}
		if c.json {
			_, err = c.out.Write(text)
			return err
		}
		return c.indented(text)
	})
	query = versioned(cmd)
	return cmd
}

func (c *ctl) clients() *cobra.Command {
	return c.command("clients", "List the clients of the fixtures with their tokens", func(ctx context.Context, d *doorClient, _ []string) error {
		a, err := answerOf[struct{ Clients []control.ClientInfo }](ctx, d, call{method: http.MethodGet, path: "/clients"})
		if err != nil {
			return err
		}
		return c.print(a.raw, func(w io.Writer) {
			table(w, "TOKEN CLIENT TENANTS ROLES", func(row func(...any)) {
				for _, one := range a.value.Clients {
					row(one.Token, one.ID, strings.Trim(fmt.Sprint(one.Tenants), "[]"), strings.Trim(fmt.Sprint(one.Roles), "[]"))
				}
			})
		})
	})
}

// send has the server send a request to itself.
func (c *ctl) send() *cobra.Command {
	var headers []string
	var data string
	cmd := c.command("send METHOD PATH", "Have the server send a request to the mocked API of the session", func(ctx context.Context, d *doorClient, args []string) error {
		fields := []map[string]string{}
		for _, line := range headers {
			name, value, ok := strings.Cut(line, ":")
			if !ok {
				return errMisuse{fmt.Errorf("--header %q must have the form NAME: VALUE", line)}
			}
			fields = append(fields, map[string]string{"name": strings.TrimSpace(name), "value": strings.TrimSpace(value)})
		}
		body := map[string]any{"session": c.session, "method": args[0], "path": args[1], "headers": fields, "body": data}
		a, err := answerOf[struct {
			Status              int
			Reason, Body, Error string
			Exchange            *exchangeEntry
		}](ctx, d, call{method: http.MethodPost, path: "/send", body: body})
		if err != nil {
			return err
		}
		return c.print(a.raw, func(w io.Writer) {
			if a.value.Error != "" {
				fmt.Fprintln(w, printable(a.value.Error))
			}
			if a.value.Exchange != nil {
				tell(w, a.value.Exchange)
				return
			}
			fmt.Fprintf(w, "%d %s\n%s\n", a.value.Status, printable(a.value.Reason), lines(a.value.Body))
		})
	})
	cmd.Flags().StringArrayVar(&headers, "header", nil, "a header field, `NAME: VALUE`; may come again")
	cmd.Flags().StringVar(&data, "body", "", "the `BODY`")
	return cmd
}

// languages are what a request can be printed as.
func languages() []string { return []string{"curl", "fetch", "python", "csharp", "go"} }

func (c *ctl) code() *cobra.Command {
	return c.command("code ID LANGUAGE", "Print what sends the request of an exchange again: curl, fetch, python, csharp or go", func(ctx context.Context, d *doorClient, args []string) error {
		if !slices.Contains(languages(), args[1]) {
			return errMisuse{fmt.Errorf("%q must be one of %s", args[1], strings.Join(languages(), ", "))}
		}
		a, err := answerOf[map[string]string](ctx, d, call{method: http.MethodGet, path: route("/exchanges/%s/snippets", args[0])})
		if err != nil {
			return err
		}
		return c.print(a.raw, func(w io.Writer) { fmt.Fprintln(w, lines(strings.TrimRight(a.value[args[1]], "\n"))) })
	})
}

func (c *ctl) checkRecord() *cobra.Command {
	var query func() url.Values
	var cmd *cobra.Command
	cmd = c.command("check "+recordWords+" FILE", "Check a record from a file as fixtures are, and write nothing; - is standard input", func(ctx context.Context, d *doorClient, args []string) error {
		doc, err := document(cmd, args[3])
		if err != nil {
			return err
		}
		if _, err := d.raw(ctx, call{method: http.MethodPost, path: c.record(args) + "/check", query: query(), body: doc}); err != nil {
			return err
		}
		return c.say("Good: %s keeps all rules.", args[3])
	})
	query = versioned(cmd)
	return cmd
}

func (c *ctl) checkScenario() *cobra.Command {
	var cmd *cobra.Command
	cmd = c.command("check FILE", "Check the definition of a scenario, and switch nothing on; - is standard input", func(ctx context.Context, d *doorClient, args []string) error {
		doc, err := document(cmd, args[0])
		if err != nil {
			return err
		}
		if _, err := d.raw(ctx, call{method: http.MethodPost, path: c.in("/scenario-check"), body: map[string]any{"definition": doc}}); err != nil {
			return err
		}
		return c.say("Good: %s keeps all rules.", args[0])
	})
	return cmd
}
