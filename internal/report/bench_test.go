package report

import (
	"encoding/json"
	"io"
	"testing"

	"dispatchmock/internal/exchange"
)

func BenchmarkEntry(b *testing.B) {
	x := samples()[0].x
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(NewEntry(x, base)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSummary(b *testing.B) {
	x := samples()[0].x
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(Summary(x)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHAR(b *testing.B) {
	x := samples()[0].x
	b.ReportAllocs()
	err := HAR(io.Discard, &Run{Version: "1"}, func(yield func(*exchange.Exchange) bool) {
		for b.Loop() {
			yield(x)
		}
	})
	if err != nil {
		b.Fatal(err)
	}
}
