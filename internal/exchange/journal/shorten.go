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
