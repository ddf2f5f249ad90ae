package admin_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// entry is what a test reads of the whole truth about an exchange.
type entry struct {
	ID        uint64
	RequestID string `json:"request_id"`
	Status    int
	Request   struct {
		Head, Body string
		Size       int64
	}
}

// entries returns all exchanges of the API, the oldest first.
func (r *running) entries(t testing.TB) []entry {
	t.Helper()
	var list struct{ Exchanges []struct{ ID uint64 } }
	r.must(t, "GET", "/journal?limit=10000", "", &list)
	all := make([]entry, len(list.Exchanges))
	for i, x := range list.Exchanges {
		r.must(t, "GET", fmt.Sprintf("/exchanges/%d", x.ID), "", &all[len(all)-1-i])
	}
	return all
}

// TestHeads holds that the journal has the heads of requests as they came:
// spelling, order and repetition, whatever else is on the connection.
func TestHeads(t *testing.T) {
	t.Parallel()
	odd := "DELETE /customers/1/locations/1/?a=%7e&b HTTP/1.1\r\nhOsT:  127.0.0.1 \r\nACCEPT: a\r\nx-TENANT-id:1\r\naccept: b\r\nX-Empty:\r\nX-Latin: \xe9"
	plain := "GET /nowhere HTTP/1.1\r\nHost: a"
	post := "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0"
	old := "GET /old HTTP/1.0\r\nX-Old: yes"
	sized := "DELETE /sized HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\ncontent-length: 9"
	chunked := "DELETE /chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked"
	expects := "DELETE /expects HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2"
	const end = "\r\n\r\n"
	for _, c := range []struct {
		name, sent string
		heads      []string
	}{
		{"one", odd + end, []string{odd}},
		{"pipelined", odd + end + plain + end + odd + end, []string{odd, plain, odd}},
		{"an empty line behind a POST", post + end + "\r\n" + odd + end, []string{post, odd}},
		{"HTTP/1.0", old + end, []string{old}},
		{"with a body", sized + end + `{"a": 12}` + plain + end, []string{sized, plain}},
		{"a body that looks like a head", sized + end + "a: b" + end + "." + plain + end, []string{sized, plain}},
		{"an expectation", expects + end + "{}" + plain + end, []string{expects, plain}},
		{"chunked", chunked + end + "2\r\n{}\r\n0\r\n\r\n", []string{chunked}},
		// Where a chunked body ends is net/http's to know; the fields are not
		// lost, only their spelling.
		{"behind a chunked body", chunked + end + "2\r\n{}\r\n0\r\n\r\n" + "GET /x HTTP/1.1\r\nHost: a\r\naCCEPT: b" + end, []string{chunked, "GET /x HTTP/1.1\r\nHost: a\r\nAccept: b"}},
		{"lines that end in LF", "GET /lf HTTP/1.1\nhost: a\naCCEPT: b\n\n" + plain + end, []string{"GET /lf HTTP/1.1\r\nHost: a\r\nAccept: b", plain}},
		{"one line that ends in LF", "GET /lf HTTP/1.1\r\nhost: a\naCCEPT: b\r\n\r\n" + plain + end, []string{"GET /lf HTTP/1.1\r\nHost: a\r\nAccept: b", plain}},
		{"a folded line", "GET /fold HTTP/1.1\r\nhost: a\r\naCCEPT: b,\r\n c\r\n\r\n" + plain + end, []string{"GET /fold HTTP/1.1\r\nHost: a\r\nAccept: b, c", plain}},
		{"in a session", strings.Replace(odd, "/customers", "/_s/default/customers", 1) + end, []string{strings.Replace(odd, "/customers", "/_s/default/customers", 1)}},
	} {
		for _, way := range []string{"at once", "byte by byte"} {
			t.Run(c.name+" "+way, func(t *testing.T) {
				t.Parallel()
				r := launch(t, settings{})
				talk(t, r.host, c.sent, way == "byte by byte", len(c.heads))
				got := r.entries(t)
				if len(got) != len(c.heads) {
					t.Fatalf("the journal has %d exchanges, want %d: %+v", len(got), len(c.heads), got)
				}
				for i, x := range got {
					// JSON has no place for bytes that are no UTF-8.
					if want := strings.ToValidUTF8(c.heads[i], "\ufffd"); x.Request.Head != want {
						t.Errorf("exchange %d: got the head\n%q\nwant\n%q", i, x.Request.Head, want)
					}
				}
			})
		}
	}
}

// talk sends bytes on one connection and reads so many answers.
func talk(t *testing.T, address, text string, slowly bool, answers int) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	size := len(text)
	if slowly {
		size = 1
	}
	for rest := text; rest != ""; rest = rest[min(size, len(rest)):] {
		if _, err := io.WriteString(conn, rest[:min(size, len(rest))]); err != nil {
			t.Fatal(err)
		}
	}
	b := bufio.NewReader(conn)
	for answers > 0 {
		response, err := http.ReadResponse(b, nil)
		if err != nil {
			t.Fatalf("%d answers are missing: %v", answers, err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusContinue {
			answers--
		}
	}
}
