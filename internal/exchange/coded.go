package exchange

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// Codings names the content codings that Decode reads.
const Codings = "gzip, x-gzip, deflate, br, zstd"

// Bounds of what a body may make Decode do: how many codings are undone, and how
// many bytes a zstd frame may refer back to (RFC 9659).
const (
	maxCodings    = 3
	maxZstdWindow = 8 << 20
)

var (
	errCoding = errors.New("its Content-Encoding is none of " + Codings)
	errBehind = errors.New("it has bytes behind the end of its content coding")
)

// Decode returns a body without the codings that a Content-Encoding names. No
// step yields more than limit bytes. With an error comes what was read before it.
func Decode(codings string, body []byte, limit int) ([]byte, error) {
	if len(body) == 0 {
		return body, nil
	}
	names := strings.Split(strings.ToLower(codings), ",")
	if len(names) > maxCodings {
		return nil, fmt.Errorf("it has more than %d content codings", maxCodings)
	}
	var first error
	for _, name := range slices.Backward(names) { // the last one was applied last
		var err error
		body, err = decodeOne(strings.Trim(name, " \t"), body, limit)
		if first == nil {
			first = err
		}
		if len(body) == 0 {
			break
		}
	}
	return body, first
}

func decodeOne(coding string, body []byte, limit int) ([]byte, error) {
	source := bytes.NewReader(body)
	var from io.Reader = source
	var err error
	switch coding {
	case "", "identity":
		return body, nil
	case "gzip", "x-gzip":
		from, err = gzip.NewReader(from)
	case "deflate":
		if from, err = zlib.NewReader(source); err != nil {
			source.Reset(body)
			from, err = flate.NewReader(source), nil // as some servers have it
		}
	case "br":
		from = brotli.NewReader(from)
	case "zstd":
		var z *zstd.Decoder
		if z, err = zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow)); err == nil {
			defer z.Close()
			from = z
		}
	default:
		err = errCoding
	}
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(from, int64(limit)+1))
	if len(plain) > limit {
		return nil, fmt.Errorf("it is longer than %d bytes", limit)
	}
	if err == nil && source.Len() > 0 {
		err = errBehind
	}
	return plain, err
}
