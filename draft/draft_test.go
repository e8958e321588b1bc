package draft

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/rights"
	"tocsin/store"
	"tocsin/store/storetest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// desk is drafts in a database, with real keys, and whose they are.
type desk struct {
	testing.TB
	*Drafts
	keys *ledger.Keys
	open storetest.Opener
}

var jane, john = Owner{Member: 3, Person: 7}, Owner{Member: 3, Person: 8}

func engines(t *testing.T, f func(t *testing.T, d desk)) {
	t.Helper()
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		db := open(t)
		must(t, Migrate(t.Context(), db))
		keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/test")
		must(t, err)
		f(t, desk{t, New(db, 1, keys), keys, open})
	})
}

func (d desk) put(o Owner, name, text string) Draft {
	d.Helper()
	got, err := d.Put(d.Context(), o, About{Name: name, Format: "text"}, strings.NewReader(text))
	must(d, err)
	return got
}

// read gives the text of a draft.
func (d desk) read(o Owner, id string) (string, error) {
	r, err := d.Open(d.Context(), o, id)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(r)
	return string(b), err
}

// gone makes sure that nobody reads a draft any more, and that no row of it is left.
func (d desk) gone(id string, rows int) {
	d.Helper()
	for _, o := range []Owner{jane, john} {
		if _, err := d.read(o, id); err == nil {
			d.Errorf("%+v still reads it", o)
		}
	}
	var chunks, keys int
	must(d, d.db.Reader().QueryRowContext(d.Context(), `SELECT count(*) FROM draft_chunk WHERE draft = $1`, id).Scan(&chunks))
	must(d, d.db.Reader().QueryRowContext(d.Context(), `SELECT count(*) FROM draft WHERE id = $1 AND length(wkey) > 0`, id).Scan(&keys))
	if chunks != 0 || keys != rows {
		d.Errorf("%d chunks and %d keys are left", chunks, keys)
	}
}

// age makes a draft older.
func (d desk) age(id string, by time.Duration) {
	d.Helper()
	must(d, d.db.Write(d.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(d.Context(), `UPDATE draft SET made = made - $1 WHERE id = $2`, by.Microseconds(), id)
		return err
	}))
}

// TestKept: what went in comes out for its owner, also after a restart, and is not
// there for anybody else.
func TestKept(t *testing.T) {
	engines(t, func(t *testing.T, d desk) {
		text := strings.Repeat("victim jane.roe@customer.example ", 30_000) // several chunks
		got := d.put(jane, "quota.eml", text)
		d.Drafts = New(d.open(t), 1, d.keys)
		back, err := d.Get(t.Context(), jane, got.ID)
		must(t, err)
		if back.Name != "quota.eml" || back.Format != "text" || back.Size != int64(len(text)) || back.Done || back.Ends.Sub(back.Made) != time.Hour || time.Since(back.Made) > time.Minute {
			t.Errorf("it comes back as %+v", back)
		}
		if read, err := d.read(jane, got.ID); err != nil || read != text {
			t.Errorf("%d bytes come back of %d: %v", len(read), len(text), err)
		}
		_, missing := d.Get(t.Context(), jane, newID())
		for name, o := range map[string]Owner{"a colleague": john, "the same number elsewhere": {Member: 4, Person: 7}, "a machine": {Member: 3}, "nobody": {}} {
			_, err := d.Get(t.Context(), o, got.ID)
			if fault.KindOf(err) != fault.NotFound || err.Error() != missing.Error() {
				t.Errorf("%s: %v; want what is said of one that never was: %v", name, err, missing)
			}
			if _, err := d.Open(t.Context(), o, got.ID); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s opens it: %v", name, err)
			}
			if err := d.Discard(t.Context(), o, got.ID); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s discards it: %v", name, err)
			}
			must(t, d.Filed(t.Context(), o, got.ID, 5))
			if l, err := d.List(t.Context(), o); err != nil || len(l) != 0 {
				t.Errorf("%s lists %+v, %v", name, l, err)
			}
		}
		if l, err := d.List(t.Context(), jane); err != nil || len(l) != 1 || l[0].Name != "quota.eml" {
			t.Errorf("its owner lists %+v, %v", l, err)
		}
		if _, err := New(d.db, 2, d.keys).Get(t.Context(), jane, got.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another log has it: %v", err)
		}
		must(t, d.Discard(t.Context(), jane, got.ID))
		d.gone(got.ID, 0)
	})
}

