package exchange

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"tocsin/audit"
	"tocsin/fault"
	"tocsin/intake"
	"tocsin/intake/auto"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/store"
)

// This file is the way of a report. Each step has the number and the name that
// docs/way-of-a-report.md gives it.

// Accept takes a report in any supported format and returns when everything
// that could be taken is durable and proven. What was not taken is in
// Filed.Failures; when nothing was, that is an error.
//
// A report larger than one part is read as a stream and kept part by part: an
// error after the first part leaves the earlier parts kept, and says so.
func (x *Exchange) Accept(ctx context.Context, s member.Session, body io.Reader, o Options) (f Filed, err error) {
	err = x.act(ctx, s, member.ActFile, audit.File, "", func() (did string, err error) {
		f, err = x.accept(ctx, s, body, o, x.filePart)
		return f.ID, err
	})
	return f, err
}

// Preview does steps 1 to 5 and keeps nothing.
func (x *Exchange) Preview(ctx context.Context, s member.Session, body io.Reader, o Options) (Filed, error) {
	return x.accept(ctx, s, body, o, func(ctx context.Context, w *work) (*kept, error) {
		return x.prepare(ctx, w)
	})
}

type partFunc func(context.Context, *work) (*kept, error)

// accept reads the report part by part; a part is worked on when it is known
// whether another one follows.
func (x *Exchange) accept(ctx context.Context, s member.Session, body io.Reader, o Options, do partFunc) (f Filed, err error) {
	if err := s.May(member.ActFile); err != nil {
		return f, err
	}
	target, err := x.target(s, o)
	if err != nil {
		return f, err
	}
	body, give, err := x.reserve(ctx, s.Member.ID, body, o.Size)
	if err != nil {
		return f, err
	}
	defer give()
	// Step 1 read: bytes of any supported format become objects; limits; strict JSON.
	own := x.ours(s.Member, o.Named)
	r, err := auto.Open(body, o.Format, x.readOptions(s, o.Name, own))
	if err != nil {
		return f, err
	}
	batch, err := r.Next()
	n := 1
	for ; err == nil; n++ {
		next, nextErr := r.Next()
		w := &work{session: s, options: o, target: target, own: own, batch: batch, report: &f, part: n, last: errors.Is(nextErr, io.EOF)}
		partErr := x.asSeen(w)
		var k *kept
		if partErr == nil {
			k, partErr = do(ctx, w)
		}
		if partErr != nil {
			return x.breakOff(ctx, s, o, f, n, partErr, do)
		}
		f.add(k)
		batch, err = next, nextErr
	}
	if !errors.Is(err, io.EOF) {
		return x.breakOff(ctx, s, o, f, n, err, do)
	}
	return f.finish()
}

// breakOff ends a report of which a later part can't be taken: what was kept
// before stays, and a last part without objects closes it, so that its receipt is
// whole; the answer says what is missing.
func (x *Exchange) breakOff(ctx context.Context, s member.Session, o Options, f Filed, n int, cause error, do partFunc) (Filed, error) {
	// A TAXII body over max_content_length is 413 whatever was kept of it (TAXII 2.1 section 5.5).
	tooLong := o.Door == DoorTAXII && fault.KindOf(cause) == fault.TooLarge
	if tooLong {
		return f, afterParts(cause, f)
	}
	if len(f.Parts) == 0 || ctx.Err() != nil {
		return f, cause
	}
	place := fmt.Sprintf("part %d", n)
	b := intake.Batch{Problems: []intake.Problem{{Kind: fault.KindOf(cause), Place: place, Detail: fault.Public(cause) + "; the parts before it were kept"}}}
	k, err := do(ctx, &work{session: s, options: o, batch: b, report: &f, part: n, last: true})
	if err != nil {
		return f, afterParts(cause, f)
	}
	f.add(k)
	return f.finish()
}

// filePart files one part: steps 2 to 7. When another report changed what this
// one builds on between its steps 3 and 6, it goes back to step 2.
func (x *Exchange) filePart(ctx context.Context, w *work) (*kept, error) {
	for range tries {
		if past, err := x.repeated(ctx, w); past != nil || err != nil {
			return past, err
		}
		k, err := x.prepare(ctx, w)
		if err != nil {
			return k, err
		}
		if len(k.results) == 0 && w.part == 1 || w.options.Door == DoorTAXII && k.nothingNew() {
			return k, x.keepStatus(ctx, w, k)
		}
		// Step 6 keep: one transaction with whoever else is waiting.
		place, size, err := x.seq.Do(ctx, k.job)
		if errors.Is(err, errStale) {
			continue
		}
		if err != nil {
			return nil, err
		}
		// Step 7 answer: the checkpoint is signed only now that the commit is known.
		return k, x.answer(ctx, k, place, size)
	}
	return nil, errContended
}

