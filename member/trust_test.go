package member_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/fault"
	"tocsin/member"
	"tocsin/store"
	"tocsin/store/storetest"
)

// seen gives the identity under which a member that isn't named stands in an audience.
func seen(r *member.Registry, id member.ID, a member.Audience) string {
	identity, _ := r.Pseudonym(member.Member{ID: id}, a)
	return identity
}

// called gives the name of that identity.
func called(r *member.Registry, id member.ID, a member.Audience) string {
	_, name := r.Pseudonym(member.Member{ID: id}, a)
	return name
}

func TestTrustIsAReceiversOwnWord(t *testing.T) {
	onBoth(t, func(t *testing.T, r *member.Registry, _ *store.Sequencer, db *store.DB) {
		ctx := t.Context()
		add(t, r, "Alpha", "Beta", "Gamma")
		distrusted := func(id member.ID) []member.Distrust { return must(r.Distrusted(ctx, db.Reader(), id))(t) }
		if d := distrusted(1); len(d) != 0 {
			t.Errorf("members of one node begin with distrust: %v", d)
		}
		beta, gamma := member.Distrust{Source: 2}, member.Distrust{Source: 3}
		for _, c := range []struct {
			source string
			t      member.Trust
			want   []member.Distrust
		}{
			{seen(r, 3, 4), member.TrustAlert, []member.Distrust{gamma}},
			{strings.ToLower(called(r, 2, 1)), member.TrustNone, []member.Distrust{beta, gamma}},
			{called(r, 3, 1), member.TrustNone, []member.Distrust{beta, gamma}},
			{seen(r, 3, 1), member.TrustBlock, []member.Distrust{beta}},
			{seen(r, 3, 1), member.TrustBlock, []member.Distrust{beta}},
			{strings.ToUpper(seen(r, 2, 2)), member.TrustBlock, nil},
		} {
			if err := r.SetTrust(ctx, "ALPHA", c.source, c.t); err != nil {
				t.Fatal(err)
			}
			if got := distrusted(1); !slices.Equal(got, c.want) {
				t.Errorf("after %s for %s: %v, want %v", c.t, c.source, got, c.want)
			}
			if got := distrusted(2); len(got) != 0 {
				t.Errorf("Alpha's word counts at Beta: %v", got)
			}
		}
		for _, self := range []string{"Alpha", seen(r, 1, 1), called(r, 1, 1), must(r.Session(ctx, "Alpha"))(t).Member.Identity} {
			wantKind(t, "of itself as "+self, r.SetTrust(ctx, "alpha", self, member.TrustNone), fault.Invalid)
		}
		wantKind(t, "an unknown word", r.SetTrust(ctx, "alpha", seen(r, 2, 1), "maybe"), fault.Invalid)
		wantKind(t, "an unknown receiver", r.SetTrust(ctx, "delta", seen(r, 1, 1), member.TrustNone), fault.NotFound)
	})
}

