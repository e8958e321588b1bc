package submission

import (
	"bytes"
	"compress/flate"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/store"
	"tocsin/store/storetest"
)

const answered = `{"objects":[{"id":"email-addr--1","submitted":"email-addr--0e1bd2d5-5a3f-5c1b-9a52-d8f7a4f1b001"}]}`

// putBoth keeps an answer as a submission and as a status.
func (b kept) putBoth(t testing.TB, k Key, id string) {
	t.Helper()
	b.write(t, func(tx *store.Tx) error {
		if err := b.Put(t.Context(), tx, k, Past{Index: 40, Made: time.Now(), Result: []byte(answered)}); err != nil {
			return err
		}
		return b.PutStatus(t.Context(), tx, id, k.Member, time.Now(), []byte(answered))
	})
}

// deflated packs an answer as the exchange does.
func deflated(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.BestSpeed)
	must(t, err)
	_, err = z.Write([]byte(text))
	must(t, err)
	must(t, z.Close())
	return b.Bytes()
}

// Who has the database without the keys folder reads no answer: it names submitted
// identifiers, from which a mailbox can be guessed.
func TestAnswersAreNotReadInTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "store.db")
	b := newBook(t, storetest.OpenURL(t, file))
	k := key(5, "k1", "body", 1)
	b.putBoth(t, k, "status-1")
	p, ok, err := b.Find(t.Context(), b.db.Reader(), k)
	must(t, err)
	body, err := b.Status(t.Context(), b.db.Reader(), "status-1", 5)
	must(t, err)
	if !ok || string(p.Result) != answered || string(body) != answered {
		t.Errorf("came back as %q and %q", p.Result, body)
	}
	must(t, b.db.Checkpoint(t.Context()))
	text, err := os.ReadFile(file)
	must(t, err)
	if !bytes.Contains(text, []byte("status-1")) {
		t.Fatal("the row is not found in the file: this test sees nothing")
	}
	if bytes.Contains(text, []byte("email-addr--")) || bytes.Contains(text, []byte(`"objects"`)) {
		t.Error("the file holds an answer in the clear")
	}
}

// An answer belongs to its row: one that was moved to another member's doesn't open.
func TestAnAnswerOpensInItsRowOnly(t *testing.T) {
	engines(t, func(t *testing.T, b kept) {
		k := key(5, "k1", "body", 1)
		b.putBoth(t, k, "status-1")
		b.write(t, func(tx *store.Tx) error {
			for _, table := range []string{"submission", "taxii_status"} {
				if _, err := tx.Exec(t.Context(), `UPDATE `+table+` SET member = 6`); err != nil {
					return err
				}
			}
			return nil
		})
		k.Member = 6
		if p, ok, err := b.Find(t.Context(), b.db.Reader(), k); ok || err == nil {
			t.Errorf("another member finds %q", p.Result)
		}
		if body, err := b.Status(t.Context(), b.db.Reader(), "status-1", 6); err == nil {
			t.Errorf("another member reads %q", body)
		}
	})
}

// The same answer is never the same bytes, and other keys open none.
func TestEachRowHasAKeyOfItsOwn(t *testing.T) {
	b := newBook(t, storetest.Open(t))
	one, err := b.seal("row", []byte(answered))
	must(t, err)
	two, err := b.seal("row", []byte(answered))
	must(t, err)
	if bytes.Equal(one.text, two.text) || bytes.Equal(one.wkey, two.wkey) {
		t.Error("two rows are sealed alike")
	}
	other := newBook(t, storetest.Open(t))
	if text, err := other.open("row", one); err == nil {
		t.Errorf("opened with the keys of another log: %q", text)
	}
	one.text[3] ^= 1
	if text, err := b.open("row", one); err == nil {
		t.Errorf("changed bytes opened as %q", text)
	}
}

// Destroying a month's key ends the answers of that month: they count as past
// their time, and are nobody's failure.
func TestDestroyedMonth(t *testing.T) {
	engines(t, func(t *testing.T, b kept) {
		k := key(5, "k1", "body", 1)
		b.write(t, func(tx *store.Tx) error {
			answer := deflated(t, answered)
			if err := b.Put(t.Context(), tx, k, Past{Index: 40, Made: time.Now(), Result: answer}); err != nil {
				return err
			}
			return b.PutStatus(t.Context(), tx, "status-1", k.Member, time.Now(), answer)
		})
		h := NewHolder(b.Book)
		find := func() int {
			t.Helper()
			n := 0
			err := b.db.Snapshot(t.Context(), func(q store.Querier) error {
				items, err := h.Find(t.Context(), q, []string{"email-addr--0e1bd2d5-5a3f-5c1b-9a52-d8f7a4f1b001"})
				n = len(items)
				return err
			})
			must(t, err)
			return n
		}
		if n := find(); n != 2 {
			t.Errorf("%d items are found while they can be read, not 2", n)
		}
		var month string
		must(t, b.db.Reader().QueryRowContext(t.Context(), `SELECT month FROM submission`).Scan(&month))
		must(t, b.keys.DestroyMonth(month))
		if p, ok, err := b.Find(t.Context(), b.db.Reader(), k); ok || err != nil {
			t.Errorf("found %q, %v", p.Result, err)
		}
		if _, err := b.Status(t.Context(), b.db.Reader(), "status-1", 5); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a status whose key is gone: %v", err)
		}
		if n := find(); n != 0 {
			t.Errorf("%d items are found in what nobody can read", n)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	book := newBook(b, storetest.Open(b))
	text := bytes.Repeat([]byte(answered), 50)
	for i := 0; b.Loop(); i++ {
		if _, err := book.seal(fmt.Sprint(i), text); err != nil {
			b.Fatal(err)
		}
	}
}
