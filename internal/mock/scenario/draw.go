package scenario

import (
	"math"
	"math/rand/v2"
	"time"
)

// dice are drawn from the seed, the scenario and the number of the request
// alone: neither other scenarios nor the order of simultaneous requests of
// others change them, and there is no position to be kept.
type dice struct {
	seed, stream uint64
	source       *rand.Rand // nil until something is drawn
}

func newDice(seed uint64, k key, n uint64) dice {
	return dice{seed: seed, stream: mix(k.hash() + n*0x9e3779b97f4a7c15)}
}

func (d *dice) rand() *rand.Rand {
	if d.source == nil {
		d.source = rand.New(rand.NewPCG(d.seed, d.stream))
	}
	return d.source
}

// chance reports whether what has the probability p happens.
func (d *dice) chance(p float64) bool { return d.rand().Float64() < p }

// z99 is how many standard deviations the 99th percentile of the normal
// distribution lies above its median.
const z99 = 2.3263478740408408

// pause draws a pause. Between percentiles it is log-normal, as the times of
// real servers roughly are.
func (d *dice) pause(l delay) time.Duration {
	switch {
	case l.p50 > 0:
		sigma := math.Log(float64(l.p99)/float64(l.p50)) / z99
		t := float64(l.p50) * math.Exp(sigma*d.rand().NormFloat64())
		// Rounded, because machines differ in the last bit of an exponential.
		return time.Duration(min(t, float64(MaxDelay))).Round(100 * time.Microsecond)
	case l.max > l.min:
		return l.min + time.Duration(d.rand().Int64N(int64(l.max-l.min)+1))
	}
	return l.max
}

// garbage draws n bytes that do not begin like HTTP.
func (d *dice) garbage(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(d.rand().Uint32())
	}
	b[0] |= 0x80
	return b
}

// hash is FNV-1a over all members of a key.
func (k key) hash() uint64 {
	h := uint64(0xcbf29ce484222325)
	add := func(b byte) { h = (h ^ uint64(b)) * 0x100000001b3 }
	add(byte(k.origin))
	for _, n := range []int64{k.record.Tenant, k.record.Customer, k.record.Location} {
		for shift := 0; shift < 64; shift += 8 {
			add(byte(n >> shift))
		}
	}
	for i := range len(k.name) {
		add(k.name[i])
	}
	return h
}

// mix spreads neighbouring numbers over all 64 bits (the end of SplitMix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
