package cli

import (
	"errors"
	"fmt"
	"sync/atomic"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
)

// tally counts what a proxy saw.
type tally struct {
	target     string
	passed     atomic.Int64 // that the target answered
	invalid    atomic.Int64 // requests that break the contract, whoever answered them
	violated   atomic.Int64 // answers of the target that do
	violations atomic.Int64
	unchecked  atomic.Int64 // answers whose body could not be validated
	silent     atomic.Int64 // without an answer
	mocked     atomic.Int64
}

func (t *tally) count(x *exchange.Exchange) {
	if x.Invalid() != nil {
		t.invalid.Add(1)
	}
	switch {
	case x.Request.Head == "": // rejected before it was a request
	case x.Fallback != "":
		t.mocked.Add(1)
	case x.Err != nil:
		t.silent.Add(1)
	case x.Status != 0:
		t.passed.Add(1)
		if x.Unvalidated != "" {
			t.unchecked.Add(1)
		}
		if n := len(x.Violations); n > 0 {
			t.violated.Add(1)
			t.violations.Add(int64(n))
		}
	}
}

// summary returns sentences of what was seen.
func (t *tally) summary() string {
	text := fmt.Sprintf("Passed %s to %s and back: %s, %s with %s.\n", jsonx.Count(t.passed.Load(), "request"), t.target, jsonx.Count(t.invalid.Load(), "invalid request"),
		jsonx.Count(t.violated.Load(), "answer"), jsonx.Count(t.violations.Load(), "violation"))
	if n := t.unchecked.Load(); n > 0 {
		text += fmt.Sprintf("The body of %s could not be validated.\n", jsonx.Count(n, "answer"))
	}
	if n := t.silent.Load(); n > 0 {
		text += fmt.Sprintf("The target did not answer %s.\n", jsonx.Count(n, "request"))
	}
	if n := t.mocked.Load(); n > 0 {
		text += fmt.Sprintf("The mock answered %s in its place.\n", jsonx.Count(n, "request"))
	}
	return text
}

// failure says why the run fails where it is to fail by what the target does.
func (t *tally) failure() error {
	var broken, unchecked, silent error
	if n := t.violated.Load(); n > 0 {
		broken = fmt.Errorf("%s broke the contract in %s; the log says how", t.target, jsonx.Count(n, "answer"))
	}
	if n := t.unchecked.Load(); n > 0 {
		unchecked = fmt.Errorf("the body of %s of %s could not be validated; the log says why", jsonx.Count(n, "answer"), t.target)
	}
	if t.passed.Load() == 0 {
		silent = fmt.Errorf("%s answered no request, so nothing of it was validated; check --target, and that requests come to the proxy", t.target)
	}
	return errors.Join(broken, unchecked, silent)
}

// predicate says of the target what was seen, for reports.
func (t *tally) predicate() string {
	text := fmt.Sprintf("answered %s: %s, %s with %s, %s without an answer, %s answered by the mock", jsonx.Count(t.passed.Load(), "request"), jsonx.Count(t.invalid.Load(), "invalid request"),
		jsonx.Count(t.violated.Load(), "answer"), jsonx.Count(t.violations.Load(), "violation"), jsonx.Count(t.silent.Load(), "request"), jsonx.Count(t.mocked.Load(), "request"))
	if n := t.unchecked.Load(); n > 0 {
		text += ", the body of " + jsonx.Count(n, "answer") + " not validated"
	}
	return text
}
