package live_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/browser"
)

// TestFigures are those of the page, for who may read and nobody else.
func TestFigures(t *testing.T) {
	n := apptest.Start(t, bank, hospital)
	for i := range 3 {
		file(n, fmt.Sprint(i+1), fmt.Sprintf("h%d.example", i))
	}
	n.Want(201, hospital, "POST", "/api/v1/recalls", `{"ref":"`+id1+`","reason":"a mistake"}`)
	ask := func(who string) map[string]int {
		code, h, text := n.Page(who, "/live/figures", nil)
		got := map[string]int{}
		if err := json.Unmarshal([]byte(text), &got); code != 200 || err != nil || h.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %v: %s", code, err, text)
		}
		return got
	}
	for who, mine := range map[string]int{bank: 0, hospital: 2} {
		want := map[string]int{"head": 4, "in-force": 2, "today": 2, "mine-today": mine, "back-today": 1}
		if got := ask(n.Person(who)); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", who, got, want)
		}
	}
	if code, h, _ := n.Page("", "/live/figures", nil); code != 303 || !strings.HasPrefix(h.Get("Location"), "/sign-in") {
		t.Errorf("nobody: %d", code)
	}
}

// TestFiguresMove: beside rows that move, the numbers and the head of the log do too.
func TestFiguresMove(t *testing.T) {
	b := browser.Start(t)
	n := apptest.Start(t, bank, hospital)
	p := b.Page(t, n.URL).Cookie("tocsin", n.Person(bank))
	p.Go("/live")
	for i := range 2 {
		file(n, fmt.Sprint(i+1), fmt.Sprintf("h%d.example", i))
		p.WaitText("#ticker > :first-child", fmt.Sprintf("h%d[.]example", i))
		p.WaitText(`[data-figure="in-force"]`, fmt.Sprint(i+1))
		p.WaitText(`[data-figure="today"]`, fmt.Sprint(i+1))
	}
	n.Want(201, hospital, "POST", "/api/v1/recalls", `{"ref":"`+id1+`","reason":"a mistake"}`)
	p.WaitText(`[data-figure="back-today"]`, "1")
	p.WaitText(`[data-figure="in-force"]`, "1")
	head := 0 // with the entries that commit to the audit record
	if _, err := fmt.Sscanf(p.Text(".pulse"), "Log head %d", &head); err != nil || head < 3 {
		t.Errorf("the head of the log is %q, want 3 or more", p.Text(".pulse"))
	}
	if got := p.Text(`[data-figure="mine-today"]`); got != "0" {
		t.Errorf("its own are %s", got)
	}
}
