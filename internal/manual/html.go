package manual

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

var markdown = goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithAutoHeadingID()))

// HTML renders a page. Links between pages lead to base; links to files of the
// repository and pictures become plain text, as the program does not serve them.
func HTML(page, base string) ([]byte, error) {
	source := []byte(page)
	doc := markdown.Parser().Parse(text.NewReader(source))
	adapt(doc, base)
	var b bytes.Buffer
	err := markdown.Renderer().Render(&b, source, doc)
	return b.Bytes(), err
}

// adapt changes what is another in the console than on the forge.
func adapt(doc ast.Node, base string) {
	var unserved []ast.Node
	// The function returns no error, so Walk returns none.
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *extast.Table:
			n.SetAttributeString("tabindex", "0") // it scrolls on a small screen
		case *ast.Link:
			if entering {
				break
			}
			to := string(n.Destination)
			name, anchor, _ := strings.Cut(to, "#")
			page, isPage := strings.CutSuffix(name, ".md")
			switch _, ok := Page(strings.TrimPrefix(page, "../")); {
			case page == "SKILL": // as it is, for programs
				n.Destination = []byte(base + to)
			case isPage && ok:
				n.Destination = []byte(base + strings.TrimPrefix(page, "../"))
				if anchor != "" {
					n.Destination = append(n.Destination, "#"+anchor...)
				}
			case !isServed(to):
				unserved = append(unserved, n)
			}
		case *ast.Image:
			if !entering {
				unserved = append(unserved, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, n := range unserved {
		for child := n.FirstChild(); child != nil; child = n.FirstChild() {
			n.Parent().InsertBefore(n.Parent(), n, child)
		}
		n.Parent().RemoveChild(n.Parent(), n)
	}
}

// isServed reports a link that leads somewhere from the console.
func isServed(to string) bool {
	return strings.HasPrefix(to, "#") || strings.HasPrefix(to, "/") || strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "http://")
}
