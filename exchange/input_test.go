package exchange_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"

	"tocsin/archive"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/intake"
	"tocsin/ledger"
	"tocsin/member"
)

var wantAll = archive.Want{}

// TestBadInput: each is refused with its kind and a place, and nothing is kept.
func TestBadInput(t *testing.T) {
	n := newNode(t)
	deep := strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100)
	var keys strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&keys, `,"x_%d":1`, i)
	}
	for _, c := range []struct {
		name, body string
		format     intake.Format
		kind       fault.Kind
	}{
		{"nothing", "", "", fault.Invalid},
		{"spaces", "  \n ", "", fault.Invalid},
		{"half a bundle", bundle(indicator("1", "a.example", ""))[:150], intake.STIX, fault.Invalid},
		{"not UTF-8", `{"type":"bundle","id":"bundle--` + uuid("1") + "\",\"objects\":[{\"type\":\"\xff\"}]}", intake.STIX, fault.Invalid},
		{"too deep", bundle(object("note", "1", `"content":"x","object_refs":["indicator--`+uuid("1")+`"],"x":`+deep)), intake.STIX, fault.TooLarge},
		{"100,000 keys", bundle(object("malware", "1", `"name":"x","is_family":true`+keys.String())), intake.STIX, fault.TooLarge},
		{"a key twice", bundle(object("malware", "1", `"name":"x","name":"y","is_family":true`)), intake.STIX, fault.Invalid},
		{"not what was said", "a,b\n1,2\n", intake.STIX, fault.Invalid},
		{"machine code", "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00", "", fault.Unsupported},
		{"broken gzip", "\x1f\x8b\x08\x00broken", "", fault.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := n.x.Accept(t.Context(), n.bank, strings.NewReader(c.body), exchange.Options{Format: c.format})
			if err == nil || fault.KindOf(err) != c.kind {
				t.Errorf("got %v (%v), %+v; want %v", err, fault.KindOf(err), f.Failures, c.kind)
			}
			if head, _ := n.x.Head(t.Context()); head.Size != 0 {
				t.Fatalf("the log has %d entries", head.Size)
			}
		})
	}
	n.clean()
}

// TestZipBomb: a small body that unpacks to far more than it may is refused before it fills memory.
func TestZipBomb(t *testing.T) {
	n := newNode(t)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	zeros := make([]byte, 1<<20)
	for range 64 {
		w.Write(zeros)
	}
	w.Close()
	if _, err := n.x.Accept(t.Context(), n.bank, &z, exchange.Options{}); err == nil {
		t.Fatal("64 MB of zeros were taken")
	}
	n.clean()
}

// TestLargeReport: more than one part, one receipt with a proof for each, and
// verify demands all of them.
func TestLargeReport(t *testing.T) {
	n := newNode(t)
	const count = 10_001
	r, w := io.Pipe()
	go func() {
		io.WriteString(w, `{"type":"bundle","id":"bundle--`+uuid("1")+`","objects":[`)
		for i := range count {
			if i > 0 {
				io.WriteString(w, ",")
			}
			io.WriteString(w, indicator(fmt.Sprint(i), fmt.Sprintf("d%d.example", i), ""))
		}
		io.WriteString(w, "]}")
		w.Close()
	}()
	f, err := n.x.Accept(t.Context(), n.bank, r, exchange.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Objects) != count || len(f.Parts) != 2 {
		t.Fatalf("%d objects in %d parts; want %d in 2", len(f.Objects), len(f.Parts), count)
	}
	n.holds(f.Receipt)
	for i, p := range f.Parts {
		if ledgerHolds(n, p.Receipt) {
			t.Errorf("part %d alone passes for the whole report", i+1)
		}
	}
	rec, err := n.x.Recall(t.Context(), n.bank, f.ID, "a test")
	if err != nil {
		t.Fatal(err)
	}
	if len(rec.Objects) != count {
		t.Errorf("the recall took %d objects; want all %d", len(rec.Objects), count)
	}
	if left := n.sees(n.hospital, member.AudienceGreen); len(left) > count {
		t.Errorf("%d objects are left", len(left))
	}
}

func ledgerHolds(n *node, receipt []byte) bool {
	for _, c := range ledger.Verify(receipt, n.keys.VerifierKey(), nil) {
		if !c.OK {
			return false
		}
	}
	return true
}
