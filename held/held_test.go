package held

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

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

// queued is a queue in a database, with real keys.
type queued struct {
	*Queue
	db   *store.DB
	keys *ledger.Keys
}

func engines(t *testing.T, f func(t *testing.T, q queued)) {
	t.Helper()
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		db := open(t)
		must(t, Migrate(t.Context(), db))
		keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/test")
		must(t, err)
		f(t, queued{New(1, keys), db, keys})
	})
}

func (q queued) write(t testing.TB, f func(tx *store.Tx) error) error {
	t.Helper()
	return q.db.Write(t.Context(), f)
}

// wait puts passages of an object into the queue, created one after the other.
func (q queued) wait(t testing.TB, object string, idx int64, texts ...string) (ids []string) {
	t.Helper()
	var ps []Passage
	for i, text := range texts {
		p := Passage{ID: NewID(), Index: idx, At: 1000 * idx, Aud: 2, Member: 5, Object: object, Path: "description", Kind: "person",
			Reason: "a name without a role", Ord: i, Created: 1000*idx + int64(i)}
		must(t, q.Seal(&p, "2026-11", Secret{Text: text, Before: "written by ", After: " on Monday"}))
		ps = append(ps, p)
		ids = append(ids, p.ID)
	}
	must(t, q.write(t, func(tx *store.Tx) error { return q.Put(t.Context(), tx, ps) }))
	return ids
}

func (q queued) get(t testing.TB, id string) Passage {
	t.Helper()
	p, err := q.Get(t.Context(), q.db.Reader(), id)
	must(t, err)
	return p
}

func idsOf(ps []Passage) (out []string) {
	for _, p := range ps {
		out = append(out, p.ID)
	}
	return out
}

func TestSealedPassageOpens(t *testing.T) {
	engines(t, func(t *testing.T, q queued) {
		object := []byte(`{"type":"note","content":"Jane Roe"}`)
		p := Passage{ID: NewID(), Index: 3, At: 0, Aud: -1, Member: 7, Object: "note--x", Path: "", Kind: "email", Reason: "why", Ord: 2, Whole: true, Created: 99}
		must(t, q.Seal(&p, "2026-11", Secret{Text: "Jane Roe", Object: object}))
		must(t, q.write(t, func(tx *store.Tx) error { return q.Put(t.Context(), tx, []Passage{p}) }))
		got := q.get(t, p.ID)
		secret, err := q.Open(got)
		must(t, err)
		if secret.Text != "Jane Roe" || string(secret.Object) != string(object) {
			t.Errorf("the secret opens as %+v", secret)
		}
		if got.Index != 3 || got.Aud != -1 || got.Member != 7 || got.Ord != 2 || !got.Whole || got.Created != 99 || got.State != Waiting || got.Kind != "email" {
			t.Errorf("the passage comes back as %+v", got)
		}
		if _, err := q.Get(t.Context(), q.db.Reader(), "held-0000000000000000"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("an unknown id: %v", err)
		}
	})
}

// The table holds the passage only encrypted, and bound to its id.
func TestNothingInTheClear(t *testing.T) {
	engines(t, func(t *testing.T, q queued) {
		ids := q.wait(t, "report--x", 1, "Jane Roe", "Richard Miles")
		rows, err := q.db.Reader().QueryContext(t.Context(), `SELECT * FROM held`)
		must(t, err)
		defer rows.Close()
		columns, err := rows.Columns()
		must(t, err)
		for rows.Next() {
			row := make([]any, len(columns))
			to := make([]any, len(columns))
			for i := range row {
				to[i] = &row[i]
			}
			must(t, rows.Scan(to...))
			for i, v := range row {
				if b, ok := v.([]byte); ok {
					v = string(b)
				}
				if text := fmt.Sprint(v); strings.Contains(text, "Jane") || strings.Contains(text, "Miles") || strings.Contains(text, "written by") {
					t.Errorf("column %s holds the passage in the clear", columns[i])
				}
			}
		}
		must(t, rows.Err())
		a, b := q.get(t, ids[0]), q.get(t, ids[1])
		a.wkey, a.secret = b.wkey, b.secret
		if _, err := q.Open(a); err == nil {
			t.Error("a passage opens with the text of another")
		}
		b.secret = slices.Clone(b.secret)
		b.secret[3] ^= 1
		if _, err := q.Open(b); err == nil {
			t.Error("a changed passage opens")
		}
	})
}

