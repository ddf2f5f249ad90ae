package wire

import (
	"bytes"
	"strconv"
	"sync/atomic"

	"dispatchmock/internal/jsonx"
)

// Body is a printed body: bytes that never change, and the mark that just these
// bytes were validated.
type Body struct {
	Bytes      []byte
	Length     string // of Bytes, as Content-Length prints it
	tree       atomic.Pointer[any]
	validation atomic.Pointer[any]
}

// Empty is the body of a reply without one.
func Empty() *Body { return Raw(nil) }

// Raw wraps bytes that something else has printed; they belong to the Body
// from then on.
func Raw(b []byte) *Body { return &Body{Bytes: b, Length: strconv.Itoa(len(b))} }

// Parsed wraps bytes together with the tree that they were parsed to. Both
// belong to the Body, which lets go of the tree when it is validated.
func Parsed(b []byte, tree any) *Body {
	body := Raw(b)
	body.tree.Store(&tree)
	return body
}

// Print prints a tree in the vendor's form. The tree belongs to the Body.
func Print(tree any) (*Body, error) {
	b, err := jsonx.AppendJSON(make([]byte, 0, 1280), tree)
	if err != nil {
		return nil, err
	}
	if cap(b) > 2*len(b) { // bodies are kept for long; a short one must not keep the room for a record
		b = bytes.Clone(b)
	}
	body := Raw(b)
	body.tree.Store(&tree)
	return body, nil
}

// Tree returns what the bytes say: the tree that they were printed from while
// it is kept, else the bytes parsed again.
func (b *Body) Tree() (any, error) {
	if t := b.tree.Load(); t != nil {
		return *t, nil
	}
	return jsonx.Parse(b.Bytes)
}

// Validation returns what the validator left with the bytes, or nil.
func (b *Body) Validation() any {
	if v := b.validation.Load(); v != nil {
		return *v
	}
	return nil
}

// MarkValidated leaves with the bytes what a validator found, and lets go of the
// tree.
func (b *Body) MarkValidated(v any) {
	b.validation.Store(&v)
	b.tree.Store(nil)
}
