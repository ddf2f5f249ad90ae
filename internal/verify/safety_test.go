package verify_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"dispatchmock/internal/verify"
)

// watched stands before a server and keeps the requests.
type watched struct {
	mu       sync.Mutex
	requests []message
}

func (w *watched) watch(request *message, next next) *message {
	w.mu.Lock()
	w.requests = append(w.requests, message{request.line, slices.Clone(request.fields), request.body})
	w.mu.Unlock()
	return next(request)
}

// TestNothingAtRisk holds that a run without permission changes nothing: no
// request that could write has a token, none names a version that there is,
// and with permission only the first record is deleted.
func TestNothingAtRisk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		writes, pins bool
	}{{"nothing allowed", false, false}, {"pins allowed", false, true}, {"all allowed", true, true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := &watched{}
			o := options(t, wrong(t, session(t, nil), w.watch))
			o.Writes, o.Pins = c.writes, c.pins
			report := run(t, o)
			if !report.Good() {
				t.Errorf("got %s", report.Summary())
			}
			for _, m := range w.requests {
				safe := m.method() == "GET" || m.method() == "OPTIONS"
				if !safe && m.has("Authorization") && !c.writes {
					t.Errorf("sent %s with a token", m.line)
				}
				if m.method() == "DELETE" && strings.HasPrefix(m.line, "DELETE /customers/2/") {
					t.Errorf("sent %s, which names a record that is to be read only", m.line)
				}
				if versionForm.MatchString(m.alone("x-api-version")) && m.get("x-api-version") != "1999/12/31" && !c.pins {
					t.Errorf("%s names the version %s", m.line, m.get("x-api-version"))
				}
			}
		})
	}
}

// TestLooksBeforeItDeletes holds that a DELETE whose path or tenant might name
// another record is not sent where GET finds one.
func TestLooksBeforeItDeletes(t *testing.T) {
	t.Parallel()
	w := &watched{}
	lenient := func(request *message, next next) *message {
		return w.watch(request, func(m *message) *message {
			if m.method() == "GET" {
				m.setPath("/customers/1/locations/1")
				m.set("x-tenant-id", "1")
			}
			return next(m)
		})
	}
	report := run(t, options(t, wrong(t, session(t, nil), lenient)))
	for _, name := range []string{"delete/path/unknown-customer/refused", "delete/tenant/foreign/refused", "delete/customer_id/max/not-an-input-error"} {
		if r := first(t, report, name); r.Outcome != verify.Skipped || !strings.Contains(r.Reason, "not put at risk") {
			t.Errorf("%s: %s (%s), want it skipped", name, r.Outcome, r.Reason)
		}
	}
	for _, m := range w.requests {
		if m.method() == "DELETE" && (strings.Contains(m.line, "4611686018427387903") || m.get("x-tenant-id") == "2") {
			t.Errorf("sent %s in tenant %s", m.line, m.get("x-tenant-id"))
		}
	}
}

// TestPinIsPutBack holds that the version in force before a run is in force
// after it, also where the run is stopped.
func TestPinIsPutBack(t *testing.T) {
	t.Parallel()
	for _, stop := range []int{0, 300} {
		target := session(t, nil)
		o := options(t, target)
		before := only(t, target, "get/x-api-version/2021-05-07/reported")
		run(t, before) // it puts the oldest back, so name one by hand
		name := func(version string) string {
			r, err := http.NewRequest(http.MethodGet, target+"/customers/1/locations/1", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer dispatcher-token")
			r.Header.Set("x-tenant-id", "1")
			if version != "" {
				r.Header.Set("x-api-version", version)
			}
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			return response.Header.Get("X-Api-Version")
		}
		if got := name(""); got != "2019/02/08" {
			t.Errorf("after a run the client has the version %s, want the one before, 2019/02/08", got)
		}
		name("2021/08/02")
		ctx, cancel := context.WithCancel(t.Context())
		t.Cleanup(cancel)
		o.Progress = func(done, _ int, _ string) {
			if done == stop && stop > 0 {
				cancel()
			}
		}
		report, err := verify.Run(ctx, o)
		if err != nil {
			t.Fatal(err)
		}
		if got := name(""); got != "2021/08/02" {
			t.Errorf("after a run the client has the version %s, want the one before, 2021/08/02", got)
		}
		if report.Interrupted != (stop > 0) || stop > 0 && (report.Count(verify.Holds) < stop-50 || report.Count(verify.NotRun) < 100 || report.Good()) {
			t.Errorf("stopped at %d: got %s; want what was found so far", stop, report.Summary())
		}
	}
}

// TestSecrets holds that no report shows a token, even where the target sends
// it back.
func TestSecrets(t *testing.T) {
	t.Parallel()
	echo := answers(every, func(m *message) {
		m.set("X-Echo", "dispatcher-token driver-token dispatcher-token-QQ")
		m.setBody(`{"token": "dispatcher-token", "other": "second-dispatcher-token"}`)
		m.line += " dispatcher-token"
	})
	o := options(t, wrong(t, session(t, nil), echo))
	o.Strict = true
	o.SecondToken = "dispatcher-token-QQ"
	report := run(t, o)
	var b bytes.Buffer
	if err := verify.WriteJSON(&b, report); err != nil {
		t.Fatal(err)
	}
	if err := verify.WriteText(&b, report); err != nil {
		t.Fatal(err)
	}
	if report.Count(verify.Fails) < 10 {
		t.Errorf("got %s, want failures that show what was sent", report.Summary())
	}
	for _, token := range []string{"dispatcher-token", "driver-token", "admin-token", "readonly-token", "QQ"} {
		if i := strings.Index(b.String(), token); i >= 0 {
			t.Errorf("the report shows %s: %.200q", token, b.String()[max(i-100, 0):])
		}
	}
}

// TestHTTPS holds that a target behind TLS is asked in HTTP/1.1, and that its
// certificate counts.
func TestHTTPS(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(session(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(u))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	o := only(t, s.URL, "get/valid/status", "body/*", "record/*")
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	o.TLS = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	if report := run(t, o); !report.Good() || report.Count(verify.Holds) < 40 {
		t.Errorf("got %q, %s", report.Problem, report.Summary())
	}
	o.TLS = nil
	if report := run(t, o); !strings.Contains(report.Problem, "certificate") {
		t.Errorf("got %q, want the unknown certificate refused", report.Problem)
	}
}
