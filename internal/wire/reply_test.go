package wire

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestAppendHead holds the status line and the header section to the byte.
func TestAppendHead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		r    Reply
		want string
	}{
		{"standard phrase", Reply{Status: 200}, " 200 OK\r\n"},
		{"status without a phrase", Reply{Status: 599}, " 599 \r\n"},
		{"own phrase", Reply{Status: 400, Reason: "CreateCustomerModel.user_id: Unknown field."}, " 400 CreateCustomerModel.user_id: Unknown field.\r\n"},
		{"line ends in the phrase", Reply{Status: 400, Reason: "a\r\nSet-Cookie: b\r\n\r\n<html>"}, " 400 a??Set-Cookie: b????<html>\r\n"},
		{"lone line ends", Reply{Status: 400, Reason: "a\rb\nc"}, " 400 a?b?c\r\n"},
		{"other controls", Reply{Status: 400, Reason: "a\x00b\tc\x1b[31m\x7f"}, " 400 a?b?c?[31m?\r\n"},
		{"no ASCII", Reply{Status: 400, Reason: "é\u2028\u0085\xff"}, " 400 ????????\r\n"},
		{"fields in their order and spelling", Reply{Status: 200, Fields: []Field{{"X-REQUEST-ID", "1"}, {"Allow", ""}, {"date", "2"}}},
			" 200 OK\r\nX-REQUEST-ID: 1\r\nAllow: \r\ndate: 2\r\n"},
		{"line ends in a field", Reply{Status: 200, Fields: []Field{{"A", "1\r\nB: 2\r\n\r\n"}}}, " 200 OK\r\nA: 1??B: 2????\r\n"},
		{"a long field is whole", Reply{Status: 200, Fields: []Field{{"A", strings.Repeat("x", 3000)}}}, " 200 OK\r\nA: " + strings.Repeat("x", 3000) + "\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := string(c.r.appendHead([]byte("HTTP/1.1"))); got != "HTTP/1.1"+c.want {
				t.Errorf("got  %q\nwant %q", got, "HTTP/1.1"+c.want)
			}
		})
	}
}

// TestReasonLength holds the border at which a phrase is cut.
func TestReasonLength(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want string
	}{
		{strings.Repeat("x", 239), strings.Repeat("x", 239)},
		{strings.Repeat("x", 240), strings.Repeat("x", 240)},
		{strings.Repeat("x", 241), strings.Repeat("x", 237) + "..."},
		{strings.Repeat("x", 1<<20), strings.Repeat("x", 237) + "..."},
		{strings.Repeat("é", 200), strings.Repeat("?", 237) + "..."},
	} {
		if got := string(appendReason(nil, c.in)); got != c.want {
			t.Errorf("%d bytes: got %q (%d), want %q", len(c.in), got, len(got), c.want)
		}
	}
}

// FuzzReason holds that no phrase and no value can end a line or leave ASCII.
func FuzzReason(f *testing.F) {
	f.Add("FIELD: DETAIL", "value")
	f.Add("\r\n", "\x00é\xff\r\n\r\n")
	f.Fuzz(func(t *testing.T, reason, value string) {
		r := Reply{Status: 400, Reason: reason, Fields: []Field{{"A", value}}}
		head := string(r.appendHead(nil))
		line, rest, _ := strings.Cut(head, "\r\n")
		field, end, ok := strings.Cut(rest, "\r\n")
		if !ok || end != "" || len(line) > len(" 400 ")+maxReason || len(field) != len("A: ")+len(value) {
			t.Fatalf("got %q, want one status line of bounded length and one field", head)
		}
		for _, c := range []byte(line + field) {
			if c < ' ' || c > '~' {
				t.Fatalf("got %q, want printable ASCII", head)
			}
		}
	})
}

