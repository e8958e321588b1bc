package privacy

import (
	"fmt"
	"strings"
	"testing"
)

// A word beside a mailbox says whose it is: each on its own, in several languages.
func TestUnitCueWords(t *testing.T) {
	g := New()
	const box = "otto.winter@gmail.com"
	for w := range strings.FieldsSeq("victim recipient customer patient employee Opfer Empfänger Kundin victime destinataire salarié víctima destinatario paciente vittima paziente slachtoffer ontvanger ofiara klientka odbiorca vítima destinatário offer mottagare жертва получатель потерпевший") {
		if got := account(box, shift(g.Text(w+" "+box), len(w)+1)); got != "email="+box {
			t.Errorf("%s: %s", w, got)
		}
	}
	for w := range strings.FieldsSeq("sender attacker scammer phisher actor Absender Angreifer Betrüger expéditeur attaquant escroc remitente atacante estafador mittente attaccante truffatore afzender aanvaller oplichter nadawca napastnik oszust remetente golpista avsändare bedragare отправитель мошенник злоумышленник") {
		if got := account(box, shift(g.Text(w+" "+box), len(w)+1)); got != "" {
			t.Errorf("%s: %s", w, got)
		}
	}
	for w := range strings.FieldsSeq("suspect defendant hijacked") {
		if got := account(box, shift(g.Text(w+" "+box), len(w)+1)); got != "?email="+box {
			t.Errorf("%s: %s", w, got)
		}
	}
}

// shift moves spans to the text behind the first n bytes; what stands before is dropped.
func shift(spans []Span, n int) (out []Span) {
	for _, sp := range spans {
		if sp.Start >= n {
			sp.Start, sp.End = sp.Start-n, sp.End-n
			out = append(out, sp)
		}
	}
	return out
}

// A cue holds as far as the sentence, and the nearer one decides.
func TestUnitReach(t *testing.T) {
	const box = "otto.winter@gmail.com"
	verdicts(t, []verdict{
		{"The victim paid. " + box + " occurs.", "?email=" + box},
		{"The victim paid; later " + box + " was named", "email=" + box},
		{"Victim\n\n" + box, "?email=" + box},
		{"victim " + strings.Repeat("very ", 30) + box, "?email=" + box},
		{"the attacker told the victim " + box, "email=" + box},
		{"the victim was told by the attacker " + box, ""},
		{box + " (victim)", "email=" + box},
		{box + " (attacker)", ""},
		{box + ", the victim", "email=" + box},
		{box + ". Attackers struck.", "?email=" + box},
		{"sender: " + box, ""},
		{"recipient=" + box, "email=" + box},
		{"Dr. " + box, "?email=" + box},
	})
}

// said turns weights into verdicts, at each bound.
func TestUnitSaid(t *testing.T) {
	for _, c := range []struct {
		s         sense
		otherwise Verdict
		want      Verdict
	}{
		{sense{}, Hold, Hold}, {sense{}, Keep, Keep}, {sense{}, Remove, Remove},
		{sense{score: decisive}, Hold, Remove}, {sense{score: decisive - 1}, Hold, Hold}, {sense{score: -decisive}, Remove, Keep}, {sense{score: -decisive + 1}, Remove, Remove},
		{sense{score: decisive, doubt: true}, Hold, Hold}, {sense{score: 3 * decisive, doubt: true}, Remove, Hold}, {sense{score: -3 * decisive, doubt: true}, Remove, Keep}, {sense{score: -3*decisive + 1, doubt: true}, Remove, Hold},
	} {
		if got, reason := c.s.said(c.otherwise); got != c.want || reason == "" {
			t.Errorf("%+v, otherwise %s: %s (%s), want %s", c.s, c.otherwise, got, reason, c.want)
		}
	}
}

func TestUnitSentenceEnd(t *testing.T) {
	for in, want := range map[string]bool{
		"a. b": false, "a! b": true, "a? b": true, "a.b": false, "Dr. B": false, "J. Doe": false, "evil.example": false, "a, b": false, "a": false, "paid. Then": true,
	} {
		tx := segmentFor(in)
		got := false
		for k := range tx.toks {
			got = got || tx.sentenceEnd(k)
		}
		if got != want {
			t.Errorf("%q has a sentence's end: %v", in, got)
		}
	}
}

// Spans that overlap: what is removed beats what is held, both beat what is kept,
// and nothing that one of them covered stays uncovered.
func TestUnitSettled(t *testing.T) {
	sp := func(a, b int, v Verdict) Span { return Span{Start: a, End: b, Verdict: v, Type: "x"} }
	for i, c := range []struct{ in, want []Span }{
		{nil, nil},
		{[]Span{sp(5, 9, Remove), sp(0, 3, Keep)}, []Span{sp(0, 3, Keep), sp(5, 9, Remove)}},
		{[]Span{sp(0, 5, Remove), sp(3, 9, Remove)}, []Span{sp(0, 9, Remove)}},
		{[]Span{sp(0, 5, Hold), sp(3, 9, Remove)}, []Span{sp(0, 9, Remove)}},
		{[]Span{sp(0, 9, Remove), sp(3, 5, Keep)}, []Span{sp(0, 9, Remove)}},
		{[]Span{sp(0, 9, Keep), sp(3, 5, Remove)}, []Span{sp(3, 5, Remove)}},
		{[]Span{sp(0, 5, Keep), sp(0, 5, Remove)}, []Span{sp(0, 5, Remove)}},
		{[]Span{sp(0, 5, Remove), sp(5, 9, Remove)}, []Span{sp(0, 5, Remove), sp(5, 9, Remove)}},
	} {
		got := settled(c.in)
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%d: %v, want %v", i, got, c.want)
		}
	}
}

// inSource finds where what was found in the scrubbed form stood before.
func TestUnitInSource(t *testing.T) {
	s := "victim Anna Keller paid 5 to Bob Roy"
	spans := []Span{{Start: 7, End: 18, Type: "person", Verdict: Remove, Person: 1}} // [person-1]
	out := Scrub(s, spans)
	find := func(w string) Span {
		i := strings.Index(out, w)
		return Span{Start: i, End: i + len(w), Verdict: Remove}
	}
	for w, want := range map[string]string{"victim": "victim", "paid": "paid", "Bob Roy": "Bob Roy", "person": "Anna Keller", "victim [person-1] paid": "victim Anna Keller paid", "1] paid": "Anna Keller paid", "victim [p": "victim Anna Keller"} {
		got := inSource(spans, []Span{find(w)})
		if len(got) != 1 || s[got[0].Start:got[0].End] != want {
			t.Errorf("%q stood at %v, want %q", w, got, want)
		}
	}
}
