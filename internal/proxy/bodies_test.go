package proxy

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/wire"
	"dispatchmock/schemas"
)

// TestBodies validates many bodies, each several times and by several at once, and
// holds that each has the verdict on its very bytes.
func TestBodies(t *testing.T) {
	t.Parallel()
	c, err := contract.Load(schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	op := c.Operation("Get Customer")
	cache := newBodies()
	validate := func(body string) (violations int, bytes string) {
		cache.validate([]byte(body), func(b *wire.Body) {
			bytes = string(b.Bytes)
			reply := &wire.Reply{Status: 404, Body: b, Fields: []wire.Field{{Name: wire.ContentLength, Value: b.Length}}}
			for _, f := range op.ValidateReply(c.Oldest(), contract.CORSDocumented, time.Now(), reply) {
				if f.Part == "body" {
					violations++
				}
			}
		})
		return violations, bytes
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 1000 {
				i %= 250 // more than there is room for
				body, want := fmt.Sprintf(`{"detail": "%d", "explanation": "b", "field": "c"}`, i), 0
				if i%3 == 0 {
					body, want = fmt.Sprintf(`{"detail": %d, "explanation": "b", "field": "c"}`, i), 1
				}
				if got, bytes := validate(body); got != want || bytes != body {
					t.Errorf("%s: got %d findings on %s, want %d", body, got, bytes, want)
				}
			}
		})
	}
	all.Wait()
	kept := 0
	for i := range cache.kept {
		if b := cache.kept[i].Load(); b != nil {
			kept++
			if b.Validation() == nil {
				t.Errorf("%s is kept without being validated", b.Bytes)
			}
		}
	}
	if kept == 0 {
		t.Error("no body is kept")
	}
}
