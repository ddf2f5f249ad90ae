package proxy

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"dispatchmock/internal/wire"
)

// sendHead sends the target's head as it came.
func (way *passage) sendHead(response *http.Response) {
	way.answered = true
	_ = way.client.SetWriteDeadline(time.Now().Add(stall))
	way.coding = strings.Join(response.Header.Values("Content-Encoding"), ",")
	chunked := len(response.TransferEncoding) > 0
	way.x.Response.Head, _ = way.secrets.Head(way.head)
	passed := withoutConnection(way.head, chunked)
	keepsCoding := chunked && way.in.ProtoAtLeast(1, 1) && response.StatusCode != http.StatusNoContent && hasField(passed, "transfer-encoding")
	if !keepsCoding {
		passed = withoutCoding(passed)
	}
	way.reply = wire.Reply{Status: response.StatusCode, Fields: fieldsOf(string(passed))}
	wire.Relay(way.in, afterProtocol(passed), keepsCoding)
	way.x.VersionUsed = version(way.p.Contract, way, response.Header.Get("X-Api-Version"))
	h := way.w.Header()
	if response.ContentLength < 0 {
		// Else net/http would count a short body, and say its length.
		h["Transfer-Encoding"] = []string{"chunked"}
	} else if length := value(way.head, "content-length"); length != nil {
		h["Content-Length"] = []string{string(length)}
	}
	for name := range response.Trailer {
		h.Add("Trailer", name)
	}
	if response.Body == http.NoBody {
		way.finish()
	}
	way.w.WriteHeader(response.StatusCode)
}

// sendBody sends the body of an answer. What has come goes on before more is
// waited for, and the last byte does not before the exchange is recorded.
func (way *passage) sendBody(response *http.Response) {
	h, announced := way.w.Header(), len(response.Trailer)
	size := response.ContentLength
	if size < 0 || size > bufferSize {
		size = bufferSize
	}
	buffer := make([]byte, size)
	pending := !way.more // something is written that may still be held back
	for {
		if pending && way.response.size != response.ContentLength {
			_ = way.client.Flush() // writing reports that the client has left
		}
		n, err := response.Body.Read(buffer)
		_ = way.client.SetWriteDeadline(time.Now().Add(stall))
		way.response.take(buffer[:n], maxValidated)
		if err == io.EOF || way.response.size == response.ContentLength {
			way.finish()
		} else if err != nil {
			way.broken = err
		}
		if n > 0 {
			if _, err := way.w.Write(buffer[:n]); err != nil {
				way.cut()
			}
		}
		if way.broken != nil {
			_ = way.client.Flush() // what has come goes before the cut
			way.cut()
		}
		if err != nil {
			break
		}
		pending = n > 0
	}
	if len(response.Trailer) == announced {
		maps.Copy(h, response.Trailer)
		return
	}
	for name, values := range response.Trailer {
		h[http.TrailerPrefix+name] = values
	}
}
