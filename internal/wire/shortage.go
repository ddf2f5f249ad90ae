package wire

import "time"

// shortage is a time in which connections found no place.
type shortage struct {
	on     bool
	last   time.Time   // when one found none
	before Connections // what was closed and refused before
	end    *time.Timer
}

// fallsShort notes that a connection found no place.
func (l *Limited) fallsShort() {
	s := &l.shortage
	s.last = time.Now()
	if s.on {
		return
	}
	s.on, s.before = true, l.total
	if l.Report != nil {
		// Report may take its time, and the lock is held.
		go l.Report(true, l.count())
	}
	s.end = time.AfterFunc(l.Calm, l.relax)
}

// relax ends a shortage that has been over for long enough.
func (l *Limited) relax() {
	l.mu.Lock()
	left := l.Calm - time.Since(l.shortage.last)
	if l.shortage.on && (left > 0 || len(l.waiting) > 0) {
		l.shortage.end.Reset(max(left, recheck))
		l.mu.Unlock()
		return
	}
	l.mu.Unlock()
	l.endShortage()
}

func (l *Limited) endShortage() {
	l.mu.Lock()
	s := &l.shortage
	if !s.on {
		l.mu.Unlock()
		return
	}
	s.on = false
	s.end.Stop()
	n := l.count()
	n.Closed -= s.before.Closed
	n.Refused -= s.before.Refused
	l.mu.Unlock()
	if l.Report != nil {
		l.Report(false, n)
	}
}
