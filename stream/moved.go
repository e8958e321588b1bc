package stream

import (
	"context"
	"slices"

	"tocsin/exchange"
	"tocsin/member"
)

// CauseRights is the cause of a withdrawal that follows from a reader's own
// rights: it may not see the object any more.
const CauseRights = "rights"

// moved tells a reader what a change of its rights means for what came before it
// (architecture, "Audience"): what it gained comes as if it were filed now, what it
// lost is withdrawn. These events have no id: they are not of the log's order, and a
// client that resumes goes on from the last one that is.
func (rd *reader) moved(ctx context.Context) error {
	was, now := rd.was, rd.session
	lost := slices.DeleteFunc(slices.Clone(was.Audiences), now.CanRead)
	gained := slices.DeleteFunc(slices.Clone(now.Audiences), was.CanRead)
	if len(lost) == 0 && len(gained) == 0 {
		return nil
	}
	if rd.hub.kind.Moved != "" {
		return rd.send([]byte(rd.hub.kind.Moved))
	}
	select { // what is read for one reader alone is bounded like all of that
	case rd.slots <- struct{}{}:
		defer func() { <-rd.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	err := rd.retell(ctx, lost, names(was), func(e *exchange.Event) bool {
		held := !e.Withdraw()
		e.Kind = CauseRights
		return held
	})
	if err != nil {
		return err
	}
	return rd.retell(ctx, gained, names(now), func(*exchange.Event) bool { return true })
}

// retell sends the events of audiences up to where the reader stands, those that
// tell keeps.
func (rd *reader) retell(ctx context.Context, auds []member.Audience, collections map[member.Audience]string, tell func(*exchange.Event) bool) error {
	for after := int64(0); len(auds) > 0 && after < rd.after; {
		events, upTo, err := rd.hub.log.Events(ctx, auds, after, rd.after)
		if err != nil {
			return err
		}
		var b []byte
		for i := range events {
			if e := &events[i]; tell(e) {
				b = rd.hub.kind.Encode(b, e, collections[e.Aud])
			}
		}
		if len(b) > 0 {
			if err := rd.send(b); err != nil {
				return err
			}
		}
		after = upTo
	}
	return nil
}
