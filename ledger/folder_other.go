//go:build !unix

package ledger

import "io/fs"

// owned can't tell owners apart here.
func owned(fs.FileInfo, string) error { return nil }
