package ledger

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/fault"
	"tocsin/ledger/receipt"
	"tocsin/store"
)

// Checkpoint gives the signed C2SP checkpoint for the tree of that size. Deterministic.
func (t *Tree) Checkpoint(ctx context.Context, q store.Querier, k *Keys, size int64) (text []byte, err error) {
	defer fault.Wrap(&err, "checkpoint of size %d", size)
	var root tlog.Hash
	err = t.prove(ctx, q, func(r tlog.HashReader) (err error) {
		root, err = tlog.TreeHash(size, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return receipt.Checkpoint{Origin: k.Origin(), Size: size, Root: root}.Sign(k.signer)
}

// Receipt makes the receipt of entry index within the tree of that size, opening
// the named parts (nil: all). Deterministic: the same entry gives the same bytes again.
func (t *Tree) Receipt(ctx context.Context, q store.Querier, k *Keys, index, size int64, r *Record, open []PartName) ([]byte, error) {
	p, leaf, err := t.proof(ctx, q, k, index, size)
	if err != nil {
		return nil, err
	}
	if leaf != r.Leaf() {
		return nil, fmt.Errorf("the record of entry %d is not what the tree holds there; run `tocsin fsck`", index)
	}
	return receipt.Make(r, open, p.Index, p.Hashes, p.Checkpoint)
}

// Proof gives, as a C2SP tlog-proof without extra line, that the tree of that
// size holds its leaf at index: for whoever has the leaf. fault.NotFound beyond the tree.
func (t *Tree) Proof(ctx context.Context, q store.Querier, k *Keys, index, size int64) ([]byte, error) {
	p, _, err := t.proof(ctx, q, k, index, size)
	if err != nil {
		return nil, err
	}
	return p.Marshal(), nil
}

// proof reads proof, root and leaf in one query.
func (t *Tree) proof(ctx context.Context, q store.Querier, k *Keys, index, size int64) (p receipt.Proof, leaf [32]byte, err error) {
	defer fault.Wrap(&err, "proof of entry %d", index)
	if index < 0 || index >= size {
		return p, leaf, fault.New(fault.NotFound, "the log has no entry %d: it has %d entries", index, size)
	}
	var hashes tlog.RecordProof
	var root tlog.Hash
	at, from, to := need(tlog.StoredHashIndex(0, index))
	stored, err := t.gather(ctx, q, []row{at}, func(r tlog.HashReader) (err error) {
		if root, err = tlog.TreeHash(size, r); err != nil {
			return err
		}
		hashes, err = tlog.ProveRecord(size, index, r)
		return err
	})
	if err != nil {
		return p, leaf, err
	}
	if int64(len(stored[at])) < to*hashSize {
		return p, leaf, fmt.Errorf("%s of the tree lacks the leaf; run `tocsin fsck`", at)
	}
	leaf = [32]byte(stored[at][from*hashSize : to*hashSize])
	text, err := receipt.Checkpoint{Origin: k.Origin(), Size: size, Root: root}.Sign(k.signer)
	if err != nil {
		return p, leaf, err
	}
	return receipt.Proof{Index: index, Hashes: plain(hashes), Checkpoint: text}, leaf, nil
}

// Consistency gives the proof that the tree of size to begins with the tree of
// size from (RFC 6962 section 2.1.2); fault.Invalid unless 0 <= from <= to.
func (t *Tree) Consistency(ctx context.Context, q store.Querier, from, to int64) ([][32]byte, error) {
	if from < 0 || from > to || to > receipt.MaxSize {
		return nil, fault.New(fault.Invalid, "there is no proof from size %d to size %d", from, to)
	}
	if from == 0 {
		return [][32]byte{}, nil // every tree begins with the empty one
	}
	var p tlog.TreeProof
	err := t.prove(ctx, q, func(r tlog.HashReader) (err error) {
		p, err = tlog.ProveTree(to, from, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("proof from size %d to %d: %w", from, to, err)
	}
	return plain(p), nil
}

func plain(hashes []tlog.Hash) [][32]byte {
	out := make([][32]byte, len(hashes))
	for i, h := range hashes {
		out[i] = h
	}
	return slices.Clip(out)
}
