package submission

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/store"
	"tocsin/store/storetest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// kept is a book in a database.
type kept struct {
	*Book
	db   *store.DB
	keys *ledger.Keys
}

func newBook(t testing.TB, db *store.DB) kept {
	t.Helper()
	must(t, Migrate(t.Context(), db))
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/test")
	must(t, err)
	return kept{New(1, keys), db, keys}
}

func engines(t *testing.T, f func(t *testing.T, b kept)) {
	t.Helper()
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) { f(t, newBook(t, open(t))) })
}

func (b kept) write(t testing.TB, f func(tx *store.Tx) error) {
	t.Helper()
	must(t, b.db.Write(t.Context(), f))
}

// key makes the key of a part: the idempotency key and body are hashed as texts here.
func key(member int64, k, body string, part int) Key {
	return Key{Member: member, K: sha256.Sum256([]byte(k)), Body: sha256.Sum256([]byte(body)), Part: part}
}

func (b kept) put(t testing.TB, k Key, index int64, made time.Time) {
	t.Helper()
	b.write(t, func(tx *store.Tx) error {
		return b.Put(t.Context(), tx, k, Past{Index: index, Made: made, Result: fmt.Append(nil, "answer ", index)})
	})
}

// found gives the index that was answered, or -1.
func (b kept) found(t testing.TB, k Key) int64 {
	t.Helper()
	p, ok, err := b.Find(t.Context(), b.db.Reader(), k)
	must(t, err)
	if !ok {
		return -1
	}
	if string(p.Result) != fmt.Sprint("answer ", p.Index) {
		t.Errorf("entry %d was answered %q", p.Index, p.Result)
	}
	return p.Index
}

func TestFindAgain(t *testing.T) {
	engines(t, func(t *testing.T, b kept) {
		now := time.Now().UTC()
		b.put(t, key(5, "k1", "body", 1), 40, now)
		b.put(t, key(5, "k1", "body of part two", 2), 41, now)
		for _, c := range []struct {
			name string
			key  Key
			want int64
		}{
			{"the same", key(5, "k1", "body", 1), 40},
			{"its second part", key(5, "k1", "body of part two", 2), 41},
			{"a part that wasn't filed", key(5, "k1", "body", 3), -1},
			{"another key", key(5, "k2", "body", 1), -1},
			{"another member's same key", key(6, "k1", "body", 1), -1},
			{"another member's same key with another body", key(6, "k1", "else", 1), -1},
		} {
			if got := b.found(t, c.key); got != c.want {
				t.Errorf("%s: entry %d, not %d", c.name, got, c.want)
			}
		}
		p, _, err := b.Find(t.Context(), b.db.Reader(), key(5, "k1", "body", 1))
		must(t, err)
		if !p.Made.Equal(now.Truncate(time.Microsecond)) || p.Made.Location() != time.UTC {
			t.Errorf("made at %s, not %s", p.Made, now)
		}
	})
}

// Contract, "Keys and doors": the same key with another body is a conflict.
func TestSameKeyOtherBody(t *testing.T) {
	engines(t, func(t *testing.T, b kept) {
		b.put(t, key(5, "k1", "body", 1), 40, time.Now())
		_, ok, err := b.Find(t.Context(), b.db.Reader(), key(5, "k1", "another body", 1))
		if ok || fault.KindOf(err) != fault.Conflict {
			t.Errorf("found %v, %v", ok, err)
		}
		if text := fault.Public(err); !strings.Contains(text, "use a new key") {
			t.Errorf("the error doesn't say what to do: %s", text)
		}
	})
}

// A report that was recalled and is filed again takes the place of the old one.
func TestPutReplaces(t *testing.T) {
	engines(t, func(t *testing.T, b kept) {
		b.put(t, key(5, "k1", "body", 1), 40, time.Now())
		b.put(t, key(5, "k1", "body", 1), 77, time.Now())
		if got := b.found(t, key(5, "k1", "body", 1)); got != 77 {
			t.Errorf("found entry %d, not the newer one", got)
		}
	})
}

// Kept 30 days: to the last moment, and no longer.
func TestThirtyDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, storetest.Open(t))
		k := key(5, "k1", "body", 1)
		b.put(t, k, 40, time.Now())
		time.Sleep(KeepSubmissions)
		if b.found(t, k) != 40 {
			t.Error("forgotten before 30 days are over")
		}
		time.Sleep(time.Microsecond)
		if b.found(t, k) != -1 {
			t.Error("known after 30 days")
		}
		if _, _, err := b.Find(t.Context(), b.db.Reader(), key(5, "k1", "another body", 1)); err != nil {
			t.Errorf("after 30 days the key is still taken: %v", err)
		}
		b.put(t, key(5, "k1", "another body", 1), 90, time.Now())
		if b.found(t, key(5, "k1", "another body", 1)) != 90 {
			t.Error("the key can't be used again")
		}
	})
}

func (b kept) rows(t testing.TB, table string) (n int) {
	t.Helper()
	must(t, b.db.Reader().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n))
	return n
}

