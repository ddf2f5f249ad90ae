package jsonx

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxShown is how many diagnostics of one document are shown. A document may
// break a rule at each of its bytes, and nobody reads more than these.
const MaxShown = 50

// Diagnostic is a place in a file of the user's that breaks a rule. Its JSON is
// that of an answer about a body, which is the only file there is.
type Diagnostic struct {
	File    string `json:"-"`
	Line    int    `json:"-"`               // 0 where the place is known by its pointer alone
	Pointer string `json:"pointer"`         // JSON pointer into the file
	Value   string `json:"value,omitempty"` // what stands there, as short JSON; may be empty
	Rule    string `json:"rule"`            // the rule that it breaks, and what to do
	More    int    `json:"-"`               // how many further places of the file this one stands for, or 0
}

func (f Diagnostic) String() string {
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

// Diagnostics are all errors found in a set of files; it is an error where there is
// at least one.
type Diagnostics []Diagnostic

// Count returns how many places break a rule.
func (f Diagnostics) Count() int {
	n := len(f)
	for _, diag := range f {
		if diag.More > 0 {
			n += diag.More - 1
		}
	}
	return n
}

// First returns the errors that are shown, and how many more there are.
func (f Diagnostics) First() (shown Diagnostics, more int) {
	for _, diag := range f {
		if diag.More == 0 && len(shown) < MaxShown {
			shown = append(shown, diag)
		}
	}
	return shown, f.Count() - len(shown)
}

func (f Diagnostics) Error() string {
	shown, more := f.First()
	var b strings.Builder
	for i, diag := range shown {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(diag.String())
	}
	if more > 0 {
		fmt.Fprintf(&b, "\n… and %d more", more)
	}
	return b.String()
}

// Collector gathers the errors of one document, of which there may be one at
// each of its bytes.
type Collector struct {
	diags Diagnostics
	more  int
}

// Full reports that a further error is only counted.
func (c *Collector) Full() bool { return len(c.diags) >= MaxShown }

// Add adds an error.
func (c *Collector) Add(f Diagnostic) {
	if c.Full() {
		c.more++
		return
	}
	f.Pointer = ShortPointer(f.Pointer)
	c.diags = append(c.diags, f)
}

// Len returns how many errors were added.
func (c *Collector) Len() int { return len(c.diags) + c.more }

// Diagnostics returns the first errors, with how many more there are.
func (c *Collector) Diagnostics() Diagnostics {
	if c.more == 0 {
		return c.diags
	}
	return append(c.diags[:len(c.diags):len(c.diags)], Others(c.diags[0].File, c.more))
}

// Others stands for the errors of a file that are not shown.
func Others(file string, n int) Diagnostic { return Diagnostic{File: file, Rule: More(n), More: n} }

// More is the rule that stands for n further places of a document.
func More(n int) string {
	return fmt.Sprintf("and %d more places break a rule; fix the first %d", n, MaxShown)
}

// Schema validates values that were read from a file.
type Schema interface {
	// Diagnostics validates a value; at is the pointer to its place in the file.
	Diagnostics(file, at string, v any) Diagnostics
}

// Lines puts a line number to each error of a file that lacks one, where the
// file can be read as JSON up to there; a missing member has the line of the
// object that lacks it.
func (f Diagnostics) Lines(fsys fs.FS) {
	byFile := map[string][]int{}
	for i, diag := range f {
		if diag.Line == 0 {
			byFile[diag.File] = append(byFile[diag.File], i)
		}
	}
	for file, diags := range byFile {
		text, err := fs.ReadFile(fsys, file)
		if err != nil {
			continue
		}
		wanted := map[string]int{} // line by pointer
		for _, i := range diags {
			for p := f[i].Pointer; ; p = p[:strings.LastIndexByte(p, '/')] {
				wanted[p] = 0
				if p == "" {
					break
				}
			}
		}
		findLines(text, wanted)
		for _, i := range diags {
			p := f[i].Pointer
			for wanted[p] == 0 && p != "" {
				p = p[:strings.LastIndexByte(p, '/')]
			}
			f[i].Line = wanted[p]
		}
	}
}

// findLines fills in the line of each wanted pointer.
func findLines(text []byte, wanted map[string]int) {
	d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true))
	line, counted := 1, 0
	for {
		if _, err := d.ReadToken(); err != nil {
			return // the end, or the error at hand
		}
		offset := int(d.InputOffset())
		line += bytes.Count(text[counted:offset], []byte("\n"))
		counted = offset
		p := string(d.StackPointer())
		if at, ok := wanted[p]; ok && at == 0 {
			wanted[p] = line
		}
	}
}
