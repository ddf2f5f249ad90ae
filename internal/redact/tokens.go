package redact

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strings"
)

// Tokens are secrets that are known by their values. They are looked for
// wherever they stand, plain, percent-encoded or escaped in JSON. Tokens never
// change, and are safe for concurrent use. Nil has none.
type Tokens struct {
	list []token // by what is looked for, in order
	// begins has, for the first byte of a token, the low five bits of the second,
	// which are the same in both cases.
	begins  [256]uint32
	partial bool // the begin of one counts, where it is long or a text was cut
}

// token is one of them.
type token struct {
	low  string // in lower case
	text string
	// exact tokens are looked for as they are spelt, others in any case; words
	// are none where they are part of a longer word.
	exact, word bool
	// with replaces the token; where with is empty, a mask of the secret of does,
	// or stars.
	with, of string
}

// Known returns tokens that have stars in their place, such as those of the
// fixtures: the mock's own answers name them as a hint. One that is part of a
// longer word is none.
func Known(tokens []string) *Tokens {
	k := &Tokens{}
	for _, t := range tokens {
		if strings.ContainsFunc(t, func(r rune) bool { return r < 0x80 && wordByte(byte(r)) }) { // signs alone are no secret
			k.add(token{text: t, exact: true, word: true})
		}
	}
	return k.sorted()
}

// Given returns tokens that were given to this program. Short ones count as
// words alone.
func Given(tokens ...string) *Tokens {
	k := &Tokens{}
	for _, t := range tokens {
		if len(t) < minSecret {
			k.add(token{text: t, exact: true, word: true, of: t})
		}
		k.addSecret(t)
	}
	return k.sorted()
}

// Replacing returns tokens that have the given texts in their place.
func Replacing(texts map[string]string) *Tokens {
	k := &Tokens{}
	for t, with := range texts {
		k.add(token{text: t, exact: true, with: with})
	}
	return k.sorted()
}

// minPartial is the length of the shortest begin of a secret that says too much.
const minPartial = 12

// chunk is about how much of a secret is looked for at once, which bounds what
// one place of a text costs. A text that has a part of a long secret is found
// by it, too.
const chunk = 32

// maxEncoded is the length of the longest secret that is looked for in base64.
const maxEncoded = 1024

// addSecret adds a secret in the spellings in which others repeat it.
func (k *Tokens) addSecret(secret string) {
	if len(secret) < minSecret || len(sample.FindString(secret)) > 0 {
		return
	}
	k.partial = true
	k.addChunks(secret, secret, isLetters(secret))
	if len(secret) > maxEncoded {
		return
	}
	// Where it stands in a longer text, such as user:token, its first byte has
	// one of three places.
	for before := range 3 {
		text := base64.RawStdEncoding.EncodeToString([]byte("\x00\x00"[:before] + secret))
		text = text[(before*8+5)/6 : (before+len(secret))*8/6] // without what depends on its neighbors
		k.addChunks(text, "", true)
		if other := strings.NewReplacer("+", "-", "/", "_").Replace(text); other != text {
			k.addChunks(other, "", true)
		}
	}
}

// isLetters reports a secret that may be a word of a language, which has
// another meaning with a capital.
func isLetters(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return (r|0x20) < 'a' || (r|0x20) > 'z' })
}

func (k *Tokens) addChunks(text, of string, exact bool) {
	for parts := (len(text) + chunk - 1) / chunk; parts > 0; parts-- {
		n := len(text) / parts
		k.add(token{text: text[:n], exact: exact, of: of})
		text, of = text[n:], ""
	}
}

func (k *Tokens) add(t token) {
	if len(t.text) < 2 {
		return
	}
	t.low = lowered(t.text)
	k.list = append(k.list, t)
	k.begin(t.low[0], t.low[1])
	for _, c := range []byte(`%\`) { // the second byte may be escaped, or the first
		k.begin(t.low[0], c)
		for _, next := range []byte(`234567u/"\`) {
			k.begin(c, next)
		}
	}
}

func (k *Tokens) begin(a, b byte) {
	k.begins[a] |= 1 << (b & 31)
	if a >= 'a' && a <= 'z' {
		k.begins[a-'a'+'A'] |= 1 << (b & 31)
	}
}

func lowered(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = lower(c)
	}
	return string(b)
}

func (k *Tokens) sorted() *Tokens {
	slices.SortFunc(k.list, func(a, b token) int {
		return cmp.Or(strings.Compare(a.low, b.low), strings.Compare(a.text, b.text), strings.Compare(b.of, a.of))
	})
	k.list = slices.CompactFunc(k.list, func(a, b token) bool { return a.text == b.text && a.exact == b.exact })
	return k
}

