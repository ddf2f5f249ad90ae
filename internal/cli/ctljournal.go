package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dispatchmock/internal/fileio"
	"dispatchmock/internal/report"
	"dispatchmock/internal/terminal"
)

func (c *ctl) journal() *cobra.Command {
	return group("journal", "Show, follow, export and verify what happened", c.listJournal(), c.showExchange(), c.snippets(), c.clearJournal(),
		c.follow(), c.exportHAR(), c.verify())
}

// filterFlags are the flags that choose exchanges; the names are those of the
// admin API's query parameters.
type filterFlags struct {
	flags *pflag.FlagSet
	all   bool
}

func (f *filterFlags) add(flags *pflag.FlagSet) {
	f.flags = flags
	flags.BoolVar(&f.all, "all-sessions", false, "exchanges of all sessions, not of --session alone")
	flags.String("status", "", "only a status such as `404`, or a class such as 4xx")
	flags.String("method", "", "only a `METHOD`")
	flags.String("path", "", "only a `PATH`; a * in it stands for any text")
	flags.String("text", "", "only exchanges with this `TEXT` anywhere")
	flags.String("verdict", "", "only a `VERDICT`: ok, rejected, invalid, simulated or violation")
	flags.String("since", "", "only from this `TIME` of RFC 3339 on, by the session's clock")
	flags.Uint64("after", 0, "only behind the exchange of this `ID`")
	flags.Uint64("before", 0, "only before the exchange of this `ID`")
	flags.Bool("admin", false, "changes through the admin API as well")
}

func (f *filterFlags) query(session string) url.Values {
	q := url.Values{}
	if !f.all {
		q.Set("session", session)
	}
	for _, name := range []string{"status", "method", "path", "text", "verdict", "since", "after", "before", "limit", "admin"} {
		if flag := f.flags.Lookup(name); flag != nil && flag.Changed {
			q.Set(name, flag.Value.String())
		}
	}
	return q
}

func (c *ctl) listJournal() *cobra.Command {
	f := &filterFlags{}
	cmd := c.command("list", "List exchanges, the newest first", func(ctx context.Context, d *adminClient, _ []string) error {
		a, err := answerOf[struct {
			Exchanges []exchangeRow
			More      bool
			Lost      uint64
		}](ctx, d, call{method: http.MethodGet, path: "/journal", query: f.query(c.session)})
		if err != nil {
			return err
		}
		return c.print(a.raw, func(w io.Writer) {
			table(w, rowTitles, func(row func(...any)) {
				for i := range a.value.Exchanges {
					row(cells(&a.value.Exchanges[i])...)
				}
			})
			if n := len(a.value.Exchanges); a.value.More && n > 0 {
				fmt.Fprintf(w, "There are more: --before %d\n", a.value.Exchanges[n-1].ID)
			}
			if a.value.Lost > 0 {
				fmt.Fprintf(w, "%s let go of, to keep the journal's limits (--journal-count, --journal-bytes).\n", plural(int(a.value.Lost), "exchange"))
			}
		})
	})
	f.add(cmd.Flags())
	cmd.Flags().Int("limit", 100, "how many at most")
	return cmd
}

const rowTitles = "ID TIME METHOD PATH STATUS VERDICT CLIENT VERSION FINDING"

func cells(r *exchangeRow) []any {
	return []any{r.ID, r.Start, r.Method, r.Path, r.Status, r.Verdict, r.ClientID, r.Version, r.Violation}
}

// chosen is the session that was named on the command line, or "" for all.
func (c *ctl) chosen(cmd *cobra.Command) string {
	if cmd.Flags().Changed("session") {
		return c.session
	}
	return ""
}

func (c *ctl) showExchange() *cobra.Command {
	var cmd *cobra.Command
	cmd = c.command("show EXCHANGE", "Tell all about an exchange, by its X-REQUEST-ID or its number", func(ctx context.Context, d *adminClient, args []string) error {
		which := call{method: http.MethodGet, path: route("/journal/%s", args[0]), query: one("session", c.chosen(cmd))}
		if _, err := strconv.ParseUint(args[0], 10, 64); err == nil {
			which = call{method: http.MethodGet, path: route("/exchanges/%s", args[0])}
		}
		a, err := answerOf[exchangeEntry](ctx, d, which)
		if err != nil {
			return err
		}
		entry := &report.Entry{}
		if err := json.Unmarshal(a.raw, entry); err != nil {
			return d.stranger("its answer is not one of the admin API: " + err.Error())
		}
		curl := ""
		if !entry.Admin {
			// Made here: what a server sends is not to be run.
			x, err := entry.Sent()
			if err != nil {
				return err
			}
			curl = report.Curl(x, "")
		}
		return c.print(a.raw, func(w io.Writer) { tell(w, &a.value, curl) })
	})
	return cmd
}

