package redact

import (
	"net/url"
	"strings"
)

// isSecretField reports a header field that has a secret by its name, well
// spelt or not.
func isSecretField[T string | []byte](name T) bool {
	return (hasSecretWord(name) || hasSecretPart(string(name))) && !isPublicField(string(name))
}

// hasSecretPart reports a name of which a part between dashes is that of a
// secret.
func hasSecretPart(name string) bool {
	for part := range strings.SplitSeq(name, "-") {
		switch {
		case strings.EqualFold(part, "otp"), strings.EqualFold(part, "pin"), strings.EqualFold(part, "sid"), strings.EqualFold(part, "bearer"):
			return true
		}
	}
	return false
}

// isPublicField reports a field whose name only speaks of secrets: those in
// which a server asks for one, or allows one.
func isPublicField(name string) bool {
	switch strings.ToLower(name) {
	case "www-authenticate", "proxy-authenticate", "access-control-allow-credentials":
		return true
	}
	return false
}

// isSecretMember reports a member of a JSON object, or a parameter of a form,
// that has a secret by its name.
func isSecretMember(name string) bool {
	name = strings.ToLower(name)
	return (hasSecretWord(name) || secretNames[name]) && name != "author" && name != "authors"
}

// isSecretParameter reports the same of a parameter of a URL, in which names
// are short and a value too much redacted costs little.
func isSecretParameter(name string) bool {
	if plain, err := url.QueryUnescape(name); err == nil {
		name = plain
	}
	if isSecretMember(name) {
		return true
	}
	name = strings.ToLower(name)
	return strings.Contains(name, "key") || strings.Contains(name, "code") || strings.Contains(name, "session")
}

// secretNames are whole names of secrets, in lower case.
var secretNames = map[string]bool{"code": true, "hmac": true, "key": true, "otp": true, "pass": true, "pin": true, "pwd": true, "sid": true, "sig": true, "ticket": true}

// hasSecretWord reports a name that has a word of secretWords in it.
func hasSecretWord[T string | []byte](name T) bool {
	for i := range len(name) {
		c := name[i] | 0x20
		if c < 'a' || c > 'z' {
			continue
		}
		for _, word := range secretWords[c-'a'] {
			if i+1 < len(name) && lower(name[i+1]) == word[1] && hasPrefixFold(name[i:], word) { // the first test fails fast
				return true
			}
		}
	}
	return false
}

// secretWords are the words that names of secrets have in them, by their first
// letters.
var secretWords = [26][]string{
	0:         {"auth", "autor", "api-key", "api_key", "apikey", "access-key", "access_key", "accesskey", "assertion"}, //nolint:misspell // the slip is what is looked for
	'c' - 'a': {"cookie", "credential", "csrf"},
	'd' - 'a': {"dpop"},
	'f' - 'a': {"functions-key"},
	'j' - 'a': {"jwt"},
	'p' - 'a': {"passw", "passphrase", "private-key", "private_key", "privatekey"},
	's' - 'a': {"secret", "signature", "saml", "session-id", "session_id", "sessionid", "subscription-key"},
	't' - 'a': {"token"},
	'x' - 'a': {"xsrf"},
}

// hasPrefixFold reports whether a text begins with a word of lower case, in any
// spelling.
func hasPrefixFold[T string | []byte](s T, word string) bool {
	if len(s) < len(word) {
		return false
	}
	for i := range len(word) {
		if lower(s[i]) != word[i] {
			return false
		}
	}
	return true
}

func lower(c byte) byte { return lowerCase[c] }

// lowerCase is a table because each byte of a request goes through it.
var lowerCase = func() (table [256]byte) {
	for i := range table {
		table[i] = byte(i)
	}
	copy(table['A':], "abcdefghijklmnopqrstuvwxyz")
	return table
}()
