package exchange

import (
	"bytes"
	"cmp"
	"compress/flate"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"tocsin/archive"
	"tocsin/held"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/stix"
	"tocsin/store"
	"tocsin/submission"
)

// pastPart is what a part was answered, without its receipt.
type pastPart struct {
	ReportID string         `json:"report"`
	Objects  []ObjectResult `json:"objects"`
	Failures []Failure      `json:"failures,omitempty"`
	Removed  []Removed      `json:"removed,omitempty"`
	Held     []HeldResult   `json:"held,omitempty"`
}

// submissionKey names a part: by the client's idempotency key if it gave one,
// else by the keyed hash of member, body and options (contract, "Keys and doors").
func (x *Exchange) submissionKey(w *work) submission.Key {
	o := w.options
	who := fmt.Append(nil, w.session.Member.ID)
	options := fmt.Appendf(nil, "%d %q %d %t %q %q", o.TLP, o.Group, o.Collection, o.Named, o.Format, o.Name)
	if !o.TakeOut.none() {
		options = fmt.Appendf(options, " %t %q", o.TakeOut.All, o.TakeOut.Passages)
	}
	k := submission.Key{Member: int64(w.session.Member.ID), Part: w.part}
	k.Body = x.keys.MAC("submission body", who, w.batch.Input, options)
	k.K = k.Body
	if o.Idempotent != "" {
		k.K = x.keys.MAC("submission key", who, []byte(o.Idempotent))
	}
	return k
}

// pastAnswer is what a part was answered when it was filed before.
type pastAnswer struct {
	pastPart
	entry archive.Entry
}

// pastOf looks up whether a part was filed before and still stands: not when
// something of it was recalled meanwhile.
func (x *Exchange) pastOf(ctx context.Context, q store.Querier, w *work) (p pastAnswer, ok bool, err error) {
	past, ok, err := x.book.Find(ctx, q, x.submissionKey(w))
	if err != nil || !ok {
		return p, false, err
	}
	if p.entry, err = x.archive.Entry(ctx, q, past.Index); err != nil {
		return p, false, err
	}
	if back, err := x.archive.Recalled(ctx, q, p.entry); err != nil || back {
		return p, false, err
	}
	text, err := expand(past.Result)
	if err == nil {
		err = json.Unmarshal(text, &p.pastPart)
	}
	if err != nil {
		return p, false, fmt.Errorf("what entry %d was answered: %w", past.Index, err)
	}
	return p, true, nil
}

// repeated answers a part that was filed before with the same receipt, also
// when the first answer never arrived. What was recalled meanwhile is a new
// report, and so is a part whose other parts are.
func (x *Exchange) repeated(ctx context.Context, w *work) (*kept, error) {
	if w.options.Door == DoorTAXII {
		return nil, nil // there each object is known by its identifier and version
	}
	q := x.db.Reader()
	p, ok, err := x.repeatOf(ctx, q, w)
	if err != nil || !ok {
		return nil, err
	}
	receipt, err := x.receiptOf(ctx, q, p.entry)
	if err != nil {
		return nil, err
	}
	k := &kept{work: w, results: p.Objects, failures: p.Failures, removed: p.Removed, reportID: p.ReportID, index: p.entry.Index, repeat: true, receipt: receipt}
	for _, h := range p.Held {
		k.passages = append(k.passages, held.Passage{ID: h.ID, Object: h.Object, Path: h.Path, Kind: h.Type, Reason: h.Reason})
	}
	return k, nil
}

// repeatOf looks up whether a part is a repeat of one that was filed before.
func (x *Exchange) repeatOf(ctx context.Context, q store.Querier, w *work) (p pastAnswer, ok bool, err error) {
	p, ok, err = x.pastOf(ctx, q, w)
	if err != nil || !ok || len(w.report.Parts) > 0 && w.report.uuid != p.ReportID {
		return p, false, err
	}
	ok, err = x.stillFiled(ctx, q, w.session, p.Objects)
	return p, ok, err
}

// stillFiled tells whether the member still counts as one that filed all of some
// objects: not after it took one back that another had filed too.
func (x *Exchange) stillFiled(ctx context.Context, q store.Querier, s member.Session, objects []ObjectResult) (bool, error) {
	ids := make([]string, len(objects))
	for i, o := range objects {
		ids[i] = o.ID
	}
	found, err := x.archive.Find(ctx, q, audiences(s), ids, 0)
	if err != nil {
		return false, err
	}
	mine := map[string]bool{}
	for _, f := range found {
		if f.Member == int64(s.Member.ID) {
			mine[f.ID] = true
		}
	}
	for _, f := range found {
		if mine[f.ID] || f.State == archive.Taken {
			continue
		}
		filers, err := x.archive.Filers(ctx, q, f.At)
		if err != nil || !slices.Contains(filers, int64(s.Member.ID)) {
			return false, err
		}
	}
	return true, nil
}

