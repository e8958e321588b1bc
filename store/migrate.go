package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"tocsin/fault"
)

//go:embed schema/*.sql
var ownSchema embed.FS

// words are what stands in braces in a migration, per engine. Text sorts by
// bytes on both.
var words = map[Engine]map[string]string{
	SQLite:   {"int": "INTEGER", "text": "TEXT", "blob": "BLOB", "norowid": " WITHOUT ROWID"},
	Postgres: {"int": "BIGINT", "text": `TEXT COLLATE "C"`, "blob": "BYTEA", "norowid": ""},
}

// migration is one numbered file.
type migration struct {
	version   int64
	name, sum string
	text      string // in the engine's words
}

// Migrate applies the numbered files NNNN_name.sql of dir in files that have not been applied for this idea, each in
// one transaction, checksum kept; a changed file or a newer schema than the program knows is refused.
// In a file, {int}, {text}, {blob}, {norowid} are replaced by the engine's words. Files are numbered from 0001 without gaps.
func (db *DB) Migrate(ctx context.Context, idea string, files fs.FS) (err error) {
	if err := db.ensureOwn(ctx); err != nil {
		return err
	}
	return db.migrate(ctx, idea, files)
}

// ensureOwn makes the tables of the store itself, once.
func (db *DB) ensureOwn(ctx context.Context) error {
	db.own.Lock()
	defer db.own.Unlock()
	if db.ready {
		return nil
	}
	tables, err := db.Tables(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(tables, "migration_lock") {
		if err := db.makeLedger(ctx); err != nil {
			return err
		}
	}
	sub, err := fs.Sub(ownSchema, "schema")
	if err != nil {
		return fmt.Errorf("store schema: %w", err)
	}
	if err := db.migrate(ctx, "store", sub); err != nil {
		return err
	}
	db.ready = true
	return nil
}

// makeLedger makes the tables that say what was applied. On PostgreSQL two
// processes may do so at once: IF NOT EXISTS then fails with a violation of a
// catalogue's key in one of them, which finds the tables when it tries again.
func (db *DB) makeLedger(ctx context.Context) error {
	text, err := translate(`CREATE TABLE IF NOT EXISTS migration (idea {text} NOT NULL, version {int} NOT NULL, name {text} NOT NULL, sum {text} NOT NULL, applied {int} NOT NULL, PRIMARY KEY (idea, version));
		CREATE TABLE IF NOT EXISTS migration_lock (id {int} NOT NULL, held {int} NOT NULL, PRIMARY KEY (id));
		INSERT INTO migration_lock (id, held) VALUES (1, 0) ON CONFLICT DO NOTHING;`, db.engine)
	if err != nil {
		return err
	}
	for range 3 {
		err = db.Write(ctx, func(tx *Tx) error {
			_, err := tx.Exec(ctx, text)
			return err
		})
		if err == nil {
			return nil
		}
	}
	return fmt.Errorf("making the tables of the migrations: %w", err)
}

func (db *DB) migrate(ctx context.Context, idea string, files fs.FS) (err error) {
	defer fault.Wrap(&err, "migrating %s", idea)
	known, err := readMigrations(idea, files, db.engine)
	if err != nil {
		return err
	}
	pending, err := check(ctx, db.read, idea, known)
	if err != nil {
		return err
	}
	for range pending {
		if err := db.Write(ctx, func(tx *Tx) error { return applyNext(ctx, tx, idea, known) }); err != nil {
			return err
		}
	}
	return nil
}

// applyNext applies the first file that is missing, under the lock row: another
// process may have applied it since.
func applyNext(ctx context.Context, tx *Tx, idea string, known []migration) error {
	if _, err := tx.Exec(ctx, `UPDATE migration_lock SET held = held + 1 WHERE id = 1`); err != nil {
		return err
	}
	pending, err := check(ctx, tx, idea, known)
	if err != nil || len(pending) == 0 {
		return err
	}
	m := pending[0]
	if _, err := tx.Exec(ctx, m.text); err != nil {
		return fmt.Errorf("%s: %w", m.name, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO migration (idea, version, name, sum, applied) VALUES ($1,$2,$3,$4,$5)`,
		idea, m.version, m.name, m.sum, time.Now().UTC().UnixMicro())
	return err
}

// check holds what was applied to what is known, and gives what is missing.
func check(ctx context.Context, q Querier, idea string, known []migration) ([]migration, error) {
	rows, err := q.QueryContext(ctx, `SELECT version, name, sum FROM migration WHERE idea = $1 ORDER BY version`, idea)
	if err != nil {
		return nil, explain(err)
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var m migration
		if err := rows.Scan(&m.version, &m.name, &m.sum); err != nil {
			return nil, err
		}
		switch {
		case m.version > int64(len(known)):
			return nil, fault.New(fault.Refused, "the database has version %d of the tables of %s and this program knows %d: it was used by a newer release; run that one, or restore a backup from before", m.version, idea, len(known))
		case m.version != int64(n+1) || m.sum != known[n].sum:
			return nil, fault.New(fault.Refused, "the database's tables of %s were made by another text of %s than the one in this program (%s): run the release that made them", idea, m.name, known[n].name)
		}
	}
	return known[n:], rows.Err()
}

// readMigrations reads the numbered files of an idea.
func readMigrations(idea string, files fs.FS, e Engine) ([]migration, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var out []migration
	for i, name := range names {
		version := int64(i + 1)
		if !strings.HasPrefix(name, fmt.Sprintf("%04d_", version)) {
			return nil, fmt.Errorf("%s: files are named NNNN_words.sql and numbered from 0001 without gaps; this is number %d", name, version)
		}
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		text, err := translate(string(raw), e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		sum := sha256.Sum256(raw)
		out = append(out, migration{version: version, name: name, sum: hex.EncodeToString(sum[:]), text: text})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s has no migrations", idea)
	}
	return out, nil
}

// translate puts the engine's words in.
func translate(text string, e Engine) (string, error) {
	var b strings.Builder
	for {
		before, rest, open := strings.Cut(text, "{")
		b.WriteString(before)
		if !open {
			return b.String(), nil
		}
		name, after, closed := strings.Cut(rest, "}")
		with, known := words[e][name]
		if !closed || !known {
			return "", fmt.Errorf("after %q stands a brace without one of the words int, text, blob, norowid", before[max(0, len(before)-20):])
		}
		b.WriteString(with)
		text = after
	}
}

// Tables gives the names of the tables of the live schema, in order.
func (db *DB) Tables(ctx context.Context) ([]string, error) {
	text := `SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name`
	if db.engine == Postgres {
		text = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY table_name COLLATE "C"`
	}
	rows, err := db.read.QueryContext(ctx, text)
	if err != nil {
		return nil, explain(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// oneRow turns the lack of a row into found = false.
func oneRow(err error) (found bool, _ error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}
