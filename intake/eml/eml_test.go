package eml_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/intake/eml"
	"tocsin/observable"
	"tocsin/stix"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func options() intake.Options {
	n := 0
	return intake.Options{Now: now, NewID: func(typ string) string {
		n++
		return fmt.Sprintf("%s--00000000-0000-4000-8000-%012d", typ, n)
	}}
}

// read reads a mail whose lines end in \n here and in \r\n there.
func read(t *testing.T, s string) intake.Batch {
	t.Helper()
	b, err := eml.Read([]byte(strings.ReplaceAll(s, "\n", "\r\n")), options())
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range b.Items {
		if _, err := stix.Parse(it.Raw, stix.Limits{}); err != nil {
			t.Errorf("%s is not STIX 2.1: %v\n%s", it.Place, err, it.Raw)
		}
	}
	return b
}

// things gives what the indicators of a batch name.
func things(b intake.Batch) map[observable.Thing]bool {
	out := map[observable.Thing]bool{}
	for _, it := range b.Items {
		if o, err := stix.Parse(it.Raw, stix.Limits{}); err == nil && o.Type == "indicator" {
			for _, t := range observable.FromPattern(o.Pattern) {
				out[t] = true
			}
		}
	}
	return out
}

func all(b intake.Batch) string {
	var s strings.Builder
	for _, it := range b.Items {
		s.Write(it.Raw)
		s.WriteByte('\n')
	}
	return s.String()
}

func wantThings(t *testing.T, b intake.Batch, want ...string) {
	t.Helper()
	got := things(b)
	for _, w := range want {
		k, v, _ := strings.Cut(w, " ")
		th := observable.Thing{Kind: observable.Kind(k), Value: v}
		if !got[th] {
			t.Errorf("no indicator of %s", w)
		}
		delete(got, th)
	}
	for th := range got {
		t.Errorf("an indicator of %s %s, which is none", th.Kind, th.Value)
	}
}

const phish = `Return-Path: <drop@evil.example>
Received: from mx.victim.test (mx.victim.test [192.0.2.1]) by store.victim.test with ESMTP; Tue, 24 Nov 2026 08:00:02 +0000
Received: from relay.evil.example (relay.evil.example [203.0.113.9]) by mx.victim.test with ESMTP; Tue, 24 Nov 2026 08:00:01 +0000
Received: from forged.bank.test ([198.51.100.1]) by relay.evil.example; Tue, 24 Nov 2026 08:00:00 +0000
From: "Your Bank" <service@evil.example>
Reply-To: collect@other.example
To: "Jane Doe" <jane.doe@victim.test>
Subject: =?utf-8?Q?Your_account_is_locked_=E2=80=93_act?=
Date: Tue, 24 Nov 2026 08:00:00 +0000
Message-ID: <1@evil.example>
X-Originating-IP: [203.0.113.77]
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b1"

--b1
Content-Type: multipart/alternative; boundary=b2

--b2
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Log in at http://login.evil.example/a?x=3D1&y=3D=
2 today.
--b2
Content-Type: text/html; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

<p>Gr=FC=DFe, <a href=3D"http://second.evil.example/b">your bank</a></p>
--b2--
--b1
Content-Type: application/zip; name="invoice.zip"
Content-Disposition: attachment; filename*=utf-8''invoice%20%C3%BC.zip
Content-Transfer-Encoding: base64

SGVsbG8s
IHdvcmxk
--b1--
`

func TestReadPhish(t *testing.T) {
	b := read(t, phish)
	wantThings(t, b, "url http://login.evil.example/a?x=1&y=2", "url http://second.evil.example/b",
		"email drop@evil.example", "email service@evil.example", "email collect@other.example", "ipv4 203.0.113.9", "ipv4 203.0.113.77",
		"md5 bc6e6f16b8a077ef5fbc8d59d0b931b9", "sha1 e02aa1b106d5c7c6a98def2b13005d5b84fd8dc8", "sha256 4ae7c3b6ac0beff671efa8cf57386151c06e58ca53a78d83f36107316cec125f")
	s := all(b)
	for _, want := range []string{`"type":"email-message"`, `"name":"Your account is locked – act"`, `"name":"invoice ü.zip"`, `"published":"2026-11-24T08:00:00.000Z"`, "Log in at"} {
		if !strings.Contains(s, want) {
			t.Errorf("the objects lack %s", want)
		}
	}
	for _, no := range []string{"jane.doe", "Jane", "192.0.2.1", "SGVsbG8"} {
		if strings.Contains(s, no) {
			t.Errorf("the objects hold %s", no)
		}
	}
}

