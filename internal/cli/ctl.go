package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"dispatchmock/internal/contract/openapi"
	"dispatchmock/internal/fileio"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/terminal"
)

// ctl is what the commands of ctl share: the flags that all of them have.
type ctl struct {
	streams
	url, session string
	tokens       tokenFlags
	json         bool
}

func newCtl(io streams) *cobra.Command {
	c := &ctl{streams: io}
	cmd := group("ctl", "Control a running mock: sessions, state, clock, scenarios, journal",
		c.health(), c.openAPI(), c.contract(), c.clients(), c.send(), c.sessions(), c.reset(), c.snapshots(), c.records(), c.diff(), c.pins(), c.clock(), c.ids(),
		c.choices(), c.scenarios(), c.journal(), c.coverage(), c.bundle())
	flags := cmd.PersistentFlags()
	flags.StringVar(&c.url, "url", "http://"+defaultAddress, "`URL` of the server, or of its admin API where that has a listener of its own")
	flags.StringVar(&c.session, "session", session.DefaultID, "`ID` of the session that is meant")
	c.tokens.add(flags, "token", "the `TOKEN` of the server's admin API, which other users of the machine can see here")
	flags.BoolVar(&c.json, "json", false, "print the admin API's answer as it is, instead of a text for people")
	return cmd
}

// group returns a command that has nothing but commands.
func group(name, short string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: name + " COMMAND", Short: short, SuggestionsMinimumDistance: 2,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return errMisuse{fmt.Errorf("%s wants a command (see %[1]s --help)", cmd.CommandPath())}
		}}
	cmd.AddCommand(commands...)
	return cmd
}

// command returns a command that speaks to the admin API. Its use has a word in
// capitals for each argument; those in brackets may be left out, and the last
// may come again where dots follow it.
func (c *ctl) command(use, short string, run func(ctx context.Context, d *adminClient, args []string) error) *cobra.Command {
	name, _, _ := strings.Cut(use, " ")
	words := strings.Fields(use)[1:]
	least, most := 0, len(words)
	for _, w := range words {
		if w[0] != '[' {
			least++
		}
		if strings.HasSuffix(w, "…") {
			most = int(^uint(0) >> 1)
		}
	}
	return &cobra.Command{
		Use: use, Short: short,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < least || len(args) > most {
				return errMisuse{fmt.Errorf("%s takes %s, and was given %s (see %s --help)", cmd.CommandPath(), arguments(use[len(name):]),
					plural(len(args), "argument"), cmd.CommandPath())}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			token, _, err := c.tokens.read(cmd.Context(), &c.streams)
			if err != nil {
				return err
			}
			d, err := newAdminClient(c.url, token)
			if err != nil {
				return err
			}
			return run(cmd.Context(), d, args)
		},
	}
}

func arguments(use string) string {
	if use == "" {
		return "no argument"
	}
	return strings.TrimSpace(use)
}

// in returns the path of a call that concerns the session.
func (c *ctl) in(format string, words ...string) string {
	return route("/sessions/%s"+format, append([]string{c.session}, words...)...)
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

// say prints a sentence about what was done; there is not JSON of it.
func (c *ctl) say(format string, args ...any) error {
	if c.json {
		return nil
	}
	_, err := fmt.Fprintf(c.out, format+"\n", args...)
	return err
}

// indented prints JSON for people, numbers and order as they came.
func (c *ctl) indented(raw json.RawMessage) error {
	w := &strings.Builder{}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(raw); err != nil {
		return err
	}
	_, err := io.WriteString(c.out, w.String())
	return err
}

// table prints rows in aligned columns under a line of titles.
func table(w io.Writer, titles string, rows func(row func(cells ...any))) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(cells ...any) {
		texts := make([]string, len(cells))
		for i, cell := range cells {
			if texts[i] = terminal.Visible(fmt.Sprint(cell)); texts[i] == "" {
				texts[i] = "-"
			}
		}
		fmt.Fprintln(t, strings.Join(texts, "\t"))
	}
	fmt.Fprintln(t, strings.ReplaceAll(titles, " ", "\t"))
	rows(line)
	// What it writes to is a buffer.
	_ = t.Flush()
}

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

// contents reads a file, or standard input.
func contents(cmd *cobra.Command, name string) ([]byte, error) {
	if name == "-" {
		return fileio.ReadFrom(cmd.Context(), cmd.InOrStdin(), "standard input", maxDocument)
	}
	return fileio.Read(cmd.Context(), name, maxDocument)
}

// pair cuts an argument of the form KEY=VALUE.
func pair(arg, form string) (key, value string, err error) {
	key, value, ok := strings.Cut(arg, "=")
	if !ok || key == "" || value == "" {
		return "", "", errMisuse{fmt.Errorf("%q must have the form %s", arg, form)}
	}
	return key, value, nil
}

func (c *ctl) health() *cobra.Command {
	return c.command("health", "Exit with 0 when the server is ready", func(ctx context.Context, d *adminClient, _ []string) error {
		d.answer = healthTimeout
		a, err := answerOf[struct {
			Status, Version   string
			Records, Sessions int
		}](ctx, d, call{method: http.MethodGet, path: "/health"})
		if err != nil {
			return err
		}
		if a.value.Status != "ready" {
			return fmt.Errorf("%s is not ready: its status is %q", d.base, a.value.Status)
		}
		return c.print(a.raw, func(w io.Writer) {
			fmt.Fprintf(w, "%s is ready: dispatchmock %s, %s, %s.\n", d.base, a.value.Version, plural(a.value.Records, "record"), plural(a.value.Sessions, "session"))
		})
	})
}

func (c *ctl) openAPI() *cobra.Command {
	of, form, version := "admin", string(openapi.Form31), ""
	var cmd *cobra.Command
	cmd = c.command("openapi", "Print the OpenAPI document of the admin API, or of the mocked API", func(ctx context.Context, d *adminClient, _ []string) error {
		call := call{method: http.MethodGet, path: "/openapi.json"}
		switch {
		case of == "api":
			call.path, call.query = "/api/openapi.json", url.Values{"openapi": {form}, "session": {c.session}}
			if version != "" {
				call.query.Set("api_version", version)
			}
		case cmd.Flags().Changed("api-version") || cmd.Flags().Changed("openapi"):
			return errMisuse{fmt.Errorf("--api-version and --openapi are for the document of the API; name it with --of api")}
		}
		text, err := d.raw(ctx, call)
		if err != nil {
			return err
		}
		if c.json {
			_, err = terminal.JSON(c.out).Write(text)
			return err
		}
		return c.indented(text)
	})
	flags := cmd.Flags()
	flags.Var(oneOf{&of, []string{"admin", "api"}}, "of", "which of the two is described")
	flags.StringVar(&version, "api-version", "", "the API `VERSION` (default: the newest)")
	flags.Var(oneOf{&form, formNames()}, "openapi", "the version of OpenAPI; 3.0 is for older tools")
	return cmd
}

// one returns a query of one parameter, or of none where it has no value.
func one(name, value string) url.Values {
	if value == "" {
		return nil
	}
	return url.Values{name: {value}}
}
