// Package ledger is the proof: a Merkle tree of commitments kept in the same
// transaction as what it proves, signed checkpoints, and the keys folder.
// Receipts, which anyone verifies offline, are package ledger/receipt; its words
// are repeated here, so that most callers need this package only.
//
//	tree := ledger.NewTree(logID)                              // the store.Sealer of a sequencer
//	keys, err := ledger.OpenKeys(dir)                          // or CreateKeys
//	leaf := record.Leaf()                                      // 32 bytes, all that the tree holds of it
//	text, err := tree.Receipt(ctx, q, keys, index, size, &record, nil)
//	checks := ledger.Verify(text, keys.VerifierKey(), object)  // no database, no network
//
// The tree is that of RFC 6962 with a record's leaf (32 bytes) as the data of
// its leaf; it is served as C2SP tlog-tiles. docs/receipts.md is the page for
// whoever verifies without this program.
package ledger

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"tocsin/ledger/receipt"
	"tocsin/store"
)

//go:embed schema/*.sql
var schema embed.FS

// Migrate brings the tables up to date.
func Migrate(ctx context.Context, db *store.DB) error {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		return fmt.Errorf("ledger schema: %w", err)
	}
	return db.Migrate(ctx, "ledger", sub)
}

// Leaver is a store.Job that has leaves: those of its entries, in order, after Keep.
type Leaver interface {
	store.Job
	Leaves() [][32]byte
}

// The words of package receipt.
type (
	// PartName names a part of a record; each part can be opened alone.
	PartName = receipt.PartName
	// Part is a part of a record: canonical JSON.
	Part = receipt.Part
	// Record is what a leaf commits to: a fresh 256-bit key and parts. Each part's key is derived from Key.
	Record = receipt.Record
	// ObjectRef is what a record says of one object.
	ObjectRef = receipt.ObjectRef
	// PartOf is the body of PartPart, as JSON: which part of which report an entry is.
	PartOf = receipt.PartOf
	// Check is one thing that verification looked at.
	Check = receipt.Check
)

// The parts of a record, in the order in which they are committed to.
const (
	PartKind    = receipt.PartKind    // report, decision, recall, expiry, ...
	PartMember  = receipt.PartMember  // who filed
	PartTime    = receipt.PartTime    // RFC 3339, microseconds
	PartInput   = receipt.PartInput   // keyed hash of the original bytes
	PartObjects = receipt.PartObjects // keyed hash of each object out, with its position and audience
	PartAccount = receipt.PartAccount // account of removals
	PartFacts   = receipt.PartFacts   // what legal conditions need
	PartPolicy  = receipt.PartPolicy  // hash of the gate's policy
	PartHeld    = receipt.PartHeld    // count of held passages
	PartPart    = receipt.PartPart    // report, part number, last
	PartRefers  = receipt.PartRefers  // index of the entry that this one is about
)

// Verify checks a receipt file (one or more parts) with the log's verifier key
// and no network. object, if not nil, must be one of its objects. It lists each
// thing that it checked; the receipt holds when all are OK.
func Verify(file []byte, verifierKey string, object []byte) []Check {
	return receipt.Verify(file, verifierKey, object)
}

// JoinReceipts makes one receipt file of the receipts of a report's parts.
func JoinReceipts(parts [][]byte) []byte { return receipt.Join(parts) }

// MarshalObjects writes the body of PartObjects.
func MarshalObjects(refs []ObjectRef) []byte { return receipt.MarshalObjects(refs) }

// UnmarshalObjects reads it.
func UnmarshalObjects(b []byte) ([]ObjectRef, error) { return receipt.UnmarshalObjects(b) }

// MarshalRecord writes the parts of a record, without its key, for the entry table.
func MarshalRecord(r Record) []byte { return receipt.MarshalRecord(r) }

// UnmarshalRecord reads them.
func UnmarshalRecord(b []byte) (Record, error) { return receipt.UnmarshalRecord(b) }

// RestorePart makes the part by which the first entry of a restored log commits
// to the newest known checkpoint of the log that it continues: the checkpoint
// verbatim, which must be signed by that log's verifier key, and that key.
func RestorePart(checkpoint []byte, verifierKey string) (Part, error) {
	return receipt.RestorePart(checkpoint, verifierKey)
}

// NextOrigin gives the origin of the log that continues another after a restore:
// "tocsin.example/log" becomes "tocsin.example/log-2", that "tocsin.example/log-3".
func NextOrigin(origin string) string { return receipt.NextOrigin(origin) }

// Checkpoint is the body of a checkpoint.
type Checkpoint = receipt.Checkpoint

// OpenCheckpoint reads a checkpoint that somebody shows, and checks its signature by the verifier key.
func OpenCheckpoint(b []byte, verifierKey string) (Checkpoint, error) {
	return receipt.OpenCheckpoint(b, verifierKey)
}
