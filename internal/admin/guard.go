package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"dispatchmock/internal/wire"
)

// TokenHeader has the token where a client cannot set Authorization.
const TokenHeader = "X-Mock-Token"

// guard keeps other web sites out. A page of any site can send requests to a
// loopback address: by its name rebound to it (so the Host must be ours), by
// fetch (so an Origin must be ours), or by a form (so a body must be JSON).
func (d *Admin) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wire.PassThrough(r)
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if p := d.refuse(r); p != nil {
			switch p.Status {
			case http.StatusUnauthorized:
				h.Set("WWW-Authenticate", "Bearer")
			case http.StatusTooManyRequests:
				h.Set("Retry-After", "1")
			}
			// The body is of no interest, and may be large.
			h.Set("Connection", "close")
			writeProblem(w, p)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (d *Admin) refuse(r *http.Request) *Problem {
	// With a token a rebound name is of no use: its page does not know it.
	if d.Token == "" && !d.ours(r.Host) {
		return problem(http.StatusForbidden, "The Host %.100q is not this server's: the admin API answers to IP addresses, localhost and names under it. "+
			"To reach it by another name start the server with --admin-token-env or --admin-token-file and send the token.", r.Host)
	}
	if from := forwarded(r); d.Token == "" && from != "" {
		return problem(http.StatusForbidden, "The request was passed on by a proxy for %.100q, and only this machine may use the admin API without a token: "+
			"start the server with --admin-token-env or --admin-token-file and send the token.", from)
	}
	if origin := r.Header.Get("Origin"); origin != "" && !d.sameOrigin(origin, r.Host) {
		return problem(http.StatusForbidden, "A page of the origin %.100q may not use the admin API; only pages that this server serves may.", origin)
	}
	switch site := r.Header.Get("Sec-Fetch-Site"); site {
	case "", "none", "same-origin":
	default:
		if !navigates(r) {
			return problem(http.StatusForbidden, "A page of another site may not use the admin API (Sec-Fetch-Site: %.40q).", site)
		}
	}
	if kind := r.Header.Get("Content-Type"); kind != "" || r.ContentLength != 0 {
		// -1 is a body of unknown length.
		if media, _, err := mime.ParseMediaType(kind); (err != nil || media != "application/json") && !safe(r.Method) {
			return problem(http.StatusUnsupportedMediaType, "The admin API takes JSON only: send Content-Type: application/json, not %.100q.", kind)
		}
	}
	if d.Token != "" && !(d.Page != nil && safe(r.Method) && isPage(r.URL.Path)) && !d.admits(r) {
		return problem(http.StatusUnauthorized, "The admin API asks for its token: send Authorization: Bearer TOKEN, or %s: TOKEN. "+
			"It is the one that the server was started with, or the one that it printed when it started.", TokenHeader)
	}
	if !safe(r.Method) && !d.changes.Allow() {
		return problem(http.StatusTooManyRequests, "The admin API takes %v changes a second: try again in a second.", d.changes.Limit())
	}
	return nil
}

func safe(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// navigates reports a link that a person follows to the page itself.
func navigates(r *http.Request) bool {
	return safe(r.Method) && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document" && isPage(r.URL.Path)
}

// ours reports a Host that no other site can have rebound to this machine.
func (d *Admin) ours(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || name != "" && name == strings.ToLower(d.Name)
}

func (d *Admin) sameOrigin(origin, host string) bool {
	rest, ok := strings.CutPrefix(strings.ToLower(origin), d.Scheme+"://")
	return ok && rest == strings.ToLower(host)
}

// forwarded returns the first client on another machine that a proxy says it
// passed the request on for, or "".
func forwarded(r *http.Request) string {
	for _, value := range forwardedFor(r.Header) {
		for from := range strings.SplitSeq(value, ",") {
			from = strings.TrimSpace(from)
			if ip, err := netip.ParseAddr(from); from != "" && (err != nil || !ip.IsLoopback()) {
				return from
			}
		}
	}
	return ""
}

// forwardedFor returns the clients that proxies say they passed a request on
// for, as they name them.
func forwardedFor(h http.Header) (clients []string) {
	for _, name := range []string{"X-Forwarded-For", "X-Real-Ip", "X-Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip"} {
		clients = append(clients, h.Values(name)...)
	}
	for _, value := range h.Values("Forwarded") { // RFC 7239
		for pair := range strings.FieldsFuncSeq(value, func(c rune) bool { return c == ',' || c == ';' }) {
			if name, client, ok := strings.Cut(strings.TrimSpace(pair), "="); ok && strings.EqualFold(name, "for") {
				clients = append(clients, strings.Trim(client, `"[]`))
			}
		}
	}
	return clients
}

// admits reports a request that has the token. Who guesses the token has to wait.
func (d *Admin) admits(r *http.Request) bool {
	given := tokens(r)
	if len(given) == 0 {
		return false
	}
	from := clientOf(r)
	if d.attempts.waits(from, d.Sessions.Now()) {
		d.Wait(r.Context(), guessWait)
	}
	right := d.knows(given)
	d.attempts.count(from, d.Sessions.Now(), right)
	return right
}

// tokens returns those of a request, in either place.
func tokens(r *http.Request) []string {
	var given []string
	if token := r.Header.Get(TokenHeader); token != "" {
		given = append(given, token)
	}
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && token != "" && strings.EqualFold(scheme, "bearer") {
		given = append(given, token)
	}
	return given
}

// knows reports whether one of the tokens is the right one; the time it takes
// shows nothing of the token.
func (d *Admin) knows(given []string) bool {
	known := 0
	b := sha256.Sum256([]byte(d.Token))
	for _, token := range given {
		a := sha256.Sum256([]byte(token))
		known |= subtle.ConstantTimeCompare(a[:], b[:])
	}
	return known == 1
}
