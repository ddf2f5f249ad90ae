package manual

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// word is text without white space, in parts of one style each.
type word []part

type part struct{ text, style string }

func (w word) width() int {
	n := 0
	for _, p := range w {
		n += utf8.RuneCountInString(p.text)
	}
	return n
}

// line is a row of words.
type line struct {
	words []word
	open  bool // whether the last word goes on
}

// add appends text. It continues the last word unless white space parts them.
func (l *line) add(text, style string) {
	for i, field := range strings.Split(strings.ReplaceAll(text, "\n", " "), " ") {
		if i > 0 {
			l.open = false
		}
		if field == "" {
			continue
		}
		if !l.open {
			l.words = append(l.words, nil)
		}
		last := len(l.words) - 1
		l.words[last] = append(slices.Clip(l.words[last]), part{field, style})
		l.open = true
	}
}

func (l line) width() int {
	n := max(0, len(l.words)-1)
	for _, w := range l.words {
		n += w.width()
	}
	return n
}

func (l line) longestWord() int {
	n := 0
	for _, w := range l.words {
		n = max(n, w.width())
	}
	return n
}

// wrap cuts a line into lines of at most a width; a word that is longer has a
// line of its own.
func wrap(l line, width int) []line {
	var lines []line
	var now line
	used := 0
	for _, w := range l.words {
		if used > 0 && used+1+w.width() > width {
			lines = append(lines, now)
			now, used = line{}, 0
		}
		if used > 0 {
			used++
		}
		now.words = append(now.words, w)
		used += w.width()
	}
	return append(lines, now)
}
