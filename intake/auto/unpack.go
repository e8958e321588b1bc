package auto

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"tocsin/fault"
	"tocsin/intake"
)

// Bounds of what gzip may unpack to. JSON of many alike objects shrinks 20 to 50
// times; what shrinks more, and is long, was made to fill memory or disks.
const (
	maxRatio    = 200
	maxUnpacked = 2 << 30
	maxLayers   = 2
)

// unpack takes gzip off a body, once or twice, and its ending off the name.
func unpack(body io.Reader, name string) (io.Reader, string, error) {
	for layer := 0; ; layer++ {
		in := bufio.NewReaderSize(body, 32<<10)
		head, err := in.Peek(6)
		switch {
		case len(head) == 0 && errors.Is(err, io.EOF):
			return nil, "", fault.New(fault.Invalid, "the report is empty")
		case err != nil && !errors.Is(err, io.EOF):
			return nil, "", brokenOff(err)
		}
		if what := archive(head); what != "" {
			return nil, "", fault.New(fault.Unsupported, "this is %s, which is not opened here; send the file inside as it is, or packed with gzip. %s", what, supported)
		}
		if !bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
			return in, name, nil
		}
		if layer == maxLayers {
			return nil, "", fault.New(fault.Unsupported, "the report is packed more than %d times", maxLayers)
		}
		packed := &counter{r: in}
		z, err := gzip.NewReader(packed)
		if err != nil {
			return nil, "", gzipError(err)
		}
		body = &bounded{z: z, packed: packed}
		if ext := strings.ToLower(path.Ext(name)); ext == ".gz" || ext == ".gzip" {
			name = name[:len(name)-len(ext)]
		}
	}
}

func archive(head []byte) string {
	for magic, what := range archives {
		if bytes.HasPrefix(head, []byte(magic)) {
			return what
		}
	}
	return ""
}

// archives are the first bytes of packed files other than gzip.
var archives = map[string]string{
	"PK\x03\x04": "a zip archive or an Office document", "PK\x05\x06": "an empty zip archive", "7z\xbc\xaf\x27\x1c": "a 7-Zip archive", "Rar!\x1a\x07": "a RAR archive",
	"\xfd7zXZ\x00": "an xz file", "BZh": "a bzip2 file", "\x28\xb5\x2f\xfd": "a Zstandard file", "\x1f\x9d": "a compress file",
}

func gzipError(err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.Because(err, fault.Invalid, "the gzip file ends too early; send the whole file")
	}
	return fault.Because(err, fault.Invalid, "the gzip file is damaged")
}

// counter counts what is read through it.
type counter struct {
	r io.Reader
	n int64
}

// Read counts. Errors of the body get their kind here, so that they are told from those of gzip.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = brokenOff(err)
	}
	return n, err
}

// bounded unpacks as long as ratio and size are those of a report.
type bounded struct {
	z      io.Reader
	packed *counter
	n      int64
}

// Read unpacks.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.z.Read(p)
	b.n += int64(n)
	switch {
	case b.n > maxUnpacked:
		return n, fault.New(fault.TooLarge, "the gzip file unpacks to more than %d GiB; send it in several files", maxUnpacked>>30)
	case b.n > intake.MaxBytes && b.n > maxRatio*b.packed.n:
		return n, fault.New(fault.TooLarge, "the gzip file unpacks to more than %d times its size; send the report unpacked", maxRatio)
	case err != nil && !errors.Is(err, io.EOF):
		err = gzipError(err)
	}
	return n, err
}

// utf8Reader gives the text as UTF-8 without a byte order mark, and whether that
// changes its bytes. UTF-16 is known by its mark, or by the zeros beside ASCII.
func utf8Reader(body io.Reader) (r io.Reader, changed bool, err error) {
	in := bufio.NewReaderSize(body, 16)
	head, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, false, brokenOff(err)
	}
	endian := unicode.LittleEndian
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, err := in.Discard(3)
		return in, true, err
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		endian = unicode.BigEndian
	case len(head) == 4 && head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0:
	case len(head) == 4 && head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0:
		endian = unicode.BigEndian
	default:
		return in, false, nil
	}
	return transform.NewReader(in, unicode.UTF16(endian, unicode.UseBOM).NewDecoder()), true, nil
}

// recorder remembers what is read through it, up to one part.
type recorder struct {
	r       io.Reader
	seen    []byte
	stopped bool
}

// Read passes on what it reads.
func (c *recorder) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if !c.stopped {
		if c.seen = append(c.seen, p[:n]...); len(c.seen) > intake.MaxBytes {
			c.stop()
		}
	}
	return n, err
}

func (c *recorder) stop() { c.seen, c.stopped = nil, true }

// all gives everything that was read, and false when that was too much to remember.
func (c *recorder) all() ([]byte, bool) { return c.seen, !c.stopped }
