package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/coverage"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/proxy"
	"dispatchmock/internal/proxy/recording"
	"dispatchmock/internal/report"
	"dispatchmock/internal/testkit"
	"dispatchmock/schemas"
)

// secretSpellings are the spellings in which a fuzzed text may have the secret.
var secretSpellings = map[string]func(string) string{
	"TOKEN":   func(s string) string { return s },
	"ESCAPED": func(s string) string { return spellEach(s, "%%%02x") },
	"TWICE":   func(s string) string { return spellEach(s, "%%25%02X") },
	"JSON":    func(s string) string { return spellEach(s, `\u%04x`) },
	"UPPER":   strings.ToUpper,
	"BASE64":  func(s string) string { return base64.StdEncoding.EncodeToString([]byte("user:" + s)) },
	"BASEURL": func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
}

func spellEach(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

// put puts a secret into a text, in the place of the words above.
func put(secret, text string) string {
	for word, spell := range secretSpellings {
		text = strings.ReplaceAll(text, word, spell(secret))
	}
	return text
}

// oneLine keeps a text from ending its line.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError {
			return '_'
		}
		return r
	}, text)
}

// headerLines returns lines of a head that frame nothing, each ended by CR LF.
func headerLines(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		name, _, ok := strings.Cut(strings.ToLower(line), ":")
		if name = strings.TrimSpace(name); ok && name != "" && !slices.Contains([]string{"content-length", "transfer-encoding", "connection", "expect", "host", "content-encoding"}, name) {
			b.WriteString(oneLine(strings.TrimSpace(line)) + "\r\n")
		}
	}
	return b.String()
}

// surface is a server with all that it writes.
type surface struct {
	*app.Server
	log      *liveText
	recorded chan struct{}
	mu       sync.Mutex
	seen     []*exchange.Exchange
}

func (s *surface) take() []*exchange.Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.seen
	s.seen = nil
	select {
	case <-s.recorded:
	default:
	}
	s.log.mu.Lock()
	s.log.b.Reset()
	s.log.mu.Unlock()
	return seen
}

func newSurface(f testing.TB, c *contract.Contract, handler func(*surface, app.Deps) http.Handler) *surface {
	s := &surface{log: newPrinted(), recorded: make(chan struct{}, 1)}
	o := app.Options{Contract: c, Journal: journal.Limits{Count: 8, Bytes: 8 << 20}, Sessions: session.Options{Now: time.Now, NewID: uuid.New},
		Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Recorded: func(x *exchange.Exchange) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.seen = append(s.seen, x)
			select {
			case s.recorded <- struct{}{}:
			default:
			}
		}}
	if handler != nil {
		o.Handler = func(b app.Deps) http.Handler { return handler(s, b) }
	}
	s.Server = testkit.Start(f, testkit.Settings{Clock: testkit.Started, Options: o, Log: testkit.TextLog}).Server
	return s
}

// ask sends bytes and waits for the record of the exchange, or for the end of
// the connection, where there is none.
func (s *surface) ask(t *testing.T, request string) {
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	_, _ = io.WriteString(conn, request)
	over := make(chan struct{})
	go func() {
		defer close(over)
		_, _ = io.Copy(io.Discard, conn)
	}()
	select {
	case <-over:
	case <-s.recorded:
	}
}

// outputs returns all that the server has written of its last exchanges, and all
// that reports of them say.
func (s *surface) outputs(t *testing.T, recorder *recording.Recorder) map[string]string {
	t.Helper()
	out := map[string]string{"the log": s.log.String()}
	seen := s.take()
	base := "http://" + s.Addr().String() + "/_mock"
	paths := []string{"/journal", "/journal/har", "/sessions/default/bundle", "/coverage"}
	for _, x := range seen {
		paths = append(paths, fmt.Sprintf("/exchanges/%d", x.ID), fmt.Sprintf("/exchanges/%d/snippets", x.ID))
	}
	for _, path := range paths {
		response, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(response.Body)
		response.Body.Close()
		out[path] = string(text)
	}
	if len(seen) > 0 {
		out["/journal/stream"] = streamed(t, base, seen)
	}
	tally := report.NewTally(report.ExecGates(nil))
	for _, x := range seen {
		tally.Add(x)
	}
	r := &report.Run{Tool: report.Exec, Consumer: "c", Provider: "p", Coverage: s.Coverage().Report("", coverage.Exec(true, false))}
	tally.Into(r)
	for _, format := range report.Formats(report.Exec) {
		var b bytes.Buffer
		if err := format.Write(&b, r, slices.Values(seen)); err != nil {
			t.Fatal(err)
		}
		out["the report "+format.Name] = b.String()
	}
	if recorder != nil {
		dir := t.TempDir()
		if _, err := recorder.Save(dir); err == nil { // what makes no good fixtures is not written
			files, _ := filepath.Glob(filepath.Join(dir, "*", "*"))
			for _, name := range files {
				text, _ := os.ReadFile(name)
				out["the recording's "+filepath.Base(name)] = string(text)
			}
		}
	}
	return out
}

