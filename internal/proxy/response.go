package proxy

import (
	"io"
	"net/http"
	"time"

	"dispatchmock/internal/wire"
)

// answered holds the target's head as it came, and follows its body.
func (p *Proxy) answered(response *http.Response) error {
	way := passageOf(response.Request.Context())
	way.answered = true
	_ = way.admin.SetWriteDeadline(time.Now().Add(stall))
	way.coding = response.Header.Get("Content-Encoding")
	told := response.Header.Get("X-Api-Version")
	chunked := len(response.TransferEncoding) > 0
	framing := http.Header{}
	if response.ContentLength < 0 {
		// Else net/http would count a short body, and say its length.
		framing["Transfer-Encoding"] = []string{"chunked"}
	} else if length := value(way.head, "content-length"); length != nil {
		framing["Content-Length"] = []string{string(length)}
	}
	way.x.Response.Head, _ = way.secrets.Head(way.head)
	passed := withoutConnection(way.head, chunked)
	keepsCoding := chunked && way.in.ProtoAtLeast(1, 1) && response.StatusCode != http.StatusNoContent && hasField(passed, "transfer-encoding")
	if !keepsCoding {
		passed = withoutCoding(passed)
	}
	way.reply = wire.Reply{Status: response.StatusCode, Fields: fieldsOf(string(passed))}
	if wire.Relay(way.in, afterProtocol(passed), keepsCoding) {
		response.Header = framing
	}
	way.x.VersionUsed = version(p.Contract, way, told)
	if response.Body == http.NoBody || response.ContentLength == 0 || way.in.Method == http.MethodHead {
		way.finish()
		return nil
	}
	response.Body = &download{ReadCloser: response.Body, way: way, length: response.ContentLength, pending: !way.more}
	// Else the reverse proxy would flush beside it.
	response.ContentLength = 0
	return nil
}

// download is the body of an answer on its way. What has come goes on before
// more is waited for, and its last byte does not before it is recorded.
type download struct {
	io.ReadCloser
	way     *passage
	length  int64 // -1 where it is not known
	pending bool  // something is written that may still be held back
}

// Read implements io.Reader.
func (d *download) Read(p []byte) (int, error) {
	way := d.way
	if d.pending && way.response.size != d.length {
		_ = way.admin.Flush() // writing will tell that the client has left
	}
	n, err := d.ReadCloser.Read(p)
	d.pending = n > 0
	_ = way.admin.SetWriteDeadline(time.Now().Add(stall))
	way.response.take(p[:n], maxValidated)
	switch {
	case way.response.size == d.length || err == io.EOF:
		way.finish()
	case err != nil:
		way.broken = err
		if n > 0 {
			return n, nil // it goes before the cut, and so does the head
		}
		_ = way.admin.Flush()
	}
	return n, err
}
