package admin

import (
	"cmp"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/mock/store"
)

// line is what is kept of a record to be sorted: a record itself is large.
type line struct {
	key             store.Key
	name            string // in small letters
	active, changed bool
}

// orders are the columns by which records can be sorted. Those that are alike
// stay in the order of their keys.
func orders() map[string]func(a, b line) int {
	return map[string]func(a, b line) int{
		"key":      func(a, b line) int { return a.key.Compare(b.key) },
		"customer": func(a, b line) int { return cmp.Compare(a.key.Customer, b.key.Customer) },
		"location": func(a, b line) int { return cmp.Compare(a.key.Location, b.key.Location) },
		"name":     func(a, b line) int { return cmp.Compare(a.name, b.name) },
		"active":   func(a, b line) int { return cmp.Compare(rank(a.active), rank(b.active)) },
		"changed":  func(a, b line) int { return cmp.Compare(rank(a.changed), rank(b.changed)) },
	}
}

// rank has true before false.
func rank(b bool) int {
	if b {
		return 0
	}
	return 1
}

// sortedRecords returns a page of all records that the search finds, in the
// order of a column, and how many there are.
func sortedRecords(n *session.Session, q url.Values, limit int) (any, error) {
	column := cmp.Or(q.Get("sort"), "key")
	compare, ok := orders()[column]
	if !ok {
		return nil, problem(http.StatusBadRequest, "sort: %.40q: must be key, customer, location, name, active or changed", column)
	}
	order := q.Get("order")
	if order != "" && order != "asc" && order != "desc" {
		return nil, problem(http.StatusBadRequest, "order: %.40q: must be asc or desc", order)
	}
	offset, err := number(q.Get("offset"), 0, 0, math.MaxInt32, "offset")
	if err != nil {
		return nil, err
	}
	lines := linesOf(n.Store, matcher(q.Get("search")), column == "name")
	slices.SortStableFunc(lines, func(a, b line) int {
		if order == "desc" {
			a, b = b, a
		}
		return compare(a, b)
	})
	from := min(int(offset), len(lines))
	to := min(from+limit, len(lines))
	keys := func(yield func(store.Key) bool) {
		for _, l := range lines[from:to] {
			if !yield(l.key) {
				return
			}
		}
	}
	return map[string]any{"records": rowsOf(n, keys), "more": to < len(lines), "total": len(lines)}, nil
}

// linesOf returns a line of each record that matches, in the order of keys.
func linesOf(s *store.Store, match func(store.Record) bool, names bool) []line {
	changed := map[store.Key]bool{}
	for _, d := range s.Differences() {
		changed[d.Key] = true
	}
	lines := make([]line, 0, s.Base().Records())
	s.Page(nil, 1, func(r store.Record) bool {
		if match == nil || match(r) {
			l := line{key: r.Key, active: r.Active, changed: changed[r.Key]}
			if names {
				l.name = strings.ToLower(nameOf(r))
			}
			lines = append(lines, l)
		}
		return false
	})
	return lines
}