func (c *ctl) clearJournal() *cobra.Command {
	var all bool
	cmd := c.command("clear", "Forget the exchanges of the session", func(ctx context.Context, d *adminClient, _ []string) error {
		whose, query := c.session, one("session", c.session)
		if all {
			whose, query = "all sessions", nil
		}
		if _, err := d.raw(ctx, call{method: http.MethodDelete, path: "/journal", query: query}); err != nil {
			return err
		}
		return c.say("Cleared the journal of %s.", whose)
	})
	cmd.Flags().BoolVar(&all, "all-sessions", false, "forget those of all sessions")
	return cmd
}

func (c *ctl) exportHAR() *cobra.Command {
	f := &filterFlags{}
	cmd := c.command("har FILE", "Write exchanges as HAR 1.2; - is standard output", func(ctx context.Context, d *adminClient, args []string) error {
		return c.save(ctx, d, call{method: http.MethodGet, path: "/journal/har", query: f.query(c.session)}, args[0])
	})
	f.add(cmd.Flags())
	cmd.Flags().Int("limit", 0, "how many at most (default: all)")
	return cmd
}

// save writes an answer to a file, however long it is.
func (c *ctl) save(ctx context.Context, d *adminClient, call call, name string) error {
	response, err := d.send(ctx, call)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if name == "-" {
		_, err := io.Copy(terminal.JSON(c.out), response.Body)
		return err
	}
	if err := fileio.Replace(name, response.Body); err != nil {
		return err
	}
	return c.say("Wrote %s.", name)
}

func (c *ctl) bundle() *cobra.Command {
	return group("bundle", "Save the session in a file that dispatchmock replay understands",
		c.command("save FILE", "Save fixtures' digest, state, clock, seeds, scenarios and journal of the session; - is standard output", func(ctx context.Context, d *adminClient, args []string) error {
			return c.save(ctx, d, call{method: http.MethodGet, path: c.in("/bundle")}, args[0])
		}))
}

func (c *ctl) verify() *cobra.Command {
	var cmd *cobra.Command
	cmd = c.command("verify FILE", "Hold what happened in the session against an expectation; - is standard input", func(ctx context.Context, d *adminClient, args []string) error {
		doc, err := document(cmd, args[0])
		if err != nil {
			return err
		}
		a, err := answerOf[verifyResult](ctx, d, call{method: http.MethodPost, path: "/journal/verify", query: one("session", c.session), body: doc})
		if err != nil {
			return err
		}
		r := &a.value
		if err := c.print(a.raw, func(w io.Writer) { verdict(w, r) }); err != nil {
			return err
		}
		if !r.OK {
			return fmt.Errorf("%s: the journal of %s is not as expected%s", args[0], c.session, at(r.Pointer))
		}
		return nil
	})
	return cmd
}

func at(pointer string) string {
	if pointer == "" {
		return ""
	}
	return " at " + pointer
}

// verdict prints what was found, and in what the nearest exchanges differ.
func verdict(w io.Writer, r *verifyResult) {
	for s := range strings.SplitSeq(r.Sentence, "; ") {
		fmt.Fprintln(w, terminal.Visible(s))
	}
	for i := range r.Nearest {
		n := &r.Nearest[i]
		fmt.Fprintln(w, "\n"+terminal.Visible(fmt.Sprintf("number %d: %s %s, answered %d (%s), X-REQUEST-ID %s; %d of %d as expected", n.Sequence, n.Method, n.Path,
			n.Status, n.Verdict, n.RequestID, n.Matching, n.Fields)))
		if len(n.Differences) > 0 {
			table(w, "FIELD EXPECTED GOT", func(row func(...any)) {
				for _, d := range n.Differences {
					row(d.Field, d.Expected, d.Got)
				}
			})
		}
	}
}
