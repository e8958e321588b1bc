package exchange_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/exchange"
	"tocsin/store/storetest"
)

// personal is a text with values that the gate removes without asking anybody.
const personal = `The victim (SSN 536-90-4399, SSN 536-90-4398) opened the attachment.`

// TestFigures: each number counts what it says, in the month of the log's clock,
// and a second reading adds what came since and nothing twice.
func TestFigures(t *testing.T) {
	n := newNode(t)
	figures := exchange.NewFigures(n.x)
	read := func() exchange.Month {
		t.Helper()
		c, err := figures.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		head, err := n.x.Head(t.Context())
		if err != nil || c.Upto != head.Size || c.Size != head.Size {
			t.Fatalf("counted %d of %d entries, the log has %d (%v)", c.Upto, c.Size, head.Size, err)
		}
		var sum exchange.Month
		for _, m := range c.Months { // more than one where a month ends within the test
			if len(m.Month) != len("2026-11") || m.Month > time.Now().UTC().Format("2006-01") {
				t.Errorf("%q is no month until now", m.Month)
			}
			sum.Reports, sum.Shared, sum.Removed, sum.Held, sum.Back = sum.Reports+m.Reports, sum.Shared+m.Shared, sum.Removed+m.Removed, sum.Held+m.Held, sum.Back+m.Back
		}
		return sum
	}
	if m := read(); m != (exchange.Month{}) {
		t.Errorf("an empty log counts %+v", m)
	}
	f := fileHeld(t, n)
	want := exchange.Month{Reports: 1, Shared: 1, Held: int64(len(f.Held))}
	if got := read(); got != want {
		t.Errorf("after one report %+v, want %+v", got, want)
	}
	// Two objects, one with values to remove, then one of them taken back.
	f2 := n.file(n.hospital, bundle(indicator("2", "two.example", ""), indicator("3", "three.example", `"description":"`+personal+`"`)), exchange.Options{})
	for _, r := range f2.Removed {
		want.Removed += int64(r.Count)
	}
	if want.Removed < 2 || len(f2.Held) > 0 {
		t.Fatalf("the gate removed %+v and held %+v of %q; the test needs two removals", f2.Removed, f2.Held, personal)
	}
	if _, err := n.x.Recall(t.Context(), n.hospital, "two.example", "a test"); err != nil {
		t.Fatal(err)
	}
	want.Reports, want.Shared, want.Back = 2, 3, 1
	if got := read(); got != want {
		t.Errorf("after a recall %+v, want %+v", got, want)
	}
	// A passage that is released makes a new version of its object; one that is removed makes none.
	for i, h := range f.Held {
		if _, err := n.x.Decide(t.Context(), n.reviewer, h.ID, i == 0, ""); err != nil {
			t.Fatal(err)
		}
	}
	want.Shared++
	if got := read(); got != want {
		t.Errorf("after the decisions %+v, want %+v", got, want)
	}
	// Whoever counts from the start gets the same.
	figures = exchange.NewFigures(n.x)
	if got := read(); got != want {
		t.Errorf("counted anew %+v, want %+v", got, want)
	}
}

// TestFiguresOfManyAtOnce: those who ask at the same time count nothing twice.
func TestFiguresOfManyAtOnce(t *testing.T) {
	n := newNode(t)
	for i := range 20 {
		n.file(n.bank, bundle(indicator(fmt.Sprint(i), fmt.Sprintf("d%d.example", i), "")), exchange.Options{})
	}
	figures := exchange.NewFigures(n.x)
	got := make(chan int64, 16)
	for range cap(got) {
		go func() {
			if _, err := figures.Read(t.Context()); err != nil {
				t.Error(err)
			}
			c, err := figures.Read(t.Context())
			if err != nil {
				t.Error(err)
			}
			sum := int64(0)
			for _, m := range c.Months {
				sum += m.Shared
			}
			got <- sum
		}()
	}
	for range cap(got) {
		if sum := <-got; sum != 20 {
			t.Errorf("counted %d objects, 20 were filed", sum)
		}
	}
}

// TestFiguresFail: a store that doesn't answer is an error, no figure.
func TestFiguresFail(t *testing.T) {
	n := newNode(t)
	n.file(n.bank, bundle(indicator("1", "one.example", "")), exchange.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := exchange.NewFigures(n.x).Read(ctx); err == nil {
		t.Error("a request that ended got figures")
	}
}

// TestTreeCheck: the root that is recomputed is the one that the checkpoint signs;
// whoever asks again within a minute gets that.
func TestTreeCheck(t *testing.T) {
	n := newNode(t)
	check := exchange.NewTreeCheck(n.x)
	if last := check.Last(); !last.At.IsZero() || last.OK {
		t.Errorf("before any check: %+v", last)
	}
	n.file(n.bank, bundle(indicator("1", "one.example", "")), exchange.Options{})
	first, err := check.Check(t.Context())
	if err != nil || !first.OK || first.Size != 1 || first.Err != nil {
		t.Fatalf("%+v, %v", first, err)
	}
	text, err := n.x.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "\n1\n"+first.Root+"\n") {
		t.Errorf("recomputed the root %q, the checkpoint says\n%s", first.Root, text)
	}
	n.file(n.bank, bundle(indicator("2", "two.example", "")), exchange.Options{})
	if again, err := check.Check(t.Context()); err != nil || again != first {
		t.Errorf("asked again at once: %+v, %v; want the first answer", again, err)
	}
	if fresh, err := exchange.NewTreeCheck(n.x).Check(t.Context()); err != nil || fresh.Size != 2 || fresh.Root == first.Root {
		t.Errorf("a fresh check: %+v, %v", fresh, err)
	}
}

// TestTreeCheckFindsTampering: one bit of one leaf is enough.
func TestTreeCheckFindsTampering(t *testing.T) {
	x := newTampered(t)
	x.edit(`UPDATE tree SET hashes = (SELECT hashes FROM tree WHERE k = 0) || x'00' WHERE k = 0`)
	got := x.treeCheck()
	if got.OK || got.Err == nil || got.Root != "" || got.At.IsZero() {
		t.Errorf("a longer row of leaves passes: %+v", got)
	}
}

func (x *tampered) treeCheck() exchange.TreeChecked {
	x.Helper()
	got, err := exchange.NewTreeCheck(openNode(x.T, storetest.OpenURL(x.T, x.file), x.keys).x).Check(x.Context())
	if err != nil {
		x.Fatal(err)
	}
	return got
}
