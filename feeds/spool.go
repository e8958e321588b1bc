package feeds

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// inMemory is how much of a spool is kept in memory.
const inMemory = 256 << 10

// spool takes bytes and gives them back any number of times: a small one from
// memory, a large one from a file without a name, which is gone with the process.
type spool struct {
	buf  []byte
	file *os.File
	n    int64
}

// Write implements io.Writer.
func (s *spool) Write(p []byte) (int, error) {
	if s.file == nil && len(s.buf)+len(p) <= inMemory {
		s.buf = append(s.buf, p...)
		s.n += int64(len(p))
		return len(p), nil
	}
	if s.file == nil {
		if err := s.begin(); err != nil {
			return 0, err
		}
	}
	n, err := s.file.Write(p)
	s.n += int64(n)
	return n, noRoom(err)
}

// errNoRoom: the machine has no place for a large spool.
var errNoRoom = errors.New("no room for a temporary file")

func noRoom(err error) error {
	if err != nil {
		err = fmt.Errorf("%w: %w", errNoRoom, err)
	}
	return err
}

// begin moves what there is into a file.
func (s *spool) begin() error {
	f, err := os.CreateTemp("", "tocsin-feed-*")
	if err != nil {
		return noRoom(err)
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return noRoom(err)
	}
	if _, err := f.Write(s.buf); err != nil {
		f.Close()
		return noRoom(err)
	}
	s.file, s.buf = f, nil
	return nil
}

func (s *spool) size() int64 { return s.n }

// open gives a reader from the start; several may read at once.
func (s *spool) open() io.Reader {
	if s.file == nil {
		return bytes.NewReader(s.buf)
	}
	return io.NewSectionReader(s.file, 0, s.n)
}

func (s *spool) close() {
	s.buf = nil
	if s.file != nil {
		s.file.Close() // it has no name: nothing of it is left
		s.file = nil
	}
}
