package console_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/proxy"
	"dispatchmock/internal/testkit"
)

// TestProxyViews holds that the console of a proxy shows what passed: which
// fault an answer was, and what of the contract was tried.
func TestProxyViews(t *testing.T) {
	origin, err := url.Parse(launch(t, settings{}).url)
	if err != nil {
		t.Fatal(err)
	}
	front := func(b app.Deps) http.Handler {
		p := proxy.New(proxy.Options{Contract: testkit.Contract(t), Target: origin, Timeout: patience, CORS: contract.CORSDocumented, Home: b.Home,
			Redactor: b.Redactor, Record: b.Record, Log: slog.New(slog.DiscardHandler), Quiet: true})
		t.Cleanup(p.Close)
		return p
	}
	r := launch(t, settings{front: front})
	r.do(t, "GET", "/customers/404/locations/1", "", append(dispatcher, "x-api-version: 2021/05/07")...)
	p := open(t, r.url+"/_mock/#/contract")
	p.sees("#part-coverage .tried", "record_unknown")
	p.sees("#part-coverage summary", "authorization absent")
	goTo(p, "#/traffic", "document.body.innerText.includes('/customers/404/locations/1')")

	odd := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(odd.Close)
	if origin, err = url.Parse(odd.URL); err != nil {
		t.Fatal(err)
	}
	r = launch(t, settings{front: front})
	r.do(t, "GET", "/customers/1/locations/1", "", dispatcher...)
	p = open(t, r.url+"/_mock/#/traffic/1")
	p.sees(".why", "The target broke the contract: "+odd.URL)
}
