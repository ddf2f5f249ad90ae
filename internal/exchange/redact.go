package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
)

// Blot is what stands for a secret once it is blotted out.
type Blot struct {
	// Shown stands in the head: the scheme, and a hash of the rest.
	Shown string
	// Stand is a value of the same form as the secret: it breaks the same
	// rules, and two secrets have two. It can be sent where the secret, which
	// nobody kept, no longer can.
	Stand string
}

// Redact blots out the secret of an authorization value. A scheme that is one
// of the registered ones is kept; of the rest stays a short hash, by which two
// secrets can be told apart.
func Redact(authorization string) string {
	if authorization == "" {
		return ""
	}
	scheme, secret := splitScheme(authorization)
	return scheme + "#" + short(secret)
}

// NewBlot blots out an authorization value.
func NewBlot(authorization string) Blot {
	scheme, secret := splitScheme(authorization)
	return Blot{Shown: Redact(authorization), Stand: scheme + standIn(secret)}
}

// HashOf returns the short hash that stands for a token in a blotted value.
func HashOf(token string) string { return "#" + short(token) }

// splitScheme cuts behind the one space that follows a registered scheme;
// where there is none, all of the value is a secret.
func splitScheme(authorization string) (scheme, secret string) {
	word, secret, ok := strings.Cut(authorization, " ")
	if ok && (strings.EqualFold(word, "bearer") || strings.EqualFold(word, "basic") || strings.EqualFold(word, "digest")) {
		return word + " ", secret
	}
	return "", authorization
}

func short(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:4])
}

// placeholder is what the documentation's samples print where a value belongs.
var placeholder = regexp.MustCompile(`^\{[a-z_-]+\}`)

// standIn puts another letter in the place of each letter and another digit in
// the place of each digit, drawn from the short hash alone, so that it tells
// no more than the hash does. The documentation's placeholders stay: they are
// no secrets, and an answer to one names it.
func standIn(secret string) string {
	const lower, upper, digits = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
	stream := sha256.Sum256([]byte(short(secret)))
	b := []byte(secret)
	named := 0 // up to where a placeholder goes
	for i, c := range b {
		if c == '{' {
			named = max(named, i+len(placeholder.FindString(secret[i:])))
		}
		if i < named {
			continue
		}
		if i > 0 && i%len(stream) == 0 {
			stream = sha256.Sum256(stream[:])
		}
		n := int(stream[i%len(stream)])
		switch {
		case c >= 'a' && c <= 'z':
			b[i] = lower[n%len(lower)]
		case c >= 'A' && c <= 'Z':
			b[i] = upper[n%len(upper)]
		case c >= '0' && c <= '9':
			b[i] = digits[n%len(digits)]
		}
	}
	return string(b)
}
