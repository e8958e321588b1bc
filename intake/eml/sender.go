package eml

import (
	"net/mail"
	"strings"

	"golang.org/x/net/publicsuffix"

	"tocsin/intake/scan"
	"tocsin/intake/scan/draft"
	"tocsin/observable"
)

// headers reads who sent the mail and from where.
func (r *reader) headers(e *entity) {
	victims := r.victims(e)
	from := mailboxes(e.get("from"))
	forged := authFailed(e)
	var senders []string // hosts of mailboxes that are the attacker's
	for i, a := range from {
		t, err := observable.Canonical(observable.Email, a)
		if err != nil {
			continue
		}
		if i == 0 && !victims[orgOf(a)] {
			r.from = r.m.Observable(t, "header.from")
		}
		if !forged && !victims[orgOf(a)] && !r.quotesAnother() {
			r.m.Mention(draft.Mention{Things: []observable.Thing{t}, Place: "header.from"})
			senders = append(senders, hostOf(t.Value))
		}
	}
	for _, name := range [...]string{"reply-to", "return-path", "sender"} {
		for _, a := range mailboxes(e.get(name)) {
			if name != "reply-to" && (victims[orgOf(a)] || bounce(a)) || name == "reply-to" && victims[orgOf(a)] || r.quotesAnother() {
				continue
			}
			if t, err := observable.Canonical(observable.Email, a); err == nil {
				r.m.Mention(draft.Mention{Things: []observable.Thing{t}, Place: "header." + name})
				senders = append(senders, hostOf(t.Value))
			}
		}
	}
	r.deceivers(senders)
	if r.quotesAnother() {
		return
	}
	for _, name := range [...]string{"x-originating-ip", "x-sender-ip", "x-source-ip", "x-client-ip"} {
		for _, v := range e.all(name) {
			r.addresses(v, "header."+name)
		}
	}
	r.hop(e, victims)
}

// victims gives the organisations of the recipients, by registered domain.
func (r *reader) victims(e *entity) map[string]bool {
	out := map[string]bool{}
	for _, name := range [...]string{"to", "cc", "bcc", "delivered-to", "x-original-to", "envelope-to"} {
		for _, v := range e.all(name) {
			for _, a := range mailboxes(decodeWords(v)) {
				if org := orgOf(a); !freemail[org] {
					out[org] = true
				}
			}
		}
	}
	return out
}

// freemail are providers at which attackers and victims both have mailboxes, and
// whose servers send for everybody.
var freemail = map[string]bool{"gmail.com": true, "googlemail.com": true, "google.com": true, "outlook.com": true, "hotmail.com": true, "live.com": true, "yahoo.com": true, "ymail.com": true, "aol.com": true, "icloud.com": true, "me.com": true,
	"mail.ru": true, "yandex.ru": true, "yandex.com": true, "gmx.de": true, "gmx.net": true, "web.de": true, "qq.com": true, "163.com": true, "126.com": true, "proton.me": true, "protonmail.com": true, "zoho.com": true,
	"amazonses.com": true, "sendgrid.net": true, "mailgun.net": true, "mcsv.net": true, "sparkpostmail.com": true, "mandrillapp.com": true, "messagingengine.com": true}

// hostOf gives the host of a canonical mailbox.
func hostOf(a string) string { return a[strings.LastIndexByte(a, '@')+1:] }

// orgOf gives the registered domain of a mailbox or host.
func orgOf(s string) string {
	host := strings.ToLower(strings.Trim(s[strings.LastIndexByte(s, '@')+1:], ". "))
	if org, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return org
	}
	return host
}

// mailboxes gives the addresses of a field. Where RFC 5322 is broken, what the
// scanner finds counts.
func mailboxes(s string) (out []string) {
	if s == "" || len(s) > 64<<10 {
		return nil
	}
	if list, err := mail.ParseAddressList(s); err == nil {
		for _, a := range list {
			out = append(out, a.Address)
		}
		return out
	}
	for _, f := range scan.Find(strings.NewReplacer("<", " ", ">", " ").Replace(s)) {
		if f.Thing.Kind == observable.Email {
			out = append(out, f.Thing.Value)
		}
	}
	return out
}

// bounce tells return paths that name the recipient or a list (VERP, SRS, BATV).
func bounce(a string) bool {
	local := strings.ToLower(a[:max(strings.LastIndexByte(a, '@'), 0)])
	return strings.Contains(local, "=") || strings.Contains(local, "bounce") || strings.HasPrefix(local, "srs") || strings.HasPrefix(local, "prvs")
}

// authFailed tells whether the receiving server found the sender forged (RFC 8601).
func authFailed(e *entity) bool {
	for i, v := range e.all("authentication-results") {
		if i > 3 {
			break
		}
		v = strings.ToLower(v)
		if strings.Contains(v, "dmarc=fail") || strings.Contains(v, "spf=fail") && !strings.Contains(v, "dkim=pass") {
			return true
		}
	}
	return false
}

// quotesAnother tells whether the mail was forwarded inside its own text: its
// sender then is who reports it.
func (r *reader) quotesAnother() bool {
	s := strings.ToLower(strings.TrimSpace(r.subject))
	for _, p := range [...]string{"fw:", "fwd:", "wg:", "tr:", "rv:", "enc:", "i:", "vs:", "fs:", "пересл"} {
		if strings.HasPrefix(s, p) {
			text := "\n" + r.text.String()
			for _, q := range [...]string{"\nFrom:", "\nVon:", "\nDe:", "\nDa:", "\nFrån:", "\nFra:", "\nОт:", "\n> From:", "\n*From:*", "\nVan:", "\nOd:"} {
				if strings.Contains(text, q) {
					return true
				}
			}
		}
	}
	return false
}

// hop finds the connection over which the mail came in from outside: the newest
// Received field whose sender is neither the recipients' own nor inside. Older
// fields may be forged; the servers of large providers send for everybody.
func (r *reader) hop(e *entity, victims map[string]bool) {
	for i, v := range e.all("received") {
		if i > 20 {
			return
		}
		from, by, ok := strings.Cut(v, " by ")
		if !ok {
			from = v
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(from), "from "), " ")
		org := orgOf(strings.Trim(name, "[]()"))
		host, _, _ := strings.Cut(strings.TrimSpace(by), " ")
		if victims[org] || org == orgOf(host) && org != "" {
			continue
		}
		public := false
		for _, f := range scan.Find(from) {
			if f.Thing.Kind != observable.IPv4 && f.Thing.Kind != observable.IPv6 {
				continue
			}
			if reason, special := observable.Special(f.Thing); special && reason != "documentation" {
				continue
			}
			public = true
			if !freemail[org] && !freemail[orgOfText(from)] {
				r.m.Mention(draft.Mention{Things: []observable.Thing{f.Thing}, Place: "header.received"})
			}
		}
		if public {
			return
		}
	}
}

// orgOfText gives the registered domain of the reverse name that a server wrote
// in parentheses behind the name that its peer claimed.
func orgOfText(from string) string {
	_, rest, ok := strings.Cut(from, "(")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, " ")
	return orgOf(strings.Trim(name, "[]()."))
}

// addresses mentions the addresses in a header field.
func (r *reader) addresses(v, place string) {
	for _, f := range scan.Find(v) {
		if f.Thing.Kind == observable.IPv4 || f.Thing.Kind == observable.IPv6 {
			r.m.Mention(draft.Mention{Things: []observable.Thing{f.Thing}, Place: place})
		}
	}
}
