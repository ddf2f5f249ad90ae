package jsonx

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// maxGuessed is the length of the longest name that is taken for a slip of
// another; comparing two names takes time by the product of their lengths.
const maxGuessed = 128

// Nearest returns the name that is a likely slip of the given one, or "".
func Nearest(name string, known []string) string {
	if len(name) > maxGuessed {
		return ""
	}
	best, distance := "", max(2, len(name)/3)+1
	for _, k := range known {
		if d := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(k)); d < distance {
			best, distance = k, d
		}
	}
	return best
}
