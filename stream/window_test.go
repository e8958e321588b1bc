package stream

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tocsin/fault"
	"tocsin/member"
)

// filled makes a batch of events at the dates, each a text of its date.
func filled(after, upTo int64, ats ...int64) batch {
	b := batch{after: after, upTo: upTo, ats: ats}
	for _, at := range ats {
		b.data = fmt.Appendf(b.data, "<%d>", at)
		b.ends = append(b.ends, len(b.data))
	}
	return b
}

// TestWindowIsTheLog: from wherever a reader reads on, it gets each event once
// and in order, whatever was folded into which batch.
func TestWindowIsTheLog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.Int64Range(0, 50).Draw(t, "start")
		w := newWindow(start)
		var all []int64
		for range rapid.IntRange(0, 8).Draw(t, "batches") {
			upTo := w.upTo + rapid.Int64Range(1, 20).Draw(t, "length")
			var ats []int64
			for at := w.upTo + 1; at <= upTo; at++ {
				if rapid.Bool().Draw(t, "event") {
					ats = append(ats, at)
				}
			}
			w.add(filled(w.upTo, upTo, ats...))
			all = append(all, ats...)
		}
		after := rapid.Int64Range(0, w.upTo+10).Draw(t, "after")
		pieces, upTo, ok := w.next(after)
		if ok != (after >= w.start) {
			t.Fatalf("next(%d) of a window from %d: %v", after, w.start, ok)
		}
		if !ok {
			return
		}
		var want strings.Builder
		for _, at := range all {
			if at > after {
				fmt.Fprintf(&want, "<%d>", at)
			}
		}
		if got := string(bytes.Join(pieces, nil)); got != want.String() || upTo != max(after, w.upTo) {
			t.Fatalf("next(%d) is %q up to %d; want %q up to %d", after, got, upTo, want.String(), w.upTo)
		}
	})
}

func TestWindowIsBounded(t *testing.T) {
	w := newWindow(0)
	big := func(i int64, n int) batch {
		return batch{after: i, upTo: i + 1, ats: []int64{i + 1}, ends: []int{n}, data: make([]byte, n)}
	}
	const n = windowBytes / 4
	for i := range int64(4) {
		w.add(big(i, n))
	}
	if w.bytes != windowBytes || w.start != 0 {
		t.Errorf("%d bytes from %d: what fits is kept", w.bytes, w.start)
	}
	w.add(big(4, 1))
	if w.bytes != 3*n+1 || w.start != 1 {
		t.Errorf("%d bytes from %d after one more", w.bytes, w.start)
	}
	w.add(big(5, 2*windowBytes))
	if len(w.batches) != 1 || w.start != 5 {
		t.Errorf("%d batches from %d: the newest stays, however large", len(w.batches), w.start)
	}
	if _, _, ok := w.next(4); ok {
		t.Error("what was let go is given")
	}
}

// TestOneWrite: a reader is given about a write's worth at once, and the rest the next time.
func TestOneWrite(t *testing.T) {
	w := newWindow(0)
	for i := range int64(4) {
		w.add(batch{after: i, upTo: i + 1, ats: []int64{i + 1}, ends: []int{writeBytes / 2}, data: make([]byte, writeBytes/2)})
	}
	pieces, upTo, _ := w.next(0)
	if len(pieces) != 2 || upTo != 2 {
		t.Errorf("%d pieces up to %d", len(pieces), upTo)
	}
	if pieces, upTo, _ = w.next(upTo); len(pieces) != 2 || upTo != 4 {
		t.Errorf("then %d pieces up to %d", len(pieces), upTo)
	}
}

// of is the session of a member's machine.
func of(m member.ID) member.Session { return member.Session{Member: member.Member{ID: m}} }

// TestPersonBound: one person's tabs are counted by themselves, and a person who
// has too many takes nothing from a colleague.
func TestPersonBound(t *testing.T) {
	h := newHub(newLog(), Kind{Encode: appendEvent, OfMember: 5, OfPerson: 3})
	person := func(id int64) member.Session {
		s := of(1)
		s.Person = id
		return s
	}
	var leave []func()
	for _, id := range []int64{7, 7, 7, 8, 8} {
		_, l, err := h.enter(person(id))
		if err != nil {
			t.Fatal(err)
		}
		if leave = append(leave, l); len(leave) == 3 {
			if _, _, err := h.enter(person(7)); fault.KindOf(err) != fault.Busy {
				t.Errorf("a fourth tab: %v", err)
			}
		}
	}
	if _, _, err := h.enter(person(8)); fault.KindOf(err) != fault.Busy {
		t.Errorf("a sixth of the member: %v", err)
	}
	for _, l := range leave {
		l()
	}
	if len(h.people) != 0 || len(h.alone) != 0 || h.readers != 0 {
		t.Errorf("left: %d people, %d members, %d readers", len(h.people), len(h.alone), h.readers)
	}
}

// TestReaderBound: of all, and of one member, so that none takes the places of the others.
func TestReaderBound(t *testing.T) {
	h := newHub(newLog(), contract())
	var leave []func()
	for i := range maxReaders {
		_, l, err := h.enter(of(member.ID(1 + i/memberMax)))
		if err != nil {
			t.Fatalf("reader %d: %v", i+1, err)
		}
		leave = append(leave, l)
		if i != memberMax-1 {
			continue
		}
		if _, _, err := h.enter(of(1)); fault.KindOf(err) != fault.Busy || err == nil {
			t.Errorf("one more than a member may have: %v", err)
		}
	}
	const other = 1_000_000
	if _, _, err := h.enter(of(other)); fault.KindOf(err) != fault.Busy || err == nil {
		t.Errorf("one more than may be: %v", err)
	}
	leave[0]()
	if _, l, err := h.enter(of(other)); err != nil {
		t.Error(err)
	} else {
		l()
	}
	if _, l, err := h.enter(of(1)); err != nil {
		t.Errorf("after a reader of it has left: %v", err)
	} else {
		l()
	}
	for _, l := range leave[1:] {
		l()
	}
	if h.readers != 0 || len(h.alone) != 0 {
		t.Errorf("%d readers and %d lanes are left", h.readers, len(h.alone))
	}
}
