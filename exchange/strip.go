package exchange

import (
	"context"

	"tocsin/fault"
	"tocsin/privacy"
	"tocsin/stix"
)

// strip is step 3: the gate judges all objects of the part together; then the
// identifiers that may not be published are replaced, everywhere. Of a member that is
// not named, what tells who it is goes like a person's value.
func (x *Exchange) strip(ctx context.Context, k *kept, items []*item) (_ []*item, err error) {
	objs := make([]stix.Object, len(items))
	for i, it := range items {
		objs[i] = it.obj
	}
	publisher := k.work.session.Member.Publisher
	order, left := x.order(k, items)
	order.Own = k.work.own
	if publisher {
		order.TakeOut = nil // kept byte for byte: what is named is not taken out, and refused below
	}
	verdicts := x.gate.Strip(objs, order)
	if err := left(); err != nil {
		return nil, err
	}
	out := make([]*item, 0, len(items))
	for i, it := range items {
		v := verdicts[i]
		if publisher {
			// Record-only: what its own creator published to everyone is kept byte for byte.
			k.recorded += len(v.Removed) + len(v.Held)
			v = privacy.Stripped{Raw: it.obj.Raw}
		}
		if k.work.own.In(it.obj.Type) {
			k.failItem(it, fault.At(fault.Refused, "type", "the name of this type tells who you are; show your name, or file it under another type"))
			continue
		}
		it.stripped, it.creator = v, it.obj.CreatedBy
		if v.Changed {
			// Everything that follows is read from what may go out, never from what came.
			if it.obj, err = stix.Parse(v.Raw, stix.Limits{}); err != nil {
				k.failItem(it, fault.Because(err, fault.Refused, "the object breaks a rule without what the gate had to take out; leave that out and file it again"))
				continue
			}
		}
		out = append(out, it)
	}
	if publisher {
		return out, nil
	}
	return x.rename(ctx, k, out)
}
