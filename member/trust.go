package member

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/store"
)

// Distrust is a source that a receiver doesn't let block, as far as the receiver
// spoke of it: what it sees under one pseudonym in the community (Group 0) or in a
// sharing group, or, of a member that it knows by name, everywhere (Group Everywhere).
// Each word stands alone: that two pseudonyms are one member must not show in
// what vanishes from a list.
type Distrust struct {
	Source ID
	Group  Audience
}

// Everywhere is the Group of a word on a member that is known by name.
const Everywhere Audience = -1

// compareDistrust orders lists of them.
func compareDistrust(a, b Distrust) int {
	return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Group, b.Group))
}

// circle gives what an audience counts as for pseudonyms and trust: a sharing
// group is its own, the community's four are one, 0.
func circle(a Audience) Audience {
	if a < FirstGroup {
		return 0
	}
	return a
}

// Ignores tells whether a list that Distrusted gave covers what a member filed in an audience.
func Ignores(list []Distrust, source ID, a Audience) bool {
	for _, group := range [...]Audience{Everywhere, circle(a)} {
		if _, yes := slices.BinarySearchFunc(list, Distrust{source, group}, compareDistrust); yes {
			return true
		}
	}
	return false
}

// trustPerHour bounds how often one receiver may change its word, tries that fail
// included: each change is another view, for which the whole log is read, and a
// pseudonym's name is short enough to be guessed in millions of tries.
const trustPerHour = 60