// streamed reads the events of exchanges from the stream.
func streamed(t *testing.T, base string, seen []*exchange.Exchange) string {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/journal/stream?after=%d", base, seen[0].ID-1), nil)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var text []byte
	for buffer := make([]byte, 4096); bytes.Count(text, []byte("\ndata: ")) < len(seen); {
		n, err := response.Body.Read(buffer)
		if text = append(text, buffer[:n]...); err != nil {
			t.Fatalf("the stream ended with %v behind %q", err, text)
		}
	}
	return string(text)
}

// holdsSecret says how a text has a part of a secret, or "".
func holdsSecret(text, secret string) string {
	low := strings.ToLower(text)
	plain := low
	for range 3 {
		if !strings.ContainsAny(plain, `%\&`) {
			break
		}
		plain = unescaped(plain)
	}
	for _, part := range []string{secret[:12], secret[len(secret)-12:]} {
		part := strings.ToLower(part)
		if strings.Contains(low, part) || strings.Contains(plain, part) {
			return part
		}
	}
	for before := range 3 {
		text64 := base64.RawStdEncoding.EncodeToString([]byte("\x00\x00"[:before] + secret))
		core := text64[(before*8+5)/6 : (before+len(secret))*8/6]
		if strings.Contains(text, core[:14]) || strings.Contains(text, core[len(core)-14:]) {
			return "base64 " + core
		}
	}
	return ""
}

// unescaped returns a text without its escapes, be they of percent-encoding, of
// JSON or of HTML.
func unescaped(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		digits, base, n := "", 16, 0
		switch rest := text[i:]; {
		case rest[0] == '%' && len(rest) > 2:
			digits, n = rest[1:3], 3
		case strings.HasPrefix(rest, `\u00`) && len(rest) > 5:
			digits, n = rest[4:6], 6
		case strings.HasPrefix(rest, "&#"):
			digits, _, _ = strings.Cut(rest[2:min(len(rest), 6)], ";")
			base, n = 10, len("&#;")+len(digits)
		case rest[0] == '\\' && len(rest) > 1 && rest[1] == '/':
			i++
		}
		if digits != "" {
			if c, err := strconv.ParseUint(digits, base, 8); err == nil {
				b.WriteString(strings.ToLower(string([]byte{byte(c)})))
				i += n
				continue
			}
		}
		b.WriteByte(text[i])
		i++
	}
	return b.String()
}

// fixedTarget is a target that gives each connection the same answer.
type fixedTarget struct {
	net.Listener
	mu     sync.Mutex
	answer string
}

func newFixedTarget(f testing.TB) *fixedTarget {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = l.Close() })
	a := &fixedTarget{Listener: l}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go a.serve(conn)
		}
	}()
	return a
}

func (a *fixedTarget) serve(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	for buffer, head := make([]byte, 4096), ""; !strings.Contains(head, "\r\n\r\n"); {
		n, err := conn.Read(buffer)
		if head += string(buffer[:n]); err != nil {
			return
		}
	}
	a.mu.Lock()
	answer := a.answer
	a.mu.Unlock()
	_, _ = io.WriteString(conn, answer)
	_ = conn.(*net.TCPConn).CloseWrite()
	_, _ = io.Copy(io.Discard, conn)
}

