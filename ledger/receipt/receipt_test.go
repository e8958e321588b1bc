package receipt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A fixed key, so that receipts of tests are the same in every run.
const (
	testObject   = `{"type":"indicator","id":"indicator--0b3c4d5e-1111-4222-8333-444455556666","pattern":"[domain-name:value = 'bad.example']"}`
	otherObject  = `{"type":"indicator","id":"indicator--0b3c4d5e-1111-4222-8333-444455556667","pattern":"[domain-name:value = 'worse.example']"}`
	testReport   = "7d0e6c5b-0000-4000-8000-00000000abcd"
	testReportB  = "7d0e6c5b-0000-4000-8000-00000000abce"
	testTreeSize = 21
)

// signer makes a key from a fixed seed; n tells keys apart.
func signer(t testing.TB, n byte) (note.Signer, string) {
	t.Helper()
	seed := bytes.NewReader(bytes.Repeat([]byte{n}, 64))
	skey, vkey, err := note.GenerateKey(seed, "log.example/test")
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return s, vkey
}

// record makes the record of part n of a report.
func record(n int, last bool) *Record {
	r := &Record{Key: [32]byte{1, 2, 3, byte(n)}}
	refs := []ObjectRef{{N: 0, Audience: 3, Hash: r.ObjectHash([]byte(testObject))}, {N: 1, Audience: 4, Hash: r.ObjectHash(fmt.Append(nil, "object of part ", n))}}
	part, err := json.Marshal(PartOf{Report: testReport, Part: n, Last: last})
	if err != nil {
		panic(err)
	}
	r.Parts = []Part{{PartKind, []byte(`"report"`)}, {PartMember, []byte(`"Nordwind Energy"`)}, {PartObjects, MarshalObjects(refs)},
		{PartTime, []byte(`"2026-11-24T21:15:00.123456Z"`)}, {PartHeld, []byte(`2`)}, {PartPart, part}, {PartFacts, []byte(`{"door":"api","note":"a \"quoted\" text\nü"}`)}}
	return r
}

// alone makes the record of a recall: an entry that is no part of a report.
func alone() *Record {
	return &Record{Key: [32]byte{9}, Parts: []Part{{PartKind, []byte(`"recall"`)}, {PartTime, []byte(`"2026-11-24T21:15:00.000001Z"`)}, {PartRefers, []byte(`[4]`)}}}
}

// log is a tree in memory, of x/mod's own making.
type log struct {
	hashes []tlog.Hash
	size   int64
}

func (l *log) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = l.hashes[x]
	}
	return out, nil
}

func (l *log) add(t testing.TB, leaf [32]byte) int64 {
	t.Helper()
	hs, err := tlog.StoredHashes(l.size, leaf[:], l)
	if err != nil {
		t.Fatal(err)
	}
	l.hashes = append(l.hashes, hs...)
	l.size++
	return l.size - 1
}