// SetTrust says what a receiver lets a source do at its defences: block, alert or
// nothing. It changes nothing about what the receiver may read.
//
// The source is named as the receiver sees it: by a pseudonym (the identity id in
// created_by_ref, or the name "Member 1A2B3C") in the community or a group that
// the receiver is in, which covers what stands under that pseudonym; or, when it
// agreed to be named, by its own name or identity id, which covers everything of
// it. Of two words on one source the stricter counts. Whoever else is named gives
// the same fault.NotFound, member or not; the receiver itself fault.Invalid; more
// than 60 tries within an hour on one node fault.Busy.
func (r *Registry) SetTrust(ctx context.Context, receiver, source string, t Trust) error {
	if t != TrustBlock && t != TrustAlert && t != TrustNone {
		return fault.At(fault.Invalid, "trust", "the choices are block, alert, none")
	}
	to, err := r.byName(ctx, r.db.Reader(), receiver)
	if err != nil {
		return err
	}
	if !r.turn(to.ID, time.Now().UTC()) {
		return fault.New(fault.Busy, "trust may be changed %d times an hour, since every change makes your lists anew; nothing was changed; come again in an hour", trustPerHour)
	}
	var of Distrust
	err = r.db.Snapshot(ctx, func(q store.Querier) (err error) {
		of, err = r.source(ctx, q, to.ID, source)
		return err
	})
	if err != nil {
		return err
	}
	if of.Source == to.ID {
		return fault.New(fault.Invalid, "a member's own reports always count at its own defences")
	}
	return r.change(ctx, func(tx *store.Tx) error {
		if t == TrustBlock {
			_, err := tx.Exec(ctx, `DELETE FROM trust WHERE log_id = $1 AND receiver = $2 AND source = $3 AND circle = $4`,
				r.logID, int64(to.ID), int64(of.Source), int64(of.Group))
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO trust (log_id, receiver, source, circle, trust) VALUES ($1,$2,$3,$4,$5)
			ON CONFLICT (log_id, receiver, source, circle) DO UPDATE SET trust = excluded.trust`, r.logID, int64(to.ID), int64(of.Source), int64(of.Group), string(t))
		return err
	})
}

// TrustWord is what a receiver said of one source, as the receiver sees it.
type TrustWord struct {
	Source string // the identity id under which SetTrust takes it
	Name   string // pseudonym, or the name of one that it knows
	Group  string // the sharing group that the word covers; "" the community, or everything
	Trust  Trust
}

// TrustWords lists what a receiver said of others, by name. What it said within a
// group that it has left covers nothing that it sees, and isn't listed.
func (r *Registry) TrustWords(ctx context.Context, receiver ID) (out []TrustWord, err error) {
	err = r.db.Snapshot(ctx, func(q store.Querier) error {
		out, err = r.trustWords(ctx, q, receiver)
		return err
	})
	slices.SortFunc(out, func(a, b TrustWord) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Source, b.Source))
	})
	return out, err
}

func (r *Registry) trustWords(ctx context.Context, q store.Querier, receiver ID) (out []TrustWord, err error) {
	groups, err := r.groupsOf(ctx, q, receiver)
	if err != nil {
		return nil, err
	}
	in := map[Audience]string{0: "", Everywhere: ""}
	for _, g := range groups {
		in[g.Audience] = g.Name
	}
	rows, err := q.QueryContext(ctx, `SELECT t.circle, t.trust, m.id, m.name, m.identity, m.removed FROM trust t JOIN member m ON m.log_id = t.log_id AND m.id = t.source
		WHERE t.log_id = $1 AND t.receiver = $2`, r.logID, int64(receiver))
	if err != nil {
		return nil, fmt.Errorf("reading trust: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var of, id, removed int64
		var m Member
		var w TrustWord
		if err := rows.Scan(&of, &w.Trust, &id, &m.Name, &m.Identity, &removed); err != nil {
			return nil, fmt.Errorf("reading trust: %w", err)
		}
		m.ID = ID(id)
		group, there := in[Audience(of)]
		if !there {
			continue
		}
		w.Group = group
		switch a := Audience(of); {
		case a == Everywhere && removed != 0:
			w.Source, w.Name = m.Identity, m.Identity // the name may be somebody else's by now
		case a == Everywhere:
			w.Source, w.Name = m.Identity, m.Name
		default:
			w.Source, w.Name = r.Pseudonym(m, max(a, AudienceClear))
		}
		out = append(out, w)
	}
	return out, rows.Err()
}

// source finds whom a receiver means. Members that were removed have pseudonyms
// too: what they shared stays. A name that fits several sources fits none.
func (r *Registry) source(ctx context.Context, q store.Querier, to ID, name string) (Distrust, error) {
	groups, err := r.groupsOf(ctx, q, to)
	if err != nil {
		return Distrust{}, err
	}
	auds := []Audience{AudienceClear}
	for _, g := range groups {
		auds = append(auds, g.Audience)
	}
	words, err := r.Distrusted(ctx, q, to)
	if err != nil {
		return Distrust{}, err
	}
	rows, err := q.QueryContext(ctx, `SELECT `+memberColumns+`, removed FROM member WHERE log_id = $1`, r.logID)
	if err != nil {
		return Distrust{}, fmt.Errorf("reading sources: %w", err)
	}
	defer rows.Close()
	found := map[Distrust]bool{}
	is := func(id, called string) bool { return strings.EqualFold(id, name) || fold(called) == fold(name) }
	for rows.Next() {
		var removed int64
		m, err := scanMember(func(into ...any) error { return rows.Scan(append(into, &removed)...) })
		if err != nil {
			return Distrust{}, err
		}
		// Whom it spoke of by name it knows, also when the consent to be named has ended since: else it could never take its word back.
		known := m.Named || m.ID == to || slices.Contains(words, Distrust{m.ID, Everywhere})
		if called := m.Name; known {
			if removed != 0 {
				called = "" // a name may be given again
			}
			if is(m.Identity, called) {
				found[Distrust{m.ID, Everywhere}] = true
			}
		}
		m.Named = false
		for _, a := range auds {
			if is(r.Pseudonym(m, a)) {
				found[Distrust{m.ID, circle(a)}] = true
			}
		}
	}
	if err := rows.Err(); err != nil {
		return Distrust{}, err
	}
	for d := range found {
		if len(found) == 1 {
			return d, nil
		}
	}
	return Distrust{}, fault.New(fault.NotFound, "you see no one source under this name; give the identity id that stands in created_by_ref of its reports, or the name of that identity; a company's own name works when it agreed to be named")
}

// turn tells whether a receiver may change its word now, and counts it.
func (r *Registry) turn(receiver ID, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	recent := slices.DeleteFunc(r.trusts[receiver], func(t time.Time) bool { return now.Sub(t) >= time.Hour })
	ok := len(recent) < trustPerHour
	if ok {
		recent = append(recent, now)
	}
	r.trusts[receiver] = recent
	return ok
}

// Distrusted gives, sorted, the sources that a receiver does not let block; see Ignores.
func (r *Registry) Distrusted(ctx context.Context, q store.Querier, receiver ID) ([]Distrust, error) {
	rows, err := q.QueryContext(ctx, `SELECT source, circle FROM trust WHERE log_id = $1 AND receiver = $2 AND trust <> $3`, r.logID, int64(receiver), string(TrustBlock))
	if err != nil {
		return nil, fmt.Errorf("reading trust: %w", err)
	}
	defer rows.Close()
	var out []Distrust
	for rows.Next() {
		var id, group int64
		if err := rows.Scan(&id, &group); err != nil {
			return nil, err
		}
		out = append(out, Distrust{ID(id), Audience(group)})
	}
	slices.SortFunc(out, compareDistrust)
	return out, rows.Err()
}
