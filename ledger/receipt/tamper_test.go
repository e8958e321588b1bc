package receipt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"
)

// No byte of a receipt can be changed, left out or put in: every byte counts.
func TestEveryByteCounts(t *testing.T) {
	for name, open := range map[string][]PartName{"all": nil, "some": {PartKind, PartObjects}} {
		t.Run(name, func(t *testing.T) {
			texts, vkey := receipts(t, []*Record{record(1, true)}, open)
			good := texts[0]
			mustHold(t, Verify(good, vkey, nil))
			try := func(what string, at int, text []byte) {
				if !bytes.Equal(text, good) && Holds(Verify(text, vkey, nil)) {
					t.Errorf("%s at byte %d (%q) is accepted", what, at, good[max(0, at-10):min(len(good), at+10)])
				}
			}
			for i := range good {
				for _, with := range []byte{good[i] ^ 1, good[i] ^ 0x20, '\n'} {
					text := slices.Clone(good)
					text[i] = with
					try(fmt.Sprintf("%q", with), i, text)
				}
				if i%7 == 0 {
					try("a byte left out", i, slices.Delete(slices.Clone(good), i, i+1))
					try("a byte put in", i, slices.Insert(slices.Clone(good), i, '='))
					try("an end", i, good[:i])
				}
			}
			try("a byte after the end", len(good)-1, append(slices.Clone(good), '\n'))
		})
	}
}

// change takes a receipt apart, changes it and writes it again.
func change(t *testing.T, text []byte, f func(p *Proof, e *extra)) []byte {
	t.Helper()
	p, err := ParseProof(text)
	if err != nil {
		t.Fatal(err)
	}
	e, err := parseExtra(p.Extra)
	if err != nil {
		t.Fatal(err)
	}
	f(&p, &e)
	if p.Extra != nil {
		if p.Extra, err = canonical(e); err != nil {
			t.Fatal(err)
		}
	}
	return p.Marshal()
}

