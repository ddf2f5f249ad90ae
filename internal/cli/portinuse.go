package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"

	"dispatchmock/internal/admin/client"
	"dispatchmock/internal/app"
	"dispatchmock/internal/certs"
)

// start starts a server at an address. Where the address is in use, the error
// says who answers there and how to choose another.
func (f *serverFlags) start(ctx context.Context, io streams, s *app.Server, address string) error {
	err := s.Start(address)
	if err == nil {
		return nil
	}
	which := "--listen HOST:PORT"
	if s.Admin.Address != "" {
		which += " or --admin HOST:PORT"
	}
	return fmt.Errorf("%w\n%schoose another address with %s, such as 127.0.0.1:0, where port 0 picks a free one", err, occupant(ctx, io, err), which)
}

// occupant returns a line that says whether a Dispatchmock answers at an address
// that is in use, or "" for another error.
func occupant(ctx context.Context, io streams, err error) string {
	var failed *net.OpError
	if !errors.As(err, &failed) || failed.Addr == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, client.HealthTime)
	defer cancel()
	host, port, _ := net.SplitHostPort(failed.Addr.String())
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	for _, scheme := range []string{"http://", "https://"} {
		base := scheme + net.JoinHostPort(host, port)
		// Another program must not get our token: the admin API may refuse this.
		c := client.New(base, "", client.Timeouts{Answer: client.HealthTime, Silence: client.HealthTime}, certs.Roots(io.env))
		a, _, refused := client.Do[struct{ Status, Version string }](ctx, c, client.Call{Method: http.MethodGet, Path: "/health"})
		switch {
		case refused == nil && a.Status == "ready":
			return fmt.Sprintf("dispatchmock %s answers there already, at %s\n", a.Version, base)
		case health(ctx, base, certs.Roots(io.env)) == nil:
			return fmt.Sprintf("a dispatchmock answers there already, at %s; its admin API is off, or asks for a token\n", base)
		}
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return "it is another program, or a dispatchmock that is stuck\n"
	}
	return ""
}
