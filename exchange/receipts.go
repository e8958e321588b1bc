package exchange

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tocsin/archive"
	"tocsin/fault"
	"tocsin/held"
	"tocsin/ledger"
	"tocsin/ledger/receipt"
	"tocsin/member"
	"tocsin/store"
)

// Bounds of a report of many parts.
const (
	maxParts    = 10_000
	partsAtOnce = 64
)

// ReceiptView is the receipt of a report, a decision or a recall, as its page shows
// it: what the record fixed at filing, and apart from it what is so now.
type ReceiptView struct {
	Index    int64 // of the first part
	Kind     archive.Kind
	Filed    time.Time
	Own      bool
	Exchange bool // the exchange itself made the entry
	Member   string
	Aliases  []Alias // how others see the member, where its objects are
	Format   string
	Policy   string // hash of the gate's rules, in hexadecimal; "" where it had no say
	Reason   string
	Places   []Readers // where it went; how many see it there is so now
	Objects  int       // that went out, also where the reader doesn't see
	Types    []Count   // of those that the reader sees, also what was taken back since
	Took     []Count   // of a recall: what it took back of what the reader could see, by type
	Removed  []Count
	Refused  int
	Passages int     // that it was filed with
	Held     []Count // of them, by kind; fewer once they are erased
	About    []int64 // entries that a decision or recall is about
	Parts    []PartProof
	// What is so now.
	Gone    int     // of the objects that the reader sees: taken back
	Here    int     // and those that are still there
	Values  []Count // that their indicators name, by kind
	Waiting int     // passages that are not decided yet
	History []Happening
}

// Alias is how a member appears in a collection.
type Alias struct{ Collection, Name string }

// PartProof is what proves one part of a report.
type PartProof struct {
	Index  int64
	Leaf   string // of the tree, in hexadecimal
	Size   int64  // of the tree in which it is proven
	Hashes int    // that lead to the root
	Root   string // in hexadecimal
	Signer string
}

// mayHold tells who may have a receipt: whoever filed the entry, and the operator.
func mayHold(s member.Session, e archive.Entry) error {
	if err := s.May(member.ActRead); err != nil {
		return err
	}
	if e.Member == int64(s.Member.ID) || s.May(member.ActOperate) == nil {
		return nil
	}
	return errNoReceipt
}

var errNoReceipt = fault.New(fault.NotFound, "there is no such receipt, or it isn't yours")

// ReceiptOf gives what the receipt of an entry says, with all parts of its report.
func (x *Exchange) ReceiptOf(ctx context.Context, s member.Session, idx int64) (out ReceiptView, err error) {
	err = x.db.Snapshot(ctx, func(q store.Querier) error {
		entries, err := x.partsOf(ctx, q, s, idx)
		if err != nil {
			return err
		}
		first := entries[0]
		out = ReceiptView{Index: first.Index, Kind: first.Kind, Filed: time.UnixMicro(first.Added).UTC(), Own: first.Member == int64(s.Member.ID), Exchange: first.Member == 0}
		m, err := x.filerOf(ctx, first.Member)
		if err != nil {
			return err
		}
		out.Member = m.Name
		var refs []ledger.ObjectRef
		for _, e := range entries {
			more, err := x.receiptPart(ctx, q, s, e, &out)
			if err != nil {
				return err
			}
			refs = append(refs, more...)
		}
		if out.Places, err = x.placesOf(ctx, s, refs); err != nil {
			return err
		}
		out.alias(x, s, m, refs)
		slices.SortStableFunc(out.History, func(a, b Happening) int { return a.At.Compare(b.At) })
		return nil
	})
	return out, err
}

// alias says how others see the member where the objects of the receipt are.
func (r *ReceiptView) alias(x *Exchange, s member.Session, m member.Member, refs []ledger.ObjectRef) {
	if m.ID == 0 || len(refs) == 0 {
		return
	}
	for _, p := range r.Places {
		for _, a := range s.Audiences {
			if member.CollectionName(s, a) != p.Collection {
				continue
			}
			if _, name := x.members.Pseudonym(m, a); !slices.ContainsFunc(r.Aliases, func(o Alias) bool { return o.Name == name }) {
				r.Aliases = append(r.Aliases, Alias{p.Collection, name})
			}
		}
	}
}

