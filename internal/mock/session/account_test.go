package session_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
	"dispatchmock/internal/quota"
	"dispatchmock/schemas"
)

// ledger is what a session holds, counted without the session's help.
type ledger struct {
	records   map[store.Key]int64
	gone      map[store.Key]bool // changed records that count nothing
	pins      map[string]int64
	scenarios map[string]int64
	on        map[string]bool
}

func newLedger() ledger {
	return ledger{map[store.Key]int64{}, map[store.Key]bool{}, map[string]int64{}, map[string]int64{}, map[string]bool{}}
}

func (l ledger) clone() ledger {
	return ledger{maps.Clone(l.records), maps.Clone(l.gone), maps.Clone(l.pins), maps.Clone(l.scenarios), maps.Clone(l.on)}
}

func sum[K comparable](m map[K]int64) (n int64) {
	for _, v := range m {
		n += v
	}
	return n
}

func (l ledger) bytes() int64 { return sum(l.records) + sum(l.pins) + sum(l.scenarios) }

// account is a session with its ledger.
type account struct {
	*session.Session
	now, begin ledger
	saved      map[string]ledger
	spec       int64
}

// counts returns what counts for the session.
func (a *account) counts() int64 {
	held := a.spec + a.now.bytes()
	for _, l := range a.saved {
		held += quota.PerSession + l.bytes() + quota.PerEntry*int64(len(l.records)+len(l.gone)+len(l.scenarios)+len(l.on))
	}
	return max(held, a.spec+a.begin.bytes())
}

func pinBytes(id string) int64 { return 2*quota.PerEntry + quota.Text(len(id)) }

