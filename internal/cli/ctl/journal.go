package ctl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dispatchmock/internal/admin/client"
	"dispatchmock/internal/cli/command"
	"dispatchmock/internal/exchange/bundle"
	"dispatchmock/internal/exchange/expect"
	"dispatchmock/internal/fileio"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/report"
	"dispatchmock/internal/terminal"
)

func (c *ctl) journal() *cobra.Command {
	return group("journal", "Show, follow, export and verify what happened", c.listJournal(), c.showExchange(), c.snippets(),
		c.clear("Forget the exchanges of the session", "/journal", "forget those of all sessions", "Cleared the journal of %s."),
		c.follow(), c.exportHAR(), c.verify())
}

// filtered makes a call for the exchanges that the flags of a command choose.
func (c *ctl) filtered(route string) request {
	return c.here(http.MethodGet, route).query("status", "method", "path", "text", "verdict", "since", "after", "before", "limit", "admin")
}

// filters adds the flags that choose exchanges; the names are those of the
// admin API's query parameters.
func filters(cmd *cobra.Command) *cobra.Command {
	flags := cmd.Flags()
	flags.Bool(allSessions, false, "exchanges of all sessions, not of --session alone")
	flags.String("status", "", "only a status such as `404`, or a class such as 4xx")
	flags.String("method", "", "only a `METHOD`")
	flags.String("path", "", "only a `PATH`; a * in it stands for any text")
	flags.String("text", "", "only exchanges with this `TEXT` anywhere")
	flags.String("verdict", "", "only a `VERDICT`: ok, rejected, invalid, simulated or violation")
	flags.String("since", "", "only from this `TIME` of RFC 3339 on, by the session's clock")
	flags.Uint64("after", 0, "only behind the exchange of this `ID`")
	flags.Uint64("before", 0, "only before the exchange of this `ID`")
	flags.Bool("admin", false, "changes through the admin API as well")
	return cmd
}

func (c *ctl) listJournal() *cobra.Command {
	type answer struct {
		Exchanges []report.Row
		More      bool
		Lost      uint64
	}
	cmd := filters(show(c, "list", "List exchanges, the newest first", c.filtered("/journal"), func(w io.Writer, a *answer) {
		table(w, "ID TIME METHOD PATH STATUS VERDICT CLIENT VERSION MESSAGE", a.Exchanges, func(r report.Row) []any {
			return []any{r.ID, r.Start, r.Method, r.Path, r.Status, r.Verdict, r.ClientID, r.Version, r.Message}
		})
		if n := len(a.Exchanges); a.More && n > 0 {
			fmt.Fprintf(w, "There are more: --before %d\n", a.Exchanges[n-1].ID)
		}
		if a.Lost > 0 {
			fmt.Fprintf(w, "%s let go of, to keep the journal's limits (--journal-count, --journal-bytes).\n", jsonx.Count(a.Lost, "exchange"))
		}
	}))
	cmd.Flags().Int("limit", 100, "return `N` at most")
	return cmd
}

