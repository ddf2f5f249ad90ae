package admin

import (
	"net/http"
	"strconv"

	"github.com/gorilla/mux"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/report"
)

// exchange returns the exchange whose ID the path has.
func (d *Door) exchange(r *http.Request) (*exchange.Exchange, error) {
	text := mux.Vars(r)["id"]
	if id, err := strconv.ParseUint(text, 10, 64); err == nil {
		if x, ok := d.Journal.ByID(id); ok {
			return x, nil
		}
	}
	return nil, problem(http.StatusNotFound, "The journal has no exchange %.40q.", text)
}

func (d *Door) getSnippets(r *http.Request) (any, error) {
	x, err := d.exchange(r)
	if err != nil {
		return nil, err
	}
	if x.Control {
		return nil, problem(http.StatusNotFound, "The exchange %d is a change through the control door, which no program sends again.", x.ID)
	}
	return report.Snippets(x), nil
}