func TestDecideOnce(t *testing.T) {
	engines(t, func(t *testing.T, q queued) {
		ids := q.wait(t, "report--x", 1, "Jane Roe", "Richard Miles")
		decide := func(id string, state int) error {
			return q.write(t, func(tx *store.Tx) error { return q.Decide(t.Context(), tx, id, state, 44, 6) })
		}
		must(t, decide(ids[0], Released))
		if err := decide(ids[0], Removed); fault.KindOf(err) != fault.Conflict {
			t.Errorf("decided twice: %v", err)
		}
		if err := decide("held-0000000000000000", Removed); fault.KindOf(err) != fault.Conflict {
			t.Errorf("an unknown id was decided: %v", err)
		}
		p := q.get(t, ids[0])
		if p.State != Released || p.Decided != 44 || p.Decider != 6 {
			t.Errorf("the decision is kept as %+v", p)
		}
		if _, err := q.Open(p); fault.KindOf(err) != fault.Gone {
			t.Errorf("the text of a decided passage: %v", err)
		}
		if len(p.secret)+len(p.wkey) != 0 {
			t.Error("a decided passage still has its text or key")
		}
		if _, err := q.Open(q.get(t, ids[1])); err != nil {
			t.Errorf("the one that waits lost its text: %v", err)
		}
		waiting, err := q.Waiting(t.Context(), q.db.Reader(), 10)
		must(t, err)
		if got := idsOf(waiting); !slices.Equal(got, ids[1:]) {
			t.Errorf("%q wait", got)
		}
	})
}

