package stream

import "sort"

// The bounds of what is kept encoded for all readers of one source, and of what
// one reader is given for one write.
const (
	windowBytes = 4 << 20
	writeBytes  = 1 << 20
)

// batch is what one reading of the log gave: the events after a date up to
// another one, encoded one after the other.
type batch struct {
	after, upTo int64
	ats         []int64 // date of each event
	ends        []int   // where each event ends in data
	data        []byte
}

// from gives what comes after a date.
func (b *batch) from(after int64) []byte {
	i := sort.Search(len(b.ats), func(i int) bool { return b.ats[i] > after })
	if i == 0 {
		return b.data
	}
	return b.data[b.ends[i-1]:]
}

// window is the last batches of a source, without a gap.
type window struct {
	batches []batch
	start   int64 // what came after this is here
	upTo    int64 // up to this
	bytes   int
}

func newWindow(at int64) window { return window{start: at, upTo: at} }

// add takes the next batch in and lets old ones go; the newest always stays.
func (w *window) add(b batch) {
	w.upTo = b.upTo
	if len(b.data) == 0 {
		if len(w.batches) == 0 {
			w.start = b.upTo
		} else {
			w.batches[len(w.batches)-1].upTo = b.upTo
		}
		return
	}
	w.batches = append(w.batches, b)
	w.bytes += len(b.data)
	for w.bytes > windowBytes && len(w.batches) > 1 {
		w.bytes -= len(w.batches[0].data)
		w.batches[0].data = nil // the array stays for a while
		w.batches = w.batches[1:]
		w.start = w.batches[0].after
	}
}

// next gives what waits after a date, up to about a write's worth, and the date up
// to which that is; ok is false when the window begins later than that.
func (w *window) next(after int64) (pieces [][]byte, upTo int64, ok bool) {
	if after < w.start {
		return nil, after, false
	}
	upTo = max(after, w.upTo)
	i := sort.Search(len(w.batches), func(i int) bool { return w.batches[i].upTo > after })
	n := 0
	for ; i < len(w.batches); i++ {
		if n >= writeBytes {
			return pieces, w.batches[i-1].upTo, true
		}
		if p := w.batches[i].from(after); len(p) > 0 {
			pieces = append(pieces, p)
			n += len(p)
		}
	}
	return pieces, upTo, true
}
