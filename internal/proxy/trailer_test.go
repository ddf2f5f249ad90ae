package proxy_test

import "testing"

// TestTrailersOfAnswers holds that the fields behind a body pass, those that the
// head announces and others.
func TestTrailersOfAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ announced, trailers string }{
		"announced":           {"Trailer: X-Sum\r\n", "X-Sum: 1\r\n"},
		"not announced":       {"", "X-Sum: 1\r\n"},
		"one of two":          {"Trailer: X-Sum\r\n", "X-More: 2\r\nX-Sum: 1\r\n"},
		"announced, and none": {"Trailer: X-Sum\r\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := "HTTP/1.1 200 OK\r\n" + c.announced + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n" + c.trailers + "\r\n"
			url, _ := script(t, answer)
			client := before(t, url).connect(t)
			client.send(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			client.expect(t, answer)
		})
	}
}
