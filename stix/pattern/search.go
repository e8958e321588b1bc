package pattern

import (
	"hash/maphash"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
)

// MaxWork bounds an evaluation: tests of a value, and steps of the search for
// different observations. It is about a second on one core.
const MaxWork = 5_000_000

// maxNested bounds how deep the search recurses: one level for each observation
// that is combined.
const maxNested = 50_000

// Match tells whether a pattern matches observations, which are STIX bundles of
// observed-data and the observables they name. A pattern that can't be read
// is fault.Invalid; an evaluation that the standard does not define (a string
// compared with a timestamp, a set of mixed types), that needs PCRE, or that takes
// more than [MaxWork] is fault.Refused.
func Match(text string, bundles []jsontext.Value) (bool, error) {
	p, err := Parse(text)
	if err != nil {
		return false, err
	}
	return p.Match(bundles)
}

// Match evaluates the pattern; see [Match].
func (p *Pattern) Match(bundles []jsontext.Value) (bool, error) {
	all, err := readBundles(bundles)
	if err != nil {
		return false, err
	}
	e := &evaluation{all: all, used: make([]int, len(all)), leaves: map[*observation][]int{}, needs: map[*observation]int{}, seed: maphash.MakeSeed()}
	if err := e.prepare(p.root); err != nil {
		return false, err
	}
	if !e.possible(p.root, map[int]bool{}) {
		return false, nil
	}
	found := e.find(p.root, nil, nil, func(span) bool { return true })
	return found && e.err == nil, e.err
}

// evaluation is the state of one match.
type evaluation struct {
	all    []*seen
	used   []int // by observation, how many of its count are taken
	key    uint64
	seed   maphash.Seed
	work   int
	nested int
	err    error
	leaves map[*observation][]int // by bracket: which observations match it
	needs  map[*observation]int   // by node that is possible: how many observations it takes at least
}

func (e *evaluation) spend(n int) error {
	if e.work += n; e.work > MaxWork && e.err == nil {
		e.err = fault.New(fault.Refused, "the evaluation takes too long: more than %d steps; use fewer observations, or a pattern with fewer combinations", MaxWork)
	}
	return e.err
}

// prepare finds which observations match each bracket.
func (e *evaluation) prepare(o *observation) error {
	for _, p := range o.parts {
		if err := e.prepare(p); err != nil {
			return err
		}
	}
	if o.start.noDate || o.stop.noDate {
		return fault.New(fault.Refused, "a timestamp of the pattern names a day that does not exist")
	}
	if o.kind != bracket {
		return nil
	}
	if err := o.test.compile(); err != nil {
		return err
	}
	for i, s := range e.all {
		hit := false
		for _, root := range s.roots {
			ok, err := e.holds(o.test, root, s)
			if err != nil {
				return err
			}
			hit = hit || ok
		}
		if hit {
			e.leaves[o] = append(e.leaves[o], i)
		}
	}
	return nil
}

// possible gives up on what can't match whatever the combination: a bracket that
// matches nothing, or more observations asked for than there are. It keeps the
// least number that each node needs, and adds those that it could take to from.
func (e *evaluation) possible(o *observation, from map[int]bool) bool {
	need, ok := 0, o.kind != either
	mine := map[int]bool{}
	switch o.kind {
	case bracket:
		for _, i := range e.leaves[o] {
			mine[i] = true
		}
		need = 1
	case either:
		for _, p := range o.parts {
			if e.possible(p, mine) {
				if n := e.needs[p]; !ok || n < need {
					need = n
				}
				ok = true
			}
		}
	default:
		for _, p := range o.parts {
			ok = e.possible(p, mine) && ok
			need = min(need+e.needs[p], 1<<40)
		}
		if o.kind == repeats {
			need = min(need*o.times, 1<<40)
		}
	}
	have := 0
	for i := range mine {
		have += e.all[i].count
		from[i] = true
	}
	if !ok || have < need {
		return false
	}
	e.needs[o] = need
	return true
}

// A span is when the observations of a combination were seen: each was seen at
// some moment of its own interval. latest is the latest of their beginnings, earliest the
// earliest of their ends; the shortest time that holds a moment of each lasts
// from earliest to latest.
type span struct {
	latest, earliest time.Time
	some             bool
}

func (s span) with(t span) span {
	switch {
	case !s.some:
		return t
	case !t.some:
		return s
	}
	if t.latest.After(s.latest) {
		s.latest = t.latest
	}
	if t.earliest.Before(s.earliest) {
		s.earliest = t.earliest
	}
	return s
}

// fits tells whether the combination lies within a number of seconds.
func (s span) fits(seconds float64) bool { return s.latest.Sub(s.earliest).Seconds() <= seconds }

