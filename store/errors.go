package store

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"tocsin/fault"
)

// Result codes of SQLite (https://www.sqlite.org/rescode.html).
const (
	sqliteBusy    = 5
	sqliteLocked  = 6
	sqliteIOErr   = 10
	sqliteFull    = 13
	sqliteShmSize = sqliteIOErr | 19<<8 // the WAL index couldn't grow
)

// conflicted says whether a transaction lost against another one, so that it
// may be tried again.
func conflicted(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()&0xff == sqliteBusy || e.Code()&0xff == sqliteLocked
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "40001" || e.Code == "40P01" || e.Code == "55P03")
}

// lost says whether the connection to the server was lost or refused.
func lost(err error) bool {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		return true
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return strings.HasPrefix(e.Code, "08") || slices.Contains([]string{"57P01", "57P02", "57P03", "25P03"}, e.Code)
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	_, ok := errors.AsType[net.Error](err)
	return ok
}

// refused says whether the engine itself said that a commit did not happen; any
// other failure of a commit leaves its outcome open.
func refused(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return !lost(err) && e.Code != "40003"
	}
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code()&0xff != sqliteIOErr || e.Code() == sqliteShmSize)
}

// explain gives an error of the engines a kind where its reader can act on it.
func explain(err error) error {
	if err == nil || fault.KindOf(err) != fault.Internal {
		return err
	}
	code := 0
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		code = e.Code()
	}
	state := ""
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		state = e.Code
	}
	switch {
	case code&0xff == sqliteFull, code == sqliteShmSize, state == "53100":
		return fault.Because(err, fault.Full, "the disk of the database is full; nothing was kept")
	case conflicted(err):
		return fault.Because(err, fault.Busy, "the database is busy; try again")
	case state == "53300":
		return fault.Because(err, fault.Busy, "the database server has no connection left; try again")
	case lost(err):
		return fault.Because(err, fault.Unreachable, "the database server doesn't answer; try again")
	}
	return err
}
