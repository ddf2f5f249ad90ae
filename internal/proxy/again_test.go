package proxy_test

import (
	"io"
	"strings"
	"testing"
)

// TestClosedBetweenRequests holds that a request comes to its answer where the
// target closes a connection that had an answer before, and that one which may
// not be sent twice is not.
func TestClosedBetweenRequests(t *testing.T) {
	t.Parallel()
	got := make(chan string, 100)
	url := target(t, func(p *peer) {
		if _, err := p.head(); err != nil {
			return
		}
		if _, err := io.WriteString(p.Conn, ok); err != nil {
			return
		}
		head, err := p.head() // and no answer
		if err == nil {
			got <- head
		}
	})
	client := before(t, url).connect(t)
	for _, method := range []string{"GET", "GET", "HEAD", "OPTIONS", "GET"} {
		client.send(t, method+" / HTTP/1.1\r\nHost: a\r\n\r\n")
		client.expect(t, ok)
	}
	client.send(t, "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n")
	if head, err := client.head(); err != nil || !strings.HasPrefix(head, "HTTP/1.1 502 ") {
		t.Fatalf("got %q, %v, want 502", head, err)
	} else if _, err := bodyOf(client, head); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		client.send(t, "DELETE / HTTP/1.1\r\nHost: a\r\nIdempotency-Key: 1\r\n\r\n")
		client.expect(t, ok)
	}
	deletes := 0
	for len(got) > 0 {
		if head := <-got; strings.HasPrefix(head, "DELETE ") && !strings.Contains(head, "Idempotency-Key") {
			deletes++
		}
	}
	if deletes != 1 {
		t.Errorf("the target got %d DELETEs that it did not answer, want one", deletes)
	}
}
