package privacy

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/stix"
)

// hostileTexts repeat what each detector looks at, so that one that looks too far
// would do more work for each byte the longer the text is.
var hostileTexts = map[string]string{
	"at signs": "a@", "at signs apart": "@ ", "dots": "A.", "small dots": "a.", "defanged": "a[.]", "schemes": "http://", "slashes": "/", "backslashes": `\`, "homes": `C:\Users\`, "domains": `A\b `,
	"digits": "1 ", "long digits": "4111111111111111 ", "one number": "7", "plus": "+", "plus numbers": "+1 ", "brackets": "[", "placeholders": "[person-1] ", "parentheses": "(1) ", "equals": "a=", "forms": "u=a&p=b&", "forms without end": "u=a", "semicolons": "user=a;",
	"names": "Anna Keller ", "initials": "A. ", "titles": "Mr. ", "titles and names": "Mr. Anna ", "capitals": "Xyzzy ", "victims": "victim ", "attackers": "attacker ", "labels": "password: ", "quotes": `"`, "colons": ":", "headers": "From: a@b.example\n", "headers without end": "To: ", "headings": "victims:\n", "lines": "\n", "tables": "name,email,phone\n", "commas": "a,", "bars": "PID|", "greater": ">", "nick": "<a> ",
	"base64": "QUJD", "base64 pieces": "QUJDQUJDQUJD=", "hex": "6162", "percent": "%41", "percent at": "a%40", "escapes": `\u0041`, "entities": "&#64;", "chinese": "受害者王", "japanese": "田中さん", "korean": "피해자 김", "arabic": "الضحية ", "streets": "4 Rimu Street ", "street words": "Street ", "births": "born 1 ", "macs": "a8:51:", "coordinates": "1.1234, ", "persons many": "", "invalid": "\xff", "marks": "—",
}

// workOf gives the tokens looked at in a text.
func workOf(g *Gate, s string) int {
	m := newMemory(g)
	m.settle(s, g.recall(s, g.judge(s, field{}, m), m))
	return m.work
}

func TestLinear(t *testing.T) {
	g := New()
	const n = 32 << 10
	for name, unit := range hostileTexts {
		t.Run(name, func(t *testing.T) {
			make1 := func(size int) string {
				if unit != "" {
					return strings.Repeat(unit, size/len(unit))
				}
				var b strings.Builder
				for i := 0; b.Len() < size; i++ {
					fmt.Fprintf(&b, "Mr. Xa%cb%cc%c lost. ", 'a'+rune(i%26), 'a'+rune(i/26%26), 'a'+rune(i/676%26))
				}
				return b.String()
			}
			small, large := workOf(g, make1(n)), workOf(g, make1(4*n))
			if large > 5*small+1000 {
				t.Errorf("4 times the text made %.1f times the work (%d, %d)", float64(large)/float64(small+1), small, large)
			}
			if large > 60*4*n {
				t.Errorf("%d tokens looked at for %d bytes", large, 4*n)
			}
		})
	}
}

// 4 MB of the worst kinds go through in one piece; a quadratic step would not end.
func TestFourMegabytes(t *testing.T) {
	if testing.Short() {
		t.Skip("long: 4 MB of each of four kinds")
	}
	g := New()
	for _, unit := range []string{"A.", "a=", "@ ", "QUJDQUJDQUJD="} {
		s := strings.Repeat(unit, (4<<20)/len(unit))
		soundSpans(t, s, g.Text(s))
	}
}

// Ten thousand objects that all refer to one, in several versions.
func TestManyReferences(t *testing.T) {
	var objs []stix.Object
	for i := range 3000 {
		objs = append(objs, stix.Object{Type: "identity", ID: "identity--" + u1, Raw: fmt.Appendf(nil, `{"type":"identity",%s,"id":"identity--%s","name":"Org %d","identity_class":"individual"}`, at, u1, i)},
			stix.Object{Type: "relationship", ID: fmt.Sprint("relationship--", i), Raw: fmt.Appendf(nil, `{"type":"relationship",%s,"id":"relationship--%s","relationship_type":"targets","source_ref":"campaign--%s","target_ref":"identity--%s"}`, at, u2, u3, u1)})
	}
	got := New().Report(objs)
	if !got[0].Changed || !got[2*2999].Changed || got[1].Changed {
		t.Error("not each version of the target was stripped")
	}
}
