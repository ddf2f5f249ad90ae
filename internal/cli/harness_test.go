package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// liveText is an output that may be read while it is written.
type liveText struct {
	mu   sync.Mutex
	b    bytes.Buffer
	news chan struct{}
}

func newPrinted() *liveText { return &liveText{news: make(chan struct{}, 1)} }

func (p *liveText) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.b.Write(b)
	select {
	case p.news <- struct{}{}:
	default:
	}
	return len(b), nil
}

func (p *liveText) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.b.String()
}

// await waits until the output matches.
func (p *liveText) await(t *testing.T, pattern string) string {
	t.Helper()
	re, late := regexp.MustCompile(pattern), time.After(patience)
	for {
		if found := re.FindString(p.String()); found != "" {
			return found
		}
		select {
		case <-p.news:
		case <-late:
			t.Fatalf("within %v nothing matched %q in:\n%s", patience, pattern, p)
		}
	}
}

// beside runs the command line beside the test and stops it when that ends.
func beside(t *testing.T, args ...string) (stdout, stderr *liveText, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	stdout, stderr = newPrinted(), newPrinted()
	code := make(chan int, 1)
	go func() { code <- Run(ctx, args, nil, nil, stdout, stderr) }()
	stop = sync.OnceValue(func() int {
		cancel()
		return <-code
	})
	t.Cleanup(func() { stop() })
	return stdout, stderr, stop
}

// serve starts a server and returns its URL.
func serve(t *testing.T, args ...string) string {
	t.Helper()
	stdout, _, _ := beside(t, append([]string{"serve", "--listen", "127.0.0.1:0", "--quiet"}, args...)...)
	return strings.TrimSpace(stdout.await(t, `^http://\S+\n`))
}

// outcome is what a command came to.
type outcome struct {
	code           int
	stdout, stderr string
}

func run(t *testing.T, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	code := Run(ctx, args, nil, nil, &stdout, &stderr)
	return outcome{code, stdout.String(), stderr.String()}
}

// file writes a file and returns its name.
func file(t *testing.T, name, text string) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
