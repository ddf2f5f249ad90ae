package mock

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/model"
)

// read reads the request's body to its end, within the limit. No operation
// uses it (I: the page says that there is none, and its sample sends one).
func (m *Mock) read(q *request) *model.Error {
	if q.r.Body == http.NoBody {
		return nil
	}
	err := m.drain(q.r, &q.x.Request)
	if err != nil {
		// What is left of the body cannot be told from a next request.
		q.w.Header().Set("Connection", "close")
		q.x.Problems = append(q.x.Problems, exchange.Violation{Part: "request body", Rule: string(err.Code),
			Hint: err.Detail + " " + err.Code.Kind().Hint})
	}
	return err
}

// kept is a writer that keeps the first bytes it is given.
type kept []byte

func (k *kept) Write(p []byte) (int, error) {
	*k = append(*k, p[:min(len(p), exchange.MaxBody-len(*k))]...)
	return len(p), nil
}

// drain reads the body to its end, and keeps its first bytes and its length.
func (m *Mock) drain(r *http.Request, message *exchange.Message) (err *model.Error) {
	tooLarge := model.NewError(model.BodyTooLarge, fmt.Sprintf("The request's body may have at most %d bytes; this operation needs none.", m.MaxBody))
	if r.ContentLength > int64(m.MaxBody) {
		message.Size = r.ContentLength
		return tooLarge
	}
	var first kept
	n, readErr := io.Copy(&first, io.LimitReader(r.Body, int64(m.MaxBody)+1))
	switch {
	case n > int64(m.MaxBody):
		err = tooLarge
	case errors.Is(readErr, io.ErrUnexpectedEOF):
		message.Error = exchange.Cut
		err = model.NewError(model.BodyUnreadable, "The body ended before its announced length; send as many bytes as Content-Length says.")
	case readErr != nil:
		message.Error = exchange.Malformed
		err = model.NewError(model.BodyUnreadable, "The body could not be read: it is not in the form that the header announces, or it came too slowly.")
	}
	message.Body, message.Size = first, n
	return err
}
