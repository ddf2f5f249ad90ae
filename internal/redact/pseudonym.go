package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"math/rand/v2"
	"strconv"
	"strings"
	"unicode"
)

// Pseudonyms stand for personal data, drawn from a key that nobody else knows.
// The same text has the same pseudonym, which has the text's form: the length,
// and the places of letters, digits and other characters.
type Pseudonyms struct{ Key []byte }

// drawn returns the randomness that belongs to a text.
func (p Pseudonyms) drawn(text string) *rand.Rand {
	mac := hmac.New(sha256.New, p.Key)
	mac.Write([]byte(text)) // a hash takes everything
	return rand.New(rand.NewChaCha8([sha256.Size]byte(mac.Sum(nil))))
}

// Text puts another letter in the place of each letter, and another digit in the
// place of each digit.
func (p Pseudonyms) Text(text string) string {
	r := p.drawn(text)
	return strings.Map(func(c rune) rune {
		switch {
		case unicode.IsUpper(c):
			return 'A' + r.Int32N(26)
		case unicode.IsLetter(c):
			return 'a' + r.Int32N(26)
		case unicode.IsDigit(c):
			return '0' + r.Int32N(10)
		case unicode.IsMark(c):
			return 'x' // it may show the language
		}
		return c
	}, text)
}

// Emails puts a pseudonym in the place of each address of a list. The domain is
// one that nobody has.
func (p Pseudonyms) Emails(list string) string {
	if strings.TrimSpace(list) == "" {
		return list
	}
	addresses := strings.Split(list, ",")
	for i, a := range addresses {
		indent := a[:len(a)-len(strings.TrimLeft(a, " "))]
		local, _, _ := strings.Cut(strings.TrimSpace(a), "@")
		addresses[i] = indent + plainLocal(p.Text(local)) + "@example.com"
	}
	for len(addresses) > 1 && len(strings.Join(addresses, ",")) > max(len(list), 200) {
		addresses = addresses[:len(addresses)-1]
	}
	return strings.Join(addresses, ",")
}

// plainLocal keeps the local part of an address within what every reader of
// addresses takes.
func plainLocal(local string) string {
	local = strings.Trim(strings.Map(func(c rune) rune {
		if c < 0x80 && (unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune("._-+", c)) {
			return c
		}
		return 'x'
	}, local), ".")
	if local == "" || strings.Contains(local, "..") {
		return "someone"
	}
	return local[:min(len(local), 64)]
}

// Degrees moves a coordinate to anywhere within its limit, with as many decimals.
func (p Pseudonyms) Degrees(degrees string, limit int) string {
	r := p.drawn(degrees)
	text := []byte(strconv.Itoa(r.IntN(2*limit-1) - (limit - 1)))
	if _, decimals, ok := strings.Cut(degrees, "."); ok {
		text = append(text, '.')
		for range min(len(decimals), 12) {
			text = append(text, '1'+byte(r.IntN(9))) // no zero stands at the end
		}
	}
	return string(text)
}
