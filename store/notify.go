package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// relisten is how long the listener waits before it connects again.
const relisten = 5 * time.Second

// channel names the notifications of a log.
func (s *Sequencer) channel() string { return fmt.Sprintf("tocsin_log_%d", s.logID) }

// notify tells other processes of commits, after them: a hint must not be able
// to fail a batch. Commits that come while it tells are told of together.
func (s *Sequencer) notify() {
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.watch.tell:
		}
		ctx, cancel := context.WithTimeout(s.ctx, relisten)
		_, err := s.db.write.ExecContext(ctx, `SELECT pg_notify($1, '')`, s.channel())
		cancel()
		if unsupported(err) {
			return
		}
	}
}

// listen pokes the poller when another process has told of a commit. Where the
// engine has no notifications it ends, and the poll alone does the work.
func (s *Sequencer) listen() {
	for s.ctx.Err() == nil {
		if unsupported(s.listenOnce()) {
			return
		}
		select {
		case <-s.ctx.Done():
		case <-time.After(relisten):
		}
	}
}

func (s *Sequencer) listenOnce() error {
	conn, err := pgx.ConnectConfig(s.ctx, s.db.pg.Copy())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(s.ctx))
	if _, err := conn.Exec(s.ctx, `LISTEN `+pgx.Identifier{s.channel()}.Sanitize()); err != nil {
		return err
	}
	for {
		if _, err := conn.WaitForNotification(s.ctx); err != nil {
			return err
		}
		nudge(s.watch.poke)
	}
}

// unsupported says whether the engine has no notifications: syntax error,
// undefined function, feature not supported.
func unsupported(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && slices.Contains([]string{"42601", "42883", "0A000"}, e.Code)
}
