package manual

import (
	"io"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// Terminal says how a page is rendered for a terminal.
type Terminal struct {
	Width  int
	Colour bool // whether escape sequences set the style of words
}

// The styles of words, as codes of the escape sequence that selects them.
const (
	plain    = ""
	bold     = "1"
	italic   = "3"
	underled = "4"
	code     = "36"
	heading  = "1;34"
)

// Render writes a page as text of lines that fit the width. Code and words that
// are longer than a line stay whole.
func (t Terminal) Render(w io.Writer, page string) error {
	r := &renderer{Terminal: t, source: []byte(page)}
	r.blocks(markdown.Parser().Parse(text.NewReader(r.source)), "")
	_, err := io.WriteString(w, strings.TrimLeft(r.out.String(), "\n"))
	return err
}

type renderer struct {
	Terminal
	source []byte
	out    strings.Builder
}

// blocks writes the blocks in a node, each behind an empty line.
func (r *renderer) blocks(parent ast.Node, indent string) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if _, skipped := n.(*ast.HTMLBlock); !skipped {
			r.out.WriteByte('\n')
			r.block(n, indent)
		}
	}
}

func (r *renderer) block(n ast.Node, indent string) {
	switch n := n.(type) {
	case *ast.Heading:
		line := line{}
		r.inline(n, heading, &line)
		r.paragraph(line, indent)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		for i := range n.Lines().Len() {
			at := n.Lines().At(i)
			r.out.WriteString(strings.TrimRight(indent+"    "+string(at.Value(r.source)), "\n ") + "\n")
		}
	case *ast.List:
		r.list(n, indent)
	case *extast.Table:
		r.table(n, indent)
	case *ast.Blockquote:
		r.blocks(n, indent+"  ")
	default:
		line := line{}
		r.inline(n, plain, &line)
		r.paragraph(line, indent)
	}
}

func (r *renderer) list(list *ast.List, indent string) {
	number := list.Start
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		marker := "- "
		if list.IsOrdered() {
			marker = strconv.Itoa(number) + ". "
			number++
		}
		inner := &renderer{Terminal: r.Terminal, source: r.source}
		inner.blocks(item, indent+strings.Repeat(" ", len(marker)))
		body := strings.TrimLeft(inner.out.String(), "\n ")
		r.out.WriteString(indent + marker + body)
	}
}

// paragraph writes words as lines.
func (r *renderer) paragraph(words line, indent string) {
	for _, l := range wrap(words, r.Width-len(indent)) {
		r.out.WriteString(indent + r.styled(l) + "\n")
	}
}

// inline collects the words of a node.
func (r *renderer) inline(parent ast.Node, style string, to *line) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			to.add(string(n.Segment.Value(r.source)), style)
			if n.SoftLineBreak() || n.HardLineBreak() {
				to.add(" ", style)
			}
		case *ast.String:
			to.add(string(n.Value), style)
		case *ast.CodeSpan:
			r.inline(n, code, to)
		case *ast.Emphasis:
			r.inline(n, map[bool]string{false: italic, true: bold}[n.Level > 1], to)
		case *ast.AutoLink:
			to.add(string(n.URL(r.source)), underled)
		case *ast.Link:
			r.inline(n, underled, to)
			if at := string(n.Destination); strings.HasPrefix(at, "http") {
				to.add(" ("+at+")", style)
			}
		case *ast.RawHTML:
		default:
			r.inline(n, style, to)
		}
	}
}

// styled prints words of one line.
func (r *renderer) styled(l line) string {
	var b strings.Builder
	for i, word := range l.words {
		if i > 0 {
			b.WriteByte(' ')
		}
		for _, part := range word {
			if r.Colour && part.style != plain {
				b.WriteString("\x1b[" + part.style + "m" + part.text + "\x1b[0m")
			} else {
				b.WriteString(part.text)
			}
		}
	}
	return b.String()
}