// receiptPart adds one part.
func (x *Exchange) receiptPart(ctx context.Context, q store.Querier, s member.Session, e archive.Entry, out *ReceiptView) ([]ledger.ObjectRef, error) {
	v := seen{Entry: e}
	if err := v.read(s); err != nil {
		return nil, err
	}
	out.Format, out.Reason = cmp.Or(out.Format, v.facts.Format), cmp.Or(out.Reason, v.facts.Reason)
	out.Refused += v.facts.Refused
	out.Passages += v.facts.Held
	if body, ok := v.record.Part(ledger.PartPolicy); ok && out.Policy == "" {
		if err := json.Unmarshal(body, &out.Policy); err != nil {
			return nil, fmt.Errorf("policy of entry %d: %w", e.Index, err)
		}
	}
	out.Objects += v.all
	heads, err := x.heads(ctx, q, &v)
	if err != nil {
		return nil, err
	}
	out.Gone, out.Here = out.Gone+len(v.refs)-len(heads), out.Here+len(heads)
	if err := x.typesFiled(ctx, q, s, &v, heads, out); err != nil {
		return nil, err
	}
	values, err := x.valuesOf(ctx, q, &v, heads)
	if err != nil {
		return nil, err
	}
	for _, c := range values {
		out.Values = count(out.Values, c.Kind, c.N)
	}
	for _, c := range removedCounts(&v.record) {
		out.Removed = count(out.Removed, c.Kind, c.N)
	}
	passages, err := x.queue.OfEntry(ctx, q, e.Index, maxPassages)
	if err != nil {
		return nil, err
	}
	for _, p := range passages {
		out.Held = count(out.Held, p.Kind, 1)
		if p.State == held.Waiting {
			out.Waiting++
		}
	}
	history, err := x.history(ctx, q, audiences(s), e, passages[:min(len(passages), entryPassages)])
	if err != nil {
		return nil, err
	}
	if len(out.Parts) > 0 {
		history = history[1:] // it was accepted with its first part
	}
	out.History = append(out.History, history...)
	if out.About, err = x.about(ctx, q, s, &v, out.About); err != nil {
		return nil, err
	}
	proof, err := x.proofOf(ctx, q, e)
	out.Parts = append(out.Parts, proof)
	return v.refs, err
}

// typesFiled counts the objects of an entry by type as they were filed: of what was
// taken back since, the withdrawal says which object it was.
func (x *Exchange) typesFiled(ctx context.Context, q store.Querier, s member.Session, v *seen, heads []archive.Object, out *ReceiptView) error {
	there := make(map[int64]bool, len(heads))
	for _, o := range heads {
		there[o.At] = true
		out.Types = count(out.Types, typeOf(o.ID), 1)
	}
	var gone []int64
	for _, r := range v.refs {
		if at := v.Added + r.N; !there[at] {
			gone = append(gone, at)
		}
	}
	for some := range slices.Chunk(gone, targetsAtOnce) {
		of, err := x.archive.WithdrawalsOf(ctx, q, some)
		if err != nil {
			return err
		}
		for _, at := range some {
			out.Types = count(out.Types, typeOf(of[at].Ref), 1)
		}
	}
	if v.Kind != archive.Recall {
		return nil
	}
	took, err := x.archive.TargetsOf(ctx, q, v.Entry, audiences(s), entryWithdrawn)
	for _, w := range took {
		out.Took = count(out.Took, typeOf(w.Ref), 1)
	}
	return err
}

// targetsAtOnce is how many withdrawals one statement asks for.
const targetsAtOnce = 500

// maxPassages bounds the passages of one part that are counted.
const maxPassages = 10_000

// maxAbout bounds the entries that a recall is said to be about.
const maxAbout = 20

// about adds the entries that one is about: of a decision the one its passage came
// with, of a recall those whose objects went.
func (x *Exchange) about(ctx context.Context, q store.Querier, s member.Session, v *seen, list []int64) ([]int64, error) {
	var refers []int64
	if body, ok := v.record.Part(ledger.PartRefers); !ok || json.Unmarshal(body, &refers) != nil {
		return list, nil // of a restored log it is a checkpoint
	}
	if v.Kind == archive.Decision {
		return append(list, refers...), nil
	}
	var last archive.Entry
	for _, at := range refers {
		if at >= last.Added && at < last.Added+last.N {
			continue
		}
		e, err := x.archive.EntryAround(ctx, q, at)
		if fault.KindOf(err) == fault.NotFound && err != nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		if last = e; !slices.Contains(list, e.Index) {
			list = append(list, e.Index)
		}
		if len(list) == maxAbout {
			break
		}
	}
	return list, nil
}