// TestNothingInTheClear: neither text nor name can be read in the tables.
func TestNothingInTheClear(t *testing.T) {
	engines(t, func(t *testing.T, d desk) {
		d.put(jane, "Jane Roe.eml", "the mailbox of Richard Miles")
		for _, table := range []string{"draft", "draft_chunk"} {
			rows, err := d.db.Reader().QueryContext(t.Context(), `SELECT * FROM `+table)
			must(t, err)
			defer rows.Close()
			columns, err := rows.Columns()
			must(t, err)
			seen := 0
			for rows.Next() {
				seen++
				to := make([]any, len(columns))
				for i := range to {
					to[i] = new(any)
				}
				must(t, rows.Scan(to...))
				for i, v := range to {
					text := fmt.Sprintf("%s", *v.(*any))
					if strings.Contains(text, "Jane") || strings.Contains(text, "Miles") || strings.Contains(text, "eml") {
						t.Errorf("%s.%s says %q", table, columns[i], text)
					}
				}
			}
			if seen == 0 {
				t.Errorf("%s is empty", table)
			}
		}
	})
}

// TestFiled: of what was filed only the number of its entry is left, for an hour.
func TestFiled(t *testing.T) {
	engines(t, func(t *testing.T, d desk) {
		id := d.put(jane, "a", "text").ID
		must(t, d.Filed(t.Context(), jane, id, 42))
		must(t, d.Filed(t.Context(), jane, id, 43)) // the form was sent twice
		got, err := d.Get(t.Context(), jane, id)
		if err != nil || !got.Done || got.Index != 42 || got.Name != "" {
			t.Errorf("after it was filed: %+v, %v; want entry 42 and no more", got, err)
		}
		if _, err := d.Open(t.Context(), jane, id); fault.KindOf(err) != fault.Gone {
			t.Errorf("its text opens: %v", err)
		}
		d.gone(id, 0)
		if l, err := d.List(t.Context(), jane); err != nil || len(l) != 0 {
			t.Errorf("it is listed: %+v, %v", l, err)
		}
		d.age(id, Life)
		if _, err := d.Get(t.Context(), jane, id); fault.KindOf(err) != fault.NotFound {
			t.Errorf("an hour later: %v", err)
		}
	})
}

// TestOver: after an hour it is not there, whether or not it was swept, and the next
// sweep deletes it.
func TestOver(t *testing.T) {
	engines(t, func(t *testing.T, d desk) {
		young, old := d.put(jane, "a", "young").ID, d.put(jane, "b", "old").ID
		d.age(young, Life-time.Minute)
		d.age(old, Life)
		if _, err := d.Get(t.Context(), jane, old); fault.KindOf(err) != fault.NotFound || !strings.Contains(err.Error(), "an hour") {
			t.Errorf("after an hour: %v", err)
		}
		if n, err := d.Sweep(t.Context()); n != 1 || err != nil {
			t.Errorf("%d are swept, %v; want one", n, err)
		}
		d.gone(old, 0)
		if text, err := d.read(jane, young); text != "young" || err != nil {
			t.Errorf("a minute before: %q, %v", text, err)
		}
		d.age(young, time.Hour)
		d.put(john, "c", "what comes in sweeps, too")
		d.gone(young, 0)
	})
}

// TestDestroyedKey: the key of its month takes a draft with it.
func TestDestroyedKey(t *testing.T) {
	engines(t, func(t *testing.T, d desk) {
		id := d.put(jane, "a", "text").ID
		must(t, d.keys.DestroyMonth(now().Format("2006-01")))
		if _, err := d.Get(t.Context(), jane, id); fault.KindOf(err) != fault.NotFound {
			t.Errorf("without its key: %v", err)
		}
		if _, err := d.Put(t.Context(), jane, About{}, strings.NewReader("x")); err == nil {
			t.Error("a text is kept under a key that was destroyed")
		}
	})
}

