package exchange

import (
	"context"

	"tocsin/privacy"
	"tocsin/stix"
)

// strip is step 3: the gate judges all objects of the part together; then the
// identifiers that may not be published are replaced, everywhere.
func (x *Exchange) strip(ctx context.Context, k *kept, items []*item) ([]*item, error) {
	objs := make([]stix.Object, len(items))
	for i, it := range items {
		objs[i] = it.obj
	}
	verdicts := x.gate.Report(objs)
	publisher := k.work.session.Member.Publisher
	for i, it := range items {
		v := verdicts[i]
		if publisher {
			// Record-only: what its own creator published to everyone is kept byte for byte.
			k.recorded += len(v.Removed) + len(v.Held)
			v = privacy.Stripped{Raw: it.obj.Raw}
		}
		it.stripped = v
		if v.Changed {
			it.obj.Raw = v.Raw
		}
	}
	if publisher {
		return items, nil
	}
	return x.rename(ctx, k, items)
}
