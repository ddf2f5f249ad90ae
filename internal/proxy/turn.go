package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"os"
	"strings"
	"sync"
	"time"

	"dispatchmock/internal/wire"
)

// turn is the use of a link by one request.
type turn struct {
	*transport
	link   *link
	way    *passage
	stop   func() bool   // lets the link outlive the request
	goOn   chan struct{} // is closed when the target wants the body; nil where the client does not ask
	over   chan struct{} // is closed with the head of the answer, and where there is none
	begun  bool          // a byte of the request has left
	heard  bool          // a byte of the answer has come
	closes bool          // the target does not go on after this answer

	// The body of the request is sent beside the answer.
	mu       sync.Mutex
	asked    bool // the client was asked to send the body
	answered bool // the answer's head has come
	sent     bool // the request has left as a whole
	ended    bool // nothing more of the answer is read
	whole    bool // it came to its end, and nothing behind it
	err      error
}

var errHead = errors.New("malformed HTTP response")

// continueTime is how long a target has to ask for a body of which the client
// lets it choose.
const continueTime = time.Second

func (t *turn) run() (*http.Response, error) {
	ctx := t.way.in.Context()
	t.stop = context.AfterFunc(ctx, func() { _ = t.link.Close() }) // reading reports the end
	response, err := t.exchange()
	if err == nil {
		return response, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case t.err != nil:
		return nil, t.err
	}
	return nil, err
}

// exchange writes the request and reads the head of its answer.
func (t *turn) exchange() (*http.Response, error) {
	if t.way.upload != nil && t.way.in.Header.Get("Expect") != "" {
		t.goOn = make(chan struct{})
	}
	n, err := t.link.Write(t.way.out)
	t.begun = n > 0
	if err != nil {
		return nil, err
	}
	if t.way.upload == nil {
		t.wrote()
	} else {
		t.way.upload.sent, t.way.upload.abort = make(chan struct{}), t.link.Close
		go t.send()
	}
	response, err := t.head()
	if err != nil {
		return nil, err
	}
	if response.Body == http.NoBody {
		t.end(true)
	} else {
		response.Body = &answer{ReadCloser: response.Body, turn: t}
	}
	return response, nil
}

// head reads the heads of an answer up to the final one.
func (t *turn) head() (*http.Response, error) {
	defer t.link.listen()()
	for {
		response, err := http.ReadResponse(t.link.in, t.way.in)
		t.heard = t.heard || t.link.heard()
		if err != nil {
			_, _ = t.way.secrets.Head(t.link.kept) // the error may quote from it
			return nil, t.link.failure(withoutQuotes(err))
		}
		raw := t.link.head()
		head := headOf(raw, response)
		switch status := response.StatusCode; {
		case status < 100:
			return nil, fmt.Errorf("%w: its status is %.20q", errHead, response.Status)
		case status == http.StatusSwitchingProtocols:
			return nil, errSwitch
		case status < 200:
			t.interim(status, head)
		default:
			t.closes = response.Close || ambiguous(raw)
			t.way.head, t.way.more = head, t.link.in.Buffered() > 0
			return response, t.begins()
		}
	}
}

// withoutQuotes returns an error about a head without what it quotes of the
// head, which may be a secret in no form that is known.
func withoutQuotes(err error) error {
	var malformed textproto.ProtocolError
	text := err.Error()
	if i := strings.IndexByte(text, '"'); i >= 0 && (errors.As(err, &malformed) || strings.HasPrefix(text, "malformed ")) {
		return fmt.Errorf("%s (%d bytes, which are not shown)", strings.TrimRight(text[:i], " :"), len(text)-i)
	}
	return err
}

// begins notes that the final head has come: the body takes what time it takes.
func (t *turn) begins() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.answered = true
	close(t.over)
	return t.link.SetReadDeadline(time.Time{})
}

// interim passes an interim answer on. It is called beside the handler where
// the target does not say whether it wants the body.
func (t *turn) interim(status int, head []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.answered {
		return
	}
	if status == http.StatusContinue && t.goOn != nil {
		if t.asked {
			return
		}
		t.asked = true
		close(t.goOn)
	}
	if t.way.in.ProtoAtLeast(1, 1) { // HTTP/1.0 has no interim answers (RFC 9110, 15.2)
		wire.RelayInterim(t.way.in, afterProtocol(withoutCoding(withoutConnection(head, true))))
		t.way.w.WriteHeader(status)
	}
}

// send writes the body of the request.
func (t *turn) send() {
	defer close(t.way.upload.sent)
	if t.goOn != nil {
		wait := time.NewTimer(continueTime)
		defer wait.Stop()
		select {
		case <-t.goOn:
		case <-t.over:
			return // the link ends with the answer
		case <-wait.C:
			t.interim(http.StatusContinue, []byte("HTTP/1.1 100 Continue"))
		}
	}
	from := t.way.upload
	if err := writeBody(t.link, from, t.way.in); err == nil {
		t.wrote()
	} else if from.end != nil && !errors.Is(from.end, io.EOF) {
		// The target waits for what does not come.
		t.mu.Lock()
		t.err = from.end
		t.mu.Unlock()
		_ = t.link.Close()
	} else {
		// It may have answered before it stopped to read.
		t.await()
	}
}

// wrote notes that the request has left as a whole.
func (t *turn) wrote() {
	t.await()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent = true
	t.release()
}

// await limits the time until the answer begins.
func (t *turn) await() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.answered {
		_ = t.link.SetReadDeadline(time.Now().Add(t.timeout)) // reading reports what is wrong
	}
}

// end notes that nothing more of the answer will be read.
func (t *turn) end(whole bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.answered {
		t.answered = true
		close(t.over)
	}
	t.ended, t.whole = true, whole && !t.closes && t.link.in.Buffered() == 0
	if !t.whole {
		t.stop()
		_ = t.link.Close() // an error is of no use
		return
	}
	t.release()
}

// release gives the link back when both directions are at their end. A request
// whose body is still sent closes the link when its context ends.
func (t *turn) release() {
	if t.sent && t.ended && t.whole && t.stop() {
		t.pool.put(t.link)
	}
}

// repeatable reports that another link may do better: the target has closed
// this one before it read the request.
func (t *turn) repeatable(err error) bool {
	if t.heard || t.way.in.Context().Err() != nil || errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	if !t.begun {
		return true
	}
	if t.way.upload != nil {
		return false
	}
	switch t.way.in.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	h := t.way.in.Header
	return h["Idempotency-Key"] != nil || h["X-Idempotency-Key"] != nil
}

// answer is the body of an answer. Its end gives the link back.
type answer struct {
	io.ReadCloser // never closed, which would read the rest
	turn          *turn
	err           error
}

// Read implements io.Reader.
func (a *answer) Read(p []byte) (int, error) {
	if a.err != nil {
		return 0, a.err
	}
	n, err := a.ReadCloser.Read(p)
	if err != nil {
		a.err = err
		a.turn.end(err == io.EOF)
	}
	return n, err
}

// Close implements io.Closer.
func (a *answer) Close() error {
	if a.err == nil {
		a.err = os.ErrClosed
		a.turn.end(false)
	}
	return nil
}