func TestForwardedMailIsTheInnerOne(t *testing.T) {
	inner := strings.ReplaceAll(phish, "--b", "--c")
	inner = strings.ReplaceAll(strings.ReplaceAll(inner, "b1", "c1"), "b2", "c2")
	b := read(t, `From: reporter@victim.test
To: soc@victim.test
Subject: please look
Content-Type: multipart/mixed; boundary=out

--out
Content-Type: text/plain

Got this today, see http://intranet.victim.test/howto
--out
Content-Type: message/rfc822

`+inner+`
--out--
`)
	got := things(b)
	if !got[observable.Thing{Kind: observable.Email, Value: "service@evil.example"}] {
		t.Error("the sender of the inner mail gives no indicator")
	}
	for th := range got {
		if strings.Contains(th.Value, "victim.test") {
			t.Errorf("%s of the reporter became an indicator", th.Value)
		}
	}
	if !strings.Contains(all(b), "Got this today") {
		t.Error("the note of the reporter got lost")
	}
}

func TestSenderThatIsNotTheAttacker(t *testing.T) {
	for name, head := range map[string]string{
		"forged":             "From: a@bank.example\nAuthentication-Results: mx.victim.test; spf=fail; dmarc=fail\nTo: b@victim.test\nSubject: x\n",
		"own organisation":   "From: ceo@mail.victim.test\nTo: b@victim.test\nSubject: x\n",
		"forwarded in text":  "From: b@other.test\nTo: soc@third.test\nSubject: FW: bill\n",
		"bounce of a list":   "Return-Path: <list-bounces+b=victim.test@lists.example>\nSubject: x\n",
		"inside the company": "Received: from pc1 (pc1 [10.1.2.3]) by mx.victim.test\nTo: b@victim.test\nSubject: x\n",
	} {
		b := read(t, head+"\nFrom: x\n\nhttp://evil.example/a\n")
		t.Run(name, func(t *testing.T) { wantThings(t, b, "url http://evil.example/a") })
	}
}

func TestLimits(t *testing.T) {
	nested := func(n int) string {
		return strings.Repeat("Subject: a\nContent-Type: message/rfc822\n\n", n) + "Subject: in\n\nhttp://evil.example/a\n"
	}
	parts := func(n int) string {
		return "Subject: a\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nhttp://evil.example/a\n", n) + "--b--\n"
	}
	fields := func(n int) string {
		return "Subject: a\n" + strings.Repeat("X: y\n", n-1) + "\nhttp://evil.example/a\n"
	}
	for _, c := range []struct {
		name string
		mail func(int) string
		most int
	}{{"depth", nested, eml.MaxDepth}, {"parts", parts, eml.MaxParts - 1}, {"fields", fields, eml.MaxHeaders}} {
		if _, err := eml.Read([]byte(c.mail(c.most)), options()); err != nil {
			t.Errorf("%s of %d: %v", c.name, c.most, err)
		}
		if _, err := eml.Read([]byte(c.mail(c.most+1)), options()); fault.KindOf(err) != fault.TooLarge {
			t.Errorf("%s of %d: %v; want too large", c.name, c.most+1, err)
		}
	}
	if _, err := eml.Read([]byte("Subject: a\n\n"+strings.Repeat("x", intake.MaxBytes)), options()); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("a mail over the size: %v", err)
	}
}

func TestBrokenMailsYieldWhatCanBeRead(t *testing.T) {
	zip := base64.StdEncoding.EncodeToString([]byte("PK\x03\x04 not a real archive"))
	for name, c := range map[string]struct {
		mail string
		want []string
	}{
		"half a file":         {phish[:strings.Index(phish, "<p>")], []string{"url http://login.evil.example/a?x=1&y=2"}},
		"no boundary there":   {"Subject: a\nContent-Type: multipart/mixed; boundary=none\n\nhttp://evil.example/a\n", []string{"url http://evil.example/a"}},
		"boundary not closed": {"Subject: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhttp://evil.example/a\n", []string{"url http://evil.example/a"}},
		"broken type":         {"Subject: a\nContent-Type: text/html; charset=\"utf-8; =x\n\n<a href='http://evil.example/a'>x</a>\n", []string{"url http://evil.example/a"}},
		"unknown charset":     {"Subject: a\nContent-Type: text/plain; charset=x-none\n\nhttp://evil.example/a \xff\n", []string{"url http://evil.example/a"}},
		"no header end":       {"Subject: a\nSee http://evil.example/a in a line that is no field\n", []string{"url http://evil.example/a"}},
		"mbox":                {"From evil Tue Nov 24 08:00:00 2026\nSubject: a\n\nhttp://evil.example/a\n", []string{"url http://evil.example/a"}},
	} {
		b := read(t, c.mail)
		got := things(b)
		for _, w := range c.want {
			k, v, _ := strings.Cut(w, " ")
			if !got[observable.Thing{Kind: observable.Kind(k), Value: v}] {
				t.Errorf("%s: no indicator of %s", name, w)
			}
		}
	}
	cut := "Subject: a\nContent-Type: application/zip\nContent-Transfer-Encoding: base64\n\n" + zip[:len(zip)-3]
	if b := read(t, cut); len(things(b)) != 3 {
		t.Errorf("an attachment cut off gives %d hashes; want 3", len(things(b)))
	}
}

