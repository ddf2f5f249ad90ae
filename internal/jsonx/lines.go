package jsonx

import (
	"bytes"
	"io/fs"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

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
