package exchange

import (
	"bytes"
	"context"
	"strings"

	"tocsin/member"
	"tocsin/stix"
)

// names is which identifiers of a part are published under others.
type names struct {
	own    map[string]bool   // identities of the submitter itself
	other  map[string]string // submitted to published
	pseudo func(member.Audience) string
}

func (n *names) of(id string, aud member.Audience) (string, bool) {
	if n.own[id] {
		p := n.pseudo(aud)
		return p, p != id
	}
	to, ok := n.other[id]
	return to, ok
}

// rename replaces the identifiers that follow from what the gate took out
// (docs/way-of-a-report.md, step 3), and the submitter's identity by its
// pseudonym unless it agreed to be named.
func (x *Exchange) rename(ctx context.Context, k *kept, items []*item) ([]*item, error) {
	n, err := x.names(ctx, k, items)
	if err != nil {
		return nil, err
	}
	for _, it := range items {
		it.own = it.obj.CreatedBy == "" || n.own[it.obj.CreatedBy]
		if it.stripped.Changed && it.mustRename() {
			n.give(it.submitted)
		}
	}
	// An object of somebody else that mentions a replaced identifier is changed
	// by that, so it gets a fresh identifier too, and so on.
	for changed := true; changed; {
		changed = false
		for _, it := range items {
			if it.own || it.obj.Family == stix.SCO || n.other[it.submitted] != "" || !n.mentions(it) {
				continue
			}
			n.give(it.submitted)
			changed = true
		}
	}
	out := items[:0]
	for _, it := range items {
		if it.obj.Type == "identity" && n.own[it.submitted] && n.pseudo(it.aud) != it.submitted {
			continue // who filed is shown by the pseudonym alone
		}
		if err := n.apply(x, it); err != nil {
			return nil, err
		}
		if it.renamed {
			k.publishedAs(it.submitted, it.obj.ID)
		}
		out = append(out, it)
	}
	for id := range n.own {
		if id != k.work.session.Member.Identity {
			k.publishedAs(id, ownMark)
		}
	}
	return out, nil
}

// ownMark stands for "the submitter's own identity" in the book of published identifiers.
const ownMark = "own"

func (k *kept) publishedAs(submitted, published string) {
	if k.published == nil {
		k.published = map[string]string{}
	}
	k.published[submitted] = published
}

// names starts from what is known of the member: its own identities, and what
// was published under other identifiers before.
func (x *Exchange) names(ctx context.Context, k *kept, items []*item) (*names, error) {
	m := k.work.session.Member
	m.Named = m.Named || k.work.options.Named
	n := &names{own: map[string]bool{}, other: map[string]string{}, pseudo: func(a member.Audience) string {
		id, _ := x.members.Pseudonym(m, a)
		return id
	}}
	if m.Identity != "" {
		n.own[m.Identity] = true
	}
	ids := map[string]bool{}
	for _, it := range items {
		if it.obj.Type == "identity" {
			name, contact := identityWords(it.original)
			if x.members.OwnIdentity(m, it.submitted, name, contact) {
				n.own[it.submitted] = true
			}
		}
	}
	known, err := x.book.Any(ctx, x.db.Reader(), int64(m.ID))
	if err != nil || !known {
		return n, err
	}
	for _, it := range items {
		ids[it.submitted] = true
		eachMention(it.obj.Raw, func(m mention) { ids[m.id] = true })
	}
	list := make([]string, 0, len(ids))
	for id := range ids {
		list = append(list, id)
	}
	before, err := x.book.Published(ctx, x.db.Reader(), int64(m.ID), list)
	if err != nil {
		return nil, err
	}
	for id, pub := range before {
		if pub == ownMark {
			n.own[id] = true
		} else {
			n.other[id] = pub
		}
	}
	return n, nil
}

// give makes a fresh random identifier for a submitted one.
func (n *names) give(submitted string) {
	if n.other[submitted] == "" {
		typ, _, _ := strings.Cut(submitted, "--")
		n.other[submitted] = NewID(typ)
	}
}

