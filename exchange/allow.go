package exchange

import (
	"cmp"
	"strings"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/member"
	"tocsin/privacy"
	"tocsin/stix"
)

// readOptions is what the readers of formats need.
func (x *Exchange) readOptions(s member.Session, name string, own *privacy.Own) intake.Options {
	return intake.Options{Now: now(), NewID: NewID, CreatedBy: s.Member.Identity, Name: name, Ours: atOwn(own)}
}

// allow is step 2: it reads the header of each object and decides its audience.
func (x *Exchange) allow(k *kept) []*item {
	w := k.work
	for _, p := range w.batch.Problems {
		k.fail(Failure{Place: p.Place, ID: p.ID, Kind: cmp.Or(p.Kind, fault.Invalid), Detail: p.Detail})
	}
	items := make([]*item, 0, len(w.batch.Items))
	w.declared = map[string]stix.TLP{}
	for _, in := range w.batch.Items {
		it := &item{place: in.Place, original: in.Raw, made: in.Made}
		obj, err := stix.Parse(in.Raw, stix.Limits{})
		if err == nil {
			it.obj, it.submitted = obj, obj.ID
			if l := stix.DeclaredTLP(&obj); l != stix.TLPNone {
				w.declared[obj.ID] = max(w.declared[obj.ID], l)
			}
			err = stix.CheckTLP(&obj)
		}
		if err != nil {
			k.failItem(it, err)
			continue
		}
		items = append(items, it)
	}
	w.written = writtenTLP(w.batch)
	allowed := items[:0]
	for _, it := range items {
		var err error
		if it.aud, err = x.audience(w, it); err != nil {
			k.failItem(it, err)
			continue
		}
		allowed = append(allowed, it)
	}
	return allowed
}

// writtenTLP gives the level that a report without markings of its own names in
// its head: whoever writes TLP:RED above a text means it.
func writtenTLP(b intake.Batch) stix.TLP {
	switch b.Format {
	case intake.Text, intake.EML, intake.CSV:
		const head = 16 << 10
		return stix.TLPIn(string(b.Input[:min(head, len(b.Input))]))
	}
	return stix.TLPNone
}

// audience decides where an object may be kept: one function of package member,
// on all markings that the object carries. Until parts of an object can be
// shown apart, a marking on a part counts for the whole.
func (x *Exchange) audience(w *work, it *item) (member.Audience, error) {
	o := &it.obj
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
		if l := max(stix.TLPOf(m), w.declared[m]); l != stix.TLPNone {
			levels = append(levels, l)
		} else {
			others = append(others, m)
		}
	}
	if len(levels) == 0 && it.made && w.written != stix.TLPNone {
		levels = append(levels, w.written)
	}
	return member.Allow(w.session, levels, others, w.target)
}

func (k *kept) failItem(it *item, err error) {
	k.fail(Failure{Place: it.place, ID: it.submitted, Version: it.obj.Version(), Kind: fault.KindOf(err), Detail: fault.Public(err)})
}
