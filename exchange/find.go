package exchange

import (
	"context"
	"slices"
	"time"

	"tocsin/archive"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/search"
	"tocsin/stix"
	"tocsin/store"
	"tocsin/thing"
)

// States of an indicator, as pages write them.
const (
	StateInForce = "in-force"
	StateExpired = "expired"
	StateTaken   = "taken-back"
)

// Query is what somebody looks for among what he may see.
type Query struct {
	Text       string    // words and "phrases", all of which an object must hold; may be empty when Types are given
	Types      []string  // of objects; none for all
	Collection string    // as member.CollectionName gives it; "" for all
	State      string    // StateInForce, StateExpired; "" for all
	From, To   time.Time // filed from, and before; zero for no bound
	Older      int64     // only what was filed before this date: the cursor of the next page
	Newer      int64     // only what was filed after it: of the page before
	Limit      int       // 1 to 200; 0 means 50
}

// Found is an object that was found.
type Found struct {
	archive.Object
	Collection string
	Filed      time.Time
	Own        bool      // the reader's member filed it
	State      string    // of an indicator; "" for other objects
	Until      time.Time // of an indicator: when it ends
	Members    int       // of an indicator: members with one in force on the first thing that it names
}

// Results is one page of what was found, the newest first.
type Results struct {
	Found        []Found
	Older, Newer int64 // cursors of the next and the previous page; 0 where there is none
}

const (
	defaultFound = 50
	maxFound     = 200
	maxOpened    = 2000 // candidates that are read for one page: of a phrase few may hold
	newerScan    = 10_000
)

// Find looks for objects by words, type, collection, state and date. What was taken
// back isn't found, nor are versions that a newer one stands in for.
func (x *Exchange) Find(ctx context.Context, s member.Session, q Query) (Results, error) {
	terms, wish, err := x.wish(s, &q)
	if err != nil {
		return Results{}, err
	}
	keep := func(f *Found) bool { return q.State == "" || f.State == q.State }
	var out Results
	v := x.index.View()
	err = x.db.Snapshot(ctx, func(db store.Querier) error {
		out = Results{}
		if q.Newer > 0 {
			// The page before is the last one of all that is newer.
			all, err := x.index.Find(ctx, db, v, search.Wish{Audiences: wish.Audiences, Words: wish.Words, Any: wish.Any, Before: wish.Before, After: max(wish.After, q.Newer), Limit: newerScan})
			if err != nil {
				return err
			}
			if len(all) > q.Limit {
				wish.Before = all[len(all)-q.Limit].At + 1
			}
			wish.After = max(wish.After, q.Newer)
		}
		var err error
		if out.Found, out.Older, err = x.page(ctx, db, s, v, wish, terms, q.Limit, keep); err != nil {
			return err
		}
		if q.Newer > 0 {
			out.Older = 0
		}
		if len(out.Found) == 0 {
			return nil
		}
		if q.Newer > 0 {
			out.Older = out.Found[len(out.Found)-1].At
		}
		if q.Older > 0 || q.Newer > 0 {
			first := out.Found[0].At
			newer, err := x.index.Find(ctx, db, v, search.Wish{Audiences: wish.Audiences, Words: wish.Words, Any: wish.Any, After: first, Limit: 1})
			if err != nil {
				return err
			}
			if len(newer) > 0 {
				out.Newer = first
			}
		}
		return nil
	})
	return out, err
}

// wish checks a query and turns it into words.
func (x *Exchange) wish(s member.Session, q *Query) (terms []search.Term, w search.Wish, err error) {
	if err := s.May(member.ActRead); err != nil {
		return nil, w, err
	}
	if q.Limit == 0 {
		q.Limit = defaultFound
	}
	if q.Limit < 1 || q.Limit > maxFound || q.Older < 0 || q.Newer < 0 || q.Older > 0 && q.Newer > 0 {
		return nil, w, fault.New(fault.Invalid, "a page has 1 to %d results, from one cursor", maxFound)
	}
	if q.State != "" && q.State != StateInForce && q.State != StateExpired {
		return nil, w, fault.New(fault.Invalid, "a state to look for is %s or %s", StateInForce, StateExpired)
	}
	if q.State != "" && len(q.Types) == 0 {
		q.Types = []string{"indicator"} // nothing else has a state
	}
	w.Audiences = audiences(s)
	if q.Collection != "" {
		i := slices.IndexFunc(s.Audiences, func(a member.Audience) bool { return member.CollectionName(s, a) == q.Collection })
		if i < 0 {
			return nil, w, fault.New(fault.NotFound, "there is no such collection, or you are not in it")
		}
		w.Audiences = w.Audiences[i : i+1]
	}
	lex := x.index.Lexicon()
	if q.Text != "" || len(q.Types) == 0 {
		if terms, err = lex.Terms(q.Text); err != nil {
			return nil, w, err
		}
	}
	for _, t := range terms {
		w.Words = append(w.Words, t.Words...)
	}
	for _, t := range q.Types {
		w.Any = append(w.Any, lex.Type(t))
	}
	if w.Before = q.Older; !q.To.IsZero() && (w.Before == 0 || q.To.UnixMicro() < w.Before) {
		w.Before = max(1, q.To.UnixMicro())
	}
	if !q.From.IsZero() {
		w.After = max(0, q.From.UnixMicro()-1)
	}
	return terms, w, nil
}

