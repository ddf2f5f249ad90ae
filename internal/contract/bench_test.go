package contract

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
	"dispatchmock/schemas"
)

// BenchmarkLoad compiles the embedded contract.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load(schemas.FS); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkValidate validates the page's sample record: the same again, as one of
// many that have texts and numbers of their own, and as a whole, which is what
// validating in parts must beat.
func BenchmarkValidate(b *testing.B) {
	m := load(b, schemas.FS).Model(oldest, model.ModelCustomerLocation)
	record := records(b, "page-sample.json")[0]
	address := record["addresses"].([]any)[0].(map[string]any)
	contact := record["contacts"].([]any)[0].(map[string]any)
	now := time.Now()
	validate := func(b *testing.B) {
		if found := m.Validate(record, "", now); len(found) > 0 {
			b.Fatal(found)
		}
	}
	b.Run("same", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			validate(b)
		}
	})
	b.Run("like", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			n := strconv.Itoa(i)
			record["customer_id"], address["id"], contact["id"] = json.Number(n), json.Number(n), json.Number(n)
			record["name"], address["line_1"], contact["email"] = "Customer "+n, n+" E Washington St", n+"@example.com"
			validate(b)
		}
	})
	b.Run("whole", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if !valid(m.schema, record) {
				b.Fatal("the sample is not good")
			}
		}
	})
}

// BenchmarkValidateHeaders validates a request's header: the same again, and with a
// request ID of its own.
func BenchmarkValidateHeaders(b *testing.B) {
	op := load(b, schemas.FS).Operations()[0]
	h := http.Header{"Authorization": {"Bearer dispatcher-token"}, "Content-Type": {"application/json"}, "X-Tenant-Id": {"1"}}
	validate := func(b *testing.B) {
		if found := op.ValidateHeaders(oldest, h); len(found) > 0 {
			b.Fatal(found)
		}
	}
	b.Run("same", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			validate(b)
		}
	})
	b.Run("like", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			h["X-Request-Id"] = []string{fmt.Sprintf("ed5b5458-1f72-41d7-b8ad-%012x", i)}
			validate(b)
		}
	})
}

// BenchmarkValidateReply validates a body: one that was validated before, and one that
// has just been printed.
func BenchmarkValidateReply(b *testing.B) {
	m := load(b, schemas.FS).Model(oldest, model.ModelCustomerLocation)
	record := records(b, "page-sample.json")[0]
	now := time.Now()
	validate := func(b *testing.B, body *wire.Body) {
		if found := m.validateBody(body, now); len(found) > 0 {
			b.Fatal(found)
		}
	}
	printed := func(b *testing.B) *wire.Body {
		body, err := wire.Print(record)
		if err != nil {
			b.Fatal(err)
		}
		return body
	}
	b.Run("validated", func(b *testing.B) {
		body := printed(b)
		b.ReportAllocs()
		for b.Loop() {
			validate(b, body)
		}
	})
	b.Run("printed", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			validate(b, printed(b))
		}
	})
}
