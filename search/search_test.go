package search

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"tocsin/store/storetest"
)

// Objects are found from memory, from segments and from merged ones, newest first.
func TestFind(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		var all, even []int64
		for i := range 200 {
			text := fmt.Sprintf("number %d all", i)
			if i%2 == 0 {
				text += " even"
			}
			at := w.say(1, text)
			all = append(all, at)
			if i%2 == 0 {
				even = append(even, at)
			}
		}
		for range 3 {
			w.catchUp()
			if got := w.find(Wish{Words: w.words("all"), Limit: 1000}); len(got) != 200 {
				t.Errorf("%d of 200 are found", len(got))
			}
			w.finds([]int64{all[7]}, "7")
			w.finds(nil, "7", "even")
			w.finds([]int64{all[8]}, "8", "even")
			w.finds(nil, "nothing")
			if got := w.find(Wish{Words: w.words("even"), Limit: 3}); !slices.Equal(got, []int64{even[99], even[98], even[97]}) {
				t.Errorf("the newest three are %v", got)
			}
			if got := w.find(Wish{Words: w.words("even"), Limit: 3, Before: even[50]}); !slices.Equal(got, []int64{even[49], even[48], even[47]}) {
				t.Errorf("the newest three before a date are %v", got)
			}
			if got := w.find(Wish{Words: w.words("even"), After: even[97]}); !slices.Equal(got, []int64{even[99], even[98]}) {
				t.Errorf("those after a date are %v", got)
			}
			must(t, w.Merge(t.Context()))
		}
		if n := w.count(`SELECT COUNT(*) FROM search_segment`); n > 8 {
			t.Errorf("%d segments are left of 25", n)
		}
		if n := w.count(`SELECT COUNT(*) FROM search_block WHERE seg NOT IN (SELECT seg FROM search_segment)`); n > 0 {
			t.Errorf("%d blocks belong to no segment", n)
		}
	})
}

// A reader finds nothing of an audience that isn't asked for.
func TestAudiences(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		var of [3][]int64
		for i := range 60 {
			aud := i % 3
			of[aud] = append(of[aud], w.say(int32(aud+1), "word"))
		}
		w.catchUp()
		must(t, w.Merge(t.Context()))
		for aud := range 3 {
			got := w.find(Wish{Audiences: []int32{int32(aud + 1)}, Words: w.words("word")})
			slices.Reverse(got)
			if !slices.Equal(got, of[aud]) {
				t.Errorf("audience %d has %v, not %v", aud+1, got, of[aud])
			}
		}
		if got := w.find(Wish{Audiences: []int32{1, 3}, Words: w.words("word"), Limit: 2}); !slices.Equal(got, []int64{of[2][19], of[0][19]}) {
			t.Errorf("the newest of two audiences are %v", got)
		}
		if got := w.find(Wish{Audiences: []int32{}, Words: w.words("word")}); got != nil {
			t.Errorf("who may see nothing finds %v", got)
		}
	})
}