func (c *ctl) snippets() *cobra.Command {
	var language string
	cmd := c.command("snippets NUMBER", "Print a command or a program that sends the request of an exchange again", func(cmd *cobra.Command, server *client.Client, args []string) error {
		route := client.Path("/exchanges/%s", args[0])
		if c.json {
			raw, err := server.Bytes(cmd.Context(), client.Call{Method: http.MethodGet, Path: route + "/snippets"})
			if err != nil {
				return err
			}
			return c.print(raw, nil)
		}
		entry, _, err := client.Do[report.Entry](cmd.Context(), server, client.Call{Method: http.MethodGet, Path: route})
		if err != nil {
			return err
		}
		if entry.Admin {
			return fmt.Errorf("the exchange %s is a change through the admin API, which no program sends again", args[0])
		}
		// Made here: what a server sends is not to be run.
		x, err := entry.Sent()
		if err != nil {
			return err
		}
		all, err := report.Snippets(x, "")
		if err != nil {
			return err
		}
		text, ok := all[language]
		if !ok {
			return command.Misusef("--in %q: must be one of %s", language, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
		}
		return c.print(nil, func(w io.Writer) { fmt.Fprintln(w, strings.TrimSuffix(text, "\n")) })
	})
	cmd.Flags().StringVar(&language, "in", "curl", "curl, fetch, python, csharp or go")
	return cmd
}

// save returns a command that writes an answer to the file that its argument
// names, however long the answer is.
func (c *ctl) save(use, short string, call request) *cobra.Command {
	return c.command(use, short, func(cmd *cobra.Command, server *client.Client, args []string) error {
		made, err := call(cmd, args)
		if err != nil {
			return err
		}
		response, err := server.Send(cmd.Context(), made)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		return c.write(args[0], response.Body)
	})
}

// write writes a document to a file; - is standard output.
func (c *ctl) write(file string, from io.Reader) error {
	if file == "-" {
		_, err := io.Copy(terminal.JSON(c.out), from)
		return err
	}
	if err := fileio.Replace(file, from); err != nil {
		return err
	}
	return c.print(nil, func(w io.Writer) { fmt.Fprintf(w, "Wrote %s.\n", file) })
}

func (c *ctl) exportHAR() *cobra.Command {
	cmd := filters(c.save("har FILE", "Write exchanges as HAR 1.2; - is standard output", c.filtered("/journal/har")))
	cmd.Flags().Int("limit", 0, "how many at most (default: all)")
	return cmd
}

func (c *ctl) bundle() *cobra.Command {
	return group("bundle", "Save the session in a file that dispatchmock replay understands", c.saveBundle())
}

// saveBundle returns the command that saves a bundle. Nothing is written of a
// session that no replay can repeat.
func (c *ctl) saveBundle() *cobra.Command {
	var force bool
	call := c.in(http.MethodGet, "/bundle")
	cmd := c.command("save FILE", "Save fixtures' digest, state, clock, seeds, scenarios and journal of the session; - is standard output", func(cmd *cobra.Command, server *client.Client, args []string) error {
		file := args[0]
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && !force {
			return fmt.Errorf("%s exists already: name another file, or overwrite it with --force", file)
		}
		made, err := call(cmd, args)
		if err != nil {
			return err
		}
		response, err := server.Send(cmd.Context(), made)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		text, err := fileio.ReadFrom(cmd.Context(), response.Body, "the bundle", bundle.MaxFile)
		if err != nil {
			return err
		}
		var b bundle.Bundle
		if err := json.Unmarshal(text, &b); err != nil {
			return server.Unlike("it is no bundle: %v", err)
		}
		if err := b.Check("the bundle of session " + c.session); err != nil {
			return fmt.Errorf("nothing is written, because it could not be replayed: %w", err)
		}
		return c.write(file, bytes.NewReader(text))
	})
	cmd.Flags().BoolVar(&force, "force", false, "overwrite a file that exists")
	return cmd
}

func (c *ctl) verify() *cobra.Command {
	call := c.here(http.MethodPost, "/journal/verify").body(file)
	return c.command("verify FILE", "Compare what happened in the session with an expectation; - is standard input", func(cmd *cobra.Command, server *client.Client, args []string) error {
		result, raw, err := fetch[expect.Result](cmd, server, args, call)
		if err != nil {
			return err
		}
		if err := c.print(raw, func(w io.Writer) { resultText(w, &result) }); err != nil {
			return err
		}
		if result.OK {
			return nil
		}
		place := ""
		if result.Pointer != "" {
			place = " at " + result.Pointer
		}
		return fmt.Errorf("%s: the journal of %s is not as expected%s", args[0], c.session, place)
	})
}

// resultText prints what was found, and in what the nearest exchanges differ.
func resultText(w io.Writer, r *expect.Result) {
	for s := range strings.SplitSeq(r.Sentence, "; ") {
		fmt.Fprintln(w, terminal.Visible(s))
	}
	for _, n := range r.Nearest {
		fmt.Fprintln(w, "\n"+terminal.Visible(fmt.Sprintf("number %d: %s %s, answered %d (%s), X-REQUEST-ID %s; %d of %d as expected", n.Sequence, n.Method, n.Path,
			n.Status, n.Verdict, n.RequestID, n.Matching, n.Fields)))
		if len(n.Differences) > 0 {
			table(w, "FIELD EXPECTED GOT", n.Differences, func(d expect.Difference) []any { return []any{d.Field, d.Expected, d.Got} })
		}
	}
}
