package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
)

// caching makes connections that prepare each statement once. pgx does the same
// by itself; this is for SQLite.
type caching struct {
	driver.Connector
	max int // statements kept per connection
}

// Connect implements driver.Connector.
func (c *caching) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	all, ok := inner.(fullConn)
	if !ok {
		return nil, fmt.Errorf("the SQLite driver's connection lacks a method that is needed: %T", inner)
	}
	return &cachingConn{fullConn: all, max: c.max, stmts: map[string]*cachedStmt{}}, nil
}

// fullConn is what database/sql asks of a connection of SQLite's.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// cachingConn is used by one goroutine at a time, as database/sql promises.
type cachingConn struct {
	fullConn
	max   int
	clock int64
	stmts map[string]*cachedStmt
}

type cachedStmt struct {
	driver.Stmt
	busy bool // rows of it are being read
	used int64
}

// ExecContext implements driver.ExecerContext.
func (c *cachingConn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.fullConn.ExecContext(ctx, q, args)
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

// QueryContext implements driver.QueryerContext.
func (c *cachingConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.fullConn.QueryContext(ctx, q, args)
	}
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &cachedRows{Rows: rows, of: s}, nil
}

// stmt gives the prepared statement of a text; nil when it can't be kept: a
// script, or one whose rows are still being read.
func (c *cachingConn) stmt(ctx context.Context, q string) (*cachedStmt, error) {
	c.clock++
	if s := c.stmts[q]; s != nil {
		if s.busy {
			return nil, nil
		}
		s.used = c.clock
		return s, nil
	}
	if strings.Contains(q, ";") || !c.room() {
		return nil, nil
	}
	inner, err := c.fullConn.PrepareContext(ctx, q)
	if err != nil {
		return nil, err
	}
	s := &cachedStmt{Stmt: inner, used: c.clock}
	c.stmts[q] = s
	return s, nil
}

// room makes room for one more, dropping the one that was not used for longest.
func (c *cachingConn) room() bool {
	if len(c.stmts) < c.max {
		return true
	}
	var text string
	var oldest *cachedStmt
	for q, s := range c.stmts {
		if !s.busy && (oldest == nil || s.used < oldest.used) {
			text, oldest = q, s
		}
	}
	if oldest == nil {
		return false
	}
	delete(c.stmts, text)
	_ = oldest.Close() // it reports the failure of the statement's last run, which its caller was told
	return true
}

// Close implements driver.Conn.
func (c *cachingConn) Close() error {
	for _, s := range c.stmts {
		_ = s.Close() // as above
	}
	clear(c.stmts)
	return c.fullConn.Close()
}

type cachedRows struct {
	driver.Rows
	of *cachedStmt
}

// Close implements driver.Rows.
func (r *cachedRows) Close() error {
	r.of.busy = false
	return r.Rows.Close()
}
