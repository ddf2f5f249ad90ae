package admin_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// TestLateExchange drops a session while one of its requests is under way, and
// makes another of the same name: what ends late is not in its journal.
func TestLateExchange(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	r.must(t, "POST", "/sessions", `{"id": "mine"}`, nil)
	conn, err := net.Dial("tcp", r.host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "DELETE /_s/mine%s HTTP/1.1\r\nHost: %s\r\n%s\r\n%s\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n", resource, r.host, dispatcher[0], dispatcher[1])
	in := bufio.NewReader(conn)
	// The server asks for the body once it has found the session.
	if line, err := in.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("got %q, %v, want to be asked for the body", line, err)
	}
	if _, err := in.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	r.must(t, "DELETE", "/sessions/mine", "", nil)
	r.must(t, "POST", "/sessions", `{"id": "mine"}`, nil)
	if _, err := io.WriteString(conn, "{}"); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("the request under way got %s, want it answered", response.Status)
	}
	var list struct {
		Exchanges []struct{ ID uint64 } `json:"exchanges"`
	}
	for _, query := range []string{"?session=mine&admin=true", "?admin=true"} {
		r.must(t, "GET", "/journal"+query, "", &list)
		if len(list.Exchanges) != 0 {
			t.Errorf("%s: the new session has %v in its journal, want nothing of the old one", query, list.Exchanges)
		}
	}
}
