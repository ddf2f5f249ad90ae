package recording

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/model"
	"dispatchmock/internal/redact"
	"dispatchmock/internal/terminal"
)

// golden is an exchange that is kept to be written.
type golden struct {
	request    exchange.Message
	redactions []redact.Mark
	response   exchange.Message
	chunked    bool // the request's body
	record     bool // the answer is a record of this version
	version    model.Version
	method     string
	status     int
	path       string
	needs      []int // exchanges before it without which its answer would be another
}

// keepGolden keeps an exchange, once for all that say the same.
func (r *Recorder) keepGolden(s *seen) {
	g := &golden{request: s.x.Request, redactions: s.x.Authorization, response: s.x.Response, record: s.answer == answerRecord,
		version: s.version, method: s.x.Method, status: s.x.Status, path: s.x.Path}
	if !writable(s) {
		r.left++
		return
	}
	g.response.Head = withoutLines(g.response.Head, "connection", "keep-alive", "transfer-encoding")
	coding, _ := g.request.Value("transfer-encoding")
	g.chunked = strings.EqualFold(coding, "chunked")
	g.request.Head = withoutLines(g.request.Head, "connection", "keep-alive", "proxy-connection")
	text := g.request.Head + "\x00" + string(g.request.Body) + "\x00" + g.response.Head + "\x00" + string(g.response.Body)
	at, known := r.byText[text]
	if !known {
		if len(r.exchanges) >= maxExchanges || r.goldBytes+int64(len(text)) > maxGolden {
			r.left++
			return
		}
		at = len(r.exchanges)
		g.needs = r.needs(s)
		r.exchanges = append(r.exchanges, g)
		r.byText[text] = at
		r.goldBytes += int64(len(text))
	}
	if s.client != nil && s.x.VersionAsked != "" && s.x.Status != http.StatusUnauthorized && s.x.Status != http.StatusForbidden {
		r.named[s.client] = at
	}
	if _, before := r.deleted[s.key]; s.answer == answerRecord && s.in.Method == http.MethodDelete && !before {
		r.deleted[s.key] = at
	}
}

// writable reports an exchange that the form of golden exchanges can hold: a
// request and an answer of text, whole.
func writable(s *seen) bool {
	x := s.x
	_, expects := x.Request.Value("expect")
	_, coded := x.Response.Value("content-encoding")
	return !expects && !coded && s.in.ProtoAtLeast(1, 1) && s.in.Method != http.MethodHead &&
		x.Request.Size == int64(len(x.Request.Body)) && x.Response.Size == int64(len(x.Response.Body)) &&
		utf8.ValidString(x.Response.Head) && utf8.Valid(x.Response.Body) && !strings.Contains(string(x.Response.Body), "\r\n\r\n") &&
		len(s.in.Trailer) == 0
}

// needs returns the exchanges on which an answer depends: the one that pinned
// the version, the one that changed the record, and what those depend on.
func (r *Recorder) needs(s *seen) []int {
	var direct []int
	if at, ok := r.named[s.client]; ok && s.client != nil && s.x.VersionAsked == "" {
		direct = append(direct, at)
	}
	if at, ok := r.deleted[s.key]; ok && s.route.Operation != nil && s.route.Tenant.OK {
		direct = append(direct, at)
	}
	var all []int
	for _, at := range direct {
		all = append(append(all, r.exchanges[at].needs...), at)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// texts returns the golden exchanges by the names of their files, and how many
// could not be written.
func (r *Recorder) texts() (map[string][]byte, int) {
	texts, left := map[string][]byte{}, 0
	tokens := r.tokens()
	for i, g := range r.exchanges {
		text, ok := r.text(g, tokens)
		if !ok {
			left++
			continue
		}
		texts[fmt.Sprintf("%04d-%s-%d.txtar", i+1, strings.ToLower(wordOf(g.method)), g.status)] = []byte(text)
	}
	return texts, left
}

// wordOf returns a method as a part of a file's name.
func wordOf(method string) string {
	if method == "" || strings.ContainsFunc(method, func(c rune) bool { return (c|0x20) < 'a' || (c|0x20) > 'z' }) || len(method) > 20 {
		return "other"
	}
	return method
}

func (r *Recorder) text(g *golden, tokens *redact.Tokens) (string, bool) {
	var b strings.Builder
	fmt.Fprintf(&b, "# Recorded: %s %s, answered %d.\n", g.method, tokens.Text(terminal.Visible(g.path)), g.status)
	if len(g.needs) > 0 {
		b.WriteString("# Its answer depends on what stands before it.\n")
	}
	if date, ok := g.response.Value("date"); ok {
		if t, err := time.Parse(http.TimeFormat, date); err == nil {
			b.WriteString("clock: " + t.UTC().Format(time.RFC3339) + "\n")
		}
	}
	b.WriteString(r.cors())
	for _, at := range g.needs {
		if !r.section(&b, r.exchanges[at], tokens) {
			return "", false
		}
	}
	ok := r.section(&b, g, tokens)
	return b.String(), ok
}

// section writes the two sections of an exchange.
func (r *Recorder) section(b *strings.Builder, g *golden, tokens *redact.Tokens) bool {
	request, body := tokens.Text(r.withPlaceholders(g)), tokens.Text(string(g.request.Body))
	if len(body) != len(g.request.Body) {
		request = withLength(request, len(body))
	}
	head, answer := tokens.Text(g.response.Head), tokens.Text(string(g.response.Body))
	if r.Redact {
		var ok bool
		if answer, ok = r.redacted(g, answer); !ok {
			return false
		}
	}
	if len(answer) != len(g.response.Body) {
		head = withLength(head, len(answer))
	}
	if g.chunked {
		body = chunks(body)
	}
	section := "-- request --\n" + quoteHead(request) + "\n" + quoteBody(body) + "-- response --\n" + strings.ReplaceAll(head, "\r\n", "\n") + "\n\n"
	if answer != "" {
		section += answer + "\n"
	}
	if strings.Count(section, "\n-- ")+1 != 2 { // a line would be taken for the begin of a section
		return false
	}
	b.WriteString(section)
	return true
}

// withPlaceholders returns the request's head with a placeholder in the place of
// each token that was redacted.
func (r *Recorder) withPlaceholders(g *golden) string {
	head := g.request.Head
	for _, b := range g.redactions {
		value := b.Stand
		scheme, hash, _ := strings.Cut(b.Shown, "#")
		if chosen, ok := r.byHash["#"+hash]; ok {
			value = scheme + chosen
		}
		head = strings.Replace(head, ": "+b.Shown, ": "+value, 1)
	}
	return head
}

// shortest is the length of the shortest token that is looked for in texts: a
// shorter one is in many words, and no secret.
const shortest = 6

// tokens puts its placeholder in the place of a token wherever it stands. What the
// proxy has redacted already has a mask of the token there.
func (r *Recorder) tokens() *redact.Tokens {
	texts := map[string]string{}
	for token, placeholder := range r.chosen {
		if len(token) < shortest {
			continue
		}
		texts[token] = placeholder
		if m := redact.Mask(token); m[0] == '#' {
			texts[m] = placeholder
		}
	}
	return redact.Replacing(texts)
}