// What was changed is named.
func TestTamperingIsNamed(t *testing.T) {
	texts, vkey := receipts(t, []*Record{record(1, true)}, nil)
	at := func(n PartName) int { return slices.Index(names[:], n) }
	for _, c := range []struct {
		name, check, words string
		change             func(p *Proof, e *extra)
	}{
		{"the member's name", "part member", "not what was committed to", func(_ *Proof, e *extra) { e.Parts[at(PartMember)].Body = new(`"Somebody Else"`) }},
		{"a later time", "part time", "not what was committed to", func(_ *Proof, e *extra) { e.Parts[at(PartTime)].Body = new(`"2026-11-25T21:15:00.123456Z"`) }},
		{"the key of a part", "part held", "its key was changed", func(_ *Proof, e *extra) { e.Parts[at(PartHeld)].Key = e.Parts[at(PartKind)].Key }},
		{"an absent part that is there", "part account", "not what was committed to", func(_ *Proof, e *extra) { e.Parts[at(PartAccount)].Body = new("[]") }},
		{"a part that is said to be absent", "part held", "not what was committed to", func(_ *Proof, e *extra) { e.Parts[at(PartHeld)].Body = nil }},
		{"a body without its key", "part held", "no key to check it with", func(_ *Proof, e *extra) { e.Parts[at(PartHeld)].Key = "" }},
		{"a part and its commitment", "leaf", "doesn't recompute", func(_ *Proof, e *extra) {
			key, _ := parseHash(e.Parts[at(PartHeld)].Key)
			e.Parts[at(PartHeld)].Body = new("7")
			e.Parts[at(PartHeld)].Commitment = hashString(commitTo(key, []byte("7"), true))
		}},
		{"the leaf", "leaf", "doesn't recompute", func(_ *Proof, e *extra) { e.Leaf = e.Key }},
		{"the leaf", "inclusion", "doesn't lead from this leaf", func(_ *Proof, e *extra) { e.Leaf = e.Key }},
		{"all of the record", "inclusion", "doesn't lead from this leaf", func(_ *Proof, e *extra) {
			other := record(1, true)
			other.Key[5]++
			b, _ := extraOf(other, nil)
			*e, _ = parseExtra(b)
		}},
		{"the index", "inclusion", "index 6", func(p *Proof, _ *extra) { p.Index++ }},
		{"an index beyond the tree", "inclusion", "outside of a tree of size 21", func(p *Proof, _ *extra) { p.Index = testTreeSize }},
		{"a hash of the proof", "inclusion", "a hash of the proof", func(p *Proof, _ *extra) { p.Hashes[2][0]++ }},
		{"a hash less", "inclusion", "a hash of the proof", func(p *Proof, _ *extra) { p.Hashes = p.Hashes[1:] }},
		{"the root", "signature", "was changed after signing", func(p *Proof, _ *extra) { p.Checkpoint = otherRoot(p.Checkpoint) }},
		{"the size", "signature", "was changed after signing", func(p *Proof, _ *extra) {
			p.Checkpoint = bytes.Replace(p.Checkpoint, []byte("\n21\n"), []byte("\n22\n"), 1)
		}},
		{"the origin", "origin", "of the log \"log.example/other\"", func(p *Proof, _ *extra) {
			p.Checkpoint = bytes.Replace(p.Checkpoint, []byte("log.example/test"), []byte("log.example/other"), 1)
		}},
		{"the signer", "signature", "no signature by the key", func(p *Proof, _ *extra) {
			p.Checkpoint = bytes.ReplaceAll(p.Checkpoint, []byte("— log.example/test"), []byte("— log.example/other"))
		}},
		{"no signature", "checkpoint", "no empty line", func(p *Proof, _ *extra) { p.Checkpoint = p.Checkpoint[:bytes.Index(p.Checkpoint, []byte("\n\n"))+1] }},
		{"an extension line", "checkpoint", "three lines", func(p *Proof, _ *extra) {
			p.Checkpoint = bytes.Replace(p.Checkpoint, []byte("\n\n"), []byte("\nmore\n\n"), 1)
		}},
		{"no extra line", "form", "not of what", func(p *Proof, _ *extra) { p.Extra = nil }},
		{"a commitment that is none", "leaf", "not 32 bytes", func(_ *Proof, e *extra) { e.Parts[3].Commitment = "AAAA" }},
		{"parts in another order", "form", "part 1 of the record is not \"kind\"", func(_ *Proof, e *extra) { e.Parts[0], e.Parts[1] = e.Parts[1], e.Parts[0] }},
		{"a part less", "form", "names 10 parts", func(_ *Proof, e *extra) { e.Parts = e.Parts[:10] }},
	} {
		t.Run(c.name, func(t *testing.T) {
			mustFail(t, Verify(change(t, texts[0], c.change), vkey, nil), c.check, c.words)
		})
	}
}

func otherRoot(checkpoint []byte) []byte {
	lines := bytes.SplitN(checkpoint, []byte("\n"), 4)
	lines[2] = []byte(hashString([32]byte{7}))
	return bytes.Join(lines, []byte("\n"))
}

// What a receipt opens is only said when something vouches for it.
func TestNothingIsSaidUnvouched(t *testing.T) {
	texts, vkey := receipts(t, []*Record{record(1, true)}, nil)
	says := func(checks []Check) bool {
		return slices.ContainsFunc(checks, func(c Check) bool {
			return strings.Contains(c.Detail, "Nordwind") || strings.Contains(c.Detail, "object 0")
		})
	}
	if !says(Verify(texts[0], vkey, []byte(testObject))) {
		t.Error("a good receipt doesn't say who filed")
	}
	_, other := signer(t, 2)
	forged := change(t, texts[0], func(_ *Proof, e *extra) {
		r := record(1, true)
		r.Key[9]++ // a record that the forger made, whole in itself
		b, _ := extraOf(r, nil)
		*e, _ = parseExtra(b)
	})
	for name, checks := range map[string][]Check{
		"no key": Verify(texts[0], "", []byte(testObject)), "another key": Verify(texts[0], other, []byte(testObject)), "another record": Verify(forged, vkey, nil),
	} {
		if says(checks) {
			t.Errorf("%s: verification says what nothing vouches for: %+v", name, checks)
		}
	}
}

