package exchange

import (
	"slices"
	"strings"
)

// Known blots out tokens that are known, wherever they stand: a Blotter knows
// none, and leaves those that the mock's own answers name as a way out, and
// those in places where nobody looks for a secret.
type Known struct{ byWord map[string][]knownToken }

// knownToken is a token, cut where its first word begins.
type knownToken struct{ lead, rest string }

// NewKnown returns what blots out the tokens.
func NewKnown(tokens []string) *Known {
	k := &Known{map[string][]knownToken{}}
	for _, token := range tokens {
		start := strings.IndexFunc(token, func(r rune) bool { return r < 0x80 && wordByte(byte(r)) })
		if start < 0 {
			continue // signs alone are no secret
		}
		word := token[start : start+wordEnd(token[start:])]
		k.byWord[word] = append(k.byWord[word], knownToken{token[:start], token[start:]})
	}
	for _, list := range k.byWord { // one token may begin as another does
		slices.SortFunc(list, func(a, b knownToken) int { return len(b.lead) + len(b.rest) - len(a.lead) - len(a.rest) })
	}
	return k
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

func wordEnd(s string) int {
	for i := range len(s) {
		if !wordByte(s[i]) {
			return i
		}
	}
	return len(s)
}

// Text returns a text of the same length with stars in the place of tokens; a
// token that is part of a longer word is none.
func (k *Known) Text(s string) string {
	var out []byte // once there is something to blot
	for i := 0; i < len(s); {
		n := wordEnd(s[i:])
		if n == 0 {
			i++
			continue
		}
		end := i + n
		for _, t := range k.byWord[s[i:end]] {
			after := i + len(t.rest)
			if !strings.HasPrefix(s[i:], t.rest) || !strings.HasSuffix(s[:i], t.lead) || after < len(s) && wordByte(s[after]) && wordByte(t.rest[len(t.rest)-1]) {
				continue
			}
			if out == nil {
				out = []byte(s)
			}
			for at := i - len(t.lead); at < after; at++ {
				out[at] = '*'
			}
			end = after
			break
		}
		i = end
	}
	if out == nil {
		return s
	}
	return string(out)
}

// Exchange returns an exchange without the tokens: the same, where it has none.
func (k *Known) Exchange(x *Exchange) *Exchange {
	c := *x
	c.Path, c.Method = k.Text(x.Path), k.Text(x.Method)
	c.Request, c.Response = k.message(x.Request), k.message(x.Response)
	c.Problems, c.Violations, c.Deliberate = k.findings(x.Problems), k.findings(x.Violations), k.findings(x.Deliberate)
	return &c
}

func (k *Known) message(m Message) Message {
	m.Head = k.Text(m.Head)
	if text := k.Text(string(m.Body)); text != string(m.Body) {
		m.Body = []byte(text)
	}
	return m
}

func (k *Known) findings(list []Finding) []Finding {
	var blotted []Finding
	for i, f := range list {
		one := f
		one.Value, one.Remedy, one.Rule, one.Pointer = k.Text(f.Value), k.Text(f.Remedy), k.Text(f.Rule), k.Text(f.Pointer)
		if one == f {
			continue
		}
		if blotted == nil {
			blotted = slices.Clone(list)
		}
		blotted[i] = one
	}
	if blotted == nil {
		return list
	}
	return blotted
}
