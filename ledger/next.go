package ledger

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"tocsin/fault"
)

// CreateNextKeys makes the keys folder of the log that continues the one of old
// after a restore: a new signing key under the next origin (NextOrigin), the
// secret and the monthly keys of the old folder, since what they wrapped is in
// the restored store. The old folder stays as it is. A folder that holds keys
// already is fault.Conflict.
func CreateNextKeys(dir string, old *Keys) (*Keys, error) {
	origin := NextOrigin(old.origin)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.Because(err, fault.Refused, "the keys folder %s can't be made", dir)
	}
	d := folder(dir)
	if err := d.check(); err != nil {
		return nil, err
	}
	signing, _, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return nil, err
	}
	files, err := os.ReadDir(string(old.dir))
	if err != nil {
		return nil, fault.Because(err, fault.Refused, "the keys folder %s can't be read", old.dir)
	}
	for _, f := range files {
		if f.Name() != secretFile && !strings.HasPrefix(f.Name(), kekPrefix) {
			continue
		}
		b, err := old.file(f.Name())
		if err != nil {
			return nil, err
		}
		if err := d.create(f.Name(), b); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fault.Because(err, fault.Refused, "keys can't be written to %s", dir)
		}
	}
	// The signing key comes last: a folder without it is unfinished and may be finished.
	switch err := d.create(signingFile, []byte(signing+"\n")); {
	case errors.Is(err, fs.ErrExist):
		return nil, fault.New(fault.Conflict, "%s holds the keys of a log already; give an empty folder", dir)
	case err != nil:
		return nil, fault.Because(err, fault.Refused, "keys can't be written to %s", dir)
	}
	next, err := OpenKeys(dir)
	if err == nil && next.secret != old.secret {
		return nil, fault.New(fault.Conflict, "%s holds the secret of another log; give an empty folder", dir)
	}
	return next, err
}