// A witness may add its signature; ours still counts, and one by an unknown key adds nothing.
func TestCosignedCheckpoint(t *testing.T) {
	texts, vkey := receipts(t, []*Record{record(1, true)}, nil)
	other, _ := signer(t, 2)
	more := change(t, texts[0], func(p *Proof, _ *extra) {
		v, _ := note.NewVerifier(vkey)
		n, err := note.Open(p.Checkpoint, note.VerifierList(v))
		if err != nil {
			t.Fatal(err)
		}
		if p.Checkpoint, err = note.Sign(n, other); err != nil {
			t.Fatal(err)
		}
	})
	mustHold(t, Verify(more, vkey, nil))
}

func TestText(t *testing.T) {
	texts, vkey := receipts(t, []*Record{record(1, true)}, nil)
	for name, c := range map[string]struct {
		text  []byte
		words string
	}{
		"nothing":          {nil, "this is no receipt"},
		"something else":   {[]byte(`{"receipt":"yes"}`), "this is no receipt"},
		"carriage returns": {bytes.ReplaceAll(texts[0], []byte("\n"), []byte("\r\n")), "this is no receipt"},
		"a leading zero":   {bytes.Replace(texts[0], []byte("index 5"), []byte("index 05"), 1), "index N"},
		"a huge index":     {bytes.Replace(texts[0], []byte("index 5"), []byte("index 9223372036854775807"), 1), "index N"},
		"no checkpoint":    {texts[0][:bytes.Index(texts[0], []byte("\n\n"))+2], "not a whole receipt"},
		"too many hashes":  {bytes.Replace(texts[0], []byte("index 5\n"), []byte("index 5\n"+strings.Repeat(hashString([32]byte{})+"\n", 60)), 1), "too many"},
		"extra no base64":  {bytes.Replace(texts[0], []byte("extra "), []byte("extra !"), 1), "not base64"},
		"extra no JSON":    {[]byte("c2sp.org/tlog-proof@v1\nextra AAAA\n" + string(texts[0][bytes.Index(texts[0], []byte("index")):])), "doesn't hold what a receipt"},
	} {
		t.Run(name, func(t *testing.T) { mustFail(t, Verify(c.text, vkey, nil), "form", c.words) })
	}
	large := append([]byte("c2sp.org/tlog-proof@v1\n"), make([]byte, MaxReceipt)...)
	mustFail(t, Verify(large, vkey, nil), "form", "at most 64 MB")
	mustFail(t, Verify([]byte(strings.Repeat("x\n"+separator+"\n", MaxParts)), vkey, nil), "form", "at most 10000 parts")
}

func TestPlausibleTime(t *testing.T) {
	for text, words := range map[string]string{
		`"2026-11-24T21:15:00.123456Z"`: "", `"2026-11-24T21:15:00+01:00"`: "not a time in UTC", `"yesterday"`: "not a time", `12`: "not a text",
		`"1999-12-31T23:59:59.999999Z"`: "clock that was not set", `"2000-01-01T00:00:00.000000Z"`: "", `"2998-01-01T00:00:00.000000Z"`: "in the future",
	} {
		r := record(1, true)
		for i := range r.Parts {
			if r.Parts[i].Name == PartTime {
				r.Parts[i].Body = []byte(text)
			}
		}
		texts, vkey := receipts(t, []*Record{r}, nil)
		if words == "" {
			mustHold(t, Verify(texts[0], vkey, nil))
		} else {
			mustFail(t, Verify(texts[0], vkey, nil), "part time", words)
		}
	}
}

