package live_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"tocsin/apptest"
	"tocsin/member"
)

// follower reads the stream as the page's script does.
type follower struct {
	t     testing.TB
	lines *bufio.Scanner
	end   func()
}

type event struct {
	ID, Event string
	Data      struct{ At, ID, Time, Value, Link, What, Who, By, In, Gone, Of string }
}

// follow opens the stream of somebody who is signed in.
func follow(n *apptest.Node, secret, query, last string) *follower {
	n.Helper()
	ctx, cancel := context.WithCancel(n.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", n.URL+"/live/events"+query, nil)
	if err != nil {
		n.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "tocsin", Value: secret})
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Last-Event-ID", last)
	a, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		n.Fatal(err)
	}
	if a.StatusCode != 200 || a.Header.Get("Content-Type") != "text/event-stream" || a.Header.Get("Cache-Control") != "no-store" {
		n.Fatalf("the stream is answered %d, %v", a.StatusCode, a.Header)
	}
	f := &follower{n.TB, bufio.NewScanner(a.Body), func() { cancel(); a.Body.Close() }}
	n.Cleanup(f.end)
	return f
}

// next gives the next event, false at the end of the stream.
func (f *follower) next() (e event, ok bool) {
	f.t.Helper()
	for f.lines.Scan() {
		name, value, _ := strings.Cut(f.lines.Text(), ": ")
		switch name {
		case "id":
			e.ID = value
		case "event":
			e.Event = value
		case "data":
			if err := json.Unmarshal([]byte(value), &e.Data); err != nil {
				f.t.Fatalf("%s: %v", value, err)
			}
			return e, true
		}
	}
	return e, false
}

// want reads the next event: its kind and its value, or the object's id.
func (f *follower) want(kind, what string) event {
	f.t.Helper()
	e, ok := f.next()
	if !ok || e.Event != kind || e.Data.Value != what && e.Data.ID != what {
		f.t.Fatalf("the next event is %+v (%v); want %s %s", e, ok, kind, what)
	}
	return e
}

const id1 = "indicator--00000000-0000-4000-8000-000000000001"

// TestEvents: a row and its end, soon, for whoever may see it; what only holds
// others together is left out.
func TestEvents(t *testing.T) {
	n := apptest.Start(t, bank, hospital, "Third Mill")
	if _, err := n.App.Node().Exchange.Members().AddGroup(t.Context(), "finance", []string{bank, "Third Mill"}); err != nil {
		t.Fatal(err)
	}
	in, out := follow(n, n.Person("Third Mill"), "", ""), follow(n, n.Person(hospital), "", "")
	n.Want(201, bank, "POST", "/api/v1/reports?group=finance", apptest.Bundle(apptest.Indicator("9", "secret.example")))
	n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example"),
		`{"type":"identity","spec_version":"2.1","id":"identity--00000000-0000-4000-8000-000000000007","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","name":"Some Works","identity_class":"organization"}`))
	in.want("row", "secret[.]example")
	rows := map[*follower]event{in: in.want("row", "evil[.]example"), out: out.want("row", "evil[.]example")}
	n.Want(201, bank, "POST", "/api/v1/recalls", `{"ref":"`+id1+`","reason":"a mistake"}`)
	for f, e := range rows {
		if e.ID != e.Data.At || e.Data.ID != id1 || e.Data.In != "default" || e.Data.What != "Domain" || !strings.HasPrefix(e.Data.Link, "/i/") {
			t.Errorf("the row is %+v", e)
		}
		if when, err := time.Parse("2006-01-02T15:04:05.000Z", e.Data.Time); err != nil || time.Since(when) > time.Minute {
			t.Errorf("its time is %s", e.Data.Time)
		}
		if e := f.want("gone", id1); e.Data.Gone != "taken-back" {
			t.Errorf("the recall is told as %+v", e)
		}
		if e := f.want("row", id1); e.Data.Gone != "taken-back" || e.Data.Value != "" {
			t.Errorf("the revoked version is told as %+v", e)
		}
	}
}

// TestFromTheStart: the page of an empty log goes on with the first row, and is read
// anew when that came before its stream was open.
func TestFromTheStart(t *testing.T) {
	n := apptest.Start(t, bank)
	ana := n.Person(bank)
	has(t, page(n, ana, "/live"), `data-since="start"`)
	f := follow(n, ana, "?since=start", "")
	n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "first.example"), apptest.Indicator("2", "second.example")))
	f.want("row", "first[.]example")
	f.want("row", "second[.]example")
	late := follow(n, ana, "?since=start", "")
	if e, ok := late.next(); !ok || e.Event != "anew" {
		t.Errorf("a page that missed the first row is told %+v, %v", e, ok)
	}
	if e, ok := late.next(); ok {
		t.Errorf("and then %+v", e)
	}
	follow(n, ana, "?since=start", "0.0").want("row", "second[.]example") // as a browser asks that was cut off
}

