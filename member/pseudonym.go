package member

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"tocsin/stix"
)

// Pseudonym gives identity id and name under which a member's objects appear to
// an audience: its own if it is named, else the same pseudonym for the same
// member within one group (the community is one). Two pseudonyms of one member
// can't be told to belong together without the keys folder.
func (r *Registry) Pseudonym(m Member, a Audience) (id, name string) {
	if m.Named {
		return m.Identity, m.Name
	}
	h := r.mac("pseudonym", fmt.Append(nil, int64(m.ID)), fmt.Append(nil, int32(circle(a))))
	return "identity--" + uuid4([16]byte(h[:16])), fmt.Sprintf("Member %X", h[16:19])
}

// uuid4 writes 16 bytes as a UUID of version 4 (RFC 9562 section 5.4).
func uuid4(b [16]byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// OwnIdentity tells whether an identity object is the member's own: the
// registered id, or one that bears its registered name (letter case, spaces,
// punctuation and the legal form aside), or whose contact or name is at a
// registered domain. Not just any identity that it files: those of victims,
// actors and partners are content.
func (r *Registry) OwnIdentity(m Member, id, name, contact string) bool {
	if m.Identity != "" && strings.EqualFold(id, m.Identity) {
		return true
	}
	if typ, ok := stix.CheckID(id); !ok || typ != "identity" {
		return false
	}
	if n := bareName(name); n != "" && n == bareName(m.Name) {
		return true
	}
	if d, ok := canonicalDomain(name); ok && slices.Contains(m.Domains, d) {
		return true
	}
	return atDomain(contact, m.Domains)
}

// legalForms are the ends of company names that say how they are organised, as
// words without punctuation; two words count before one.
var legalForms = [...]string{
	"inc", "incorporated", "corp", "corporation", "co", "company", "llc", "llp", "lp", "ltd", "limited", "plc", "pllc", "pc",
	"gmbh", "mbh", "ag", "se", "kg", "kgaa", "ohg", "gbr", "ug", "ev", "eg", "gmbh & co kg", "gmbh & co kgaa", "ag & co kg",
	"sa", "sas", "sasu", "sarl", "snc", "eurl", "spa", "srl", "sapa", "bv", "nv", "cv", "vof", "cvba", "bvba", "sprl",
	"oy", "oyj", "ab", "as", "asa", "aps", "a/s", "hf", "ehf", "ou", "uab", "sia", "kft", "zrt", "nyrt", "bt",
	"sro", "s r o", "spol sro", "doo", "dd", "ad", "ead", "ood", "eood", "sp zoo", "sp z o o", "zoo", "sl", "slu", "lda", "ltda", "sab de cv", "sa de cv",
	"pty", "pty ltd", "pte", "pte ltd", "pvt", "pvt ltd", "private limited", "sdn bhd", "bhd", "kk", "gk", "co ltd", "jsc", "pjsc", "ojsc", "ooo", "zao", "ao",
}

// BareName gives a company's name as names are compared: in small letters, without
// punctuation and without its legal form.
func BareName(s string) string { return bareName(s) }

// bareName gives what a company's name is compared by.
func bareName(s string) string {
	var b strings.Builder
	for _, c := range fold(s) {
		switch {
		case unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) || c == '&' || c == '/' || c == '+':
			b.WriteRune(c)
		case c == '.' || c == '\'' || c == '’':
			// S.A. is SA, and O'Hara is Ohara.
		default:
			b.WriteByte(' ')
		}
	}
	words := strings.Fields(b.String())
	for cut := true; cut; {
		cut = len(words) > 1 && words[len(words)-1] == "&"
		if cut {
			words = words[:len(words)-1]
		}
		for n := min(4, len(words)-1); n > 0 && !cut; n-- {
			if slices.Contains(legalForms[:], strings.Join(words[len(words)-n:], " ")) {
				words, cut = words[:len(words)-n], true
			}
		}
	}
	return strings.Join(words, " ")
}

// maxContact bounds how much of a contact text is looked at, in bytes.
const maxContact = 10_000

// atDomain tells whether a text names a mailbox or a host at one of the domains or below.
func atDomain(text string, domains []string) bool {
	if len(domains) == 0 {
		return false
	}
	text = text[:min(len(text), maxContact)]
	for w := range strings.FieldsFuncSeq(text, func(c rune) bool {
		return !(unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) || c == '.' || c == '-' || c == '_')
	}) {
		host, ok := canonicalDomain(strings.Trim(w, ".-"))
		if !ok {
			continue
		}
		for _, d := range domains {
			if host == d || strings.HasSuffix(host, "."+d) {
				return true
			}
		}
	}
	return false
}
