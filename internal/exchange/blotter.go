package exchange

import (
	"bytes"
	"hash/maphash"
	"net/url"
	"strings"
	"sync/atomic"
)

// Blotter blots secrets out of the heads of requests. It remembers the last
// few secrets, because most requests carry the same one. It is safe for
// concurrent use.
type Blotter struct {
	seed maphash.Seed
	memo [16]atomic.Pointer[blotted]
}

type blotted struct {
	value string
	blot  Blot
}

// NewBlotter returns a blotter.
func NewBlotter() *Blotter { return &Blotter{seed: maphash.MakeSeed()} }

// secretField reports whether a header field carries a secret, and whether it
// is the one that the API knows.
func secretField(name []byte) (secret, authorization bool) {
	switch len(name) {
	case len("authorization"):
		authorization = bytes.EqualFold(name, []byte("authorization"))
		return authorization, authorization
	case len("cookie"):
		return bytes.EqualFold(name, []byte("cookie")), false
	case len("proxy-authorization"):
		return bytes.EqualFold(name, []byte("proxy-authorization")), false
	}
	return false, false
}

// Head returns a message's head with its secrets blotted out, and the blots of
// its authorization fields. Other fields in which a token may stand by a slip
// are blotted by their name (X-Token and the like) or by what they say.
func (b *Blotter) Head(head []byte) (string, []Blot) {
	var out strings.Builder
	out.Grow(len(head) + 32)
	var blots []Blot
	for i := 0; len(head) > 0; i++ {
		line, rest, more := bytes.Cut(head, []byte("\r\n"))
		head = rest
		if i == 0 {
			b.line(&out, line)
		} else {
			blots = b.field(&out, line, blots)
		}
		if more {
			out.WriteString("\r\n")
		}
	}
	return out.String(), blots
}

// line blots the user part and the query of a request line.
func (b *Blotter) line(out *strings.Builder, line []byte) {
	target := line
	first, _, _ := bytes.Cut(line, []byte("?"))
	if scheme := bytes.Index(first, []byte("://")); scheme >= 0 {
		authority := scheme + len("://")
		end := len(line)
		if i := bytes.IndexAny(line[authority:], "/? "); i >= 0 {
			end = authority + i
		}
		if at := bytes.LastIndexByte(line[:end], '@'); at >= authority {
			out.Write(line[:authority])
			out.WriteString(HashOf(string(line[authority:at])))
			target = line[at:]
		}
	}
	path, query, ok := bytes.Cut(target, []byte("?"))
	out.Write(path)
	if !ok {
		return
	}
	query, protocol, _ := cutLast(query, ' ')
	out.WriteByte('?')
	for len(query) > 0 {
		pair := query
		if i := bytes.IndexAny(query, "&;"); i >= 0 {
			pair = query[:i]
		}
		b.parameter(out, pair)
		if query = query[len(pair):]; len(query) > 0 {
			out.WriteByte(query[0])
			query = query[1:]
		}
	}
	out.Write(protocol)
}

// cutLast cuts before the last c.
func cutLast(s []byte, c byte) (before, after []byte, found bool) {
	if i := bytes.LastIndexByte(s, c); i >= 0 {
		return s[:i], s[i:], true
	}
	return s, nil, false
}

// parameter blots the value of a query parameter whose name speaks of secrets,
// or that says what such a field says.
func (b *Blotter) parameter(out *strings.Builder, pair []byte) {
	name, value, ok := bytes.Cut(pair, []byte("="))
	plain, err := url.QueryUnescape(string(name))
	if err != nil {
		plain = string(name)
	}
	word := []byte(plain)
	if !ok || !suspicious(word) && !containsFold(word, "key") && !containsFold(word, "code") && !containsFold(word, "session") && !bearer(value) {
		out.Write(pair)
		return
	}
	out.Write(name)
	out.WriteString("=" + HashOf(string(value)))
}

func (b *Blotter) field(out *strings.Builder, line []byte, blots []Blot) []Blot {
	colon := bytes.IndexByte(line, ':')
	if colon < 0 {
		out.Write(line)
		return blots
	}
	name := line[:colon]
	secret, authorization := secretField(name)
	if challenge(name) || !secret && !suspicious(name) && !bearer(line[colon+1:]) {
		out.Write(line)
		return blots
	}
	value := bytes.Trim(line[colon+1:], " \t")
	blot := b.blot(value)
	out.Write(name)
	out.WriteString(": ")
	out.WriteString(blot.Shown)
	if authorization {
		blots = append(blots, blot)
	}
	return blots
}

// challenge reports a field in which a server asks for a secret.
func challenge(name []byte) bool {
	return bytes.EqualFold(name, []byte("www-authenticate")) || bytes.EqualFold(name, []byte("proxy-authenticate"))
}

// suspicious reports a name that speaks of secrets, well spelt or not.
func suspicious(name []byte) bool {
	for i, c := range name {
		var words []string
		switch c | 0x20 {
		case 'a':
			words = suspiciousA[:]
		case 'c':
			words = suspiciousC[:]
		case 'p':
			words = suspiciousP[:]
		case 's':
			words = suspiciousS[:]
		case 't':
			words = suspiciousT[:]
		}
		for _, word := range words {
			if len(name)-i >= len(word) && strings.EqualFold(string(name[i:i+len(word)]), word) {
				return true
			}
		}
	}
	return false
}

// The words that names of secrets have in them, by their first letters.
var (
	suspiciousA = [...]string{"auth", "autor", "api-key", "api_key", "apikey"} //nolint:misspell // the slip is what is looked for
	suspiciousC = [...]string{"cookie", "credential"}
	suspiciousP = [...]string{"passw", "passphrase"}
	suspiciousS = [...]string{"secret"}
	suspiciousT = [...]string{"token"}
)

// bearer reports a value that has the scheme of a bearer token in it, in one
// of its usual spellings, or a query with a token.
func bearer(value []byte) bool {
	return bytes.Contains(value, []byte("token=")) || bytes.Contains(value, []byte("earer ")) || bytes.Contains(value, []byte("EARER ")) || bytes.Contains(value, []byte("earer%20")) || bytes.Contains(value, []byte("earer+"))
}

func containsFold(s []byte, word string) bool {
	for i := 0; i+len(word) <= len(s); i++ {
		if c := s[i] | 0x20; c == word[0] && bytes.EqualFold(s[i:i+len(word)], []byte(word)) {
			return true
		}
	}
	return false
}

func (b *Blotter) blot(value []byte) Blot {
	slot := &b.memo[maphash.Bytes(b.seed, value)%uint64(len(b.memo))]
	if m := slot.Load(); m != nil && m.value == string(value) {
		return m.blot
	}
	m := &blotted{string(value), NewBlot(string(value))}
	if len(value) <= 512 {
		slot.Store(m)
	}
	return m.blot
}
