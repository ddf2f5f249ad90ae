package control

import (
	"cmp"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dispatchmock/internal/session"
)

// orders are the columns by which records can be sorted. Those that are alike
// stay in the order of their keys.
func orders() map[string]func(a, b *Row) int {
	return map[string]func(a, b *Row) int{
		"key":      func(*Row, *Row) int { return 0 },
		"customer": func(a, b *Row) int { return cmp.Compare(a.Customer, b.Customer) },
		"location": func(a, b *Row) int { return cmp.Compare(a.Location, b.Location) },
		"name":     func(a, b *Row) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) },
		"active":   func(a, b *Row) int { return compareBools(a.IsActive, b.IsActive) },
		"changed":  func(a, b *Row) int { return compareBools(a.Changed, b.Changed) },
	}
}

// compareBools has true before false.
func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// sortedRecords returns a page of all records that the search finds, in the
// order of a column, and how many there are.
func sortedRecords(n *session.Session, q url.Values, limit int) (any, error) {
	column := q.Get("sort")
	if column == "" {
		column = "key"
	}
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
	keys, _ := n.World.Page(nil, math.MaxInt, matcher(q.Get("search")))
	rows := make([]Row, 0, len(keys))
	for _, k := range keys {
		if row, ok := showRow(n, k); ok {
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b Row) int {
		if order == "desc" {
			return compare(&b, &a)
		}
		return compare(&a, &b)
	})
	if order == "desc" && column == "key" {
		slices.Reverse(rows)
	}
	from := min(int(offset), len(rows))
	to := min(from+limit, len(rows))
	return map[string]any{"records": rows[from:to], "more": to < len(rows), "total": len(rows)}, nil
}