func (l *log) root(t testing.TB) [32]byte {
	t.Helper()
	root, err := tlog.TreeHash(l.size, l)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func (l *log) proof(t testing.TB, index int64) (out [][32]byte) {
	t.Helper()
	p, err := tlog.ProveRecord(l.size, index, l)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range p {
		out = append(out, h)
	}
	return out
}

// receipts puts the records into a log among other leaves, and makes their receipts.
func receipts(t testing.TB, records []*Record, open []PartName) (texts [][]byte, vkey string) {
	t.Helper()
	s, vkey := signer(t, 1)
	l := &log{}
	index := make([]int64, len(records))
	for i := range testTreeSize {
		if i < 5 || i-5 >= len(records) {
			l.add(t, [32]byte{0xee, byte(i)})
			continue
		}
		index[i-5] = l.add(t, records[i-5].Leaf())
	}
	checkpoint, err := Checkpoint{Origin: "log.example/test", Size: l.size, Root: l.root(t)}.Sign(s)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range records {
		text, err := Make(r, open, index[i], l.proof(t, index[i]), checkpoint)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	return texts, vkey
}

// failed gives the checks that aren't OK, as "name: detail".
func failed(checks []Check) (out []string) {
	for _, c := range checks {
		if !c.OK {
			out = append(out, c.Name+": "+c.Detail)
		}
	}
	return out
}

func mustHold(t *testing.T, checks []Check) {
	t.Helper()
	if !Holds(checks) {
		t.Fatalf("a good receipt is refused: %q", failed(checks))
	}
}

// mustFail demands that the check of that name fails and says the words.
func mustFail(t *testing.T, checks []Check, name, words string) {
	t.Helper()
	for _, f := range failed(checks) {
		if strings.HasPrefix(f, name+": ") && strings.Contains(f, words) {
			return
		}
	}
	t.Fatalf("no failed check %q that says %q; failed: %q", name, words, failed(checks))
}

func TestReceiptHolds(t *testing.T) {
	texts, vkey := receipts(t, []*Record{record(1, true)}, nil)
	checks := Verify(texts[0], vkey, []byte(testObject))
	mustHold(t, checks)
	var names []string
	for _, c := range checks {
		names = append(names, c.Name)
	}
	for _, want := range []string{"key", "form", "signature", "origin", "inclusion", "leaf", "part kind", "part time", "part objects", "part part", "absent parts", "complete", "object"} {
		if !slices.Contains(names, want) {
			t.Errorf("verification doesn't say that it checked %q: %q", want, names)
		}
	}
	again, _ := receipts(t, []*Record{record(1, true)}, nil)
	if !bytes.Equal(texts[0], again[0]) {
		t.Error("the same entry gave two different receipts")
	}
}

func TestNobodyVouches(t *testing.T) {
	texts, _ := receipts(t, []*Record{record(1, true)}, nil)
	mustFail(t, Verify(texts[0], "", nil), "key", "nobody vouches for this key")
	mustFail(t, Verify(texts[0], "log.example/test+00000000+AAAA", nil), "key", "not a C2SP verifier key")
	_, other := signer(t, 2)
	mustFail(t, Verify(texts[0], other, nil), "signature", "bears no signature by the key that you gave")
}

func TestObject(t *testing.T) {
	texts, vkey := receipts(t, []*Record{record(1, true)}, nil)
	mustFail(t, Verify(texts[0], vkey, []byte(otherObject)), "object", "none of the objects")
	mustFail(t, Verify(texts[0], vkey, []byte(testObject+"\n")), "object", "none of the objects")
	mustFail(t, Verify(texts[0], vkey, []byte{}), "object", "none of the objects")
	closed, vkey := receipts(t, []*Record{record(1, true)}, []PartName{PartKind})
	mustFail(t, Verify(closed[0], vkey, []byte(testObject)), "object", "not every receipt opens its list")
}

func TestOpenSome(t *testing.T) {
	texts, vkey := receipts(t, []*Record{record(1, true)}, []PartName{PartTime})
	p, err := ParseProof(texts[0])
	if err != nil {
		t.Fatal(err)
	}
	mustHold(t, Verify(texts[0], vkey, nil))
	for _, secret := range []string{"Nordwind", "quoted", `\"report\""`, "door"} {
		if strings.Contains(string(p.Extra), secret) {
			t.Errorf("a receipt that opens the time holds %q", secret)
		}
	}
	for _, shown := range []string{"2026-11-24T21:15:00.123456Z", testReport} {
		if !strings.Contains(string(p.Extra), shown) {
			t.Errorf("a receipt that opens the time lacks %q", shown)
		}
	}
	if _, err := Make(record(1, true), []PartName{"nonsense"}, 0, nil, nil); err == nil {
		t.Error("a part that doesn't exist can be opened")
	}
}

// What is closed looks the same whether it is there or not, and a guess can't be tested.
func TestClosedTellsNothing(t *testing.T) {
	with, without := record(1, true), record(1, true)
	without.Parts = slices.DeleteFunc(slices.Clone(without.Parts), func(p Part) bool { return p.Name == PartHeld })
	for _, r := range []*Record{with, without} {
		b, err := extraOf(r, []PartName{})
		if err != nil {
			t.Fatal(err)
		}
		e, err := parseExtra(b)
		if err != nil {
			t.Fatal(err)
		}
		held := e.Parts[slices.Index(names[:], PartHeld)]
		if held.Key != "" || held.Body != nil || len(held.Commitment) != hashText {
			t.Errorf("a closed part shows %+v", held)
		}
		key, _ := parseHash(e.Key)
		for _, o := range e.Parts {
			if o.Key == e.Key || o.Commitment == hashString(commitTo(key, []byte("2"), true)) {
				t.Error("the leaf's key opens a part")
			}
		}
	}
	if with.Leaf() == without.Leaf() {
		t.Error("an absent part gives the same leaf as one that is there")
	}
}

func TestEmptyBodyIsNotAbsent(t *testing.T) {
	a := &Record{Parts: []Part{{PartHeld, nil}}}
	b := &Record{}
	if a.Leaf() == b.Leaf() {
		t.Error("an empty part and an absent one give the same leaf")
	}
}

func TestLeafKnowsItsParts(t *testing.T) {
	r := record(1, true)
	leaf := r.Leaf()
	shuffled := &Record{Key: r.Key, Parts: slices.Clone(r.Parts)}
	slices.Reverse(shuffled.Parts)
	if shuffled.Leaf() != leaf {
		t.Error("the leaf depends on the order in which parts are given")
	}
	for i := range r.Parts {
		for _, change := range []func(p *Part){
			func(p *Part) { p.Body = append(slices.Clone(p.Body), ' ') },
			func(p *Part) { p.Name = PartPolicy },
		} {
			other := &Record{Key: r.Key, Parts: slices.Clone(r.Parts)}
			change(&other.Parts[i])
			if other.Leaf() == leaf {
				t.Errorf("a change of part %q leaves the leaf as it was", r.Parts[i].Name)
			}
		}
	}
	other := *r
	other.Key[31]++
	if other.Leaf() == leaf || other.ObjectHash([]byte("x")) == r.ObjectHash([]byte("x")) {
		t.Error("another key gives the same leaf or object hash")
	}
}

// TestObjectHasher: many objects one after the other have the hashes that each has alone.
func TestObjectHasher(t *testing.T) {
	r := record(0, true)
	hash := r.ObjectHasher()
	for _, b := range []string{"", "a", "another object", "a"} {
		if hash([]byte(b)) != r.ObjectHash([]byte(b)) {
			t.Errorf("%q has another hash among others", b)
		}
	}
}

func BenchmarkObjectHash(b *testing.B) {
	r, object := record(1, true), make([]byte, 924)
	for b.Loop() {
		r.ObjectHash(object)
	}
}

func BenchmarkLeaf(b *testing.B) {
	r := record(1, true)
	for b.Loop() {
		r.Leaf()
	}
}

func BenchmarkVerify(b *testing.B) {
	texts, vkey := receipts(b, []*Record{record(1, true)}, nil)
	for b.Loop() {
		Verify(texts[0], vkey, nil)
	}
}
