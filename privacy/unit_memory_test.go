package privacy

import (
	"fmt"
	"strings"
	"testing"
)

// note makes a note with a text, the n-th of a report.
func note(n int, text string) string {
	return `{"type":"note",` + at + `,"id":"note--` + u1[:len(u1)-2] + fmt.Sprintf("%02d", n) + `","content":"` + text + `","object_refs":["indicator--` + u2 + `"]}`
}

// together strips notes of one report and gives their texts.
func together(t *testing.T, texts ...string) []string {
	t.Helper()
	var raws []string
	for i, s := range texts {
		raws = append(raws, note(i, s))
	}
	var out []string
	for _, s := range stripped(t, raws...) {
		raw := string(s.Raw)
		from := strings.Index(raw, `"content":"`) + len(`"content":"`)
		out = append(out, raw[from:strings.Index(raw, `","object_refs"`)])
	}
	return out
}

// What one text of a report says of a value holds in the others, in either order.
func TestUnitMemoryAcrossTexts(t *testing.T) {
	for _, c := range []struct{ a, b, wantA, wantB string }{
		{"Victim Anna Keller paid.", "Keller called at noon.", "Victim [person-1] paid.", "[person-1] called at noon."},
		{"Victim Anna Keller paid.", "Then Anna left.", "Victim [person-1] paid.", "Then [person-1] left."},
		{"Victim otto.winter@gmail.com paid.", "Mailbox otto.winter@gmail.com.", "Victim [email] paid.", "Mailbox [email]."},
		{"Sender otto.winter@gmail.com wrote.", "Mailbox otto.winter@gmail.com.", "Sender otto.winter@gmail.com wrote.", "Mailbox otto.winter@gmail.com."},
		{"user=gmarchetti logged in", "the process ran as gmarchetti there", "user=[username] logged in", "the process ran as [username] there"},
		{"password: Winter!2024", "typed Winter!2024 twice", "password: [secret]", "typed [secret] twice"},
		{"受害者王小明报警", "王小明说", "受害者[person-1]报警", "[person-1]说"},
		{"Victim jane.doe@bank.example paid.", "Account jane.doe is locked.", "Victim [email] paid.", "Account [username] is locked."},
		{"Nothing.", "Nothing else.", "Nothing.", "Nothing else."},
	} {
		for _, turned := range []bool{false, true} {
			texts, want := []string{c.a, c.b}, []string{c.wantA, c.wantB}
			if turned {
				texts, want = []string{c.b, c.a}, []string{c.wantB, c.wantA}
			}
			if got := together(t, texts...); got[0] != want[0] || got[1] != want[1] {
				t.Errorf("%q became %q, want %q", texts, got, want)
			}
		}
	}
}

// Two persons are two numbers, one is one, in all the report.
func TestUnitPersonNumbers(t *testing.T) {
	got := together(t, "Victim Anna Keller and victim Tobias Wren.", "Wren phoned.", "Keller phoned.", "Victim Zelda Quux phoned Keller.")
	want := []string{"Victim [person-1] and victim [person-2].", "[person-2] phoned.", "[person-1] phoned.", "Victim [person-3] phoned [person-1]."}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%q, want %q", got[i], want[i])
		}
	}
}

// Common words that are part of a removed value are not hunted through the report.
func TestUnitMemoryLeavesWords(t *testing.T) {
	got := together(t, "Victim Will May paid; victim admin@bank.example; victim info@bank.example.", "The admin will act in May. More info follows from the will.")
	if got[1] != "The admin will act in May. More info follows from the will." && !strings.Contains(got[1], "will act") {
		t.Errorf("%q", got[1])
	}
}

// A name that is part of a host or file of the attack stays there.
func TestUnitMemoryLeavesHosts(t *testing.T) {
	got := together(t, "Victim Anna Keller paid.", "See anna-keller.example, keller.exe and http://keller.example/ there.")
	if got[1] != "See anna-keller.example, keller.exe and http://keller.example/ there." {
		t.Errorf("%q", got[1])
	}
}

// Reports know nothing of each other.
func TestUnitMemoryEnds(t *testing.T) {
	g := New()
	first := Scrub("Victim otto.winter@gmail.com paid.", g.Text("Victim otto.winter@gmail.com paid."))
	second := Scrub("Mailbox otto.winter@gmail.com.", g.Text("Mailbox otto.winter@gmail.com."))
	if first != "Victim [email] paid." || second != "Mailbox [held]." {
		t.Errorf("%q, then %q", first, second)
	}
}

// The memory is bounded, whatever is sent.
func TestUnitMemoryBounds(t *testing.T) {
	g := New()
	m := newMemory(g)
	for i := range 3 * maxKnown {
		m.remember(fmt.Sprintf("w%d", i), "username", 0)
	}
	if len(m.first) > maxKnown+1 {
		t.Errorf("%d first words", len(m.first))
	}
	m = newMemory(g)
	for i := range 100 {
		m.remember(fmt.Sprintf("w.%d", i), "username", 0)
	}
	if len(m.first["w"]) != maxSame {
		t.Errorf("%d values under one word, the bound is %d", len(m.first["w"]), maxSame)
	}
	for range 2 * maxWide {
		m.learnPerson("王小明")
	}
	if len(m.wide) > maxWide {
		t.Errorf("%d wide names", len(m.wide))
	}
}

func TestUnitNameKey(t *testing.T) {
	for in, want := range map[string]string{"Anna Keller": "anna keller", "KELLER, Anna": "keller anna", "O'Brien": "o brien", "Keller-Vogt": "keller vogt", "Zoë": "zoe", "": "", "...": "", "J. Doe": "j doe"} {
		if got := nameKey(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

// Scrub writes typed placeholders; a kept span changes nothing.
func TestUnitPlaceholders(t *testing.T) {
	for want, sp := range map[string]Span{
		"a [email] z":    {Start: 2, End: 5, Type: "email", Verdict: Remove},
		"a [person-7] z": {Start: 2, End: 5, Type: "person", Verdict: Remove, Person: 7},
		"a [person] z":   {Start: 2, End: 5, Type: "person", Verdict: Remove},
		"a [held] z":     {Start: 2, End: 5, Type: "person", Verdict: Hold, Person: 7},
		"a bcd z":        {Start: 2, End: 5, Type: "person", Verdict: Keep},
	} {
		if got := Scrub("a bcd z", []Span{sp}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := Scrub("", nil); got != "" {
		t.Errorf("%q", got)
	}
}
