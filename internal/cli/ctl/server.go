package ctl

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/admin/client"
	"dispatchmock/internal/cli/command"
	"dispatchmock/internal/contract/openapi"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/terminal"
)

func (c *ctl) health() *cobra.Command {
	type answer struct {
		Status, Version   string
		Records, Sessions int
	}
	return c.command("health", "Exit with 0 when the server is ready", func(cmd *cobra.Command, server *client.Client, args []string) error {
		server.Within = client.HealthTime
		a, raw, err := fetch[answer](cmd, server, args, at(http.MethodGet, "/health"))
		if err != nil {
			return err
		}
		if a.Status != "ready" {
			return fmt.Errorf("%s is not ready: its status is %q", server.Base, a.Status)
		}
		return c.print(raw, func(w io.Writer) {
			fmt.Fprintf(w, "%s is ready: dispatchmock %s, %s, %s.\n", server.Base, a.Version, jsonx.Count(a.Records, "record"), jsonx.Count(a.Sessions, "session"))
		})
	})
}

// The flags of the documents.
const (
	apiVersion  = "api-version"
	openAPIForm = "openapi"
)

func (c *ctl) openAPI() *cobra.Command {
	of, form := "admin", string(openapi.Form31)
	ofMock := c.here(http.MethodGet, "/api/openapi.json").query(openAPIForm, apiVersion)
	cmd := show(c, "openapi", "Print the OpenAPI document of the admin API, or of the mocked API", func(cmd *cobra.Command, args []string) (client.Call, error) {
		if of == "api" {
			return ofMock(cmd, args)
		}
		if cmd.Flags().Changed(apiVersion) || cmd.Flags().Changed(openAPIForm) {
			return client.Call{}, command.Misusef("--%s and --%s are for the document of the API; name it with --of api", apiVersion, openAPIForm)
		}
		return client.Call{Method: http.MethodGet, Path: "/openapi.json"}, nil
	}, indented)
	var forms []string
	for _, f := range openapi.Forms() {
		forms = append(forms, string(f))
	}
	cmd.Flags().Var(command.OneOf(&of, "admin", "api"), "of", "which of the two is described")
	cmd.Flags().String(apiVersion, "", "the API `VERSION` (default: the newest)")
	cmd.Flags().Var(command.OneOf(&form, forms...), openAPIForm, "the version of OpenAPI; 3.0 is for older tools")
	return cmd
}

// versioned adds the flag of the API version to a command.
func versioned(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().String(apiVersion, "", "the `VERSION` whose shape is meant (default: the newest)")
	return cmd
}

func (c *ctl) contract() *cobra.Command {
	return versioned(show(c, "contract", "Print what must be: versions, operations, schemas, choices and facts",
		at(http.MethodGet, "/contract").query(apiVersion), indented))
}

func (c *ctl) clients() *cobra.Command {
	type answer struct{ Clients []admin.ClientInfo }
	return show(c, "clients", "List the clients of the fixtures with their tokens", at(http.MethodGet, "/clients"), func(w io.Writer, a *answer) {
		table(w, "CLIENT TOKEN USER ROLES TENANTS", a.Clients, func(k admin.ClientInfo) []any {
			return []any{k.ID, k.Token, k.User, strings.Trim(fmt.Sprint(k.Roles), "[]"), strings.Trim(fmt.Sprint(k.Tenants), "[]")}
		})
	})
}

func (c *ctl) send() *cobra.Command {
	var header []string
	var data string
	call := at(http.MethodPost, "/send").body(func(cmd *cobra.Command, args []string) (any, error) {
		doc := map[string]any{"session": c.session, "method": args[0], "path": args[1]}
		fields := []map[string]string{}
		for _, line := range header {
			name, value, ok := strings.Cut(line, ":")
			if !ok {
				return nil, command.Misusef("--header %q must have the form NAME: VALUE", line)
			}
			fields = append(fields, map[string]string{"name": strings.TrimSpace(name), "value": strings.TrimSpace(value)})
		}
		doc["headers"] = fields
		if data == "" {
			return doc, nil
		}
		text, err := contents(cmd, data)
		doc["body"] = string(text)
		return doc, err
	})
	cmd := c.command("send METHOD PATH", "Have the server send a request to the API in the session, and show what came back", func(cmd *cobra.Command, server *client.Client, args []string) error {
		a, raw, err := fetch[admin.Answer](cmd, server, args, call)
		if err != nil {
			return err
		}
		if err := c.print(raw, func(w io.Writer) {
			if a.Status != 0 {
				fmt.Fprintf(w, "%d %s\n%s\n", a.Status, terminal.Visible(a.Reason), visibleLines(a.Body))
			}
		}); err != nil {
			return err
		}
		if a.Error != "" {
			return errors.New(a.Error)
		}
		return nil
	})
	cmd.Flags().StringArrayVarP(&header, "header", "H", nil, "a header field, `NAME: VALUE`; may be given again")
	cmd.Flags().StringVar(&data, "data", "", "a `FILE` with the body; - is standard input")
	return cmd
}
