package bundle

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
	"tocsin/intake"
)

// errFull says that the part has no room for the bytes that come next.
var errFull = errors.New("the part is full")

// document walks over the outside of a report: lists, envelopes, and what
// stands one after the other. It gives the extent of each object in it.
type document struct {
	src  *intake.Source
	at   int   // the next byte, in the current part
	base int64 // bytes of the input before the current part

	in    state
	want  bool // an element must come next: at the start of a list, and behind a comma
	index int  // of the next element of the list
	n     int  // of the top-level value

	// of the top-level object that is being walked
	start        int
	names        map[string]bool
	typ, version string
	is           age
}

// state is where the walk stands.
type state uint8

const (
	outside  state = iota
	list           // in a top-level list
	objects        // in the list of objects of an envelope
	envelope       // in an envelope, behind its list
)

// age is whether an envelope is of STIX 2.0.
type age uint8

const (
	unknown age = iota
	current
	v20
)

// value is where one object stands in the current part.
type value struct {
	start, end int
	place      string
}

// maxNames bounds the names of one envelope; a bundle has three, an envelope of TAXII as many.
const maxNames = 1000

// next gives the next object. With errFull it gives the start of what there
// was no room for; io.EOF is the proper end.
func (d *document) next() (value, error) {
	for {
		switch d.in {
		case outside:
			if v, found, err := d.top(); found || err != nil {
				return v, err
			}
		case list, objects:
			if v, found, err := d.element(); found || err != nil {
				return v, err
			}
		case envelope:
			from, names := d.at, maps.Clone(d.names)
			found, err := d.walk()
			switch {
			case errors.Is(err, errFull):
				d.at, d.names = from, names
				return value{start: from}, err
			case errors.Is(err, errNotJSON):
				return value{}, d.invalid()
			case err != nil:
				return value{}, err
			case found || !jsontext.Value(slices.Concat([]byte(`{"":0`), d.src.Bytes()[from:d.at])).IsValid():
				return value{}, d.invalid()
			}
			d.leave()
		}
	}
}

// top reads at the top level: the start of a list or envelope, or an object.
func (d *document) top() (v value, found bool, err error) {
	switch d.peek() {
	case 0:
		if d.src.Full() && d.at >= len(d.src.Bytes()) {
			return value{start: d.at}, false, errFull
		}
		if d.at < len(d.src.Bytes()) {
			return v, false, d.invalid()
		}
		if err := d.src.Err(); err != nil {
			return v, false, err
		}
		return v, false, io.EOF
	case '[':
		d.at++
		d.in, d.want, d.index = list, true, 0
		return v, false, nil
	case '{':
	default:
		return v, false, d.invalid()
	}
	d.start, d.names, d.typ, d.version, d.is = d.at, map[string]bool{}, "", "", unknown
	d.at++
	isEnvelope, err := d.walk()
	switch {
	case errors.Is(err, errFull):
		start := d.start
		d.at = start
		return value{start: start}, false, err
	case err == nil && isEnvelope:
		if !jsontext.Value(slices.Concat(d.src.Bytes()[d.start:d.at], []byte("]}"))).IsValid() {
			return v, false, d.invalid()
		}
		d.in, d.want, d.index = objects, true, 0
		return v, false, nil
	case err != nil && !errors.Is(err, errNotJSON):
		return v, false, err
	}
	if err == nil && d.typ == "bundle" && !d.names["objects"] {
		d.n++ // an empty bundle is valid, and holds nothing
		return v, false, nil
	}
	// An object, or something broken inside, which the reading of it will name.
	end, ok := d.extent(d.start)
	if !ok {
		return v, false, d.broken()
	}
	d.at = end
	v = value{d.start, end, fmt.Sprintf("objects[%d]", d.n)}
	d.n++
	return v, true, nil
}

// element reads the next element of a list.
func (d *document) element() (v value, found bool, err error) {
	c := d.peek()
	if c == ']' && (!d.want || d.index == 0) {
		d.at++
		if d.in == list {
			d.leave()
		} else {
			d.in = envelope
		}
		return v, false, nil
	}
	if c == ',' && !d.want {
		d.at++
		d.want = true
		c = d.peek()
	}
	switch {
	case c == 0 && d.at >= len(d.src.Bytes()):
		return value{start: d.at}, false, d.short()
	case !d.want || c == ',' || c == ']' || c == '}' || c == ':':
		return v, false, d.invalid()
	}
	v = value{start: d.at, place: d.place()}
	end, ok := d.extent(d.at)
	if !ok {
		return v, false, d.short()
	}
	v.end, d.at = end, end
	d.index++
	d.want = false
	return v, true, nil
}

// again lets next give the last object once more.
func (d *document) again(v value) {
	d.at = v.start
	if d.in == outside {
		d.n--
		return
	}
	d.index--
	d.want = true
}

// passed steps over an object that did not fit into a part and has been let go.
func (d *document) passed() {
	d.at = 0
	d.index++
	d.want = false
}

// leave ends a top-level list or envelope.
func (d *document) leave() {
	d.in = outside
	d.n++
}

// shift follows a cut of the part after n bytes.
func (d *document) shift(n int) {
	d.at -= n
	d.start -= n
	d.base += int64(n)
}

