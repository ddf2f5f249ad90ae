package admin

import (
	"net/http"
	"net/netip"
	"testing"
	"time"
)

// TestGuessersAreBounded holds that the table of addresses has a bound, and
// that strangers do not drive out who has sent the right token.
func TestGuessersAreBounded(t *testing.T) {
	t.Parallel()
	a, now := newAttempts(), time.Unix(0, 0)
	of := func(i int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32)
	}
	a.count(of(0), now, true)
	for i := range 5000 {
		a.count(of(i+1), now, false)
	}
	if len(a.by) > maxGuessers {
		t.Errorf("%d addresses are kept, want %d at most", len(a.by), maxGuessers)
	}
	if a.waits(of(0), now) || !a.waits(of(9999), now) {
		t.Error("a known client waits, or a stranger does not")
	}
}

// TestClientOf holds that the hosts of one IPv6 network are one client.
func TestClientOf(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{"192.0.2.1:80": "192.0.2.1/32", "[::ffff:192.0.2.1]:80": "192.0.2.1/32", "[2001:db8:1:2:3::4]:80": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:80": "fe80::/64", "@": "invalid Prefix", "": "invalid Prefix"} {
		if got := clientOf(&http.Request{RemoteAddr: remote}).String(); got != want {
			t.Errorf("%q: got %s, want %s", remote, got, want)
		}
	}
}
