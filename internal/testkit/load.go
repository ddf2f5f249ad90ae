package testkit

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// connections is how many clients ask at once.
const connections = 64

// Load asks a server over kept-alive connections. Answers are read to the last
// byte, but not parsed beyond what that takes.
type Load []*Conn

// NewLoad connects to a server.
func NewLoad(b *testing.B, address string) Load {
	b.Helper()
	l := make(Load, connections)
	for i := range l {
		l[i] = Dial(b, address)
	}
	return l
}

// Run sends n requests, the i-th as request gives it, and returns how long all
// of them took.
func (l Load) Run(b *testing.B, n int, wantStatus string, request func(dst []byte, i int) []byte) time.Duration {
	b.Helper()
	var next atomic.Int64
	var wait sync.WaitGroup
	errs := make(chan error, len(l))
	start := time.Now()
	for _, c := range l {
		wait.Go(func() {
			var buf []byte
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				buf = request(buf[:0], i)
				if err := c.askFast(buf, wantStatus); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wait.Wait()
	took := time.Since(start)
	close(errs)
	for err := range errs {
		b.Fatal(err)
	}
	return took
}

var lengthName = []byte("Content-Length: ")

func (c *Conn) askFast(request []byte, wantStatus string) error {
	if _, err := c.Write(request); err != nil {
		return err
	}
	length := -1
	for first := true; ; first = false {
		line, err := c.Answers.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.Contains(line, []byte(wantStatus)) {
			return fmt.Errorf("got %s, want status %s", line, wantStatus)
		}
		if bytes.HasPrefix(line, lengthName) {
			length, _ = strconv.Atoi(string(bytes.TrimSpace(line[len(lengthName):])))
		}
		if len(line) == 2 {
			break
		}
	}
	_, err := c.Answers.Discard(length)
	return err
}

const deletion = "DELETE /customers/%d/locations/1 HTTP/1.1\r\nHost: 127.0.0.1:8003\r\nAuthorization: Bearer dispatcher-token\r\n" +
	"Content-Type: application/json\r\nx-tenant-id: %s\r\n\r\n"

// Deletions returns a maker of DELETEs of a customer in a tenant, and of n
// customers beyond it by turns.
func Deletions(customer, n int, tenant string) func(dst []byte, i int) []byte {
	if n == 0 {
		text := fmt.Sprintf(deletion, customer, tenant)
		return func(dst []byte, _ int) []byte { return append(dst, text...) }
	}
	return func(dst []byte, i int) []byte { return fmt.Appendf(dst, deletion, customer+i%n, tenant) }
}

// Median returns the middle one of some figures.
func Median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}
