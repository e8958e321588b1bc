package privacy

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"tocsin/stix"
)

// sound judges any bytes and checks what must hold of every result.
func sound(t fatal, g *Gate, s string) string {
	t.Helper()
	spans := g.Text(s)
	if utf8.ValidString(s) {
		soundSpans(t, s, spans)
	}
	for _, sp := range spans {
		if sp.Start < 0 || sp.End > len(s) || sp.Start >= sp.End || sp.Type == "" || sp.Reason == "" || sp.Verdict != Keep && sp.Verdict != Remove && sp.Verdict != Hold {
			t.Fatalf("span %+v of %q says nothing", sp, s)
		}
	}
	return Scrub(s, spans)
}

// FuzzObject: any text in any of the properties that have rules of their own.
func FuzzObject(f *testing.F) {
	for _, s := range []string{"", "ann@bank.example", "Anna Keller", "203.0.113.5", "a8:51:ab:10:fe:22", "dmljdGlt", "\x00", "[held]", "removed@removed.invalid", "root", "é"} {
		f.Add(s, uint8(len(s)))
	}
	f.Add("", uint8(61)) // an empty payload was held
	g := New()
	f.Fuzz(func(t *testing.T, s string, which uint8) {
		props := []string{"value", "display_name", "account_login", "name", "contact_information", "payload_bin", "street_address", "path", "description", "x_victim_name", "credential", "pattern"}
		types := []string{"email-addr", "user-account", "identity", "artifact", "location", "ipv4-addr", "mac-addr", "note", "indicator", "threat-actor", "directory", "url"}
		quoted, err := json.Marshal(s)
		if err != nil {
			return
		}
		raw := fmt.Sprintf(`{"type":"%s","id":"%[1]s--%s","identity_class":"individual","%s":%s}`, types[int(which)%len(types)], u1, props[int(which)/len(types)%len(props)], quoted)
		gated(t, g, raw)
	})
}

// Bytes at random, and at random out of what detectors look at.
func TestUnitAnyBytes(t *testing.T) {
	g := New()
	r := rand.New(rand.NewPCG(1, 2))
	alphabet := []string{"(", ")", "+", "-", ".", "@", "[", "]", ":", "/", "\\", "%", "=", "&", "\"", "'", "<", ">", "|", ",", ";", "\n", " ", "1", "22", "4111111111111111", "Anna", "Mr", "victim", "to", "from", "user", "born", "a8", "é", "王", "\xff", "\u0301", "Street", "ul", "0x", "http", "password", "DE12", "example", "_", "$", "#", "{", "}"}
	for range 4000 {
		var b strings.Builder
		for range r.IntN(40) {
			b.WriteString(alphabet[r.IntN(len(alphabet))])
		}
		sound(t, g, b.String())
	}
	for range 500 {
		b := make([]byte, r.IntN(200))
		for i := range b {
			b[i] = byte(r.IntN(256))
		}
		sound(t, g, string(b))
	}
}

// Every prefix and every suffix of a report that has all kinds of values: a
// detector that looks behind the end would fall over one of them.
func TestUnitCutAnywhere(t *testing.T) {
	g := New()
	s := "From: \"HR\" <hr@evil.example>\nTo: Ann Keller <ann@bank.example>\n\nDear Mrs. Keller (54), call +1 (800) 555-0101 or 030 23125012. IBAN DE12 5001 0517 0648 4898 90, card 4532-0151-1283-0366, SSN 078-05-1120; born 3rd of May 1948, 4 Rimu Street, Napier 4110. " +
		`C:\Users\akeller\x.exe user=akeller&p=Hilltop42 password: Winter!2024 a8:51:ab:10:fe:22 48.85837, 2.29448 受害者王小明 田中さん http://evil.example/?e=ann%40bank.example dmljdGltIGphbmUuZG9lQGJhbmsuZXhhbXBsZQ== PID|1||5||A^B <nick> hi`
	for i := range len(s) {
		sound(t, g, s[:i])
		sound(t, g, s[i:])
	}
}

// The value that is removed is gone wherever a report puts it between other words.
func TestUnitAnywhereInText(t *testing.T) {
	g := New()
	rapid.Check(t, func(t *rapid.T) {
		before := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"Nothing happened.", "The server answered.", "C2 is 203.0.113.5.", "See http://evil.example/a.", "— ok.", "\n\n", "标题。", "Hash 0cc175b9c0f1b6a831c399e269772661."}), 0, 5).Draw(t, "before"), " ")
		after := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"Nothing else.", "The end.", "\n", "Port 443 was open.", "evil.example resolved."}), 0, 5).Draw(t, "after"), " ")
		value := rapid.SampledFrom([]string{"victim ann.keller@bank.example", "victim Mr. Castellano", "SSN 078-05-1120", "card 4532015112830366", "password: Winter!2024", `C:\Users\akeller\x`, "victim's phone +44 20 7946 0958"}).Draw(t, "value")
		s := before + "\n" + value + "\n" + after
		out := Scrub(s, g.Text(s))
		for _, w := range []string{"ann.keller", "Castellano", "078-05", "45320151", "Winter!", "akeller", "7946"} {
			if strings.Contains(out, w) {
				t.Fatalf("%q survives of %q in %q", w, value, s)
			}
		}
		for _, w := range []string{"203.0.113.5", "http://evil.example/a", "0cc175b9c0f1b6a831c399e269772661"} {
			if strings.Count(out, w) != strings.Count(s, w) {
				t.Fatalf("%q is gone from %q: %q", w, s, out)
			}
		}
	})
}

