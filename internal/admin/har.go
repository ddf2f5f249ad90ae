package admin

import (
	"io"
	"net/http"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/redact"
	"dispatchmock/internal/report"
)

// har exports the exchanges, oldest first, as HAR 1.2.
func (d *Admin) har(w http.ResponseWriter, r *http.Request) {
	f, err := d.filter(r)
	if err != nil {
		d.fail(w, r, err)
		return
	}
	if !r.URL.Query().Has("limit") {
		f.Limit = 0
	}
	w.Header().Set("Content-Disposition", `attachment; filename="dispatchmock.har"`)
	// The mock's answers name tokens that work, and the file goes to others.
	var tokens []string
	for _, c := range d.Sessions.Fixtures().Base.Clients() {
		tokens = append(tokens, c.Token)
	}
	known := redact.Known(tokens)
	d.answer(w, r, http.StatusOK, func(w io.Writer) error {
		return report.HAR(w, &report.Run{Version: d.Version}, func(yield func(*exchange.Exchange) bool) {
			for x := range d.Journal.Each(f) {
				if !yield(x.Without(known)) {
					return
				}
			}
		})
	})
}
