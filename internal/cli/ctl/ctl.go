// Package ctl has the commands that control a running mock through its admin
// API.
package ctl

import (
	"encoding/json"
	"io"
	"math"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/admin/client"
	"dispatchmock/internal/certs"
	"dispatchmock/internal/cli/command"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/terminal"
)

// ctl is what the commands share: the flags that all of them have.
type ctl struct {
	out, err     io.Writer
	env          func(name string) (string, bool)
	url, session string
	token        command.Token
	json         bool
}

// New returns the command ctl; env looks up variables of the environment.
func New(out, err io.Writer, env func(name string) (string, bool)) *cobra.Command {
	c := &ctl{out: out, err: err, env: env}
	cmd := group("ctl", "Control a running mock: sessions, state, clock, scenarios, journal",
		c.health(), c.openAPI(), c.contract(), c.clients(), c.send(), c.sessions(), c.reset(), c.snapshots(), c.records(), c.diff(),
		c.pins(), c.clock(), c.ids(), c.choices(), c.scenarios(), c.journal(), c.coverage(), c.bundle())
	flags := cmd.PersistentFlags()
	flags.StringVar(&c.url, "url", "http://"+command.DefaultAddress, "`URL` of the server, or of its admin API where that has a listener of its own")
	flags.StringVar(&c.session, "session", session.DefaultID, "`ID` of the session that is meant")
	c.token.Add(flags, "token", "the `TOKEN` of the server's admin API, which other users of the machine can see here")
	flags.BoolVar(&c.json, "json", false, "print the admin API's answer as it is, instead of a text for people")
	return cmd
}

// group returns a command that has nothing but commands.
func group(name, short string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: name + " COMMAND", Short: short, SuggestionsMinimumDistance: 2,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return command.Unknown(cmd, args[0])
			}
			return command.Misusef("%s wants a command (see %[1]s --help)", cmd.CommandPath())
		}}
	cmd.AddCommand(commands...)
	return cmd
}

// command returns a command that speaks to the admin API. Its use has a word in
// capitals for each argument; those in brackets may be left out, and the last
// may come again where dots follow it.
func (c *ctl) command(use, short string, run func(cmd *cobra.Command, server *client.Client, args []string) error) *cobra.Command {
	_, words, _ := strings.Cut(use, " ")
	return &cobra.Command{
		Use: use, Short: short,
		Args: func(cmd *cobra.Command, args []string) error {
			least, most := 0, 0
			for _, w := range strings.Fields(words) {
				most++
				if w[0] != '[' {
					least++
				}
				if strings.HasSuffix(w, "…") {
					most = math.MaxInt
				}
			}
			if len(args) >= least && len(args) <= most {
				return nil
			}
			takes := words
			if takes == "" {
				takes = "no argument"
			}
			return command.Misusef("%s takes %s, and was given %s (see %s --help)", cmd.CommandPath(), takes, jsonx.Count(len(args), "argument"), cmd.CommandPath())
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			token, _, err := c.token.Read(cmd.Context(), c.env)
			if err != nil {
				return err
			}
			if err := checkURL(c.url); err != nil {
				return err
			}
			return run(cmd, client.New(c.url, token, client.Default, certs.Roots(c.env)), args)
		},
	}
}

// checkURL checks the URL of a server.
func checkURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return command.Misusef("--url %q is not the URL of a server, such as http://%s", command.WithoutSecrets(text), command.DefaultAddress)
	}
	if strings.HasPrefix(u.Path, "/_s/") || strings.HasPrefix(u.Path, admin.Prefix) {
		return command.Misusef("--url %q: must be the URL of the server alone, such as %s://%s; name a session with --session", text, u.Scheme, u.Host)
	}
	return nil
}

// show returns a command that makes a call and prints the answer in the words
// of text, or as it is with --json.
func show[T any](c *ctl, use, short string, call request, text func(w io.Writer, value *T)) *cobra.Command {
	return c.command(use, short, func(cmd *cobra.Command, server *client.Client, args []string) error {
		value, raw, err := fetch[T](cmd, server, args, call)
		if err != nil {
			return err
		}
		return c.print(raw, func(w io.Writer) { text(w, &value) })
	})
}

// fetch makes the call of a command and returns the answer, as a value and as
// bytes.
func fetch[T any](cmd *cobra.Command, server *client.Client, args []string, call request) (value T, raw []byte, err error) {
	made, err := call(cmd, args)
	if err != nil {
		return value, nil, err
	}
	return client.Do[T](cmd.Context(), server, made)
}

// do returns a command that makes a call and prints what is done.
func (c *ctl) do(use, short string, call request, done func(args []string) string) *cobra.Command {
	return c.command(use, short, func(cmd *cobra.Command, server *client.Client, args []string) error {
		_, raw, err := fetch[json.RawMessage](cmd, server, args, call)
		if err != nil {
			return err
		}
		return c.print(raw, func(w io.Writer) { _, _ = io.WriteString(w, done(args)+"\n") })
	})
}

// print prints an answer as it is, or in the words of text.
func (c *ctl) print(raw []byte, text func(w io.Writer)) error {
	if c.json {
		_, err := terminal.JSON(c.out).Write(raw)
		return err
	}
	w := &strings.Builder{}
	text(w)
	_, err := io.WriteString(c.out, w.String())
	return err
}
