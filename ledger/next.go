package ledger

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strings"

	"tocsin/fault"
)

// CreateNextKeys makes the keys folder of the log that continues the one of old
// after a restore: a new signing key under the next origin (NextOrigin), the
// secret and the monthly keys of the old folder, since what they wrapped is in
// the restored store. The old folder stays as it is. A folder that holds keys
// already is fault.Conflict.
func CreateNextKeys(dir string, old *Keys) (*Keys, error) {
	d, err := newFolder(dir)
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
		err = d.create(f.Name(), b)
		if errors.Is(err, fs.ErrExist) { // of a try that ended here, or of another log
			there, _ := d.read(f.Name())
			if !bytes.Equal(there, b) {
				return nil, fault.New(fault.Conflict, "%s holds keys of another log; give an empty folder", dir)
			}
		} else if err != nil {
			return nil, fault.Because(err, fault.Refused, "keys can't be written to %s", dir)
		}
	}
	return finish(d, NextOrigin(old.origin))
}
