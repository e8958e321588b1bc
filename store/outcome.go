package store

import (
	"context"
	"errors"
	"time"

	"tocsin/fault"
)

// askFor is how long the database is asked what became of a commit before the
// sequencer gives up.
const askFor = 30 * time.Second

// errAsked ends the transaction of a question, which has nothing to commit.
var errAsked = errors.New("asked")

// resolve finds out which jobs of a batch are in the log after a commit that
// failed without saying whether it took effect. Those that are get their place;
// the others are returned with cause: they are known not to be in the log. If it
// can't be found out, all are told so and the sequencer stops: to go on would be
// to guess.
func (s *Sequencer) resolve(batch []*ticket, cause error) ([]*ticket, error) {
	for r := newRetry(); ; {
		places, err := s.ask(batch)
		if err == nil {
			return s.sort(batch, places), cause
		}
		if !r.again(context.Background(), askFor) {
			err = fault.Because(errors.Join(cause, err), fault.Unreachable,
				"the database stopped answering while this was being kept, and whether it was kept isn't known; file the same again once this node has been restarted: what was kept is not kept twice")
			for _, t := range batch {
				t.finish(Place{}, err)
			}
			s.halt(fault.Because(err, fault.Unreachable, "this node stopped keeping reports because the outcome of a commit isn't known; it must be restarted"))
			return nil, err
		}
	}
}

// ask looks each job up under the head row: who holds that row knows that the
// transaction in doubt, which held it too, has ended one way or the other.
func (s *Sequencer) ask(batch []*ticket) (map[*ticket]Place, error) {
	ctx, cancel := s.batchContext()
	defer cancel()
	places := map[*ticket]Place{}
	_, err := s.db.once(ctx, func(tx *Tx) error {
		clear(places)
		if err := fence(ctx, tx, s.logID); err != nil {
			return err
		}
		for _, t := range batch {
			var p Place
			var found bool
			err := guard(func() (err error) {
				p, p.Size, found, err = kept(ctx, tx, t.job)
				return err
			})
			if err != nil {
				return err
			}
			if found {
				places[t] = p
			}
		}
		return errAsked
	})
	if errors.Is(err, errAsked) {
		return places, nil
	}
	return nil, err
}

func kept(ctx context.Context, q Querier, j Job) (p Place, size int64, found bool, err error) {
	return j.Kept(ctx, q)
}

// sort finishes the tickets that have a place and returns the others.
func (s *Sequencer) sort(batch []*ticket, places map[*ticket]Place) (rest []*ticket) {
	for _, t := range batch {
		p, ok := places[t]
		if !ok {
			rest = append(rest, t)
			continue
		}
		t.finish(p, nil)
		s.announce(p.Size)
	}
	return rest
}
