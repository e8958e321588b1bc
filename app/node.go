package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tocsin/defence"
	"tocsin/defence/secondary"
	"tocsin/draft"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/person"
	"tocsin/store"
)

// Node is what lies below the wires: store, keys and exchange. Administration
// on a data folder opens it without serving, also beside a running node.
type Node struct {
	DB       *store.DB
	Keys     *ledger.Keys
	Exchange *exchange.Exchange
	People   *person.People
	Drafts   *draft.Drafts
	First    bool // this Open made the node
	Unused   bool // no person of the operator has signed in yet: a link is due
}

// OperatorName is the member that administers a new node.
const OperatorName = "operator"

// DatabaseFile is the embedded store within the data folder.
const DatabaseFile = "tocsin.db"

// Open opens the store and the keys, and makes what is missing. A store without
// its keys is refused: new keys would begin to sign another log.
func Open(ctx context.Context, cfg Config) (n *Node, err error) {
	cfg = cfg.withDefaults()
	url := cfg.DB
	fresh := false
	if url == "" {
		if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
			return nil, fault.Because(err, fault.Invalid, "the data folder can't be made; is its parent writable?")
		}
		url = filepath.Join(cfg.Data, DatabaseFile)
		_, err := os.Stat(url)
		fresh = errors.Is(err, fs.ErrNotExist)
	}
	n = &Node{}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.Close())
		}
	}()
	if n.DB, err = store.Open(ctx, store.Config{URL: url, Wrap: cfg.Wrap}); err != nil {
		return n, err
	}
	if err := migrate(ctx, n.DB); err != nil {
		return n, err
	}
	if n.Keys, err = openKeys(cfg, fresh); err != nil {
		return n, err
	}
	if n.Exchange, err = exchange.New(ctx, n.DB, n.Keys); err != nil {
		return n, err
	}
	n.People = person.New(n.DB, exchange.LogID, n.Exchange.Members(), n.Keys)
	n.Drafts = draft.New(n.DB, exchange.LogID, n.Keys)
	return n, n.firstOperator(ctx)
}

// migrate brings the tables of all ideas up to date.
func migrate(ctx context.Context, db *store.DB) error {
	return errors.Join(exchange.Migrate(ctx, db), defence.Migrate(ctx, db), secondary.Migrate(ctx, db), person.Migrate(ctx, db), draft.Migrate(ctx, db))
}

// openKeys opens the keys folder, or makes it for a store that is new.
func openKeys(cfg Config, fresh bool) (*ledger.Keys, error) {
	_, err := os.Stat(cfg.Keys)
	switch {
	case err == nil:
		return ledger.OpenKeys(cfg.Keys)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fault.Because(err, fault.Invalid, "the keys folder can't be looked at")
	case cfg.DB == "" && !fresh:
		return nil, fault.New(fault.Refused, "there is a store but no keys folder; place the folder that belongs to it (--keys), or restore a backup as a new log (`tocsin restore`)")
	}
	return ledger.CreateKeys(cfg.Keys, newOrigin())
}

// newOrigin names a new log; the name only has to differ from every other one.
func newOrigin() string {
	b := make([]byte, 8)
	rand.Read(b)
	return "tocsin.invalid/" + hex.EncodeToString(b)
}

// firstOperator makes the operator's member on a node that has no members.
func (n *Node) firstOperator(ctx context.Context) error {
	ms, err := n.Exchange.Members().Members(ctx)
	if err != nil {
		return err
	}
	if len(ms) > 0 {
		s, err := n.Exchange.Members().Session(ctx, OperatorName)
		if fault.KindOf(err) == fault.NotFound {
			return nil // the office was given another name: its people are there
		}
		if err != nil {
			return err
		}
		people, err := n.People.ListOf(ctx, s, OperatorName)
		n.Unused = len(people) == 0
		return err
	}
	n.First, n.Unused = true, true
	_, err = n.Exchange.Members().AddMember(ctx, member.NewMember{Name: OperatorName, Role: member.RoleOperator})
	if fault.KindOf(err) == fault.Conflict {
		return nil // another process was first
	}
	return err
}

// Close closes the exchange and the store.
func (n *Node) Close() error {
	var errs []error
	if n.Exchange != nil {
		errs = append(errs, n.Exchange.Close())
	}
	if n.DB != nil {
		errs = append(errs, n.DB.Close())
	}
	return errors.Join(errs...)
}

// Version is the program's version, as its pages and metrics name it.
func Version() string { return strings.TrimSpace(version) }

const version = "0.1"
