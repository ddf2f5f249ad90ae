package mock

import (
	"strconv"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
)

// announce records what the session and the request say to do on purpose. A
// word that means nothing announces nothing, and is a problem itself.
func announce(x *exchange.Exchange, a exchange.Announced, lists []string) {
	for _, list := range lists {
		word := a.Announce(list)
		if word == "" {
			continue
		}
		remedy := "must be problem, scenario or both"
		if near := contract.Nearest(word, []string{exchange.AnnouncedProblem, exchange.AnnouncedScenario}); near != "" {
			remedy += "; did you mean " + near + "?"
		}
		x.Problems = append(x.Problems, exchange.Finding{Part: exchange.PartRequestHeader, Pointer: "/x-mock-announce", Rule: "known announcement",
			Value: strconv.Quote(word[:min(len(word), 64)]), Remedy: remedy})
	}
	x.Announced = a
}