// FuzzSecrets puts a token into any place of a request, and another one into any
// place of an answer, and looks for them in every output: of the mock, and of a
// proxy that records.
func FuzzSecrets(f *testing.F) {
	for _, place := range []string{"TOKEN", "ESCAPED", "TWICE", "JSON", "UPPER", "BASE64", "BASEURL", "xTOKENy", "Bearer TOKEN", "token=TOKEN", `{"a": "TOKEN"}`} {
		f.Add("GET /customers/"+place+"/locations/1?jwt="+place, "x-tenant-id: "+place+"\nX-"+place+": a\nX-Request-Id: "+place, place, 200, place, "X-Other: "+place+"\nLocation: /a?access_token="+place, place)
		f.Add(place+" /"+place, "X-Mock-Session: "+place+"\nx-api-version: "+place, "a="+place, 404, "Not "+place, "X-REQUEST-ID: "+place+"\n"+place+": b", `{"field": "`+place+`", "detail": "`+place+`"}`)
		f.Add("DELETE /customers/1/locations/1", "x-tenant-id: 1\nX-Mock-Scenario: "+place+"\nX-Mock-Allow: "+place+"\nCookie: sid="+place, "{}", 401, "", "WWW-Authenticate: Bearer "+place, "<p>"+place)
	}
	f.Add("OPTIONS /customers/1/locations/1", "Origin: http://TOKEN\nAccess-Control-Request-Method: TOKEN\nAccess-Control-Request-Headers: X-TOKEN", "", 204, "", "", "")
	f.Fuzz(newSecretHunt(f).hold)
}

// secretHunt is a mock, and a proxy before a target, in which secrets are looked
// for.
type secretHunt struct {
	contract    *contract.Contract
	mock, proxy *surface
	target      *fixedTarget
	recorder    *recording.Recorder
}

func newSecretHunt(f testing.TB) *secretHunt {
	c, err := contract.Load(schemas.FS)
	if err != nil {
		f.Fatal(err)
	}
	h := &secretHunt{contract: c, mock: newSurface(f, c, nil), target: newFixedTarget(f)}
	u := &url.URL{Scheme: "http", Host: h.target.Addr().String()}
	h.proxy = newSurface(f, c, func(s *surface, b app.Deps) http.Handler {
		p := proxy.New(proxy.Options{Contract: c, Target: u, Timeout: patience, CORS: contract.CORSDocumented, Home: b.Home, Redactor: b.Redactor, Record: b.Record,
			Passed: func(p *proxy.Passed) { h.recorder.Add(p.Exchange, p.Request, p.Route, p.Reply) }, Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
		f.Cleanup(p.Close)
		return p
	})
	return h
}

func (h *secretHunt) hold(t *testing.T, line, fields, body string, status int, reason, answerFields, answerBody string) {
	if len(line)+len(fields)+len(body)+len(reason)+len(answerFields)+len(answerBody) > 8<<10 {
		return
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q%q%q%q", line, fields, body, answerBody))
	text := base64.RawURLEncoding.EncodeToString(sum[:])
	asked, told := "q"+text[:21]+"/", "r"+text[21:]+"+"
	head, _, _ := strings.Cut(oneLine(line), " HTTP/")
	request := put(asked, head) + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer " + asked + "\r\n" + put(asked, headerLines(fields))
	sent := put(asked, body)
	request += fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(sent), sent)
	// The target repeats what it was sent, and has a secret of its own.
	given := put(told, answerBody) + put(asked, answerBody)
	h.target.mu.Lock()
	h.target.answer = fmt.Sprintf("HTTP/1.1 %d %s\r\nConnection: close\r\nSet-Cookie: sid=%s; HttpOnly\r\n%s%sContent-Length: %d\r\n\r\n%s", 200+(status%400+400)%400, put(asked, put(told, oneLine(reason))), told,
		put(told, headerLines(answerFields)), put(asked, headerLines(answerFields)), len(given), given)
	h.target.mu.Unlock()
	var err error
	if h.recorder, err = recording.New(recording.Options{Contract: h.contract, Schemas: schemas.FS, Now: time.Now, Redact: len(body)%2 > 0, Key: sum[:]}); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*surface{"mock": h.mock, "proxy": h.proxy} {
		s.take()
		s.ask(t, request)
		var kept *recording.Recorder
		if s == h.proxy {
			kept = h.recorder
		}
		for where, text := range s.outputs(t, kept) {
			for _, secret := range []string{asked, told} {
				if part := holdsSecret(text, secret); part != "" {
					shown, _ := json.Marshal(request)
					t.Errorf("%s: %s has %q of the secret %q\n%.3000s\nasked %s\nanswer %q", name, where, part, secret, text, shown, h.target.answer)
				}
			}
		}
	}
}
