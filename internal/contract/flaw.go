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

// maxFlaws is how many flaws an error spells out.
const maxFlaws = 50

func (f Flaws) Error() string {
	var b strings.Builder
	for i, flaw := range f {
		if i == maxFlaws {
			fmt.Fprintf(&b, "\n… and %d more", len(f)-i)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(flaw.String())
	}
	return b.String()
}
