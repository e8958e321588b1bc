package misp

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/stix"
)

// writer appends the properties of an object.
type writer struct {
	b  []byte
	id string
}

// head begins a domain object or relationship.
func (c *conversion) head(typ, uuid string, created, modified time.Time) *writer {
	w := &writer{b: []byte{'{'}, id: typ + "--" + uuid}
	w.text("type", typ)
	w.text("spec_version", "2.1")
	w.text("id", w.id)
	if c.options.CreatedBy != "" {
		w.text("created_by_ref", c.options.CreatedBy)
	}
	w.text("created", stix.FormatTime(created))
	w.text("modified", stix.FormatTime(modified))
	return w
}

// end closes an object with its markings.
func (w *writer) end(markings []string) []byte {
	w.list("object_marking_refs", markings)
	return append(w.b, '}')
}

func (w *writer) name(n string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(quote(w.b, n), ':')
}

// text writes a string, or nothing when it is empty: STIX has no empty values worth having.
func (w *writer) text(n, v string) {
	if v != "" {
		w.name(n)
		w.b = quote(w.b, v)
	}
}

func (w *writer) raw(n, v string) {
	w.name(n)
	w.b = append(w.b, v...)
}

func (w *writer) number(n string, v int) { w.raw(n, strconv.Itoa(v)) }

// list writes a list of strings, or nothing when it is empty.
func (w *writer) list(n string, vs []string) {
	if len(vs) == 0 {
		return
	}
	w.name(n)
	for i, v := range vs {
		w.b = append(w.b, "[,"[min(i, 1)])
		w.b = quote(w.b, v)
	}
	w.b = append(w.b, ']')
}

func quote(b []byte, s string) []byte {
	out, err := jsontext.AppendQuote(b, s)
	if err != nil {
		out, _ = jsontext.AppendQuote(b, strings.ToValidUTF8(s, "\ufffd"))
	}
	return out
}

// observableOf begins an observable with its own identifier.
func observableOf(typ, body string) (*writer, bool) {
	id, ok := stix.ObservableID(fmt.Appendf(nil, `{"type":%q,%s}`, typ, body))
	w := &writer{b: []byte{'{'}, id: id}
	w.text("type", typ)
	w.text("spec_version", "2.1")
	w.text("id", id)
	w.b = append(append(w.b, ','), body...)
	return w, ok
}

// reopen goes on with an object that was written elsewhere, without markings.
func reopen(raw []byte) *writer { return &writer{b: slices.Clone(raw[:len(raw)-1])} }

// derived gives a UUID that follows from the UUID of something in the event and
// a word for what is made of it. It is of version 5, but not under the
// namespace that STIX keeps for the contents of observables.
func derived(parts ...string) string {
	h := sha1.Sum([]byte("tocsin misp " + strings.Join(parts, "\x00")))
	h[6] = h[6]&0x0f | 0x50
	h[8] = h[8]&0x3f | 0x80
	x := hex.EncodeToString(h[:16])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

// literal writes a string of the pattern language (STIX 2.1 section 9.3).
func literal(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
