package ctl

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/terminal"
)

// record is the route of a record, and recordWords the arguments that name it.
const (
	record      = "/records/%s/%s/%s"
	recordWords = "TENANT CUSTOMER LOCATION"
)

func (c *ctl) records() *cobra.Command {
	write := func(name, method, short string) *cobra.Command {
		return versioned(show(c, name+" "+recordWords+" FILE", short, c.in(method, record).query(apiVersion).body(file), recordText))
	}
	return group("record", "Read and write the records of the session",
		c.listRecords(),
		versioned(show(c, "get "+recordWords, "Print a record", c.in(http.MethodGet, record).query(apiVersion),
			func(w io.Writer, r *admin.Record) { indented(w, &r.Record) })),
		write("put", http.MethodPut, "Write a record from a file, checked as fixtures are; - is standard input"),
		write("patch", http.MethodPatch, "Change the members of a record that a file has; - is standard input"),
		versioned(c.do("check "+recordWords+" FILE", "Check a record as fixtures are, and write nothing; - is standard input",
			c.in(http.MethodPost, record+"/check").query(apiVersion).body(file), isGood)),
		c.do("remove "+recordWords, "Take a record out of the session", c.in(http.MethodDelete, record), func(args []string) string {
			return fmt.Sprintf("Removed customer %s at location %s of tenant %s.", args[1], args[2], args[0])
		}),
		show(c, "revert "+recordWords, "Make a record what the fixtures say", c.in(http.MethodPost, record+"/revert"), recordText))
}

// isGood says of a file that a check found nothing wrong in it.
func isGood(args []string) string { return args[len(args)-1] + " is good." }

func (c *ctl) listRecords() *cobra.Command {
	type answer struct {
		Records []admin.Row
		More    bool
		Total   int
	}
	var offset int
	cmd := show(c, "list", "List records in order", c.in(http.MethodGet, "/records").query("search", "limit", "after", "sort", "order", "offset"), func(w io.Writer, a *answer) {
		yes := map[bool]string{true: "yes", false: "no"}
		table(w, "TENANT CUSTOMER LOCATION ACTIVE CHANGED NAME", a.Records, func(r admin.Row) []any {
			return []any{r.Tenant, r.Customer, r.Location, yes[r.IsActive], yes[r.Changed], r.Name}
		})
		switch n := len(a.Records); {
		case !a.More || n == 0:
		case a.Total > 0: // paged by number
			fmt.Fprintf(w, "There are more of the %d: --offset %d\n", a.Total, offset+n)
		default:
			last := a.Records[n-1]
			fmt.Fprintf(w, "There are more: --after %d,%d,%d\n", last.Tenant, last.Customer, last.Location)
		}
	})
	flags := cmd.Flags()
	flags.String("search", "", "only records with this `WORD` in a name or as a number")
	flags.Int("limit", 50, "return `N` at most")
	flags.String("after", "", "begin behind the record `TENANT,CUSTOMER,LOCATION`")
	flags.String("sort", "key", "by which `COLUMN`: key, customer, location, name, active or changed")
	flags.String("order", "asc", "in which `ORDER`: asc or desc")
	flags.IntVar(&offset, "offset", 0, "leave out the first `N`, where sorted")
	return cmd
}

// recordText prints the state of a record that a call has written.
func recordText(w io.Writer, r *admin.Record) {
	if r.Record == nil { // an answer of status 204
		fmt.Fprintln(w, "The fixtures have no such record, and now the session has none either.")
		return
	}
	as := "as the fixtures say"
	if r.Changed {
		as = "unlike the fixtures"
	}
	fmt.Fprintf(w, "Customer %d at location %d of tenant %d is %s.\n", r.Customer, r.Location, r.Tenant, as)
}

func (c *ctl) diff() *cobra.Command {
	type answer struct {
		Patch []struct {
			Op, Path string
			Value    json.RawMessage
		}
		Pins map[string]string
	}
	return show(c, "diff", "Show what differs from the fixtures", c.in(http.MethodGet, "/diff"), func(w io.Writer, a *answer) {
		if len(a.Patch)+len(a.Pins) == 0 {
			fmt.Fprintln(w, "Nothing differs from the fixtures.")
		}
		for _, op := range a.Patch {
			fmt.Fprintln(w, strings.TrimSpace(terminal.Visible(op.Op+" "+op.Path+" "+string(op.Value))))
		}
		for _, id := range sortedKeys(a.Pins) {
			fmt.Fprintln(w, terminal.Visible("pin "+id+" "+a.Pins[id]))
		}
	})
}
