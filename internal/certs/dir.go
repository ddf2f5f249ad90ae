package certs

import (
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Dir returns the folder of this machine's authority: one of the user's cache
// folder, by the rules of os.UserCacheDir. env returns a variable of the
// environment, and whether there is one.
func Dir(env func(string) (string, bool)) (string, error) {
	name, below := "XDG_CACHE_HOME", ""
	switch runtime.GOOS {
	case "windows":
		name = "LocalAppData"
	case "darwin":
		name, below = "HOME", "Library/Caches"
	}
	base, _ := env(name)
	if base == "" && name == "XDG_CACHE_HOME" {
		base, _ = env("HOME")
		below = ".cache"
	}
	if !filepath.IsAbs(base) {
		return "", fmt.Errorf("there is no folder for the certificate authority: the environment variable %s names none", name)
	}
	return filepath.Join(base, below, "dispatchmock"), nil
}

// Roots returns what a client of a mock trusts: the system's authorities, and
// this machine's own where it was made. nil is the system's alone.
func Roots(env func(string) (string, bool)) *x509.CertPool {
	dir, err := Dir(env)
	if err != nil {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(dir, certFile))
	if err != nil {
		return nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	pool.AppendCertsFromPEM(text)
	return pool
}
