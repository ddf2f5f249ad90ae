package cli

import (
	_ "embed"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/template"

	"dispatchmock/internal/cli/command"

	"github.com/spf13/cobra"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/contract/openapi"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
)

func newDiff(io streams) *cobra.Command {
	var files sources
	format := "text"
	cmd := &cobra.Command{
		Use:   "diff VERSION VERSION",
		Short: "Show what an API version changes: in the schemas, and in one record",
		Args:  takes(2, "two API versions, such as 2019/02/08 2021/04/07"),
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := files.readContract()
			if err != nil {
				return err
			}
			d := comparison{}
			if d.Before, err = knownVersion(c, args[0]); err != nil {
				return err
			}
			if d.After, err = knownVersion(c, args[1]); err != nil {
				return err
			}
			if err := d.fill(c); err != nil {
				return err
			}
			if format == "json" {
				return printJSON(io.out, d)
			}
			return d.print(io.out)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().Var(command.OneOf(&format, "text", "json"), "format", "form of the comparison")
	files.addSchemas(cmd.Flags())
	return cmd
}

// comparison is two API versions side by side.
type comparison struct {
	Before     model.Version    `json:"before"`
	After      model.Version    `json:"after"`
	Documented []sentence       `json:"documented"`
	Schemas    []contract.Delta `json:"schemas"`
	Record     []memberPair     `json:"record"`
}

// sentence is a change in the documentation's words.
type sentence struct {
	Version  model.Version `json:"version"`
	Model    string        `json:"model"`
	Sentence string        `json:"sentence"`
}

// memberPair is a member of the sample record as two versions print it; "" where a
// version has none.
type memberPair struct {
	Name   string `json:"name"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

func (d *comparison) fill(c *contract.Contract) error {
	d.Documented, d.Schemas = []sentence{}, append([]contract.Delta{}, c.Diff(d.Before, d.After)...)
	older, newer := min(d.Before, d.After), max(d.Before, d.After)
	for _, change := range model.Changes() {
		if change.Version > older && change.Version <= newer {
			d.Documented = append(d.Documented, sentence{change.Version, change.Model, change.Sentence})
		}
	}
	before, err := openapi.Sample(d.Before)
	if err != nil {
		return err
	}
	after, err := openapi.Sample(d.After)
	if err != nil {
		return err
	}
	names := maps.Clone(before)
	maps.Copy(names, after)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		pair := memberPair{Name: name}
		if pair.Before, err = printed(before, name); err != nil {
			return err
		}
		if pair.After, err = printed(after, name); err != nil {
			return err
		}
		d.Record = append(d.Record, pair)
	}
	return nil
}

// printed returns a member's value as the wire has it, "" where there is none.
func printed(record map[string]any, name string) (string, error) {
	v, ok := record[name]
	if !ok {
		return "", nil
	}
	b, err := jsonx.AppendJSON(nil, v)
	return string(b), err
}

// maxColumn is how many characters a record's column has.
const maxColumn = 52

//go:embed diff.tmpl
var diffText string

func (d *comparison) print(w io.Writer) error {
	t, err := template.New("diff").Funcs(template.FuncMap{"column": func(v model.Version) string { return column(string(v)) }}).Parse(diffText)
	if err != nil {
		return err
	}
	return t.Execute(w, d)
}

// Differs reports that the sample's record is not the same in both versions.
func (d *comparison) Differs() bool {
	return slices.ContainsFunc(d.Record, func(m memberPair) bool { return m.Before != m.After })
}

// String returns the member in both versions side by side.
func (m memberPair) String() string {
	mark, before, after := " ", "", ""
	if m.Before != m.After {
		mark = "!"
	}
	if m.Before != "" {
		before = m.Name + ": " + m.Before
	}
	if m.After != "" {
		after = m.Name + ": " + m.After
	}
	return strings.TrimRight(fmt.Sprintf("  %s %s  %s", mark, column(before), strings.TrimRight(column(after), " ")), " ")
}

// column cuts or fills a text to a column's width.
func column(s string) string {
	if all := []rune(s); len(all) > maxColumn {
		s = string(all[:maxColumn-1]) + "…"
	}
	return fmt.Sprintf("%-*s", maxColumn, s)
}
