package door

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Accepts tells whether a request takes answers in an encoding (RFC 9110 section
// 12.5.3): named with a weight over 0, or by * when it isn't named.
func Accepts(r *http.Request, encoding string) bool {
	named, any := -1.0, -1.0
	for _, header := range r.Header.Values("Accept-Encoding") {
		for item := range strings.SplitSeq(header, ",") {
			name, params, _ := strings.Cut(item, ";")
			q := 1.0
			if v, ok := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(params), " ", ""), "q="); ok {
				w, err := strconv.ParseFloat(v, 64)
				if err != nil || w < 0 || w > 1 {
					w = 0
				}
				q = w
			}
			switch name = strings.ToLower(strings.TrimSpace(name)); name {
			case encoding:
				named = q
			case "*":
				any = q
			}
		}
	}
	if named < 0 {
		named = any
	}
	return named > 0
}

// Packer compresses answers; it keeps writers for reuse, each about 800 kB. It is
// safe for concurrent use.
type Packer struct{ pool sync.Pool }

// Pack gives a writer for the answer: gzip when the request takes it, else w
// itself. Whoever called it calls finish after the last write. It sets
// Content-Encoding and Vary, so it comes before the header is written.
func (p *Packer) Pack(w http.ResponseWriter, r *http.Request) (out http.ResponseWriter, finish func() error) {
	w.Header().Add("Vary", "Accept-Encoding")
	if r.Method == http.MethodHead || !Accepts(r, "gzip") {
		return w, func() error { return nil }
	}
	w.Header().Set("Content-Encoding", "gzip")
	z, ok := p.pool.Get().(*gzip.Writer)
	if !ok {
		z, _ = gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is a constant
	}
	z.Reset(w)
	return &packed{ResponseWriter: w, z: z}, func() error {
		err := z.Close()
		p.pool.Put(z)
		return err
	}
}

// packed is an answer on its way through gzip.
type packed struct {
	http.ResponseWriter
	z *gzip.Writer
}

// Write packs p.
func (p *packed) Write(b []byte) (int, error) { return p.z.Write(b) }

// FlushError sends what was written so far.
func (p *packed) FlushError() error {
	if err := p.z.Flush(); err != nil {
		return err
	}
	return http.NewResponseController(p.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (p *packed) Unwrap() http.ResponseWriter { return p.ResponseWriter }
