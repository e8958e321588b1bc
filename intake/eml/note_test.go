package eml_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/intake/eml"
	"tocsin/observable"
)

// lure is a small phish of which only the link is an indicator.
const lure = "Subject: bill\nTo: jane@victim.test\n\nhttp://lure.example/a\n"

// reported wraps a mail as an analyst of victim.test forwards it, with a note.
func reported(note, inner string) string {
	return "From: Ana Lyst <ana@victim.test>\nTo: soc@victim.test\nCc: boss@partner.example\nSubject: please look\nContent-Type: multipart/mixed; boundary=out\n\n--out\nContent-Type: text/plain; charset=utf-8\n\n" +
		note + "\n--out\nContent-Type: message/rfc822\n\n" + inner + "\n--out--\n"
}

// TestNoteOfAnAnalyst holds which finds of a covering note become indicators.
func TestNoteOfAnAnalyst(t *testing.T) {
	const sha = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
	for name, c := range map[string]struct{ note, want string }{
		"defanged":              {"It loaded a script from 203.0.113[.]5 and c2[.]lure-two[.]example.", "ipv4 203.0.113.5|domain c2.lure-two.example"},
		"defanged link":         {"The page is hxxps://lure-two[.]example/x?y=z", "url https://lure-two.example/x?y=z"},
		"whole":                 {"It spoke to lure-two.example and to the server 203.0.113.5.", "domain lure-two.example|ipv4 203.0.113.5"},
		"hash":                  {"The file has SHA-256 " + sha, "sha256 " + sha},
		"hash beside defanged":  {"From lure-two[.]example came " + sha, "sha256 " + sha + "|domain lure-two.example"},
		"whole beside defanged": {"Our tool scanner.example says that lure-two[.]example at 203.0.113.5 is bad", "domain lure-two.example"},
		"path and key":          {`It wrote C:\ProgramData\lure\a.dll and HKCU\Software\Lure`, `path C:\ProgramData\lure\a.dll|registry HKEY_CURRENT_USER\Software\Lure`},
		"own hosts":             {"His machine pc7.victim.test asked proxy.victim.test and mail.partner.example.", ""},
		"own hosts defanged":    {"pc7[.]victim[.]test spoke to lure-two[.]example", "domain lure-two.example"},
		"own link":              {"How to: http://wiki.victim.test/phish and hxxp://wiki[.]victim[.]test/b", ""},
		"colleague":             {"Ask joe@victim.test or joe@elsewhere.example or boss@partner.example.", ""},
		"mailbox of the phish":  {"The answer goes to pay[at]lure-two[.]example", "email pay@lure-two.example"},
		"colleague defanged":    {"Seen by joe[at]victim[.]test", ""},
		"signature":             {"Bad: lure-two[.]example\n\nRegards,\nAna Lyst\nAcme Security, acme-security.example, 198.51.100.4\nPGP " + sha[:40], "domain lure-two.example"},
		"signature mark":        {"Seen: lure-two.example\n-- \nAna, acme-security.example", "domain lure-two.example"},
		"list below closing":    {"Please block the list.\nThanks!\nAna\n\nlure-two[.]example\n203.0.113[.]5", "domain lure-two.example|ipv4 203.0.113.5"},
		"german":                {"Der Rechner rief lure-two[.]example auf.\n\nMit freundlichen Grüßen\nAna\nhttps://acme-security.example/", "domain lure-two.example"},
		"private address":       {"His laptop has 10.1.2.3 and 192.168.7.9", ""},
		"nothing":               {"Please have a look, thanks", ""},
		"empty":                 {"", ""},
		"quoted":                {"> On Monday the host lure-two[.]example answered", "domain lure-two.example"},
	} {
		want := []string{"url http://lure.example/a"}
		if c.want != "" {
			want = append(want, strings.Split(c.want, "|")...)
		}
		t.Run(name, func(t *testing.T) { wantThings(t, read(t, reported(c.note, lure)), want...) })
	}
}

