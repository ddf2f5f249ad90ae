package admin

import (
	"net/http"
	"strconv"

	"github.com/gorilla/mux"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/report"
)

// exchange returns the exchange whose ID the path has.
func (d *Admin) exchange(r *http.Request) (*exchange.Exchange, error) {
	text := mux.Vars(r)["id"]
	if id, err := strconv.ParseUint(text, 10, 64); err == nil {
		if x, ok := d.Journal.ByID(id); ok {
			return x, nil
		}
	}
	return nil, problem(http.StatusNotFound, "The journal has no exchange %.40q.", text)
}

func (d *Admin) getSnippets(r *http.Request) (any, error) {
	x, err := d.exchange(r)
	if err != nil {
		return nil, err
	}
	if x.Admin {
		return nil, problem(http.StatusNotFound, "The exchange %d is a change through the admin API, which no program sends again.", x.ID)
	}
	return report.Snippets(x, "")
}
