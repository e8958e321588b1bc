package ledger

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"tocsin/fault"
)

// tilesOf lets x/mod's client read our tiles by their C2SP paths. It refuses
// every tile that doesn't hash up to the root.
type tilesOf struct {
	t    *testing.T
	l    *logged
	size int64
}

func (r tilesOf) Height() int                     { return 8 }
func (r tilesOf) SaveTiles([]tlog.Tile, [][]byte) {}
func (r tilesOf) ReadTiles(ts []tlog.Tile) (out [][]byte, err error) {
	for _, tile := range ts {
		b, err := r.l.tree.Tile(r.t.Context(), r.l.db.Reader(), r.size, strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// most is the size of C2SP's own example.
const most = 70_000

// The tests of one log share it, since making a database takes longest.
func TestTiles(t *testing.T) {
	engines(t, func(t *testing.T, l *logged) {
		t.Run("empty", func(t *testing.T) { emptyCheckpoint(t, l) })
		for size := int64(0); size < most; {
			size = l.add(t, 10_000)
		}
		t.Run("accepted", func(t *testing.T) { tilesAreAccepted(t, l) })
		t.Run("which", func(t *testing.T) { whichTiles(t, l) })
		t.Run("proof", func(t *testing.T) { proofText(t, l) })
	})
}

func tilesAreAccepted(t *testing.T, l *logged) {
	want := (&reference{}).upTo(t, most)
	for _, size := range []int64{1, 2, 255, 256, 257, 511, 512, 4096, 65_535, 65_536, 65_537, most} {
		root, err := tlog.TreeHash(size, want)
		must(t, err)
		reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tilesOf{t, l, size})
		for _, i := range []int64{0, 1, size / 3, size / 2, size - 1} {
			i = min(i, size-1)
			p, err := tlog.ProveRecord(size, i, reader)
			if err != nil {
				t.Fatalf("size %d, entry %d: %v", size, i, err)
			}
			leaf := leafNo(i)
			must(t, tlog.CheckRecord(p, size, root, i, tlog.RecordHash(leaf[:])))
		}
	}
	bundle, err := l.tree.Tile(t.Context(), l.db.Reader(), most, "tile/entries/273.p/112")
	must(t, err)
	for i := range int64(112) {
		if n := binary.BigEndian.Uint16(bundle); n != 32 {
			t.Fatalf("entry %d has %d bytes", i, n)
		}
		if leaf := leafNo(273*256 + i); !bytes.Equal(bundle[2:34], leaf[:]) {
			t.Fatalf("entry %d is not the leaf", i)
		}
		bundle = bundle[34:]
	}
	if len(bundle) != 0 {
		t.Errorf("%d bytes after the last entry", len(bundle))
	}
}

// C2SP tlog-tiles, example: which tiles a tree of 70,000 has.
func whichTiles(t *testing.T, l *logged) {
	for _, c := range []struct {
		path string
		size int64
		want int // bytes; 0: not there
	}{
		{"tile/0/000", 70_000, 8192}, {"tile/0/272", 70_000, 8192}, {"tile/0/273", 70_000, 0}, {"tile/0/273.p/112", 70_000, 3584},
		{"tile/0/273.p/111", 70_000, 3552}, {"tile/0/273.p/113", 70_000, 0}, {"tile/0/274.p/1", 70_000, 0}, {"tile/1/000", 70_000, 8192},
		{"tile/1/001.p/17", 70_000, 544}, {"tile/1/001.p/18", 70_000, 0}, {"tile/2/000.p/1", 70_000, 32}, {"tile/2/000.p/2", 70_000, 0},
		{"tile/3/000.p/1", 70_000, 0}, {"tile/entries/000", 70_000, 256 * 34}, {"tile/entries/273.p/1", 70_000, 34}, {"tile/entries/273", 70_000, 0},
		{"tile/0/000", 255, 0}, {"tile/0/000.p/255", 255, 8160}, {"tile/0/000", 256, 8192}, {"tile/1/000.p/1", 256, 32}, {"tile/1/000.p/1", 255, 0},
		{"tile/0/000.p/1", 0, 0}, {"tile/63/000.p/1", 70_000, 0}, {"tile/7/x999/x999/x999/x999/999.p/255", 70_000, 0},
	} {
		b, err := l.tree.Tile(t.Context(), l.db.Reader(), c.size, c.path)
		if len(b) != c.want || (err != nil) != (c.want == 0) || err != nil && fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s of a log of %d: %d bytes, %v", c.path, c.size, len(b), err)
		}
	}
}

func TestTilePaths(t *testing.T) {
	for path, want := range map[string]string{
		"tile/0/000": "0 0 256", "tile/63/001": "63 1 256", "tile/1/x001/x234/067": "1 1234067 256", "tile/entries/x001/000.p/9": "e 1000 9", "tile/0/000.p/255": "0 0 255",
		"": "", "tile": "", "tile/": "", "tile/0": "", "tile/0/": "", "tile/64/000": "", "tile/00/000": "", "tile/-1/000": "", "tile/+1/000": "", "tile/0/0": "", "tile/0/0000": "",
		"tile/0/x000": "", "tile/0/x000/001": "", "tile/0/001/002": "", "tile/0/x001/x002": "", "tile/0/000.p": "", "tile/0/000.p/": "", "tile/0/000.p/0": "", "tile/0/000.p/256": "",
		"tile/0/000.p/01": "", "tile/0/000.p/1/2": "", "tile/0/000.p/1.p/2": "", "tile/data/000": "", "tile/entries": "", "/tile/0/000": "", "tile/0/000/": "", "tile/0/../000": "",
		"tile/0/x001/x001/x001/x001/x001/001": "", "tile/0/abc": "", "checkpoint": "", "tile/0/x00a/000": "", "tile/8/0/000": "",
	} {
		is, ok := parseTile(path)
		got := ""
		if ok {
			level := fmt.Sprint(is.level)
			if is.entries {
				level = "e"
			}
			got = fmt.Sprint(level, " ", is.n, " ", is.w)
		}
		if got != want {
			t.Errorf("%q is read as %q, not %q", path, got, want)
		}
	}
}

// Paths that x/mod writes are read back as the same tile.
func TestTilePathsOfXMod(t *testing.T) {
	for _, n := range []int64{0, 1, 999, 1000, 1234067, 999_999_999} {
		for _, w := range []int{1, 255, 256} {
			is, ok := parseTile(strings.Replace(tlog.Tile{H: 8, L: 3, N: n, W: w}.Path(), "tile/8/", "tile/", 1))
			if !ok || is.n != n || is.w != int64(w) || is.level != 3 || is.entries {
				t.Errorf("tile %d of width %d is read as %+v, %v", n, w, is, ok)
			}
		}
	}
}

// Any path that is accepted is the one text of its tile.
func TestOnePathPerTile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.StringMatching(`tile/([0-9]{1,2}|entries)/(x?[0-9]{3}/){0,5}x?[0-9]{3}(\.p/[0-9]{1,3})?`).Draw(t, "path")
		is, ok := parseTile(path)
		if !ok {
			return
		}
		again := strings.Replace(tlog.Tile{H: 8, L: is.level, N: is.n, W: int(is.w)}.Path(), "tile/8/", "tile/", 1)
		if is.entries {
			again = strings.Replace(again, "tile/0/", "tile/entries/", 1)
		}
		if again != path {
			t.Fatalf("%s and %s are one tile", path, again)
		}
	})
}

func proofText(t *testing.T, l *logged) {
	text, err := l.tree.Proof(t.Context(), l.db.Reader(), l.keys, 7, 19)
	must(t, err)
	lines := strings.Split(string(text), "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != "index 7" || !slices.Contains(lines, "log.example/test") || !slices.Contains(lines, "19") {
		t.Errorf("the proof is %s", text)
	}
	for _, i := range []int64{-1, 19, 20, 1 << 60} {
		if _, err := l.tree.Proof(t.Context(), l.db.Reader(), l.keys, i, 19); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a proof of entry %d: %v", i, err)
		}
	}
}

func emptyCheckpoint(t *testing.T, l *logged) {
	text, err := l.tree.Checkpoint(t.Context(), l.db.Reader(), l.keys, 0)
	must(t, err)
	if !strings.HasPrefix(string(text), "log.example/test\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— log.example/test ") {
		t.Errorf("the checkpoint of the empty log is %q", text)
	}
}
