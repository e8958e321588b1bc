package exchange

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin/archive"
	"tocsin/ledger"
	"tocsin/store"
)

// Month is what the exchange did in one month of the log's clock (UTC), as the
// records of its entries say.
type Month struct {
	Month   string // 2026-11
	Reports int64  // entries in which something was filed; a large report is several
	Shared  int64  // objects that went out
	Removed int64  // values that the privacy gate took out before anything was kept
	Held    int64  // passages that went to a person
	Back    int64  // objects that were taken back
}

// Counted is the figures as far as they are known.
type Counted struct {
	Months []Month // newest first; a month without entries is not there
	Upto   int64   // entries that are counted
	Size   int64   // entries of the log
}

// Figures counts the log by month. It reads each entry once and remembers the
// sums, so that a page costs what came since the last one. After a start the first
// who asks begin the count, which takes seconds for a million entries; meanwhile
// they get what is counted. It is safe for concurrent use.
type Figures struct {
	x      *Exchange
	count  background
	mu     sync.Mutex // guards the rest
	next   int64
	months map[string]*Month
}

// NewFigures makes the figures of an exchange; one is enough for a node.
func NewFigures(x *Exchange) *Figures { return &Figures{x: x, months: map[string]*Month{}} }

// Read gives the figures, as far as they are counted after half a second at most.
func (f *Figures) Read(ctx context.Context) (Counted, error) {
	head, err := f.x.Head(ctx)
	if err != nil {
		return Counted{}, err
	}
	f.mu.Lock()
	behind := f.next < head.Size
	f.mu.Unlock()
	if behind {
		if err := f.count.run(ctx, f.catchUp); err != nil {
			return Counted{}, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	c := Counted{Upto: f.next, Size: max(head.Size, f.next)}
	for _, m := range slices.Backward(slices.Sorted(maps.Keys(f.months))) {
		c.Months = append(c.Months, *f.months[m])
	}
	return c, nil
}

func (f *Figures) catchUp(ctx context.Context) error {
	f.mu.Lock()
	from := f.next
	f.mu.Unlock()
	return f.x.archive.Entries(ctx, f.x.db.Reader(), from, func(e archive.Entry) error {
		m, err := counts(e)
		if err != nil {
			return err
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		f.next = e.Index + 1
		sum := f.months[m.Month]
		if sum == nil {
			sum = &Month{Month: m.Month}
			f.months[m.Month] = sum
		}
		sum.Reports += m.Reports
		sum.Shared += m.Shared
		sum.Removed += m.Removed
		sum.Held += m.Held
		sum.Back += m.Back
		return nil
	})
}

// counts reads what one entry did off its record.
func counts(e archive.Entry) (Month, error) {
	m := Month{Month: time.UnixMicro(e.Added).UTC().Format("2006-01")}
	if e.Kind != archive.Report && e.Kind != archive.Decision && e.Kind != archive.Recall {
		return m, nil
	}
	r, err := ledger.UnmarshalRecord(e.Record)
	if err != nil {
		return m, err
	}
	if e.Kind == archive.Report {
		m.Reports = 1
	}
	for _, p := range r.Parts {
		switch {
		case p.Name == ledger.PartObjects && e.Kind != archive.Recall: // a recall's are the revoked versions
			refs, err := ledger.UnmarshalObjects(p.Body)
			if err != nil {
				return m, err
			}
			m.Shared = int64(len(refs))
		case p.Name == ledger.PartAccount:
			var account []struct{ Count int64 }
			if err := json.Unmarshal(p.Body, &account); err != nil {
				return m, err
			}
			for _, line := range account {
				m.Removed += max(1, line.Count)
			}
		case p.Name == ledger.PartHeld:
			if err := json.Unmarshal(p.Body, &m.Held); err != nil {
				return m, err
			}
		case p.Name == ledger.PartRefers && e.Kind == archive.Recall:
			var back []int64
			if err := json.Unmarshal(p.Body, &back); err != nil {
				return m, err
			}
			m.Back = int64(len(back))
		}
	}
	return m, nil
}

// TreeChecked is what came of recomputing the log's tree.
type TreeChecked struct {
	At   time.Time // when; zero: never since the node started
	Took time.Duration
	Size int64
	Root string // base64, as in the checkpoint of that size; empty unless OK
	OK   bool
	Err  error // what is wrong, for the operator's log
}

// treeEvery is how often the tree is recomputed at most: whoever asks sooner gets
// the last result, so that asking costs the node nothing.
const treeEvery = time.Minute

// TreeCheck recomputes the log's tree from its leaves when somebody asks, and
// remembers what came of it. It is safe for concurrent use.
type TreeCheck struct {
	x    *Exchange
	work background
	mu   sync.Mutex // guards last
	last TreeChecked
}

// NewTreeCheck makes the check of an exchange's log; one is enough for a node.
func NewTreeCheck(x *Exchange) *TreeCheck { return &TreeCheck{x: x} }

// Last gives what the last check found.
func (c *TreeCheck) Last() TreeChecked {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// Check recomputes the tree, unless it did less than a minute ago, and gives the
// last result. It waits half a second at most: a large log's check goes on after.
func (c *TreeCheck) Check(ctx context.Context) (TreeChecked, error) {
	last := c.Last()
	if !last.At.IsZero() && time.Since(last.At) < treeEvery {
		return last, nil
	}
	err := c.work.run(ctx, c.recompute)
	return c.Last(), err
}

func (c *TreeCheck) recompute(ctx context.Context) error {
	t := TreeChecked{At: time.Now().UTC()}
	err := c.x.db.Snapshot(ctx, func(q store.Querier) error {
		head, err := c.x.seq.HeadIn(ctx, q)
		if err != nil {
			return err
		}
		t.Size = head.Size
		if t.Err = c.x.tree.Check(ctx, q, head.Size, nil); t.Err != nil {
			return ctx.Err()
		}
		text, err := c.x.tree.Checkpoint(ctx, q, c.x.keys, head.Size)
		if err != nil {
			return err
		}
		t.OK, t.Root = true, rootOf(text)
		return nil
	})
	if err != nil {
		return err
	}
	t.Took = time.Since(t.At)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = t
	return nil
}

// rootOf gives the root of a checkpoint: its third line (C2SP tlog-checkpoint).
func rootOf(checkpoint []byte) string {
	lines := strings.SplitN(string(checkpoint), "\n", 4)
	if len(lines) < 4 {
		return ""
	}
	return lines[2]
}

// backgroundWait is how long somebody who looks at a page waits for work that may take longer.
const backgroundWait = 500 * time.Millisecond

// background is work that goes on when whoever asked for it has gone, once at a
// time. It ends by itself, at the latest with the database.
type background struct {
	mu  sync.Mutex // guards the rest
	now *running
}

type running struct {
	done chan struct{}
	err  error // once done
}

// run starts work unless it runs, and waits a while for it. The error is that of
// work that ended meanwhile.
func (b *background) run(ctx context.Context, work func(context.Context) error) error {
	b.mu.Lock()
	r := b.now
	if r == nil {
		r = &running{done: make(chan struct{})}
		b.now = r
		go func(ctx context.Context) {
			err := work(ctx)
			b.mu.Lock()
			defer b.mu.Unlock()
			r.err, b.now = err, nil
			close(r.done)
		}(context.WithoutCancel(ctx))
	}
	b.mu.Unlock()
	wait := time.NewTimer(backgroundWait)
	defer wait.Stop()
	select {
	case <-r.done:
		return r.err
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
