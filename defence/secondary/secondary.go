// Package secondary is the register of name servers that may transfer a member's
// response policy zones: where to send NOTIFY, and the TSIG key that proves who
// asks. The DNS door reads it.
//
//	s, secret, err := r.Add(ctx, secondary.New{Member: m.ID, Address: "192.0.2.53", TSIG: "bank-key"})
package secondary

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/netip"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/member"
	"tocsin/store"
)

//go:embed schema/*.sql
var schema embed.FS

// Migrate brings the table up to date.
func Migrate(ctx context.Context, db *store.DB) error {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		return fmt.Errorf("secondary schema: %w", err)
	}
	return db.Migrate(ctx, "secondary", sub)
}

// Wrapper wraps the secrets; *ledger.Keys is one.
type Wrapper interface {
	Wrap(month string, plain []byte) ([]byte, error)
	Unwrap(month string, sealed []byte) ([]byte, error)
}

// Register is the register of one log.
type Register struct {
	db    *store.DB
	logID int64
	keys  Wrapper
}

// NewRegister makes the register of a log.
func NewRegister(db *store.DB, logID int64, keys Wrapper) *Register {
	return &Register{db: db, logID: logID, keys: keys}
}

// Algorithm is the one that our TSIG keys are for (RFC 8945 section 6: mandatory to implement).
const Algorithm = "hmac-sha256"

// defaultPort is where DNS servers listen.
const defaultPort = 53

// Secondary is one registered name server.
type Secondary struct {
	ID      int64
	Member  member.ID
	Address netip.AddrPort
	TSIG    string // name of its key, canonical; "" for transfers known by their source address alone
	Created time.Time
}

// New says what is registered.
type New struct {
	Member  member.ID
	Address string // IP[:PORT]; port 53 when left out
	TSIG    string // name of a key that is made for it; may be empty
}

// Add registers a name server; the secret of its TSIG key (base64, 32 bytes) is
// given this once. An address that is registered already is fault.Conflict: the
// content of a transfer follows from it.
func (r *Register) Add(ctx context.Context, n New) (s Secondary, secret string, err error) {
	s = Secondary{Member: n.Member, Created: time.Now().UTC().Truncate(time.Microsecond)}
	if s.Address, err = parseAddress(n.Address); err != nil {
		return s, "", err
	}
	if s.TSIG, err = keyName(n.TSIG); err != nil {
		return s, "", err
	}
	month, sealed := "", []byte{}
	if s.TSIG != "" {
		plain := make([]byte, 32)
		rand.Read(plain)
		month = s.Created.Format("2006-01")
		if sealed, err = r.keys.Wrap(month, plain); err != nil {
			return s, "", fmt.Errorf("wrapping a TSIG secret: %w", err)
		}
		secret = base64.StdEncoding.EncodeToString(plain)
	}
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		var taken int64
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM secondary WHERE log_id = $1 AND address = $2`, r.logID, s.Address.String()).Scan(&taken); err != nil {
			return err
		}
		if taken > 0 {
			return fault.New(fault.Conflict, "a name server at this address is registered already")
		}
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) + 1 FROM secondary WHERE log_id = $1`, r.logID).Scan(&s.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO secondary (log_id, id, member, address, tsig, month, secret, created) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`,
			r.logID, s.ID, int64(s.Member), s.Address.String(), s.TSIG, month, sealed, s.Created.UnixMicro())
		return err
	})
	return s, secret, err
}

// List gives all registered name servers, by number.
func (r *Register) List(ctx context.Context) ([]Secondary, error) {
	rows, err := r.db.Reader().QueryContext(ctx, `SELECT id, member, address, tsig, created FROM secondary WHERE log_id = $1 ORDER BY id`, r.logID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Secondary
	for rows.Next() {
		var s Secondary
		var address string
		var created int64
		if err := rows.Scan(&s.ID, &s.Member, &address, &s.TSIG, &created); err != nil {
			return nil, err
		}
		if s.Address, err = netip.ParseAddrPort(address); err != nil {
			return nil, fmt.Errorf("secondary %d: %w", s.ID, err)
		}
		s.Created = time.UnixMicro(created).UTC()
		out = append(out, s)
	}
	return out, rows.Err()
}

// Secret gives the TSIG secret of a registered name server; fault.NotFound when it has none.
func (r *Register) Secret(ctx context.Context, id int64) ([]byte, error) {
	var month string
	var sealed []byte
	err := r.db.Reader().QueryRowContext(ctx, `SELECT month, secret FROM secondary WHERE log_id = $1 AND id = $2 AND tsig <> ''`, r.logID, id).Scan(&month, &sealed)
	if err != nil {
		return nil, fault.Because(err, fault.NotFound, "name server %d has no TSIG key", id)
	}
	return r.keys.Unwrap(month, sealed)
}

func parseAddress(s string) (netip.AddrPort, error) {
	if ip, err := netip.ParseAddr(s); err == nil {
		return usable(netip.AddrPortFrom(ip, defaultPort))
	}
	ap, err := netip.ParseAddrPort(s)
	if err != nil || ap.Port() == 0 {
		return ap, fault.At(fault.Invalid, "address", "is IP or IP:PORT, such as 192.0.2.53 or [2001:db8::53]:5353")
	}
	return usable(ap)
}

func usable(ap netip.AddrPort) (netip.AddrPort, error) {
	ip := ap.Addr().Unmap()
	if !ip.IsValid() || ip.IsUnspecified() || ip.IsMulticast() || ip.Zone() != "" {
		return ap, fault.At(fault.Invalid, "address", "is not the address of one name server")
	}
	return netip.AddrPortFrom(ip, ap.Port()), nil
}

// keyName checks the name of a TSIG key: a domain name (RFC 8945 section 4.2),
// here of letters, digits, hyphens, underscores and dots.
func keyName(s string) (string, error) {
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	if s == "" {
		return "", nil
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "", fault.At(fault.Invalid, "tsig", "is a name of letters, digits, hyphens and dots, such as bank-key")
		}
	}
	if len(s) > 200 {
		return "", fault.At(fault.Invalid, "tsig", "has more than 200 characters")
	}
	return s, nil
}
