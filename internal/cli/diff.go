package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"dispatchmock/internal/cli/command"

	"github.com/spf13/cobra"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/contract/openapi"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
)

func newDiff(io streams) *cobra.Command {
	var schemas string
	format := "text"
	cmd := &cobra.Command{
		Use:   "diff VERSION VERSION",
		Short: "Show what an API version changes: in the schemas, and in one record",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return errMisuse{fmt.Errorf("diff takes two API versions, such as 2019/02/08 2021/04/07, and was given %d", len(args))}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := loadContract(schemas)
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
				e := json.NewEncoder(io.out)
				e.SetEscapeHTML(false)
				e.SetIndent("", "  ")
				return e.Encode(d)
			}
			return d.print(io.out)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().Var(command.OneOf(&format, "text", "json"), "format", "form of the comparison")
	cmd.Flags().StringVar(&schemas, "schemas", "", "read the contract from `DIR` (default: the embedded contract)")
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

func (d *comparison) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "From %s to %s\n", d.Before, d.After)
	if len(d.Documented) == 0 {
		b.WriteString("\nNo change is documented.\n")
	} else {
		b.WriteString("\nDocumented\n")
	}
	for _, s := range d.Documented {
		fmt.Fprintf(&b, "  %s, %s: %s", s.Version, s.Model, s.Sentence)
		if d.Before > d.After {
			b.WriteString(" (undone in this direction)")
		}
		b.WriteByte('\n')
	}
	if len(d.Schemas) == 0 {
		b.WriteString("\nThe schemas are the same.\n")
	} else {
		b.WriteString("\nIn the schemas\n")
	}
	place := ""
	for _, s := range d.Schemas {
		if next := s.Model + s.Pointer; next != place {
			place = next
			fmt.Fprintf(&b, "  %s\n", place)
		}
		if s.Before != "" {
			fmt.Fprintf(&b, "    - %s\n", s.Before)
		}
		if s.After != "" {
			fmt.Fprintf(&b, "    + %s\n", s.After)
		}
	}
	if slices.ContainsFunc(d.Record, func(m memberPair) bool { return m.Before != m.After }) {
		d.sideBySide(&b)
	} else {
		b.WriteString("\nThe sample's record is the same.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// sideBySide prints the sample's record in both versions.
func (d *comparison) sideBySide(b *strings.Builder) {
	fmt.Fprintf(b, "\nThe sample's record; ! marks what differs\n    %s  %s\n", column(string(d.Before)), d.After)
	for _, m := range d.Record {
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
		fmt.Fprintf(b, "  %s %s\n", mark, strings.TrimRight(column(before)+"  "+strings.TrimRight(column(after), " "), " "))
	}
}

// column cuts or fills a text to a column's width.
func column(s string) string {
	n := utf8.RuneCountInString(s)
	if n > maxColumn {
		return string([]rune(s)[:maxColumn-1]) + "…"
	}
	return s + strings.Repeat(" ", maxColumn-n)
}
