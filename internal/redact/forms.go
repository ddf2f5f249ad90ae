package redact

import (
	"slices"
	"strconv"
	"strings"
)

// span is a stretch of a text.
type span struct{ start, end int }

// kind is what a text is, which says where a secret ends.
type kind uint8

const (
	inProse kind = iota // words of plain letters are no tokens, as in "bearer authentication"
	inValue             // of a field or a parameter
	inPath              // its segments end with a slash
)

// ends reports a byte that ends a secret in a text of the kind.
func (k kind) ends(c byte) bool {
	return c <= ' ' || strings.IndexByte("&;,\"'<>\\", c) >= 0 || k == inPath && c == '/' || k == inProse && !isTokenByte(c)
}

// Text redacts what a text has in the form of a secret, which keeps its length:
// what follows the words Bearer and Basic, and what a parameter or a member
// with the name of a secret has.
func Text(s string) string { return maskSpans(s, spansOf(s, inProse)) }

func maskSpans[T string | []byte](s T, spans []span) T {
	if len(spans) == 0 {
		return s
	}
	out := []byte(s)
	for _, at := range spans {
		copy(out[at.start:at.end], mask(string(s[at.start:at.end]), at.end-at.start))
	}
	return T(out)
}

// spansOf returns where a text has the form of a secret, in order.
func spansOf[T string | []byte](s T, k kind) []span {
	var spans []span
	for i := range len(s) {
		var at span
		switch s[i] {
		case 'b', 'B':
			at = afterScheme(s, i, k)
		case '=':
			at = afterEqualSign(s, i, k)
		case ':':
			if at = afterColon(s, i); at.end == at.start {
				at = userInfo(s, i)
			}
		default:
			continue
		}
		if at.end > at.start && !isRedacted(s[at.start:at.end]) {
			spans = append(spans, at)
		}
	}
	if len(spans) < 2 {
		return spans
	}
	// token=Bearer%20x is two that overlap.
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	merged := spans[:1]
	for _, at := range spans[1:] {
		if last := &merged[len(merged)-1]; at.start < last.end {
			last.end = max(last.end, at.end)
		} else {
			merged = append(merged, at)
		}
	}
	return merged
}

// isRedacted reports a secret that was redacted already.
func isRedacted[T string | []byte](s T) bool {
	if len(s) < minSecret || s[0] != '#' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if i < minSecret && !isHex(s[i]) || i >= minSecret && s[i] != '*' {
			return false
		}
	}
	return true
}

// afterScheme returns what follows the word Bearer or Basic at a place.
func afterScheme[T string | []byte](s T, i int, k kind) span {
	start := i
	switch {
	case hasPrefixFold(s[i:], "bearer"):
		start += len("bearer")
	case hasPrefixFold(s[i:], "basic"):
		start += len("basic")
	default:
		return span{}
	}
	separated := start
	for start < len(s) {
		c, n := unescaped(s, start)
		if c != ' ' && c != '\t' && c != '+' && c != ':' && c != '=' && (c != '"' || start == separated) {
			break
		}
		start += n
	}
	if start == separated {
		return span{}
	}
	end := start
	for end < len(s) && !k.ends(s[end]) {
		end++
	}
	for end > start && s[end-1] == '.' { // of a sentence
		end--
	}
	if k == inProse && isWord(s[start:end]) || hasPrefixFold(s[start:end], "realm=") {
		return span{}
	}
	return span{start, end}
}