// All parts of a report, each once, and the last is marked.
func TestComplete(t *testing.T) {
	three, vkey := receipts(t, []*Record{record(1, false), record(2, false), record(3, true)}, nil)
	file := Join(three)
	mustHold(t, Verify(file, vkey, []byte("object of part 2")))
	if parts, err := Split(file); err != nil || len(parts) != 3 || !bytes.Equal(parts[1], three[1]) {
		t.Error("the parts of a file are not what was joined")
	}
	if !bytes.Equal(Join(three[:1]), three[0]) {
		t.Error("one receipt alone is not as it was")
	}
	other := record(2, false)
	for i := range other.Parts {
		if other.Parts[i].Name == PartPart {
			other.Parts[i].Body = []byte(`{"report":"` + testReportB + `","part":2,"last":false}`)
		}
	}
	noPart := record(2, false)
	noPart.Parts = slices.DeleteFunc(noPart.Parts, func(p Part) bool { return p.Name == PartPart })
	odd, _ := receipts(t, []*Record{record(1, false), record(2, true), record(3, true), other, alone(), noPart, record(4, false)}, nil)
	hidden := change(t, three[1], func(_ *Proof, e *extra) {
		e.Parts[9].Key, e.Parts[9].Body = "", nil
	})
	for _, c := range []struct {
		name, words string
		parts       [][]byte
	}{
		{"the first is missing", "part 1 is missing", [][]byte{three[1], three[2]}},
		{"the middle is missing", "part 2 is missing", [][]byte{three[0], three[2]}},
		{"the last is missing", "the last part is missing: part 2", [][]byte{three[0], three[1]}},
		{"only the middle", "part 1 is missing", [][]byte{three[1]}},
		{"one twice", "part 2 is there twice (receipts 2 and 3)", [][]byte{three[0], three[1], three[1], three[2]}},
		{"another report", "receipt 2 is of another report", [][]byte{three[0], odd[3], three[2]}},
		{"no part of a report", "receipt 4 is of an entry that is no part", [][]byte{three[0], three[1], three[2], odd[4]}},
		{"two last parts", "parts 2 and 3 both say that they are the last", [][]byte{odd[0], odd[1], odd[2]}},
		{"a part after the last", "part 4 is there, though part 3", [][]byte{three[0], three[1], three[2], odd[6]}},
		{"a part that hides what it is", "receipt 2 doesn't show which part", [][]byte{three[0], hidden, three[2]}},
		{"only a part that hides what it is", "receipt 1 doesn't show which part", [][]byte{hidden}},
	} {
		t.Run(c.name, func(t *testing.T) { mustFail(t, Verify(Join(c.parts), vkey, nil), "complete", c.words) })
	}
	mustHold(t, Verify(odd[4], vkey, nil))
	mustFail(t, Verify(odd[5], vkey, nil), "part part", "this one doesn't")
	mustHold(t, Verify(Join([][]byte{three[2], three[0], three[1]}), vkey, nil)) // order doesn't matter
	if checks := Verify(Join([][]byte{three[0], []byte("rubbish\n"), three[2]}), vkey, nil); Holds(checks) {
		t.Error("a file with rubbish between its parts holds")
	} else {
		mustFail(t, checks, "receipt 2 of 3: form", "no receipt")
	}
}

// The first entry of a restored log commits to the newest checkpoint of the old one.
func TestRestored(t *testing.T) {
	old, oldKey := signer(t, 5)
	checkpoint, err := Checkpoint{Origin: "log.example/test", Size: 77, Root: [32]byte{5}}.Sign(old)
	if err != nil {
		t.Fatal(err)
	}
	part, err := RestorePart(checkpoint, oldKey)
	if err != nil {
		t.Fatal(err)
	}
	r := &Record{Key: [32]byte{4}, Parts: []Part{{PartKind, []byte(`"restore"`)}, part}}
	texts, vkey := receipts(t, []*Record{r}, nil)
	checks := Verify(texts[0], vkey, nil)
	mustHold(t, checks)
	if !slices.ContainsFunc(checks, func(c Check) bool {
		return strings.Contains(c.Detail, "continues log.example/test at size 77, whose key is "+oldKey)
	}) {
		t.Errorf("verification doesn't say which log is continued: %+v", checks)
	}
	if _, err := RestorePart(checkpoint, vkey); err == nil {
		t.Error("a checkpoint of another key is taken as the old log's")
	}
	bad, _ := json.Marshal(restored{Checkpoint: string(otherRoot(checkpoint)), Key: oldKey})
	r.Parts[1].Body = bad
	texts, vkey = receipts(t, []*Record{r}, nil)
	mustFail(t, Verify(texts[0], vkey, nil), "part refers", "not signed by log.example/test")
	for origin, next := range map[string]string{"a.example/log": "a.example/log-2", "a.example/log-2": "a.example/log-3", "my-log": "my-log-2", "log-09": "log-09-2", "-5": "-5-2"} {
		if got := NextOrigin(origin); got != next {
			t.Errorf("after %s comes %s, not %s", origin, got, next)
		}
	}
}

