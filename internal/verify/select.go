package verify

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// Select returns the cases that the words name: a number, a range of numbers
// such as 10-20, a name, or a pattern in which * stands for anything. No word
// at all selects every case; a word that selects none is an error.
func Select(cases []Case, words []string) ([]Case, error) {
	if len(words) == 0 {
		return cases, nil
	}
	chosen := make([]bool, len(cases))
	for _, word := range words {
		match, err := matcher(word)
		if err != nil {
			return nil, err
		}
		found := false
		for i := range cases {
			if match(&cases[i]) {
				chosen[i], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("%q is no case: a number, a range such as 10-20, a name, or a pattern such as get/*; --list has them all", word)
		}
	}
	var selected []Case
	for i, c := range cases {
		if chosen[i] {
			selected = append(selected, c)
		}
	}
	return selected, nil
}

var numberRange = regexp.MustCompile(`^(\d+)(?:-(\d+))?$`)

func matcher(word string) (func(*Case) bool, error) {
	if m := numberRange.FindStringSubmatch(word); m != nil {
		from, err := strconv.Atoi(m[1])
		to := from
		if err == nil && m[2] != "" {
			to, err = strconv.Atoi(m[2])
		}
		if err != nil || from == 0 || to < from {
			return nil, fmt.Errorf("%q is no range of case numbers", word)
		}
		return func(c *Case) bool { return c.Number >= from && c.Number <= to }, nil
	}
	parts := strings.Split(word, "*")
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	pattern, err := regexp.Compile("^" + strings.Join(parts, ".*") + "$")
	if err != nil {
		return nil, fmt.Errorf("%q is no pattern: %w", word, err)
	}
	return func(c *Case) bool { return pattern.MatchString(c.Name) }, nil
}

// ignored reports whether a difference's place is, or lies below, one of the
// pointers; a token * of a pointer is any one token.
func ignored(pointers []string, place string) bool {
	for _, p := range pointers {
		want, got := strings.Split(p, "/"), strings.Split(place, "/")
		if len(got) < len(want) {
			continue
		}
		// path.Match keeps * within one token.
		if ok, err := path.Match(p, strings.Join(got[:len(want)], "/")); err == nil && ok {
			return true
		}
	}
	return false
}
