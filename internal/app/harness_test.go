package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"

	"dispatchmock/fixtures"
	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/mock"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/wire"
	"dispatchmock/schemas"
)

// sampleTime is the time of the page's sample response.
const sampleTime = "2022-08-20T01:38:16Z"

// settings are what a test may choose of a server; the zero value is the
// default world with the clock of the page's sample.
type settings struct {
	clock       string
	cors        string
	anyToken    bool
	onViolation string
	choices     string            // a JSON object of choices
	files       map[string]string // further fixture files
	schemas     fs.FS             // instead of the embedded ones
	quiet       bool
	discardLog  bool
	jsonLog     bool
	recorded    func(*exchange.Exchange)
	logTo       io.Writer                                // instead of running.log
	now         func() time.Time                         // instead of clock
	journal     *journal.Limits                          // instead of those of a test
	around      func(*http.Request, *wire.Reply, func()) // each performance
	connections wire.Limits                              // the zero ones are those of the manual
	front       func(app.Deps) http.Handler
	admin       string // address of the admin API, where it has its own
}

var loadContract = sync.OnceValues(func() (*contract.Contract, error) { return contract.Load(schemas.FS) })

// loaded has the fixtures of the tests before, by what they were made of: they
// never change.
var loaded sync.Map

func loadFixtures(t testing.TB, s settings, now time.Time) (*contract.Contract, *fixture.Fixtures) {
	t.Helper()
	if s.schemas != nil {
		c, err := contract.Load(s.schemas)
		if err != nil {
			t.Fatal(err)
		}
		return c, readFixtures(t, s, c, now)
	}
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	s.schemas = schemas.FS
	key := fmt.Sprintf("%q %q %v", s.choices, s.files, now)
	f, ok := loaded.Load(key)
	if !ok {
		f = readFixtures(t, s, c, now)
		loaded.Store(key, f)
	}
	return c, f.(*fixture.Fixtures)
}

func readFixtures(t testing.TB, s settings, c *contract.Contract, now time.Time) *fixture.Fixtures {
	t.Helper()
	files := fstest.MapFS{}
	def, err := fixtures.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range glob(t, def) {
		text := readFile(t, def, name)
		if name == "choices.json" && s.choices != "" {
			text = overlayChoices(t, text, s.choices)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	for name, text := range s.files {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	f, err := fixture.Load(files, s.schemas, c, now)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// overlayChoices puts choices over those of a file.
func overlayChoices(t testing.TB, text []byte, choices string) []byte {
	t.Helper()
	var file struct {
		Choices map[string]any `json:"choices"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(choices), &file.Choices); err != nil {
		t.Fatalf("choices %s: %v", choices, err)
	}
	text, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// running is a server under test.
type running struct {
	*app.Server
	url string
	log *safeBuffer
}

// launch starts a server and stops it when the test ends.
func launch(t testing.TB, s settings) *running {
	t.Helper()
	if s.clock == "" {
		s.clock = sampleTime
	}
	now, err := time.Parse(time.RFC3339, s.clock)
	if err != nil {
		t.Fatal(err)
	}
	c, f := loadFixtures(t, s, now)
	r := &running{log: &safeBuffer{}}
	o := app.Options{Contract: c, CORS: contract.CORSDocumented, AnyToken: s.anyToken, OnViolation: mock.Fail, Around: s.around, Quiet: s.quiet,
		Journal: journal.Limits{Count: 2000, Bytes: 8 << 20}, Admin: app.Admin{Schemas: schemas.FS, Address: s.admin},
		Connections: s.connections, Handler: s.front, RequestTime: patience,
		Sessions: session.Options{Fixtures: f, Now: func() time.Time { return now }, NewID: seededIDs()},
		Log:      slog.New(slog.NewTextHandler(r.log, nil)), Recorded: s.recorded}
	if s.journal != nil {
		o.Journal = *s.journal
	}
	if s.now != nil {
		o.Sessions.Now = s.now
	}
	if s.jsonLog {
		o.Log = slog.New(slog.NewJSONHandler(r.log, nil))
	}
	if s.logTo != nil {
		o.Log = slog.New(slog.NewTextHandler(s.logTo, nil))
	}
	if s.discardLog {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if s.cors != "" {
		o.CORS = contract.CORS(s.cors)
	}
	if s.onViolation != "" {
		o.OnViolation = mock.OnViolation(s.onViolation)
	}
	if r.Server, err = app.New(o); err != nil {
		t.Fatal(err)
	}
	if err := r.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	r.url = "http://" + r.Addr().String()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := r.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	return r
}

// seededIDs returns a source of request IDs that is the same in every run.
func seededIDs() func() uuid.UUID {
	var mu sync.Mutex
	stream := rand.NewChaCha8([32]byte{1})
	return func() uuid.UUID {
		mu.Lock()
		defer mu.Unlock()
		id, err := uuid.NewRandomFromReader(stream)
		if err != nil {
			panic(err)
		}
		return id
	}
}

// raw sends bytes on a new connection, closes the sending half and returns
// all that comes back.
func (r *running) raw(t testing.TB, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", r.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	// The server may answer and close before it has read everything.
	_, _ = io.WriteString(conn, request)
	_ = conn.(*net.TCPConn).CloseWrite()
	answer, err := io.ReadAll(conn)
	if err != nil && len(answer) == 0 {
		t.Fatalf("no answer to %.80q: %v", request, err)
	}
	return string(answer)
}

// do sends a request with net/http and returns the answer and its body.
func (r *running) do(t testing.TB, method, path string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.url+path, nil)
	if err != nil {
		t.Fatal(err)
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
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

// dispatcher is the header of a request that may do everything in tenant 1.
var dispatcher = []string{"Authorization: Bearer dispatcher-token", "x-tenant-id: 1"}

// safeBuffer is a buffer that a server may write while a test reads.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func (s *safeBuffer) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.b.Reset()
}
