package exchange

import (
	"context"
	"fmt"
	"os"
	"time"

	"tocsin/archive"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/store"
)

// Health is how a node does, for its operator.
type Health struct {
	Size      int64     // entries of the log
	Added     time.Time // of its last position; zero for an empty log
	Origin    string    // name of the log
	KeysMatch bool      // the keys folder is the one that the log is under
	Waiting   int64     // passages that wait for a person
	Due       int       // indicators whose validity ended and that are still in force; at most roundSize
	Erasing   bool      // something was taken back whose old bytes may still be in the write-ahead log
	Followers []Follower
	Storage   Storage
}

// Follower is one that does what comes after a report was kept, and how far it
// has come for good. What it holds in memory beside is not in its position.
type Follower struct {
	Name   string
	At     time.Time     // of the last position that it has done; zero when none
	Behind time.Duration // the log's last position; 0 when nothing is left that it would read
}

// Storage is what the store takes.
type Storage struct {
	Engine string
	Bytes  int64 // of the database
	Free   int64 // of Bytes, what is free for what comes; -1 when the engine doesn't say
	WAL    int64 // of the write-ahead log beside it; -1 when the engine keeps that elsewhere
}

// Health reads how the node does, for those who may operate it. It reads few rows
// whatever the size of the log.
func (x *Exchange) Health(ctx context.Context, s member.Session) (h Health, err error) {
	if err := s.May(member.ActOperate); err != nil {
		return h, err
	}
	defer fault.Wrap(&err, "health of the node")
	head, err := x.seq.Head(ctx)
	if err != nil {
		return h, err
	}
	h = Health{Size: head.Size, Origin: x.keys.Origin(), KeysMatch: head.Fingerprint == x.keys.Fingerprint(), Erasing: x.erasing.Load()}
	if head.Added > 0 {
		h.Added = time.UnixMicro(head.Added).UTC()
	}
	if h.Waiting, err = x.queue.Count(ctx, x.db.Reader()); err != nil {
		return h, err
	}
	due, err := x.things.Due(ctx, x.db.Reader(), now(), roundSize)
	if err != nil {
		return h, err
	}
	h.Due = len(due)
	if h.Followers, err = x.followers(ctx); err != nil {
		return h, err
	}
	h.Storage, err = x.storage(ctx)
	return h, err
}

// followers gives the followers that remember their place in the store. What the
// search index holds in memory it has done.
func (x *Exchange) followers(ctx context.Context) (out []Follower, err error) {
	indexed := x.index.View().UpTo()
	rows, err := x.db.Reader().QueryContext(ctx, `SELECT name, position FROM follower WHERE log_id = $1 ORDER BY name`, x.logID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ats []int64
	for rows.Next() {
		var f Follower
		var at int64
		if err := rows.Scan(&f.Name, &at); err != nil {
			return nil, err
		}
		if f.Name == "search" {
			at = max(at, indexed)
		}
		if at > 0 {
			f.At = time.UnixMicro(at).UTC()
		}
		out, ats = append(out, f), append(ats, at)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i, at := range ats {
		newest, err := x.unread(ctx, at)
		if err != nil {
			return nil, err
		}
		out[i].Behind = time.Duration(max(0, newest-at)) * time.Microsecond
	}
	return out, nil
}

// unread gives the date of the newest position when an object came after a date, 0
// when none did: followers read objects, so an entry without any, such as one that
// commits to the audit record, leaves nobody behind.
func (x *Exchange) unread(ctx context.Context, after int64) (newest int64, err error) {
	some := false
	err = x.archive.After(ctx, x.db.Reader(), after, func(archive.Object) bool { some = true; return false })
	if err != nil || !some {
		return 0, err
	}
	head, err := x.seq.Head(ctx)
	return head.Added, err
}

func (x *Exchange) storage(ctx context.Context) (s Storage, err error) {
	q := x.db.Reader()
	s = Storage{Engine: string(x.db.Engine()), Free: -1, WAL: -1}
	if x.db.Engine() != store.SQLite {
		return s, q.QueryRowContext(ctx, `SELECT pg_database_size(current_database())`).Scan(&s.Bytes)
	}
	var pages, size, free int64
	for pragma, v := range map[string]*int64{"page_count": &pages, "page_size": &size, "freelist_count": &free} {
		if err := q.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(v); err != nil {
			return s, fmt.Errorf("%s: %w", pragma, err)
		}
	}
	s.Bytes, s.Free, s.WAL = pages*size, free*size, 0
	var n int
	var name, file string
	if err := q.QueryRowContext(ctx, `PRAGMA database_list`).Scan(&n, &name, &file); err != nil {
		return s, err
	}
	if info, err := os.Stat(file + "-wal"); err == nil { // none when all is folded in
		s.WAL = info.Size()
	}
	return s, nil
}
