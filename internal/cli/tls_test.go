package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// secure runs a server of HTTPS beside the test; it returns the server's URL,
// and a client that trusts the certificates in a file.
func secure(t *testing.T, environ []string, trusted string, args ...string) (url string, client *http.Client) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	stdout, code := newPrinted(), make(chan int, 1)
	go func() { code <- Run(ctx, args, environ, nil, stdout, io.Discard) }()
	t.Cleanup(func() {
		cancel()
		<-code
	})
	url = strings.TrimSpace(stdout.await(t, `(https://\S+\n)+`))
	text, err := os.ReadFile(trusted)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	return url, &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool}}}
}

func request(t *testing.T, client *http.Client, method, url, body string, fields ...string) (status int, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	a, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, a.Status + "\n" + string(b)
}

// cache returns the environment and the authority's file in a folder of the test.
func cache(t *testing.T) (environ []string, ca string) {
	t.Helper()
	dir := t.TempDir()
	environ = []string{"HOME=" + dir, "XDG_CACHE_HOME=" + dir, "LocalAppData=" + dir}
	var out, errs strings.Builder
	if code := Run(t.Context(), []string{"ca"}, environ, nil, &out, &errs); code != 0 {
		t.Fatalf("ca ended with %d: %s", code, &errs)
	}
	ca = strings.TrimSpace(out.String())
	if !strings.HasPrefix(ca, dir) {
		t.Fatalf("the authority is at %s, want it below %s", ca, dir)
	}
	return environ, ca
}

// TestHTTPS holds that the API and the admin API speak HTTPS and name
// themselves so.
func TestHTTPS(t *testing.T) {
	t.Parallel()
	environ, ca := cache(t)
	url, client := secure(t, environ, ca, "serve", "--listen", "127.0.0.1:0", "--quiet", "--tls", "self")
	const json = "application/json"
	if status, text := request(t, client, "POST", url+"/_mock/sessions", `{"id": "s1"}`, "Content-Type", json, "Origin", url); status != 201 || !strings.Contains(text, `"base_url":"`+url+`/_s/s1"`) {
		t.Errorf("making a session from the console's page: got %s", text)
	}
	if status, text := request(t, client, "GET", url+"/_mock/sessions", "", "Origin", strings.Replace(url, "https", "http", 1)); status != 403 {
		t.Errorf("a page of another origin, which HTTP is: got %s", text)
	}
	if _, text := request(t, client, "DELETE", url+"/_s/s1/customers/1/locations/1", "", "x-tenant-id", "1"); !strings.HasPrefix(text, "401 StandardRequestHeadersModel.authorization:") {
		t.Errorf("the status line is not the vendor's: %s", text)
	}
	for _, args := range [][]string{{"health", url}, {"ctl", "--url", url, "health"}} {
		var errs strings.Builder
		if code := Run(t.Context(), args, environ, nil, io.Discard, &errs); code != 0 {
			t.Errorf("%q ended with %d: %s", args, code, &errs)
		}
	}
	if status, text := request(t, client, "POST", url+"/_mock/send", `{"method": "GET", "path": "/customers/1/locations/1"}`, "Content-Type", json); status != 200 || !strings.Contains(text, `"status":401`) {
		t.Errorf("a request from the server to itself: got %s", text)
	}
}

func TestHTTPSOnTheAdminListener(t *testing.T) {
	t.Parallel()
	environ, ca := cache(t)
	cert, key := filepath.Join(filepath.Dir(ca), "ca-key.pem"), filepath.Join(filepath.Dir(ca), "ca-key.pem")
	url, _ := secure(t, environ, ca, "serve", "--listen", "127.0.0.1:0", "--quiet", "--tls", cert+","+key, "--admin", "127.0.0.1:0")
	// The certificate of the files is for no address.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	api, admin, _ := strings.Cut(url, "\n")
	if status, text := request(t, client, "GET", api+"/customers/1/locations/1", ""); status != 401 {
		t.Errorf("got %s", text)
	}
	if status, text := request(t, client, "GET", admin+"/_mock/sessions", ""); status != 200 || !strings.Contains(text, `"base_url":"`+api+`"`) {
		t.Errorf("got %s", text)
	}
}

func TestProxySpeaksHTTPS(t *testing.T) {
	t.Parallel()
	environ, ca := cache(t)
	url, client := secure(t, environ, ca, "proxy", "--target", serve(t), "--listen", "127.0.0.1:0", "--quiet", "--tls", "self")
	if status, text := request(t, client, "GET", url+"/customers/1/locations/1", "", "Authorization", "Bearer dispatcher-token", "x-tenant-id", "1"); status != 200 {
		t.Errorf("got %s", text)
	}
}

func TestBadTLSFlags(t *testing.T) {
	t.Parallel()
	environ, ca := cache(t)
	for _, c := range []struct {
		tls  string
		want int
		says string
	}{
		{"on", exitMisuse, "must be off, self or CERT,KEY"},
		{",", exitMisuse, "must be off, self or CERT,KEY"},
		{ca + "," + ca, exitWrong, ca},
	} {
		var errs strings.Builder
		if code := Run(t.Context(), []string{"serve", "--listen", "127.0.0.1:0", "--tls", c.tls}, environ, nil, io.Discard, &errs); code != c.want || !strings.Contains(errs.String(), c.says) {
			t.Errorf("--tls %s ended with %d and %s; want %d and %q", c.tls, code, &errs, c.want, c.says)
		}
	}
	var errs strings.Builder
	if code := Run(t.Context(), []string{"ca"}, nil, nil, io.Discard, &errs); code != exitWrong || !strings.Contains(errs.String(), "names none") {
		t.Errorf("without a home: ended with %d and %s", code, &errs)
	}
}

// TestTrustOfExec holds that a command trusts the mock and what it trusts already.
func TestTrustOfExec(t *testing.T) {
	t.Parallel()
	environ, ca := cache(t)
	_, other := cache(t)
	authority, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	others, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	io := &streams{environ: append(environ, "SSL_CERT_FILE="+other)}
	f := tlsFlag{setting: "self"}
	if err := f.load(io, "mock.example:8003"); err != nil {
		t.Fatal(err)
	}
	env, err := f.environment(io)
	if err != nil || len(env) != 2 || env[0] != "NODE_EXTRA_CA_CERTS="+ca {
		t.Fatalf("got %q, %v", env, err)
	}
	_, path, _ := strings.Cut(env[1], "SSL_CERT_FILE=")
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), string(authority)) || !strings.Contains(string(text), string(others)) {
		t.Errorf("%s has %q, %v; want both certificates", env[1], text, err)
	}
}