// TestValue holds that a field is found by its exact name, and its first value.
func TestValue(t *testing.T) {
	t.Parallel()
	r := Reply{Fields: []Field{{"Allow", "1"}, {"allow", "2"}, {"Allow", "3"}}}
	for name, want := range map[string]string{"Allow": "1", "allow": "2", "ALLOW": "", "": ""} {
		if got := r.Value(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

// TestDates holds the form of dates in any zone, and that a kept text is only
// given for its own second, whichever way the clock is set.
func TestDates(t *testing.T) {
	var d Dates
	sample := time.Date(2022, 8, 20, 1, 38, 16, 0, time.UTC)
	for _, c := range []struct {
		t    time.Time
		want string
	}{
		{sample, "Sat, 20 Aug 2022 01:38:16 GMT"},
		{sample.Add(999_999_999), "Sat, 20 Aug 2022 01:38:16 GMT"},
		{sample.Add(time.Second), "Sat, 20 Aug 2022 01:38:17 GMT"},
		{sample.In(time.FixedZone("", -7*3600)), "Sat, 20 Aug 2022 01:38:16 GMT"},
		{sample.Add(-time.Nanosecond), "Sat, 20 Aug 2022 01:38:15 GMT"},
		{time.Unix(0, 0), "Thu, 01 Jan 1970 00:00:00 GMT"},
		{time.Unix(-1, 0), "Wed, 31 Dec 1969 23:59:59 GMT"},
		{time.Date(2024, 2, 29, 23, 59, 59, 0, time.FixedZone("", -3600)), "Fri, 01 Mar 2024 00:59:59 GMT"},
	} {
		if got := d.Format(c.t); got != c.want || got != d.Format(c.t) {
			t.Errorf("%v: got %q, want %q", c.t, got, c.want)
		}
	}
	// So the test is not parallel.
	if n := testing.AllocsPerRun(100, func() { d.Format(sample) }); n > 0 {
		t.Errorf("the second lasts, and %v allocations are made, want the kept text", n)
	}
}

// TestDatesConcurrently holds that many may ask at once.
func TestDatesConcurrently(t *testing.T) {
	t.Parallel()
	var d Dates
	var all sync.WaitGroup
	for g := range int64(8) {
		all.Go(func() {
			for i := range int64(500) {
				at := time.Unix(i%3+g%2, 0)
				if got, want := d.Format(at), at.UTC().Format(http.TimeFormat); got != want {
					t.Errorf("got %q, want %q", got, want)
					return
				}
			}
		})
	}
	all.Wait()
}

// TestBody holds that a body is what was printed, that its tree is kept until
// it is validated, and that the mark stays with it.
func TestBody(t *testing.T) {
	t.Parallel()
	tree := map[string]any{"a": "é"}
	b, err := Print(tree)
	if err != nil || string(b.Bytes) != `{"a": "\u00e9"}` || b.Length != fmt.Sprint(len(b.Bytes)) {
		t.Fatalf("got %q, length %s, %v", b.Bytes, b.Length, err)
	}
	if got, err := b.Tree(); err != nil || fmt.Sprint(got) != fmt.Sprint(tree) {
		t.Errorf("got %v, %v, want the printed tree", got, err)
	}
	if p := b.Validation(); p != nil {
		t.Errorf("got the mark %v before anything has validated", p)
	}
	b.MarkValidated("good")
	if p := b.Validation(); p != "good" {
		t.Errorf("got the mark %v, want the validator's", p)
	}
	tree["a"] = "changed"
	if got, err := b.Tree(); err != nil || fmt.Sprint(got) != "map[a:é]" {
		t.Errorf("got %v, %v, want what the bytes say", got, err)
	}
	if _, err := Print([]int{1}); err == nil {
		t.Error("printing what has no JSON form gave no error")
	}
	if e := Empty(); len(e.Bytes) != 0 || e.Length != "0" {
		t.Errorf("got an empty body of %d bytes and length %s", len(e.Bytes), e.Length)
	}
	if _, err := Raw([]byte("{")).Tree(); err == nil {
		t.Error("the tree of broken bytes gave no error")
	}
}
