package proxy

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/wire"
)

// ErrNoAnswer is the error of an exchange that the target did not answer.
var ErrNoAnswer = errors.New("no answer from the target")

var (
	errSwitch = errors.New("it switches protocols, which nobody has asked for")
	errTunnel = errors.New("requests pass to one target, and no tunnel is opened")
)

// failed answers in the place of a target that does not.
func (way *passage) failed(err error) {
	p := way.p
	if way.in.Context().Err() != nil {
		way.cut()
	}
	if _, size := way.upload.taken(); p.Fallback != nil && away(err) && size == 0 {
		way.fallback = true
		p.Log.Warn("the target cannot be reached, so the mock answers", "method", way.x.Method, "path", way.secrets.Text(way.secrets.Path(way.x.Path)), "error", err)
		_ = way.client.SetReadDeadline(time.Now().Add(stall))
		_ = way.client.SetWriteDeadline(time.Now().Add(stall))
		why := fmt.Sprintf("%v: %v", ErrNoAnswer, err)
		p.Fallback.ServeHTTP(way.w, way.in.WithContext(exchange.WithFallback(way.in.Context(), why)))
		return
	}
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		way.fail(http.StatusGatewayTimeout, fmt.Errorf("%w within %v (--timeout): %w", ErrNoAnswer, p.Timeout, err))
		return
	}
	var unknown *tls.CertificateVerificationError
	if errors.As(err, &unknown) {
		err = fmt.Errorf("%w (name the file of its authority with --ca)", err)
	}
	way.fail(http.StatusBadGateway, fmt.Errorf("%w: %w", ErrNoAnswer, err))
}

// away reports that no byte of a request can have reached the target.
func away(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// fail answers in the place of the target, because of an error.
func (way *passage) fail(status int, err error) {
	way.x.Err = err
	way.answer(status, err)
}

// refuse answers a request that must not reach the target.
func (way *passage) refuse(err error) {
	asked, _, _ := strings.Cut(way.in.RequestURI, "?")
	way.x.Problems = append(way.x.Problems, exchange.Violation{Part: exchange.PartPath, Rule: "stay below the path of the target",
		Value: strconv.QuoteToASCII(asked), Hint: err.Error()})
	way.answer(http.StatusBadRequest, err)
}

// answer answers with a text of the proxy's own, which no target sends.
func (way *passage) answer(status int, err error) {
	text := fmt.Sprintf("dispatchmock proxy: %s: %v\n", way.p.Target.Redacted(), err)
	head := fmt.Sprintf("%d Dispatchmock proxy: %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d",
		status, http.StatusText(status), len(text))
	wire.Relay(way.in, []byte(" "+head), false)
	way.x.Status, way.x.Bytes = status, len(text)
	way.x.Response = exchange.Message{Head: "HTTP/1.1 " + head, Body: []byte(text), Size: int64(len(text))}
	way.finish()
	_ = way.client.SetWriteDeadline(time.Now().Add(stall))
	h := way.w.Header()
	h["Date"], h["Content-Type"], h["Content-Length"] = nil, nil, []string{strconv.Itoa(len(text))}
	way.w.WriteHeader(status)
	if way.in.Method != http.MethodHead {
		_, _ = way.w.Write([]byte(text)) // the client may have left
	}
}

// PartConnection is the part of an exchange that a client breaks when it
// leaves.
const PartConnection = "connection"

// left notes that the client did not wait for the end of its answer.
func (way *passage) left() {
	way.x.Problems = append(way.x.Problems, exchange.Violation{Part: PartConnection, Rule: "wait for the answer", Rejected: true,
		Hint: "the client closed its connection, or stood still, before it had the whole answer"})
	way.gone = true
}

// noteCut notes why an answer ended before its end.
func (way *passage) noteCut() {
	switch {
	case way.finished:
	case way.broken == nil || way.in.Context().Err() != nil:
		way.left()
	default:
		way.x.Violations = append(way.x.Violations, exchange.Violation{Part: exchange.PartBody, Rule: "whole", Value: strconv.Itoa(int(way.response.size)) + " bytes",
			Hint: "must come to its end; the target broke off: " + way.broken.Error()})
	}
}
