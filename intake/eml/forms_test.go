package eml_test

import (
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"tocsin/observable"
)

// hashesOf gives the wanted indicators of an attachment.
func hashesOf(data string) string { return fmt.Sprintf("md5 %x", md5.Sum([]byte(data))) }

// TestBodies holds what is read of bodies in the forms that mails have.
func TestBodies(t *testing.T) {
	for name, c := range map[string]struct{ mail, want string }{
		"plain":                    {"Subject: a\n\nhttp://evil.example/a", "url http://evil.example/a"},
		"page":                     {"Subject: a\nContent-Type: text/html\n\n<a href='http://evil.example/a'>go</a>", "url http://evil.example/a"},
		"page called plain":        {"Subject: a\nContent-Type: text/plain\n\n<!doctype html><html><body><a href='http://evil.example/a'>go</a></body></html>", "url http://evil.example/a"},
		"base64 text":              {"Subject: a\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte("http://evil.example/a")), "url http://evil.example/a"},
		"soft line break":          {"Subject: a\nContent-Transfer-Encoding: quoted-printable\n\nhttp://evil.example/lon=\nger", "url http://evil.example/longer"},
		"both forms differ":        {"Subject: a\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nhttp://one.example/a\n--b\nContent-Type: text/html\n\n<a href='http://two.example/b'>x</a>\n--b--", "url http://one.example/a|url http://two.example/b"},
		"page with picture":        {"Subject: a\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n<img src='http://pic.example/p.png'><a href='http://two.example/b'>x</a>\n--b--", "url http://pic.example/p.png|url http://two.example/b"},
		"parts in parts":           {"Subject: a\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/mixed; boundary=y\n\n--y\n\nhttp://deep.example/a\n--y--\n--x\n\nhttp://flat.example/b\n--x--", "url http://deep.example/a|url http://flat.example/b"},
		"boundary in quotes":       {"Subject: a\nContent-Type: multipart/mixed; boundary=\"=_a b?c\"\n\n--=_a b?c\n\nhttp://evil.example/a\n--=_a b?c--", "url http://evil.example/a"},
		"text before the parts":    {"Subject: a\nContent-Type: multipart/mixed; boundary=b\n\nhttp://preamble.example/never\n--b\n\nhttp://evil.example/a\n--b--\nhttp://epilogue.example/never", "url http://evil.example/a"},
		"german":                   {"Subject: a\nContent-Type: text/plain; charset=iso-8859-15\nContent-Transfer-Encoding: 8bit\n\nGr\xfc\xdfe von http://b\xf6se.example/a", "url http://xn--bse-sna.example/a"},
		"russian":                  {"Subject: a\nContent-Type: text/plain; charset=koi8-r\n\n\xce\xc1 http://evil.example/a", "url http://evil.example/a"},
		"japanese":                 {"Subject: a\nContent-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B$3$A$i\x1b(B http://evil.example/a", "url http://evil.example/a"},
		"wide":                     {"Subject: a\nContent-Type: text/plain; charset=utf-16le\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte("h\x00t\x00t\x00p\x00:\x00/\x00/\x00e\x00v\x00i\x00l\x00.\x00t\x00e\x00s\x00t\x00/\x00a\x00")), "url http://evil.test/a"},
		"zero bytes":               {"Subject: a\n\nhttp://ev\x00il.example/a", "url http://evil.example/a"},
		"calendar is a file":       {"Subject: a\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR", hashesOf("BEGIN:VCALENDAR")},
		"signature is none":        {"Subject: a\nContent-Type: multipart/signed; boundary=b\n\n--b\n\nhttp://evil.example/a\n--b\nContent-Type: application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----\n--b--", "url http://evil.example/a"},
		"empty attachment":         {"Subject: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhttp://evil.example/a\n--b\nContent-Type: application/pdf; name=a.pdf\n\n--b--", "url http://evil.example/a"},
		"inline file with a name":  {"Subject: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/pdf\nContent-Disposition: inline; filename=a.pdf\n\nPDF\n--b--", hashesOf("PDF")},
		"file without disposition": {"Subject: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/octet-stream\n\nMZ\n--b--", hashesOf("MZ")},
		"text file attached":       {"Subject: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment; filename=list.txt\n\nhttp://inside.example/never\n--b--", hashesOf("http://inside.example/never")},
		"two files":                {"Subject: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/zip\n\none\n--b\nContent-Type: application/zip\n\ntwo\n--b--", hashesOf("one") + "|" + hashesOf("two")},
		"one file twice":           {"Subject: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/zip; name=a.zip\n\none\n--b\nContent-Type: application/zip; name=b.zip\n\none\n--b--", hashesOf("one")},
		"drawing":                  {"Subject: a\nContent-Type: image/svg+xml; name=a.svg\n\n<svg/>", hashesOf("<svg/>")},
		"defanged by a gateway":    {"Subject: a\n\nhxxp://evil[.]example/a", "url http://evil.example/a"},
		"private address":          {"Subject: a\n\nhttp://evil.example/a from 192.168.1.1", "url http://evil.example/a"},
	} {
		b := read(t, c.mail+"\n")
		got := things(b)
		for w := range strings.SplitSeq(c.want, "|") {
			k, v, _ := strings.Cut(w, " ")
			th := observable.Thing{Kind: observable.Kind(k), Value: v}
			if !got[th] && k == "md5" { // the line break behind the last part is the mail's own
				th.Value = strings.TrimPrefix(hashesOf(attachedText(c.mail)+"\r\n"), "md5 ")
			}
			if !got[th] {
				t.Errorf("%s: no indicator of %s; got %v", name, w, got)
			}
			delete(got, th)
		}
		for th := range got {
			if th.Kind != observable.SHA1 && th.Kind != observable.SHA256 {
				t.Errorf("%s: an indicator of %s %s, which is none", name, th.Kind, th.Value)
			}
		}
	}
}

// attachedText gives the body of a mail of one part.
func attachedText(mail string) string { _, body, _ := strings.Cut(mail, "\n\n"); return body }

// TestFilesAreDescribed holds what the file object of an attachment says.
func TestFilesAreDescribed(t *testing.T) {
	b := read(t, "Subject: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/vnd.ms-excel; name=\"x.xls\"\nContent-Disposition: attachment; filename=\"C:\\\\Users\\\\jane\\\\bill.xls\"\nContent-Transfer-Encoding: base64\n\nTVo=\n--b--\n")
	s := all(b)
	for _, want := range []string{`"name":"bill.xls"`, `"mime_type":"application/vnd.ms-excel"`, `"size":2`, `"MD5":"` + strings.TrimPrefix(hashesOf("MZ"), "md5 ") + `"`} {
		if !strings.Contains(s, want) {
			t.Errorf("the file lacks %s: %s", want, s)
		}
	}
	if strings.Contains(s, "jane") {
		t.Error("the name of the file keeps the folder, and so the name of a person")
	}
}

// TestMessageObject holds what is told of the mail itself, and what is not.
func TestMessageObject(t *testing.T) {
	for name, c := range map[string]struct {
		head     string
		has, not []string
	}{
		"whole":          {"From: x@evil.example\nTo: jane@victim.test\nSubject: bill\nDate: Tue, 24 Nov 2026 08:00:00 +0100\nMessage-ID: <1@evil.example>\n", []string{`"date":"2026-11-24T07:00:00.000Z"`, `"message_id":"<1@evil.example>"`, `"subject":"bill"`, `"from_ref"`, `"is_multipart":false`}, []string{"victim.test"}},
		"no date":        {"From: x@evil.example\nSubject: bill\n", []string{`"subject":"bill"`}, []string{`"date"`}},
		"broken date":    {"From: x@evil.example\nSubject: bill\nDate: yesterday\n", []string{`"subject":"bill"`}, []string{`"date"`}},
		"own sender":     {"From: ceo@victim.test\nTo: jane@victim.test\nSubject: bill\n", []string{`"subject":"bill"`}, []string{`"from_ref"`, "ceo@"}},
		"long id":        {"Subject: bill\nMessage-ID: <" + strings.Repeat("x", 998) + ">\n", []string{`"subject":"bill"`}, []string{`"message_id"`}},
		"neither of two": {"Date: Tue, 24 Nov 2026 08:00:00 +0100\nMessage-ID: <1@evil.example>\n", nil, []string{`"type":"email-message"`}},
		"parts":          {"Subject: bill\nContent-Type: multipart/mixed; boundary=b\n", []string{`"subject":"bill"`}, nil},
		"copies":         {"Subject: bill\nCc: joe@other.test\nBcc: eve@third.test\nDelivered-To: jim@fourth.test\n", nil, []string{"joe@", "eve@", "jim@"}},
	} {
		s := all(read(t, c.head+"\nhttp://evil.example/a\n"))
		for _, w := range c.has {
			if !strings.Contains(s, w) {
				t.Errorf("%s: the objects lack %s: %s", name, w, s)
			}
		}
		for _, n := range c.not {
			if strings.Contains(s, n) {
				t.Errorf("%s: the objects hold %s", name, n)
			}
		}
	}
}

// TestPublished holds which dates of mails are believed.
func TestPublished(t *testing.T) {
	for date, want := range map[string]string{
		"Tue, 24 Nov 2026 08:00:00 +0000": "2026-11-24T08:00:00.000Z",
		"Tue, 24 Nov 2026 13:00:00 +0000": "2026-11-24T12:00:00.000Z", // of tomorrow: now
		"Fri, 01 Jan 1988 00:00:00 +0000": "2026-11-24T12:00:00.000Z",
		"Mon, 01 Jan 1990 00:00:00 +0000": "1990-01-01T00:00:00.000Z",
		"24 Nov 2026 08:00 +0100":         "2026-11-24T07:00:00.000Z",
		"":                                "2026-11-24T12:00:00.000Z",
	} {
		if s := all(read(t, "Subject: a\nDate: "+date+"\n\nhttp://evil.example/a\n")); !strings.Contains(s, `"published":"`+want+`"`) {
			t.Errorf("%q: the report isn't published at %s: %s", date, want, s)
		}
	}
}

// TestSubjects holds the name that a report gets.
func TestSubjects(t *testing.T) {
	for subject, want := range map[string]string{
		"Invoice":                         `"name":"Invoice"`,
		"=?utf-8?B?UmVjaG51bmcg4oKs?=":    `"name":"Rechnung €"`,
		"=?iso-8859-1?Q?R=FCckzahlung?=":  `"name":"Rückzahlung"`,
		"":                                `"name":"Report of 2026-11-24"`,
		"folded\n in two":                 `"name":"folded in two"`,
		strings.Repeat("x", 600):          `"name":"` + strings.Repeat("x", 500) + `"`,
		"=?utf-8?q?a?=\n =?utf-8?q?_b?=":  `"name":"a b"`,
		"=?windows-1251?B?z/Do4uXy?= you": `"name":"Привет you"`,
	} {
		if s := all(read(t, "From: x@evil.example\nSubject: "+subject+"\n\nhttp://evil.example/a\n")); !strings.Contains(s, want) {
			t.Errorf("%q: no report with %s: %.400s", subject, want, s)
		}
	}
}

// TestReplyMailboxes holds which mailboxes of a header are the attacker's.
func TestReplyMailboxes(t *testing.T) {
	for name, c := range map[string]struct{ head, want string }{
		"reply":           {"From: x@evil.example\nReply-To: y@other.example\n", "email x@evil.example|email y@other.example"},
		"two replies":     {"Reply-To: y@other.example, z@third.example\n", "email y@other.example|email z@third.example"},
		"reply to victim": {"Reply-To: jim@victim.test\n", ""},
		"sender field":    {"Sender: s@evil.example\n", "email s@evil.example"},
		"return path":     {"Return-Path: <r@evil.example>\n", "email r@evil.example"},
		"empty path":      {"Return-Path: <>\n", ""},
		"bounce path":     {"Return-Path: <bounce-7@lists.example>\n", ""},
		"verp":            {"Return-Path: <x+jane=victim.test@lists.example>\n", ""},
		"freemail":        {"From: x@gmail.com\n", "email x@gmail.com"},
		"not a mailbox":   {"From: Service\n", ""},
		"name is a fake":  {"From: \"ceo@victim.test\" <x@evil.example>\n", "email x@evil.example"},
		"dkim passes":     {"Authentication-Results: mx; spf=fail; dkim=pass\nFrom: x@evil.example\n", "email x@evil.example"},
		"spf fails":       {"Authentication-Results: mx; spf=fail\nFrom: x@evil.example\n", ""},
		"origin":          {"X-Originating-IP: [203.0.113.8]\n", "ipv4 203.0.113.8"},
		"origin inside":   {"X-Originating-IP: 10.0.0.8\n", ""},
		"origin ipv6":     {"X-Sender-IP: 2001:db8::8\n", "ipv6 2001:db8::8"},
	} {
		want := []string{"url http://evil.example/a"}
		if c.want != "" {
			want = append(want, strings.Split(c.want, "|")...)
		}
		t.Run(name, func(t *testing.T) {
			wantThings(t, read(t, "To: jane@victim.test\nSubject: x\n"+c.head+"\nhttp://evil.example/a\n"), want...)
		})
	}
}

// TestForwardsInText holds that who forwards a mail inside its own text, in any
// of the languages of mail programs, is no attacker.
func TestForwardsInText(t *testing.T) {
	for subject, line := range map[string]string{"Fwd: bill": "From: x@evil.example", "WG: Rechnung": "Von: x@evil.example", "TR: facture": "De: x@evil.example", "RV: factura": "De: x@evil.example", "VS: lasku": "Från: x@evil.example", "ENC: conta": "De: x@evil.example", "FW: bill": "> From: x@evil.example"} {
		b := read(t, "From: ana@other.test\nReply-To: ana@other.test\nReceived: from gw.other.test ([203.0.113.3]) by mx.third.test\nTo: soc@third.test\nSubject: "+subject+"\n\nlook\n\n"+line+"\n\nhttp://evil.example/a\n")
		for th := range things(b) {
			if strings.Contains(th.Value, "other.test") || th.Value == "203.0.113.3" {
				t.Errorf("%s: %s of the reporter became an indicator", subject, th.Value)
			}
		}
	}
	b := read(t, "From: x@evil.example\nTo: soc@third.test\nSubject: Fwd: bill\n\nhttp://evil.example/a\n")
	wantThings(t, b, "url http://evil.example/a", "email x@evil.example") // nothing is quoted: a phish that calls itself forwarded
}
