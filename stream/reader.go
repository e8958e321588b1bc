package stream

import (
	"context"
	"net/http"
	"slices"
	"time"

	"tocsin/fault"
	"tocsin/member"
)

// reader is one client of the stream.
type reader struct {
	hub     *hub
	out     http.ResponseWriter
	control *http.ResponseController
	after   int64 // date up to which it has everything
	session member.Session
	was     member.Session                 // before its audiences changed
	slots   chan struct{}                  // of its member, for reading alone
	renew   func() (member.Session, error) // reads who it is, and what it may see, anew
}

// run sends events until the client leaves, stalls, or may see nothing any more.
func (rd *reader) run(ctx context.Context) {
	if rd.send([]byte("retry: 2000\n: tocsin\n\n")) != nil {
		return
	}
	for {
		src, err := rd.hub.join(ctx, rd.session)
		if err != nil {
			return
		}
		again := rd.follow(ctx, src)
		src.leave()
		if !again || rd.moved(ctx) != nil {
			return
		}
	}
}

// follow sends the events of a source; it returns true when the reader's
// audiences have changed, so that it belongs to another source now.
func (rd *reader) follow(ctx context.Context, src *source) (again bool) {
	beat := time.NewTimer(heartbeat)
	defer beat.Stop()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		src.mu.Lock()
		pieces, upTo, inside := src.window.next(rd.after)
		fresh, rights := src.fresh, src.rights
		src.mu.Unlock()
		// Nothing is sent under rights that have changed since they were read.
		if rights != rd.session.Rights {
			if changed, err := rd.recheck(ctx, rights); err != nil || changed {
				return changed && err == nil
			}
		}
		var err error
		switch {
		case !inside:
			again, err = rd.alone(ctx, src)
		case len(pieces) > 0:
			err = rd.send(pieces...)
			rd.after = upTo
		default:
			rd.after = upTo
			select {
			case <-ctx.Done():
				return false
			case <-fresh:
				continue
			case <-look.C: // a session that ends by itself changes no rights
				if again, err = rd.recheck(ctx, 0); !over(err) {
					err = nil
				}
			case <-beat.C:
				err = rd.send([]byte(": \n\n"))
			}
		}
		if again || err != nil || ctx.Err() != nil {
			return again && err == nil
		}
		beat.Reset(heartbeat)
	}
}

// A session may be kept for a moment where it is read: so often, at such
// intervals, a reader asks for one that is as new as the change that it heard of.
const (
	renewals   = 50
	renewEvery = 10 * time.Millisecond
)

// recheck reads the session anew, under the given rights counter or a later one.
// An error ends the stream, as a removed key does; changed tells that the reader
// may see other audiences now.
func (rd *reader) recheck(ctx context.Context, rights int64) (changed bool, err error) {
	for range renewals {
		s, err := rd.renew()
		if err != nil {
			return false, err
		}
		if s.Rights >= rights {
			changed = sourceKey(s) != sourceKey(rd.session)
			if changed {
				rd.was = rd.session
			}
			rd.session = s
			return changed, nil
		}
		pause(ctx, renewEvery)
	}
	return false, fault.New(fault.Busy, "the rights of this reader could not be read")
}

// over tells an error that says that a session has ended, from one of a database
// that is away: readers wait for that.
func over(err error) bool {
	kind := fault.KindOf(err)
	return err != nil && (kind == fault.Unauthenticated || kind == fault.Forbidden)
}

// alone reads on for a reader that is further behind than the window goes; again
// is as follow gives it.
func (rd *reader) alone(ctx context.Context, src *source) (again bool, err error) {
	select {
	case rd.slots <- struct{}{}:
		defer func() { <-rd.slots }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	head, err := rd.hub.log.Head(ctx)
	if err != nil {
		return false, err
	}
	if head.Rights != rd.session.Rights {
		// The source may not have seen the change yet.
		if changed, err := rd.recheck(ctx, head.Rights); err != nil || changed {
			return changed, err
		}
	}
	b, err := rd.hub.read(ctx, src.auds, src.names, rd.after, head.Added)
	if err != nil {
		return false, err
	}
	if len(b.data) > 0 {
		if err := rd.send(b.data); err != nil {
			return false, err
		}
	}
	rd.after = b.upTo
	return false, nil
}

// send writes pieces and flushes them; a client that takes nothing for 30 s gives
// an error, and costs nobody else anything until then.
func (rd *reader) send(pieces ...[]byte) error {
	_ = rd.control.SetWriteDeadline(time.Now().Add(writeTime)) // not supported: then there is no connection to end
	data := pieces[0]
	if len(pieces) > 1 {
		data = slices.Concat(pieces...)
	}
	if _, err := rd.out.Write(data); err != nil {
		return err
	}
	return rd.control.Flush()
}
