package ledger

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tocsin/fault"
)

// maxKeyFile bounds what is read of a file in the keys folder.
const maxKeyFile = 4 << 10

// folder is a directory whose files only their owner may read.
type folder string

// check refuses a folder that others may enter, or that is somebody else's.
func (d folder) check() error {
	info, err := os.Stat(string(d))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.New(fault.NotFound, "the keys folder %s is not there", d)
	case err != nil:
		return fault.Because(err, fault.Refused, "the keys folder can't be opened")
	case !info.IsDir():
		return fault.New(fault.Refused, "%s is not a folder", d)
	case info.Mode().Perm()&0o077 != 0:
		return fault.New(fault.Refused, "others may open the keys folder (mode %04o): run `chmod 700 %s`", info.Mode().Perm(), d)
	}
	return owned(info, string(d))
}

// read reads a file of the folder; fs.ErrNotExist when it isn't there.
func (d folder) read(name string) ([]byte, error) {
	path := filepath.Join(string(d), name)
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fault.New(fault.Refused, "%s is not a file", path)
	case info.Mode().Perm()&0o077 != 0:
		return nil, fault.New(fault.Refused, "others may read %s (mode %04o): run `chmod 600 %s`", name, info.Mode().Perm(), path)
	}
	if err := owned(info, path); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err == nil && len(b) > maxKeyFile {
		return nil, fault.New(fault.Refused, "%s is too large to be a key", path)
	}
	return b, err
}

// has tells whether a name is taken.
func (d folder) has(name string) bool {
	_, err := os.Lstat(filepath.Join(string(d), name))
	return err == nil
}

// create writes a file that must not be there yet (else fs.ErrExist). It appears
// whole or not at all, and is durable on return: it is written and synced under
// another name, then linked to its own, which only one process can do.
func (d folder) create(name string, content []byte) (err error) {
	temp := filepath.Join(string(d), "."+name+"."+rand.Text())
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Link(temp, filepath.Join(string(d), name)); err != nil {
		return err
	}
	return d.sync()
}

// destroy overwrites a file, removes it and syncs the folder. On copy-on-write
// file systems and worn flash the old bytes may survive: docs/operating.md.
func (d folder) destroy(name string) error {
	path := filepath.Join(string(d), name)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = f.WriteAt(make([]byte, info.Size()), 0)
	}
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return d.sync()
}

// sync makes names that were made or removed durable.
func (d folder) sync() error {
	f, err := os.Open(string(d))
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// secretText and parseSecret are how 32 random bytes stand in a file.
func secretText(b [32]byte) []byte { return fmt.Appendf(nil, "%x\n", b) }

func parseSecret(b []byte) (out [32]byte, ok bool) {
	raw, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(raw) != 32 {
		return out, false
	}
	return [32]byte(raw), true
}
