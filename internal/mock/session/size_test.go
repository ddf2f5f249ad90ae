package session_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
	"dispatchmock/schemas"
)

// TestBytesAreThoseOfTheHeap holds what counts for a session against the memory
// that it takes, for documents that hold much for their length.
func TestBytesAreThoseOfTheHeap(t *testing.T) { // not beside others: it reads the heap
	schema, err := contract.Load(schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	parser, err := scenario.NewParser(schemas.FS, schema)
	if err != nil {
		t.Fatal(err)
	}
	define := func(s *session.Session, i int, then string) error {
		tree, err := jsonx.Parse(fmt.Appendf(nil, `{"name": "s%d", "when": {"headers": {"a": {"matches": "x{200}"}}}, "then": %s}`, i, then))
		if err != nil {
			return err
		}
		sc, diags := parser.Parse("test", "", tree)
		if len(diags) > 0 {
			return diags
		}
		return s.Scenarios().Define(sc)
	}
	many := func(text string) string { return "[" + strings.Repeat(text+",", 99) + text + "]" }
	put := func(s *session.Session, i int, addresses string) error {
		tree, err := jsonx.Parse([]byte(`{"id": 1, "location_id": 1, "is_active": true, "contacts": [], "addresses": ` + addresses + `}`))
		if err != nil {
			return err
		}
		r, err := store.NewRecord(1, tree.(map[string]any))
		if err != nil {
			return err
		}
		return s.Store.Put(map[store.Key]store.Record{{Tenant: 1, Customer: int64(i), Location: 7}: r})
	}
	for _, c := range []struct {
		name string
		add  func(s *session.Session, i int) error
	}{
		{"records", func(s *session.Session, i int) error {
			return put(s, i, many(`{"line_1": "5", "locality": "S", "postcode": "9", "longitude": -123.0952858}`))
		}},
		{"records of little", func(s *session.Session, i int) error { return put(s, i, many(`{}`)) }},
		{"empty records", func(s *session.Session, i int) error { return put(s, i, `[]`) }},
		{"texts", func(s *session.Session, i int) error {
			return define(s, i, `{"respond": {"status": 200, "text": "`+strings.Repeat("x", 50_000)+`"}}`)
		}},
		{"steps", func(s *session.Session, i int) error {
			return define(s, i, `{"sequence": {"steps": `+many(`{"pass": true}`)+`}}`)
		}},
		{"steps of fields", func(s *session.Session, i int) error {
			return define(s, i, `{"sequence": {"steps": `+many(`{"headers": {"set": {"a": "b", "c": "d"}, "add": {"e": "f"}}}`)+`}}`)
		}},
		{"patches", func(s *session.Session, i int) error {
			return define(s, i, `{"patch": `+many(`{"op": "replace", "path": "/name", "value": "x"}`)+`}`)
		}},
		{"steps of patches", func(s *session.Session, i int) error {
			return define(s, i, `{"sequence": {"steps": `+many(`{"patch": [`+strings.Repeat(`{"op": "remove", "path": "/note"}, `, 9)+`{"op": "remove", "path": "/name"}]}`)+`}}`)
		}},
		{"small scenarios", func(s *session.Session, i int) error { return define(s, i, `{"stale": true}`) }},
		{"pins", func(s *session.Session, i int) error {
			return s.Store.SetPins(map[string]model.Version{fmt.Sprint("client ", i): "2019/02/08"})
		}},
		{"snapshots", func(s *session.Session, i int) error {
			if i == 0 {
				for k := range int64(500) {
					if err := s.Store.Put(map[store.Key]store.Record{{Tenant: 1, Customer: k, Location: 7}: recordOf(k, 7, 0)}); err != nil {
						return err
					}
				}
			}
			_, err := s.Keep(fmt.Sprint(i))
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			// The runtime's own memory grows now and then, by a little: what the
			// session takes is what it takes each time.
			var got, counted int64
			for range 10 {
				got, counted = grown(t, c.add)
				if got <= counted {
					break
				}
			}
			if got > counted || counted > 25*got {
				t.Errorf("%d bytes count as %d", got, counted)
			}
		})
	}
}

// grown returns by how many bytes the heap grows, and the session's count, where
// 20 are added to one.
func grown(t *testing.T, add func(*session.Session, int) error) (got, counted int64) {
	t.Helper()
	all, _ := newSessions(session.Options{})
	s := all.Default()
	if err := add(s, 0); err != nil { // what is made once is not meant
		t.Fatal(err)
	}
	before, at := heap(), s.Bytes()
	for i := range 20 {
		if err := add(s, i+1); err != nil {
			t.Fatal(err)
		}
	}
	got, counted = int64(heap()-before), s.Bytes()-at
	runtime.KeepAlive(all)
	return got, counted
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
