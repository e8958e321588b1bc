package approval

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/member"
	"tocsin/rights"
	"tocsin/store"
	"tocsin/store/storetest"
)

const (
	remove  = "remove member"
	release = "release passage"
)

type world struct {
	testing.TB
	*Desk
	db   *store.DB
	done atomic.Int64 // how often something was done
}

func engines(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		db := open(t)
		w := &world{TB: t, db: db, Desk: New(db, 1, Kind{remove, member.ActAdminister}, Kind{release, member.ActReview})}
		w.ok(Migrate(t.Context(), db))
		f(t, w)
	})
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) kind(what string, err error, want fault.Kind) {
	w.Helper()
	if err == nil || fault.KindOf(err) != want {
		w.Errorf("%s: %v; want %v", what, err, want)
	}
}

func (w *world) exec(text string, args ...any) {
	w.Helper()
	w.ok(w.db.Write(w.Context(), func(tx *store.Tx) error { _, err := tx.Exec(w.Context(), text, args...); return err }))
}

// person gives a person of the operator's member, or of another one.
func person(id int64, role member.Role, of ...int64) member.Session {
	s := member.Session{Member: member.Member{ID: 1, Role: member.RoleOperator}, Person: id, Role: role}
	for _, m := range of {
		s.Member.ID = member.ID(m)
	}
	return s
}

var first, second, third = person(1, member.RoleOperator), person(2, member.RoleOperator), person(3, member.RoleOperator)

func (w *world) ask(s member.Session, act string) Request {
	w.Helper()
	r, err := w.Ask(w.Context(), s, act, `{"member":5}`, " It left the exchange. ")
	w.ok(err)
	return r
}

func same(s member.Session) func(context.Context, Request) (member.Session, error) {
	return func(context.Context, Request) (member.Session, error) { return s, nil }
}

func (w *world) count(context.Context, Request) error { w.done.Add(1); return nil }

func (w *world) approve(s member.Session, id int64) error {
	_, err := w.Approve(w.Context(), s, id, same(first), w.count)
	return err
}

func (w *world) state(id int64) State {
	w.Helper()
	r, err := w.Get(w.Context(), third, id)
	w.ok(err)
	return r.State
}

func TestTwoPeopleDoItOnce(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		r := w.ask(first, remove)
		if r.State != Waiting || r.Until.Sub(r.Asked) != Life || r.Reason != "It left the exchange." {
			t.Errorf("asked for %+v", r)
		}
		w.kind("who asked approves", w.approve(first, r.ID), fault.Forbidden)
		if w.done.Load() != 0 || w.state(r.ID) != Waiting {
			t.Fatal("one person did it alone")
		}
		var given Request
		r, err := w.Approve(t.Context(), second, r.ID, same(first), func(_ context.Context, r Request) error { given = r; return w.count(t.Context(), r) })
		w.ok(err)
		if given.Arg != `{"member":5}` || given.Act != remove || given.Decider != 2 || r.State != Done {
			t.Errorf("done was %+v, which is %+v now", given, r)
		}
		w.kind("approved twice", w.approve(third, r.ID), fault.Conflict)
		_, err = w.Refuse(t.Context(), third, r.ID)
		w.kind("refused after it was done", err, fault.Conflict)
		if kept, err := w.Get(t.Context(), third, r.ID); err != nil || kept != r || w.done.Load() != 1 {
			t.Errorf("kept is %+v (%v), want %+v; done %d times", kept, err, r, w.done.Load())
		}
	})
}

func TestTwoApproveAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		for range 5 {
			w.done.Store(0)
			r := w.ask(first, remove)
			var all sync.WaitGroup
			var yes atomic.Int64
			for _, s := range []member.Session{second, third, second, third} {
				all.Go(func() {
					switch err := w.approve(s, r.ID); {
					case err == nil:
						yes.Add(1)
					case fault.KindOf(err) != fault.Conflict:
						t.Errorf("the one who was late: %v", err)
					}
				})
			}
			all.Wait()
			if w.done.Load() != 1 || yes.Load() != 1 {
				t.Errorf("done %d times, approved %d times", w.done.Load(), yes.Load())
			}
		}
	})
}

