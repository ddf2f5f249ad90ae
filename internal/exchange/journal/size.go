package journal

import (
	"bytes"

	"dispatchmock/internal/exchange"
)

// entry returns the place of an exchange of a size, shortened where the
// exchange does not fit. A change through the admin API may be larger than
// the whole journal: rather than push out what led to the change, a change
// that takes more than half of the journal goes in shortened.
func (j *Journal) entry(x *exchange.Exchange, size int64) *entry {
	most := j.limits.Bytes
	if x.Admin && j.bytes+size > most {
		most /= 2
	}
	if size > most {
		x, size = shortened(x, size, most)
	}
	return &entry{id: x.ID, x: x, size: size}
}

// shortened returns an exchange of a size with less of its bodies, and the new
// size: at most that given, unless the rest is larger.
func shortened(x *exchange.Exchange, size, most int64) (*exchange.Exchange, int64) {
	short := *x
	bodies := int64(len(x.Request.Body) + len(x.Response.Body))
	room := int(max(most-(size-bodies), 0))
	for _, m := range []*exchange.Message{&short.Request, &short.Response} {
		n := min(room/2, exchange.MaxBody)
		if len(m.Body) > n {
			m.Body, m.Error = bytes.Clone(m.Body[:n]), exchange.Shortened
		}
	}
	return &short, sizeOf(&short)
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
