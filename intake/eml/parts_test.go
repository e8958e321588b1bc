package eml

import (
	"bytes"
	"strings"
	"testing"

	"tocsin/fault"
)

func parse(t *testing.T, s string) *entity {
	t.Helper()
	p := &parser{}
	e, err := p.entity([]byte(s), 0)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestHeaderFields(t *testing.T) {
	e := parse(t, "Subject: one\r\n two\r\n\tthree\r\nX-Empty:\r\nsubject: second\r\nFrom : a@evil.example\r\n\r\nbody: no field\r\n")
	for name, want := range map[string]string{"subject": "one two three", "x-empty": "", "from": "a@evil.example", "body": ""} {
		if got := e.get(name); got != want {
			t.Errorf("%s is %q; want %q", name, got, want)
		}
	}
	if got := e.all("subject"); len(got) != 2 || got[1] != "second" {
		t.Errorf("subject stands there as %q", got)
	}
	if string(e.body) != "body: no field\r\n" {
		t.Errorf("the body is %q", e.body)
	}
}

func TestEncodedWords(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                        "plain",
		"=?utf-8?q?Gr=C3=BC=C3=9Fe?=":  "Grüße",
		"=?UTF-8?B?R3LDvMOfZQ==?=":     "Grüße",
		"=?iso-8859-1?Q?Gr=FC=DFe?= x": "Grüße x",
		"=?koi8-r?B?8NLJ18XU?=":        "Привет",
		"=?shift_jis?B?k/qWew==?=":     "日本",
		"=?utf-8?q?a?= =?utf-8?q?b?=":  "ab",
		"=?x-none?q?a?=":               "=?x-none?q?a?=",
		"=?utf-8?q?broken":             "=?utf-8?q?broken",
		"raw \xfc":                     "raw \ufffd",
	} {
		if got := decodeWords(in); got != want {
			t.Errorf("decodeWords(%q) = %q; want %q", in, got, want)
		}
	}
}

func TestTypesAndNames(t *testing.T) {
	for _, c := range []struct{ head, media, dispo, name string }{
		{"", "text/plain", "", ""},
		{"Content-Type: TEXT/HTML; charset=utf-8", "text/html", "", ""},
		{"Content-Type: application/pdf; name=\"a b.pdf\"", "application/pdf", "", "a b.pdf"},
		{"Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment; filename=b.pdf", "application/pdf", "attachment", "b.pdf"},
		{"Content-Disposition: attachment; filename*=utf-8''%C3%BC.pdf", "text/plain", "attachment", "ü.pdf"},
		{"Content-Disposition: attachment; filename*0=\"long\"; filename*1=\"er.pdf\"", "text/plain", "attachment", "longer.pdf"},
		{"Content-Disposition: attachment; filename=\"=?utf-8?B?w7wucGRm?=\"", "text/plain", "attachment", "ü.pdf"},
		{"Content-Disposition: attachment; filename=\"..\\\\..\\\\x/evil.exe\"", "text/plain", "attachment", "evil.exe"},
		{"Content-Type: text/html; charset=\"utf-8; =x", "text/html", "", ""},
		{"Content-Type: ;;;", "", "", ""},
	} {
		e := parse(t, "Subject: a\n"+c.head+"\n\nx\n")
		if e.media != c.media || e.dispo != c.dispo || e.name != c.name {
			t.Errorf("%q gives %q, %q, %q; want %q, %q, %q", c.head, e.media, e.dispo, e.name, c.media, c.dispo, c.name)
		}
	}
}

func TestSplit(t *testing.T) {
	for name, c := range map[string]struct {
		body  string
		want  []string
		whole bool
	}{
		"two":                 {"before\n--b\none\n--b\ntwo\n--b--\nafter", []string{"one", "two"}, true},
		"dos":                 {"--b\r\none\r\n--b--\r\n", []string{"one"}, true},
		"blanks behind":       {"--b \t\none\n--b-- \n", []string{"one"}, true},
		"not closed":          {"--b\none\ntwo", []string{"one\ntwo"}, false},
		"never opened":        {"one\ntwo\n", nil, false},
		"longer boundary":     {"--b\none\n--bb\ntwo\n--b--", []string{"one\n--bb\ntwo"}, true},
		"empty part":          {"--b\n--b--", []string{""}, true},
		"boundary at end":     {"--b\none\n--b", []string{"one"}, false},
		"closing comes first": {"--b--\none", nil, true},
	} {
		parts, whole := split([]byte(c.body), "b")
		var got []string
		for _, p := range parts {
			got = append(got, string(p))
		}
		if strings.Join(got, "|") != strings.Join(c.want, "|") || len(got) != len(c.want) || whole != c.whole {
			t.Errorf("%s: %q, %v; want %q, %v", name, got, whole, c.want, c.whole)
		}
	}
}

func TestTransferEncodings(t *testing.T) {
	for name, c := range map[string]struct{ encoding, body, want string }{
		"none":             {"", "a=3Db", "a=3Db"},
		"7bit":             {"7bit", "a", "a"},
		"quoted-printable": {"Quoted-Printable", "a=3Db=\nc", "a=bc"},
		"broken quoted":    {"quoted-printable", "plain text =ZZ goes on and on and on", "plain text =ZZ goes on and on and on"},
		"base64":           {"base64", "SGVs\r\nbG8=", "Hello"},
		"base64 cut off":   {"base64", "SGVsbG", "Hell"},
		"base64 in dirt":   {"BASE64", "SG!Vs*bG8=", "Hello"},
		"base64 of five":   {"base64", "SGVsb", "Hel"},
		"unknown":          {"x-uuencode", "abc", "abc"},
	} {
		e := parse(t, "Subject: a\nContent-Transfer-Encoding: "+c.encoding+"\n\nx")
		if got := string(e.decodeBody([]byte(c.body))); got != c.want {
			t.Errorf("%s: %q; want %q", name, got, c.want)
		}
	}
}

