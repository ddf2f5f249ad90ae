package mock_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"dispatchmock/internal/app"
	"dispatchmock/internal/testkit"
	"dispatchmock/internal/wire"
)

// panicky returns a layer that panics on requests that name a way to do so.
func panicky(ways map[string]func(*wire.Reply)) func(*http.Request, *wire.Reply, func()) {
	return func(r *http.Request, reply *wire.Reply, perform func()) {
		if way := ways[r.Header.Get("X-Panic")]; way != nil {
			way(reply)
		}
		perform()
	}
}

// TestPanicIsAnswered holds that a mistake of ours becomes a 500 in the
// vendor's form, that only the log has the stack trace, and that the
// connection goes on.
func TestPanicIsAnswered(t *testing.T) {
	t.Parallel()
	ways := map[string]func(*wire.Reply){
		"text":  func(*wire.Reply) { panic("secret text of a panic") },
		"error": func(*wire.Reply) { panic(errors.New("secret error of a panic")) },
		"abort": func(*wire.Reply) { panic(http.ErrAbortHandler) },
		"nil": func(*wire.Reply) {
			var value any
			panic(value)
		},
		"index": func(r *wire.Reply) {
			for i := range 100 {
				r.Fields[i].Name = "x"
			}
		},
		"nil pointer": func(r *wire.Reply) {
			var none *wire.Body
			r.Reason = none.Length
		},
		"half a reply": func(r *wire.Reply) {
			r.Status, r.Reason = 200, "Fine"
			r.Fields = append(r.Fields, wire.Field{Name: "X-Half", Value: "yes"})
			r.Body = wire.Raw([]byte("half"))
			panic("half a reply")
		},
	}
	for name := range ways {
		for _, quiet := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", quiet"}[quiet], func(t *testing.T) {
				t.Parallel()
				r := testkit.Start(t, testkit.Settings{Options: app.Options{Quiet: quiet, Around: panicky(ways)}, Log: testkit.JSONLog})
				c := r.Connect(t)
				c.Send(t, testkit.Authorized(http.MethodDelete, testkit.Resource, "X-Panic: "+name))
				a := c.Receive(t, http.MethodDelete)
				a.WantVendor(t, http.StatusInternalServerError)
				if a.Body != serverFailed || a.Reason != "server: The server failed on this request." {
					t.Errorf("the client sees %q %s, want no word of the panic: %s", a.Reason, a.Body, serverFailed)
				}
				if strings.Contains(a.Value("Connection"), "close") {
					t.Errorf("the connection ends with the panic, want it to go on")
				}
				errs := r.LogLines(t, "internal error", a.Value("X-REQUEST-ID"))
				if len(errs) != 1 {
					t.Fatalf("the log has %d internal errors of the request, want 1:\n%s", len(errs), r.Logged.String())
				}
				text, _ := errs[0]["error"].(string)
				if !strings.Contains(text, "panic: ") || !strings.Contains(text, "panic_test.go:") {
					t.Errorf("got the error %q in the log, want the panic and where it came from", text)
				}
				c.Send(t, testkit.Sample)
				c.Receive(t, http.MethodDelete).WantVendor(t, http.StatusOK)
			})
		}
	}
}
