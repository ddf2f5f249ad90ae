package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

const (
	serverLife = 90 * 24 * time.Hour
	// renewal is how long before its end a certificate is replaced.
	renewal = 30 * 24 * time.Hour
	// maxNames bounds what clients can make a server keep.
	maxNames = 100

	local = "localhost"
)

// Server returns the settings of a server that is reached by the names of this
// machine, by all names below localhost, and by the other hosts given.
func (a *Authority) Server(hosts ...string) *tls.Config {
	s := &server{authority: a, hosts: append([]string{local, "*." + local, "127.0.0.1", "::1"}, hosts...), certs: map[string]*tls.Certificate{}}
	return config(s.certificate)
}

// FromFiles returns the settings of a server whose certificate and key are in
// files.
func FromFiles(cert, key string) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate %s and its key %s: %w", cert, key, err)
	}
	return config(func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &pair, nil }), nil
}

// The vendor's form of a response is that of HTTP/1.1.
func config(certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, GetCertificate: certificate}
}

type server struct {
	authority *Authority
	hosts     []string

	mu    sync.Mutex
	certs map[string]*tls.Certificate // by the name below localhost that is asked for, or ""
}

// certificate returns the certificate for the name that a client asks for.
// Browsers take no wildcard directly below localhost, so the name stands in the
// certificate in full.
func (s *server) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := strings.ToLower(hello.ServerName)
	if !strings.HasSuffix(name, "."+local) {
		name = ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.certs[name]
	if c != nil && s.authority.now().Add(renewal).Before(c.Leaf.NotAfter) {
		return c, nil
	}
	hosts := s.hosts
	if name != "" {
		hosts = append([]string{name}, hosts...)
	}
	c, err := s.authority.issue(hosts)
	if err != nil {
		return nil, err
	}
	if len(s.certs) >= maxNames {
		clear(s.certs)
	}
	s.certs[name] = c
	return c, nil
}

// issue makes a certificate for hosts, each a name or an IP address.
func (a *Authority) issue(hosts []string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: "Dispatchmock"},
		NotBefore:   a.now().Add(-early),
		NotAfter:    a.now().Add(serverLife),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	leaf, err := sign(template, a.cert, key, a.key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{leaf.Raw, a.cert.Raw}, PrivateKey: key, Leaf: leaf}, nil
}
