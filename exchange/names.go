package exchange

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"

	"tocsin/member"
	"tocsin/stix"
)

// names is which identifiers of a part are published under others.
type names struct {
	own    map[string]bool   // identities of the submitter itself
	other  map[string]string // submitted to published; of removed ones their UUIDs alone too
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
	n.spread(items)
	for _, it := range items {
		if it.stripped.IDTainted {
			k.remove(n, it.submitted)
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

// remove notes an identifier that is computed from a removed value: nobody, not
// even another member who has it from elsewhere, publishes it from now on.
func (k *kept) remove(n *names, submitted string) {
	if k.taken == nil {
		k.taken = map[string]string{}
	}
	pub := n.other[submitted]
	old, fresh := strings.ToLower(submitted[len(submitted)-uuidLen:]), pub[len(pub)-uuidLen:]
	n.other[old] = fresh
	k.taken[submitted], k.taken[old] = pub, fresh
}

// spread gives fresh identifiers to somebody else's objects that mention a
// replaced one: they are changed by that, and so on. Each object is walked once.
func (n *names) spread(items []*item) {
	if len(n.other) == 0 && !slices.ContainsFunc(items, func(it *item) bool { return n.may(it.obj.Raw) }) {
		return
	}
	mentionedBy := map[string][]*item{}
	var work []string
	for _, it := range items {
		if n.other[it.submitted] != "" {
			work = append(work, it.submitted)
			continue
		}
		if it.own || it.obj.Family == stix.SCO {
			continue
		}
		eachMention(it.obj.Raw, func(m mention) {
			mentionedBy[m.id] = append(mentionedBy[m.id], it)
			if _, renamed := n.of(m.id, it.aud); renamed && len(m.id) > uuidLen && n.other[it.submitted] == "" {
				n.give(it.submitted)
				work = append(work, it.submitted)
			}
		})
	}
	for len(work) > 0 {
		id := work[len(work)-1]
		work = work[:len(work)-1]
		for _, it := range mentionedBy[id] {
			if n.other[it.submitted] == "" {
				n.give(it.submitted)
				work = append(work, it.submitted)
			}
		}
	}
}

// everybody stands, in the book of published identifiers, for all members: of
// identifiers that were removed.
const everybody = 0

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
	maps.Copy(n.other, k.work.renewals)
	k.before = map[string]string{}
	known, err := x.book.Any(ctx, x.db.Reader(), int64(m.ID))
	if err == nil && !known {
		known, err = x.book.Any(ctx, x.db.Reader(), everybody)
	}
	if err != nil || !known {
		return n, err
	}
	submitted := map[string]bool{}
	for _, it := range items {
		ids[it.submitted], submitted[it.submitted] = true, true
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
	k.before = before
	removed, err := x.book.Published(ctx, x.db.Reader(), everybody, list)
	if err != nil {
		return nil, err
	}
	for id, pub := range removed {
		// What the member itself files gets an identifier of its own.
		if n.other[id] == "" && !submitted[id] {
			n.other[id] = pub
		}
	}
	for id, pub := range before {
		switch {
		case pub == ownMark:
			n.own[id] = true
		case k.work.renewals[id] == "":
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
// in a reference, in the middle of a text, in the name of a property; or its UUID alone.
type mention struct {
	id         string // lower case; the UUID alone when no type stands before it
	start, end int    // of the string token in the object, quotes included
	from, to   int    // of the identifier in the decoded string
}

// eachMention calls f for the identifiers in an object. Texts count too: an
// identifier that is computed from a removed value is that value wherever it stands.
func eachMention(raw []byte, f func(mention)) {
	_ = stix.Walk(raw, func(l stix.Field) error { // the object was parsed before
		if l.Kind != stix.String && !l.IsKey || !l.IsKey && len(l.Path) == 1 && l.Path[0].Key == "id" {
			return nil
		}
		v, last := l.Value, 0
		for at := 0; at+uuidLen <= len(v); {
			dash := strings.IndexByte(v[at+8:], '-')
			if dash < 0 {
				return nil
			}
			from := at + dash
			to := from + uuidLen
			if to > len(v) || !isUUID(v[from:to]) {
				at = from + 1
				continue
			}
			start := from
			if start >= 3 && v[start-2:start] == "--" && isTypeByte(v[start-3]) {
				for start -= 2; start > last && isTypeByte(v[start-1]); start-- {
				}
			}
			f(mention{strings.ToLower(v[start:to]), l.Start, l.End, start, to})
			at, last = to, to
		}
		return nil
	})
}

const uuidLen = 36

func isTypeByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-'
}

// isUUID tells 36 characters of the form of RFC 9562, in either case.
func isUUID(s string) bool {
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
				return false
			}
		}
	}
	return true
}

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
