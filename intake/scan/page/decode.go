package page

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"tocsin/fault"
)

// Decode brings text to UTF-8 with lines that end in \n: by its byte order mark,
// or else UTF-8 when it is valid, or UTF-16 when every other byte is zero, or
// else Windows-1252, which holds Latin-1. Text with zero bytes is refused.
func Decode(raw []byte) (string, error) {
	var dec *encoding.Decoder
	switch {
	case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
		raw = raw[3:]
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		dec = unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()
	case zeros(raw, 1):
		dec = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
	case zeros(raw, 0):
		dec = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()
	}
	if dec == nil && !utf8.Valid(raw) {
		dec = charmap.Windows1252.NewDecoder()
	}
	if dec != nil {
		out, err := dec.Bytes(raw)
		if err != nil {
			return "", fault.New(fault.Invalid, "the text is in no encoding that is read here: send it as UTF-8")
		}
		raw = out
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		return "", fault.New(fault.Invalid, "this is not text: it has zero bytes")
	}
	s := string(raw)
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	}
	return s, nil
}

// zeros tells whether nearly every second byte of the beginning, from the given
// one on, is zero, and the others are not.
func zeros(raw []byte, from int) bool {
	head := raw[:min(len(raw), 512)]
	if len(head) < 4 || len(raw)%2 != 0 {
		return false
	}
	zero, rest := 0, 0
	for i, b := range head {
		if b != 0 {
			continue
		}
		if i%2 == from {
			zero++
		} else {
			rest++
		}
	}
	return rest == 0 && zero*10 > len(head)/2*7
}
