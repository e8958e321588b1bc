package search

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"tocsin/store"
	"tocsin/store/storetest"
)

type testKeys struct{}

func (testKeys) MAC(purpose string, _ ...[]byte) (sum [32]byte) {
	copy(sum[:], purpose)
	return sum
}

// journal is a log of documents in memory.
type journal struct {
	mu   sync.Mutex
	docs []Doc
	back []struct {
		at int64
		Gone
	}
	last  int64
	grown chan struct{}
}

func (j *journal) Head(context.Context) (store.Head, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return store.Head{Size: j.last, Added: j.last}, nil
}

func (j *journal) Wait(ctx context.Context, size int64) (int64, error) {
	for {
		j.mu.Lock()
		last, grown := j.last, j.grown
		j.mu.Unlock()
		if last > size {
			return last, nil
		}
		select {
		case <-ctx.Done():
			return last, ctx.Err()
		case <-grown:
		}
	}
}

func (j *journal) Since(_ context.Context, after int64, f func(Doc) bool) error {
	j.mu.Lock()
	docs := slices.Clone(j.docs)
	j.mu.Unlock()
	i, _ := slices.BinarySearchFunc(docs, after+1, func(d Doc, at int64) int { return int(d.At - at) })
	for _, d := range docs[i:] {
		if d.Raw != nil && !f(d) {
			return nil
		}
	}
	return nil
}

func (j *journal) Withdrawn(_ context.Context, after, until int64, limit int) (out []Gone, upTo int64, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, b := range j.back {
		if b.at <= after || b.at > until {
			continue
		}
		if len(out) == limit {
			return out, upTo, nil
		}
		out, upTo = append(out, b.Gone), b.at
	}
	return out, until, nil
}

func (j *journal) grow(by int64) int64 {
	j.last += by
	close(j.grown)
	j.grown = make(chan struct{})
	return j.last
}

// put adds an object some microseconds after the last one, and gives its date.
func (j *journal) put(aud int32, gap int64, typ, raw string) int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.docs = append(j.docs, Doc{At: j.grow(gap), Aud: aud, Type: typ, Raw: []byte(raw)})
	return j.last
}

// recall takes one back: its bytes are gone.
func (j *journal) recall(at int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	i := slices.IndexFunc(j.docs, func(d Doc) bool { return d.At == at })
	j.docs[i].Raw = nil
	when := j.grow(1)
	j.back = append(j.back, struct {
		at int64
		Gone
	}{when, Gone{j.docs[i].Aud, at}})
}

// world is an index over a journal.
type world struct {
	testing.TB
	*Index
	log *journal
}

func newWorld(t testing.TB, db *store.DB, log *journal) *world {
	t.Helper()
	must(t, Migrate(t.Context(), db))
	x := New(db, 1, testKeys{}, log)
	x.flushDocs, x.mergeOf, x.maxDocs = 8, 3, 1000
	return &world{t, x, log}
}

func newJournal() *journal { return &journal{grown: make(chan struct{})} }

func engines(t *testing.T, test func(t *testing.T, w *world)) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) { test(t, newWorld(t, open(t), newJournal())) })
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// note is a STIX note with a text.
func note(text string) string { return fmt.Sprintf(`{"type":"note","content":%q}`, text) }

func (w *world) say(aud int32, text string) int64 {
	w.Helper()
	return w.log.put(aud, 1, "note", note(text))
}

func (w *world) catchUp() {
	w.Helper()
	must(w, w.CatchUp(w.Context()))
}

// words gives the words that somebody looks for.
func (w *world) words(texts ...string) (out []Word) {
	for _, s := range texts {
		out = append(out, w.lex.word(plainWord, Fold(s)))
	}
	return out
}

// find gives the dates of the hits.
func (w *world) find(wish Wish) []int64 {
	w.Helper()
	if wish.Limit == 0 {
		wish.Limit = 100
	}
	if wish.Audiences == nil {
		wish.Audiences = []int32{1}
	}
	v := w.View()
	var out []int64
	err := w.db.Snapshot(w.Context(), func(q store.Querier) error {
		hits, err := w.Find(w.Context(), q, v, wish)
		out = nil
		for _, h := range hits {
			out = append(out, h.At)
		}
		return err
	})
	must(w, err)
	return out
}

func (w *world) finds(want []int64, texts ...string) {
	w.Helper()
	got := w.find(Wish{Words: w.words(texts...)})
	want = slices.Clone(want)
	slices.Reverse(want)
	if !slices.Equal(got, want) {
		w.Errorf("%q is found at %v, not %v", texts, got, want)
	}
}

func (w *world) count(text string, args ...any) (n int) {
	w.Helper()
	must(w, w.db.Reader().QueryRowContext(w.Context(), text, args...).Scan(&n))
	return n
}