// page reads candidates until a page is full; older is the cursor behind the last
// one that was looked at, 0 when there are no more.
func (x *Exchange) page(ctx context.Context, q store.Querier, s member.Session, v search.View, w search.Wish, terms []search.Term, limit int, keep func(*Found) bool) (out []Found, older int64, err error) {
	for opened, batch := 0, limit; opened < maxOpened && len(out) < limit; batch = min(2*batch, maxOpened-opened) {
		w.Limit = batch + 1
		hits, err := x.index.Find(ctx, q, v, w)
		if err != nil {
			return nil, 0, err
		}
		more := len(hits) > batch
		hits = hits[:min(len(hits), batch)]
		found, err := x.open(ctx, q, s, hits, terms)
		if err != nil {
			return nil, 0, err
		}
		for i := range found {
			if !keep(&found[i]) {
				continue
			}
			if len(out) == limit {
				return out, out[limit-1].At, nil
			}
			out = append(out, found[i])
		}
		if !more {
			return out, 0, nil
		}
		w.Before = hits[batch-1].At
		opened += batch
	}
	return out, w.Before, nil
}

// open reads hits: those that are still there, are the newest version, and really
// hold what was asked for.
func (x *Exchange) open(ctx context.Context, q store.Querier, s member.Session, hits []search.Hit, terms []search.Term) ([]Found, error) {
	byAud := map[int32][]int64{}
	for _, h := range hits {
		byAud[h.Aud] = append(byAud[h.Aud], h.At)
	}
	var out []Found
	for aud, ats := range byAud {
		if !s.CanRead(member.Audience(aud)) {
			continue
		}
		err := x.archive.Pick(ctx, q, aud, ats, func(o archive.Object, gone bool) error {
			if !gone && search.Matches(terms, o.Raw) {
				out = append(out, Found{Object: o, Collection: member.CollectionName(s, member.Audience(aud)), Filed: time.UnixMicro(o.At).UTC()})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return x.complete(ctx, q, s, out)
}

// complete drops older versions, and says of the rest whose they are and how they stand.
func (x *Exchange) complete(ctx context.Context, q store.Querier, s member.Session, all []Found) ([]Found, error) {
	ids := make([]string, len(all))
	var ats []int64
	for i, f := range all {
		if ids[i] = f.ID; isIndicator(f.ID) {
			ats = append(ats, f.At)
		}
	}
	stored, err := x.archive.Find(ctx, q, audiences(s), ids, 0)
	if err != nil {
		return nil, err
	}
	of := make(map[int64]archive.Stored, len(stored))
	for _, v := range stored {
		of[v.At] = v
	}
	supports, records, err := x.standing(ctx, q, s, ats)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(f Found) bool { return of[f.At].State != archive.Newest })
	for i := range all {
		f := &all[i]
		f.Own = of[f.At].Member == int64(s.Member.ID)
		for j, sup := range supports[f.At] {
			if j == 0 {
				f.State, f.Members = StateExpired, records[sup.T].Reporters
			}
			if sup.State == thing.InForce {
				f.State = StateInForce
			}
			f.Own = f.Own || sup.Member == int64(s.Member.ID) && sup.State != thing.Taken
			if sup.Until.After(f.Until) {
				f.Until = sup.Until
			}
		}
	}
	slices.SortFunc(all, func(a, b Found) int { return int(b.At - a.At) })
	return all, nil
}

// standing gives what indicators support, by date, and the records of those things.
func (x *Exchange) standing(ctx context.Context, q store.Querier, s member.Session, ats []int64) (map[int64][]thing.Keyed, map[int64]thing.Record, error) {
	all, err := x.things.At(ctx, q, ats)
	if err != nil {
		return nil, nil, err
	}
	by := make(map[int64][]thing.Keyed, len(ats))
	var first []int64
	for _, k := range all {
		if len(by[k.At]) == 0 {
			first = append(first, k.T)
		}
		by[k.At] = append(by[k.At], k)
	}
	records, err := x.things.LookKeys(ctx, q, first, audiences(s))
	return by, records, err
}

func isIndicator(id string) bool { return len(id) > 11 && id[:11] == "indicator--" }

// Referring gives the newest objects, of some types or of all (none), that refer to
// an identifier in any property that ends with _ref or _refs: relationships,
// sightings, reports, notes. The newest first, at most limit (200).
func (x *Exchange) Referring(ctx context.Context, s member.Session, id string, types []string, limit int) ([]Found, error) {
	if err := s.May(member.ActRead); err != nil {
		return nil, err
	}
	if limit < 1 || limit > maxFound {
		return nil, fault.New(fault.Invalid, "ask for 1 to %d objects", maxFound)
	}
	v := x.index.View()
	var out []Found
	err := x.db.Snapshot(ctx, func(q store.Querier) (err error) {
		out, err = x.referring(ctx, q, s, v, id, types, limit)
		return err
	})
	return out, err
}

func (x *Exchange) referring(ctx context.Context, q store.Querier, s member.Session, v search.View, id string, types []string, limit int) ([]Found, error) {
	lex := x.index.Lexicon()
	w := search.Wish{Audiences: audiences(s), Words: []search.Word{lex.Ref(id)}}
	for _, t := range types {
		w.Any = append(w.Any, lex.Type(t))
	}
	found, _, err := x.page(ctx, q, s, v, w, nil, limit, func(f *Found) bool {
		return slices.ContainsFunc(stix.References(f.Raw), func(r stix.Reference) bool { return r.ID == id })
	})
	return found, err
}