// hostile shapes that are no repetition of one unit: nested, growing, mixed.
var hostileShapes = map[string]func(n int) string{
	"open brackets then close": func(n int) string { return strings.Repeat("(", n/2) + strings.Repeat(")", n/2) },
	"one long word":            func(n int) string { return strings.Repeat("a", n) },
	"one long mixed word":      func(n int) string { return strings.Repeat("a1", n/2) },
	"one long wide word":       func(n int) string { return strings.Repeat("王", n/3) },
	"names of one person":      func(n int) string { return strings.Repeat("victim Anna Keller. ", n/20) },
	"new mailboxes": func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "victim a%d.b@h%d.example ", i, i)
		}
		return b.String()
	},
	"one first word": func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "user=anna.k%d ", i)
		}
		return b.String()
	},
	"base64 of people": func(n int) string {
		one := base64.StdEncoding.EncodeToString([]byte("victim jane.doe@bank.example ")) + " "
		return strings.Repeat(one, n/len(one))
	},
	"base64 in base64": func(n int) string {
		s := "victim jane.doe@bank.example"
		for len(s) < n/2 {
			s = base64.StdEncoding.EncodeToString([]byte(s))
		}
		return s
	},
	"columns":      func(n int) string { return "name,email" + strings.Repeat(",x", n/4) + "\n" + strings.Repeat("a,", n/4) },
	"rows":         func(n int) string { return "name,email,ssn\n" + strings.Repeat("a,b@c.example,1\n", n/16) },
	"quoted mails": func(n int) string { return strings.Repeat("> ", n/8) + strings.Repeat("From: a@b.example\n> ", n/40) },
	"tabs":         func(n int) string { return strings.Repeat("\t", n) },
	"zero width":   func(n int) string { return strings.Repeat("\u200b", n/3) },
	"accents":      func(n int) string { return strings.Repeat("e\u0301", n/3) },
	"digits dots":  func(n int) string { return strings.Repeat("1.", n/2) },
	"phones":       func(n int) string { return strings.Repeat("+49 30 23125012 ", n/16) },
	"dates":        func(n int) string { return strings.Repeat("born 1984-03-07 ", n/16) },
	"paths":        func(n int) string { return strings.Repeat(`C:\Users\anna\`, n/14) },
	"one path":     func(n int) string { return `C:\Users\anna` + strings.Repeat(`\x`, n/2) },
	"one url":      func(n int) string { return "http://evil.example/" + strings.Repeat("a/", n/2) },
	"one query":    func(n int) string { return "http://evil.example/?" + strings.Repeat("email=a%40b.example&", n/20) },
	"cues":         func(n int) string { return strings.Repeat("victim attacker ", n/16) },
	"health":       func(n int) string { return "patient Anna Keller " + strings.Repeat("diagnosis: ", n/11) },
}

// Four times the text is at most about four times the work.
func TestUnitLinearShapes(t *testing.T) {
	g := New()
	const n = 32 << 10
	for name, shape := range hostileShapes {
		small, large := workOf(g, shape(n)), workOf(g, shape(4*n))
		if large > 6*small+2000 {
			t.Errorf("%s: 4 times the text made %.1f times the work (%d, %d)", name, float64(large)/float64(small+1), small, large)
		}
	}
}

// Work is not all that costs: copies do too. No shape may take seconds for half a megabyte.
func TestUnitTimeOfShapes(t *testing.T) {
	if testing.Short() {
		t.Skip("long: half a megabyte of each shape")
	}
	g := New()
	for name, shape := range hostileShapes {
		s := shape(512 << 10)
		start := time.Now()
		soundSpans(t, s, g.Text(s))
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%s: %v for %d bytes", name, d, len(s))
		}
	}
}

// One object may bring 100,000 short fields, or one name in each of many objects.
func TestUnitManyFields(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"type":"x-a","id":"x-a--` + u1 + `"`)
	for i := range 20000 {
		fmt.Fprintf(&b, `,"k%d":"victim a%d.b@bank.example"`, i, i)
	}
	b.WriteString("}")
	raw := b.String()
	spans, edits := New().JSON([]byte(raw))
	out := string(stix.Splice([]byte(raw), edits))
	if n := strings.Count(out, "[email]"); n != 20000 || len(spans) < n {
		t.Errorf("%d of 20000 mailboxes went", n)
	}
}

// Two gates at once, one gate in many hands: the same answer.
func TestUnitConcurrent(t *testing.T) {
	g := New()
	s := "From: a@evil.example\nTo: Ann Keller <ann@bank.example>\n\nDear Ann, 受害者王小明, card 4532015112830366"
	want := Scrub(s, g.Text(s))
	done := make(chan string, 8)
	for range 8 {
		go func() {
			last := ""
			for range 50 {
				last = Scrub(s, g.Text(s))
			}
			done <- last
		}()
	}
	for range 8 {
		if got := <-done; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if g.PolicyHash() != New().PolicyHash() {
		t.Error("two gates of one policy have two hashes")
	}
}
