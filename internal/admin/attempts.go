package admin

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Bounds on guessing the token.
const (
	guessBurst      = 10 // wrong tokens of one client address before it waits
	guessRate       = 1  // more of them a second
	guessBurstTotal = 100
	guessRateTotal  = 10
	guessWait       = time.Second
	maxGuessers     = 1024 // addresses that are known one by one
)

// attempts slows down whoever guesses the token. An address that sent many
// wrong ones waits before each answer, right or wrong, so that a guesser learns
// nothing by giving up early. Nobody is refused: a stranger behind the same
// address cannot lock out the right token. Where many addresses guess, all of
// them wait but those that have sent the right token.
type attempts struct {
	mu    sync.Mutex
	by    map[netip.Prefix]*guesser
	total *rate.Limiter
}

type guesser struct {
	left   *rate.Limiter // wrong tokens
	proven bool          // has sent the right one
}

func newAttempts() *attempts {
	return &attempts{by: map[netip.Prefix]*guesser{}, total: rate.NewLimiter(guessRateTotal, guessBurstTotal)}
}

// waits reports whether an address has to wait.
func (a *attempts) waits(from netip.Prefix, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	g := a.by[from]
	if g != nil && g.left.TokensAt(now) < 1 {
		return true
	}
	return a.total.TokensAt(now) < 1 && (g == nil || !g.proven)
}

// count counts what an address sent.
func (a *attempts) count(from netip.Prefix, now time.Time, right bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	g := a.by[from]
	if g == nil {
		if len(a.by) >= maxGuessers {
			a.makeRoom()
		}
		g = &guesser{left: rate.NewLimiter(guessRate, guessBurst)}
		a.by[from] = g
	}
	if right {
		g.proven = true
		return
	}
	g.left.AllowN(now, 1)
	a.total.AllowN(now, 1)
}

// makeRoom forgets an address, of those that have not sent the right token if
// there is one.
func (a *attempts) makeRoom() {
	var victim netip.Prefix
	for from, g := range a.by {
		victim = from
		if !g.proven {
			break
		}
	}
	delete(a.by, victim)
}

// clientOf returns the address of a client: of IPv6 the network, as each host
// has any number of addresses.
func clientOf(r *http.Request) netip.Prefix {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	bits := 32
	if ip = ip.Unmap(); ip.Is6() {
		bits = 64
	}
	network, _ := ip.WithZone("").Prefix(bits) // of as many bits as there are
	return network
}

// pause waits, but not for a client that has left.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
