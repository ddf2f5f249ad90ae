package console

import (
	"html/template"
	"net/http"
	"strings"

	"dispatchmock/internal/manual"
)

// The paths of the manual. The first has the list of topics.
const (
	helpPage = "/_mock/help/"
	llmsPage = "/_mock/llms.txt"
)

// helpPolicy lets a page of the manual load its styles and picture, and send its
// search to the server.
const helpPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

var helpTemplate = template.Must(template.New("help").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{{.Title}} – Dispatchmock</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/_mock/ui/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/_mock/ui/base.css">
<link rel="stylesheet" href="/_mock/ui/help.css">
</head>
<body class="manual">
<header class="top">
<a class="brand" href="/_mock/"><img src="/_mock/ui/icon.svg" alt="" width="22" height="22"><span>Dispatchmock</span></a>
<form class="row" role="search" action="/_mock/help/"><input type="search" name="q" value="{{.Query}}" aria-label="Search the manual" placeholder="Search the manual"><button>Search</button></form>
</header>
<div class="columns">
<nav aria-label="Topics">{{range .Groups}}
<h2>{{.Title}}</h2>
<ul>{{range .Topics}}<li><a href="/_mock/help/{{.Name}}"{{if eq .Name $.Name}} aria-current="page"{{end}}>{{.Title}}</a></li>{{end}}</ul>{{end}}
</nav>
<main>
{{.Body}}
</main>
</div>
</body>
</html>
`))

// helpText is what the template shows.
type helpText struct {
	Name, Title, Query string
	Groups             []manual.Group
	Body               template.HTML
}

// isHelp reports a path of the manual.
func isHelp(path string) bool {
	return path == llmsPage || path == strings.TrimSuffix(helpPage, "/") || strings.HasPrefix(path, helpPage)
}

// serveHelp serves a topic as HTML, the topics that have the words of a search,
// or the list of all as plain Markdown.
func serveHelp(w http.ResponseWriter, r *http.Request) {
	topic := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, strings.TrimSuffix(helpPage, "/")), "/")
	query := r.URL.Query().Get("q")
	page, ok := manual.Page(topic)
	switch {
	case r.URL.Path == llmsPage:
		w.Header().Set("Content-Type", "text/markdown; charset=utf-8")
		// A client that leaves in between is all that can go wrong.
		_, _ = w.Write([]byte(manual.Index(func(topic string) string { return helpPage + topic + ".md" })))
		return
	case strings.HasSuffix(topic, ".md"):
		serveMarkdown(w, strings.TrimSuffix(topic, ".md"))
		return
	case topic == "" && query != "":
		page, ok = searchResult(query), true
	case topic == "":
		page, ok = manual.Index(func(topic string) string { return topic + ".md" }), true
	}
	if !ok {
		http.Error(w, "The manual has no such topic; "+helpPage+" lists them.", http.StatusNotFound)
		return
	}
	body, err := manual.HTML(page, helpPage)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	title, _, _ := strings.Cut(strings.TrimPrefix(page, "# "), "\n")
	w.Header().Set("Content-Security-Policy", helpPolicy)
	w.Header().Set("Content-Type", kinds()[".html"])
	w.Header().Set("Cache-Control", "no-cache")
	// The page is the manual's own text, in which goldmark leaves out raw HTML.
	_ = helpTemplate.Execute(w, helpText{topic, title, query, manual.Groups(), template.HTML(body)})
}

func serveMarkdown(w http.ResponseWriter, topic string) {
	page, ok := manual.Page(topic)
	if !ok {
		http.Error(w, "The manual has no such topic; "+llmsPage+" lists them.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/markdown; charset=utf-8")
	_, _ = w.Write([]byte(page))
}

// searchResult lists as Markdown the topics that have the words of a query. The query
// itself stands in the search field only, as it is no text of ours.
func searchResult(query string) string {
	found := manual.Search(query)
	if len(found) == 0 {
		return "# Nothing found\n\nNo topic has these words.\n"
	}
	var b strings.Builder
	b.WriteString("# Topics with these words\n\n")
	for _, t := range found {
		b.WriteString("- [" + t.Title + "](" + t.Name + ".md): " + t.About + "\n")
	}
	return b.String()
}
