// Package redact is the one way a secret is kept out of anything that is kept
// or written: logs, journal, stream, bundles, reports, recordings. A secret is
// found by its place (a header field, a parameter), by its form (what follows
// the word Bearer), or by its value, and a short hash stands in its place.
package redact

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
)

// salt goes into each hash. It is another in each process: who has a hash, and
// guesses the token, learns nothing by hashing the guess. So no two processes
// can compare hashes. What another process must know again is named in another
// way: a bundle names the client of the fixtures that a token belongs to, and
// carries the placeholders that a replay sends; a recording's clients.json has
// its placeholders beside the hashes of the journal of the same run.
var salt = newSalt()

func newSalt() (s [sha256.Size]byte) {
	_, _ = rand.Read(s[:]) // never fails
	return s
}

// Mark has what replaces a secret that was redacted.
type Mark struct {
	// Shown is what the head has: the scheme, and a hash of the rest.
	Shown string
	// Stand is a placeholder of the same form as the secret: it breaks the same
	// rules, and two secrets have two. It can be sent where the secret, which
	// nobody kept, no longer can.
	Stand string
}

// NewMark returns what replaces an authorization value.
func NewMark(authorization string) Mark {
	scheme, secret := splitScheme(authorization)
	return Mark{Shown: Value(authorization), Stand: scheme + placeholder(secret)}
}

// Value redacts an authorization value. A scheme that is one of the registered
// ones is kept; a short hash replaces the rest, and differs for two secrets.
func Value(authorization string) string {
	if authorization == "" {
		return ""
	}
	scheme, secret := splitScheme(authorization)
	return scheme + Hash(secret)
}

// Hash returns the short hash that is shown for a token in this process.
func Hash(token string) string {
	h := sha256.New()
	h.Write(salt[:])
	h.Write([]byte(token)) // a hash takes everything
	return "#" + hex.EncodeToString(h.Sum(nil)[:4])
}

// Mask returns what replaces a token where the text keeps its length.
func Mask(token string) string { return mask(token, len(token)) }

// minSecret is the length of the shortest secret that is looked for outside of
// its place: a shorter one is in other texts by chance.
const minSecret = len("#00000000")

// mask returns n bytes that replace a secret.
func mask(secret string, n int) string {
	if n < minSecret {
		return strings.Repeat("*", n)
	}
	return Hash(secret) + strings.Repeat("*", n-minSecret)
}

// splitScheme cuts behind the one space that follows a registered scheme;
// where there is none, all of the value is a secret.
func splitScheme(authorization string) (scheme, secret string) {
	word, secret, ok := strings.Cut(authorization, " ")
	if ok && (strings.EqualFold(word, "bearer") || strings.EqualFold(word, "basic") || strings.EqualFold(word, "digest")) {
		return word + " ", secret
	}
	return "", authorization
}

// Blank returns a placeholder of the form of a secret that is the same in each
// run, for what others compare with the next run's: Pact files, and commands.
// Two secrets of one form have the same.
func Blank(authorization string) string {
	scheme, secret := splitScheme(authorization)
	return scheme + spelled(secret, func(_ int, first byte, _ int) byte {
		if first == '0' {
			return '0'
		}
		return first + 'x' - 'a'
	})
}

// sample is what the documentation's samples print where a value belongs.
var sample = regexp.MustCompile(`^\{[a-z_-]+\}`)

// placeholder puts another letter in the place of each letter and another digit
// in the place of each digit, drawn from the short hash alone, so that it says
// no more than the hash does.
func placeholder(secret string) string {
	stream := sha256.Sum256([]byte(Hash(secret)))
	return spelled(secret, func(i int, first byte, kinds int) byte {
		if i > 0 && i%len(stream) == 0 {
			stream = sha256.Sum256(stream[:])
		}
		return first + stream[i%len(stream)]%byte(kinds)
	})
}

// spelled returns a text of the form of a secret: with other letters and digits,
// each of a kind that begins with first. The documentation's samples stay: they
// are no secrets, and an answer to one names it.
func spelled(secret string, other func(i int, first byte, kinds int) byte) string {
	b := []byte(secret)
	named := 0 // up to where a sample goes
	for i, c := range b {
		if c == '{' {
			named = max(named, i+len(sample.FindString(secret[i:])))
		}
		switch {
		case i < named:
		case c >= 'a' && c <= 'z':
			b[i] = other(i, 'a', 26)
		case c >= 'A' && c <= 'Z':
			b[i] = other(i, 'A', 26)
		case c >= '0' && c <= '9':
			b[i] = other(i, '0', 10)
		}
	}
	return string(b)
}
