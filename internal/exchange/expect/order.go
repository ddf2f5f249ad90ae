package expect

import (
	"fmt"
	"slices"
	"strings"
)

// ordered holds that requests came in an order.
func (v *verification) ordered(order []matcher, adjacent bool) Result {
	places := v.places(order, adjacent)
	if len(places) == len(order) {
		var numbers []string
		for _, i := range places {
			v.expected[i] = true
			numbers = append(numbers, fmt.Sprint(v.list[i].Sequence))
		}
		return v.meet("expected %s, and found them as %s %s", inOrder(order, adjacent), strings.Join(numbers, ", "), v.among())
	}
	missing := &order[len(places)]
	behind := 0
	where := ""
	if len(places) > 0 {
		behind = places[len(places)-1] + 1
		where = fmt.Sprintf(" behind number %d", v.list[behind-1].Sequence)
	}
	rest := v.list[behind:]
	if adjacent && len(places) > 0 {
		where = " directly" + where
		rest = rest[:min(len(rest), 1)]
	}
	near := v.nearest(missing, rest)
	sentence := fmt.Sprintf("expected %s, and found %d of %d %s; not found%s: %s", inOrder(order, adjacent), len(places), len(order), v.among(), where, missing)
	if i := slices.IndexFunc(v.list[:behind], missing.matches); i >= 0 && !slices.Contains(places, i) {
		early := missing.near(v.list[i])
		early.Differences = []Difference{{Field: "order", Expected: fmt.Sprintf("behind number %d", v.list[behind-1].Sequence), Got: fmt.Sprintf("number %d", early.Sequence)}}
		near = append([]Near{early}, near...)
		near = near[:min(len(near), maxNearest)]
	}
	return Result{Sentence: sentence + about(near), Pointer: missing.at, Nearest: near}
}

// places returns where the requests of an order are, as far as they can be
// found.
func (v *verification) places(order []matcher, adjacent bool) []int {
	var best []int
	if adjacent {
		for start := range v.list {
			if places := v.run(order, start); len(places) > len(best) {
				best = places
			}
		}
		return best
	}
	// To take the first that fits never spoils what follows.
	for i, x := range v.list {
		if v.ctx.Err() != nil {
			break
		}
		if len(best) < len(order) && order[len(best)].matches(x) {
			best = append(best, i)
		}
	}
	return best
}

// run returns how far an order goes without a gap from a place on.
func (v *verification) run(order []matcher, start int) []int {
	var places []int
	for i := start; v.ctx.Err() == nil && i < len(v.list) && len(places) < len(order) && order[len(places)].matches(v.list[i]); i++ {
		places = append(places, i)
	}
	return places
}

func inOrder(order []matcher, adjacent bool) string {
	how := "in this order"
	if adjacent {
		how += ", with nothing between them"
	}
	var parts []string
	for i := range order {
		if i == maxNamed {
			parts = append(parts, fmt.Sprintf("and %d more", len(order)-i))
			break
		}
		parts = append(parts, fmt.Sprintf("(%d) %s", i+1, &order[i]))
	}
	return how + " " + strings.Join(parts, ", ")
}

// maxNamed is how many requests of an order a sentence names.
const maxNamed = 5