// TestArchivesStayShut holds that an archive which would unpack to a gigabyte is
// hashed as it came, and that nothing of it is kept.
func TestArchivesStayShut(t *testing.T) {
	var bomb bytes.Buffer
	w := zip.NewWriter(&bomb)
	f, err := w.Create("evil.exe")
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 64 {
		if _, err := f.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b := read(t, "Subject: a\nContent-Type: application/zip\nContent-Disposition: attachment; filename=a.zip\nContent-Transfer-Encoding: base64\n\n"+base64.StdEncoding.EncodeToString(bomb.Bytes())+"\n")
	if !things(b)[observable.Thing{Kind: observable.SHA256, Value: fmt.Sprintf("%x", sha256.Sum256(bomb.Bytes()))}] {
		t.Error("the archive's hash gives no indicator")
	}
	if s := all(b); len(s) > 8<<10 || strings.Contains(s, "evil.exe") || !strings.Contains(s, fmt.Sprintf(`"size":%d`, bomb.Len())) {
		t.Errorf("the objects have %d bytes: %.200s", len(s), s)
	}
}

// TestPicturesAreNoIndicators holds that the logo of a page, which many mails
// share, is described and not blocked.
func TestPicturesAreNoIndicators(t *testing.T) {
	b := read(t, "Subject: a\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n<img src='cid:1'> <a href='http://evil.example/a'>x</a>\n--b\nContent-Type: image/png; name=logo.png\nContent-ID: <1>\nContent-Transfer-Encoding: base64\n\nAAAA\n--b--\n")
	wantThings(t, b, "url http://evil.example/a")
	if !strings.Contains(all(b), `"name":"logo.png"`) {
		t.Error("the picture isn't described")
	}
}

// TestPageAsAttachment holds that a page which is attached is hashed and read: it
// is how much phishing comes.
func TestPageAsAttachment(t *testing.T) {
	b := read(t, "Subject: a\nContent-Type: text/html\nContent-Disposition: attachment; filename=invoice.html\n\n<form action='http://evil.example/post'>\n")
	got := things(b)
	if !got[observable.Thing{Kind: observable.URL, Value: "http://evil.example/post"}] || len(got) != 4 {
		t.Errorf("got %v; want the address and three hashes", got)
	}
}

// TestSendersServer follows the fields Received to the connection from outside.
func TestSendersServer(t *testing.T) {
	const to = "To: a@victim.test\nSubject: x\n\nhttp://evil.example/a\n"
	for name, c := range map[string]struct{ head, want string }{
		"direct":          {"Received: from evil.example (evil.example [203.0.113.9]) by mx.victim.test with ESMTP\n", "ipv4 203.0.113.9"},
		"over own relay":  {"Received: from mx.victim.test (mx.victim.test [192.0.2.1]) by store.victim.test\nReceived: from x.other.example ([203.0.113.9]) by mx.victim.test\n", "ipv4 203.0.113.9"},
		"inside address":  {"Received: from scan (scan [10.0.0.9]) by mx.victim.test\nReceived: from x.other.example ([203.0.113.9]) by scan\n", "ipv4 203.0.113.9"},
		"older is forged": {"Received: from x.other.example ([203.0.113.9]) by mx.victim.test\nReceived: from y.bank.example ([198.51.100.1]) by x.other.example\n", "ipv4 203.0.113.9"},
		"ipv6":            {"Received: from x.other.example ([IPv6:2001:db8::9]) by mx.victim.test\n", "ipv6 2001:db8::9"},
		"large provider":  {"Received: from mail-sor.google.com (mail-sor.google.com [203.0.113.9]) by mx.victim.test\n", ""},
		"none":            {"", ""},
		"nothing in it":   {"Received: by mx.victim.test\n", ""},
	} {
		want := []string{"url http://evil.example/a"}
		if c.want != "" {
			want = append(want, c.want)
		}
		t.Run(name, func(t *testing.T) { wantThings(t, read(t, c.head+to), want...) })
	}
}

func TestNoMail(t *testing.T) {
	for _, s := range []string{"", "hello", "a: b\n\nhttp://evil.example/a\n"} {
		if _, err := eml.Read([]byte(s), options()); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v; want invalid", s, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(phish))
	f.Add([]byte("Subject: =?x?b?=\nContent-Type: multipart/a; boundary=\n\n--\n----\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := eml.Read(raw, options())
		if err != nil {
			if k := fault.KindOf(err); k != fault.Invalid && k != fault.TooLarge {
				t.Fatal(err)
			}
			return
		}
		for _, it := range b.Items {
			if _, err := stix.Parse(it.Raw, stix.Limits{}); err != nil {
				t.Fatalf("%v in %s", err, it.Raw)
			}
		}
	})
}
