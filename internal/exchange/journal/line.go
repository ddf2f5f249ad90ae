package journal

import (
	"slices"

	"dispatchmock/internal/exchange"
)

// entry is the place of one exchange; x is nil once it was let go.
type entry struct {
	id   uint64
	x    *exchange.Exchange
	size int64
}

// line is a queue of entries by ID. Those that are let go from its midst leave
// holes, which are closed when there are many.
type line struct {
	entries []*entry
	head    int // where the queue begins
	holes   int // entries behind head that were let go
}

func (l *line) len() int { return len(l.entries) - l.head - l.holes }

func (l *line) all() []*entry { return l.entries[l.head:] }

// oldest returns the ID at the head of a line without holes, or 0.
func (l *line) oldest() uint64 {
	if l.head == len(l.entries) {
		return 0
	}
	return l.entries[l.head].id
}

func (l *line) push(e *entry) {
	// What was popped makes room before more is asked for.
	if len(l.entries) == cap(l.entries) && l.head > len(l.entries)/2 {
		l.entries = slices.Delete(l.entries, 0, l.head)
		l.head = 0
	}
	l.entries = append(l.entries, e)
}

// pop takes the first entry of a line that has one.
func (l *line) pop() *entry {
	e := l.entries[l.head]
	l.entries[l.head] = nil
	l.head++
	if l.head == len(l.entries) {
		l.entries, l.head = l.entries[:0], 0
	}
	return e
}

// tidy takes the holes at the front, and closes the others when they are more
// than what is left: so each hole is paid for once.
func (l *line) tidy() {
	for l.holes > 0 && l.entries[l.head].x == nil {
		l.pop()
		l.holes--
	}
	if l.holes <= 64 || l.holes <= l.len() {
		return
	}
	l.entries = slices.DeleteFunc(slices.Delete(l.entries, 0, l.head), func(e *entry) bool { return e.x == nil })
	l.head, l.holes = 0, 0
}

// from returns the entries whose ID is at least id.
func (l *line) from(id uint64) []*entry {
	all := l.all()
	i, _ := slices.BinarySearchFunc(all, id, compareID)
	return all[i:]
}

// before returns the entries whose ID is less than id.
func (l *line) before(id uint64) []*entry {
	all := l.all()
	i, _ := slices.BinarySearchFunc(all, id, compareID)
	return all[:i]
}

func compareID(e *entry, id uint64) int {
	switch {
	case e.id < id:
		return -1
	case e.id > id:
		return 1
	}
	return 0
}

// Bytes that an exchange holds beside its texts: the record itself with its
// place here, and the states of a record that changed.
const (
	perExchange = 1 << 10
	perStates   = 4 << 10
)

// sizeOf estimates the memory that an exchange holds. Bodies that exchanges
// share are counted for each, so that the limit holds when they do not.
func sizeOf(x *exchange.Exchange) int64 {
	n := perExchange + len(x.Path) + len(x.RequestID) + len(x.VersionAsked) + len(x.Method) +
		len(x.Request.Head) + len(x.Request.Body) + len(x.Response.Head) + len(x.Response.Body)
	for _, violations := range [][]exchange.Violation{x.Problems, x.Violations, x.Deliberate} {
		for i := range violations {
			f := &violations[i]
			n += 128 + len(f.Pointer) + len(f.Rule) + len(f.Value) + len(f.Documented) + len(f.Hint)
		}
	}
	for i := range x.Authorization {
		n += 32 + len(x.Authorization[i].Shown) + len(x.Authorization[i].Stand)
	}
	if x.States != nil {
		n += perStates
	}
	if x.Err != nil {
		n += len(x.Err.Error())
	}
	return int64(n)
}