func TestWhoMayAskAndApprove(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		reviewer := person(5, member.RoleReviewer)
		machine := member.Session{Member: member.Member{ID: 1, Role: member.RoleOperator}, KeyID: 3}
		for name, s := range map[string]member.Session{
			"a key": machine, "a reviewer": reviewer, "an analyst": person(6, member.RoleAnalyst), "nobody": {}, "the exchange": {Exchange: true},
			"an operator of a company": {Member: member.Member{ID: 7, Role: member.RoleMember}, Person: 8, Role: member.RoleOperator},
		} {
			_, err := w.Ask(t.Context(), s, remove, `{}`, "why")
			w.kind(name+" asks", err, fault.Forbidden)
		}
		_, err := w.Ask(t.Context(), first, "end the world", `{}`, "why")
		w.kind("an act that nobody registered", err, fault.NotFound)

		r := w.ask(first, remove)
		for name, s := range map[string]member.Session{"a key": machine, "a reviewer": reviewer, "another member's operator": person(2, member.RoleOperator, 4), "nobody": {}} {
			w.kind(name+" approves", w.approve(s, r.ID), fault.NotFound)
			_, err := w.Refuse(t.Context(), s, r.ID)
			w.kind(name+" refuses", err, fault.NotFound)
			_, err = w.Get(t.Context(), s, r.ID)
			w.kind(name+" looks", err, fault.NotFound)
			if list, err := w.List(t.Context(), s, 10); err != nil || len(list) != 0 {
				t.Errorf("%s lists %+v, %v", name, list, err)
			}
		}
		// Reviewers ask each other.
		p := w.ask(reviewer, release)
		if _, err := w.Approve(t.Context(), person(6, member.RoleReviewer), p.ID, same(reviewer), w.count); err != nil || w.done.Load() != 1 {
			t.Errorf("a second reviewer: %v", err)
		}
	})
}

// The one who asked must still be there, in that role, of that member.
func TestWhoAskedLostTheRight(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		r := w.ask(first, remove)
		gone := func(context.Context, Request) (member.Session, error) {
			return member.Session{}, fault.New(fault.NotFound, "removed")
		}
		for name, asker := range map[string]func(context.Context, Request) (member.Session, error){
			"was removed": gone, "is a reviewer now": same(person(1, member.RoleReviewer)), "is of another member now": same(person(1, member.RoleOperator, 4)), "is somebody else": same(third),
		} {
			_, err := w.Approve(t.Context(), second, r.ID, asker, w.count)
			w.kind(name, err, fault.Forbidden)
		}
		if w.done.Load() != 0 || w.state(r.ID) != Waiting {
			t.Error("it was done all the same")
		}
		// Whoever approves is looked at again within the transaction.
		ended := second
		ended.Still = func(context.Context, store.Querier) error {
			return fault.New(fault.Unauthenticated, "the session has ended")
		}
		w.kind("an ended session approves", w.approve(ended, r.ID), fault.Unauthenticated)
		_, err := w.Ask(t.Context(), ended, remove, `{}`, "why")
		w.kind("an ended session asks", err, fault.Unauthenticated)
		w.ok(w.approve(second, r.ID))
	})
}

func TestItExpires(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		r := w.ask(first, remove)
		now := time.Now().UTC()
		w.exec(`UPDATE approval SET until = $1`, now.Add(-time.Millisecond).UnixMicro())
		w.kind("approved too late", w.approve(second, r.ID), fault.Gone)
		_, err := w.Refuse(t.Context(), second, r.ID)
		w.kind("refused too late", err, fault.Gone)
		if list, err := w.List(t.Context(), second, 10); err != nil || len(list) != 1 || list[0].State != Expired || w.done.Load() != 0 {
			t.Errorf("the list shows %+v, %v", list, err)
		}
		w.exec(`UPDATE approval SET until = $1`, now.Add(time.Minute).UnixMicro())
		w.ok(w.approve(second, r.ID))
		// It ran out between the look and the transaction.
		r = w.ask(first, remove)
		w.exec(`UPDATE approval SET until = $1 WHERE id = $2`, now.Add(-time.Millisecond).UnixMicro(), r.ID)
		if err := w.decide(t.Context(), second, &r, Doing); err == nil {
			t.Error("the transaction doesn't look at the time")
		}
	})
}

