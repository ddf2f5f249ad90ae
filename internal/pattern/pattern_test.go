package pattern_test

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"runtime"
	"strings"
	"testing"

	"dispatchmock/internal/pattern"
)

// TestCompile holds which patterns a document may have.
func TestCompile(t *testing.T) {
	t.Parallel()
	var many, twice, unequal []string
	for i := range pattern.MaxCount + 1 {
		many = append(many, fmt.Sprint("a", i))
		twice = append(twice, "^[a-z]{1,100}$")
		unequal = append(unequal, "(")
	}
	for _, c := range []struct {
		name  string
		texts []string
		want  string // of the last one; the others are good, unless refused alike
	}{
		{"a trace", []string{`^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$`}, ""},
		{"letters of all scripts", []string{`^\pL[\pL\pN '-]{0,19}$`}, ""},
		{"any text of some length", []string{`^.{1,1000}$`}, ""},
		{"as long as may be", []string{strings.Repeat("a", pattern.MaxLength)}, ""},
		{"longer", []string{strings.Repeat("a", pattern.MaxLength+1)}, "must have at most 1024 bytes"},
		{"as many as may be", many[:pattern.MaxCount], ""},
		{"one more", many, "a document may have 64 different ones"},
		{"one pattern, many times", twice, ""},
		{"bad ones", unequal, "is not a regular expression (RE2): error parsing regexp: missing closing )"},
		{"a repeat that is copied out", []string{"(a{0,1000}b{0,1000})(c{0,1000}d{0,1000})(e{0,1000}f{0,1000})z"}, "larger than the 524288 bytes"},
		{"a long text, repeated", []string{"(" + strings.Repeat("a", 900) + "){10}"}, "larger than"},
		{"repeats within repeats", []string{"(((a{10}){10}){9})(((b{10}){10}){9})(((c{10}){10}){9})(((d{10}){10}){9})(((e{10}){10}){9})(((f{10}){10}){9})"}, "larger than"},
		{"large classes", []string{strings.Repeat(`\PL`, 341)}, "larger than"},
		{"small ones, together", []string{"a{1000}", "b{1000}", "c{1000}", "d{1000}", "e{1000}"}, "larger than"},
		{"Go's own bound", []string{"(a{1000}){1000}"}, "is not a regular expression"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var s pattern.Set
			for i, text := range c.texts {
				re, err := s.Compile(text)
				last := i == len(c.texts)-1
				switch {
				case err == nil && re == nil:
					t.Fatal("got neither a pattern nor an error")
				case err == nil && last && c.want != "":
					t.Fatalf("%.60q is taken, want %q", text, c.want)
				case err != nil && (c.want == "" || last && !strings.Contains(err.Error(), c.want)):
					t.Fatalf("%.60q: got %v, want %q", text, err, c.want)
				}
			}
			if s.Bytes() > pattern.MaxBytes {
				t.Errorf("holds %d bytes, more than %d", s.Bytes(), pattern.MaxBytes)
			}
		})
	}
}

// TestSize holds the estimate against the memory that compiled patterns take.
func TestSize(t *testing.T) { // not beside others: it reads the heap
	for _, text := range []string{"a", "a{1000}", "(a{0,1000}b{0,1000})(c{0,500}d{0,500})z", `^\pL{30}$`, "(" + strings.Repeat("abcdefghij", 90) + "){2}",
		"^(?:a(?:b(?:c(?:d)))){100}$", strings.Repeat("(a|b)", 50), strings.Repeat(`\PL`, 100), strings.Repeat("(?:a?b*)", 120), "^(a|b|c|d|e|f|g)?x", "(?i)" + strings.Repeat("k", 500)} {
		parsed, err := syntax.Parse(text, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		const n = 50
		var kept [n]*regexp.Regexp
		before := heap()
		for i := range kept {
			kept[i] = regexp.MustCompile(text)
		}
		got := int64(heap()-before) / n
		runtime.KeepAlive(kept)
		if estimate := pattern.Size(parsed); got > estimate {
			t.Errorf("%.60q takes %d bytes, more than the %d of the estimate", text, got, estimate)
		}
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
