//go:build unix

package ledger

import (
	"io/fs"
	"os"
	"syscall"

	"tocsin/fault"
)

// owned refuses what belongs to another user, who could change its mode and read it.
func owned(info fs.FileInfo, path string) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if me := os.Geteuid(); ok && int(stat.Uid) != me {
		return fault.New(fault.Refused, "%s belongs to user %d, not to the user that runs this (%d): run as that user, or `chown %d %s`", path, stat.Uid, me, me, path)
	}
	return nil
}
