package contract_test

import (
	"testing"

	"dispatchmock/internal/contract"
	"dispatchmock/schemas"
)

// BenchmarkLoad compiles the embedded contract.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := contract.Load(schemas.FS); err != nil {
			b.Fatal(err)
		}
	}
}
