package journal

// Len returns how many exchanges are kept.
func (j *Journal) Len() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.order.len()
}

// Size returns how many bytes the exchanges hold, by estimate.
func (j *Journal) Size() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.bytes
}
