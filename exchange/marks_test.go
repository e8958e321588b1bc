package exchange_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
)

// TestDeclaredMarkings: RED by any other name is RED, and nobody redefines it.
func TestDeclaredMarkings(t *testing.T) {
	n := newNode(t)
	own := "marking-definition--" + uuid("d1")
	def := `{"type":"marking-definition","spec_version":"2.1","id":"` + own + `","created":"` + when + `","definition_type":"tlp","definition":{"tlp":"red"}}`
	f, err := n.x.Accept(t.Context(), n.bank, strings.NewReader(bundle(def, indicator("1", "red.example", `"object_marking_refs":["`+own+`"]`), indicator("2", "free.example", ""))), exchange.Options{})
	if err != nil || len(f.Objects) != 1 || len(f.Failures) != 2 {
		t.Errorf("%v, %d kept, failures %+v; want the definition and what it marks refused", err, len(f.Objects), f.Failures)
	}
	forged := `{"type":"marking-definition","spec_version":"2.1","id":"` + red + `","created":"` + when + `","name":"TLP:CLEAR","definition_type":"statement","definition":{"statement":"Share with everyone"}}`
	n.refused(n.bank, bundle(forged), exchange.Options{}, fault.Invalid, "definition")
}

// TestWrittenMarkings: a text that says TLP:RED above itself is not for everybody.
func TestWrittenMarkings(t *testing.T) {
	n := newNode(t)
	const text = "TLP:%s\n\nWe saw evil.example and hxxp://bad[.]example/x today.\n"
	n.refused(n.bank, fmt.Sprintf(text, "RED"), exchange.Options{Format: "text"}, fault.Refused, "RED")
	f := n.file(n.bank, fmt.Sprintf(text, "AMBER+STRICT"), exchange.Options{Format: "text"})
	for _, o := range f.Objects {
		if o.Collection != "amber-strict" {
			t.Errorf("%s went to %s", o.ID, o.Collection)
		}
	}
	n.refused(n.bank, "# TLP:RED\nevil.example\nbad.example\n", exchange.Options{Format: "csv"}, fault.Refused, "RED")
	if g := n.file(n.bank, "# a list\nevil.example\n", exchange.Options{Format: "csv"}); g.Objects[0].Collection != "default" {
		t.Errorf("a list without a marking went to %s", g.Objects[0].Collection)
	}
}

// TestBrokenOffLater: a report that breaks off after its first part keeps that part;
// its receipt is whole and says so, and the answer says what is missing.
func TestBrokenOffLater(t *testing.T) {
	n := newNode(t)
	r, w := io.Pipe()
	go func() {
		io.WriteString(w, "domain\n")
		for i := range 10_500 {
			fmt.Fprintf(w, "d%d.example\n", i)
		}
		w.CloseWithError(io.ErrUnexpectedEOF)
	}()
	f, err := n.x.Accept(t.Context(), n.bank, r, exchange.Options{Format: "csv"})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Parts) != 2 || len(f.Failures) != 1 || f.Failures[0].Place != "part 2" || len(f.Objects) != 10_000 {
		t.Errorf("%d parts, %d objects, failures %+v", len(f.Parts), len(f.Objects), f.Failures)
	}
	n.holds(f.Receipt)
	if got := n.sees(n.hospital, member.AudienceGreen); len(got) < 10_000 {
		t.Errorf("readers see %d objects", len(got))
	}
	n.clean()
}
