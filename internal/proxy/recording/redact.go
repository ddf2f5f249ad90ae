package recording

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/wire"
)

// The members of a record, of its contacts and of its addresses that tell of
// persons.
var (
	personal         = []string{"name", "note", "sales_rep", "account_number_1", "account_number_2", "reference_number"}
	personalContacts = []string{"name", "number", "fax"}
	personalPlaces   = []string{"line_1", "line_2", "line_3", "line_4", "locality", "postcode", "region"}
)

// redact puts pseudonyms in the place of personal data. The same text has the
// same pseudonym everywhere in a recording, and the pseudonym its form: its
// length, and where it has letters, digits and other characters.
func (r *Recorder) redact(doc map[string]any) {
	r.texted(doc, personal)
	for _, contact := range objects(doc["contacts"]) {
		r.texted(contact, personalContacts)
		if s, ok := contact["email"].(string); ok {
			contact["email"] = r.emails(s)
		}
	}
	for _, address := range objects(doc["addresses"]) {
		r.texted(address, personalPlaces)
		r.degrees(address, "latitude", 90)
		r.degrees(address, "longitude", 180)
	}
}

func objects(v any) []map[string]any {
	items, _ := v.([]any)
	var all []map[string]any
	for _, item := range items {
		if o, ok := item.(map[string]any); ok {
			all = append(all, o)
		}
	}
	return all
}

func (r *Recorder) texted(doc map[string]any, names []string) {
	for _, name := range names {
		if s, ok := doc[name].(string); ok {
			doc[name] = r.pseudonym(s)
		}
	}
}

// stream is what a pseudonym of a text is drawn from.
type stream struct {
	key  []byte
	text string
	n    uint64
	left []byte
}

func (s *stream) next() int {
	if len(s.left) == 0 {
		mac := hmac.New(sha256.New, s.key)
		mac.Write(binary.BigEndian.AppendUint64(nil, s.n)) // a hash takes everything
		mac.Write([]byte(s.text))
		s.left = mac.Sum(nil)
		s.n++
	}
	n := s.left[0]
	s.left = s.left[1:]
	return int(n)
}

// pseudonym puts another letter in the place of each letter, and another digit
// in the place of each digit.
func (r *Recorder) pseudonym(text string) string {
	s := &stream{key: r.Key, text: text}
	return strings.Map(func(c rune) rune {
		switch {
		case unicode.IsUpper(c):
			return rune('A' + s.next()%26)
		case unicode.IsLetter(c):
			return rune('a' + s.next()%26)
		case unicode.IsDigit(c):
			return rune('0' + s.next()%10)
		case unicode.IsMark(c):
			return 'x' // it may tell the language
		}
		return c
	}, text)
}

// emails puts a pseudonym in the place of each address of a list. Its domain is
// one that nobody has.
func (r *Recorder) emails(list string) string {
	if strings.TrimSpace(list) == "" {
		return list
	}
	const domain = "@example.com"
	addresses := strings.Split(list, ",")
	for i, a := range addresses {
		mark := a[:len(a)-len(strings.TrimLeft(a, " "))]
		local, _, _ := strings.Cut(strings.TrimSpace(a), "@")
		addresses[i] = mark + plainLocal(r.pseudonym(local)) + domain
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

// degrees moves a coordinate to anywhere within its bounds, with as many
// decimals.
func (r *Recorder) degrees(doc map[string]any, name string, limit int) {
	n, ok := doc[name].(json.Number)
	if !ok {
		return
	}
	_, decimals, _ := strings.Cut(string(n), ".")
	s := &stream{key: r.Key, text: string(n)}
	whole := (s.next()*256+s.next())%(2*limit-1) - (limit - 1)
	text := fmt.Sprint(whole)
	if places := min(len(decimals), 12); places > 0 {
		digits := make([]byte, places)
		for i := range digits {
			digits[i] = byte('1' + s.next()%9) // no zero stands at the end
		}
		text += "." + string(digits)
	}
	doc[name] = json.Number(text)
}

// redacted returns the body of an answer with pseudonyms. Of what is not a record
// only errors pass, and only from requests that say nothing of persons.
func (r *Recorder) redacted(g *golden, body string) (string, bool) {
	if len(bytes.TrimSpace(g.request.Body)) > 2 || strings.Contains(g.request.Line(), "?") || !slices.Contains([]string{"GET", "DELETE", "OPTIONS"}, g.method) {
		return "", false
	}
	if !g.record {
		return body, g.status >= 400 || body == ""
	}
	tree, err := jsonx.Parse([]byte(body))
	doc, ok := tree.(map[string]any)
	if err != nil || !ok {
		return "", false
	}
	r.redact(doc)
	printed, err := wire.Print(doc)
	if err != nil {
		return "", false
	}
	return string(printed.Bytes), true
}
