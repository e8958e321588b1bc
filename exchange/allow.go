package exchange

import (
	"cmp"
	"strings"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/member"
	"tocsin/stix"
)

// readOptions is what the readers of formats need.
func (x *Exchange) readOptions(s member.Session, name string) intake.Options {
	return intake.Options{Now: now(), NewID: NewID, CreatedBy: s.Member.Identity, Name: name}
}

// allow is step 2: it reads the header of each object and decides its audience.
func (x *Exchange) allow(k *kept) []*item {
	w := k.work
	for _, p := range w.batch.Problems {
		k.fail(Failure{Place: p.Place, ID: p.ID, Kind: cmp.Or(p.Kind, fault.Invalid), Detail: p.Detail})
	}
	items := make([]*item, 0, len(w.batch.Items))
	for _, in := range w.batch.Items {
		it := &item{place: in.Place, original: in.Raw}
		obj, err := stix.Parse(in.Raw, stix.Limits{})
		if err == nil {
			it.obj, it.submitted = obj, obj.ID
			it.aud, err = x.audience(w, &obj)
		}
		if err != nil {
			k.failItem(it, err)
			continue
		}
		items = append(items, it)
	}
	return items
}

// audience decides where an object may be kept: one function of package member,
// on all markings that the object carries. Until parts of an object can be
// shown apart, a marking on a part counts for the whole.
func (x *Exchange) audience(w *work, o *stix.Object) (member.Audience, error) {
	markings := o.Markings
	if o.Granular {
		markings = append([]string(nil), markings...)
		for _, r := range stix.References(o.Raw) {
			if strings.HasSuffix(r.Path, "marking_ref") {
				markings = append(markings, r.ID)
			}
		}
	}
	var levels []stix.TLP
	var others []string
	for _, m := range markings {
		if l := stix.TLPOf(m); l != stix.TLPNone {
			levels = append(levels, l)
		} else {
			others = append(others, m)
		}
	}
	return member.Allow(w.session, levels, others, w.target)
}

func (k *kept) failItem(it *item, err error) {
	k.fail(Failure{Place: it.place, ID: it.submitted, Version: it.obj.Version(), Kind: fault.KindOf(err), Detail: fault.Public(err)})
}