// TestResume: after a position of the page, and after the last event that came.
func TestResume(t *testing.T) {
	n := apptest.Start(t, bank)
	ana := n.Person(bank)
	for i := range 3 {
		n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator(fmt.Sprint(i+1), fmt.Sprintf("h%d.example", i))))
	}
	// The page says where the stream goes on; what came meanwhile is not lost.
	text := page(n, ana, "/live")
	_, rest, _ := strings.Cut(text, `data-since="`)
	since, _, _ := strings.Cut(rest, `"`)
	n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("f", "later.example")))
	follow(n, ana, "?since="+since, "").want("row", "later[.]example")
	f := follow(n, ana, "?since="+since, "1.0") // as a browser asks that was cut off
	f.want("row", "h2[.]example")
	f.want("row", "later[.]example")
	if code, _, _ := n.Page(ana, "/live/events?since=x", nil, "Accept", "text/event-stream"); code != 400 {
		t.Errorf("since=x: %d", code)
	}
}

// TestWhoFollows: nobody without a session; a browser that asks for a page is led
// to the page; a session that ends, ends the stream.
func TestWhoFollows(t *testing.T) {
	n := apptest.Start(t, bank)
	ana := n.Person(bank)
	if code, h, _ := n.Page("", "/live/events", nil, "Accept", "text/event-stream"); code != 303 || !strings.HasPrefix(h.Get("Location"), "/sign-in") {
		t.Errorf("nobody: %d %s", code, h.Get("Location"))
	}
	if code, h, _ := n.Page(ana, "/live/events", nil, "Accept", "text/html"); code != 303 || h.Get("Location") != "/live" {
		t.Errorf("a page: %d %s", code, h.Get("Location"))
	}
	f := follow(n, ana, "", "")
	people := n.App.Node().People
	v, err := people.Authenticate(t.Context(), ana)
	if err != nil {
		t.Fatal(err)
	}
	if err := people.End(t.Context(), v.Person.ID, v.ID); err != nil {
		t.Fatal(err)
	}
	if e, ok := f.next(); ok {
		t.Errorf("after the end of the session: %+v", e)
	}
}

// TestManyTabs: one more tab than a person may have is told so, and costs nobody else anything.
func TestManyTabs(t *testing.T) {
	n := apptest.Start(t, bank, hospital)
	ana, bo := n.Person(bank), n.Person(hospital)
	var tabs []*follower
	for range 10 {
		tabs = append(tabs, follow(n, ana, "", ""))
	}
	// Each has its greeting: it is counted in.
	for _, f := range tabs {
		f.lines.Scan()
	}
	e := event{}
	e, ok := follow(n, ana, "", "").next()
	if !ok || e.Event != "full" {
		t.Fatalf("an eleventh tab is told %+v (%v)", e, ok)
	}
	other := follow(n, bo, "", "")
	n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example")))
	other.want("row", "evil[.]example")
	tabs[9].want("row", "evil[.]example")
}

// TestRightsChange: who joins a group is told that what it may see has changed.
func TestRightsChange(t *testing.T) {
	n := apptest.Start(t, bank, hospital)
	f := follow(n, n.Person(hospital), "", "")
	f.lines.Scan()
	if _, err := n.App.Node().Exchange.Members().AddGroup(t.Context(), "finance", []string{bank, hospital}); err != nil {
		t.Fatal(err)
	}
	if e, ok := f.next(); !ok || e.Event != "moved" {
		t.Fatalf("after a change of groups: %+v (%v)", e, ok)
	}
	n.Want(201, bank, "POST", "/api/v1/reports?group=finance", apptest.Bundle(apptest.Indicator("1", "evil.example")))
	f.want("row", "evil[.]example")
}

// TestWhoFiled: what names no creator is told with its filer as the audience knows
// it: a pseudonym also of a member that agreed to be named, since it didn't say so here.
func TestWhoFiled(t *testing.T) {
	n := apptest.Start(t, bank, hospital)
	members := n.App.Node().Exchange.Members()
	ana := n.Person(bank)
	f := follow(n, ana, "", "")
	for i, named := range []bool{false, true} {
		if err := members.SetNamed(t.Context(), bank, named); err != nil {
			t.Fatal(err)
		}
		s, err := members.Session(t.Context(), bank)
		if err != nil {
			t.Fatal(err)
		}
		s.Member.Named = false
		id, name := members.Pseudonym(s.Member, member.AudienceGreen)
		n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator(fmt.Sprint(i+1), fmt.Sprintf("h%d.example", i))))
		if e := f.want("row", fmt.Sprintf("h%d[.]example", i)); e.Data.By != id || e.Data.Who != name {
			t.Errorf("named %v: told as by %q, %q; want %q, %q", named, e.Data.By, e.Data.Who, id, name)
		}
		own, other := page(n, ana, "/live"), page(n, n.Person(hospital), "/live")
		has(t, own, "Domain, you", id)
		has(t, other, "Domain, "+name)
		hasNot(t, other, bank, "you</small>")
	}
}