// A limit is a WITHIN around what is being searched, with what was found for it so far.
type limit struct {
	seconds float64
	sofar   span
	outer   *limit
}

// add gives the limits after more was found inside all of them.
func (l *limit) add(s span) *limit {
	if l == nil || !s.some {
		return l
	}
	return &limit{seconds: l.seconds, sofar: l.sofar.with(s), outer: l.outer.add(s)}
}

func (l *limit) allows(s span) bool {
	for ; l != nil; l = l.outer {
		if !l.sofar.with(s).fits(l.seconds) {
			return false
		}
	}
	return true
}

// A frame is a START STOP around what is being searched.
type frame struct {
	start, stop time.Time
	outer       *frame
}

// allows tells whether an observation was, or may have been, seen in every frame.
func (f *frame) allows(s *seen) bool {
	for ; f != nil; f = f.outer {
		if !f.start.Before(f.stop) || !s.first.Before(f.stop) || s.last.Before(f.start) {
			return false
		}
	}
	return true
}

// find calls then for combinations that match o, with those observations marked
// as used, until then says that all is found.
func (e *evaluation) find(o *observation, l *limit, f *frame, then func(span) bool) bool {
	if e.spend(1) != nil {
		return false
	}
	if _, ok := e.needs[o]; !ok {
		return false
	}
	defer e.higher()
	if !e.deeper() {
		return false
	}
	switch o.kind {
	case bracket:
		return e.take(o, 1, 0, l, f, span{}, then)
	case either:
		for _, p := range o.parts {
			if e.find(p, l, f, then) {
				return true
			}
		}
		return false
	case within:
		return e.find(o.parts[0], &limit{seconds: o.within, outer: l}, f, then)
	case window:
		return e.find(o.parts[0], l, &frame{start: o.start.time, stop: o.stop.time, outer: f}, then)
	case repeats:
		if o.parts[0].kind == bracket {
			return e.take(o.parts[0], o.times, 0, l, f, span{}, then)
		}
		return e.sequence(o, o.times, func(int) *observation { return o.parts[0] }, l, f, then)
	default:
		return e.sequence(o, len(o.parts), func(i int) *observation { return o.parts[i] }, l, f, then)
	}
}

func (e *evaluation) deeper() bool {
	if e.nested++; e.nested > maxNested && e.err == nil {
		e.err = fault.New(fault.Refused, "the evaluation combines too many observations at once")
	}
	return e.err == nil
}

func (e *evaluation) higher() { e.nested-- }

// take chooses n observations among those that match a bracket, from the place
// at in its list on. Each choice is made once: their order does not matter.
func (e *evaluation) take(o *observation, n, at int, l *limit, f *frame, got span, then func(span) bool) bool {
	if n == 0 {
		return then(got)
	}
	defer e.higher()
	if !e.deeper() {
		return false
	}
	leaf := e.leaves[o]
	for ; at < len(leaf); at++ {
		i := leaf[at]
		s := e.all[i]
		if e.spend(1) != nil {
			return false
		}
		mine := span{latest: s.first, earliest: s.last, some: true}
		if !f.allows(s) || !l.allows(got.with(mine)) {
			continue
		}
		for c := min(n, s.count-e.used[i]); c > 0; c-- {
			e.use(i, c)
			done := e.take(o, n-c, at+1, l, f, got.with(mine), then)
			e.use(i, -c)
			if done || e.spend(1) != nil {
				return done
			}
		}
	}
	return false
}

// use marks n more of an observation as taken. The key is the sum of a random
// number for each, so equal sets have equal keys, whatever the order.
func (e *evaluation) use(i, n int) {
	e.used[i] += n
	e.key += maphash.Comparable(e.seed, i) * uint64(n)
}

// sequence finds different observations for each of n expressions. What was
// found for the first few matters only as a set, so a set that failed isn't tried
// again: the work is bounded by the number of sets, not of orders.
func (e *evaluation) sequence(o *observation, n int, part func(int) *observation, l *limit, f *frame, then func(span) bool) bool {
	tried := make(map[[2]uint64]bool)
	var from func(i int, got span) bool
	from = func(i int, got span) bool {
		if i == n {
			return then(got)
		}
		return e.find(part(i), l.add(got), f, func(s span) bool {
			if o.kind == followedBy && got.some && got.latest.After(s.earliest) {
				return false
			}
			state := [2]uint64{uint64(i), e.key}
			if tried[state] || e.spend(1) != nil {
				return false
			}
			tried[state] = true
			return from(i+1, got.with(s))
		})
	}
	return from(0, span{})
}