// TestNoteIsKeptAsText holds that the note stays in the description, also one
// that is a page only.
func TestNoteIsKeptAsText(t *testing.T) {
	page := strings.ReplaceAll(reported("<p>Seen at <b>lure-two[.]example</b></p><p>Regards,</p><p>Ana, acme-security.example</p>", lure), "text/plain", "text/html")
	b := read(t, page)
	wantThings(t, b, "url http://lure.example/a", "domain lure-two.example")
	if s := all(b); !strings.Contains(s, "Forwarded with this note:") || strings.Contains(s, "<p>") {
		t.Errorf("the description lacks the note as a reader sees it: %s", s)
	}
}

// TestNoteInTwoForms holds that a note which comes plain and as a page is read once.
func TestNoteInTwoForms(t *testing.T) {
	b := read(t, "From: a@victim.test\nTo: soc@victim.test\nContent-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/alternative; boundary=i\n\n--i\nContent-Type: text/plain\n\nSeen: two[.]example\n--i\nContent-Type: text/html\n\n<p>Seen: two[.]example</p>\n--i--\n--o\nContent-Type: message/rfc822\n\n"+lure+"\n--o--\n")
	wantThings(t, b, "url http://lure.example/a", "domain two.example")
	if n := strings.Count(all(b), "Forwarded with this note"); n != 1 {
		t.Errorf("the note stands in the description %d times", n)
	}
}

// TestNotesOfTwoForwards holds that each of the people who passed a mail on is heard,
// and that none of their organisations becomes an indicator.
func TestNotesOfTwoForwards(t *testing.T) {
	mid := strings.NewReplacer("=out", "=mid", "--out", "--mid", "victim.test", "branch.example").Replace(reported("First seen at one[.]example by pc.branch.example", lure))
	b := read(t, reported("Then at two[.]example, not at pc[.]branch[.]example or pc[.]victim[.]test", mid))
	wantThings(t, b, "url http://lure.example/a", "domain one.example", "domain two.example")
}

// TestNoteIsNoRowOfTheMail holds that what stands on the first line of a note and on
// the first line of the mail is not taken for one line.
func TestNoteIsNoRowOfTheMail(t *testing.T) {
	b := read(t, reported("host two[.]example", "Subject: bill\nTo: jane@victim.test\n\n203.0.113.5\n"))
	wantThings(t, b, "domain two.example", "ipv4 203.0.113.5")
	if strings.Contains(all(b), "resolves-to") {
		t.Error("a name of the note resolves to an address of the mail")
	}
	b = read(t, reported("two[.]example is 203.0.113[.]5", lure))
	if !strings.Contains(all(b), "resolves-to") {
		t.Error("a name and an address on one line of the note have no relation")
	}
}

// TestNoteOfABrokenText holds that a note which can't be read is said, and loses nothing else.
func TestNoteOfABrokenText(t *testing.T) {
	b := read(t, strings.Replace(reported("plain \xff\xfe text two[.]example", lure), "charset=utf-8", "charset=x-none", 1))
	wantThings(t, b, "url http://lure.example/a", "domain two.example")
}

// deceiving is a phish from host with a link to link, got by somebody of victimbank.test.
func deceiving(host, link string) string {
	return fmt.Sprintf("From: Bank <service@%s>\nTo: jane@victimbank.test\nSubject: locked\n\n%s\n", host, link)
}

