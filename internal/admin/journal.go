package admin

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/expect"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/model"
	"dispatchmock/internal/report"
)

// filter reads the filter of a request's query; the session named by the
// query, or all of them.
func (d *Admin) filter(r *http.Request) (journal.Filter, error) {
	q := r.URL.Query()
	f := journal.Filter{Session: q.Get("session"), Status: q.Get("status"), Method: q.Get("method"), Path: q.Get("path"),
		Text: q.Get("text"), Verdict: exchange.Verdict(q.Get("verdict")), Admin: q.Get("admin") == "true"}
	if f.Session != "" {
		if _, err := d.session(f.Session); err != nil {
			return f, err
		}
	}
	if s := q.Get("since"); s != "" {
		var err error
		if f.Since, err = model.ParseInstant(s); err != nil {
			return f, problem(http.StatusBadRequest, "since: %.60q: %v", s, err)
		}
	}
	for name, into := range map[string]*uint64{"after": &f.After, "before": &f.Before} {
		if s := q.Get(name); s != "" {
			n, err := strconv.ParseUint(s, 10, 64)
			if err != nil {
				return f, problem(http.StatusBadRequest, "%s: %.40q: must be the id of an exchange", name, s)
			}
			*into = n
		}
	}
	limit, err := number(q.Get("limit"), 100, 1, 10_000, "limit")
	if err != nil {
		return f, err
	}
	f.Limit = int(limit)
	if err := f.Check(); err != nil {
		return f, problem(http.StatusBadRequest, "%v", err)
	}
	return f, nil
}

func (d *Admin) listJournal(r *request) (any, error) {
	f, err := d.filter(r.Request)
	if err != nil {
		return nil, err
	}
	found, more := d.Journal.Find(f)
	rows := make([]report.Row, len(found))
	for i, x := range found {
		rows[i] = report.Summary(x)
	}
	return map[string]any{"exchanges": rows, "more": more, "lost": d.Journal.Lost(f.Session), "last": d.Journal.Last()}, nil
}

func (d *Admin) clearJournal(r *request) (any, error) {
	n, err := d.chosen(r)
	if err != nil {
		return nil, err
	}
	forgotten := []*session.Session{n}
	if n == nil {
		forgotten = d.Sessions.List()
	}
	for _, n := range forgotten {
		d.Journal.Forget(n.Spec.ID)
	}
	return nil, nil
}

// getByRequestID finds the newest exchange of an X-REQUEST-ID, so that the one
// in a bug report finds its exchange.
func (d *Admin) getByRequestID(r *request) (any, error) {
	id := r.param("request_id")
	found := d.Journal.ByRequestID(r.query("session"), id)
	if len(found) == 0 {
		return nil, problem(http.StatusNotFound, "The journal has no exchange of the request ID %.80q: it was never answered here, or it was let go of (see --journal-count).", id)
	}
	return report.NewEntry(found[0], ""), nil
}

func (d *Admin) getExchange(r *request) (any, error) {
	x, err := d.exchange(r)
	if err != nil {
		return nil, err
	}
	return report.NewEntry(x, ""), nil
}

// verifyTime is how long an expectation may take.
const verifyTime = 10 * time.Second

func (d *Admin) verify(r *request) (any, error) {
	m, err := d.models["expectation"]()
	if err != nil {
		return nil, err
	}
	e, err := expect.Parse(m, "body", r.body)
	if err != nil {
		return nil, err
	}
	n, err := d.chosenOrDefault(r.query("session"))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), verifyTime)
	defer cancel()
	result, err := e.VerifyJournal(ctx, d.Journal, n.Spec.ID)
	if err != nil {
		return nil, problem(http.StatusUnprocessableEntity, "The expectation was not decided within %v: it has too many patterns for the journal, or too large ones.", verifyTime)
	}
	return result, nil
}

// exchange returns the exchange whose ID the path has.
func (d *Admin) exchange(r *request) (*exchange.Exchange, error) {
	text := r.param("id")
	if id, err := strconv.ParseUint(text, 10, 64); err == nil {
		if x, ok := d.Journal.ByID(id); ok {
			return x, nil
		}
	}
	return nil, problem(http.StatusNotFound, "The journal has no exchange %.40q.", text)
}

func (d *Admin) getSnippets(r *request) (any, error) {
	x, err := d.exchange(r)
	if err != nil {
		return nil, err
	}
	if x.Admin {
		return nil, problem(http.StatusNotFound, "The exchange %d is a change through the admin API, which no program sends again.", x.ID)
	}
	return report.Snippets(x, "")
}