// isTokenByte reports a byte of a bearer token (RFC 6750), plain or escaped.
func isTokenByte(c byte) bool {
	return wordByte(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=' || c == '%'
}

// isWord reports a word such as people write: letters, the first of which may
// be a capital.
func isWord[T string | []byte](s T) bool {
	for i := range len(s) {
		c := s[i]
		if i == 0 {
			c = lower(c)
		}
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// afterEqualSign returns the value of a parameter with the name of a secret.
func afterEqualSign[T string | []byte](s T, i int, k kind) span {
	name := i
	for name > 0 && isNameByte(s[name-1]) {
		name--
	}
	if name == i || !isSecretParameter(string(s[name:i])) {
		return span{}
	}
	start := i + 1
	if start < len(s) && s[start] == '"' {
		start++
	}
	end := start
	for end < len(s) && !max(k, inValue).ends(s[end]) {
		end++
	}
	return span{start, end}
}

func isNameByte(c byte) bool {
	return wordByte(c) || c == '.' || c == '%' || c == '[' || c == ']' || c == '~'
}

// afterColon returns the text of a member of a JSON object with the name of a
// secret; the object may stand in a text of JSON itself.
func afterColon[T string | []byte](s T, i int) span {
	end := i
	for end > 0 && isSpace(s[end-1]) {
		end--
	}
	if end == 0 || s[end-1] != '"' {
		return span{}
	}
	end--
	if end > 0 && s[end-1] == '\\' {
		end--
	}
	name := end
	for name > 0 && end-name < maxName && s[name-1] > ' ' && s[name-1] != '"' {
		name--
	}
	start := i + 1
	for start < len(s) && isSpace(s[start]) {
		start++
	}
	if start < len(s) && s[start] == '\\' {
		start++
	}
	if name == end || start >= len(s) || !isSecretMember(unescape(string(s[name:end]))) {
		return span{}
	}
	switch s[start] {
	case '"':
	case '[', '{':
		return nestedAt(s, start)
	default:
		return numberAt(s, start)
	}
	inner := s[start-1] == '\\'
	start++
	for end = start; end < len(s) && s[end] != '"'; end++ {
		if s[end] == '\\' && !inner {
			end++
		}
	}
	end = min(end, len(s))
	if inner && end > start && s[end-1] == '\\' {
		end--
	}
	return span{start, end}
}

// maxName is the length of the longest name of a member that is looked at.
const maxName = 128

// userInfo returns the user and the password of a URL whose scheme ends at a
// place.
func userInfo[T string | []byte](s T, i int) span {
	if !hasPrefixFold(s[i:], "://") {
		return span{}
	}
	start, password := i+len("://"), false
	for end := start; end < len(s) && s[end] > ' ' && strings.IndexByte(`/?#"'<>,`, s[end]) < 0; end++ {
		switch password = password || s[end] == ':'; {
		case s[end] == '@' && password:
			return span{start, end}
		case s[end] == '@':
			return span{}
		}
	}
	return span{}
}

// maxNested is the length of the longest array or object that counts as the
// value of a secret member.
const maxNested = 4 << 10

// nestedAt returns the array or the object that stands at a place.
func nestedAt[T string | []byte](s T, start int) span {
	depth, quoted := 0, false
	for end := start; end < len(s) && end-start < maxNested; end++ {
		switch c := s[end]; {
		case quoted && c == '\\':
			end++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			if depth--; depth == 0 {
				return span{start, end + 1}
			}
		}
	}
	return span{start, min(len(s), start+maxNested)}
}

// numberAt returns the number that stands at a place.
func numberAt[T string | []byte](s T, start int) span {
	end := start
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || strings.IndexByte("+-.eE", s[end]) >= 0) {
		end++
	}
	if end-start < minSecret { // a count, or a year
		return span{}
	}
	return span{start, end}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// unescaped returns the byte that a text has at a place, and the length of its
// spelling: as it is, in percent-encoding (once or more), or escaped in JSON.
func unescaped[T string | []byte](s T, i int) (c byte, n int) {
	if s[i] != '%' && s[i] != '\\' {
		return s[i], 1
	}
	// The backslash of an escape may be escaped itself, in JSON or in a path.
	j := i
	for range 8 { // and so on, within bounds
		j += backslash(s, j)
	}
	if j > i && j+4 < len(s) && s[j] == 'u' && s[j+1] == '0' && s[j+2] == '0' && isHex(s[j+3]) && isHex(s[j+4]) {
		return hexByte(s[j+3], s[j+4]), j + 5 - i
	}
	switch {
	case s[i] == '%':
		n := 1
		for i+n+3 < len(s) && s[i+n] == '2' && s[i+n+1] == '5' && isHex(s[i+n+2]) && isHex(s[i+n+3]) {
			n += 2
		}
		if i+n+1 < len(s) && isHex(s[i+n]) && isHex(s[i+n+1]) {
			return hexByte(s[i+n], s[i+n+1]), n + 2
		}
	case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\' || s[i+1] == '/'):
		return s[i+1], 2
	}
	return s[i], 1
}

// backslash returns the length of the spelling of a backslash at a place, or 0.
func backslash[T string | []byte](s T, i int) int {
	for _, spelling := range []string{`\`, "%5c", "%255c"} {
		if hasPrefixFold(s[i:], spelling) {
			return len(spelling)
		}
	}
	return 0
}

// unescape returns a text without its escapes.
func unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		c, n := unescaped(s, i)
		b = append(b, c)
		i += n
	}
	return string(b)
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|' ' >= 'a' && c|' ' <= 'f' }

// hexByte returns the byte of two hexadecimal digits.
func hexByte(a, b byte) byte {
	n, _ := strconv.ParseUint(string([]byte{a, b}), 16, 8)
	return byte(n)
}