func TestCheckpointText(t *testing.T) {
	s, vkey := signer(t, 1)
	want := Checkpoint{Origin: "log.example/test", Size: 1 << 40, Root: [32]byte{1}}
	text, err := want.Sign(s)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OpenCheckpoint(text, vkey); err != nil || got != want {
		t.Errorf("opened as %+v, %v", got, err)
	}
	for name, c := range map[string]Checkpoint{"another origin": {Origin: "other.example", Size: 1}, "a size beyond all logs": {Origin: "log.example/test", Size: MaxSize + 1}} {
		text, err := c.Sign(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := OpenCheckpoint(text, vkey); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if _, err := OpenCheckpoint(text, "nonsense"); err == nil {
		t.Error("a key that is none is accepted")
	}
}

// Records and lists of objects come back as they were.
func TestRecordText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var refs []ObjectRef
		for range rapid.IntRange(0, 20).Draw(t, "objects") {
			refs = append(refs, ObjectRef{N: rapid.Int64().Draw(t, "n"), Audience: rapid.Int32().Draw(t, "audience"), Hash: [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash"))})
		}
		r := Record{Parts: []Part{{PartObjects, MarshalObjects(refs)}}}
		if rapid.Bool().Draw(t, "odd objects") {
			r.Parts[0].Body = rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		}
		for _, n := range names {
			if n != PartObjects && rapid.Bool().Draw(t, "part") {
				r.Parts = append(r.Parts, Part{n, rapid.SliceOf(rapid.Byte()).Draw(t, "body")})
			}
		}
		again, err := UnmarshalRecord(MarshalRecord(r))
		if err != nil {
			t.Fatal(err)
		}
		if len(again.Parts) != len(r.Parts) || again.Leaf() != r.Leaf() {
			t.Fatalf("%+v comes back as %+v", r, again)
		}
	})
	long := make([]ObjectRef, 1000)
	for i := range long {
		long[i] = ObjectRef{N: int64(i), Audience: 7, Hash: [32]byte{byte(i)}}
	}
	if b := MarshalRecord(Record{Parts: []Part{{PartObjects, MarshalObjects(long)}}}); len(b) > 36*1000 {
		t.Errorf("a record takes %d bytes for 1,000 objects", len(b))
	}
}

func TestObjectsHaveOneText(t *testing.T) {
	h := hashString([32]byte{1})
	good := `[[0,1,"` + h + `"],[1,-2,"` + h + `"]]`
	refs, err := UnmarshalObjects([]byte(good))
	if err != nil || len(refs) != 2 || refs[1].Audience != -2 || string(MarshalObjects(refs)) != good {
		t.Fatalf("%+v, %v", refs, err)
	}
	for _, bad := range []string{"", "[", "[]]", "[ ]", `[[0,1,"` + h + `"]`, `[[0,1,"` + h + `"],]`, `[[00,1,"` + h + `"]]`, `[[0,2147483648,"` + h + `"]]`, `[[0,1,"` + h[:43] + `"]]`,
		`[[9223372036854775808,1,"` + h + `"]]`, `[[-0,1,"` + h + `"]]`, `[[0,1,"` + strings.Replace(h, "A=", "B=", 1) + `"]]`, `[[0,1,"` + h + `"]] `, `[[0,1,"` + h + `"][1,1,"` + h + `"]]`} {
		if _, err := UnmarshalObjects([]byte(bad)); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}
