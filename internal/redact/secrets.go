package redact

import (
	"encoding/base64"
	"hash/maphash"
	"slices"
	"strings"
	"sync/atomic"
)

// Redactor redacts exchanges. It caches what was computed of the last few
// secrets, because most requests have the same one: a request to the built
// program takes 44 µs of CPU in place of 62. It is safe for concurrent use.
type Redactor struct {
	seed   maphash.Seed
	marks  [16]atomic.Pointer[cached[Mark]]
	tokens [16]atomic.Pointer[cached[*Tokens]]
}

type cached[V any] struct {
	secret string
	value  V
}

// New returns a redactor.
func New() *Redactor { return &Redactor{seed: maphash.MakeSeed()} }

// maxCached is the length of the longest secret that is cached.
const maxCached = 512

// cache returns what is computed of a secret.
func cache[V any, T string | []byte](r *Redactor, slots *[16]atomic.Pointer[cached[V]], secret T, compute func(string) V) *cached[V] {
	slot := &slots[maphash.Bytes(r.seed, []byte(secret))%uint64(len(slots))]
	if c := slot.Load(); c != nil && c.secret == string(secret) {
		return c
	}
	c := &cached[V]{secret: string(secret)}
	c.value = compute(c.secret)
	if len(secret) <= maxCached {
		slot.Store(c)
	}
	return c
}

// Secrets are those of one exchange: the places and forms of the exchange's parts
// reveal them, and then they are looked for, by value, everywhere else.
// Redactor.Secrets makes them.
type Secrets struct {
	redactor *Redactor
	values   []string
	fields   []shownField // the header fields that were redacted
	tokens   *Tokens      // the values, once they were asked for
}

type shownField struct {
	answer      bool
	name, shown string
}

// Secrets returns none, for an exchange that begins.
func (r *Redactor) Secrets() *Secrets { return &Secrets{redactor: r} }

// add has a secret looked for, and each text of an array or an object.
func (s *Secrets) add(secret string) {
	if strings.HasPrefix(secret, "[") || strings.HasPrefix(secret, "{") {
		for i, text := range strings.Split(secret, `"`) {
			if i%2 == 1 {
				s.add(text)
			}
		}
	}
	if len(secret) >= minSecret && !slices.Contains(s.values[:min(len(s.values), 8)], secret) {
		s.values, s.tokens = append(s.values, secret), nil
	}
}

// addValue has the secrets in the value of a field looked for.
func (s *Secrets) addValue(name, value string) {
	scheme, secret := splitScheme(value)
	s.add(secret)
	s.addBasic(scheme, secret)
	if word, rest, ok := strings.Cut(value, " "); ok && scheme == "" && !strings.ContainsAny(word, "=;") { // a scheme that is not known
		s.add(strings.TrimSpace(rest))
	}
	switch lowered(name) {
	case "cookie":
		for pair := range strings.SplitSeq(value, ";") {
			_, v, _ := strings.Cut(pair, "=")
			s.add(strings.TrimSpace(v))
		}
	case "set-cookie":
		pair, _, _ := strings.Cut(value, ";")
		_, v, _ := strings.Cut(pair, "=")
		s.add(strings.TrimSpace(v))
	default:
		if scheme == "" || strings.ContainsAny(secret, " =") {
			s.addSpans(value, spansOf(value, inValue))
		}
	}
}

// addBasic has the password of a Basic scheme looked for, too.
func (s *Secrets) addBasic(scheme, secret string) {
	if len(scheme) != len("basic ") {
		return
	}
	if plain, err := base64.StdEncoding.DecodeString(secret); err == nil {
		_, password, _ := strings.Cut(string(plain), ":")
		s.add(string(plain))
		s.add(password)
	}
}

func (s *Secrets) addSpans(text string, spans []span) {
	for _, at := range spans {
		s.add(unescape(text[at.start:at.end]))
	}
}

// Form redacts what has the form of a secret in a text of a client's or of a
// target's. The text keeps its length.
func (s *Secrets) Form(text string) string { return s.form(text, inValue) }

// Path does the same with a path, whose segments stay apart.
func (s *Secrets) Path(text string) string { return s.form(text, inPath) }

func (s *Secrets) form(text string, k kind) string {
	spans := spansOf(text, k)
	s.addSpans(text, spans)
	return maskSpans(text, spans)
}

// Body does the same with a body, which may have prose in it. It is left as it
// is where it has no secret, and copied else.
func (s *Secrets) Body(b []byte) []byte {
	spans := spansOf(b, inProse)
	for _, at := range spans {
		s.add(unescape(string(b[at.start:at.end])))
	}
	return maskSpans(b, spans)
}

// Field returns what replaces the value of a field of the request or of the
// answer, where the field was redacted.
func (s *Secrets) Field(answer bool, name string) (string, bool) {
	for _, f := range s.fields {
		if f.answer == answer && strings.EqualFold(f.name, name) {
			return f.shown, true
		}
	}
	return "", false
}

// Text returns a text without the secrets that were found so far.
func (s *Secrets) Text(text string) string { return s.Tokens().Text(text) }

// Bytes returns the same of bytes, which it leaves as they are.
func (s *Secrets) Bytes(b []byte) []byte { return s.Tokens().Bytes(b) }

// Tokens returns the secrets that were found so far.
func (s *Secrets) Tokens() *Tokens {
	if s.tokens == nil && len(s.values) > 0 {
		values := s.values
		if len(values) > 1 {
			values = slices.Compact(slices.Sorted(slices.Values(values)))
		}
		s.tokens = cache(s.redactor, &s.redactor.tokens, strings.Join(values, "\x00"), func(string) *Tokens {
			k := &Tokens{}
			for _, v := range values {
				k.addSecret(v)
			}
			return k.sorted()
		}).value
	}
	return s.tokens
}
