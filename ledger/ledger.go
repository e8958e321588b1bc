// Package ledger is the proof: a Merkle tree of commitments, signed checkpoints,
// receipts that anyone verifies offline.
package ledger

import (
	"context"

	"tocsin/store"
)

// PartName names a part of a record; each part can be opened alone.
type PartName string

// The parts of a record, in the order in which they are committed to.
const (
	PartKind    PartName = "kind"    // report, decision, recall, expiry, ...
	PartMember  PartName = "member"  // who filed
	PartTime    PartName = "time"    // RFC 3339, microseconds
	PartInput   PartName = "input"   // keyed hash of the original bytes
	PartObjects PartName = "objects" // keyed hash of each object out, with its position and audience
	PartAccount PartName = "account" // account of removals
	PartFacts   PartName = "facts"   // what legal conditions need
	PartPolicy  PartName = "policy"  // hash of the gate's policy
	PartHeld    PartName = "held"    // count of held passages
	PartPart    PartName = "part"    // report, part number, last
	PartRefers  PartName = "refers"  // index of the entry that this one is about
)

// Part is a part of a record: canonical JSON.
type Part struct {
	Name PartName
	Body []byte
}

// Record is what a leaf commits to: a fresh 256-bit key and parts. Each part's key is derived from Key.
type Record struct {
	Key   [32]byte
	Parts []Part
}

// Leaf is HMAC(key, commitments of the parts): the 32 bytes in the tree.
func (r *Record) Leaf() [32]byte { panic("stub") }

// ObjectHash is the keyed hash of an object's bytes (or of the input) under this record's key.
func (r *Record) ObjectHash(b []byte) [32]byte { panic("stub") }

// Leaver is a store.Job that has leaves: those of its entries, in order, after Keep.
type Leaver interface {
	store.Job
	Leaves() [][32]byte
}

// Tree is the log's Merkle tree in the database; it implements store.Sealer.
type Tree struct{}

// NewTree makes the tree of a log. Its tables come from Schema.
func NewTree(logID int64) *Tree { panic("stub") }

// Seal appends the leaves of the jobs (each must be a Leaver).
func (t *Tree) Seal(ctx context.Context, tx *store.Tx, before store.Head, jobs []store.Job) error {
	panic("stub")
}

// Keys is the keys folder: signing key, monthly key-encryption keys, secret for keyed hashes.
type Keys struct{}

// CreateKeys makes a new folder (0700) with new keys (0600). OpenKeys opens one; wrong modes or owners are refused.
func CreateKeys(dir, origin string) (*Keys, error) { panic("stub") }

// OpenKeys opens the folder.
func OpenKeys(dir string) (*Keys, error) { panic("stub") }

// Fingerprint identifies the folder in the head row.
func (k *Keys) Fingerprint() string { panic("stub") }

// VerifierKey is the C2SP verifier key of the log.
func (k *Keys) VerifierKey() string { panic("stub") }

// Origin is the first line of the checkpoints.
func (k *Keys) Origin() string { panic("stub") }

// MAC is the keyed hash for a purpose ("submission", "published-id", "pseudonym"), under a key derived from the folder's secret.
func (k *Keys) MAC(purpose string, parts ...[]byte) [32]byte { panic("stub") }

// Wrap encrypts a small secret under the key-encryption key of month ("2026-11"), making that key when it is missing; Unwrap opens it.
func (k *Keys) Wrap(month string, plain []byte) ([]byte, error) { panic("stub") }

// Unwrap opens what Wrap made; fault.Gone if the month's key was destroyed.
func (k *Keys) Unwrap(month string, sealed []byte) ([]byte, error) { panic("stub") }

// Checkpoint gives the signed C2SP checkpoint for the tree of that size. Deterministic.
func (t *Tree) Checkpoint(ctx context.Context, q store.Querier, k *Keys, size int64) ([]byte, error) {
	panic("stub")
}

// Receipt makes the receipt of entry index within the tree of that size, opening the named parts (nil: all). Deterministic: the same entry gives the same bytes again.
func (t *Tree) Receipt(ctx context.Context, q store.Querier, k *Keys, index, size int64, r *Record, open []PartName) ([]byte, error) {
	panic("stub")
}

// Check is one thing that verification looked at.
type Check struct {
	OK     bool   `json:"ok"`
	Name   string `json:"check"`
	Detail string `json:"detail,omitempty"`
}

// Verify checks a receipt file (one or more parts) with the log's verifier key and no network. object, if not nil, must be one of its objects. It lists each thing that it
// checked; the receipt holds when all are OK.
func Verify(receipt []byte, verifierKey string, object []byte) []Check { panic("stub") }

// JoinReceipts makes one receipt file of the receipts of a report's parts.
func JoinReceipts(parts [][]byte) []byte { panic("stub") }

// Tile gives the bytes of a C2SP tlog-tiles path below /log/ ("checkpoint" excepted): tile/L/N[.p/W] and tile/entries/N[.p/W]. fault.NotFound when not there (yet).
func (t *Tree) Tile(ctx context.Context, q store.Querier, size int64, path string) ([]byte, error) {
	panic("stub")
}

// Migrate brings the tables up to date.
func Migrate(ctx context.Context, db *store.DB) error { panic("stub") }

// ObjectRef is what a record says of one object.
type ObjectRef struct {
	N        int64 // ordinal within the entry
	Audience int32
	Hash     [32]byte // Record.ObjectHash of its bytes
}

// MarshalObjects writes the body of PartObjects.
func MarshalObjects(refs []ObjectRef) []byte { panic("stub") }

// UnmarshalObjects reads it.
func UnmarshalObjects(b []byte) ([]ObjectRef, error) { panic("stub") }

// PartOf is the body of PartPart, as JSON: which part of which report an entry is.
type PartOf struct {
	Report string `json:"report"` // UUID
	Part   int    `json:"part"`   // from 1
	Last   bool   `json:"last"`
}

// MarshalRecord writes the parts of a record, without its key, for the entry table.
func MarshalRecord(r Record) []byte { panic("stub") }

// UnmarshalRecord reads them.
func UnmarshalRecord(b []byte) (Record, error) { panic("stub") }