func TestCharsets(t *testing.T) {
	for charset, body := range map[string]string{"utf-8": "Grüße", "iso-8859-1": "Gr\xfc\xdfe", "windows-1252": "Gr\xfc\xdfe", "": "Gr\xfc\xdfe", "x-none": "Gr\xfc\xdfe", "us-ascii": "Grüße", "'UTF-8'": "Grüße"} {
		e := parse(t, "Subject: a\nContent-Type: text/plain; charset=\""+charset+"\"\n\n"+body)
		if got, err := e.text(); err != nil || got != "Grüße" {
			t.Errorf("charset %q: %q, %v", charset, got, err)
		}
	}
}

func TestHeaderBounds(t *testing.T) {
	long := func(n int) string { return "Subject: a\nX: " + strings.Repeat("y", n) + "\n\nb" }
	folded := func(n int) string { return "Subject: a\nX: " + strings.Repeat("\n y", n) + "\n\nb" }
	p := &parser{}
	if _, err := p.entity([]byte(long(maxHeader-20)), 0); err != nil {
		t.Errorf("a long field: %v", err)
	}
	for name, s := range map[string]string{"a field": long(maxHeader), "folds": folded(maxHeader / 2)} {
		if _, err := p.entity([]byte(s), 0); fault.KindOf(err) != fault.TooLarge {
			t.Errorf("%s over the bound: %v", name, err)
		}
	}
}

func TestForwardedChain(t *testing.T) {
	inner := "Subject: in\n\nx\n"
	for name, c := range map[string]struct{ mail, subject string }{
		"none":           {"Subject: out\n\nx\n", "out"},
		"one":            {"Subject: out\nContent-Type: message/rfc822\n\n" + inner, "in"},
		"two":            {"Subject: out\nContent-Type: message/rfc822\n\nSubject: mid\nContent-Type: message/rfc822\n\n" + inner, "in"},
		"in a part":      {"Subject: out\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nnote\n--b\nContent-Type: message/rfc822\n\n" + inner + "\n--b--\n", "in"},
		"only the first": {"Subject: out\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n" + inner + "\n--b\nContent-Type: message/rfc822\n\nSubject: other\n\ny\n--b--\n", "in"},
		"no mail inside": {"Subject: out\nContent-Type: message/rfc822\n\nhello\n", "out"},
	} {
		if got := forwarded(parse(t, c.mail)).get("subject"); got != c.subject {
			t.Errorf("%s: the mail that is meant is %q; want %q", name, got, c.subject)
		}
	}
}

func TestOrganisations(t *testing.T) {
	for in, want := range map[string]string{"a@b.evil.co.uk": "evil.co.uk", "mail.evil.example": "evil.example", "evil.example.": "evil.example", "localhost": "localhost", "": "", "a@": ""} {
		if got := orgOf(in); got != want {
			t.Errorf("orgOf(%q) = %q; want %q", in, got, want)
		}
	}
}

func TestMailboxes(t *testing.T) {
	for in, want := range map[string]string{
		"a@evil.example": "a@evil.example", `"A, B" <a@evil.example>, c@bad.example`: "a@evil.example c@bad.example", "Broken <a@evil.example": "a@evil.example", `"x" a@evil.example b@bad.example`: "a@evil.example b@bad.example",
		"undisclosed-recipients:;": "", "": "", "nobody": "", "<>": "",
	} {
		if got := strings.Join(mailboxes(in), " "); got != want {
			t.Errorf("mailboxes(%q) = %q; want %q", in, got, want)
		}
	}
	if got := mailboxes(strings.Repeat("a@evil.example,", 10000)); got != nil {
		t.Errorf("a field of 150 kB gives %d mailboxes", len(got))
	}
}

func TestBounces(t *testing.T) {
	for in, want := range map[string]bool{"a@evil.example": false, "bounce-1@x.example": true, "x+jane=victim.example@y.example": true, "SRS0=a=b@y.example": true, "prvs=1a@y.example": true, "": false} {
		if got := bounce(in); got != want {
			t.Errorf("bounce(%q) = %v", in, got)
		}
	}
}

func TestStart(t *testing.T) {
	for in, want := range map[string]string{"Subject: a": "Subject: a", "\n\r\n Subject: a": "Subject: a", "\ufeffSubject: a": "Subject: a", "From x Tue\nSubject: a": "Subject: a", "From: a\n": "From: a\n", "": "", "From x": "From x"} {
		if got := string(start([]byte(in))); got != want {
			t.Errorf("start(%q) = %q; want %q", in, got, want)
		}
	}
	long := append(bytes.Repeat([]byte("\n"), 5000), "Subject: a"...)
	if got := start(long); !bytes.HasSuffix(got, []byte("Subject: a")) {
		t.Errorf("a mail behind many empty lines is lost: %d bytes left", len(got))
	}
}
