package certs

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var start = time.Date(2026, 11, 28, 3, 0, 0, 0, time.UTC)

// clock is a clock that a test sets.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func open(t *testing.T, dir string, now func() time.Time) *Authority {
	t.Helper()
	a, err := Open(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// handshake returns the certificate that a client of the name gets and trusts.
func handshake(t *testing.T, server *tls.Config, client *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	go func() { _ = tls.Server(a, server).HandshakeContext(t.Context()) }()
	c := tls.Client(b, client)
	err := c.HandshakeContext(t.Context())
	return c.ConnectionState(), err
}

func trusting(a *Authority, name string) *tls.Config {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(a.PEM())
	return &tls.Config{RootCAs: pool, ServerName: name, Time: a.now, NextProtos: []string{"h2", "http/1.1"}}
}

func TestAuthorityIsMadeOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "dispatchmock")
	c := &clock{at: start}
	first := open(t, dir, c.now)
	c.at = start.Add(365 * 24 * time.Hour)
	if second := open(t, dir, c.now); !bytes.Equal(first.PEM(), second.PEM()) {
		t.Error("a second Open has made another authority: whoever trusts the first trusts it no more")
	}
	c.at = start.Add(authorityLife - serverLife)
	third := open(t, dir, c.now)
	if bytes.Equal(first.PEM(), third.PEM()) {
		t.Error("an authority that ends before what it signs is still used")
	}
	text, err := os.ReadFile(third.Path())
	if err != nil || !bytes.Equal(text, third.PEM()) {
		t.Errorf("%s has %q, %v; want the authority's certificate alone", third.Path(), text, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("the folder has %v, %v; want two files", entries, err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s has the mode %v, %v; want that only its user reads it", entry.Name(), info.Mode(), err)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode() != fs.ModeDir|0o700 {
		t.Errorf("the folder has the mode %v, %v", info.Mode(), err)
	}
}

func TestProgramsThatStartAtOnceShareAnAuthority(t *testing.T) {
	dir := t.TempDir()
	made := make([][]byte, 16)
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() {
			a, err := Open(dir, time.Now)
			if err != nil {
				t.Error(err)
				return
			}
			made[i] = a.PEM()
		})
	}
	all.Wait()
	for _, text := range made {
		if !bytes.Equal(text, made[0]) {
			t.Fatal("two authorities were made")
		}
	}
}

func TestBrokenAuthority(t *testing.T) {
	other := open(t, t.TempDir(), time.Now)
	key, err := os.ReadFile(filepath.Join(other.dir, keyFile))
	if err != nil {
		t.Fatal(err)
	}
	_, key = pem.Decode(key)
	for name, text := range map[string]string{
		"empty":                "",
		"no key":               string(other.PEM()),
		"another's key":        string(open(t, t.TempDir(), time.Now).PEM()) + string(key),
		"a broken key":         string(other.PEM()) + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"a broken certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + string(key),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, keyFile), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(dir, time.Now); err == nil || !strings.Contains(err.Error(), dir) {
				t.Errorf("got the error %v, want one that names the folder", err)
			}
		})
	}
}

func TestServerIsTrustedByItsNames(t *testing.T) {
	a := open(t, t.TempDir(), (&clock{at: start}).now)
	server := a.Server("mock.example", "192.0.2.7")
	for _, name := range []string{"localhost", "s1.localhost", "a.b.localhost", "S2.LOCALHOST", "127.0.0.1", "::1", "mock.example", "192.0.2.7"} {
		state, err := handshake(t, server, trusting(a, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if state.NegotiatedProtocol != "http/1.1" {
			t.Errorf("%s: negotiated %q, want http/1.1", name, state.NegotiatedProtocol)
		}
		leaf := state.PeerCertificates[0]
		if strings.HasSuffix(name, ".localhost") && leaf.DNSNames[0] != strings.ToLower(name) {
			t.Errorf("%s: the certificate is for %q; Chromium wants the whole name", name, leaf.DNSNames)
		}
		if len(leaf.DNSNames) == 0 || leaf.IsCA || leaf.NotAfter.Sub(leaf.NotBefore) > 398*24*time.Hour {
			t.Errorf("%s: clients do not take such a certificate: %+v", name, leaf)
		}
	}
	for _, name := range []string{"example.com", "localhost.example.com", "192.0.2.8"} {
		if _, err := handshake(t, server, trusting(a, name)); err == nil {
			t.Errorf("%s is trusted", name)
		}
	}
	old := trusting(a, "localhost")
	old.MaxVersion = tls.VersionTLS11
	old.MinVersion = tls.VersionTLS10
	if _, err := handshake(t, server, old); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
}

func TestCertificateRenewsBeforeItsEnd(t *testing.T) {
	c := &clock{at: start}
	a := open(t, t.TempDir(), c.now)
	server := a.Server()
	serial := func(name string) string {
		state, err := handshake(t, server, trusting(a, name))
		if err != nil {
			t.Fatalf("%s at %v: %v", name, c.at, err)
		}
		return state.PeerCertificates[0].SerialNumber.String()
	}
	first, below := serial("localhost"), serial("s1.localhost")
	c.at = start.Add(serverLife - renewal - time.Second)
	if serial("localhost") != first {
		t.Error("the certificate was replaced without need")
	}
	c.at = start.Add(serverLife - renewal + time.Second)
	if serial("localhost") == first || serial("s1.localhost") == below {
		t.Error("the certificate was not replaced before its end")
	}
	c.at = start.Add(2 * serverLife)
	serial("localhost")
}

func TestNamesAreBounded(t *testing.T) {
	a := open(t, t.TempDir(), time.Now)
	s := &server{authority: a, hosts: []string{local}, certs: map[string]*tls.Certificate{}}
	for n := range 2*maxNames + 1 {
		if _, err := s.certificate(&tls.ClientHelloInfo{ServerName: "s" + strconv.Itoa(n) + ".localhost"}); err != nil {
			t.Fatal(err)
		}
		if len(s.certs) > maxNames {
			t.Fatalf("%d certificates are kept", len(s.certs))
		}
	}
}

func TestBeside(t *testing.T) {
	a, b := open(t, t.TempDir(), time.Now), open(t, t.TempDir(), time.Now)
	for range 2 {
		path, err := a.Beside(b.Path())
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(text, a.PEM()) || !bytes.Contains(text, b.PEM()) {
			t.Errorf("%s has %q, %v; want both certificates", path, text, err)
		}
	}
	if _, err := a.Beside(filepath.Join(t.TempDir(), "none.pem")); err == nil {
		t.Error("got no error for a file that is not there")
	}
}

func TestFromFiles(t *testing.T) {
	a := open(t, t.TempDir(), time.Now)
	both := filepath.Join(a.dir, keyFile)
	server, err := FromFiles(both, both)
	if err != nil {
		t.Fatal(err)
	}
	state, err := handshake(t, server, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // The certificate is compared.
	if err != nil || !state.PeerCertificates[0].Equal(a.cert) {
		t.Errorf("got %v, %v, want the certificate of the file", state.PeerCertificates, err)
	}
	if _, err := FromFiles(a.Path(), a.Path()); err == nil || !strings.Contains(err.Error(), a.Path()) {
		t.Errorf("got %v, want an error that names the files", err)
	}
}
