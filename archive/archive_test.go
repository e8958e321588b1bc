package archive

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tocsin/fault"
)

func TestPositionsAreIndexDotOrdinal(t *testing.T) {
	for text, want := range map[string]Position{"0.0": {}, "17.3": {17, 3}, "999999999999999999.0": {999999999999999999, 0}, "007.1": {7, 1}} {
		if p, err := ParsePosition(text); err != nil || p != want {
			t.Errorf("%q gave %v, %v; want %v", text, p, err, want)
		}
	}
	for _, text := range []string{"", "1", ".", "1.", ".1", "-1.0", "+1.0", "1.-1", "1.2.3", " 1.2", "1.2 ", "1,2", "0x1.0", "1e3.0", "1000000000000000000.0", "1.1000000000000000000", "١.٠"} {
		if p, err := ParsePosition(text); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q was read as %v, %v", text, p, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 999_999_999_999_999_999)
		p := Position{n.Draw(t, "index"), n.Draw(t, "n")}
		if back, err := ParsePosition(p.String()); err != nil || back != p {
			t.Fatalf("%v came back as %v, %v", p, back, err)
		}
	})
}

func TestVersionsAreComparedAsInstants(t *testing.T) {
	same := []string{"2026-05-01T10:00:00.5Z", "2026-05-01T10:00:00.500Z", "2026-05-01T10:00:00.500000Z"}
	for _, v := range same {
		if VersionMicro(v) != VersionMicro(same[0]) || VersionMicro(v) == 0 {
			t.Errorf("%s is %d microseconds, and %s %d: one instant", v, VersionMicro(v), same[0], VersionMicro(same[0]))
		}
	}
	if a, b := VersionMicro("2026-05-01T10:00:00.5Z"), VersionMicro("2026-05-01T10:00:00.500001Z"); a+1 != b {
		t.Errorf("%d and %d: a microsecond apart", a, b)
	}
	for _, v := range []string{"", "yesterday", "2026-05-01"} {
		if VersionMicro(v) != 0 {
			t.Errorf("%q has instant %d, want none", v, VersionMicro(v))
		}
	}
}

func TestEachKnownTypeHasABitOfItsOwn(t *testing.T) {
	seen := map[int64]string{}
	for _, typ := range append(slices.Clone(knownTypes[:]), "x-own-type") {
		bit := typeBit(typ)
		if other, ok := seen[bit]; ok || bit <= 0 || bit&(bit-1) != 0 {
			t.Errorf("%s has bit %#x, as %q", typ, bit, other)
		}
		seen[bit] = typ
	}
	if typeBit("x-a") != typeBit("x-b") {
		t.Error("types that aren't known share one bit, or the mask would run out of them")
	}
	if m := TypeMask([]string{"indicator", "file", "indicator"}); m != typeBit("indicator")|typeBit("file") {
		t.Errorf("mask %#x", m)
	}
	if TypeMask(nil) != 0 {
		t.Error("no types is no mask: all of them")
	}
	if typeOf("indicator--123") != "indicator" || typeOf("strange") != "strange" {
		t.Error("an identifier begins with its type")
	}
}

func TestKindsHaveNames(t *testing.T) {
	for k, want := range map[Kind]string{Report: "report", Decision: "decision", Recall: "recall", Expiry: "expiry", Restored: "restore", Audit: "audit", 0: "unknown", 7: "unknown", -1: "unknown", math.MaxInt8: "unknown"} {
		if k.String() != want {
			t.Errorf("kind %d is called %q, want %q", k, k, want)
		}
	}
}

func TestArrangeKeepsTheOrderWithinAnAudience(t *testing.T) {
	in := []Slot{{Aud: 3, ID: "a"}, {Aud: 1, ID: "b"}, {Aud: 3, ID: "c"}, {Aud: 1, ID: "d"}, {Aud: 2, ID: "e"}}
	var got []string
	for _, s := range Arrange(in) {
		got = append(got, fmt.Sprintf("%d%s", s.Aud, s.ID))
	}
	if want := []string{"1b", "1d", "2e", "3a", "3c"}; !slices.Equal(got, want) {
		t.Errorf("order %s, want %s", got, want)
	}
	if in[0].ID != "a" {
		t.Error("the caller's slice was changed")
	}
}

// Blocks hold objects of one audience, hold about BlockBytes, and one object of any
// size stands alone rather than being refused.
func TestPackCutsBlocks(t *testing.T) {
	a := New(1, newTestKeys())
	big := func(aud int32, n int) Slot { return Slot{Aud: aud, ID: "note--1", Raw: make([]byte, n)} }
	for _, c := range []struct {
		name  string
		slots []Slot
		want  []int // slots per block
	}{
		{"nothing", nil, nil},
		{"one", []Slot{big(1, 10)}, []int{1}},
		{"exactly full", []Slot{big(1, BlockBytes-10), big(1, 10)}, []int{2}},
		{"a byte over", []Slot{big(1, BlockBytes-10), big(1, 11)}, []int{1, 1}},
		{"one larger than a block", []Slot{big(1, 10), big(1, 3*BlockBytes), big(1, 10)}, []int{1, 1, 1}},
		{"a new audience", []Slot{big(1, 10), big(2, 10), big(2, 10)}, []int{1, 2}},
		{"empty objects", []Slot{big(1, 0), big(1, 0)}, []int{2}},
	} {
		packed, err := a.Pack(c.slots, 7)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		next := int64(7)
		for _, p := range packed {
			got = append(got, len(p.Slots))
			if p.N0 != next {
				t.Errorf("%s: a block begins at ordinal %d, want %d", c.name, p.N0, next)
			}
			next += int64(len(p.Slots))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: blocks of %v, want %v", c.name, got, c.want)
		}
	}
}

func TestIdentifiersAreFoundUnderAKey(t *testing.T) {
	a, b := New(1, newTestKeys()), New(1, newTestKeys())
	long := strings.Repeat("x", 5000)
	again := &Archive{idKey: a.idKey}
	if a.hash("indicator--1") != again.hash("indicator--1") || a.hash(long) != again.hash(strings.Clone(long)) {
		t.Error("one identifier has two hashes")
	}
	if a.hash("indicator--1") == a.hash("indicator--2") || a.hash(long) == a.hash(long+"y") {
		t.Error("two identifiers have one hash")
	}
	if a.hash("indicator--1") == b.hash("indicator--1") {
		t.Error("under other keys an identifier has the same hash: anybody could make two meet")
	}
}

func TestListsOfParametersHaveFewLengths(t *testing.T) {
	for n, want := range map[int]int{1: 1, 2: 2, 3: 4, 5: 8, 127: 128, 128: 128} {
		text, width := inList(3, n)
		if width != want || strings.Count(text, "$") != want || !strings.HasPrefix(text, "$3") || !strings.HasSuffix(text, fmt.Sprintf("$%d", 2+want)) {
			t.Errorf("%d values: %d parameters, %.60s", n, width, text)
		}
	}
}

func TestRowsAreSortedWhole(t *testing.T) {
	rows := []any{"c", int64(3), "a", int64(-1), "b", int64(2)}
	sortRows(rows, 2, 1)
	if want := []any{"a", int64(-1), "b", int64(2), "c", int64(3)}; !slices.Equal(rows, want) {
		t.Errorf("%v, want %v", rows, want)
	}
}
