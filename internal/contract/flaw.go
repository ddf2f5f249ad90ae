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
	More    int    // how many further places of the file this one stands for, or 0
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

// Count returns how many places break a rule.
func (f Flaws) Count() int {
	n := len(f)
	for _, flaw := range f {
		if flaw.More > 0 {
			n += flaw.More - 1
		}
	}
	return n
}

// First returns the flaws that are shown, and how many more there are.
func (f Flaws) First() (shown Flaws, more int) {
	for _, flaw := range f {
		if flaw.More == 0 && len(shown) < MaxShown {
			shown = append(shown, flaw)
		}
	}
	return shown, f.Count() - len(shown)
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

// Flaws returns the first errors, with how many more there are.
func (c *Collector) Flaws() Flaws {
	if c.more == 0 {
		return c.flaws
	}
	return append(c.flaws[:len(c.flaws):len(c.flaws)], others(c.flaws[0].File, c.more))
}

// others stands for the errors of a file that are not shown.
func others(file string, n int) Flaw { return Flaw{File: file, Rule: more(n), More: n} }

func more(n int) string {
	return fmt.Sprintf("and %d more places break a rule; fix the first %d", n, MaxShown)
}
