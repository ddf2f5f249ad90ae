package contract

import (
	"fmt"
	"strings"
)

// Flaw is a place in a file of the user's that breaks a rule.
type Flaw struct {
	File    string
	Line    int    // 0 where the place is known by its pointer alone
	Pointer string // JSON pointer into the file
	Value   string // what stands there, as short JSON; may be empty
	Rule    string // the rule that it breaks, and what to do
}

func (f Flaw) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	if f.Pointer != "" {
		b.WriteString(" " + f.Pointer)
	}
	b.WriteString(": ")
	if f.Value != "" {
		b.WriteString(f.Value + ": ")
	}
	b.WriteString(f.Rule)
	return b.String()
}

// Flaws are all flaws found in a set of files; it is an error where there is
// at least one.
type Flaws []Flaw

// First returns the flaws that are shown, and how many more there are: MaxShown,
// and one that says how many others one document has.
func (f Flaws) First() (shown Flaws, more int) {
	if len(f) <= MaxShown+1 {
		return f, 0
	}
	return f[:MaxShown], len(f) - MaxShown
}

func (f Flaws) Error() string {
	shown, more := f.First()
	var b strings.Builder
	for i, flaw := range shown {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(flaw.String())
	}
	if more > 0 {
		fmt.Fprintf(&b, "\n… and %d more", more)
	}
	return b.String()
}

// Collector gathers the errors of one document, of which there may be one at
// each of its bytes.
type Collector struct {
	flaws Flaws
	more  int
}

// Full reports that a further error is only counted.
func (c *Collector) Full() bool { return len(c.flaws) >= MaxShown }

// Add adds an error.
func (c *Collector) Add(f Flaw) {
	if c.Full() {
		c.more++
		return
	}
	f.Pointer = shortPointer(f.Pointer)
	c.flaws = append(c.flaws, f)
}

// Len returns how many errors were added.
func (c *Collector) Len() int { return len(c.flaws) + c.more }

// Flaws returns the first errors, and how many more there are as the last.
func (c *Collector) Flaws() Flaws {
	if c.more == 0 {
		return c.flaws
	}
	return append(c.flaws[:len(c.flaws):len(c.flaws)], Flaw{File: c.flaws[0].File, Rule: more(c.more)})
}

func more(n int) string {
	return fmt.Sprintf("and %d more places break a rule; fix the first %d", n, MaxShown)
}
