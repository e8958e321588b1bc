package intake

import (
	"errors"
	"io"

	"tocsin/fault"
)

// Source hands out an input in parts, for readers of formats that stream. It
// holds the part that is being read and nothing else, so that memory is bounded
// by MaxBytes whatever is sent.
//
//	for s.More() { ... s.Bytes() ... }
//	input := s.Cut(n)
type Source struct {
	r   io.Reader
	buf []byte // from the first byte of the part that is being read
	err error  // what reading ended with; io.EOF at a proper end
}

// NewSource reads from r.
func NewSource(r io.Reader) *Source { return &Source{r: r} }

// Bytes gives what has been read of the current part. It is valid until the
// next call of More or Cut.
func (s *Source) Bytes() []byte { return s.buf }

// firstRead is how many bytes are asked for at first; each further read asks for as much as there is.
const firstRead = 64 << 10

// More reads on, and tells whether Bytes got longer. It did not at the end of
// the input, after an error, and when the part is full.
func (s *Source) More() bool {
	if s.err != nil || s.Full() {
		return false
	}
	if len(s.buf) == cap(s.buf) {
		grown := make([]byte, len(s.buf), min(max(firstRead, 2*len(s.buf)), MaxBytes))
		copy(grown, s.buf)
		s.buf = grown
	}
	for range 100 { // a reader that gives nothing and no error, again and again, is broken
		n, err := s.r.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		s.err = err
		if n > 0 || err != nil {
			return n > 0
		}
	}
	s.err = io.ErrNoProgress
	return false
}

// Full tells whether the part has as many bytes as one may have.
func (s *Source) Full() bool { return len(s.buf) >= MaxBytes }

// Ended tells whether the input has ended, so that Bytes is all there is.
func (s *Source) Ended() bool { return errors.Is(s.err, io.EOF) }

// Err gives what went wrong with reading, nil when nothing did. An error with a
// kind passes as it is; any other says that the report broke off.
func (s *Source) Err() error {
	if s.err == nil || s.Ended() {
		return nil
	}
	if _, ok := errors.AsType[*fault.Error](s.err); ok {
		return s.err
	}
	return fault.Because(s.err, fault.Invalid, "the report broke off before its end; send it again")
}

// Cut ends the current part: it gives its first n bytes, which stay valid, and
// leaves the others as the beginning of the next one.
func (s *Source) Cut(n int) []byte {
	part := s.buf[:n:n]
	s.buf = append([]byte(nil), s.buf[n:]...)
	return part
}