func TestRefusedAndFailed(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		no, back, breaks := w.ask(first, remove), w.ask(first, remove), w.ask(first, remove)
		r, err := w.Refuse(t.Context(), second, no.ID)
		w.ok(err)
		if r.State != Refused || r.Decider != 2 || w.state(no.ID) != Refused {
			t.Errorf("refused is %+v", r)
		}
		w.kind("approved after no", w.approve(third, no.ID), fault.Conflict)
		_, err = w.Refuse(t.Context(), first, back.ID) // taken back by who asked
		w.ok(err)
		r, err = w.Approve(t.Context(), second, breaks.ID, same(first), func(context.Context, Request) error { return fault.New(fault.NotFound, "no such member") })
		w.kind("what can't be done", err, fault.NotFound)
		if r.State != Failed || r.Outcome != "no such member" || w.state(breaks.ID) != Failed {
			t.Errorf("failed is %+v", r)
		}
		w.kind("tried again", w.approve(third, breaks.ID), fault.Conflict)
		list, err := w.List(t.Context(), third, 2)
		if err != nil || len(list) != 2 || list[0].ID != breaks.ID || list[1].ID != back.ID {
			t.Errorf("the newest two are %+v, %v", list, err)
		}
	})
}

// A process that ends in between leaves something that is never done twice.
func TestNothingIsTriedAgain(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		r := w.ask(first, remove)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := w.Approve(ctx, second, r.ID, same(first), func(context.Context, Request) error { cancel(); return errors.New("the store broke") })
		if err == nil || w.state(r.ID) != Failed {
			t.Errorf("%v, %v", err, w.state(r.ID))
		}
		r = w.ask(first, remove)
		w.ok(w.decide(t.Context(), second, &r, Doing))
		w.kind("approved again", w.approve(third, r.ID), fault.Conflict)
		if w.done.Load() != 0 || w.state(r.ID) != Doing {
			t.Errorf("done %d times, %v", w.done.Load(), w.state(r.ID))
		}
	})
}

func TestBounds(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		json := func(n int) string { return `"` + strings.Repeat("a", n-2) + `"` }
		for name, c := range map[string]struct {
			arg, reason string
			fine        bool
		}{
			"longest reason": {`{}`, strings.Repeat("é", MaxReason), true}, "too long": {`{}`, strings.Repeat("é", MaxReason+1), false},
			"none": {`{}`, "  ", false}, "not UTF-8": {`{}`, "\xff", false}, "not JSON": {`{`, "why", false},
			"longest arg": {json(MaxArg), "why", true}, "too long an arg": {json(MaxArg + 1), "why", false},
		} {
			_, err := w.Ask(t.Context(), first, remove, c.arg, c.reason)
			if c.fine != (err == nil) || err != nil && fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		for range MaxWaiting - 2 {
			w.ask(first, remove)
		}
		_, err := w.Ask(t.Context(), first, remove, `{}`, "why")
		w.kind("one too many", err, fault.Busy)
		w.ask(second, remove) // others are not in its way
		w.exec(`UPDATE approval SET until = 1 WHERE id = 1`)
		w.ask(first, remove) // what expired doesn't count
	})
}

func TestHolder(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		h := NewHolder(w.Desk)
		r, err := w.Ask(t.Context(), first, remove, `{}`, "Jane Roe asked us to")
		w.ok(err)
		items, err := h.Find(t.Context(), w.db.Reader(), []string{"jane roe"})
		if err != nil || len(items) != 1 || items[0].Table != "approval" || strings.Contains(items[0].What, "Jane") {
			t.Fatalf("found %+v, %v", items, err)
		}
		erase := func(it rights.Item) error {
			return w.db.Write(t.Context(), func(tx *store.Tx) error { return h.Erase(t.Context(), tx, it) })
		}
		w.kind("erasing what waits", erase(items[0]), fault.Refused)
		_, err = w.Refuse(t.Context(), second, r.ID)
		w.ok(err)
		w.ok(erase(items[0]))
		w.kind("erasing twice", erase(items[0]), fault.NotFound)
		w.kind("another table", erase(rights.Item{Table: "member", Ref: "1"}), fault.NotFound)
		if left, err := h.Find(t.Context(), w.db.Reader(), []string{"jane roe"}); err != nil || len(left) != 0 {
			t.Errorf("still there: %+v, %v", left, err)
		}
		if got, err := w.Get(t.Context(), second, r.ID); err != nil || got.State != Refused || got.Reason != "" {
			t.Errorf("what was decided is %+v, %v", got, err)
		}
	})
}