// proofOf gives the proof of an entry in the tree that its receipt names.
func (x *Exchange) proofOf(ctx context.Context, q store.Querier, e archive.Entry) (p PartProof, err error) {
	r, err := x.recordOf(e)
	if err != nil {
		return p, err
	}
	text, err := x.tree.Proof(ctx, q, x.keys, e.Index, e.Size)
	if err != nil {
		return p, err
	}
	proof, err := receipt.ParseProof(text)
	if err != nil {
		return p, err
	}
	c, err := receipt.OpenCheckpoint(proof.Checkpoint, x.keys.VerifierKey())
	leaf := r.Leaf()
	return PartProof{e.Index, hex.EncodeToString(leaf[:]), c.Size, len(proof.Hashes), hex.EncodeToString(c.Root[:]), c.Origin}, err
}

// ReceiptFile gives the receipt of an entry as one file, with all parts of its
// report, and the index of the first.
func (x *Exchange) ReceiptFile(ctx context.Context, s member.Session, idx int64) (file []byte, first int64, err error) {
	err = x.db.Snapshot(ctx, func(q store.Querier) error {
		entries, err := x.partsOf(ctx, q, s, idx)
		if err != nil {
			return err
		}
		first = entries[0].Index
		parts := make([][]byte, 0, len(entries))
		for _, e := range entries {
			part, err := x.receiptOf(ctx, q, e)
			if err != nil {
				return err
			}
			parts = append(parts, part)
		}
		file = ledger.JoinReceipts(parts)
		return nil
	})
	return file, first, err
}

// partsOf gives the entries of a report, of which idx is one, in order; any other
// entry stands alone. A part that isn't there is left out.
func (x *Exchange) partsOf(ctx context.Context, q store.Querier, s member.Session, idx int64) ([]archive.Entry, error) {
	e, err := x.archive.Entry(ctx, q, idx)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return nil, errNoReceipt
	}
	if err == nil {
		err = mayHold(s, e)
	}
	if err != nil {
		return nil, err
	}
	part, err := x.partOf(e)
	if err != nil || e.Kind != archive.Report || part.Part <= 1 && part.Last {
		return []archive.Entry{e}, err
	}
	out := []archive.Entry{e}
	for n, at := part.Part, e.Index; n > 1; {
		before, err := x.sameReport(ctx, q, e.Member, part.Report, at, -1)
		if err != nil {
			return nil, err
		}
		if len(before.found) > 0 {
			out, n = append(before.found, out...), before.lowest
		}
		if at = before.at; at < 0 {
			break
		}
	}
	for last, at := part.Last, e.Index; !last && len(out) < maxParts; {
		after, err := x.sameReport(ctx, q, e.Member, part.Report, 0, at)
		if err != nil {
			return nil, err
		}
		out, last = append(out, after.found...), after.last
		if at = after.at; at < 0 {
			break
		}
	}
	return out, nil
}

// someParts are parts of a report among a run of its member's entries.
type someParts struct {
	found  []archive.Entry
	lowest int   // number of the first of found
	last   bool  // the report's last part is among them
	at     int64 // where to go on; -1 when there is nothing further
}

func (x *Exchange) sameReport(ctx context.Context, q store.Querier, who int64, report string, before, after int64) (p someParts, err error) {
	run, err := x.archive.EntriesBy(ctx, q, who, archive.Report, before, after, partsAtOnce)
	if err != nil {
		return p, err
	}
	p.at = -1
	if len(run) == partsAtOnce {
		if p.at = run[len(run)-1].Index; after >= 0 {
			p.at = run[0].Index
		} else if p.at == 0 {
			p.at = -1
		}
	}
	for _, e := range slices.Backward(run) { // they come newest first
		part, err := x.partOf(e)
		if err != nil {
			return p, err
		}
		if part.Report != report {
			continue
		}
		if len(p.found) == 0 {
			p.lowest = part.Part
		}
		p.found, p.last = append(p.found, e), part.Last
	}
	return p, nil
}