// receiptOf makes the receipt of an entry again: the same bytes as the first time.
func (x *Exchange) receiptOf(ctx context.Context, q store.Querier, e archive.Entry) ([]byte, error) {
	r, err := x.recordOf(e)
	if err != nil {
		return nil, err
	}
	return x.tree.Receipt(ctx, q, x.keys, e.Index, e.Size, &r, nil)
}

// recordOf opens the record of an entry.
func (x *Exchange) recordOf(e archive.Entry) (ledger.Record, error) {
	parts, err := ledger.UnmarshalRecord(e.Record)
	if err != nil {
		return ledger.Record{}, fmt.Errorf("record of entry %d: %w", e.Index, err)
	}
	key, err := x.keys.Unwrap(e.Month, e.WKey)
	if err != nil || len(key) != 32 {
		return ledger.Record{}, fmt.Errorf("key of the record of entry %d: %w", e.Index, err)
	}
	parts.Key = [32]byte(key)
	return parts, nil
}

// arrange puts items and slots into the order in which the entry keeps them.
func (k *kept) arrange() {
	slices.SortStableFunc(k.items, func(a, b *item) int { return cmp.Compare(a.aud, b.aud) })
	k.slots = make([]archive.Slot, len(k.items))
	for i, it := range k.items {
		k.slots[i] = archive.Slot{Aud: int32(it.aud), ID: it.obj.ID, Version: it.obj.Version(), Raw: it.obj.Raw}
	}
}

// placed gives the passages with the positions of their objects.
func (k *kept) placed(p store.Place) []held.Passage {
	type place struct {
		id  string
		aud int32
	}
	at := make(map[place]int64, len(k.items))
	for n, it := range k.items {
		at[place{it.obj.ID, int32(it.aud)}] = p.Added + int64(n)
	}
	out := slices.Clone(k.passages)
	for i := range out {
		out[i].Index, out[i].Created = p.Index, p.Added
		out[i].At = at[place{out[i].Object, out[i].Aud}]
	}
	return out
}

// withIdentities adds, once per audience, the identity objects that the part's
// objects name as their creator and that are the exchange's to publish: the
// pseudonym of the member, and the exchange itself.
func (x *Exchange) withIdentities(ctx context.Context, k *kept, items []*item) ([]*item, error) {
	m := k.work.session.Member
	m.Named = m.Named || k.work.options.Named
	type want struct {
		id  string
		aud member.Audience
	}
	seen := map[want]bool{}
	for _, it := range items {
		id, name := x.members.Pseudonym(m, it.aud)
		w := want{it.obj.CreatedBy, it.aud}
		switch {
		case w.id == "" || seen[w] || w.id != id && w.id != x.identity:
			continue
		case w.id == x.identity:
			name = "The exchange (content changed by the privacy gate)"
		}
		seen[w] = true
		found, err := x.archive.Find(ctx, x.db.Reader(), []int32{int32(w.aud)}, []string{w.id}, 0)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 || slices.ContainsFunc(items, func(o *item) bool { return o.obj.ID == w.id && o.aud == w.aud }) {
			continue
		}
		obj, err := stix.Parse(identityObject(w.id, name, m.Created), stix.Limits{})
		if err != nil {
			return nil, err
		}
		items = append(items, &item{place: "identity", submitted: obj.ID, obj: obj, aud: w.aud, own: true, implied: true, original: obj.Raw})
	}
	return items, nil
}

func identityObject(id, name string, created time.Time) []byte {
	quoted, err := json.Marshal(name)
	if err != nil {
		panic(err) // a string always marshals
	}
	t := stix.FormatTime(created)
	return fmt.Appendf(nil, `{"type":"identity","spec_version":"2.1","id":%q,"created":%q,"modified":%q,"name":%s,"identity_class":"organization"}`, id, t, t, quoted)
}

// stixMicro writes a date_added.
func stixMicro(micro int64) string { return stix.FormatMicro(time.UnixMicro(micro).UTC()) }

func quoteHex(b [32]byte) []byte { return fmt.Appendf(nil, "%q", hex.EncodeToString(b[:])) }

// compress packs what is remembered of an answer. A compressor's tables are
// larger than most answers: they are used again.
func (x *Exchange) compress(b []byte) []byte {
	w := x.flates.Get().(*flate.Writer)
	defer x.flates.Put(w)
	var buf bytes.Buffer
	w.Reset(&buf)
	w.Write(b) // into memory: can't fail
	w.Close()
	return buf.Bytes()
}

func newFlate() any {
	w, err := flate.NewWriter(nil, flate.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}

// maxPast bounds what a remembered answer may unpack to: 10,000 objects of
// identifiers, versions and account.
const maxPast = 64 << 20

func expand(b []byte) ([]byte, error) {
	return io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b)), maxPast))
}
