package receipt

import (
	"bytes"
	"testing"

	formats "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/formats/proof"
	"golang.org/x/mod/sumdb/note"
)

// Whatever comes, verification ends, and what it accepts is a receipt that was made.
func FuzzVerify(f *testing.F) {
	three, vkey := receipts(f, []*Record{record(1, false), record(2, false), record(3, true)}, nil)
	one, _ := receipts(f, []*Record{record(1, true)}, []PartName{PartObjects})
	recall, _ := receipts(f, []*Record{alone()}, nil)
	made := map[string]bool{string(Join(three)): true, string(one[0]): true, string(recall[0]): true}
	for text := range made {
		f.Add([]byte(text))
	}
	f.Add(three[1])
	f.Add([]byte("c2sp.org/tlog-proof@v1\nextra AAAA\nindex 0\n\nx\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— x AAAAAAAA\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if checks := Verify(text, vkey, []byte(testObject)); Holds(checks) && !made[string(text)] {
			t.Errorf("a text that nobody made is accepted: %q", text)
		}
		if Holds(Verify(text, "", nil)) {
			t.Error("a receipt holds without a key")
		}
	})
}

// What is read is what would be written.
func FuzzParseProof(f *testing.F) {
	texts, _ := receipts(f, []*Record{record(1, true)}, nil)
	f.Add(texts[0])
	f.Add([]byte("c2sp.org/tlog-proof@v1\nextra \nindex 0\n\nx"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if p, err := ParseProof(text); err == nil && !bytes.Equal(p.Marshal(), text) {
			t.Errorf("%q is read as %q", text, p.Marshal())
		}
	})
}

func FuzzUnmarshalRecord(f *testing.F) {
	f.Add(MarshalRecord(*record(1, true)))
	f.Add([]byte{4, 1, 34, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := UnmarshalRecord(b)
		if err != nil {
			return
		}
		again, err := UnmarshalRecord(MarshalRecord(r))
		if err != nil || again.Leaf() != r.Leaf() {
			t.Errorf("%x doesn't come back: %v", b, err)
		}
	})
}

func FuzzUnmarshalObjects(f *testing.F) {
	f.Add([]byte("[]"))
	f.Add(MarshalObjects([]ObjectRef{{N: 1, Audience: 2, Hash: [32]byte{3}}, {N: -1}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if refs, err := UnmarshalObjects(b); err == nil && !bytes.Equal(MarshalObjects(refs), b) {
			t.Errorf("%q is read as %q", b, MarshalObjects(refs))
		}
	})
}

// Other people's programs read our receipts and checkpoints.
func TestOthersReadIt(t *testing.T) {
	texts, vkey := receipts(t, []*Record{record(1, true)}, nil)
	var p proof.TLogProof
	if err := p.Unmarshal(texts[0]); err != nil {
		t.Fatal(err)
	}
	if p.Index != 5 || !bytes.Equal(p.Marshal(), texts[0]) {
		t.Errorf("transparency-dev reads the receipt as another proof: index %d", p.Index)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	c, _, _, err := formats.ParseCheckpoint(p.Checkpoint, "log.example/test", v)
	if err != nil || c.Size != testTreeSize {
		t.Errorf("transparency-dev reads the checkpoint as %+v, %v", c, err)
	}
}
