package verify

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/model"
)

// get sends a probe, or returns the answer that it had.
func (r *run) get(p probe) (*answer, error) {
	if a, ok := r.answers[p.name]; ok {
		return a, a.err
	}
	if p.elsewhere && p.method == http.MethodDelete {
		// A record that the run was not given is not put at risk.
		look := p
		look.name, look.method = "look before "+p.name, http.MethodGet
		if a, err := r.get(look); err != nil {
			return nil, err
		} else if a.status < 400 {
			return nil, errSkip("GET finds a record there, which is not put at risk")
		}
	}
	r.moved = r.moved || p.asked != ""
	a := &answer{probe: p, version: p.asked}
	r.answers[p.name] = a
	start := r.Now()
	text := p.bytes(r.Target.Host, strings.TrimSuffix(r.Target.EscapedPath(), "/"))
	reply, err := r.try(p.method, text)
	if err != nil {
		if r.ctx.Err() != nil {
			delete(r.answers, p.name) // it was cut short, and says nothing
		}
		a.err = fmt.Errorf("%s: %w", p.name, err)
		r.miss(err)
		return a, a.err
	}
	r.silent = 0
	a.read(reply)
	if v, ok := a.value("X-API-VERSION"); ok && r.Contract.Has(model.Version(v)) {
		a.version = model.Version(v)
	}
	a.exchange = r.record(a, start, reply)
	r.sent = append(r.sent, a)
	return a, nil
}

// works returns an error where the operation's valid request does not get its
// record: then a refusal of another request proves nothing.
func (r *run) works(method string) error {
	if method == http.MethodDelete {
		return r.repeats()
	}
	a, err := r.get(r.baseline())
	if err == nil && a.status != http.StatusOK {
		err = doesNotHold("get/valid/status")
	}
	return err
}

// maxSilent is how many requests in a row may have no answer before the run
// asks whether the target is there at all.
const maxSilent = 3

// miss counts a request that the network failed.
func (r *run) miss(err error) {
	var network ErrNetwork
	if !errors.As(err, &network) || r.lost {
		return
	}
	if r.silent++; r.silent < maxSilent {
		return
	}
	r.lost = true // so that the look itself does not look again
	p := r.baseline()
	p.name = fmt.Sprintf("is the target there, after %d requests", len(r.sent))
	_, err = r.get(p)
	r.lost = err != nil
}

// try sends bytes until an answer comes or the retries are used up.
func (r *run) try(method string, request []byte) (*reply, error) {
	for i := 0; ; i++ {
		if err := r.wait(i); err != nil {
			return nil, err
		}
		reply, err := r.client.do(r.ctx, method, request)
		var network ErrNetwork
		if err == nil || !errors.As(err, &network) || i >= r.Retries || r.ctx.Err() != nil {
			return reply, err
		}
	}
}

// The pauses before a request is tried again: the first, and the longest.
const (
	firstPause = 100 * time.Millisecond
	maxPause   = 2 * time.Second
)

// wait keeps the rate, and pauses before another try.
func (r *run) wait(tries int) error {
	var pause time.Duration
	if r.Rate > 0 && !r.last.IsZero() {
		pause = time.Until(r.last.Add(time.Duration(float64(time.Second) / r.Rate)))
	}
	if tries > 0 {
		pause = max(pause, min(firstPause<<min(tries-1, 8), maxPause))
	}
	if pause > 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.ctx.Done():
		}
	}
	r.last = time.Now()
	return r.ctx.Err()
}

// record makes the record of an exchange, without secrets.
func (r *run) record(a *answer, start time.Time, in *reply) *exchange.Exchange {
	head, _, _ := strings.Cut(string(a.bytes(r.Target.Host, strings.TrimSuffix(r.Target.EscapedPath(), "/"))), "\r\n\r\n")
	x := &exchange.Exchange{ID: uint64(len(r.sent) + 1), Sequence: uint64(len(r.sent) + 1), Session: "verify", Start: start, Took: in.took,
		Method: a.method, Path: a.path, Tenant: r.Tenant, Status: a.status, Bytes: len(a.body), Target: r.Target.Host,
		VersionAsked: string(a.asked), VersionUsed: string(a.version)}
	if a.op != nil {
		x.Operation = a.op.Name
	}
	x.RequestID, _ = a.value("X-REQUEST-ID")
	a.secrets = r.redactor.Secrets()
	x.Request = exchange.Message{Body: []byte(a.probe.body), Size: int64(len(a.probe.body))}
	x.Request.Head, x.Authorization = a.secrets.Head([]byte(head))
	body := r.secrets.Bytes(a.body) // before what the exchange has: one token may begin as another does
	x.Response = exchange.Message{Body: body[:min(len(body), exchange.MaxBody)], Size: int64(len(a.body))}
	x.Response.Head, _ = a.secrets.Head([]byte(r.redacted(in.head)))
	x.Redact(a.secrets, true)
	return x
}
