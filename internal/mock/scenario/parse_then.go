package scenario

import (
	"net/http"
	"slices"
	"strings"
	"time"

	jsonpatch "github.com/evanphx/json-patch/v5"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

func (r *reading) then(a at) then {
	names := a.names()
	switch {
	case a.has("sequence"):
		if len(names) > 1 {
			a.diag("takes sequence alone; what else happens stands in its steps")
		}
		return r.sequence(a.member("sequence"))
	case a.has("rate_limit"):
		for _, name := range names {
			if name != "rate_limit" && name != "headers" && name != "delay" {
				a.member(name).diag("cannot be combined with rate_limit, which answers 429; headers and delay can")
			}
		}
		limit := a.member("rate_limit")
		rule := &rate{limit.member("requests").count(), limit.member("per").upTo(maxPer)}
		if rule.per <= 0 {
			limit.member("per").diag("must be longer than nothing")
		}
		return then{rate: rule, action: action{headers: r.headers(a.member("headers")), delay: r.delay(a.member("delay"))}}
	}
	return then{action: r.action(a)}
}

// maxPer is the longest time that a rate limit counts within.
const maxPer = 24 * time.Hour

func (r *reading) sequence(a at) then {
	t := then{after: a.member("after").text()}
	if t.after == "" {
		t.after = afterPass
	}
	for _, item := range a.member("steps").items() {
		s := step{times: max(item.member("times").count(), 1)}
		names := slices.DeleteFunc(item.names(), func(name string) bool { return name == "times" })
		if !item.has("pass") {
			s.action = r.action(item)
		} else if len(names) > 1 {
			item.diag("takes pass alone: the API answers as usual")
		} else {
			s.Performs = true
		}
		t.sequence = append(t.sequence, s)
	}
	return t
}

// action reads what is done to one exchange, and refuses what cannot be
// combined.
func (r *reading) action(a at) action {
	var act action
	actions := 0
	for _, name := range []string{"error", "respond", "delay", "patch", "stale", "version", "headers", "connection"} {
		if a.has(name) {
			actions++
		}
	}
	if actions == 0 {
		a.diag("says nothing that happens; it takes error, respond, delay, patch, stale, version, headers, connection")
		return act
	}
	refuse := func(why string, names ...string) {
		for _, name := range names {
			if a.has(name) {
				a.member(name).diag("%s", why)
			}
		}
	}
	act.delay = r.delay(a.member("delay"))
	act.headers = r.headers(a.member("headers"))
	act.Stale = a.member("stale").yes()
	if v := a.member("version"); v.text() == otherVersion {
		act.version = otherVersion
	} else {
		act.version = v.version()
	}
	if a.has("error") {
		act.Error, act.Status = r.apiError(a.member("error"))
		refuse("cannot be combined with error, whose body is not a record", "respond", "stale", "version")
	}
	if a.has("respond") {
		act.Respond = r.respond(a.member("respond"), &act)
		refuse("cannot be combined with respond, which says the whole response", "patch", "stale", "version", "headers")
	}
	if a.has("patch") {
		before := r.diags.Len()
		if act.patch = r.patch(a.member("patch")); r.diags.Len() == before {
			r.fits(a.member("patch"), &act)
		}
	}
	unseen := false
	if a.has("connection") {
		act.broken, act.garbage = r.connection(a.member("connection"))
		switch act.broken.Kind {
		case wire.BreakReset, wire.BreakGarbage, wire.BreakSilent, wire.BreakEmpty:
			unseen = true
			refuse("nobody would see it: this fault of the connection leaves no response", "error", "respond", "patch", "stale", "version", "headers")
		}
	}
	madeUp := act.Error != nil || act.Respond != nil
	act.Performs = !madeUp && !unseen
	if p := a.member("performs"); p.v != nil {
		if act.Performs && !p.yes() {
			p.diag("there would be nothing to answer with: say what with error or respond")
		}
		act.Performs = p.yes()
	}
	return act
}

func (r *reading) apiError(a at) (*model.Error, int) {
	code := a.member("code")
	k := model.Code(code.text()).Kind()
	if string(k.Code) != code.text() {
		code.diag("is no code of an error")
	}
	f := model.NewError(k.Code, "")
	if s := a.member("field").text(); s != "" {
		f.Field = s
	}
	if s := a.member("detail").text(); s != "" {
		f.Detail = s
	}
	return f, int(a.member("status").count())
}

// respond reads a response; its header fields become changes to those that the
// server fills in.
func (r *reading) respond(a at, act *action) *Response {
	s := &Response{Status: int(a.member("status").count()), Reason: a.member("reason").text(), Bare: a.member("bare").yes(), Body: wire.Empty()}
	act.headers = &headers{set: r.fields(a.member("headers"))}
	switch {
	case a.has("body") && a.has("text"):
		a.diag("takes body or text, not both")
	case (a.has("body") || a.has("text")) && (s.Status == http.StatusNoContent || s.Status == http.StatusNotModified):
		a.diag("a response of status %d has no body (RFC 9110)", s.Status)
	case a.has("body"):
		// What is printed must not change with a tree that somebody else holds.
		text, err := jsonx.AppendJSON(nil, a.member("body").v)
		if err != nil {
			a.member("body").diag("%v", err)
		}
		s.Body = wire.Raw(text)
	case a.has("text"):
		s.Body = wire.Raw([]byte(a.member("text").text()))
		if !slices.ContainsFunc(act.headers.set, func(f wire.Field) bool { return strings.EqualFold(f.Name, wire.ContentType) }) {
			act.headers.set = append(act.headers.set, wire.Field{Name: wire.ContentType, Value: "text/plain; charset=utf-8"})
		}
	}
	if len(s.Body.Bytes) > MaxBody {
		a.diag("the body has %d bytes; it may have %d at most", len(s.Body.Bytes), MaxBody)
	}
	return s
}

func (r *reading) patch(a at) jsonpatch.Patch {
	for _, op := range a.items() {
		for _, name := range []string{"path", "from"} {
			if p := op.member(name); p.v != nil && !isPointer(p.text()) {
				p.diag("is not a JSON pointer: it is empty or begins with /, and ~ stands in it as ~0, / as ~1")
			}
		}
		name := op.member("op").text()
		needs := map[string]string{"add": "value", "replace": "value", "test": "value", "move": "from", "copy": "from"}[name]
		if needs != "" && !op.has(needs) {
			op.diag("%s needs %s", name, needs)
		}
		for _, other := range []string{"value", "from"} {
			if other != needs && op.has(other) {
				op.member(other).diag("%s does not take %s", name, other)
			}
		}
	}
	text, err := jsonx.AppendJSON(nil, a.v)
	if err != nil {
		a.diag("%v", err)
		return nil
	}
	if len(text) > MaxBody {
		a.diag("has %d bytes; it may have %d at most", len(text), MaxBody)
	}
	patch, err := jsonpatch.DecodePatch(text)
	if err != nil {
		a.diag("is not JSON Patch: %v", err)
	}
	return patch
}

func isPointer(s string) bool {
	for i := range len(s) {
		if s[i] == '~' && (i+1 == len(s) || s[i+1] != '0' && s[i+1] != '1') {
			return false
		}
	}
	return s == "" || s[0] == '/'
}

func (r *reading) delay(a at) delay {
	if a.v == nil {
		return delay{}
	}
	fixed := a.member("fixed").duration()
	d := delay{a.member("min").duration(), a.member("max").duration(), a.member("p50").duration(), a.member("p99").duration()}
	switch strings.Join(a.names(), " ") {
	case "fixed":
		d.min, d.max = fixed, fixed
	case "max min":
		if d.min > d.max {
			a.diag("min must not be longer than max")
		}
	case "p50 p99":
		if d.p50 > d.p99 || d.p50 <= 0 {
			a.diag("p50 must be longer than nothing and not longer than p99")
		}
	default:
		a.diag("takes fixed, or min and max, or p50 and p99")
	}
	return d
}

func (r *reading) connection(a at) (b *wire.Break, garbage int) {
	b = &wire.Break{Kind: wire.BreakKind(a.member("fault").text()), Bytes: int(a.member("bytes").count()),
		Chunks: int(a.member("chunks").count()), Pause: a.member("pause").duration(), Limit: a.member("limit").duration()}
	needs, takes := "", []string{"fault"}
	switch b.Kind {
	case wire.BreakTruncated:
		needs = "bytes"
	case wire.BreakGarbage:
		takes = append(takes, "bytes")
		if garbage = b.Bytes; garbage == 0 {
			garbage = defaultGarbage
		}
	case wire.BreakChunked:
		needs, takes = "chunks", append(takes, "pause")
		if time.Duration(b.Chunks-1)*b.Pause > MaxDelay {
			a.diag("the pauses may last %s together at most", MaxDelay)
		}
	case wire.BreakSilent:
		takes = append(takes, "limit")
	}
	if needs != "" && !a.has(needs) {
		a.diag("%s needs %s", b.Kind, needs)
	}
	for _, name := range a.names() {
		if name != needs && !slices.Contains(takes, name) {
			a.member(name).diag("%s does not take %s", b.Kind, name)
		}
	}
	return b, garbage
}