// Whatever was filed, flushed and merged in whatever order: the index gives what
// looking through all objects gives.
func TestFindsWhatReadingFinds(t *testing.T) {
	vocabulary := strings.Fields("relay kit proxy beacon tunnel dropper macro loader")
	db := storetest.Open(t)
	must(t, Migrate(t.Context(), db))
	logID := int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		logID++
		log := newJournal()
		w := &world{t, New(db, logID, testKeys{}, log), log}
		w.flushDocs, w.mergeOf, w.maxDocs = rapid.IntRange(1, 20).Draw(rt, "flush"), rapid.IntRange(2, 4).Draw(rt, "merge"), 200
		type doc struct {
			Hit
			words []string
			typ   string
		}
		var docs []doc
		for range rapid.IntRange(1, 5).Draw(rt, "rounds") {
			for range rapid.IntRange(0, 25).Draw(rt, "objects") {
				d := doc{words: rapid.SliceOfN(rapid.SampledFrom(vocabulary), 1, 4).Draw(rt, "words"), typ: rapid.SampledFrom([]string{"note", "report", "tool"}).Draw(rt, "type")}
				d.Aud = rapid.SampledFrom([]int32{1, 2}).Draw(rt, "aud")
				d.At = log.put(d.Aud, rapid.SampledFrom([]int64{1, 1, 1, 1000}).Draw(rt, "gap"), d.typ, note(strings.Join(d.words, " ")))
				docs = append(docs, d)
			}
			w.catchUp()
			if rapid.Bool().Draw(rt, "merges") {
				must(t, w.Merge(t.Context()))
			}
		}
		for range 5 {
			words := rapid.SliceOfN(rapid.SampledFrom(vocabulary), 1, 3).Draw(rt, "wanted")
			types := rapid.SliceOfN(rapid.SampledFrom([]string{"note", "report", "tool", "none"}), 0, 2).Draw(rt, "types")
			wish := Wish{Audiences: rapid.SampledFrom([][]int32{{1}, {2}, {1, 2}}).Draw(rt, "auds"), Words: w.words(words...), Limit: rapid.IntRange(1, 30).Draw(rt, "limit")}
			if len(docs) > 0 {
				wish.Before = rapid.SampledFrom(docs).Draw(rt, "before").At
				wish.After = max(0, wish.Before-rapid.Int64Range(0, 4000).Draw(rt, "after"))
			}
			var want []int64
			for _, d := range slices.Backward(docs) {
				missing := slices.ContainsFunc(words, func(s string) bool { return !slices.Contains(d.words, s) })
				if !missing && (len(types) == 0 || slices.Contains(types, d.typ)) && slices.Contains(wish.Audiences, d.Aud) && d.At < wish.Before && d.At > wish.After && len(want) < wish.Limit {
					want = append(want, d.At)
				}
			}
			for _, typ := range types {
				wish.Any = append(wish.Any, w.lex.Type(typ))
			}
			if got := w.find(wish); !slices.Equal(got, want) {
				rt.Fatalf("%+v is found at %v, not %v", wish, got, want)
			}
		}
	})
}

// A common word in a large segment is cut into parts, and each place is found.
func TestManyObjects(t *testing.T) {
	w := newWorld(t, storetest.Open(t), newJournal())
	w.flushDocs, w.maxDocs = 9000, 100_000
	r := rand.New(rand.NewPCG(1, 2))
	const n = 27_000
	var rare, odd []int64
	for i := range n {
		text := "common"
		if r.IntN(1000) == 0 {
			text += " rare"
		}
		if i%2 == 1 {
			text += " odd"
		}
		at := w.log.put(1, 1+int64(r.IntN(2)), "note", note(text))
		if strings.Contains(text, "rare") {
			rare = append(rare, at)
		}
		if strings.Contains(text, "odd") {
			odd = append(odd, at)
		}
	}
	w.catchUp()
	must(t, w.Merge(t.Context()))
	if n := w.count(`SELECT COUNT(*) FROM search_segment`); n != 1 {
		t.Fatalf("%d segments", n)
	}
	if got := w.find(Wish{Words: w.words("common"), Limit: 2 * n}); len(got) != n {
		t.Errorf("%d of %d are found", len(got), n)
	}
	w.finds(rare, "rare", "common")
	got := w.find(Wish{Words: w.words("odd", "common"), Limit: n})
	slices.Reverse(got)
	if !slices.Equal(got, odd) {
		t.Errorf("%d of %d odd ones are found", len(got), len(odd))
	}
	for _, i := range []int{0, 1, 4095, 4096, 4097, 13_000, len(odd) - 1} {
		i = min(i, len(odd)-1)
		want := odd[max(0, i-3):i]
		got := w.find(Wish{Words: w.words("odd"), Before: odd[i], Limit: 3})
		if slices.Reverse(got); !slices.Equal(got, want) && i > 0 {
			t.Errorf("before %d: %v, not %v", i, got, want)
		}
	}
}

