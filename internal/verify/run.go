package verify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/model"
	"dispatchmock/internal/redact"
)

// Record names a customer at a location of the tenant.
type Record struct{ Customer, Location int64 }

func (r Record) path() string {
	return fmt.Sprintf("/customers/%d/locations/%d", r.Customer, r.Location)
}

// Options are what a run is made of.
type Options struct {
	Contract *contract.Contract
	Cases    []Case // of Contract, that are to be run

	Target *url.URL
	TLS    *tls.Config // for https; nil is the default
	// Token is that of a user with the role Dispatcher, who sees Tenant.
	Token string
	// SecondToken was issued to another client ID; "" where there is none.
	SecondToken string
	RoleTokens  map[model.Role]string
	Tenant      int64
	// ForeignTenant exists and is not the token's; nil where none is known.
	ForeignTenant *int64
	// Records begin with the one that may be deactivated; the others are read.
	Records []Record

	Writes bool // cases may deactivate the first record
	Pins   bool // cases may move the client's version pin; it is put back
	Strict bool // inferred and assumed facts fail the run as well

	Ignore  []string // pointers of differences that do not count
	Retries int      // of requests that the network failed
	Rate    float64  // requests a second; 0 is as fast as they go
	Timeout time.Duration

	Now      func() time.Time
	Progress func(done, all int, name string) // nil where nobody asks
}

// run is a run at work.
type run struct {
	Options
	ctx      context.Context
	client   *client
	secrets  *redact.Tokens // of the options
	redactor *redact.Redactor
	answers  map[string]*answer
	sent     []*answer     // in their order
	last     time.Time     // when the last request left
	first    model.Version // in force before the run named any
	moved    bool          // the pin was moved
	silent   int           // how many requests in a row had no answer
	lost     bool          // the target does not answer any more
}

// secretsOf returns the tokens of a run.
func secretsOf(o *Options) *redact.Tokens {
	return redact.Given(append(slices.Collect(maps.Values(o.RoleTokens)), o.Token, o.SecondToken)...)
}

// redacted returns what a server says without secrets: a server may repeat what
// was sent, or name other tokens.
func (r *run) redacted(text string) string { return redact.Text(r.secrets.Text(text)) }

func (r *run) redactedDifference(d Difference, a *answer) Difference {
	if name, ok := strings.CutPrefix(d.Place, "/headers/"); ok {
		d.Got = redact.Field(name, d.Got)
	}
	for _, text := range []*string{&d.Place, &d.Expected, &d.Got} {
		*text = r.redacted(*text)
		if a != nil && a.secrets != nil {
			*text = a.secrets.Text(*text)
		}
	}
	return d
}

// Run asks the target for the facts of the contract. It returns an error where
// the options make no sense, else the report of what it came to.
func Run(ctx context.Context, o Options) (*Report, error) {
	if len(o.Records) == 0 {
		return nil, errors.New("no record is named")
	}
	r := &run{Options: o, ctx: ctx, answers: map[string]*answer{}, secrets: secretsOf(&o), redactor: redact.New(),
		client: &client{target: o.Target, timeout: o.Timeout}}
	if o.Target.Scheme == "https" {
		r.client.tls = o.TLS
		if r.client.tls == nil {
			r.client.tls = &tls.Config{MinVersion: tls.VersionTLS12}
		}
	}
	defer r.client.close()
	start := o.Now()
	report := &Report{Target: o.Target.String(), Started: start, Strict: o.Strict}
	report.Problem = r.hello()
	for i, c := range o.Cases {
		if o.Progress != nil {
			o.Progress(i, len(o.Cases), c.Name)
		}
		report.Results = append(report.Results, r.decide(c))
	}
	if report.Problem == "" && r.lost {
		report.Problem = "the target stopped answering"
	}
	report.Problem = r.redacted(report.Problem)
	r.putBack()
	report.Interrupted = ctx.Err() != nil
	report.Took, report.Requests = o.Now().Sub(start), len(r.sent)
	return report, nil
}

// hello asks for the record once, so that what is in the way of all cases is
// said once; it also learns the version in force.
func (r *run) hello() string {
	a, err := r.get(r.baseline())
	if err != nil {
		r.lost = true
		return "the target gives no answer: " + err.Error()
	}
	if v, ok := a.value("X-API-VERSION"); ok && r.Contract.Has(model.Version(v)) {
		r.first = model.Version(v)
	}
	if a.status != 200 {
		return fmt.Sprintf("%s %s is answered %s: check the token, the tenant and the record", a.method, a.path, a.line())
	}
	return ""
}

// decide runs one case.
func (r *run) decide(c Case) Result {
	result := Result{Case: c}
	if r.ctx.Err() != nil || r.lost {
		result.Outcome = NotRun
		return result
	}
	if missing := r.missing(c.Needs); missing != "" {
		result.Outcome, result.Reason = Skipped, "needs "+missing
		return result
	}
	differences, err := c.check(r)
	differences = slices.DeleteFunc(differences, func(d Difference) bool { return ignored(r.Ignore, d.Place) })
	var skip errSkip
	var undecided errUndecided
	switch {
	case errors.As(err, &skip):
		result.Outcome, result.Reason = Skipped, r.redacted(err.Error())
	case errors.As(err, &undecided):
		result.Outcome, result.Reason = Undecided, r.redacted(err.Error())
	case err != nil && r.ctx.Err() != nil:
		result.Outcome = NotRun
	case err != nil:
		result.Outcome, result.Reason = Unheard, err.Error()
	case len(differences) == 0:
		result.Outcome = Holds
	case c.Grade.Documented() || r.Strict:
		result.Outcome = Fails
	default:
		result.Outcome = Warns
	}
	result.Reason = r.redacted(result.Reason) // a server may repeat what it was sent
	for _, d := range differences {
		a := r.answers[d.Request]
		result.Differences = append(result.Differences, r.redactedDifference(d, a))
		result.show(a)
	}
	return result
}

// maxShown is how many exchanges a result holds.
const maxShown = 3

func (result *Result) show(a *answer) {
	if a == nil || len(result.Exchanges) >= maxShown ||
		slices.ContainsFunc(result.Exchanges, func(s Sent) bool { return s.Name == a.name }) {
		return
	}
	x := a.exchange
	result.Exchanges = append(result.Exchanges, Sent{Name: a.name, Exchange: x, Took: float64(x.Took.Microseconds()) / 1000,
		Request: Text{x.Request.Head, string(x.Request.Body)}, Response: Text{x.Response.Head, string(x.Response.Body)}})
}

// missing returns the options that a case needs and the run lacks.
func (r *run) missing(needs []Need) string {
	var missing []string
	for _, n := range needs {
		ok := false
		switch n {
		case NeedsWrites:
			ok = r.Writes
		case NeedsPins:
			ok = r.Pins
		case NeedsTenant:
			ok = r.ForeignTenant != nil
		case NeedsSecond:
			ok = r.SecondToken != ""
		default:
			role := strings.TrimPrefix(string(n), string(needsRole("")))
			_, ok = r.RoleTokens[model.Role(role)]
		}
		if !ok {
			missing = append(missing, string(n))
		}
	}
	return strings.Join(missing, " and ")
}

// restoreWithin is how long putting the pin back may take after Ctrl-C.
const restoreWithin = 5 * time.Second

// putBack names the version that was in force before the run.
func (r *run) putBack() {
	if !r.moved || r.first == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), restoreWithin)
	defer cancel()
	old := r.ctx
	r.ctx = ctx
	_, _ = r.get(r.baseline().naming("put the version pin back", r.first))
	r.ctx = old
}