// TestTrustTellsNobodyWhoIsWho: whether a company is a member, and behind which
// pseudonym it is, must show neither in the answer nor in what it changes.
func TestTrustTellsNobodyWhoIsWho(t *testing.T) {
	onBoth(t, func(t *testing.T, r *member.Registry, _ *store.Sequencer, db *store.DB) {
		ctx := t.Context()
		add(t, r, "Alpha", "Beta", "Gamma")
		if _, err := r.AddMember(ctx, member.NewMember{Name: "Centre", Role: member.RoleOperator}); err != nil {
			t.Fatal(err)
		}
		g := must(r.AddGroup(ctx, "Finance", []string{"Beta", "Gamma"}))(t)
		beta := must(r.Session(ctx, "Beta"))(t).Member
		want := r.SetTrust(ctx, "Alpha", "Nobody", member.TrustNone)
		for _, receiver := range []string{"Alpha", "Centre"} {
			for _, source := range []string{"Beta", "BETA", beta.Identity, "Member", "", "identity--", "%", seen(r, 2, g.Audience), called(r, 2, g.Audience), seen(r, 99, 1)} {
				err := r.SetTrust(ctx, receiver, source, member.TrustNone)
				if fault.KindOf(err) != fault.NotFound || fault.Public(err) != fault.Public(want) {
					t.Errorf("%s of %q: %v", receiver, source, err)
				}
			}
		}
		if d := must(r.Distrusted(ctx, db.Reader(), 1))(t); len(d) != 0 {
			t.Errorf("what was not found is distrusted: %v", d)
		}
		// In a group that both are in, its pseudonym there covers that group alone.
		if err := r.SetTrust(ctx, "Gamma", called(r, 2, g.Audience), member.TrustNone); err != nil {
			t.Fatal(err)
		}
		d := must(r.Distrusted(ctx, db.Reader(), 3))(t)
		if !member.Ignores(d, 2, g.Audience) || member.Ignores(d, 2, member.AudienceGreen) || member.Ignores(d, 2, g.Audience+1) || member.Ignores(d, 4, g.Audience) {
			t.Errorf("a word on a group's pseudonym covers %v", d)
		}
		if err := r.SetTrust(ctx, "Gamma", seen(r, 2, member.AudienceClear), member.TrustAlert); err != nil {
			t.Fatal(err)
		}
		if d = must(r.Distrusted(ctx, db.Reader(), 3))(t); !member.Ignores(d, 2, member.AudienceAmberStrict) || !member.Ignores(d, 2, g.Audience) {
			t.Errorf("two words: %v", d)
		}
	})
}

// TestTrustByName: for who agreed to be named, and for who spoke of it then.
func TestTrustByName(t *testing.T) {
	onBoth(t, func(t *testing.T, r *member.Registry, _ *store.Sequencer, db *store.DB) {
		ctx := t.Context()
		add(t, r, "Alpha", "Beta", "Gamma")
		set := func(receiver, source string, to member.Trust, want fault.Kind) {
			t.Helper()
			if err := r.SetTrust(ctx, receiver, source, to); (err != nil || want != 0) && (err == nil || fault.KindOf(err) != want) {
				t.Fatalf("%s of %s: %v, want %v", receiver, source, err, want)
			}
		}
		named := func(yes bool) {
			t.Helper()
			if err := r.SetNamed(ctx, "Beta", yes); err != nil {
				t.Fatal(err)
			}
		}
		ignores := func(a member.Audience) bool {
			return member.Ignores(must(r.Distrusted(ctx, db.Reader(), 1))(t), 2, a)
		}
		set("Alpha", "Beta", member.TrustNone, fault.NotFound)
		named(true)
		set("Alpha", " beta ", member.TrustNone, 0)
		if !ignores(member.AudienceGreen) || !ignores(member.FirstGroup) {
			t.Error("a word on a named member doesn't cover everything of it")
		}
		named(false)
		set("Gamma", "Beta", member.TrustNone, fault.NotFound)
		set("Alpha", "Beta", member.TrustAlert, 0)
		set("Alpha", "Beta", member.TrustBlock, 0)
		if ignores(member.AudienceGreen) {
			t.Error("a word can't be taken back after the consent ended")
		}
		set("Alpha", "Beta", member.TrustBlock, fault.NotFound)
		// What a removed member shared is still there, and so are its pseudonyms.
		if err := r.RemoveMember(ctx, "Beta"); err != nil {
			t.Fatal(err)
		}
		set("Alpha", seen(r, 2, 1), member.TrustNone, 0)
		if !ignores(member.AudienceGreen) {
			t.Error("a removed member's reports still block")
		}
	})
}

// TestANameThatFitsTwoFitsNone: the identity id tells them apart.
func TestANameThatFitsTwoFitsNone(t *testing.T) {
	r, _ := registry(t, storetest.Open(t))
	add(t, r, "Alpha", "Beta", called(r, 2, 1))
	if err := r.SetNamed(t.Context(), called(r, 2, 1), true); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "two sources", r.SetTrust(t.Context(), "Alpha", called(r, 2, 1), member.TrustNone), fault.NotFound)
	if err := r.SetTrust(t.Context(), "Alpha", seen(r, 2, 1), member.TrustNone); err != nil {
		t.Error(err)
	}
}