// mustRename: an object that somebody else created and that was changed is
// another object (STIX 2.1 section 3.6.2). One whose identifier may be computed
// from its content keeps it only if nothing that it is computed from was touched.
func (it *item) mustRename() bool {
	if it.stripped.IDTainted {
		return true
	}
	if it.obj.Family == stix.SCO {
		standard, ok := stix.ObservableID(it.original)
		return !isRandom(it.submitted) && (!ok || standard != it.submitted)
	}
	return !it.own || !isRandom(it.submitted)
}

// isRandom tells a version 4 UUID: not computed from anything, if its maker is honest.
func isRandom(id string) bool {
	_, u, _ := strings.Cut(id, "--")
	return len(u) == 36 && u[14] == '4'
}

// mention is an identifier that stands somewhere in an object, its own id apart:
// in a reference, or in the middle of a text.
type mention struct {
	id         string
	start, end int // of the string token in the object, quotes included
	from, to   int // of the identifier in the decoded string
}

// eachMention calls f for the identifiers in an object. Texts count too: an
// identifier that is computed from a removed value is that value wherever it stands.
func eachMention(raw []byte, f func(mention)) {
	_ = stix.Walk(raw, func(l stix.Field) error { // the object was parsed before
		if l.IsKey || l.Kind != stix.String || len(l.Path) == 1 && l.Path[0].Key == "id" {
			return nil
		}
		for at := 0; ; {
			i := strings.Index(l.Value[at:], "--")
			if i < 0 {
				return nil
			}
			from, to := at+i, at+i+2+uuidLen
			for from > at && isTypeByte(l.Value[from-1]) {
				from--
			}
			if at += i + 2; to > len(l.Value) {
				return nil
			}
			if _, ok := stix.CheckID(l.Value[from:to]); ok {
				f(mention{l.Value[from:to], l.Start, l.End, from, to})
				at = to
			}
		}
	})
}

const uuidLen = 36

func isTypeByte(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' }

// may tells, without walking through it, whether an object can have a mention
// that is to be replaced: an identifier may also be written with escapes.
func (n *names) may(raw []byte) bool {
	if len(n.other) > 0 || bytes.Contains(raw, []byte(`\u`)) {
		return true
	}
	for id := range n.own {
		if bytes.Contains(raw, []byte(id)) {
			return true
		}
	}
	return false
}

// mentions tells whether an object mentions something that is published under
// another identifier.
func (n *names) mentions(it *item) (found bool) {
	if !n.may(it.obj.Raw) {
		return false
	}
	eachMention(it.obj.Raw, func(m mention) {
		_, renamed := n.of(m.id, it.aud)
		found = found || renamed
	})
	return found
}

// apply writes the published identifiers into an object.
func (n *names) apply(x *Exchange, it *item) error {
	to, renamed := n.other[it.submitted]
	if !renamed && !n.may(it.obj.Raw) {
		return nil
	}
	raw := it.obj.Raw
	var edits []stix.Edit
	eachMention(raw, func(m mention) {
		if pub, ok := n.of(m.id, it.aud); ok {
			edits = append(edits, stix.EditString(raw, m.start, m.end, m.from, m.to, pub))
		}
	})
	if len(edits) == 0 && !renamed {
		return nil
	}
	raw = stix.Splice(raw, edits)
	if renamed {
		raw = stix.WithID(raw, to)
		if !it.own && it.obj.Family != stix.SCO {
			raw = stix.WithCreator(raw, x.identity)
		}
	}
	obj, err := stix.Parse(raw, stix.Limits{})
	if err != nil {
		return err
	}
	it.obj, it.renamed = obj, renamed
	return nil
}

// identityWords gives the name and the contact text of an identity object.
func identityWords(raw []byte) (name, contact string) {
	_ = stix.Walk(raw, func(f stix.Field) error { // the object was parsed before
		if len(f.Path) == 1 && f.Kind == stix.String && !f.IsKey {
			switch f.Path[0].Key {
			case "name":
				name = f.Value
			case "contact_information":
				contact = f.Value
			}
		}
		return nil
	})
	return name, contact
}
