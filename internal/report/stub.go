package report

import (
	"io"
	"iter"

	"dispatchmock/internal/exchange"
)

type Row struct{ ID uint64 }
type Entry struct{ Row }

func Summary(x *exchange.Exchange) Row                                  { return Row{x.ID} }
func NewEntry(x *exchange.Exchange) Entry                               { return Entry{Row{x.ID}} }
func HAR(w io.Writer, v string, seq iter.Seq[*exchange.Exchange]) error { return nil }
