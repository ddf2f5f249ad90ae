// Package runfile keeps the exchanges of a run in a file, for the reports that
// are written of all of them: the memory does not grow with the run.
//
// The server hands exchanges over and is never made to wait: a queue bounded by
// count and by bytes takes them, and a goroutine writes them to the file. What
// comes while the queue is full is counted as lost, and the reports say so. A
// journal would evict the oldest instead.
package runfile

import (
	"bufio"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"sync"
	"sync/atomic"

	"dispatchmock/internal/exchange"
)

// Limits of what waits to be written.
const (
	maxQueue = 8192
	maxBytes = 64 << 20
)

// File is a file of exchanges. Add is safe for concurrent use.
type File struct {
	file    *os.File
	queue   chan *exchange.Exchange
	waiting atomic.Int64 // bytes in the queue
	lost    atomic.Uint64
	done    chan struct{} // closed when the queue is written

	mu     sync.RWMutex
	closed bool

	count uint64 // exchanges in the file
	err   error
}

// New opens a run file in a folder for temporary files; "" is the system's.
func New(dir string) (*File, error) {
	file, err := os.CreateTemp(dir, "dispatchmock-exchanges-")
	if err != nil {
		return nil, fmt.Errorf("a file to keep the exchanges in: %w", err)
	}
	// It goes with the process, however that ends. Where an open file cannot
	// be removed, Close removes it.
	_ = os.Remove(file.Name())
	s := &File{file: file, queue: make(chan *exchange.Exchange, maxQueue), done: make(chan struct{})}
	go s.write()
	return s, nil
}

// Add queues an exchange; nobody may change it afterwards.
func (s *File) Add(x *exchange.Exchange) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	size := sizeOf(x)
	if s.closed || s.waiting.Add(size) > maxBytes {
		s.drop(size)
		return
	}
	select {
	case s.queue <- x:
	default:
		s.drop(size)
	}
}

func (s *File) drop(size int64) {
	if !s.closed {
		s.waiting.Add(-size)
	}
	s.lost.Add(1)
}

func sizeOf(x *exchange.Exchange) int64 {
	return int64(1024 + len(x.Request.Head) + len(x.Request.Body) + len(x.Response.Head) + len(x.Response.Body))
}

// stored is an exchange in the file, with the texts of what gob cannot write: a
// function and an error.
type stored struct {
	Exchange      exchange.Exchange
	Before, After []byte
	Err           string
}

func (s *File) write() {
	defer close(s.done)
	out := bufio.NewWriterSize(s.file, 256<<10)
	e := gob.NewEncoder(out)
	for x := range s.queue {
		s.waiting.Add(-sizeOf(x))
		if s.err != nil {
			s.lost.Add(1)
			continue
		}
		if s.err = e.Encode(store(x)); s.err == nil {
			s.count++
		}
	}
	if s.err == nil {
		s.err = out.Flush()
	}
}

func store(x *exchange.Exchange) *stored {
	one := &stored{Exchange: *x}
	if x.States != nil {
		one.Before, one.After = x.States()
	}
	if x.Err != nil {
		one.Err = x.Err.Error()
	}
	one.Exchange.States, one.Exchange.Err = nil, nil
	return one
}

// Finish closes the queue, waits until all is written, and returns what went
// wrong.
func (s *File) Finish() error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.queue)
	}
	s.mu.Unlock()
	<-s.done
	if s.err != nil {
		return fmt.Errorf("keeping the exchanges for the reports: %w", s.err)
	}
	return nil
}

// Lost returns how many exchanges are not in the file.
func (s *File) Lost() uint64 { return s.lost.Load() }

// Each returns the exchanges in the order in which they ended, after Finish.
// It holds one at a time, and may be asked any number of times. What goes
// wrong with the file is put into err.
func (s *File) Each(err *error) iter.Seq[*exchange.Exchange] {
	return func(yield func(*exchange.Exchange) bool) {
		d := gob.NewDecoder(bufio.NewReaderSize(io.NewSectionReader(s.file, 0, math.MaxInt64), 256<<10))
		for i := range s.count {
			var one stored
			if e := d.Decode(&one); e != nil {
				*err = fmt.Errorf("reading the exchanges again: %w", e)
				return
			}
			x := one.exchange()
			if x.ID == 0 { // there was no journal to number it
				x.ID = i + 1
			}
			if !yield(x) {
				return
			}
		}
	}
}

func (one *stored) exchange() *exchange.Exchange {
	x := &one.Exchange
	if one.Before != nil || one.After != nil {
		x.States = func() (before, after []byte) { return one.Before, one.After }
	}
	if one.Err != "" {
		x.Err = errors.New(one.Err)
	}
	return x
}

// Close removes the file.
func (s *File) Close() error {
	err := errors.Join(s.Finish(), s.file.Close())
	if e := os.Remove(s.file.Name()); e != nil && !errors.Is(e, os.ErrNotExist) {
		err = errors.Join(err, e)
	}
	return err
}
