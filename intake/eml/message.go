package eml

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"

	"golang.org/x/text/encoding/htmlindex"

	"tocsin/fault"
	"tocsin/intake/scan/page"
)

// Limits of one mail. Beyond depth, parts and headers the mail is refused, so
// that nobody hides an attack behind them.
const (
	MaxDepth   = 16        // of parts inside parts
	MaxParts   = 500       // in all
	MaxHeaders = 2000      // fields of one part
	maxHeader  = 256 << 10 // bytes of one part's fields
)

// field is a header field: its name in lower case, its value unfolded.
type field struct{ name, value string }

// entity is a mail or a part of one (RFC 2045 section 2.4).
type entity struct {
	fields  []field
	media   string            // in lower case, such as text/plain
	params  map[string]string // of Content-Type
	dispo   string            // of Content-Disposition: attachment, inline or ""
	name    string            // of the file; "" when there is none
	body    []byte            // as it stands in the mail; of leaves only
	parts   []*entity
	message *entity // of message/rfc822
}

// get gives the first field of a name, decoded (RFC 2047).
func (e *entity) get(name string) string {
	for _, f := range e.fields {
		if f.name == name {
			return decodeWords(f.value)
		}
	}
	return ""
}

// all gives the values of a field that may stand several times.
func (e *entity) all(name string) (out []string) {
	for _, f := range e.fields {
		if f.name == name {
			out = append(out, f.value)
		}
	}
	return out
}

// parser counts what it has read against the limits.
type parser struct {
	parts    int
	problems []string
}

// entity parses a mail or part. A body that breaks its format yields what can be
// read of it.
func (p *parser) entity(raw []byte, depth int) (*entity, error) {
	if p.parts++; p.parts > MaxParts {
		return nil, fault.New(fault.TooLarge, "the mail has more than %d parts", MaxParts)
	}
	if depth > MaxDepth {
		return nil, fault.New(fault.TooLarge, "the mail has parts more than %d deep", MaxDepth)
	}
	e := &entity{}
	body, err := e.header(raw)
	if err != nil {
		return nil, err
	}
	e.describe()
	switch {
	case strings.HasPrefix(e.media, "multipart/") && e.params["boundary"] != "":
		pieces, whole := split(body, e.params["boundary"])
		if !whole {
			p.problems = append(p.problems, "a multipart body ends before its last boundary: what was there has been read")
		}
		if len(pieces) == 0 {
			e.media, e.body = "text/plain", body
			return e, nil
		}
		for _, piece := range pieces {
			part, err := p.entity(piece, depth+1)
			if err != nil {
				return nil, err
			}
			e.parts = append(e.parts, part)
		}
	case e.media == "message/rfc822" || e.media == "message/global":
		inner, err := p.entity(bytes.TrimLeft(e.decodeBody(body), "\r\n"), depth+1)
		if err != nil {
			return nil, err
		}
		e.message = inner
	default:
		e.body = body
	}
	return e, nil
}

// header reads fields up to the empty line and gives the body behind it. A line
// that is no field ends the header, too.
func (e *entity) header(raw []byte) (body []byte, err error) {
	size := 0
	for len(raw) > 0 {
		line, rest := cutLine(raw)
		if len(line) == 0 {
			return rest, nil
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if name = bytes.TrimRight(name, " \t"); !ok || !fieldName(name) {
			return raw, nil
		}
		var whole bytes.Buffer
		whole.Write(bytes.TrimSpace(value))
		for size += len(line); len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t') && size <= maxHeader; size += len(line) {
			line, rest = cutLine(rest)
			whole.WriteByte(' ')
			whole.Write(bytes.TrimSpace(line))
		}
		if size > maxHeader || len(e.fields) >= MaxHeaders {
			return nil, fault.New(fault.TooLarge, "the header has more than %d fields or %d bytes", MaxHeaders, maxHeader)
		}
		e.fields = append(e.fields, field{strings.ToLower(string(name)), whole.String()})
		raw = rest
	}
	return nil, nil
}

func cutLine(raw []byte) (line, rest []byte) {
	before, after, ok := bytes.Cut(raw, []byte{'\n'})
	if !ok {
		return bytes.TrimRight(raw, "\r"), nil
	}
	return bytes.TrimRight(before, "\r"), after
}

// fieldName tells the names that RFC 5322 section 2.2 allows.
func fieldName(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c >= 0x7f || c == ':' {
			return false
		}
	}
	return len(b) > 0 && len(b) < 128
}

