// Package archive keeps what was released: the entries of the log and, in
// compressed and encrypted blocks, the exact bytes of their objects.
//
// Every object has a position in the log, INDEX.N, and a date_added in
// microseconds that rises over the whole log; the two are one-to-one, so the
// tables know an object by its date ("at"). A reader asks for one audience and
// what came after a date, and gets objects in the order of the log.
//
//	packed, err := a.Pack(slots)              // outside the transaction: compresses, encrypts
//	err = a.Put(ctx, tx, place, packed, who)  // inside it
//	err = a.Scan(ctx, q, aud, after, archive.Want{}, func(o archive.Object) bool { ... })
package archive

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/stix"
	"tocsin/store"
)

//go:embed schema/*.sql
var schema embed.FS

// Wrapper keeps the keys under which the keys of blocks are wrapped; *ledger.Keys is one.
type Wrapper interface {
	Wrap(month string, plain []byte) ([]byte, error)
	Unwrap(month string, sealed []byte) ([]byte, error)
	MAC(purpose string, parts ...[]byte) [32]byte
}

// Archive is the archive of one log. It is safe for concurrent use.
type Archive struct {
	logID  int64
	keys   Wrapper
	idKey  []byte
	block  int // bytes of objects per block
	coders *coders
}

// New makes the archive of a log; Migrate must have run once.
func New(logID int64, keys Wrapper) *Archive {
	k := keys.MAC("object identifiers")
	return &Archive{logID: logID, keys: keys, idKey: k[:], block: BlockBytes, coders: newCoders(level)}
}

// Migrate brings the tables up to date.
func Migrate(ctx context.Context, db *store.DB) error {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		return fmt.Errorf("archive schema: %w", err)
	}
	return db.Migrate(ctx, "archive", sub)
}

// Position is an object's place in the log.
type Position struct{ Index, N int64 }

// String gives INDEX.N, as it stands in stream ids.
func (p Position) String() string { return fmt.Sprintf("%d.%d", p.Index, p.N) }

// ParsePosition reads INDEX.N.
func ParsePosition(s string) (Position, error) {
	var p Position
	a, b, ok := strings.Cut(s, ".")
	if !ok || !number(a, &p.Index) || !number(b, &p.N) {
		return Position{}, fault.New(fault.Invalid, "a position is INDEX.N, such as 17.0")
	}
	return p, nil
}

// number reads digits only: no sign, at most 18 of them, so it can't overflow.
func number(s string, to *int64) bool {
	if s == "" || len(s) > 18 {
		return false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
		*to = *to*10 + int64(c-'0')
	}
	return true
}

// hash gives the 64 bits under which an identifier is found. It is keyed, so
// that nobody can make two identifiers meet on purpose.
func (a *Archive) hash(id string) int64 {
	var buf [32 + 128]byte
	b := append(append(buf[:0], a.idKey...), id...)
	sum := sha256.Sum256(b)
	return int64(binary.LittleEndian.Uint64(sum[:8]))
}

// VersionMicro gives a version text as microseconds since 1970, and 0 for an
// unversioned object. STIX 2.1 section 3.2: compared as instants.
func VersionMicro(version string) int64 {
	if version == "" {
		return 0
	}
	t, err := stix.ParseTime(version)
	if err != nil {
		return 0
	}
	return t.UnixMicro()
}

// typeBit gives the bit of a type in a block's mask: which types it may hold.
func typeBit(typ string) int64 {
	for i, t := range knownTypes {
		if t == typ {
			return 1 << i
		}
	}
	return 1 << len(knownTypes)
}

// knownTypes are the types that get a bit of their own; the order is stored and only grows.
var knownTypes = [...]string{
	"indicator", "relationship", "report", "malware", "ipv4-addr", "ipv6-addr", "domain-name", "url", "file",
	"attack-pattern", "campaign", "course-of-action", "grouping", "identity", "incident", "infrastructure",
	"intrusion-set", "language-content", "location", "malware-analysis", "marking-definition", "note", "observed-data", "opinion",
	"sighting", "threat-actor", "tool", "vulnerability", "extension-definition", "artifact", "autonomous-system",
	"directory", "email-addr", "email-message", "mac-addr", "mutex", "network-traffic", "process", "software",
	"user-account", "windows-registry-key", "x509-certificate",
}

// TypeMask gives the bits of a list of types.
func TypeMask(types []string) int64 {
	var m int64
	for _, t := range types {
		m |= typeBit(t)
	}
	return m
}

// typeOf gives the type part of an identifier.
func typeOf(id string) string {
	t, _, _ := strings.Cut(id, "--")
	return t
}

// month names the key-encryption key that is in use now.
func month() string { return time.Now().UTC().Format("2006-01") }
