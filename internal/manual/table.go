package manual

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// gap separates two columns.
const gap = "  "

// readable is the width below which prose in a column is hard to read.
const readable = 24

// table writes a table whose cells wrap so that its rows fit the width. Where
// that leaves columns too narrow, each row becomes a list of its cells.
func (r *renderer) table(table *extast.Table, indent string) {
	var rows [][]line
	for row := table.FirstChild(); row != nil; row = row.NextSibling() {
		style := plain
		if _, head := row.(*extast.TableHeader); head {
			style = bold
		}
		rows = append(rows, r.cells(row, style))
	}
	widths, fits := columns(rows, r.Width-len(indent))
	if !fits {
		r.lists(rows, indent)
		return
	}
	for i, row := range rows {
		r.row(row, widths, indent)
		if i == 0 {
			r.out.WriteString(indent + strings.Repeat("-", sum(widths)) + "\n")
		}
	}
}

func (r *renderer) cells(row ast.Node, style string) []line {
	var cells []line
	for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
		var l line
		r.inline(cell, style, &l)
		cells = append(cells, l)
	}
	return cells
}

// columns returns the widths of the columns, and whether they fit. The widest
// shrink first.
func columns(rows [][]line, width int) (widths []int, fits bool) {
	widths, least := make([]int, len(rows[0])), make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], cell.width())
			least[i] = max(least[i], cell.longestWord(), min(cell.width(), readable))
		}
	}
	for sum(widths) > width {
		widest := -1
		for i, w := range widths {
			if w > least[i] && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return widths, false
		}
		widths[widest]--
	}
	return widths, true
}

// sum returns how wide a row is.
func sum(widths []int) int {
	total := len(gap) * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	return total
}

// lists writes each row as its first cell with the others below, each behind its
// heading.
func (r *renderer) lists(rows [][]line, indent string) {
	for i, row := range rows[1:] {
		if i > 0 {
			r.out.WriteByte('\n')
		}
		r.paragraph(row[0], indent)
		for column, cell := range row[1:] {
			if len(cell.words) == 0 {
				continue
			}
			words := line{words: slices.Clone(rows[0][column+1].words), open: true}
			words.add(":", plain)
			words.words = append(words.words, cell.words...)
			r.paragraph(words, indent+"    ")
		}
	}
}

// row writes the cells of a row beside each other.
func (r *renderer) row(cells []line, widths []int, indent string) {
	wrapped, height := make([][]line, len(cells)), 1
	for i, cell := range cells {
		wrapped[i] = wrap(cell, widths[i])
		height = max(height, len(wrapped[i]))
	}
	for y := range height {
		text := indent
		for i, lines := range wrapped {
			var l line
			if y < len(lines) {
				l = lines[y]
			}
			text += r.styled(l) + strings.Repeat(" ", max(0, widths[i]-l.width())) + gap
		}
		r.out.WriteString(strings.TrimRight(text, " ") + "\n")
	}
}
