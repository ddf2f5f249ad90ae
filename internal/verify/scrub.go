package verify

import (
	"regexp"
	"slices"
	"strings"

	"dispatchmock/internal/exchange"
)

// scrubber blots secrets out of what a server says.
type scrubber struct{ known *strings.Replacer }

// newScrubber returns one that knows every secret of the options.
func newScrubber(o *Options) *scrubber {
	tokens := []string{o.Token, o.SecondToken}
	for _, t := range o.RoleTokens {
		tokens = append(tokens, t)
	}
	// The longer first: one token may begin as another does.
	slices.SortFunc(tokens, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, t := range tokens {
		if t != "" {
			pairs = append(pairs, t, exchange.HashOf(t))
		}
	}
	return &scrubber{strings.NewReplacer(pairs...)}
}

// foreign is a token that the server names by itself. A word of letters alone
// is none: servers speak of bearer authentication.
var foreign = regexp.MustCompile(`(?i)(\bbearer )([a-z0-9_=+/-]*[0-9_=+/.-][a-z0-9_=+/.-]*[a-z0-9_=+/-])`)

// Replace returns a text without secrets.
func (s *scrubber) Replace(text string) string {
	return foreign.ReplaceAllStringFunc(s.known.Replace(text), func(found string) string {
		m := foreign.FindStringSubmatch(found)
		return m[1] + exchange.HashOf(m[2])
	})
}
