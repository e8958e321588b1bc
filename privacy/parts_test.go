package privacy

import (
	"fmt"
	"testing"
)

func TestGateScrub(t *testing.T) {
	s := "to Anna and otto, 5 €"
	for _, c := range []struct {
		spans []Span
		want  string
	}{
		{nil, s},
		{[]Span{{Start: 3, End: 7, Type: "person", Verdict: Remove, Person: 2}}, "to [person-2] and otto, 5 €"},
		{[]Span{{Start: 3, End: 7, Type: "person", Verdict: Remove}}, "to [person] and otto, 5 €"},
		{[]Span{{Start: 3, End: 7, Type: "person", Verdict: Hold, Person: 2}}, "to [held] and otto, 5 €"},
		{[]Span{{Start: 3, End: 7, Type: "person", Verdict: Keep}}, s},
		{[]Span{{Start: 0, End: len(s), Type: "email", Verdict: Remove}}, "[email]"},
		{[]Span{{Start: 3, End: 7, Type: "person", Verdict: Remove, Person: 1}, {Start: 12, End: 16, Type: "username", Verdict: Remove}}, "to [person-1] and [username], 5 €"},
	} {
		if got := Scrub(s, c.spans); got != c.want {
			t.Errorf("%v made %q, want %q", c.spans, got, c.want)
		}
	}
}

// The same person has the same number throughout, by the full name, a part of it,
// and with a title; two persons have two.
func TestGatePersonNumbers(t *testing.T) {
	g := New()
	s := "Mr. Terence Oduya called. Later Oduya wrote to Mrs. Edna Whitcombe; Whitcombe answered Terence Oduya."
	want := "[person-1] called. Later [person-1] wrote to [person-2]; [person-2] answered [person-1]."
	if got := Scrub(s, g.Text(s)); got != want {
		t.Errorf("%s", got)
	}
}

func TestGateSettled(t *testing.T) {
	sp := func(a, b int, v Verdict) Span { return Span{Start: a, End: b, Verdict: v, Type: "x"} }
	for _, c := range []struct{ in, want []Span }{
		{[]Span{sp(5, 9, Remove), sp(0, 3, Hold)}, []Span{sp(0, 3, Hold), sp(5, 9, Remove)}},
		{[]Span{sp(0, 9, Keep), sp(3, 5, Remove)}, []Span{sp(3, 5, Remove)}},
		{[]Span{sp(0, 9, Hold), sp(3, 5, Remove)}, []Span{sp(0, 9, Remove)}},
		{[]Span{sp(0, 5, Remove), sp(3, 9, Hold)}, []Span{sp(0, 9, Remove)}},
		{[]Span{sp(0, 5, Hold), sp(3, 9, Remove)}, []Span{sp(0, 9, Remove)}},
		{[]Span{sp(0, 5, Remove), sp(3, 9, Keep)}, []Span{sp(0, 5, Remove)}},
		{[]Span{sp(0, 5, Remove), sp(5, 9, Remove)}, []Span{sp(0, 5, Remove), sp(5, 9, Remove)}},
		{[]Span{sp(2, 4, Hold), sp(2, 4, Remove), sp(2, 4, Keep)}, []Span{sp(2, 4, Remove)}},
		{nil, nil},
	} {
		if got := settled(c.in); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("got %v, want %v", got, c.want)
		}
	}
}

// What is hidden twice is found, what is hidden thrice is not looked for.
func TestGateNestedCodes(t *testing.T) {
	g := New()
	once := "dmljdGltIGphbmUuZG9lQGJhbmsuZXhhbXBsZQ=="                                       // victim jane.doe@bank.example
	twice := "ZG1samRHbHRJR3BoYm1VdVpHOWxRR0poYm1zdVpYaGhiWEJzWlE9PQ=="                      // the same again
	thrice := "WkcxbGFtUkhiSFJKUjNCb1ltMVZkVnBIT1d4UlIwcG9ZbTF6ZFZwWWFHaGlXRUp6V2xFOVBRPT0=" // and again
	for s, want := range map[string]string{once: "[encoded_personal]", twice: "[encoded_personal]", thrice: thrice} {
		if got := Scrub(s, g.Text(s)); got != want {
			t.Errorf("%s became %s", s, got)
		}
	}
}
