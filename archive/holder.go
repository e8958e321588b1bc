package archive

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/rights"
	"tocsin/stix"
	"tocsin/store"
)

// Holder answers for the archive what it holds on a person. It opens every block,
// so it is for requests of persons, not for searching.
type Holder struct{ a *Archive }

// NewHolder makes the holder of an archive; it implements rights.Holder.
func NewHolder(a *Archive) Holder { return Holder{a} }

// Tables names the archive's tables: objects, and the records of entries, which
// name who filed and why something was recalled.
func (h Holder) Tables() []string {
	return []string{"entry", "block", "object", "superseded", "cofiler", "withdrawal"}
}

// Find gives the objects that hold a value, and the entries whose records do.
func (h Holder) Find(ctx context.Context, q store.Querier, values []string) (out []rights.Item, err error) {
	err = h.a.everywhere(ctx, q, func(o Object) {
		if objectMentions(o.Raw, values) {
			out = append(out, rights.Item{Table: "block", Ref: fmt.Sprintf("%d/%d", o.Aud, o.At),
				What: "the text of a shared object of type " + typeOf(o.ID), Since: time.UnixMicro(o.At).UTC()})
		}
	})
	if err != nil {
		return nil, err
	}
	err = h.a.Entries(ctx, q, 0, func(e Entry) error {
		r, err := ledger.UnmarshalRecord(e.Record)
		if err != nil {
			return fmt.Errorf("record of entry %d: %w", e.Index, err)
		}
		for _, p := range r.Parts {
			if rights.Mentions(string(p.Body), values) {
				out = append(out, rights.Item{Table: "entry", Ref: strconv.FormatInt(e.Index, 10),
					What: "the record of an entry of the log, part " + string(p.Name), Since: time.UnixMicro(e.Added).UTC()})
				break
			}
		}
		return nil
	})
	return out, err
}

// everywhere calls f for every object of every audience, older versions too.
func (a *Archive) everywhere(ctx context.Context, q store.Querier, f func(Object)) error {
	aud, last := int32(-1), int64(0)
	for {
		rows, err := a.allBlocks(ctx, q, aud, last)
		if err != nil {
			return fmt.Errorf("reading all blocks: %w", err)
		}
		for i := range rows {
			if _, err := a.each(&rows[i], 0, Want{Bytes: true, Versions: true}, nil, func(o Object) bool { f(o); return true }); err != nil {
				return err
			}
			aud, last = rows[i].aud, rows[i].last
		}
		if len(rows) < blocksAtOnce {
			return nil
		}
	}
}

func (a *Archive) allBlocks(ctx context.Context, q store.Querier, aud int32, last int64) (out []row, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+blockColumns+fmt.Sprintf(`, data FROM block
		WHERE log_id = $1 AND (aud > $2 OR aud = $2 AND last > $3) ORDER BY aud, last LIMIT %d`, blocksAtOnce), a.logID, aud, last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		if err := rows.Scan(r.fields(true)...); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// objectMentions looks at every name and text of an object as it is meant, not
// as it is escaped.
func objectMentions(raw []byte, values []string) bool {
	found := false
	_ = stix.Walk(raw, func(f stix.Field) error { // it was parsed when it came in
		found = found || rights.Mentions(f.Value, values)
		return nil
	})
	return found
}

// Erase empties the slot of an object; its position stays, and its record still
// opens. Whoever calls it has filed the recall that tells the readers. The record
// of an entry is what the log's proof opens to, so it is refused.
func (h Holder) Erase(ctx context.Context, tx *store.Tx, it rights.Item) error {
	audText, atText, _ := strings.Cut(it.Ref, "/")
	aud, err1 := strconv.ParseInt(audText, 10, 32)
	at, err2 := strconv.ParseInt(atText, 10, 64)
	switch {
	case it.Table == "entry":
		return fault.New(fault.Refused, "the record of an entry is part of the log's proof; what it names is a member, or the words of a recall")
	case it.Table != "block" || err1 != nil || err2 != nil:
		return fault.New(fault.NotFound, "the archive holds no such item")
	}
	o, err := h.a.At(ctx, tx, int32(aud), at)
	if fault.KindOf(err) == fault.Gone && err != nil {
		return fault.New(fault.NotFound, "it is erased already")
	}
	if err != nil {
		return err
	}
	if err := h.a.Erase(ctx, tx, int32(aud), []int64{at}, h.hash(ctx, tx)); err != nil {
		return err
	}
	return h.a.SetState(ctx, tx, o.ID, at, Taken)
}

// hash gives what the emptied slot keeps: the keyed hash under which the record of
// its entry committed to the object.
func (h Holder) hash(ctx context.Context, q store.Querier) func(idx int64, raw []byte) ([32]byte, error) {
	return func(idx int64, raw []byte) ([32]byte, error) {
		e, err := h.a.Entry(ctx, q, idx)
		if err != nil {
			return [32]byte{}, err
		}
		key, err := h.a.keys.Unwrap(e.Month, e.WKey)
		if err != nil || len(key) != 32 {
			return [32]byte{}, fmt.Errorf("key of the record of entry %d: %w", idx, err)
		}
		r := ledger.Record{Key: [32]byte(key)}
		return r.ObjectHash(raw), nil
	}
}
