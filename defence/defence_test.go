package defence

import (
	"fmt"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/member"
)

// TestWhatIsInForce: the rows of the rule that decides what blocks.
func TestWhatIsInForce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world, _ func() *world) {
		acme, borg := w.member("acme"), w.member("borg")
		want := func(step string, who member.Session, values string) {
			t.Helper()
			if got := w.values(who); got != values {
				t.Errorf("%s: %s's list is %q, want %q", step, who.Member.Name, got, values)
			}
		}
		want("nothing filed", borg, "")
		first := w.file(acme, member.AudienceGreen, inAYear(), "a.example", "b.example")
		want("filed", borg, "a.example b.example")
		want("filed", acme, "a.example b.example")
		second := w.file(borg, member.AudienceAmber, inAYear(), "a.example")
		w.recall(first)
		want("one of two reports taken back", borg, "a.example b.example")
		w.recall(second)
		want("both taken back", borg, "b.example")
		w.expire(first + 1)
		want("expired", borg, "")
		w.file(acme, member.AudienceGreen, inAYear(), "a.example")
		want("filed again", borg, "a.example")
	})
}

func TestAudiences(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world, _ func() *world) {
		w.member("acme")
		borg := w.member("borg")
		g, err := w.members.AddGroup(t.Context(), "banks", []string{"acme"})
		if err != nil {
			t.Fatal(err)
		}
		acme := w.session("acme")
		w.file(acme, g.Audience, inAYear(), "secret.example", "both.example")
		w.file(acme, member.AudienceClear, inAYear(), "both.example")
		if got := w.values(acme); got != "both.example secret.example" {
			t.Errorf("a member of the group has %q", got)
		}
		if got := w.values(borg); got != "both.example" {
			t.Errorf("who isn't in the group has %q", got)
		}
		// Leaving the group is another view at once, and the old one isn't theirs any more.
		before := w.view(acme)
		if err := w.members.RemoveFromGroup(t.Context(), "banks", "acme"); err != nil {
			t.Fatal(err)
		}
		acme = w.session("acme")
		if got := w.values(acme); got != "both.example" {
			t.Errorf("who left the group has %q", got)
		}
		if after := w.view(acme); after.ID == before.ID || after.ID != w.view(borg).ID {
			t.Errorf("view %d after leaving, %d before; borg, with equal rights, has %d", after.ID, before.ID, w.view(borg).ID)
		}
	})
}

func TestTrust(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world, _ func() *world) {
		acme, borg, cyan := w.member("acme"), w.member("borg"), w.member("cyan")
		at := w.file(acme, member.AudienceGreen, inAYear(), "a.example")
		w.file(acme, member.AudienceGreen, inAYear(), "b.example")
		w.file(cyan, member.AudienceGreen, inAYear(), "b.example")
		w.trust("borg", "acme", member.TrustAlert)
		if got := w.values(borg); got != "b.example" {
			t.Errorf("a receiver that only lets acme alert blocks %q", got)
		}
		if got := w.values(cyan); got != "a.example b.example" {
			t.Errorf("another receiver's list is %q", got)
		}
		w.handOver(at, cyan)
		if got := w.values(borg); got != "a.example b.example" {
			t.Errorf("after the report went over to cyan: %q", got)
		}
		list := w.list(w.view(cyan).ID)
		if want := fmt.Sprintf("domain b.example x2 until %d", inAYear().Unix()); len(list) != 2 || list[1][:20] != want[:20] {
			t.Errorf("b.example is reported by two: %q", list)
		}
	})
}

// TestSharedView: equal rights and policy are one view, whoever asks first.
func TestSharedView(t *testing.T) {
	w := newWorld(t, openSQLite(t), newKeys(t))
	acme, borg := w.member("acme"), w.member("borg")
	if a, b := w.view(acme), w.view(borg); a != b {
		t.Errorf("equal rights gave %+v and %+v", a, b)
	}
	w.trust("borg", "acme", member.TrustNone)
	if a, b := w.view(acme), w.view(borg); a.ID == b.ID {
		t.Error("another policy is the same view")
	}
}

