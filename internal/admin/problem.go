package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/quota"
)

// Problem is an error of the admin API in the form of RFC 9457.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	// Detail says what was wrong and what to do.
	Detail string `json:"detail"`
	// Diagnostics are the first places of the body that break a rule; Detail says
	// how many more there are.
	Diagnostics jsonx.Diagnostics `json:"errors,omitempty"`
}

// Error has the detail, and those errors that the detail does not spell out.
func (p *Problem) Error() string {
	text := p.Detail
	for _, d := range p.Diagnostics {
		if !strings.Contains(p.Detail, d.Rule) || !strings.Contains(p.Detail, d.Pointer) {
			text += "\n" + strings.Join([]string{d.Pointer, d.Value, d.Rule}, ": ")
		}
	}
	return text
}

func problem(status int, format string, args ...any) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, args...)}
}

// asProblem finds the status of an error.
func asProblem(err error) *Problem {
	var p *Problem
	var diags jsonx.Diagnostics
	var fully *quota.FullError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &diags):
		p := problem(http.StatusUnprocessableEntity, "%s", diags.Error())
		p.Diagnostics, _ = diags.First()
		return p
	case errors.Is(err, session.ErrUnknown):
		return problem(http.StatusNotFound, "%v", err)
	case errors.Is(err, session.ErrTaken), errors.Is(err, session.ErrDefault):
		return problem(http.StatusConflict, "%v", err)
	case errors.Is(err, session.ErrFull):
		return problem(http.StatusTooManyRequests, "%v", err)
	case errors.As(err, &fully):
		return full(err)
	case errors.Is(err, session.ErrBadID):
		return problem(http.StatusUnprocessableEntity, "%v", err)
	}
	return problem(http.StatusInternalServerError, "%v", err)
}

// full is the problem of a limit: 409 where the session that is changed must
// make room, 429 where all sessions together must.
func full(err error) *Problem {
	var e *quota.FullError
	if errors.As(err, &e) && e.Total {
		return problem(http.StatusTooManyRequests, "%v", err)
	}
	return problem(http.StatusConflict, "%v", err)
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	// The only error is that of a client which has left.
	_ = json.NewEncoder(w).Encode(p)
}