// TestDeceptiveHosts holds when the host of a link or sender is sure enough to be
// blocked as a whole.
func TestDeceptiveHosts(t *testing.T) {
	for name, c := range map[string]struct {
		host string // of the sender
		link string
		want string // the domain indicators
	}{
		"bait before":         {"login-victimbank.example", "http://other.example/a", "login-victimbank.example"},
		"bait behind":         {"victimbank-secure.example", "http://other.example/a", "victimbank-secure.example"},
		"two baits":           {"my-login-victimbank.example", "http://other.example/a", "my-login-victimbank.example"},
		"of the link":         {"other.example", "http://www.victimbank-login.example/a", "www.victimbank-login.example"},
		"zero for o":          {"other.example", "https://v1ctimbank.example/a", "v1ctimbank.example"},
		"rn for m":            {"other.example", "https://victirnbank.example/a", "victirnbank.example"},
		"two hosts":           {"login-victimbank.example", "http://victimbank-pay.example/a", "login-victimbank.example victimbank-pay.example"},
		"other names":         {"news.example", "http://shop.example/a", ""},
		"same name elsewhere": {"victimbank.example", "http://victimbank.example/a", ""},
		"own":                 {"login.victimbank.test", "http://login.victimbank.test/a", ""},
		"no bait":             {"victimbankers.example", "http://friends-of-victimbank.example/a", ""},
		"free mailbox":        {"gmail.com", "http://other.example/a", ""},
		"shared host":         {"other.example", "https://sites.google.com/victimbank-login", ""},
		"address":             {"other.example", "http://203.0.113.5/victimbank-login", ""},
		"in the path":         {"other.example", "http://shop.example/victimbank-login", ""},
	} {
		b := read(t, deceiving(c.host, c.link))
		var got []string
		for th := range things(b) {
			if th.Kind == observable.Domain {
				got = append(got, th.Value)
			}
		}
		for w := range strings.FieldsSeq(c.want) {
			if !things(b)[observable.Thing{Kind: observable.Domain, Value: w}] {
				t.Errorf("%s: no indicator of %s", name, w)
			}
		}
		if len(got) != len(strings.Fields(c.want)) {
			t.Errorf("%s: the domains %v; want %q", name, got, c.want)
		}
	}
}

// TestDeceptiveSenderThatIsForged holds that a forged sender names no attacker.
func TestDeceptiveSenderThatIsForged(t *testing.T) {
	b := read(t, "Authentication-Results: mx.victimbank.test; dmarc=fail\n"+deceiving("login-victimbank.example", "http://other.example/a"))
	wantThings(t, b, "url http://other.example/a")
}

// TestNotedLinkAndSender holds that a host from which the mail came and to which
// the analyst defanged a link is an indicator, and that either alone is not.
func TestNotedLinkAndSender(t *testing.T) {
	inner := "From: x@mail.lure.example\nTo: jane@victim.test\nSubject: bill\n\nhttp://lure.example/a\n"
	for name, c := range map[string]struct{ note, inner, want string }{
		"both":          {"hxxp://lure[.]example/a", inner, "lure.example"},
		"no note":       {"look", inner, ""},
		"link in full":  {"see http://lure.example/a", inner, ""},
		"other sender":  {"hxxp://lure[.]example/a", lure, ""},
		"shared host":   {"hxxps://github[.]com/x/y", strings.ReplaceAll(inner, "mail.lure.example", "github.com"), ""},
		"own domain":    {"hxxps://www[.]victim[.]test/y", strings.ReplaceAll(inner, "mail.lure.example", "victim.test"), ""},
		"free provider": {"hxxps://gmx[.]de/y", strings.ReplaceAll(inner, "mail.lure.example", "gmx.de"), ""},
	} {
		var got []string
		for th := range things(read(t, reported(c.note, c.inner))) {
			if th.Kind == observable.Domain {
				got = append(got, th.Value)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: the domains %v; want %q", name, got, c.want)
		}
	}
}

// TestManyLinks holds that a mail with more links than are looked at is read all the same.
func TestManyLinks(t *testing.T) {
	var body strings.Builder
	for i := range 300 {
		fmt.Fprintf(&body, "http://h%d.example/a\n", i)
	}
	b, err := eml.Read([]byte("From: x@login-victimbank.example\nTo: jane@victimbank.test\nSubject: a\n\n"+body.String()), options())
	if err != nil {
		t.Fatal(err)
	}
	got := things(b)
	if !got[observable.Thing{Kind: observable.URL, Value: "http://h299.example/a"}] || !got[observable.Thing{Kind: observable.Domain, Value: "login-victimbank.example"}] {
		t.Errorf("of 300 links %d finds came out", len(got))
	}
}
