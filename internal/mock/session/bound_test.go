package session_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/quota"
)

const kB = 1 << 10

// refusedBy reports whether an error is that of a limit of bytes: the total one,
// or that of a session.
func refusedBy(err error, total bool) bool {
	var full *quota.FullError
	return errors.As(err, &full) && full.Total == total
}

// TestDocumentsAreBounded holds that what sessions were made of is bounded over
// all of them, and that a session that ends gives its part back.
func TestDocumentsAreBounded(t *testing.T) {
	t.Parallel()
	all, _ := newSessions(session.Options{Quota: quota.New(60*kB, 220*kB)})
	made := make([]byte, 40*kB)
	if _, err := all.Create(session.Spec{ID: "large", Made: make([]byte, 60*kB)}); !refusedBy(err, false) {
		t.Errorf("a session larger than one may be: got %v", err)
	}
	for i := range 4 {
		if _, err := all.Create(session.Spec{ID: fmt.Sprint("a", i), Made: made}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if _, err := all.Create(session.Spec{ID: "more", Made: made}); !refusedBy(err, true) {
			t.Errorf("got %v, want the refusal of the total limit", err)
		}
		if err := all.Drop("a1"); err != nil {
			t.Fatal(err)
		}
		if _, err := all.Create(session.Spec{ID: "a1", Made: made}); err != nil {
			t.Errorf("after a drop: %v", err)
		}
	}
}

// TestExpiredSessionsAreGone holds that a session whose time is over counts for
// no limit: neither bytes nor number, whoever needs the room.
func TestExpiredSessionsAreGone(t *testing.T) {
	t.Parallel()
	fill := func(t *testing.T) (*session.Sessions, *quota.Quota, *machine, *[]string) {
		var dropped []string
		q := quota.New(100*kB, 400*kB)
		all, m := newSessions(session.Options{Quota: q, Limit: 4, Dropped: func(id string) { dropped = append(dropped, id) }})
		for i := range 3 {
			if _, err := all.Create(session.Spec{ID: fmt.Sprint("old-", i), TTL: time.Second, Made: make([]byte, 80*kB)}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := all.Create(session.Spec{ID: "young", Made: make([]byte, 50*kB)}); err != nil {
			t.Fatal(err)
		}
		m.add(time.Second)
		all.Expire()
		if len(dropped) > 0 {
			t.Fatalf("%v are gone before their time is over", dropped)
		}
		m.add(1)
		return all, q, m, &dropped
	}
	gone := func(t *testing.T, dropped *[]string) {
		t.Helper()
		slices.Sort(*dropped)
		if want := []string{"old-0", "old-1", "old-2"}; !slices.Equal(*dropped, want) {
			t.Errorf("dropped are %v, want %v", *dropped, want)
		}
	}
	t.Run("a new session", func(t *testing.T) {
		t.Parallel()
		all, _, _, dropped := fill(t)
		if _, err := all.Create(session.Spec{ID: "new", Made: make([]byte, 80*kB)}); err != nil {
			t.Error(err)
		}
		gone(t, dropped)
	})
	t.Run("one of the same name", func(t *testing.T) {
		t.Parallel()
		all, _, _, dropped := fill(t)
		if _, err := all.Create(session.Spec{ID: "old-1"}); err != nil {
			t.Error(err)
		}
		gone(t, dropped)
	})
	t.Run("the list", func(t *testing.T) {
		t.Parallel()
		all, q, _, dropped := fill(t)
		if n := len(all.List()); n != 2 {
			t.Errorf("got %d sessions, want the default one and the young one", n)
		}
		gone(t, dropped)
		if held := q.Held(); held > 80*kB {
			t.Errorf("%d bytes are held still", held)
		}
	})
	t.Run("one that was used meanwhile", func(t *testing.T) {
		t.Parallel()
		all, _, m, dropped := fill(t)
		m.add(-1)
		if _, err := all.Get("old-1"); err != nil {
			t.Fatal(err)
		}
		m.add(1)
		all.Expire()
		if slices.Contains(*dropped, "old-1") || len(*dropped) != 2 {
			t.Fatalf("dropped are %v, want those that were not used", *dropped)
		}
		m.add(time.Second)
		all.Expire()
		gone(t, dropped)
	})
}

// TestResetHasRoom holds that a session can go back to how it was made, however
// little room others have left it.
func TestResetHasRoom(t *testing.T) {
	t.Parallel()
	q := quota.New(100*kB, 100*kB)
	all, _ := newSessions(session.Options{Quota: q})
	records := map[store.Key]store.Record{}
	for i := range int64(10) {
		records[store.Key{Tenant: 1, Customer: i, Location: 7}] = recordOf(i, 7, kB)
	}
	s, err := all.Create(session.Spec{ID: "a", Records: records})
	if err != nil {
		t.Fatal(err)
	}
	held := q.Held()
	for k := range records {
		s.Store.Remove(k)
	}
	if q.Held() != held {
		t.Errorf("then %d bytes are held, want the %d that the session can go back to", q.Held(), held)
	}
	for i := 0; ; i++ {
		if _, err := all.Create(session.Spec{ID: fmt.Sprint("b", i)}); refusedBy(err, true) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	all.Reset(s)
	if s.Store.Changed() != len(records) || q.Held() > 100*kB {
		t.Errorf("after the reset there are %d records, and %d bytes held", s.Store.Changed(), q.Held())
	}
}
