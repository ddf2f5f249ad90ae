package admin

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestAnswersAreWholeOrErrors holds that no answer of success is empty or half:
// what cannot be written becomes an error, or a connection that is cut.
func TestAnswersAreWholeOrErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("no form")
	for _, c := range []struct {
		name   string
		write  func(io.Writer) error
		status int
		cut    bool
		logged string
	}{
		{"whole", asJSON("text"), 201, false, ""},
		{"no value of JSON", asJSON(func() {}), 500, false, "unsupported type"},
		{"an error at once", func(io.Writer) error { return broken }, 500, false, "no form"},
		{"an error in between", func(w io.Writer) error {
			_, err := w.Write(bytes.Repeat([]byte(" "), 1<<20))
			return errors.Join(err, broken)
		}, 201, true, "no form"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			d := &Admin{Options: Options{Log: slog.New(slog.NewTextHandler(&log, nil))}}
			ended := make(chan struct{})
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(ended)
				d.answer(w, r, http.StatusCreated, c.write)
			}))
			defer s.Close()
			response, err := http.Get(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			text, err := io.ReadAll(response.Body)
			if response.StatusCode != c.status || (err != nil) != c.cut || len(text) == 0 {
				t.Errorf("got %d with %d bytes and %v, want %d, cut off: %t", response.StatusCode, len(text), err, c.status, c.cut)
			}
			<-ended
			if got := log.String(); (got == "") != (c.logged == "") || !strings.Contains(got, c.logged) {
				t.Errorf("logged %q, want %q", got, c.logged)
			}
		})
	}
}
