package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/terminal"
)

// recordWords are the arguments that name a record.
const recordWords = "TENANT CUSTOMER LOCATION"

func (c *ctl) records() *cobra.Command {
	return group("record", "Read and write the records of the session", c.listRecords(), c.getRecord(),
		c.writeRecord("put", http.MethodPut, "Write a record from a file, checked as fixtures are; - is standard input"),
		c.writeRecord("patch", http.MethodPatch, "Change the members of a record that a file has; - is standard input"),
		c.checkRecord(), c.removeRecord(), c.revertRecord())
}

func (c *ctl) record(args []string) string {
	return c.in("/records/%s/%s/%s", args[:3]...)
}

func (c *ctl) listRecords() *cobra.Command {
	var search, after, sort, order string
	var limit, offset int
	var cmd *cobra.Command
	cmd = c.command("list", "List records in order", func(ctx context.Context, d *adminClient, _ []string) error {
		q := url.Values{}
		for _, name := range []string{"search", "limit", "after", "sort", "order", "offset"} {
			if f := cmd.Flags().Lookup(name); f.Changed {
				q.Set(name, f.Value.String())
			}
		}
		a, err := answerOf[struct {
			Records []admin.Row
			More    bool
			Total   int
		}](ctx, d, call{method: http.MethodGet, path: c.in("/records"), query: q})
		if err != nil {
			return err
		}
		return c.print(a.raw, func(w io.Writer) {
			table(w, "TENANT CUSTOMER LOCATION ACTIVE CHANGED NAME", func(row func(...any)) {
				for _, r := range a.value.Records {
					row(r.Tenant, r.Customer, r.Location, yes(r.IsActive), yes(r.Changed), r.Name)
				}
			})
			switch n := len(a.value.Records); {
			case !a.value.More || n == 0:
			case a.value.Total > 0: // paged by number
				fmt.Fprintf(w, "There are more of the %d: --offset %d\n", a.value.Total, offset+n)
			default:
				last := a.value.Records[n-1]
				fmt.Fprintf(w, "There are more: --after %d,%d,%d\n", last.Tenant, last.Customer, last.Location)
			}
		})
	})
	cmd.Flags().StringVar(&search, "search", "", "only records with this `WORD` in a name or as a number")
	cmd.Flags().IntVar(&limit, "limit", 50, "how many at most")
	cmd.Flags().StringVar(&after, "after", "", "begin behind the record `TENANT,CUSTOMER,LOCATION`")
	cmd.Flags().StringVar(&sort, "sort", "key", "by which `COLUMN`: key, customer, location, name, active or changed")
	cmd.Flags().StringVar(&order, "order", "asc", "in which `ORDER`: asc or desc")
	cmd.Flags().IntVar(&offset, "offset", 0, "how many to leave out first, where sorted")
	return cmd
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// versioned adds the flag of the API version, and returns the query of it.
func versioned(cmd *cobra.Command) func() url.Values {
	v := cmd.Flags().String("api-version", "", "the `VERSION` whose shape is meant (default: the newest)")
	return func() url.Values { return one("api_version", *v) }
}

func (c *ctl) getRecord() *cobra.Command {
	var query func() url.Values
	cmd := c.command("get "+recordWords, "Print a record", func(ctx context.Context, d *adminClient, args []string) error {
		a, err := answerOf[admin.Record](ctx, d, call{method: http.MethodGet, path: c.record(args), query: query()})
		if err != nil {
			return err
		}
		if c.json {
			return c.print(a.raw, nil)
		}
		return c.indented(a.value.Record)
	})
	query = versioned(cmd)
	return cmd
}

func (c *ctl) writeRecord(name, method, short string) *cobra.Command {
	var query func() url.Values
	var cmd *cobra.Command
	cmd = c.command(name+" "+recordWords+" FILE", short, func(ctx context.Context, d *adminClient, args []string) error {
		doc, err := document(cmd, args[3])
		if err != nil {
			return err
		}
		return c.wrote(ctx, d, call{method: method, path: c.record(args), query: query(), body: doc})
	})
	query = versioned(cmd)
	return cmd
}

// wrote tells the state of a record that a call has written.
func (c *ctl) wrote(ctx context.Context, d *adminClient, call call) error {
	a, err := answerOf[admin.Record](ctx, d, call)
	if err != nil {
		return err
	}
	if len(a.raw) == 0 {
		return c.say("The fixtures have no such record, and now the session has none either.")
	}
	return c.print(a.raw, func(w io.Writer) {
		r, as := &a.value, "as the fixtures say"
		if r.Changed {
			as = "unlike the fixtures"
		}
		fmt.Fprintf(w, "Customer %d at location %d of tenant %d is %s.\n", r.Customer, r.Location, r.Tenant, as)
	})
}

func (c *ctl) removeRecord() *cobra.Command {
	return c.command("remove "+recordWords, "Take a record out of the session", func(ctx context.Context, d *adminClient, args []string) error {
		if _, err := d.raw(ctx, call{method: http.MethodDelete, path: c.record(args)}); err != nil {
			return err
		}
		return c.say("Removed customer %s at location %s of tenant %s.", args[1], args[2], args[0])
	})
}

func (c *ctl) revertRecord() *cobra.Command {
	return c.command("revert "+recordWords, "Make a record what the fixtures say", func(ctx context.Context, d *adminClient, args []string) error {
		return c.wrote(ctx, d, call{method: http.MethodPost, path: c.record(args) + "/revert"})
	})
}

func (c *ctl) diff() *cobra.Command {
	return c.command("diff", "Show what differs from the fixtures", func(ctx context.Context, d *adminClient, _ []string) error {
		a, err := answerOf[struct {
			Patch []struct {
				Op, Path string
				Value    json.RawMessage
			}
			Pins map[string]string
		}](ctx, d, call{method: http.MethodGet, path: c.in("/diff")})
		if err != nil {
			return err
		}
		return c.print(a.raw, func(w io.Writer) {
			if len(a.value.Patch)+len(a.value.Pins) == 0 {
				fmt.Fprintln(w, "Nothing differs from the fixtures.")
			}
			for _, op := range a.value.Patch {
				fmt.Fprintln(w, strings.TrimSpace(terminal.Visible(op.Op+" "+op.Path+" "+string(op.Value))))
			}
			for _, id := range slices.Sorted(keys(a.value.Pins)) {
				fmt.Fprintln(w, terminal.Visible("pin "+id+" "+a.value.Pins[id]))
			}
		})
	})
}
