package wire

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// Names of response header fields, spelt as the page's sample spells them
// (grade P).
const (
	AllowHeaders  = "Access-Control-Allow-Headers"
	AllowMethods  = "Access-Control-Allow-Methods"
	AllowOrigin   = "Access-Control-Allow-Origin"
	ExposeHeaders = "Access-Control-Expose-Headers"
	Allow         = "Allow"
	ContentLength = "Content-Length"
	ContentType   = "Content-Type"
	Date          = "Date"
	Server        = "Server"
	Authenticate  = "WWW-Authenticate"
	APIVersion    = "X-API-VERSION"
	RequestID     = "X-REQUEST-ID"
)

// Field is one line of a header section.
type Field struct{ Name, Value string }

// Reply is a response before it is printed. Fields are printed in their order
// and spelling.
type Reply struct {
	Status int
	// Reason is the status line's phrase; where it is empty the standard one
	// is printed.
	Reason string
	Fields []Field
	Body   *Body
	// Break is how the reply fails on its way; nil is not at all.
	Break *Break
}

// Value returns the value of the first field of that exact name.
func (r *Reply) Value(name string) string {
	for _, f := range r.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// Head returns the status line and the header section of a reply to a request
// of HTTP/1.1, without the empty line that ends it.
func (r *Reply) Head() string {
	head := r.appendHead(append(make([]byte, 0, 512), "HTTP/1.1"...))
	return string(head[:len(head)-len("\r\n")])
}

// appendHead appends the status line, from behind the protocol version, and
// the header section without its closing empty line.
func (r *Reply) appendHead(dst []byte) []byte {
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, int64(r.Status), 10)
	dst = append(dst, ' ')
	if r.Reason != "" {
		dst = appendReason(dst, r.Reason)
	} else {
		dst = append(dst, http.StatusText(r.Status)...)
	}
	dst = append(dst, "\r\n"...)
	for _, f := range r.Fields {
		dst = append(dst, f.Name...)
		dst = append(dst, ": "...)
		dst = appendText(dst, f.Value, len(f.Value))
		dst = append(dst, "\r\n"...)
	}
	return dst
}

// maxReason is the length in bytes at which a reason phrase is cut; clients
// are known to refuse status lines of a few kilobytes.
const maxReason = 240

func appendReason(dst []byte, reason string) []byte {
	if len(reason) <= maxReason {
		return appendText(dst, reason, len(reason))
	}
	return append(appendText(dst, reason, maxReason-3), "..."...)
}

// appendText appends at most n bytes of s; what could end the line, or is not
// printable ASCII, becomes a question mark.
func appendText(dst []byte, s string, n int) []byte {
	for i := range n {
		c := s[i]
		if c < ' ' || c > '~' {
			c = '?'
		}
		dst = append(dst, c)
	}
	return dst
}

// Dates prints the Date field and keeps the text while the second lasts.
type Dates struct{ last atomic.Pointer[datedText] }

type datedText struct {
	second int64
	text   string
}

// Format returns t in the form of HTTP dates.
func (d *Dates) Format(t time.Time) string {
	second := t.Unix()
	if last := d.last.Load(); last != nil && last.second == second {
		return last.text
	}
	fresh := &datedText{second, t.UTC().Format(http.TimeFormat)}
	d.last.Store(fresh)
	return fresh.text
}
