package exchange

import (
	"testing"

	"dispatchmock/internal/redact"
)

// BenchmarkRedact is what redacting costs each request, and one with findings.
func BenchmarkRedact(b *testing.B) {
	head := []byte("GET /customers/1/locations/1 HTTP/1.1\r\nHost: 127.0.0.1:8003\r\nUser-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\nAccept: application/json\r\n" +
		"Content-Type: application/json\r\nAuthorization: Bearer dispatcher-token\r\nX-Tenant-Id: 1")
	answer := Message{Head: "HTTP/1.1 404 PathParameters.customer_id: No customer 404.\r\nContent-Type: application/json\r\nContent-Length: 150",
		Body: []byte(`{"detail": "Tenant 1 has no customer 404 at location 1.", "explanation": "There is no such customer at the location.", "field": "PathParameters.customer_id"}`)}
	r := redact.New()
	for _, c := range []struct {
		name     string
		problems []Violation
		echoes   bool
	}{
		{"hot", nil, false},
		{"error", []Violation{{Part: PartPath, Pointer: "/customer_id", Rule: "record_unknown", Value: `"404"`, Hint: "no customer 404 of tenant 1 at location 1; there are 1, 2, 3, 4"}}, true},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x := Exchange{Method: "GET", Path: "/customers/1/locations/1", RequestID: "ed5b5458-1f72-41d7-b8ad-f1757de1ec4f", ClientID: "web-app", Response: answer, Problems: c.problems}
				s := r.Secrets()
				x.Request.Head, x.Authorization = s.Head(head)
				x.Redact(s, c.echoes)
			}
		})
	}
}
