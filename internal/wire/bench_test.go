package wire_test

import (
	"bytes"
	"io/fs"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"dispatchmock/fixtures"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/wire"
)

// sample returns the record of the page's sample as compact JSON, and as a
// tree.
func sample(b *testing.B) ([]byte, any) {
	b.Helper()
	files, err := fixtures.Default()
	if err != nil {
		b.Fatal(err)
	}
	text, err := fs.ReadFile(files, "page-sample.json")
	if err != nil {
		b.Fatal(err)
	}
	tree, err := jsonx.Parse(text)
	if err != nil {
		b.Fatal(err)
	}
	entries := tree.(map[string]any)["customer_locations"].([]any)
	record := entries[0].(map[string]any)["record"]
	printed, err := jsonx.AppendJSON(nil, record)
	if err != nil {
		b.Fatal(err)
	}
	return printed, record
}

// BenchmarkPrint prints the body of the page's sample.
func BenchmarkPrint(b *testing.B) {
	_, tree := sample(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.Print(tree); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParse reads it, once as any text is read, and once as one of many
// that are alike.
func BenchmarkParse(b *testing.B) {
	text, _ := sample(b)
	b.Run("alone", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := jsonx.Parse(text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("of many", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		r, d := jsonx.NewReader(), new(jsontext.Decoder)
		for b.Loop() {
			d.Reset(bytes.NewBuffer(text))
			v, err := r.Read(d)
			if err != nil {
				b.Fatal(err)
			}
			r.Done(v)
		}
	})
}
