package coverage

// Sessions returns how many sessions are counted for.
func Sessions(c *Coverage) int { return len(c.sessions) }