// Text returns a text without the tokens.
func (k *Tokens) Text(s string) string { return replaced(k, s) }

// Bytes returns the same of bytes, which it leaves as they are.
func (k *Tokens) Bytes(b []byte) []byte { return replaced(k, b) }

func replaced[T string | []byte](k *Tokens, s T) T {
	if k == nil || len(k.list) == 0 {
		return s
	}
	var out []byte // once there is something to replace
	copied := 0
	for i := 0; i+1 < len(s); {
		if k.begins[s[i]]>>(s[i+1]&31)&1 == 0 { // nearly all
			i++
			continue
		}
		end, t := find(k, s, i)
		if t == nil {
			i++
			continue
		}
		for j := i + 1; j < end && t.with == ""; j++ { // what begins within goes on behind
			if other, found := find(k, s, j); found != nil {
				end = max(end, other)
			}
		}
		out = append(append(out, s[copied:i]...), t.shown(end-i)...)
		i, copied = end, end
	}
	if copied == 0 {
		return s
	}
	return T(append(out, s[copied:]...))
}

// shown returns what replaces n bytes.
func (t *token) shown(n int) string {
	switch {
	case t.with != "":
		return t.with
	case t.of != "":
		return mask(t.of, n)
	}
	return strings.Repeat("*", n)
}

// find returns the longest token that a text has at a place, and where it ends.
func find[T string | []byte](k *Tokens, s T, i int) (end int, found *token) {
	if end, found = findSpelled(k, s, i, false); found != nil {
		return end, found
	}
	return findSpelled(k, s, i, true)
}

// findSpelled looks for tokens as they are, or for escaped ones. The tokens are in
// order: those that go on as the text does are a range, which becomes smaller
// with each byte.
func findSpelled[T string | []byte](k *Tokens, s T, i int, decode bool) (end int, found *token) {
	list := k.list
	j := i
	var begun int
	var part *token
	for depth := 0; len(list) > 0; depth++ {
		for len(list) > 0 && len(list[0].low) == depth {
			if fits(&list[0], s, i, j) {
				end, found = j, &list[0]
			}
			list = list[1:]
		}
		if len(list) == 0 {
			break
		}
		if k.partial && found == nil && (depth >= minPartial || depth >= minSecret && cutOff(s, j)) && spelledAs(list[0].text[:depth], list[0].exact, s[i:j]) {
			begun, part = j, &list[0]
		}
		if j == len(s) {
			break
		}
		c, n := s[j], 1
		if decode {
			c, n = unescaped(s, j)
		}
		list = goingOn(list, depth, lower(c))
		j += n
	}
	if found == nil {
		return begun, part
	}
	return end, found
}

// goingOn returns the tokens that have a byte at a depth.
func goingOn(list []token, depth int, c byte) []token {
	if len(list) <= 8 { // mostly, and a search would take longer
		for len(list) > 0 && list[0].low[depth] < c {
			list = list[1:]
		}
		end := 0
		for end < len(list) && list[end].low[depth] == c {
			end++
		}
		return list[:end]
	}
	begin, _ := slices.BinarySearchFunc(list, c, func(t token, c byte) int { return int(t.low[depth]) - int(c) })
	list = list[begin:]
	end, _ := slices.BinarySearchFunc(list, int(c)+1, func(t token, c int) int { return int(t.low[depth]) - c })
	return list[:end]
}

// fits reports whether what stands from i to j, which is a token in some case,
// is the token.
func fits[T string | []byte](t *token, s T, i, j int) bool {
	if !spelledAs(t.text, t.exact, s[i:j]) {
		return false
	}
	return !t.word || (i == 0 || !wordByte(s[i-1]) || !wordByte(t.text[0])) && (j == len(s) || !wordByte(s[j]) || !wordByte(t.text[len(t.text)-1]))
}

// spelledAs reports whether a text, which is the other in some case, is exactly
// that, where it must be.
func spelledAs[T string | []byte](want string, exact bool, s T) bool {
	return !exact || string(s) == want || unescape(string(s)) == want
}

// cutOff reports that a text was cut at a place.
func cutOff[T string | []byte](s T, i int) bool {
	rest := s[i:]
	if len(rest) > 0 && rest[0] == '\\' {
		rest = rest[1:]
	}
	return len(s) == i || hasPrefixFold(rest, `"...`) || hasPrefixFold(rest, "…")
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}
