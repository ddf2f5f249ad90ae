package wire

import "net/http"

// HeadSize returns how many bytes the head of a request has: the request line,
// the header fields, and the empty line that ends them. net/http keeps to its
// own limit by and large only. Behind a chunked body, where a head is not kept
// as it came, the size is that of the same head without needless spaces.
func HeadSize(r *http.Request) int {
	if c, ok := r.Context().Value(connKey{}).(*Conn); ok {
		if n := c.intake.headSize(); n > 0 {
			return n
		}
	}
	n := len(r.Method) + len(r.RequestURI) + len(r.Proto) + len("  \r\n\r\n")
	if r.Host != "" {
		n += len("Host: \r\n") + len(r.Host)
	}
	for name, values := range r.Header {
		for _, v := range values {
			n += len(name) + len(": \r\n") + len(v)
		}
	}
	if len(r.TransferEncoding) > 0 {
		n += len("Transfer-Encoding: chunked\r\n")
	}
	return n
}

// headSize returns the size of the head at hand, or 0 where it is not known.
func (i *intake) headSize() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.lost {
		return 0
	}
	_, length, _ := CutHead(i.bytes)
	return length
}
