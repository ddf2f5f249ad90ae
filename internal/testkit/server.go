package testkit

import (
	"cmp"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/mock"
	"dispatchmock/internal/report"
	"dispatchmock/schemas"
)

// Settings are what a test may choose of a server. The zero value is the
// default data set at SampleTime, request IDs that are the same in every run,
// and a log of what goes wrong.
type Settings struct {
	app.Options // those that are zero are filled in
	Data
	Clock   time.Time // of the fixtures, and of the server unless Options say otherwise
	Address string    // to listen at, instead of any port of this machine
	Schemas fs.FS     // instead of the embedded ones
	Log     Log
	LogTo   io.Writer // instead of Server.Logged
}

// Log is the form of a server's log.
type Log int

const (
	Quiet   Log = iota // text, without the exchanges that are as they should be
	TextLog            // every exchange
	JSONLog            // every exchange
)

// Server is a server under test.
type Server struct {
	*app.Server
	URL    string
	Logged *Buffer
	data   Data
}

// Start starts a server, and stops it when the test ends.
func Start(t testing.TB, s Settings) *Server {
	t.Helper()
	if s.Clock.IsZero() {
		s.Clock = SampleTime
	}
	r := &Server{Logged: &Buffer{}, data: s.Data}
	var err error
	if r.Server, err = app.New(s.options(t, r.Logged)); err != nil {
		t.Fatal(err)
	}
	if err := r.Start(cmp.Or(s.Address, "127.0.0.1:0")); err != nil {
		t.Fatal(err)
	}
	r.URL = "http://" + r.Addr().String()
	t.Cleanup(func() {
		if err := r.Shutdown(Within(t, Patience)); err != nil {
			t.Error(err)
		}
	})
	return r
}

func (s Settings) options(t testing.TB, logged io.Writer) app.Options {
	t.Helper()
	o := s.Options
	if s.Schemas != nil {
		c, err := contract.Load(s.Schemas)
		if err != nil {
			t.Fatal(err)
		}
		o.Contract, o.Sessions.Fixtures = c, s.load(t, s.Schemas, c, s.Clock)
	}
	if o.Contract == nil {
		o.Contract = Contract(t)
	}
	if o.Sessions.Fixtures == nil {
		o.Sessions.Fixtures = Fixtures(t, s.Data, s.Clock)
	}
	if o.Sessions.Now == nil {
		o.Sessions.Now = func() time.Time { return s.Clock }
	}
	if o.Sessions.NewID == nil {
		o.Sessions.NewID = seededIDs()
	}
	if o.Journal == (journal.Limits{}) {
		o.Journal = journal.Limits{Count: 2000, Bytes: 8 << 20}
	}
	o.CORS, o.OnViolation = cmp.Or(o.CORS, contract.CORSDocumented), cmp.Or(o.OnViolation, mock.Fail)
	o.RequestTime = cmp.Or(o.RequestTime, Patience)
	o.Admin.Schemas = schemas.FS
	o.Quiet = o.Quiet || s.Log == Quiet
	if s.LogTo != nil {
		logged = s.LogTo
	}
	switch {
	case o.Log != nil:
	case s.Log == JSONLog:
		o.Log = slog.New(slog.NewJSONHandler(logged, nil))
	default:
		o.Log = slog.New(slog.NewTextHandler(logged, nil))
	}
	return o
}

// seededIDs returns a source of request IDs that is the same in every run.
func seededIDs() func() uuid.UUID {
	var mu sync.Mutex
	stream := rand.NewChaCha8([32]byte{1})
	return func() uuid.UUID {
		mu.Lock()
		defer mu.Unlock()
		return uuid.Must(uuid.NewRandomFromReader(stream))
	}
}

// Do sends a request by net/http and returns the answer and its body. A body
// has the type application/json.
func (r *Server) Do(t testing.TB, method, path, body string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		request.Header.Add(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

// Admin sends a request to the admin API and wants it done.
func (r *Server) Admin(t testing.TB, method, path, body string) string {
	t.Helper()
	response, text := r.Do(t, method, "/_mock"+path, body)
	if response.StatusCode >= http.StatusMultipleChoices {
		t.Fatalf("%s %s %s: %s %s", method, path, body, response.Status, text)
	}
	return text
}

// Entry returns what the journal has of the exchange of a request ID.
func (r *Server) Entry(t testing.TB, session, requestID string) report.Entry {
	t.Helper()
	var x report.Entry
	Decode(t, r.Admin(t, http.MethodGet, "/journal/"+requestID+"?session="+session, ""), &x)
	return x
}

// LogLines returns the lines of a log in JSON that have a message and a request
// ID; "" is any.
func (r *Server) LogLines(t testing.TB, message, requestID string) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for d := json.NewDecoder(strings.NewReader(r.Logged.String())); d.More(); {
		var line map[string]any
		if err := d.Decode(&line); err != nil {
			t.Fatalf("the log is not JSON: %v", err)
		}
		if (message == "" || line["msg"] == message) && (requestID == "" || line["request_id"] == requestID) {
			lines = append(lines, line)
		}
	}
	return lines
}

// WantQuiet fails the test where the server had trouble of its own.
func (r *Server) WantQuiet(t testing.TB) {
	t.Helper()
	log := r.Logged.String()
	for _, word := range []string{"panic", "violation", "internal error", "superfluous"} {
		if strings.Contains(log, word) {
			t.Errorf("the log has %q:\n%.4000s", word, log)
		}
	}
}
