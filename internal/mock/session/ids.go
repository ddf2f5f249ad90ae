package session

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"

	"github.com/google/uuid"
)

// IDSetting is where a session's request IDs come from: random ones, or the
// sequence that a seed repeats on every machine.
type IDSetting struct {
	Seeded bool
	Seed   uint64
	Drawn  uint64 // how many of the sequence were drawn before
}

// maxDrawn bounds the work of setting a sequence to a place in it.
const maxDrawn = 10_000_000

// IDs makes a session's request IDs, UUIDs of version 4. It is safe for
// concurrent use.
type IDs struct {
	random func() uuid.UUID
	mu     sync.Mutex
	set    IDSetting
	stream *rand.ChaCha8 // made when first drawn from
	listed *uuid.UUID    // to be given out before any other
}

// Set sets the source.
func (i *IDs) Set(s IDSetting) {
	i.mu.Lock()
	defer i.mu.Unlock()
	s.Drawn = min(s.Drawn, maxDrawn)
	i.set, i.stream, i.listed = s, nil, nil
}

// Setting returns how the source is set.
func (i *IDs) Setting() IDSetting {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.set
}

// Only has one ID given out before any that the source makes, in the place of
// one that was to be given out before.
func (i *IDs) Only(id uuid.UUID) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.listed = &id
}

// New returns the next request ID.
func (i *IDs) New() uuid.UUID {
	if id, ok := i.next(); ok {
		return id
	}
	return i.random()
}

// next returns the next ID of the list or of the seed.
func (i *IDs) next() (uuid.UUID, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if id := i.listed; id != nil {
		i.listed = nil
		return *id, true
	}
	if !i.set.Seeded {
		return uuid.UUID{}, false
	}
	if i.stream == nil {
		var key [32]byte
		binary.LittleEndian.PutUint64(key[:], i.set.Seed)
		i.stream = rand.NewChaCha8(key)
		for range i.set.Drawn {
			i.draw()
		}
	}
	i.set.Drawn++
	return i.draw(), true
}

func (i *IDs) draw() uuid.UUID {
	var id uuid.UUID
	// ChaCha8's Read never fails.
	_, _ = i.stream.Read(id[:])
	id[6] = id[6]&0x0f | 0x40 // version 4
	id[8] = id[8]&0x3f | 0x80 // variant of RFC 9562
	return id
}
