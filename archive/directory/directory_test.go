package directory

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func slots() *rapid.Generator[[]Slot] {
	return rapid.SliceOf(rapid.Custom(func(t *rapid.T) Slot {
		if rapid.Bool().Draw(t, "erased") {
			return Slot{Erased: true, Hash: [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash"))}
		}
		return Slot{ID: rapid.String().Draw(t, "id"), Version: rapid.String().Draw(t, "version"), Size: rapid.IntRange(0, MaxObject).Draw(t, "size")}
	}))
}

func TestADirectoryComesBackAsItWentIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := slots().Draw(t, "slots")
		out, err := Decode(Encode(in))
		if err != nil || !slices.Equal(in, out) {
			t.Fatalf("%v came back as %v, %v", in, out, err)
		}
	})
}

// A directory that was cut off is not read as a shorter one, except between slots.
func TestACutDirectoryIsRefused(t *testing.T) {
	in := []Slot{{ID: "indicator--1", Version: "2026-01-01T00:00:00Z", Size: 300}, {Erased: true, Hash: [32]byte{7}}, {ID: "ipv4-addr--2", Size: 5}}
	whole := Encode(in)
	ends := map[int]int{}
	for i := range in {
		ends[len(Encode(in[:i+1]))] = i + 1
	}
	for n := 1; n < len(whole); n++ {
		out, err := Decode(whole[:n])
		if want, ok := ends[n]; ok != (err == nil) || ok && len(out) != want {
			t.Errorf("%d of %d bytes: %d slots, %v", n, len(whole), len(out), err)
		}
	}
}

func TestWhatNoDirectorySaysIsRefused(t *testing.T) {
	for name, b := range map[string][]byte{
		"a flag that doesn't exist":   {2, 0, 0, 0},
		"an object over the bound":    Encode([]Slot{{Size: MaxObject + 1}}),
		"a length without an end":     {0, 0x80, 0x80, 0x80},
		"a length over 64 bits":       {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
		"a text longer than the rest": {0, 1, 200, 'a'},
		"a text of all lengths":       {0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1},
		"no version":                  {0, 1, 1, 'a'},
		"half a hash":                 append([]byte{1}, make([]byte, 31)...),
	} {
		if out, err := Decode(b); err == nil {
			t.Errorf("%s was read as %v", name, out)
		}
	}
	if _, err := Decode(Encode([]Slot{{Size: MaxObject}})); err != nil {
		t.Errorf("an object of the largest size: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(Encode([]Slot{{ID: "indicator--1", Version: "v", Size: 300}, {Erased: true}}))
	f.Add([]byte{0, 1, 200, 'a'})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := Decode(b)
		if err != nil {
			return
		}
		again, err := Decode(Encode(out))
		if err != nil || !slices.Equal(out, again) {
			t.Fatalf("%v was written and read as %v, %v", out, again, err)
		}
		if len(out) > len(b) || len(Encode(out)) > len(b) {
			t.Fatalf("%d bytes gave %d slots, written in %d: lengths have a longer form than needed, never a shorter one", len(b), len(out), len(Encode(out)))
		}
	})
}
