package wire

import (
	"bytes"
	"strconv"
	"sync/atomic"

	"dispatchmock/internal/jsonx"
)

// Body is a printed body: bytes that never change, and what a validator leaves
// with just these bytes.
type Body struct {
	Bytes  []byte
	Length string // of Bytes, as Content-Length prints it
	tree   atomic.Pointer[any]
	proof  atomic.Pointer[any]
}

// Empty is the body of a reply without one.
func Empty() *Body { return Raw(nil) }

// Raw wraps bytes that something else has printed; they belong to the Body
// from then on.
func Raw(b []byte) *Body { return &Body{Bytes: b, Length: strconv.Itoa(len(b))} }

// Parsed wraps bytes together with their parsed tree. Both belong to the Body,
// which drops the tree once it has a proof.
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

// Proof returns what the last validator left with the bytes, or nil.
func (b *Body) Proof() any {
	if p := b.proof.Load(); p != nil {
		return *p
	}
	return nil
}

// Prove leaves a validator's proof with the bytes and drops the tree.
func (b *Body) Prove(proof any) {
	b.proof.Store(&proof)
	b.tree.Store(nil)
}