// TestAccountsAreExact drives sessions at random, and counts after each step
// what all of them hold: it must be what the quota says, and a step is refused
// if and only if a limit would be passed.
func TestAccountsAreExact(t *testing.T) {
	t.Parallel()
	schema, err := contract.Load(schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	parser, err := scenario.NewParser(schemas.FS, schema)
	if err != nil {
		t.Fatal(err)
	}
	define := func(name string, size int) *scenario.Scenario {
		tree, err := jsonx.Parse([]byte(`{"name": "` + name + `", "then": {"respond": {"status": 200, "text": "` + strings.Repeat("x", size) + `"}}}`))
		if err != nil {
			t.Fatal(err)
		}
		sc, diags := parser.Parse("test", "", tree)
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		return sc
	}
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			const most, total = 80 * kB, 200 * kB
			r := rand.New(rand.NewPCG(5, seed))
			q := quota.New(most, total)
			all, m := newSessions(session.Options{Quota: q, Limit: 5})
			accounts := map[string]*account{}
			open := func(s *session.Session, begin ledger) {
				accounts[s.Spec.ID] = &account{s, begin.clone(), begin, map[string]ledger{}, s.Bytes() - begin.bytes()}
			}
			open(all.Default(), newLedger())
			// allowed holds a step that adds to an account against the limits.
			allowed := func(a *account, change func(), err error, undo func()) {
				before := a.counts()
				change()
				more := a.counts() - before
				fits := more <= 0 || a.counts() <= most && q.Held()+more*b2i(err != nil) <= total
				if (err == nil) != fits {
					t.Fatalf("a step of %d bytes over %d, %d in all: got %v", more, before, q.Held(), err)
				}
				if err != nil {
					undo()
				}
			}
			refused := 0
			for range 4000 {
				a := accounts[[]string{"default", "a", "b", "c"}[r.IntN(4)]]
				k := store.Key{Tenant: 1, Customer: int64(r.IntN(6)), Location: 1}
				_, ofBase := all.Default().Store.Original(k)
				pin := strings.Repeat("p", 1+r.IntN(8))
				step := r.IntN(15)
				if a == nil {
					step = 14
				}
				var err error
				switch step {
				case 0, 1:
					l := recordOf(k.Customer, 1, r.IntN(8*kB))
					old := a.now.clone()
					err = a.Store.Put(map[store.Key]store.Record{k: l})
					allowed(a, func() { a.now.records[k] = store.SizeOf(l); delete(a.now.gone, k) }, err, func() { a.now = old })
				case 2:
					if a.Store.Remove(k) {
						delete(a.now.records, k)
						if ofBase {
							a.now.gone[k] = true
						}
					}
				case 3:
					a.Store.Revert(k)
					delete(a.now.records, k)
					delete(a.now.gone, k)
				case 4, 5:
					did, _ := a.Store.Deactivate(k, nil)
					if _, counts := a.now.records[k]; did.Changed && !counts {
						a.now.gone[k] = true
					}
					if did.Changed && r.IntN(2) == 0 {
						a.Store.TakeBack(k, did)
						if now, _ := a.Store.Original(k); now.Revision == did.Before.Revision {
							delete(a.now.gone, k)
						}
					}
				case 6:
					a.Store.Pin(pin, "2021/04/07")
					a.now.pins[pin] = pinBytes(pin)
				case 7:
					old := a.now.clone()
					other := pin + "q"
					err = a.Store.SetPins(map[string]model.Version{pin: "", other: "2019/02/08"})
					allowed(a, func() { delete(a.now.pins, pin); a.now.pins[other] = pinBytes(other) }, err, func() { a.now = old })
				case 8:
					sc := define(fmt.Sprint("s", r.IntN(3)), r.IntN(6*kB))
					old := a.now.clone()
					err = a.Scenarios().Define(sc)
					allowed(a, func() { a.now.scenarios[sc.Name] = sc.Size() }, err, func() { a.now = old })
				case 9:
					name := fmt.Sprint("s", r.IntN(3))
					a.Scenarios().Off(name)
					delete(a.now.on, name)
				case 10:
					name := fmt.Sprint(r.IntN(3))
					old, again := a.saved[name]
					_, err = a.Keep(name)
					allowed(a, func() { a.saved[name] = a.now.clone() }, err, func() {
						if delete(a.saved, name); again {
							a.saved[name] = old
						}
					})
				case 11:
					name := fmt.Sprint(r.IntN(3))
					old := a.now
					var found bool
					if found, err = a.Return(name); found {
						allowed(a, func() { a.now = a.saved[name].clone() }, err, func() { a.now = old })
					}
				case 12:
					name := fmt.Sprint(r.IntN(3))
					a.Discard(name)
					delete(a.saved, name)
				case 13:
					all.Reset(a.Session)
					a.now, a.saved = a.begin.clone(), map[string]ledger{}
				case 14:
					id := []string{"a", "b", "c"}[r.IntN(3)]
					switch {
					case accounts[id] == nil:
						begin := newLedger()
						l := recordOf(9, 9, r.IntN(10*kB))
						at := store.Key{Tenant: 1, Customer: 9, Location: 9}
						sc := define("s0", r.IntN(kB))
						begin.records[at], begin.scenarios["s0"], begin.on["s0"] = store.SizeOf(l), sc.Size(), true
						s, err := all.Create(session.Spec{ID: id, TTL: time.Second, Made: make([]byte, r.IntN(10*kB)),
							Records: map[store.Key]store.Record{at: l}, Scenarios: []*scenario.Scenario{sc}})
						if err == nil {
							open(s, begin)
						} else if !refusedBy(err, true) {
							t.Fatal(err)
						}
					case r.IntN(2) == 0:
						if err := all.Drop(id); err != nil {
							t.Fatal(err)
						}
						late := accounts[id]
						delete(accounts, id)
						late.Store.Remove(k) // a request that was under way counts for nobody
						late.Store.Pin(pin, "2019/02/08")
						_ = late.Store.Put(map[store.Key]store.Record{k: recordOf(k.Customer, 1, 0)})
					default:
						m.add(2 * time.Second)
						all.Expire()
						accounts = map[string]*account{"default": accounts["default"]}
					}
				}
				if err != nil {
					refused++
				}
				var held int64
				for id, a := range accounts {
					if held += a.counts(); a.Bytes() != a.counts() {
						t.Fatalf("step %d: session %s counts %d bytes, and holds %d", step, id, a.Bytes(), a.counts())
					}
				}
				if q.Held() != held {
					t.Fatalf("step %d: all count %d bytes, and hold %d", step, q.Held(), held)
				}
			}
			if refused == 0 {
				t.Error("no limit was met, and nothing held about them")
			}
		})
	}
}

func b2i(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
