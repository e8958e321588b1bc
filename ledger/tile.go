package ledger

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"tocsin/fault"
	"tocsin/store"
)

const (
	tileWidth = 256 // hashes in a full tile (C2SP tlog-tiles)
	rowsATile = tileWidth / width
)

// tile names a resource of C2SP tlog-tiles.
type tile struct {
	entries bool // an entry bundle, not hashes
	level   int
	n       int64
	w       int64 // hashes or entries in it
}

// Tile gives the bytes of a C2SP tlog-tiles path below /log/ ("checkpoint"
// excepted): tile/L/N[.p/W] and tile/entries/N[.p/W]. fault.NotFound when not
// there (yet) or not a path. Answers never change, so they may be cached for ever.
func (t *Tree) Tile(ctx context.Context, q store.Querier, size int64, path string) ([]byte, error) {
	is, ok := parseTile(path)
	if !ok {
		return nil, fault.New(fault.NotFound, "no path of C2SP tlog-tiles: tile/LEVEL/N, tile/entries/N, or either with .p/WIDTH")
	}
	have := int64(0)
	if is.level < 8 {
		have = size >> (8 * is.level)
	}
	if is.n > have/tileWidth || is.n*tileWidth+is.w > have {
		return nil, fault.New(fault.NotFound, "the log of %d entries has no such tile yet", size)
	}
	first := row{level: 2 * is.level, n: is.n * rowsATile}
	rows := (is.w + width - 1) / width
	stored, err := t.readRange(ctx, q, first, rows)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, is.w*(hashSize+2))
	for left := is.w; left > 0; left -= width {
		b := stored[first]
		if int64(len(b)) < min(left, width)*hashSize {
			return nil, fmt.Errorf("%s of the tree lacks hashes; run `tocsin fsck`", first)
		}
		out = is.appendRow(out, first, b[:min(left, width)*hashSize])
		first.n++
	}
	return out, nil
}

// appendRow appends what a tile has of a row: entries after their length
// (big-endian, two bytes), or hashes.
func (is tile) appendRow(out []byte, r row, b []byte) []byte {
	if is.entries {
		for i := 0; i < len(b); i += hashSize {
			out = append(append(out, 0, hashSize), b[i:i+hashSize]...)
		}
		return out
	}
	for _, h := range r.hashesOf(b) {
		out = append(out, h[:]...)
	}
	return out
}

// parseTile reads a path in the one form that names a tile.
func parseTile(path string) (tile, bool) {
	is := tile{w: tileWidth}
	rest, ok := strings.CutPrefix(path, "tile/")
	if !ok {
		return is, false
	}
	kind, rest, ok := strings.Cut(rest, "/")
	if is.entries = kind == "entries"; !is.entries {
		level, good := smallNumber(kind, 63)
		is.level, ok = int(level), ok && good
	}
	if name, w, partial := strings.Cut(rest, ".p/"); partial {
		var good bool
		is.w, good = smallNumber(w, tileWidth-1)
		rest, ok = name, ok && good && is.w > 0
	}
	if !ok {
		return is, false
	}
	elements := strings.Split(rest, "/")
	if len(elements) > 5 { // 10^15 tiles
		return is, false
	}
	for i, e := range elements {
		digits, x := strings.CutPrefix(e, "x")
		if x != (i < len(elements)-1) || len(digits) != 3 || strings.Trim(digits, "0123456789") != "" || i == 0 && x && digits == "000" {
			return is, false
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			return is, false
		}
		is.n = is.n*1000 + n
	}
	return is, true
}

// smallNumber reads a decimal without leading zeros.
func smallNumber(s string, most int64) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= 0 && n <= most && strconv.FormatInt(n, 10) == s
}
