// Package certs makes certificates for servers on this machine: an authority of
// the machine's own, and server certificates that renew while a server runs.
package certs

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

const (
	authorityLife = 10 * 365 * 24 * time.Hour
	// authorityRest is how long an authority must live on to be used: longer than
	// the certificates that it signs.
	authorityRest = 2 * serverLife
	// early is for clients whose clocks are behind.
	early = time.Hour

	keyFile  = "ca-key.pem" // the certificate and its key, in one file so that they fit
	certFile = "ca.pem"     // the certificate alone, for clients

	certType = "CERTIFICATE"
	keyType  = "PRIVATE KEY"
)

// Authority signs the certificates of this machine's servers.
type Authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	now  func() time.Time
}

// Open returns the authority of a folder, and makes the authority where there
// is none or where its end is near.
func Open(dir string, now func() time.Time) (*Authority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of certificates: %w", err)
	}
	a := &Authority{dir: dir, now: now}
	err := a.read()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		// Of two programs that start at once, one makes the authority.
		if err = a.write(os.Link); errors.Is(err, fs.ErrExist) {
			err = a.read()
		}
	case err == nil && now().Add(authorityRest).After(a.cert.NotAfter):
		err = a.write(os.Rename)
	}
	if err == nil {
		err = a.keep(certFile, a.PEM())
	}
	if err != nil {
		return nil, fmt.Errorf("the certificate authority in %s: %w", dir, err)
	}
	return a, nil
}

// PEM returns the authority's certificate.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: certType, Bytes: a.cert.Raw})
}

// Path returns the file that has the authority's certificate alone.
func (a *Authority) Path() string { return filepath.Join(a.dir, certFile) }

// Beside returns a file with the certificates of another file and the
// authority's: a client that is given one file trusts both.
func (a *Authority) Beside(path string) (string, error) {
	others, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("reading certificates: %w", err)
	}
	sum := sha256.Sum256([]byte(path))
	name := fmt.Sprintf("ca-with-%x.pem", sum[:8])
	if err := a.keep(name, append(append(others, '\n'), a.PEM()...)); err != nil {
		return "", err
	}
	return filepath.Join(a.dir, name), nil
}

func (a *Authority) read() error {
	text, err := os.ReadFile(filepath.Join(a.dir, keyFile))
	if err != nil {
		return err
	}
	cert, rest := pem.Decode(text)
	key, _ := pem.Decode(rest)
	if cert == nil || key == nil {
		return fmt.Errorf("%s does not hold a certificate and a key; delete the file to make new ones", keyFile)
	}
	if a.cert, err = x509.ParseCertificate(cert.Bytes); err != nil {
		return err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(key.Bytes)
	if err != nil {
		return err
	}
	var ok bool
	if a.key, ok = parsed.(*ecdsa.PrivateKey); !ok || !a.key.PublicKey.Equal(a.cert.PublicKey) {
		return fmt.Errorf("the key in %s is not that of the certificate; delete the file to make new ones", keyFile)
	}
	return nil
}

// write makes an authority and puts its file in place.
func (a *Authority) write(place func(from, to string) error) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	host, _ := os.Hostname()
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "Dispatchmock CA of " + host, Organization: []string{"Dispatchmock, for tests on this machine"}},
		NotBefore:             a.now().Add(-early),
		NotAfter:              a.now().Add(authorityLife),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	cert, err := sign(template, template, key, key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: certType, Bytes: cert.Raw})
	text = append(text, pem.EncodeToMemory(&pem.Block{Type: keyType, Bytes: secret})...)
	if err := a.put(keyFile, text, place); err != nil {
		return err
	}
	a.cert, a.key = cert, key
	return nil
}

// keep puts a file in place unless the file is there with the same text.
func (a *Authority) keep(name string, text []byte) error {
	if have, err := os.ReadFile(filepath.Join(a.dir, name)); err == nil && bytes.Equal(have, text) {
		return nil
	}
	return a.put(name, text, os.Rename)
}

// put writes a file that only this user reads, by way of a temporary one: nobody
// meets a half of the file.
func (a *Authority) put(name string, text []byte, place func(from, to string) error) error {
	f, err := os.CreateTemp(a.dir, name+".*") // has the mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // it is gone where it was renamed
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return place(f.Name(), filepath.Join(a.dir, name))
}

// sign signs a certificate for the key, by the parent's signer.
func sign(template, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(raw)
}
