package manual

import (
	"strings"
	"testing"
	"unicode/utf8"
)

const sample = "# A *title*\n\n<!-- a comment -->\nSome `code span` and **bold** words with a [link](sessions.md#three-ways-into-a-session) to a page.\n\n" +
	"- one item that is long enough to wrap\n- [away](https://example.com/)\n\n1. first\n\n   second\n\n```sh\na  b\n```\n\n" +
	"| key | what it does, in words |\n| --- | --- |\n| `a\\|b` | wraps in its column |\n\n![a picture](../../testdata/shots/a.png) and [a file](../../go.mod)\n"

func render(t *testing.T, terminal Terminal, page string) string {
	t.Helper()
	var b strings.Builder
	if err := terminal.Render(&b, page); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRender(t *testing.T) {
	t.Parallel()
	const want = `A title

Some code span and bold words
with a link to a page.

- one item that is long enough
  to wrap
- away (https://example.com/)

1. first

   second

    a  b

key  what it does, in words
---------------------------
a|b  wraps in its column

a picture and a file
`
	if got := render(t, Terminal{Width: 30}, sample); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	narrow := "| code | field |\n| --- | --- |\n| `a-code-of-many-letters` | the-name-of-a-field |\n| b | |\n| c | x |\n"
	if got, want := render(t, Terminal{Width: 30}, narrow), "a-code-of-many-letters\n    field: the-name-of-a-field\n\nb\n\nc\n    field: x\n"; got != want {
		t.Errorf("a table that does not fit: got\n%s\nwant\n%s", got, want)
	}
	styled := render(t, Terminal{Width: 30, Colour: true}, sample)
	for _, part := range []string{"\x1b[1;34mA\x1b[0m", "\x1b[36mcode\x1b[0m \x1b[36mspan\x1b[0m", "\x1b[1mbold\x1b[0m", "\x1b[4mlink\x1b[0m", "\x1b[1mkey\x1b[0m"} {
		if !strings.Contains(styled, part) {
			t.Errorf("got\n%q\nwant %q in it", styled, part)
		}
	}
}

// TestPagesFit holds that no line of a page is wider than the terminal, but for code
// and tables of long words.
func TestPagesFit(t *testing.T) {
	t.Parallel()
	for _, topic := range Topics() {
		page, _ := Page(topic.Name)
		for _, width := range []int{80, 100} {
			text := render(t, Terminal{Width: width}, page)
			for line := range strings.Lines(text) {
				if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width && !strings.HasPrefix(line, "    ") {
					t.Errorf("%s at %d columns: a line has %d\n%s", topic.Name, width, n, line)
				}
			}
			if strings.Contains(text, "\x1b") || !strings.Contains(text, topic.Title) {
				t.Errorf("%s: got %.200q, want its title and no escape sequence", topic.Name, text)
			}
		}
	}
}

func TestHTML(t *testing.T) {
	t.Parallel()
	got, err := HTML(sample+"\n[there](reference/serve.md), [a skill](SKILL.md) and <b>raw</b>\n", "/_mock/help/")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<h1 id="a-title">A <em>title</em></h1>`, `<a href="/_mock/help/sessions#three-ways-into-a-session">link</a>`,
		`<a href="https://example.com/">away</a>`, `<p>a picture and a file</p>`, `<table tabindex="0">`, `<td><code>a|b</code></td>`, `<a href="/_mock/help/reference/serve">there</a>`,
		`<a href="/_mock/help/SKILL.md">a skill</a>`,
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("got\n%s\nwant %q in it", got, want)
		}
	}
	for _, bad := range []string{"<b>", "<img", "go.mod", "sessions.md", "serve.md", "comment"} {
		if strings.Contains(string(got), bad) {
			t.Errorf("got\n%s\nwant no %q in it", got, bad)
		}
	}
}
