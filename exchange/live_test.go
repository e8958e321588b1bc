package exchange_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/held"
	"tocsin/member"
)

// TestArrived: newest first, over the audiences that are asked for and none else.
func TestArrived(t *testing.T) {
	n := newNode(t)
	for i, o := range []exchange.Options{{}, {Collection: member.AudienceAmber}, {}} {
		n.file(n.bank, bundle(indicator(string(rune('1'+i)), string(rune(97+i))+".example", "")), o)
	}
	ids := func(ask exchange.Ask) (out string) {
		t.Helper()
		found, err := n.x.Arrived(t.Context(), n.hospital, ask)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range found {
			out += a.ID[len(a.ID)-1:] + a.Gone
		}
		return out
	}
	all, err := n.x.Arrived(t.Context(), n.hospital, exchange.Ask{Limit: 10})
	if err != nil || len(all) != 3 {
		t.Fatalf("%d arrived, %v", len(all), err)
	}
	green := []member.Audience{member.AudienceGreen}
	for _, c := range []struct {
		name string
		ask  exchange.Ask
		want string
	}{
		{"everything", exchange.Ask{Limit: 10}, "321"},
		{"one collection", exchange.Ask{Limit: 10, Audiences: green}, "31"},
		{"the newest", exchange.Ask{Limit: 1}, "3"},
		{"at least one", exchange.Ask{}, "3"},
		{"before the newest", exchange.Ask{Limit: 10, Before: all[0].At}, "21"},
		{"after the oldest", exchange.Ask{Limit: 1, After: all[2].At}, "2"},
		{"one's own, of who filed nothing", exchange.Ask{Limit: 10, Own: true}, ""},
		{"what was recalled", exchange.Ask{Limit: 10, Recalled: true}, ""},
	} {
		if got := ids(c.ask); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if _, err := n.x.Arrived(t.Context(), n.hospital, exchange.Ask{Audiences: []member.Audience{99}}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a group of others: %v", err)
	}
	for _, c := range []struct {
		ask  exchange.Ask
		want int
	}{{exchange.Ask{Limit: 10, Own: true}, 3}, {exchange.Ask{Limit: 2, Own: true}, 2}, {exchange.Ask{Limit: 10, Own: true, Before: all[1].At}, 1},
		{exchange.Ask{Limit: 10, Own: true, Audiences: green}, 2}} {
		if own, err := n.x.Arrived(t.Context(), n.bank, c.ask); err != nil || len(own) != c.want {
			t.Errorf("its own, %+v: %d, %v; want %d", c.ask, len(own), err, c.want)
		}
	}
	feed := n.hospital
	feed.FeedOnly = true
	if _, err := n.x.Arrived(t.Context(), feed, exchange.Ask{}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a feed key: %v", err)
	}
	if _, err := n.x.Recall(t.Context(), n.bank, all[1].ID, "a mistake"); err != nil {
		t.Fatal(err)
	}
	if got := ids(exchange.Ask{Limit: 10, Before: all[0].At}); got != "2recall1" {
		t.Errorf("after a recall: %q", got)
	}
	back, err := n.x.Arrived(t.Context(), n.hospital, exchange.Ask{Limit: 10, Recalled: true})
	if err != nil || len(back) != 1 || back[0].ID != all[1].ID || back[0].Ended.Before(back[0].Filed) || back[0].Raw != nil {
		t.Errorf("what was recalled: %+v, %v", back, err)
	}
}

// TestTally: each reader's counts are of what that reader may see.
func TestTally(t *testing.T) {
	n := newNode(t)
	n.file(n.bank, bundle(indicator("1", "a.example", ""), indicator("2", "b.example", "")), exchange.Options{})
	if _, err := n.x.Recall(t.Context(), n.bank, "b.example", "a mistake"); err != nil {
		t.Fatal(err)
	}
	today := time.Now().UTC().Truncate(24 * time.Hour)
	tally, err := n.x.Tally(t.Context(), today)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := tally.Of(n.bank), (exchange.Day{InForce: 1, New: 1, Yours: 1, Recalled: 1}); got != want {
		t.Errorf("its own: %+v, want %+v", got, want)
	}
	if got, want := tally.Of(n.hospital), (exchange.Day{InForce: 1, New: 1, Recalled: 1}); got != want {
		t.Errorf("another's: %+v, want %+v", got, want)
	}
	// Each number has a list with as many rows.
	n.file(n.hospital, bundle(indicator("3", "c.example", "")), exchange.Options{})
	if tally, err = n.x.Tally(t.Context(), today); err != nil {
		t.Fatal(err)
	}
	for _, s := range []member.Session{n.bank, n.hospital} {
		day := tally.Of(s)
		for what, c := range map[string]struct {
			ask  exchange.Ask
			want int64
		}{
			"in force":   {exchange.Ask{InForce: true}, day.InForce},
			"new":        {exchange.Ask{Since: today}, day.New},
			"yours":      {exchange.Ask{Since: today, Own: true}, day.Yours},
			"taken back": {exchange.Ask{Since: today, Recalled: true}, day.Recalled},
			"tomorrow":   {exchange.Ask{Since: today.Add(24 * time.Hour)}, 0},
			"later back": {exchange.Ask{Since: today.Add(24 * time.Hour), Recalled: true}, 0},
		} {
			c.ask.Limit = 50
			found, err := n.x.Arrived(t.Context(), s, c.ask)
			if err != nil || int64(len(found)) != c.want {
				t.Errorf("%s, %s: %d rows, %v; counted %d", s.Member.Name, what, len(found), err, c.want)
			}
		}
	}
	if tally, err = n.x.Tally(t.Context(), today); err != nil {
		t.Fatal(err)
	}
	nothing := n.hospital
	nothing.Audiences = nil
	if got := tally.Of(nothing); got != (exchange.Day{}) {
		t.Errorf("who sees nothing counts %+v", got)
	}
	later, err := n.x.Tally(t.Context(), today.Add(24*time.Hour))
	if err != nil || later.Of(n.bank) != (exchange.Day{InForce: 2}) {
		t.Errorf("tomorrow: %+v, %v", later.Of(n.bank), err)
	}
}

// TestReasonIsKept with the decision, in its entry; and what was removed from the
// text around a held passage is hidden from whoever decides.
func TestReasonIsKept(t *testing.T) {
	n := newNode(t)
	f := n.file(n.bank, bundle(indicator("1", "evil.example", `"description":"Victim jane.doe@harbor.example paid. `+doubtful+`"`)), exchange.Options{})
	if len(f.Held) != 2 {
		t.Fatalf("%d passages are held", len(f.Held))
	}
	_, secret, err := n.x.ReviewShow(t.Context(), n.reviewer, f.Held[0].ID)
	if err != nil || secret.Text == "" || len(secret.Before)+len(secret.After) < 50 {
		t.Fatalf("%+v, %v", secret, err)
	}
	for _, hidden := range []string{"jane.doe", "harbor.example"} {
		if strings.Contains(secret.Before+secret.Text+secret.After, hidden) {
			t.Errorf("%q was removed and is shown: %+v", hidden, secret)
		}
	}
	_, other, err := n.x.ReviewShow(t.Context(), n.reviewer, f.Held[1].ID)
	if err != nil || strings.Contains(other.Before+other.After, secret.Text) {
		t.Errorf("another passage that waits is shown beside this one: %+v, %v", other, err)
	}
	if _, err := n.x.DecisionOn(t.Context(), n.reviewer, f.Held[0].ID); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a passage that waits has a decision: %v", err)
	}
	if _, err := n.x.Decide(t.Context(), n.reviewer, f.Held[0].ID, true, "bystander"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a reason for the other verdict: %v", err)
	}
	d, err := n.x.Decide(t.Context(), n.reviewer, f.Held[0].ID, true, "needed")
	if err != nil {
		t.Fatal(err)
	}
	got, err := n.x.DecisionOn(t.Context(), n.reviewer, f.Held[0].ID)
	if err != nil || got.Why != "needed" || got.Entry != d.Index || got.Passage.State != held.Released || time.Since(got.At) > time.Hour {
		t.Errorf("the decision is %+v, %v", got, err)
	}
	if _, err := n.x.Decide(t.Context(), n.reviewer, f.Held[1].ID, false, ""); err != nil {
		t.Fatal(err)
	}
	all, err := n.x.Decided(t.Context(), n.reviewer, 10)
	if err != nil || len(all) != 2 || all[0].Passage.ID != f.Held[1].ID || all[0].Why != "" || all[1].Why != "needed" {
		t.Errorf("the decisions are %+v, %v", all, err)
	}
	if _, err := n.x.Decided(t.Context(), n.bank, 10); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a member reads decisions: %v", err)
	}
	if _, err := n.x.DecisionOn(t.Context(), n.bank, f.Held[0].ID); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a member reads a decision: %v", err)
	}
}
