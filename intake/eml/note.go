package eml

import (
	"fmt"
	"strings"

	"tocsin/intake/scan"
	"tocsin/intake/scan/page"
	"tocsin/observable"
)

// note reads the text with which a mail was forwarded. What it names is what
// somebody found who looked into the case; the people who wrote and got the
// note, their organisations and the signature are none of it.
func (r *reader) note(e, inner *entity) {
	if e.message == inner {
		return
	}
	switch {
	case e.message != nil:
		r.note(e.message, inner)
	case len(e.parts) > 0:
		for _, p := range e.parts {
			if e.media != "multipart/alternative" || p.media != "text/html" || !plainBeside(e) {
				r.note(p, inner)
			}
		}
	case (e.media == "text/plain" || e.media == "text/html") && e.dispo != "attachment" && e.name == "":
		s, err := e.text()
		if err != nil {
			r.m.Problem("note", "this text is in no encoding that is read here")
			return
		}
		if e.media == "text/html" {
			_, s = page.Text(s)
		}
		if s = strings.TrimSpace(s); s == "" {
			return
		}
		fmt.Fprintf(&r.text, "Forwarded with this note:\n%s\n\n", s)
		r.noted(s)
	}
}

// plainBeside tells whether an alternative has a plain text.
func plainBeside(e *entity) bool {
	for _, p := range e.parts {
		if p.media == "text/plain" {
			return true
		}
	}
	return false
}

// noted mentions the finds of a note that are sure. Who defangs one value in a
// note defangs all that are dangerous, so that a name left whole beside it is a
// colleague's or a tool's; below the closing words only what is defanged counts.
func (r *reader) noted(s string) {
	found := scan.Find(s)
	fanged := false
	for _, f := range found {
		fanged = fanged || f.Defanged
	}
	end := closing(s)
	kept := found[:0]
	for _, f := range found {
		switch {
		case f.Context, r.ours(f.Thing):
		case f.Defanged:
			kept = append(kept, f)
		case f.Start >= end, network(f.Thing.Kind) && fanged, f.Thing.Kind == observable.Email:
		default:
			kept = append(kept, f)
		}
	}
	scan.MentionFound(r.m, s, kept)
	r.links(kept)
}

// network tells the kinds that writers defang.
func network(k observable.Kind) bool {
	switch k {
	case observable.IPv4, observable.IPv6, observable.CIDR, observable.Domain, observable.URL, observable.Email, observable.Onion:
		return true
	}
	return false
}

// ours tells names of the people who forwarded the mail and of those who got it.
func (r *reader) ours(t observable.Thing) bool {
	switch t.Kind {
	case observable.Email:
		return r.own[orgOf(t.Value)] || r.people[t.Value]
	case observable.Domain:
		return r.own[orgOf(t.Value)]
	case observable.URL:
		h, ok := observable.URLHost(t.Value)
		return ok && h.Kind == observable.Domain && r.own[orgOf(h.Value)]
	}
	return false
}

// closings are words with which letters end, in the languages that notes come in.
var closings = [...]string{"regards", "best", "best regards", "kind regards", "warm regards", "many thanks", "thanks", "thank you", "thx", "cheers", "sincerely", "yours sincerely", "br", "kr", "all the best",
	"mit freundlichen grüßen", "mit freundlichem gruß", "freundliche grüße", "viele grüße", "beste grüße", "liebe grüße", "gruß", "grüße", "mfg", "vg", "cordialement", "bien cordialement", "salutations", "merci", "saludos", "un saludo", "atentamente", "gracias",
	"atenciosamente", "obrigado", "obrigada", "cumprimentos", "cordiali saluti", "saluti", "grazie", "met vriendelijke groet", "groeten", "med vänliga hälsningar", "mvh", "hälsningar", "med venlig hilsen", "venlig hilsen", "vennlig hilsen", "pozdrawiam", "z poważaniem", "s pozdravem", "с уважением", "з повагою"}

// closing gives where the signature of a note starts: at the mark of RFC 3676
// section 4.3 or a line of closing words, or else behind the text.
func closing(s string) int {
	at := 0
	for line := range strings.Lines(s) {
		l := strings.TrimRight(line, "\r\n")
		if l == "-- " || l == "--" {
			return at
		}
		if l = strings.ToLower(strings.Trim(l, " \t,.!>")); len(l) < 40 {
			for _, c := range closings {
				if l == c {
					return at
				}
			}
		}
		at += len(line)
	}
	return len(s)
}

// envelope keeps who wrote and got the mails round the inner one, and who got
// that: their organisations, by registered domain, and their mailboxes.
func (r *reader) envelope(outer, inner *entity) {
	r.own, r.people = r.victims(inner), map[string]bool{}
	for e := outer; e != nil && e != inner; e = attached(e) {
		for _, name := range [...]string{"from", "sender", "reply-to", "to", "cc", "bcc", "delivered-to"} {
			for _, v := range e.all(name) {
				for _, a := range mailboxes(decodeWords(v)) {
					r.people[strings.ToLower(a)] = true
					if org := orgOf(a); !freemail[org] {
						r.own[org] = true
					}
				}
			}
		}
	}
}
