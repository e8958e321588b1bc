package door

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"

	"tocsin/fault"
)

// Body gives the body of a request, unpacked if it came with Content-Encoding:
// gzip, of at most max bytes packed and unpacked. A length that is announced to be
// over max is fault.TooLarge before anything is read; one that turns out to be is
// an error of that kind from Read. Other encodings are fault.Unsupported.
func Body(w http.ResponseWriter, r *http.Request, max int64) (io.Reader, error) {
	if r.ContentLength > max {
		return nil, tooLarge(max)
	}
	packed := http.MaxBytesReader(w, r.Body, max)
	b := &body{r: packed, left: max, max: max}
	switch enc := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); enc {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(packed)
		if err != nil {
			return nil, b.explain(err)
		}
		b.r = z
	default:
		return nil, fault.At(fault.Unsupported, "Content-Encoding", "only gzip is unpacked here")
	}
	return b, nil
}

// body counts unpacked bytes and gives faults in place of the errors of its layers.
type body struct {
	r         io.Reader
	left, max int64
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	// One byte more than may be there tells the largest body from one that is too large.
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if int64(n) > b.left {
		return int(b.left), tooLarge(b.max)
	}
	b.left -= int64(n)
	if err != nil && err != io.EOF {
		err = b.explain(err)
	}
	return n, err
}

func (b *body) explain(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(b.max)
	}
	switch {
	case errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || isCorrupt(err):
		return fault.Because(err, fault.Invalid, "the body is not sound gzip, as Content-Encoding says")
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return fault.Because(err, fault.Invalid, "the body ends too early")
	}
	return fault.Because(err, fault.Invalid, "the body could not be read to its end")
}

func isCorrupt(err error) bool { return strings.HasPrefix(err.Error(), "flate: corrupt") }

func tooLarge(max int64) error {
	return fault.New(fault.TooLarge, "the body has more than %d bytes; send it in parts", max)
}