// TestBounds: each limit, just below and just above it.
func TestBounds(t *testing.T) {
	engines(t, func(t *testing.T, d desk) {
		full := d.put(jane, strings.Repeat("é", MaxName), strings.Repeat("a", MaxBytes))
		if full.Size != MaxBytes || len(full.Name) != MaxName || strings.Contains(full.Name, "\ufffd") {
			t.Errorf("a draft of %d bytes with a name of %d", full.Size, len(full.Name))
		}
		for name, c := range map[string]struct {
			owner Owner
			body  io.Reader
			kind  fault.Kind
		}{
			"a byte too many":   {jane, strings.NewReader(strings.Repeat("a", MaxBytes+1)), fault.TooLarge},
			"nothing":           {jane, strings.NewReader(""), fault.Invalid},
			"broken off":        {jane, io.MultiReader(strings.NewReader("half"), &failing{io.ErrUnexpectedEOF}), fault.Invalid},
			"broken by a limit": {jane, &failing{fault.New(fault.TooLarge, "the request is too large")}, fault.TooLarge},
			"a machine":         {Owner{Member: 3}, strings.NewReader("x"), fault.Forbidden},
		} {
			if _, err := d.Put(t.Context(), c.owner, About{}, c.body); fault.KindOf(err) != c.kind || err == nil {
				t.Errorf("%s: %v; want %v", name, err, c.kind)
			}
		}
		if l, err := d.List(t.Context(), jane); err != nil || len(l) != 1 {
			t.Errorf("after what was refused there are %d, %v; want the one before", len(l), err)
		}
		var left int
		must(t, d.db.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM draft`).Scan(&left))
		if left != 1 {
			t.Errorf("%d rows are left", left)
		}
	})
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

// TestOldestGoes: a person has five, whatever others have.
func TestOldestGoes(t *testing.T) {
	engines(t, func(t *testing.T, d desk) {
		other := d.put(john, "x", "of another").ID
		var all []string
		for i := range MaxEach + 2 {
			id := d.put(jane, fmt.Sprint(i), "text").ID
			d.age(id, time.Duration(MaxEach+2-i)*time.Minute)
			all = append(all, id)
			if l, err := d.List(t.Context(), jane); err != nil || len(l) != min(i+1, MaxEach) || l[0].ID != id {
				t.Errorf("after %d there are %d, %v", i+1, len(l), err)
			}
		}
		d.gone(all[0], 0)
		d.gone(all[1], 0)
		if text, err := d.read(jane, all[2]); text != "text" || err != nil {
			t.Errorf("the fifth is %q, %v", text, err)
		}
		if _, err := d.Get(t.Context(), john, other); err != nil {
			t.Errorf("somebody else's went: %v", err)
		}
	})
}

// TestGoneAway: who stops sending leaves nothing, and nobody waits for him meanwhile.
func TestGoneAway(t *testing.T) {
	engines(t, func(t *testing.T, d desk) {
		ctx, cancel := context.WithCancel(t.Context())
		r, w := io.Pipe()
		failed := make(chan error)
		go func() {
			_, err := d.Put(ctx, jane, About{}, r)
			failed <- err
		}()
		w.Write(bytes.Repeat([]byte("a"), chunkBytes+1))
		d.put(john, "b", "somebody else") // while the first is in the middle
		if l, err := d.List(t.Context(), jane); err != nil || len(l) != 0 {
			t.Errorf("half a text is listed: %+v, %v", l, err)
		}
		cancel()
		w.CloseWithError(errors.New("the line is dead"))
		if err := <-failed; err == nil {
			t.Error("half a text was taken")
		}
		var left int
		must(t, d.db.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM draft WHERE person = $1`, jane.Person).Scan(&left))
		if left != 0 {
			t.Errorf("%d rows are left of it", left)
		}
	})
}

// TestDeletedWhileSent: a draft that had to make room while it was still being sent
// does not come back.
func TestDeletedWhileSent(t *testing.T) {
	engines(t, func(t *testing.T, d desk) {
		r, w := io.Pipe()
		failed := make(chan error)
		go func() {
			_, err := d.Put(t.Context(), jane, About{}, r)
			failed <- err
		}()
		w.Write(bytes.Repeat([]byte("a"), chunkBytes))
		for range MaxEach {
			d.put(jane, "b", "text")
		}
		w.Write([]byte("b"))
		w.Close()
		if err := <-failed; fault.KindOf(err) != fault.NotFound {
			t.Errorf("it ended with %v", err)
		}
		if l, err := d.List(t.Context(), jane); err != nil || len(l) != MaxEach {
			t.Errorf("%d are listed, %v", len(l), err)
		}
	})
}