// TestNotThereYet: without a follower nobody makes the view; a reader is told to
// come again, and gets no half list.
func TestNotThereYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openSQLite(t), newKeys(t))
	acme := w.member("acme")
	start := time.Now()
	_, err := w.views.View(t.Context(), acme)
	if fault.KindOf(err) != fault.Busy {
		t.Fatalf("want Busy, got %v", err)
	}
	if took := time.Since(start); took < patience || took > patience+time.Second {
		t.Errorf("waited %v, not about %v", took, patience)
	}
}

func TestMade(t *testing.T) {
	now := time.Unix(1795410000, 5).UTC()
	for _, c := range []struct {
		serial int64
		ok     bool
	}{{1795409999, true}, {1795410000, true}, {1795410001, false}} {
		if made, ok := (View{ID: 1, Serial: c.serial}).Made(now); ok != c.ok || made.Unix() != c.serial {
			t.Errorf("serial %d: %v, %v", c.serial, made, ok)
		}
	}
}

// TestTrustInAGroupShowsNothingOutside: what a source files in the community must
// not vanish with the word on its pseudonym in a group, or the two would be known
// to be one.
func TestTrustInAGroupShowsNothingOutside(t *testing.T) {
	w := newWorld(t, openSQLite(t), newKeys(t))
	w.member("acme")
	w.member("borg")
	g, err := w.members.AddGroup(t.Context(), "banks", []string{"acme", "borg"})
	if err != nil {
		t.Fatal(err)
	}
	acme, borg := w.session("acme"), w.session("borg")
	w.file(acme, member.AudienceGreen, inAYear(), "open.example", "both.example")
	w.file(acme, g.Audience, inAYear(), "closed.example", "both.example")
	id, _ := w.members.Pseudonym(acme.Member, g.Audience)
	if err := w.members.SetTrust(t.Context(), "borg", id, member.TrustNone); err != nil {
		t.Fatal(err)
	}
	if got := w.values(borg); got != "both.example open.example" {
		t.Errorf("after a word on the group's pseudonym: %q", got)
	}
	w.trust("borg", "acme", member.TrustNone)
	if got := w.values(borg); got != "" {
		t.Errorf("after a word on both: %q", got)
	}
}

// TestViewsOfAPolicyThatWasLeft: who changes its word again and again leaves no
// pile of views, each a copy of the list; a view that somebody reads stays.
func TestViewsOfAPolicyThatWasLeft(t *testing.T) {
	w := newWorld(t, openSQLite(t), newKeys(t))
	ctx := t.Context()
	acme, borg, cyan := w.member("acme"), w.member("borg"), w.member("cyan")
	w.file(acme, member.AudienceGreen, inAYear(), "a.example")
	drop := func() {
		t.Helper()
		if err := w.views.dropLeft(ctx); err != nil {
			t.Fatal(err)
		}
	}
	there := func(v View) bool {
		t.Helper()
		r, err := w.views.byID(ctx, w.db.Reader(), v.ID)
		if err != nil {
			t.Fatal(err)
		}
		return r.ready()
	}
	shared := w.view(borg)
	w.trust("borg", "acme", member.TrustNone)
	w.trust("cyan", "acme", member.TrustNone)
	own := w.view(borg)
	if other := w.view(cyan); other != own {
		t.Fatalf("equal words gave %+v and %+v", own, other)
	}
	w.trust("borg", "acme", member.TrustBlock)
	w.view(borg)
	drop()
	if !there(own) || !there(shared) {
		t.Error("a view that a member reads, or that is everybody's, was dropped")
	}
	w.trust("cyan", "acme", member.TrustBlock)
	w.view(cyan)
	drop()
	if there(own) || !there(shared) {
		t.Errorf("the view that both left is there: %v; everybody's is: %v", there(own), there(shared))
	}
	var rows int
	if err := w.db.Reader().QueryRowContext(ctx, `SELECT (SELECT count(*) FROM defence_item WHERE view = $1) + (SELECT count(*) FROM defence_view WHERE id = $1)`, own.ID).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows of it are left, %v", rows, err)
	}
	w.trust("cyan", "acme", member.TrustNone)
	if again := w.view(cyan); again.ID == own.ID || again.Name == own.Name {
		t.Errorf("the view came back as %+v", again)
	} else if drop(); !there(again) {
		t.Error("a view that was made anew was dropped")
	}
}