// Two processes on one store: each finds all, whoever makes the segments.
func TestTwoProcesses(t *testing.T) {
	engines(t, func(t *testing.T, one *world) {
		two := &world{t, New(one.db, 1, testKeys{}, one.log), one.log}
		two.flushDocs, two.mergeOf, two.maxDocs = 5, 3, 1000
		var all []int64
		for i := range 100 {
			all = append(all, one.say(1, "word"))
			switch i % 7 {
			case 2:
				one.catchUp()
				one.finds(all, "word")
			case 4:
				two.catchUp()
				two.finds(all, "word")
				must(t, two.Merge(t.Context()))
			case 6:
				must(t, one.Merge(t.Context()))
			}
		}
		one.catchUp()
		two.catchUp()
		one.finds(all, "word")
		two.finds(all, "word")
		fresh := &world{t, New(one.db, 1, testKeys{}, one.log), one.log}
		fresh.catchUp()
		fresh.finds(all, "word") // after a restart
	})
}

// What a process that was stopped left half made is taken out, by whoever merges next.
func TestCutOff(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		var all []int64
		for range 24 {
			all = append(all, w.say(1, "word"))
		}
		w.catchUp()
		ctx, cancel := context.WithCancel(t.Context())
		if ok, err := w.lease(ctx); err != nil || !ok {
			t.Fatal(ok, err)
		}
		segs, err := w.segments(ctx, w.db.Reader(), inUse, nil)
		must(t, err)
		slices.Reverse(segs)
		m := merger{x: w.Index, ctx: ctx, out: segment{aud: 1}}
		for _, s := range segs {
			must(t, m.dates(s, nil))
		}
		cancel()
		if err := w.mergeOne(ctx, segs, nil); err == nil {
			t.Error("a merge went on after its end")
		}
		w.finds(all, "word")
		other := &world{t, New(w.db, 1, testKeys{}, w.log), w.log}
		other.flushDocs, other.mergeOf, other.maxDocs = 8, 3, 1000
		must(t, other.Merge(t.Context())) // the lease is held
		if n := w.count(`SELECT COUNT(*) FROM search_segment WHERE state = $1`, inUse); n != 3 {
			t.Errorf("another process merged during the lease: %d segments", n)
		}
		must(t, w.Merge(t.Context()))
		if n := w.count(`SELECT COUNT(*) FROM search_segment`); n != 1 {
			t.Errorf("%d segments are left", n)
		}
		w.finds(all, "word")
	})
}

// The words of what was taken back go.
func TestForget(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		var secret int64
		var others []int64
		for i := range 16 {
			if i == 3 {
				secret = w.say(1, "secret word")
				continue
			}
			others = append(others, w.say(1, "word"))
		}
		w.catchUp()
		w.finds([]int64{secret}, "secret")
		w.log.recall(secret)
		early := w.log.put(7, 1, "note", note("taken back before it was read"))
		w.log.recall(early)
		for range 8 {
			others = append(others, w.say(1, "word"))
		}
		w.catchUp()
		must(t, w.Forget(t.Context()))
		w.finds(nil, "secret")
		w.finds(others, "word")
		if n := w.count(`SELECT COUNT(*) FROM search_gone`); n != 0 {
			t.Errorf("%d are still to be forgotten", n)
		}
		if n := w.count(`SELECT COUNT(*) FROM search_segment`); n != 3 {
			t.Errorf("%d segments", n)
		}
	})
}

// Followed, an object is found within a second, and the follower ends with its context.
func TestFollow(t *testing.T) {
	db := storetest.Open(t)
	log := newJournal()
	must(t, Migrate(t.Context(), db))
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, db, log)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.Follow(ctx, slog.New(slog.DiscardHandler)) }()
		var all []int64
		for range 30 {
			all = append(all, w.say(1, "word"))
			time.Sleep(time.Second)
			synctest.Wait()
			if got := w.find(Wish{Words: w.words("word")}); len(got) != len(all) {
				t.Fatalf("%d of %d are found a second later", len(got), len(all))
			}
		}
		cancel()
		<-done
		if n := w.count(`SELECT COUNT(*) FROM search_segment`); n != 1 {
			t.Errorf("%d segments", n)
		}
	})
}