func TestSweep(t *testing.T) {
	engines(t, func(t *testing.T, b kept) {
		now := time.Now().UTC()
		for i, age := range []time.Duration{0, KeepSubmissions - time.Minute, KeepSubmissions + time.Minute, 2 * KeepSubmissions} {
			b.put(t, key(5, fmt.Sprint(i), "body", 1), int64(i), now.Add(-age))
		}
		b.write(t, func(tx *store.Tx) error {
			for i, age := range []time.Duration{0, KeepStatus - time.Minute, KeepStatus + time.Minute} {
				if err := b.PutStatus(t.Context(), tx, fmt.Sprint("status-", i), 5, now.Add(-age), []byte("{}")); err != nil {
					return err
				}
			}
			return b.PutPublished(t.Context(), tx, 5, map[string]string{"a": "b"})
		})
		b.write(t, func(tx *store.Tx) error { return b.Sweep(t.Context(), tx, now) })
		if n := b.rows(t, "submission"); n != 2 {
			t.Errorf("%d submissions are kept, not 2", n)
		}
		if n := b.rows(t, "taxii_status"); n != 2 {
			t.Errorf("%d statuses are kept, not 2", n)
		}
		if n := b.rows(t, "published"); n != 1 {
			t.Error("identifiers are kept for good, but one went")
		}
	})
}

func TestPublished(t *testing.T) {
	engines(t, func(t *testing.T, b kept) {
		any := func(member int64) bool {
			known, err := b.Any(t.Context(), b.db.Reader(), member)
			must(t, err)
			return known
		}
		if any(5) {
			t.Error("something of a member was published before anything was")
		}
		pubs := map[string]string{"email-addr--1": "email-addr--9", "file--2": "file--8"}
		b.write(t, func(tx *store.Tx) error { return b.PutPublished(t.Context(), tx, 5, pubs) })
		// What was filed again after its recall has another identifier from then on.
		b.write(t, func(tx *store.Tx) error {
			return b.PutPublished(t.Context(), tx, 5, map[string]string{"email-addr--1": "email-addr--7", "url--3": "url--6"})
		})
		b.write(t, func(tx *store.Tx) error {
			return b.PutPublished(t.Context(), tx, 6, map[string]string{"file--2": "file--5"})
		})
		for member, want := range map[int64]map[string]string{
			5: {"email-addr--1": "email-addr--7", "file--2": "file--8", "url--3": "url--6"}, 6: {"file--2": "file--5"}, 7: {},
		} {
			got, err := b.Published(t.Context(), b.db.Reader(), member, []string{"email-addr--1", "file--2", "url--3", "never--0"})
			must(t, err)
			if !maps.Equal(got, want) {
				t.Errorf("member %d: %v, not %v", member, got, want)
			}
			if any(member) != (len(want) > 0) {
				t.Errorf("member %d: any is %v", member, any(member))
			}
		}
		if got, err := b.Published(t.Context(), b.db.Reader(), 5, nil); err != nil || len(got) != 0 {
			t.Errorf("of no identifiers: %v, %v", got, err)
		}
	})
}

// A submitted identifier can be computed from what was removed: it isn't kept in
// the clear, nor under a hash that others could compute.
func TestSubmittedIdentifiersAreNotKept(t *testing.T) {
	engines(t, func(t *testing.T, b kept) {
		b.write(t, func(tx *store.Tx) error {
			return b.PutPublished(t.Context(), tx, 5, map[string]string{"email-addr--submitted": "email-addr--published"})
		})
		var k []byte
		must(t, b.db.Reader().QueryRowContext(t.Context(), `SELECT k FROM published`).Scan(&k))
		if strings.Contains(string(k), "submitted") {
			t.Error("the identifier is kept in the clear")
		}
		other := newBook(t, storetest.Open(t))
		if string(k) == string(other.idKey(5, "email-addr--submitted")) {
			t.Error("the same identifier has the same hash under other keys")
		}
		if string(k) == string(b.idKey(6, "email-addr--submitted")) {
			t.Error("the same identifier has the same hash for another member")
		}
	})
}

func TestStatus(t *testing.T) {
	engines(t, func(t *testing.T, b kept) {
		put := func(id string, member int64, body string) {
			b.write(t, func(tx *store.Tx) error { return b.PutStatus(t.Context(), tx, id, member, time.Now(), []byte(body)) })
		}
		put("status-1", 5, "pending")
		put("status-1", 5, "complete")
		put("status-2", 6, "other")
		body, err := b.Status(t.Context(), b.db.Reader(), "status-1", 5)
		must(t, err)
		if string(body) != "complete" {
			t.Errorf("the status is %q", body)
		}
		_, unknown := b.Status(t.Context(), b.db.Reader(), "status-3", 5)
		_, others := b.Status(t.Context(), b.db.Reader(), "status-2", 5)
		if fault.KindOf(unknown) != fault.NotFound || fault.KindOf(others) != fault.NotFound || fault.Public(unknown) != fault.Public(others) {
			t.Errorf("another member's status is told apart from one that isn't there: %v, %v", others, unknown)
		}
	})
}

// Two logs in one database have books of their own.
func TestLogsApart(t *testing.T) {
	engines(t, func(t *testing.T, b kept) {
		other := kept{New(2, b.keys), b.db, b.keys}
		k := key(5, "k1", "body", 1)
		b.put(t, k, 40, time.Now())
		if other.found(t, k) != -1 {
			t.Error("another log's submission was found")
		}
		other.put(t, k, 3, time.Now())
		if b.found(t, k) != 40 {
			t.Error("another log's submission took the place of ours")
		}
	})
}