// place names the next element of the list.
func (d *document) place() string {
	if d.n > 0 {
		return fmt.Sprintf("values[%d].objects[%d]", d.n, d.index)
	}
	return fmt.Sprintf("objects[%d]", d.index)
}

// errNotJSON says that what stands at the walk's place is no JSON.
var errNotJSON = errors.New("not JSON")

// walk reads the names of a top-level object and steps over their values. True
// means that it stands behind the [ of the list of objects, false that it
// stands behind the object's end.
func (d *document) walk() (isEnvelope bool, err error) {
	for {
		c := d.peek()
		if c == '}' {
			d.at++
			return false, nil
		}
		if c == ',' && len(d.names) > 0 {
			d.at++
			c = d.peek()
		}
		if c != '"' {
			return false, d.stopped(c)
		}
		name, err := d.text()
		if err != nil {
			return false, err
		}
		if c := d.peek(); c != ':' {
			return false, d.stopped(c)
		}
		d.at++
		c = d.peek()
		if c == 0 {
			return false, d.stopped(c)
		}
		if name == "objects" && c == '[' && (d.typ == "" || d.typ == "bundle") {
			if d.names[name] {
				return false, fault.At(fault.Invalid, "objects", "occurs twice in one envelope")
			}
			d.names[name] = true
			d.at++
			return true, nil
		}
		if err := d.value(name); err != nil {
			return false, err
		}
	}
}

// value steps over the value of a name, and keeps what tells envelopes apart.
func (d *document) value(name string) error {
	if d.in == envelope && d.names[name] {
		return fault.At(fault.Invalid, "envelope", "a property name occurs twice in one object")
	}
	if d.names[name] = true; len(d.names) > maxNames && d.in == envelope {
		return fault.At(fault.TooLarge, "envelope", "has more than %d property names", maxNames)
	}
	start := d.at
	end, ok := d.extent(start)
	if !ok {
		return d.short()
	}
	if d.at = end; name == "type" || name == "spec_version" {
		s, err := jsontext.AppendUnquote(nil, d.src.Bytes()[start:end])
		if err != nil {
			return errNotJSON
		}
		if name == "type" {
			d.typ = string(s)
		} else {
			d.version = string(s)
		}
	}
	return nil
}

// text reads the string at the walk's place.
func (d *document) text() (string, error) {
	start := d.at
	end, ok := d.extent(start)
	if !ok {
		return "", d.short()
	}
	d.at = end
	s, err := jsontext.AppendUnquote(nil, d.src.Bytes()[start:end])
	if err != nil {
		return "", errNotJSON
	}
	return string(s), nil
}

// extent finds the end of the value that begins at a place, reading on as needed.
func (d *document) extent(at int) (end int, ok bool) {
	var e extent
	for {
		if at, ok = e.run(d.src.Bytes(), at); ok {
			return at, true
		}
		if !d.src.More() {
			return at, false
		}
	}
}

// peek gives the next byte that is no white space, 0 where there is none.
func (d *document) peek() byte {
	for {
		for b := d.src.Bytes(); d.at < len(b); d.at++ {
			switch c := b[d.at]; c {
			case ' ', '\t', '\n', '\r':
			default:
				return c
			}
		}
		if !d.src.More() {
			return 0
		}
	}
}

// stopped says why the walk can't go on at byte c, 0 where there is none.
func (d *document) stopped(c byte) error {
	if c != 0 || d.at < len(d.src.Bytes()) {
		return errNotJSON
	}
	return d.short()
}

// short says why there are no more bytes.
func (d *document) short() error {
	if d.src.Full() {
		return errFull
	}
	return d.broken()
}

// broken is the error of a report that ends in the midst of something.
func (d *document) broken() error {
	if err := d.src.Err(); err != nil {
		return err
	}
	return fault.At(fault.Invalid, d.place(), "the JSON ends too early, in or behind this object; send the whole file")
}

// invalid is the error of bytes that are no JSON where the walk stands.
func (d *document) invalid() error {
	return fault.At(fault.Invalid, fmt.Sprintf("byte %d", d.base+int64(d.at)), "this is not valid JSON; nothing from here on was read")
}

// is20 tells whether the objects being read are of STIX 2.0: their bundle says
// so, before or behind them, or nothing around them says anything. Behind them
// it is only looked for when the rest of the report fits into the part.
func (d *document) is20() bool {
	if d.in != objects {
		return true
	}
	if d.is == unknown && d.version == "" {
		d.look()
	}
	if d.is == unknown {
		d.is = current
		if d.version == "2.0" {
			d.is = v20
		}
	}
	return d.is == v20
}

// look reads the names behind the list of objects, ahead of the walk.
func (d *document) look() {
	for d.src.More() {
	}
	e := extent{depth: 1, started: true}
	end, ok := e.run(d.src.Bytes(), d.at)
	if !ok {
		return
	}
	ahead := *d
	ahead.at, ahead.in, ahead.names = end, envelope, maps.Clone(d.names)
	if _, err := ahead.walk(); err == nil && ahead.version != "" {
		d.version = ahead.version
	}
}
