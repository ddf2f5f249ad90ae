package exchange

import (
	"bytes"
	"hash/maphash"
	"regexp"
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

// secretQuery finds the values of query parameters whose names speak of
// secrets.
var secretQuery = regexp.MustCompile(`(?i)([?&][^=&#]*(?:token|secret|password|passwd|key|auth|code|session)[^=&#]*=)([^&# ]+)`)

// Head returns a request's head with its secrets blotted out, and the blots of
// its authorization fields. Other fields in which a token may stand by a slip
// (X-Token and the like) are blotted by their name.
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

func (b *Blotter) line(out *strings.Builder, line []byte) {
	if bytes.IndexByte(line, '?') < 0 {
		out.Write(line)
		return
	}
	out.WriteString(secretQuery.ReplaceAllStringFunc(string(line), func(s string) string {
		name, value, _ := strings.Cut(s, "=")
		return name + "=" + HashOf(value)
	}))
}

func (b *Blotter) field(out *strings.Builder, line []byte, blots []Blot) []Blot {
	colon := bytes.IndexByte(line, ':')
	if colon < 0 {
		out.Write(line)
		return blots
	}
	name := line[:colon]
	secret, authorization := secretField(name)
	if !secret && !suspicious(name) {
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

func suspicious(name []byte) bool {
	for _, word := range []string{"token", "secret", "password", "api-key", "apikey"} {
		if containsFold(name, word) {
			return true
		}
	}
	return false
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
