package scenario

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
)

// rng draws from the seed, the scenario and the number of the request alone:
// neither other scenarios nor the order of other simultaneous requests change
// what is drawn, and there is no position to be kept.
type rng struct {
	seed, stream uint64
	source       *rand.Rand // nil until something is drawn
}

func newRNG(seed uint64, k key, n uint64) rng {
	return rng{seed: seed, stream: mix(k.hash() + n*0x9e3779b97f4a7c15)}
}

func (r *rng) rand() *rand.Rand {
	if r.source == nil {
		r.source = rand.New(rand.NewPCG(r.seed, r.stream))
	}
	return r.source
}

// chance reports whether what has the probability p happens.
func (r *rng) chance(p float64) bool { return r.rand().Float64() < p }

// z99 is how many standard deviations the 99th percentile of the normal
// distribution lies above its median.
const z99 = 2.3263478740408408

// pause draws a pause. Between percentiles it is log-normal, as the times of
// real servers roughly are.
func (r *rng) pause(l delay) time.Duration {
	switch {
	case l.p50 > 0:
		sigma := math.Log(float64(l.p99)/float64(l.p50)) / z99
		t := float64(l.p50) * math.Exp(sigma*r.rand().NormFloat64())
		// Rounded, because machines differ in the last bit of an exponential.
		return time.Duration(min(t, float64(MaxDelay))).Round(100 * time.Microsecond)
	case l.max > l.min:
		return l.min + time.Duration(r.rand().Int64N(int64(l.max-l.min)+1))
	}
	return l.max
}

// garbage draws n bytes that do not begin like HTTP.
func (r *rng) garbage(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.rand().Uint32())
	}
	b[0] |= 0x80
	return b
}

func (k key) hash() uint64 {
	b := []byte{byte(k.origin)}
	for _, n := range []int64{k.record.Tenant, k.record.Customer, k.record.Location} {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	h := fnv.New64a()
	h.Write(append(b, k.name...)) // a hash takes everything
	return h.Sum64()
}

// mix spreads neighbouring numbers over all 64 bits (the end of SplitMix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
