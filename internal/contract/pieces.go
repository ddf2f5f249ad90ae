package contract

import (
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"dispatchmock/internal/jsonx"

	"github.com/xeipuuv/gojsonschema"
)

// maxPiece is how many values are validated at once. The library gathers every
// error of a value, a dozen for an empty object in the place of an address and
// some 700 bytes each, so that a value of more is validated in pieces.
const maxPiece = 4000

// maxTrimmed is the length of the longest array that stays whole in the pieces
// of what stands beside it.
const maxTrimmed = 16

// piece is a value of which arrays have lost items.
type piece struct {
	value any
	// shifts are of arrays that have lost items before those that they have, the
	// inner ones first.
	shifts []shift
}

// shift says how many items an array has lost at its beginning.
type shift struct {
	at string // JSON pointer of the array in the piece
	by int
}

// pointer returns the place in the whole value of a place in the piece.
func (p *piece) pointer(text string) string {
	for _, s := range p.shifts {
		rest, ok := strings.CutPrefix(text, s.at+"/")
		if !ok {
			continue
		}
		index, behind, more := strings.Cut(rest, "/")
		i, err := strconv.Atoi(index)
		if err != nil {
			continue
		}
		text = s.at + "/" + strconv.Itoa(i+s.by)
		if more {
			text += "/" + behind
		}
	}
	return text
}

// within returns the piece as it stands in another value.
func (p *piece) within(value any, token string) piece {
	w := piece{value: value}
	for _, s := range p.shifts {
		w.shifts = append(w.shifts, shift{"/" + jsonx.Escape(token) + s.at, s.by})
	}
	return w
}

// pieces returns the pieces of a value.
func pieces(v any) iter.Seq[piece] {
	return func(yield func(piece) bool) { split(v, yield) }
}

// split yields the pieces of a value. It returns false where no more of them
// are wanted.
func split(v any, yield func(piece) bool) bool {
	if valuesIn(v) <= maxPiece {
		return yield(piece{value: v})
	}
	switch v := v.(type) {
	case []any:
		return splitArray(v, yield)
	case map[string]any:
		return splitObject(v, yield)
	}
	return yield(piece{value: v})
}

func splitArray(v []any, yield func(piece) bool) bool {
	if len(v) == 1 {
		return split(v[0], func(p piece) bool { return yield(p.within([]any{p.value}, "0")) })
	}
	half := len(v) / 2
	return split(v[:half], yield) && split(v[half:], func(p piece) bool {
		p.shifts = append(slices.Clip(p.shifts), shift{"", half})
		return yield(p)
	})
}

// splitObject yields the object with one large member in pieces and the others
// trimmed, for each large member.
func splitObject(v map[string]any, yield func(piece) bool) bool {
	trimmed := make(map[string]any, len(v))
	var large []string
	for name, member := range v {
		if trimmed[name] = trim(member); valuesIn(member) > maxPiece/2 {
			large = append(large, name)
		} else {
			trimmed[name] = member
		}
	}
	slices.Sort(large)
	if !yield(piece{value: trimmed}) {
		return false
	}
	for _, name := range large {
		ok := split(v[name], func(p piece) bool {
			one := maps.Clone(trimmed)
			one[name] = p.value
			return yield(p.within(one, name))
		})
		if !ok {
			return false
		}
	}
	return true
}

// trim returns a value whose long arrays have their first item alone.
func trim(v any) any {
	switch v := v.(type) {
	case []any:
		if len(v) > maxTrimmed {
			v = v[:1]
		}
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = trim(item)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for name, member := range v {
			object[name] = trim(member)
		}
		return object
	}
	return v
}

// valuesIn returns how many values a value has in it, itself among them.
func valuesIn(v any) int {
	n := 1
	switch v := v.(type) {
	case map[string]any:
		for _, member := range v {
			n += valuesIn(member)
		}
	case []any:
		for _, item := range v {
			n += valuesIn(item)
		}
	}
	return n
}

// validate returns the library's errors of the first piece that has any, or of
// the whole value: once all pieces are valid, what is left to find is of the
// arrays that were split. What a rule says of an array, it says of no piece.
func validate(s *gojsonschema.Schema, v any) (errors []gojsonschema.ResultError, found piece, err error) {
	if valuesIn(v) > maxPiece {
		for p := range pieces(v) {
			result, err := s.Validate(gojsonschema.NewRawLoader(p.value))
			if err != nil {
				return nil, p, err
			}
			errors = slices.DeleteFunc(result.Errors(), func(e gojsonschema.ResultError) bool { return aboutArray(e.Type()) })
			if len(errors) > 0 {
				return errors, p, nil
			}
		}
	}
	result, err := s.Validate(gojsonschema.NewRawLoader(v))
	if err != nil {
		return nil, piece{}, err
	}
	return result.Errors(), piece{value: v}, nil
}

func aboutArray(kind string) bool {
	switch kind {
	case "array_min_items", "array_max_items", "array_min_properties", "array_max_properties", "unique", "contains":
		return true
	}
	return false
}
