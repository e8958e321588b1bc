package eml

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"tocsin/intake/scan"
	"tocsin/intake/scan/draft"
	"tocsin/observable"
)

// linked is a host of links, and whether the analyst's note called it dangerous.
type linked struct{ noted bool }

// links keeps the hosts of the links among the finds of a note.
func (r *reader) links(found []scan.Found) {
	for _, f := range found {
		if f.Thing.Kind == observable.URL && f.Defanged {
			r.link(f.Thing.Value, true)
		}
	}
}

func (r *reader) link(url string, noted bool) {
	if h, ok := observable.URLHost(url); ok && h.Kind == observable.Domain && len(r.hosts) < maxHosts {
		before, known := r.hosts[h.Value]
		if !known {
			r.order = append(r.order, h.Value)
		}
		r.hosts[h.Value] = linked{noted || before.noted}
	}
}

// maxHosts is how many hosts of links are looked at; a phish has few.
const maxHosts = 200

// deceivers makes indicators of hosts by which a mail deceives. A host must be
// one of a link or of the sender, and be sure in one of two ways: its name takes
// in the recipients' own name, or the note defanged a link to it and the mail
// came from there. Shared hosts and providers, and the recipients' and the
// reporter's own, are never meant.
func (r *reader) deceivers(senders []string) {
	from := map[string]bool{}
	for _, s := range senders {
		from[orgOf(s)] = true
	}
	for _, host := range append(r.order, senders...) {
		org := orgOf(host)
		t, err := observable.Canonical(observable.Domain, host)
		if err != nil || t.Kind != observable.Domain || r.own[org] || freemail[org] || shared[org] || !observable.KnownSuffix(t.Value) {
			continue
		}
		if r.imitates(org) || r.hosts[host].noted && from[org] {
			r.m.Mention(draft.Mention{Things: []observable.Thing{t}, Place: "sender"})
		}
	}
}

// imitates tells whether the registered domain org takes in the name of an
// organisation that got the mail: together with a word that baits, or with
// letters that look alike.
func (r *reader) imitates(org string) bool {
	name := label(org)
	for own := range r.own {
		victim := label(own)
		if len(victim) < 5 || name == victim {
			continue
		}
		if fold(name) == fold(victim) {
			return true
		}
		before, after, ok := strings.Cut(fold(name), fold(victim))
		if ok && slices.ContainsFunc(strings.Split(before+"-"+after, "-"), func(w string) bool { return baits[w] }) {
			return true
		}
	}
	return false
}

// label gives what an organisation chose of its registered domain.
func label(org string) string {
	suffix, _ := publicsuffix.PublicSuffix(org)
	return strings.TrimSuffix(strings.TrimSuffix(org, suffix), ".")
}

// fold brings letters that look alike together.
func fold(s string) string {
	return strings.NewReplacer("0", "o", "1", "l", "i", "l", "3", "e", "5", "s", "rn", "m", "vv", "w").Replace(s)
}

// baits are words that phish put beside a name, folded.
var baits = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq("login logon signin sign secure security verify verification confirm account accounts auth sso mfa vpn update updates support helpdesk help service services portal payroll pay payment payments billing invoice alert alerts password reset unlock webmail mail owa office365 o365 online access my customer client clients refund id web docs sharepoint onedrive hr it") {
		m[fold(w)] = true
	}
	return m
}()

// shared are hosts at which strangers put pages, files and short links.
var shared = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq("bit.ly tinyurl.com t.co goo.gl ow.ly is.gd cutt.ly rb.gy lnkd.in linkedin.com facebook.com instagram.com x.com twitter.com youtube.com youtu.be telegram.org t.me discord.com discord.gg pastebin.com github.com githubusercontent.com gitlab.com dropbox.com box.com wetransfer.com we.tl mega.nz mediafire.com notion.so notion.site canva.com typeform.com jotform.com wix.com weebly.com wordpress.com blogspot.com google.com googleapis.com microsoft.com office.com sharepoint.com live.com windows.net azurewebsites.net amazonaws.com cloudfront.net cloudflare.com workers.dev pages.dev r2.dev web.app firebaseapp.com netlify.app vercel.app herokuapp.com archive.org docusign.net docusign.com adobe.com apple.com paypal.com ipfs.io translate.goog zendesk.com hubspot.com mailchimp.com list-manage.com salesforce.com") {
		m[w] = true
	}
	return m
}()
