package exchange

import (
	"bytes"
	"strings"
)

// minSecret is the length of the shortest secret that is looked for outside of
// its field: what is shorter stands in other texts by chance.
const minSecret = len("#00000000")

// BlotElsewhere blots the secret of an authorization value out of all else that
// was recorded, where a slip may have put it: another field, the path, a body,
// or what was said of these. What stands there instead is as long, so that
// lengths that were told stay right. The response is left alone where it names
// tokens of the fixtures by itself.
func (x *Exchange) BlotElsewhere(authorization string, response bool) {
	_, secret := splitScheme(strings.TrimSpace(authorization))
	if len(secret) < minSecret || placeholder.MatchString(secret) {
		return
	}
	e := elsewhere{secret: secret}
	e.text(&x.Method)
	e.text(&x.Path)
	for _, m := range []*Message{&x.Request, &x.Response} {
		if m == &x.Response && !response {
			break
		}
		e.text(&m.Head)
		if bytes.Contains(m.Body, []byte(secret[:minSecret])) {
			body := string(m.Body)
			e.text(&body)
			m.Body = []byte(body)
		}
	}
	for _, findings := range [][]Finding{x.Problems, x.Violations, x.Deliberate} {
		for i := range findings {
			f := &findings[i]
			e.text(&f.Pointer)
			e.text(&f.Rule)
			e.text(&f.Value)
			e.text(&f.Remedy)
		}
	}
}

// elsewhere blots one secret out of texts.
type elsewhere struct{ secret, blot string }

// text blots the secret, or what is left of it where a text was cut.
func (e *elsewhere) text(s *string) {
	rest := *s
	at := strings.Index(rest, e.secret[:minSecret])
	if at < 0 {
		return
	}
	if e.blot == "" {
		e.blot = HashOf(e.secret) + strings.Repeat("*", len(e.secret)-minSecret)
	}
	var out strings.Builder
	for ; at >= 0; at = strings.Index(rest, e.secret[:minSecret]) {
		n := minSecret
		for n < len(e.secret) && at+n < len(rest) && rest[at+n] == e.secret[n] {
			n++
		}
		out.WriteString(rest[:at])
		if behind := rest[at+n:]; n == len(e.secret) || cutOff(behind) {
			out.WriteString(e.blot[:n])
		} else {
			out.WriteString(rest[at : at+n])
		}
		rest = rest[at+n:]
	}
	out.WriteString(rest)
	*s = out.String()
}

// cutOff reports what stands behind a text that was cut.
func cutOff(behind string) bool {
	return behind == "" || strings.HasPrefix(strings.TrimPrefix(behind, `\`), `"...`) || strings.HasPrefix(behind, "…")
}