// describe reads what the fields say about the body. RFC 2231 names are read by
// package mime; a broken Content-Type counts by what can be read of it.
func (e *entity) describe() {
	e.media, e.params = "text/plain", map[string]string{}
	if ct := e.get("content-type"); ct != "" {
		media, params, err := mime.ParseMediaType(ct)
		if err != nil && media == "" || params == nil {
			media, params = looseType(ct)
		}
		e.media, e.params = strings.ToLower(media), params
	}
	dispo, params, err := mime.ParseMediaType(e.get("content-disposition"))
	if err != nil || params == nil {
		dispo, params = looseType(e.get("content-disposition"))
	}
	e.dispo = dispo
	if e.name = params["filename"]; e.name == "" {
		e.name = e.params["name"]
	}
	e.name = decodeWords(e.name)
	if i := strings.LastIndexAny(e.name, `/\`); i >= 0 {
		e.name = e.name[i+1:]
	}
}

// looseType reads a media type and its parameters where package mime gives up.
func looseType(s string) (string, map[string]string) {
	params := map[string]string{}
	media, rest, _ := strings.Cut(s, ";")
	for p := range strings.SplitSeq(rest, ";") {
		k, v, ok := strings.Cut(p, "=")
		if k = strings.ToLower(strings.TrimSpace(k)); ok && k != "" && len(params) < 32 {
			params[k] = strings.Trim(strings.TrimSpace(v), `"`)
		}
	}
	return strings.ToLower(strings.TrimSpace(media)), params
}

// split cuts a multipart body at its boundary (RFC 2046 section 5.1.1), and tells
// whether the closing one was there.
func split(body []byte, boundary string) (parts [][]byte, whole bool) {
	mark := []byte("--" + boundary)
	start := -1
	for at := 0; at < len(body); {
		end := bytes.IndexByte(body[at:], '\n')
		next := at + end + 1
		if end < 0 {
			next = len(body)
		}
		line := bytes.TrimRight(body[at:next], " \t\r\n")
		closing := len(line) == len(mark)+2 && bytes.HasSuffix(line, []byte("--"))
		if bytes.HasPrefix(line, mark) && (len(line) == len(mark) || closing) {
			if start >= 0 {
				parts = append(parts, trimEnd(body[start:at]))
			}
			if closing {
				return parts, true
			}
			start = next
		}
		at = next
	}
	if start >= 0 && start < len(body) {
		parts = append(parts, body[start:])
	}
	return parts, false
}

// trimEnd takes off the line break that belongs to the boundary.
func trimEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r"))
}

// decodeBody undoes the transfer encoding as far as it goes.
func (e *entity) decodeBody(body []byte) []byte {
	switch strings.ToLower(strings.TrimSpace(e.get("content-transfer-encoding"))) {
	case "base64":
		out, _ := io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(onlyBase64(body))))
		return out
	case "quoted-printable":
		out, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(body)))
		if err != nil && len(out) < len(body)/4 {
			return body
		}
		return out
	}
	return body
}

// onlyBase64 drops everything else, and pads, so that a part that was cut off
// decodes up to there.
func onlyBase64(b []byte) []byte {
	out := make([]byte, 0, len(b)+4)
	for _, c := range b {
		if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/' {
			out = append(out, c)
		}
	}
	if len(out)%4 == 1 {
		out = out[:len(out)-1]
	}
	for len(out)%4 != 0 {
		out = append(out, '=')
	}
	return out
}

// text gives a text part in UTF-8. A charset that is unknown is told from the bytes.
func (e *entity) text() (string, error) {
	body := e.decodeBody(e.body)
	label := strings.ToLower(strings.Trim(e.params["charset"], ` "'`))
	if label != "" && label != "utf-8" && label != "us-ascii" {
		if enc, err := htmlindex.Get(label); err == nil {
			if out, err := enc.NewDecoder().Bytes(body); err == nil {
				body = out
			}
		}
	}
	return page.Decode(bytes.ReplaceAll(body, []byte{0}, nil))
}

// decodeWords undoes encoded words (RFC 2047) in any charset that is known.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	d := mime.WordDecoder{CharsetReader: func(label string, in io.Reader) (io.Reader, error) {
		enc, err := htmlindex.Get(label)
		if err != nil {
			return nil, fmt.Errorf("charset not known: %w", err)
		}
		return enc.NewDecoder().Reader(in), nil
	}}
	out, err := d.DecodeHeader(s)
	if err != nil {
		out = s
	}
	return strings.ToValidUTF8(out, "\ufffd")
}