// tries is how often something is done over because the log changed meanwhile.
const tries = 12

var errContended = fault.New(fault.Busy, "others keep changing the same objects; nothing was kept; try again")

// prepare does steps 2 to 5 for one part. It holds no lock and writes nothing to
// the store. They are done over when step 4 finds objects that need fresh
// identifiers, which step 3 gives, or that were taken back while it looked.
func (x *Exchange) prepare(ctx context.Context, w *work) (*kept, error) {
	for range tries {
		before := len(w.renewals)
		k, err := x.steps(ctx, w)
		if errors.Is(err, errStale) || err == nil && len(w.renewals) > before {
			continue
		}
		return k, err
	}
	return nil, errContended
}

func (x *Exchange) steps(ctx context.Context, w *work) (*kept, error) {
	k := &kept{work: w}
	// Step 2 allow: may this member put this here, under these markings.
	items := x.allow(k)
	// Step 3 strip: personal information out; an account of what and why; doubtful passages held.
	items, err := x.strip(ctx, k, items)
	if err != nil {
		return nil, err
	}
	if k.work.shown != nil {
		k.previewed = slices.Clone(items)
	}
	// Step 4 join: canonical things, known-benign values, expiry, versions of what is there already.
	known := len(w.renewals)
	if items, err = x.join(ctx, k, items); err != nil || len(w.renewals) > known {
		return k, err
	}
	// Step 5 shield: freeze the facts that legal conditions need.
	k.facts = x.shield(k)
	return k, x.pack(k, items)
}

// reserve waits for its turn to read a body of the size that the client declared.
// A compressed body unpacks to more than that: it reserves a whole part.
func (x *Exchange) reserve(ctx context.Context, who member.ID, body io.Reader, size int64) (_ io.Reader, give func(), err error) {
	if give, err = x.inWork(ctx, who, size); err != nil {
		return nil, nil, err
	}
	b := bufio.NewReaderSize(body, 64<<10)
	if magic, _ := b.Peek(2); size > 0 && len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b {
		give()
		give, err = x.inWork(ctx, who, 0)
	}
	return b, give, err
}

// target is where a report is asked to go.
func (x *Exchange) target(s member.Session, o Options) (member.Target, error) {
	if o.Group != "" {
		if _, err := s.Group(o.Group); err != nil {
			return member.Target{}, err
		}
	}
	return member.Target{Audience: o.Collection, Default: o.TLP, Group: o.Group}, nil
}

// add takes the outcome of one part into the report's.
func (f *Filed) add(k *kept) {
	for _, o := range k.results {
		if k.receipt != nil || len(f.Objects) >= intake.MaxObjects {
			o.Raw = nil // only previews show bytes, and of a large report those of its first objects
		}
		f.Objects = append(f.Objects, o)
	}
	f.Failures = append(f.Failures, k.failures...)
	f.Removed = append(f.Removed, k.removed...)
	f.Held = append(f.Held, k.heldResults()...)
	if k.receipt == nil {
		return
	}
	if len(f.Parts) == 0 {
		f.ID, f.Index, f.Repeat = fmt.Sprintf("report-%d", k.index), k.index, true
		f.uuid = k.reportID
	}
	f.Repeat = f.Repeat && k.repeat
	f.Parts = append(f.Parts, Part{Index: k.index, Receipt: k.receipt})
}

// finish closes a report: one receipt file, or an error when nothing of it was taken.
func (f *Filed) finish() (Filed, error) {
	if len(f.Objects) == 0 && len(f.Held) == 0 {
		if len(f.Failures) > 0 {
			first := f.Failures[0]
			return *f, fault.At(first.Kind, first.Place, "%s (%d of %d parts of the report were refused; nothing was kept)", first.Detail, len(f.Failures), len(f.Failures))
		}
		return *f, fault.New(fault.Invalid, "there is nothing in this report that could be shared; nothing was kept")
	}
	receipts := make([][]byte, len(f.Parts))
	for i, p := range f.Parts {
		receipts[i] = p.Receipt
	}
	if len(receipts) > 0 {
		f.Receipt = ledger.JoinReceipts(receipts)
	}
	return *f, nil
}

// afterParts says, with an error in a later part, what was kept before it.
func afterParts(err error, f Filed) error {
	if len(f.Parts) == 0 {
		return err
	}
	return fault.Because(err, fault.KindOf(err), "%s; %d parts before this were kept (from entry %d on)", fault.Public(err), len(f.Parts), f.Index)
}

// answer makes the receipt of a kept part.
func (x *Exchange) answer(ctx context.Context, k *kept, p store.Place, size int64) error {
	k.index = p.Index
	k.reportID = k.job.reportID
	var err error
	k.receipt, err = x.tree.Receipt(ctx, x.db.Reader(), x.keys, p.Index, size, &k.job.record, nil)
	return err
}