// TestTrustIsChangedSixtyTimesAnHour: tries that fail count; others are not held up.
func TestTrustIsChangedSixtyTimesAnHour(t *testing.T) {
	db := storetest.Open(t)
	r, _ := registry(t, db)
	add(t, r, "Alpha", "Beta")
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		set := func(receiver string, source member.ID) error {
			return r.SetTrust(ctx, receiver, seen(r, source, 1), member.TrustAlert)
		}
		for i := range 60 {
			switch err := set("Alpha", member.ID(2+i%2)); {
			case i%2 == 0 && err != nil, i%2 == 1 && fault.KindOf(err) != fault.NotFound:
				t.Fatalf("change %d: %v", i+1, err)
			}
			time.Sleep(time.Second)
		}
		wantKind(t, "the 61st", set("Alpha", 2), fault.Busy)
		if err := set("Beta", 1); err != nil {
			t.Errorf("another receiver: %v", err)
		}
		time.Sleep(time.Hour - 60*time.Second - 1)
		wantKind(t, "just before an hour has passed", set("Alpha", 2), fault.Busy)
		time.Sleep(time.Nanosecond)
		if err := set("Alpha", 2); err != nil {
			t.Errorf("after an hour: %v", err)
		}
		wantKind(t, "the next one", set("Alpha", 2), fault.Busy)
	})
}

// A receiver's own words are listed as it sees the sources, and each can be said again.
func TestTrustWords(t *testing.T) {
	onBoth(t, func(t *testing.T, r *member.Registry, _ *store.Sequencer, _ *store.DB) {
		ctx := t.Context()
		add(t, r, "Harbor Bank", "Lakeside Hospital", "Port City")
		if _, err := r.AddGroup(ctx, "harbour", []string{"Harbor Bank", "Port City"}); err != nil {
			t.Fatal(err)
		}
		bank := must(r.Session(ctx, "Harbor Bank"))(t)
		city, hospital := must(r.Session(ctx, "Port City"))(t).Member, must(r.Session(ctx, "Lakeside Hospital"))(t).Member
		words := func(want ...string) []member.TrustWord {
			t.Helper()
			list := must(r.TrustWords(ctx, bank.Member.ID))(t)
			var got []string
			for _, w := range list {
				got = append(got, fmt.Sprintf("%s/%s/%s", w.Name, w.Group, w.Trust))
			}
			slices.Sort(want)
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("the words are %q, want %q", got, want)
			}
			return list
		}
		words()
		if err := r.SetNamed(ctx, "Lakeside Hospital", true); err != nil {
			t.Fatal(err)
		}
		_, inCommunity := r.Pseudonym(city, member.AudienceGreen)
		_, inGroup := r.Pseudonym(city, bank.Groups[0].Audience)
		for source, trust := range map[string]member.Trust{inCommunity: member.TrustAlert, inGroup: member.TrustNone, hospital.Name: member.TrustNone} {
			if err := r.SetTrust(ctx, "Harbor Bank", source, trust); err != nil {
				t.Fatal(err)
			}
		}
		list := words(inCommunity+"//alert", inGroup+"/harbour/none", "Lakeside Hospital//none")
		for _, w := range list {
			if strings.Contains(w.Name+w.Source, "Port City") || w.Source == city.Identity {
				t.Errorf("the list gives a member away: %+v", w)
			}
		}
		// Outside the group its word isn't listed, and comes back with it.
		if err := r.RemoveFromGroup(ctx, "harbour", "Harbor Bank"); err != nil {
			t.Fatal(err)
		}
		words(inCommunity+"//alert", "Lakeside Hospital//none")
		if err := r.AddToGroup(ctx, "harbour", "Harbor Bank"); err != nil {
			t.Fatal(err)
		}
		// The consent that ended, and a member that was removed: the word can be taken back still.
		if err := r.RemoveMember(ctx, "Lakeside Hospital"); err != nil {
			t.Fatal(err)
		}
		for _, w := range words(inCommunity+"//alert", inGroup+"/harbour/none", hospital.Identity+"//none") {
			if err := r.SetTrust(ctx, "Harbor Bank", w.Source, member.TrustBlock); err != nil {
				t.Errorf("taking %+v back: %v", w, err)
			}
		}
		words()
	})
}
