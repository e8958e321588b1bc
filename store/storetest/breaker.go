package storetest

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
	"sync"
	"time"

	"tocsin/store"
)

// Mode says when a write breaks.
type Mode int

// The modes.
const (
	Before Mode = iota // it fails and had no effect
	After              // it fails and took effect all the same
	Late               // a commit fails with its connection, and takes effect only a moment later; elsewhere as After
)

// lateBy is how much later a commit takes effect that breaks Late: longer than it
// takes to ask for its outcome.
const lateBy = 50 * time.Millisecond

// ErrBroken is what a broken write returns. It looks like nothing that an engine
// says, so the outcome of a commit that returns it is unknown.
var ErrBroken = errors.New("storetest: this write was broken")

// Breaker breaks single writes of a store. A write is a statement that begins with
// INSERT, UPDATE, DELETE or CREATE, or the commit of a transaction that had one.
// The zero value breaks nothing and counts. It is safe for concurrent use.
type Breaker struct {
	mu     sync.Mutex
	writes int
	reads  int
	at     int // count at which to break; 0 for never
	mode   Mode
	onward bool // everything after it breaks too
	down   bool
	broke  bool
}

// Config sets the breaker in a store's configuration.
func (b *Breaker) Config(c *store.Config) { c.Wrap = b.Wrap }

// Wrap is for store.Config.Wrap.
func (b *Breaker) Wrap(to driver.Connector) driver.Connector {
	return &breakingConnector{Connector: to, b: b}
}

// Writes is how many writes there have been.
func (b *Breaker) Writes() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.writes
}

// Reads is how many other statements there have been.
func (b *Breaker) Reads() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.reads
}

// Fail breaks the n-th write from now; 1 is the next one.
func (b *Breaker) Fail(n int, m Mode) { b.set(n, m, false) }

// FailOn breaks the n-th write from now, and whatever is asked of the database
// after it, reads included, until Heal: a database that went away.
func (b *Breaker) FailOn(n int, m Mode) { b.set(n, m, true) }

// Heal ends all breaking and reports whether anything broke since Fail.
func (b *Breaker) Heal() (broke bool) {
	broke = b.Broke()
	b.set(0, Before, false)
	return broke
}

// Broke reports whether anything broke since Fail.
func (b *Breaker) Broke() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.broke
}

func (b *Breaker) set(n int, m Mode, onward bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at, b.mode, b.onward, b.down, b.broke = 0, m, onward, false, false
	if n > 0 {
		b.at = b.writes + n
	}
}

// read counts a statement that isn't a write.
func (b *Breaker) read() error {
	b.mu.Lock()
	b.reads++
	b.mu.Unlock()
	return b.away()
}

// away says whether the database went away.
func (b *Breaker) away() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return ErrBroken
	}
	return nil
}

// write does one write, broken or not. undo is for one that must leave something
// clean behind when it isn't done, late for one that can be done later.
func (b *Breaker) write(do, undo func() error, late func()) error {
	b.mu.Lock()
	if b.down {
		b.mu.Unlock()
		return errors.Join(ErrBroken, undo())
	}
	b.writes++
	breaks := b.writes == b.at
	mode := b.mode
	if breaks {
		b.broke, b.down = true, b.onward
	}
	b.mu.Unlock()
	switch {
	case !breaks:
		return do()
	case mode == Late && late != nil:
		late()
		return errors.Join(ErrBroken, driver.ErrBadConn)
	case mode != Before:
		return errors.Join(ErrBroken, do())
	default:
		return errors.Join(ErrBroken, undo())
	}
}

func isWrite(q string) bool {
	verb, _, _ := strings.Cut(strings.TrimSpace(q), " ")
	switch strings.ToUpper(verb) {
	case "INSERT", "UPDATE", "DELETE", "CREATE":
		return true
	}
	return false
}

func nothing() error { return nil }

type breakingConnector struct {
	driver.Connector
	b *Breaker
}

// Connect implements driver.Connector.
func (c *breakingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	if err := c.b.away(); err != nil {
		return nil, err
	}
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &breakingConn{anyConn: inner.(anyConn), b: c.b}, nil
}

// anyConn is what the connections of both engines have.
type anyConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
}

type breakingConn struct {
	anyConn
	b     *Breaker
	wrote bool          // since the transaction began
	late  chan struct{} // closed when a late commit is done; nil without one
}

// Close implements driver.Conn. A connection with a late commit lives on until
// that is done, as a server's end of a lost connection does.
func (c *breakingConn) Close() error {
	if c.late == nil {
		return c.anyConn.Close()
	}
	go func() {
		<-c.late
		_ = c.anyConn.Close() // nobody is left to be told
	}()
	return nil
}

// BeginTx implements driver.ConnBeginTx.
func (c *breakingConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if err := c.b.away(); err != nil {
		return nil, err
	}
	c.wrote = false
	tx, err := c.anyConn.BeginTx(ctx, o)
	return &breakingTx{Tx: tx, c: c}, err
}

// ExecContext implements driver.ExecerContext.
func (c *breakingConn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (r driver.Result, err error) {
	if !isWrite(q) {
		if err := c.b.read(); err != nil {
			return nil, err
		}
		return c.anyConn.ExecContext(ctx, q, args)
	}
	c.wrote = true
	err = c.b.write(func() (err error) { r, err = c.anyConn.ExecContext(ctx, q, args); return err }, nothing, nil)
	return r, err
}

// QueryContext implements driver.QueryerContext.
func (c *breakingConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (r driver.Rows, err error) {
	if !isWrite(q) {
		if err := c.b.read(); err != nil {
			return nil, err
		}
		return c.anyConn.QueryContext(ctx, q, args)
	}
	c.wrote = true
	err = c.b.write(func() (err error) { r, err = c.anyConn.QueryContext(ctx, q, args); return err }, nothing, nil)
	if err != nil && r != nil {
		err = errors.Join(err, r.Close())
	}
	return r, err
}

// CheckNamedValue implements driver.NamedValueChecker.
func (c *breakingConn) CheckNamedValue(v *driver.NamedValue) error {
	if inner, ok := c.anyConn.(driver.NamedValueChecker); ok {
		return inner.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// IsValid implements driver.Validator.
func (c *breakingConn) IsValid() bool {
	inner, ok := c.anyConn.(driver.Validator)
	return !ok || inner.IsValid()
}

type breakingTx struct {
	driver.Tx
	c *breakingConn
}

// Commit implements driver.Tx. One that breaks before it took effect is rolled
// back, as an engine does by itself.
func (t *breakingTx) Commit() error {
	if !t.c.wrote {
		return t.Tx.Commit()
	}
	return t.c.b.write(t.Tx.Commit, t.Tx.Rollback, func() {
		t.c.late = make(chan struct{})
		time.AfterFunc(lateBy, func() {
			_ = t.Tx.Commit() // the test sees in the database whether it did
			close(t.c.late)
		})
	})
}
