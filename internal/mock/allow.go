package mock

import (
	"strconv"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
)

// allow records what the session and the request say to do on purpose. A
// word that means nothing allows nothing, and is a problem itself.
func allow(x *exchange.Exchange, a exchange.Allowed, lists []string) {
	for _, list := range lists {
		word := a.Allow(list)
		if word == "" {
			continue
		}
		hint := "must be invalid, simulated or both" + jsonx.DidYouMean(word, []string{exchange.AllowInvalid, exchange.AllowSimulated})
		x.Problems = append(x.Problems, exchange.Violation{Part: exchange.PartRequestHeader, Pointer: "/x-mock-allow", Rule: "known allowance",
			Value: strconv.Quote(word[:min(len(word), 64)]), Hint: hint})
	}
	x.Allowed = a
}
