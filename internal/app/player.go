package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/bundle"
)

// sent returns what is sent in the place of a value that was redacted: a token
// of the fixtures, or a placeholder of the same form.
func (p *player) sent(b bundle.Redaction) string {
	if token, ok := p.tokens[b.Client]; ok {
		scheme, _, _ := strings.Cut(b.Shown, "#")
		return scheme + token
	}
	return b.Stand
}

// request returns the bytes to send.
func (p *player) request(x bundle.Recorded) []byte {
	head := string(x.Request.Head)
	for _, b := range x.Redactions {
		head = strings.Replace(head, ": "+b.Shown, ": "+p.sent(b), 1)
	}
	body := append([]byte(nil), x.Request.Body...)
	// Of a long body only the begin was kept; no operation reads it.
	body = append(body, bytes.Repeat([]byte(" "), int(min(max(x.Request.Size-int64(len(body)), 0), maxBodyBytes)))...)
	if chunked(head) {
		body = chunks(body, x.Request.Error)
	}
	return append([]byte(head+"\r\n\r\n"), body...)
}

// chunks returns a body in one chunk, with the error that it had.
func chunks(body []byte, wrong exchange.BodyError) []byte {
	text := ""
	if len(body) > 0 {
		text = fmt.Sprintf("%x\r\n%s\r\n", len(body), body)
	}
	switch wrong {
	case exchange.Cut:
	case exchange.Malformed:
		text += "no length\r\n"
	default:
		text += "0\r\n\r\n"
	}
	return []byte(text)
}

func chunked(head string) bool {
	m := exchange.Message{Head: head}
	v, ok := m.Value("Transfer-Encoding")
	return ok && strings.Contains(strings.ToLower(v), "chunked")
}

// send sends a request on a connection of its own and returns the answer: as
// it came, or, where a scenario altered it, as the server recorded it.
func (p *player) send(ctx context.Context, x bundle.Recorded, last uint64) ([]byte, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", p.Addr().String())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // a read or write under way returns an error
	defer stop()
	if err := conn.SetDeadline(time.Now().Add(replayTime)); err != nil {
		return nil, err
	}
	// The server may answer, or end the connection, before it has read
	// everything. The half close ends the pauses of scenarios, and the server's
	// wait for the rest of a body that was cut.
	_, _ = conn.Write(p.request(x))
	_ = conn.(*net.TCPConn).CloseWrite()
	if x.Altered {
		return p.recorded(ctx, last)
	}
	return receive(bufio.NewReader(conn), x.Method)
}

// recorded waits for the record of the next exchange.
func (p *player) recorded(ctx context.Context, last uint64) ([]byte, error) {
	for deadline := time.Now().Add(replayTime); ; {
		if x, ok := p.journal.ByID(last + 1); ok {
			return append([]byte(x.Response.Head+"\r\n\r\n"), x.Response.Body...), nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Millisecond):
		}
		if time.Now().After(deadline) {
			return nil, errors.New("the server has not recorded it in time")
		}
	}
}

// receive reads an answer, without the line about the connection, which is
// no part of what was recorded.
func receive(r *bufio.Reader, method string) ([]byte, error) {
	for {
		var head bytes.Buffer
		length := 0
		for {
			line, err := r.ReadBytes('\n')
			if err != nil {
				return nil, fmt.Errorf("reading the answer: %w", err)
			}
			name, value, _ := strings.Cut(strings.TrimRight(string(line), "\r\n"), ": ")
			if name == "Connection" {
				continue
			}
			if name == "Content-Length" {
				if length, err = strconv.Atoi(value); err != nil {
					return nil, fmt.Errorf("Content-Length %q: %w", value, err)
				}
			}
			head.Write(line)
			if len(bytes.TrimRight(line, "\r\n")) == 0 {
				break
			}
		}
		if bytes.HasPrefix(head.Bytes(), []byte("HTTP/1.1 1")) {
			continue // 100 Continue
		}
		if method == http.MethodHead {
			return head.Bytes(), nil
		}
		body := make([]byte, min(length, maxBodyBytes))
		if _, err := io.ReadFull(r, body); err != nil {
			return nil, fmt.Errorf("reading the answer's body: %w", err)
		}
		return append(head.Bytes(), body[:min(len(body), exchange.MaxBody)]...), nil
	}
}

// admin sends a request to the admin API.
func (p *player) admin(ctx context.Context, method, path string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, replayTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, "http://"+p.Addr().String()+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: %s: %s", method, path, response.Status, text)
	}
	return err
}