// TestManyAtOnce: texts that are put at the same time don't mix.
func TestManyAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, d desk) {
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				o := Owner{1, int64(100 + i)}
				text := strings.Repeat(fmt.Sprint(i), chunkBytes*2+i)
				got, err := d.Put(t.Context(), o, About{Name: fmt.Sprint(i)}, strings.NewReader(text))
				if err != nil {
					t.Error(err)
					return
				}
				if back, err := d.read(o, got.ID); back != text || err != nil {
					t.Errorf("person %d reads %d bytes of %d, %v", i, len(back), len(text), err)
				}
			})
		}
		wg.Wait()
	})
}

// TestChangedBytes: whoever changes the tables gets no text out of them.
func TestChangedBytes(t *testing.T) {
	engines(t, func(t *testing.T, d desk) {
		a, b := d.put(jane, "a", strings.Repeat("a", chunkBytes+5)).ID, d.put(jane, "b", strings.Repeat("b", chunkBytes+5)).ID
		for name, change := range map[string]string{
			"moved to another draft": `UPDATE draft_chunk SET bytes = (SELECT bytes FROM draft_chunk WHERE draft = '` + b + `' AND n = 0) WHERE draft = '` + a + `' AND n = 0`,
			"cut off":                `DELETE FROM draft_chunk WHERE draft = '` + a + `' AND n = 1`,
		} {
			must(t, d.db.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.Exec(t.Context(), change); return err }))
			if text, err := d.read(jane, a); err == nil {
				t.Errorf("%s: %d bytes are read", name, len(text))
			}
		}
	})
}

// TestHolder: whoever asks what is held on him finds the drafts that name him, also
// packed, and has them erased.
func TestHolder(t *testing.T) {
	engines(t, func(t *testing.T, d desk) {
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		io.WriteString(w, strings.Repeat("nothing ", 100_000)+"Richard  Miles")
		must(t, w.Close())
		one, two := d.put(jane, "a", "seen by richard miles").ID, d.put(john, "b", z.String()).ID
		three := d.put(john, "Richard Miles.eml", "nothing").ID
		d.put(john, "c", "nobody")
		h := NewHolder(d.Drafts)
		items, err := h.Find(t.Context(), d.db.Reader(), []string{"Richard Miles"})
		must(t, err)
		found := map[string]bool{}
		for _, it := range items {
			found[it.Ref] = true
			if it.Table != "draft" || strings.Contains(it.What, "Miles") || it.Since.IsZero() {
				t.Errorf("found as %+v", it)
			}
		}
		if len(items) != 3 || !found[one] || !found[two] || !found[three] {
			t.Errorf("found %+v; want %s, %s and %s", items, one, two, three)
		}
		erase := func(it rights.Item) error {
			return d.db.Write(t.Context(), func(tx *store.Tx) error { return h.Erase(t.Context(), tx, it) })
		}
		must(t, erase(items[0]))
		d.gone(items[0].Ref, 0)
		if err := erase(items[0]); fault.KindOf(err) != fault.NotFound {
			t.Errorf("erased again: %v", err)
		}
		if got := h.Tables(); len(got) != 2 {
			t.Errorf("it answers for %v", got)
		}
	})
}

// TestAnyBytes: whatever is put comes out, in pieces of any size.
func TestAnyBytes(t *testing.T) {
	db := storetest.Open(t)
	must(t, Migrate(t.Context(), db))
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/test")
	must(t, err)
	d := New(db, 1, keys)
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.SliceOfN(rapid.Byte(), 1, 64).Draw(rt, "text")
		text = bytes.Repeat(text, rapid.SampledFrom([]int{1, chunkBytes / len(text), chunkBytes/len(text) + 1, 3 * chunkBytes / len(text)}).Draw(rt, "times"))
		got, err := d.Put(t.Context(), jane, About{Name: rapid.String().Draw(rt, "name")}, bytes.NewReader(text))
		must(t, err)
		r, err := d.Open(t.Context(), jane, got.ID)
		must(t, err)
		back, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(back, text) || got.Size != int64(len(text)) {
			rt.Fatalf("%d bytes come back of %d, %v", len(back), len(text), err)
		}
	})
}
