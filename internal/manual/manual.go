// Package manual holds the manual: one Markdown page a topic, to be read on the
// forge, in a terminal and in the console.
package manual

import (
	"embed"
	"slices"
	"strings"
)

//go:embed *.md reference/*.md
var files embed.FS

// Topic is a page of the manual.
type Topic struct {
	Name  string
	Title string
	About string // its first paragraph
}

// Group is a heading of the list of topics.
type Group struct {
	Title  string
	Topics []Topic
}

// groups have the topics in the order in which they are listed.
var groups = []struct {
	title string
	names string
}{
	{"Begin", "quickstart npm front-end ci qa recipes agents troubleshooting"},
	{"Use the mock", "sessions scenarios scenario-files journal clock-and-ids bundles console admin-api coverage reports container https"},
	{"Meet the real API", "proxy recording verify openapi"},
	{"Look up", "commands fixtures schemas versions errors choices facts cors limits"},
}

// Groups returns all topics.
func Groups() []Group {
	var all []Group
	for _, g := range groups {
		group := Group{Title: g.title}
		for _, name := range strings.Fields(g.names) {
			page, _ := Page(name)
			group.Topics = append(group.Topics, Topic{name, title(page), about(page)})
		}
		all = append(all, group)
	}
	return all
}

// Topics returns all topics in their order.
func Topics() []Topic {
	var all []Topic
	for _, g := range Groups() {
		all = append(all, g.Topics...)
	}
	return all
}

// Page returns the Markdown text of a topic, or of a page of the reference such
// as reference/serve.
func Page(name string) (text string, ok bool) {
	page, err := files.ReadFile(name + ".md")
	return string(page), err == nil
}

// Search returns the topics whose pages have all words of a query, those that
// have them in name or title first.
func Search(query string) []Topic {
	words := strings.Fields(strings.ToLower(query))
	var first, rest []Topic
	for _, t := range Topics() {
		page, _ := Page(t.Name)
		switch {
		case len(words) == 0:
		case hasAll(t.Name+" "+t.Title, words):
			first = append(first, t)
		case hasAll(page, words):
			rest = append(rest, t)
		}
	}
	return slices.Concat(first, rest)
}

func hasAll(text string, words []string) bool {
	text = strings.ToLower(text)
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}

func title(page string) string {
	first, _, _ := strings.Cut(page, "\n")
	return strings.TrimPrefix(first, "# ")
}

// about returns the paragraph below the title, on one line.
func about(page string) string {
	_, rest, _ := strings.Cut(page, "\n\n")
	paragraph, _, _ := strings.Cut(rest, "\n\n")
	return strings.Join(strings.Fields(paragraph), " ")
}

// Index returns the list of topics as Markdown; link makes the address of a
// topic.
func Index(link func(topic string) string) string {
	var b strings.Builder
	b.WriteString("# Dispatchmock\n\nThe manual of Dispatchmock, a mock of one endpoint of the CRO Software Dispatch API.\n")
	for _, g := range Groups() {
		b.WriteString("\n## " + g.Title + "\n\n")
		writeList(&b, g.Topics, link)
	}
	return b.String()
}

func writeList(b *strings.Builder, topics []Topic, link func(string) string) {
	for _, t := range topics {
		b.WriteString("- [" + t.Title + "](" + link(t.Name) + "): " + t.About + "\n")
	}
}
