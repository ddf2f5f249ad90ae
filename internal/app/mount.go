package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/exchange/bundle"
)

// mounted puts the admin API beside the mocked API, where it is on the same
// listener.
func (s *Server) mounted(api http.Handler) http.Handler {
	return s.admit(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.inFlight.Add(1)
		defer s.inFlight.Add(-1)
		if s.isAdmin(r) {
			s.admin.ServeHTTP(w, r)
			return
		}
		api.ServeHTTP(w, r)
	}))
}

// isAdmin reports a request to the admin API on the listener of the API.
func (s *Server) isAdmin(r *http.Request) bool {
	return s.admin != nil && s.Admin.Address == "" && admin.Serves(r.URL.Path)
}

func (s *Server) adminOptions(page http.Handler) admin.Options {
	return admin.Options{
		Connections: s.ConnectionCounts, Page: page,
		Contract: s.Contract, Schemas: s.Admin.Schemas, Sessions: s.sessions, Journal: s.journal, Coverage: s.coverage,
		Scheme: s.scheme(), Rate: s.Admin.Rate, Wait: s.Admin.Wait, SlotWait: s.RequestTime, Version: s.Admin.Version, Log: s.Log,
		Settings: bundle.Settings{CORS: string(s.CORS), Auth: s.auth(), OnViolation: string(s.OnViolation)},
	}
}

func (s *Server) auth() string {
	if s.AnyToken {
		return "any"
	}
	return "fixtures"
}

// openAdmin opens the admin API's own listener, where it is to have one.
func (s *Server) openAdmin(address string, api net.Addr) error {
	if s.admin == nil {
		return nil
	}
	s.admin.Target = api
	if s.Admin.Address == "" {
		s.admin.Name = hostName(address)
		return s.protect(api)
	}
	s.admin.Name, s.admin.API = hostName(s.Admin.Address), api
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", s.Admin.Address)
	if err != nil {
		return fmt.Errorf("listening for the admin API: %w", err)
	}
	if err := s.protect(l.Addr()); err != nil {
		return errors.Join(err, l.Close())
	}
	s.adminAddr = l.Addr()
	s.adminServer = &http.Server{Handler: limitHead(s.admin), ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout, WriteTimeout: requestTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes, ErrorLog: s.http.ErrorLog}
	conns := s.limited(l, "listener of the admin API")
	conns.Track(s.adminServer)
	go func() {
		if err := s.adminServer.Serve(s.secured(conns)); !errors.Is(err, http.ErrServerClosed) {
			s.Log.Error("the admin API has stopped", "error", err)
		}
	}()
	return nil
}

// Access says who may use the admin API.
type Access struct {
	// Beyond is set where other machines can reach the listener.
	Beyond bool
	// Guarded is set where each request needs the token.
	Guarded bool
}

// protect has the admin API ask for its token, where its listener is one that
// other machines reach, or where it is to ask everywhere.
func (s *Server) protect(listener net.Addr) error {
	tcp, ok := listener.(*net.TCPAddr)
	beyond := !ok || !tcp.IP.IsLoopback()
	if s.Admin.Token != "" && (beyond || !s.Admin.Beyond) {
		s.admin.Token = s.Admin.Token
	}
	s.access = Access{Beyond: beyond, Guarded: s.admin.Token != ""}
	if beyond && !s.access.Guarded && !s.Admin.Open {
		return fmt.Errorf("the admin API at %s can be reached by other machines, and has neither a token nor the word that it is open", listener)
	}
	return nil
}

// Access says who may use the admin API of a server that was started; without
// one it is the zero value.
func (s *Server) Access() Access { return s.access }

// ControlAddr returns the address of the admin API's own listener, or nil.
func (s *Server) AdminAddr() net.Addr { return s.adminAddr }

// hostName returns the name in an address, where it is a name and no IP.
func hostName(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil || net.ParseIP(host) != nil {
		return ""
	}
	return host
}
