package ctl

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"dispatchmock/internal/admin/client"
	"dispatchmock/internal/cli/command"
	"dispatchmock/internal/fileio"
	"dispatchmock/internal/jsonx"
)

// request makes a call of a command's flags and arguments.
type request func(cmd *cobra.Command, args []string) (client.Call, error)

// at calls a route, whose %s are the first arguments.
func at(method, route string) request {
	return func(_ *cobra.Command, args []string) (client.Call, error) {
		return client.Call{Method: method, Path: client.Path(route, args[:strings.Count(route, "%s")]...)}, nil
	}
}

// in calls a route of the session that --session names.
func (c *ctl) in(method, route string) request {
	return func(cmd *cobra.Command, args []string) (client.Call, error) {
		return at(method, "/sessions/%s"+route)(cmd, append([]string{c.session}, args...))
	}
}

// here calls a route for the session that --session names, or for all of them
// where the command has the flag --all-sessions and it is set.
func (c *ctl) here(method, route string) request {
	return at(method, route).and(func(cmd *cobra.Command, _ []string, call *client.Call) error {
		if all, err := cmd.Flags().GetBool(allSessions); err != nil || !all {
			call.Query = url.Values{"session": {c.session}}
		}
		return nil
	})
}

const allSessions = "all-sessions"

// and changes the call.
func (r request) and(change func(cmd *cobra.Command, args []string, call *client.Call) error) request {
	return func(cmd *cobra.Command, args []string) (client.Call, error) {
		call, err := r(cmd, args)
		if err == nil {
			err = change(cmd, args, &call)
		}
		return call, err
	}
}

// query adds the flags that are given as parameters of the query.
func (r request) query(flags ...string) request {
	return r.and(func(cmd *cobra.Command, _ []string, call *client.Call) error {
		for _, name := range flags {
			if f := cmd.Flags().Lookup(name); f != nil && f.Changed {
				if call.Query == nil {
					call.Query = url.Values{}
				}
				call.Query.Set(strings.ReplaceAll(name, "-", "_"), f.Value.String())
			}
		}
		return nil
	})
}

// body sends what is made of the arguments.
func (r request) body(of func(cmd *cobra.Command, args []string) (any, error)) request {
	return r.and(func(cmd *cobra.Command, args []string, call *client.Call) (err error) {
		call.Body, err = of(cmd, args)
		return err
	})
}

// file sends the JSON of the file that the last argument names.
func file(cmd *cobra.Command, args []string) (any, error) { return document(cmd, args[len(args)-1]) }

// document reads and checks the JSON text of a file, or of standard input.
func document(cmd *cobra.Command, name string) (json.RawMessage, error) {
	text, err := contents(cmd, name)
	if err != nil {
		return nil, err
	}
	if len(strings.TrimSpace(string(text))) == 0 {
		return nil, fmt.Errorf("%s is empty, and must hold a JSON object", name)
	}
	if _, err := jsonx.Parse(text); err != nil {
		return nil, fmt.Errorf("%s is not JSON: %w", name, err)
	}
	return text, nil
}

// maxDocument is the length of the longest file that is sent; the server has a
// bound of its own.
const maxDocument = 8 << 20

// contents reads a file, or standard input.
func contents(cmd *cobra.Command, name string) ([]byte, error) {
	if name == "-" {
		return fileio.ReadFrom(cmd.Context(), cmd.InOrStdin(), "standard input", maxDocument)
	}
	return fileio.Read(cmd.Context(), name, maxDocument)
}

// pairs reads arguments of the form KEY=VALUE.
func pairs(args []string, form string, value func(string) any) (map[string]any, error) {
	doc := map[string]any{}
	for _, arg := range args {
		key, text, ok := strings.Cut(arg, "=")
		if !ok || key == "" || text == "" {
			return nil, command.Misusef("%q must have the form %s", arg, form)
		}
		doc[key] = value(text)
	}
	return doc, nil
}