// Of many who decide at once, one does.
func TestDecideTogether(t *testing.T) {
	engines(t, func(t *testing.T, q queued) {
		id := q.wait(t, "report--x", 1, "Jane Roe")[0]
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for i := range 8 {
			wg.Go(func() {
				err := q.write(t, func(tx *store.Tx) error {
					return q.Decide(t.Context(), tx, id, Released+i%2, int64(i), int64(i))
				})
				switch {
				case err == nil:
					mu.Lock()
					won++
					mu.Unlock()
				case fault.KindOf(err) != fault.Conflict:
					t.Errorf("decider %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if won != 1 {
			t.Errorf("%d decided the same passage", won)
		}
	})
}

func TestVoid(t *testing.T) {
	engines(t, func(t *testing.T, q queued) {
		first := q.wait(t, "report--x", 1, "Jane Roe", "Richard Miles")
		second := q.wait(t, "report--y", 1, "John Doe")
		third := q.wait(t, "report--z", 2, "Erika Muster")
		must(t, q.write(t, func(tx *store.Tx) error { return q.Decide(t.Context(), tx, first[0], Removed, 9, 6) }))
		must(t, q.write(t, func(tx *store.Tx) error { return q.Void(t.Context(), tx, "report--x", 2, 50) }))
		// Under the same identifier another audience has its own object, which stays.
		must(t, q.write(t, func(tx *store.Tx) error { return q.Void(t.Context(), tx, "report--y", 3, 50) }))
		state := func(id string) (int, bool) {
			p := q.get(t, id)
			_, err := q.Open(p)
			return p.State, err == nil
		}
		for _, c := range []struct {
			id    string
			state int
			opens bool
		}{{first[0], Removed, false}, {first[1], Void, false}, {second[0], Waiting, true}, {third[0], Waiting, true}} {
			if got, opens := state(c.id); got != c.state || opens != c.opens {
				t.Errorf("after the object was taken back: state %s, opens %v; want %s, %v", StateName(got), opens, StateName(c.state), c.opens)
			}
		}
		if p := q.get(t, first[0]); p.Decided != 9 {
			t.Error("taking back changed an earlier decision")
		}
		must(t, q.write(t, func(tx *store.Tx) error { return q.VoidEntry(t.Context(), tx, 1, 51) }))
		if got, opens := state(second[0]); got != Void || opens {
			t.Errorf("after the report was taken back: %s, opens %v", StateName(got), opens)
		}
		if got, opens := state(third[0]); got != Waiting || !opens {
			t.Errorf("another report: %s, opens %v", StateName(got), opens)
		}
		if err := q.write(t, func(tx *store.Tx) error { return q.Decide(t.Context(), tx, first[1], Released, 60, 6) }); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a passage of what was taken back is released: %v", err)
		}
	})
}

// Destroying the key of a month deletes what waits from it.
func TestDestroyedKey(t *testing.T) {
	engines(t, func(t *testing.T, q queued) {
		id := q.wait(t, "report--x", 1, "Jane Roe")[0]
		must(t, q.keys.DestroyMonth("2026-11"))
		if _, err := q.Open(q.get(t, id)); fault.KindOf(err) != fault.Gone {
			t.Errorf("after its month's key was destroyed: %v", err)
		}
		if err := q.Seal(&Passage{ID: NewID()}, "2026-11", Secret{Text: "x"}); fault.KindOf(err) != fault.Gone {
			t.Errorf("sealed under a destroyed key: %v", err)
		}
	})
}

func TestLists(t *testing.T) {
	engines(t, func(t *testing.T, q queued) {
		b := q.wait(t, "report--b", 2, "one", "two", "three")
		a := q.wait(t, "report--a", 1, "four")
		r := q.db.Reader()
		all := slices.Concat(a, b)
		for limit := 1; limit <= 5; limit++ {
			ps, err := q.Waiting(t.Context(), r, limit)
			must(t, err)
			if got := idsOf(ps); !slices.Equal(got, all[:min(limit, len(all))]) {
				t.Errorf("the oldest %d are %q, not %q", limit, got, all[:min(limit, len(all))])
			}
		}
		must(t, q.write(t, func(tx *store.Tx) error { return q.Decide(t.Context(), tx, b[1], Removed, 9, 6) }))
		ps, err := q.OfObject(t.Context(), r, "report--b")
		must(t, err)
		if got := idsOf(ps); !slices.Equal(got, b) {
			t.Errorf("the passages of an object are %q, not %q", got, b)
		}
		for idx, want := range map[int64]int64{1: 1, 2: 2, 3: 0} {
			if n, err := q.WaitingOf(t.Context(), r, idx); err != nil || n != want {
				t.Errorf("%d passages of entry %d wait, not %d: %v", n, idx, want, err)
			}
		}
		if n, err := q.Count(t.Context(), r); err != nil || n != 3 {
			t.Errorf("%d wait, not 3: %v", n, err)
		}
	})
}

// What waits follows its object to the next version; what was decided stays where it was.
func TestMove(t *testing.T) {
	engines(t, func(t *testing.T, q queued) {
		ids := q.wait(t, "report--x", 1, "Jane Roe", "Richard Miles")
		must(t, q.write(t, func(tx *store.Tx) error { return q.Decide(t.Context(), tx, ids[0], Released, 9, 6) }))
		must(t, q.write(t, func(tx *store.Tx) error { return q.Move(t.Context(), tx, "report--x", 2, 1000, 7777) }))
		if at := q.get(t, ids[0]).At; at != 1000 {
			t.Errorf("a decided passage moved to %d", at)
		}
		if at := q.get(t, ids[1]).At; at != 7777 {
			t.Errorf("a passage that waits is at %d", at)
		}
	})
}

// Two logs in one database don't see each other's passages.
func TestLogsApart(t *testing.T) {
	engines(t, func(t *testing.T, q queued) {
		id := q.wait(t, "report--x", 1, "Jane Roe")[0]
		other := New(2, q.keys)
		if _, err := other.Get(t.Context(), q.db.Reader(), id); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another log's passage: %v", err)
		}
		if err := q.write(t, func(tx *store.Tx) error { return other.Decide(t.Context(), tx, id, Released, 1, 1) }); fault.KindOf(err) != fault.Conflict {
			t.Errorf("another log decides: %v", err)
		}
	})
}

func TestStateNames(t *testing.T) {
	for state, want := range map[int]string{Waiting: "waiting", Released: "released", Removed: "removed", Void: "void"} {
		if got := StateName(state); got != want {
			t.Errorf("state %d is %q, not %q", state, got, want)
		}
	}
	if a, b := NewID(), NewID(); a == b || !strings.HasPrefix(a, "held-") || len(a) != 21 {
		t.Errorf("identifiers %s, %s", a, b)
	}
}
