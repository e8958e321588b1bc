// Package search finds released objects by the words of their texts, by their
// type, and by what they refer to.
//
// It is an inverted index: for each word the objects that hold it. Words are kept
// as keyed hashes, and objects by their date_added, which is one-to-one with the
// position in the log. The index of an audience is a few immutable segments, each
// a tenth of the next older one; what came since the last segment is held in
// memory by each node. A follower builds it after reports were kept, so filing
// doesn't wait for it, and it can be deleted and is made anew.
//
//	x := search.New(db, logID, keys, source)
//	go x.Follow(ctx, log)
//	v := x.View()                          // before the snapshot is begun
//	hits, err := x.Find(ctx, q, v, search.Wish{Audiences: auds, Words: words, Limit: 50})
//
// A hit is where an object stands that, as far as 40 bits of a hash can tell, has
// all the words. Whoever shows it reads the object, which may have been taken
// back since, and holds it to what was asked.
//
// Without the keys folder a row says that two objects share a word, not which.
// After an erasure its words stay until their segment is written anew (Forget,
// within an hour or so): until then whoever has store and keys can test whether the
// erased object had a word that he guesses. Nobody finds it meanwhile: what is
// shown is read from the archive, where it is gone.
package search

import (
	"context"
	"embed"
	"encoding/binary"
	"fmt"
	"io/fs"
	"sync"

	"tocsin/store"
)

//go:embed schema/*.sql
var schema embed.FS

// Migrate brings the tables up to date.
func Migrate(ctx context.Context, db *store.DB) error {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		return fmt.Errorf("search schema: %w", err)
	}
	return db.Migrate(ctx, "search", sub)
}

// MACer gives keyed hashes; *ledger.Keys is one.
type MACer interface {
	MAC(purpose string, parts ...[]byte) [32]byte
}

// Doc is a released object as the index takes it in.
type Doc struct {
	At   int64 // date_added, microseconds
	Aud  int32
	Type string
	Raw  []byte
}

// Gone is an object that was taken back.
type Gone struct {
	Aud int32
	At  int64
}

// Source is the log that is indexed.
type Source interface {
	Head(ctx context.Context) (store.Head, error)
	Wait(ctx context.Context, size int64) (int64, error)
	// Since calls f for all objects of all audiences after a date, in the order of the log, until f returns false.
	Since(ctx context.Context, after int64, f func(Doc) bool) error
	// Withdrawn gives what was taken back by entries after a date, at most limit, and the date up to which these are all.
	Withdrawn(ctx context.Context, after, until int64, limit int) (gone []Gone, upTo int64, err error)
}

// Index is the index of one log. It is safe for concurrent use.
type Index struct {
	db    *store.DB
	logID int64
	src   Source
	lex   Lexicon
	self  int64 // this process among those that merge

	mu   sync.Mutex
	tail tail

	flushDocs int // objects that become a segment
	mergeOf   int // segments that become one
	maxDocs   int // objects of the largest segment
}

// New makes the index of a log; Migrate must have run once.
func New(db *store.DB, logID int64, keys MACer, src Source) *Index {
	k := keys.MAC("search words")
	return &Index{db: db, logID: logID, src: src, self: process(), flushDocs: flushDocs, mergeOf: mergeOf, maxDocs: maxDocs,
		lex: Lexicon{key{binary.LittleEndian.Uint64(k[:8]), binary.LittleEndian.Uint64(k[8:16])}}}
}

// Lexicon gives what turns texts into words of this index.
func (x *Index) Lexicon() Lexicon { return x.lex }
