package taxii

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"tocsin/fault"
	"tocsin/stix"
)

// Bounds of one request.
const (
	maxPage   = 5000    // objects of a page, also when more are asked for
	pageBytes = 1 << 20 // bytes of objects after which a page ends; one object may be over it
	maxValues = 1000    // values of one filter
)

// filter is what a request asks for (TAXII 2.1 section 3.4).
type filter struct {
	after    int64 // microseconds since 1970, exclusive
	limit    int
	next     string
	ids      []string // nil: any
	types    []string // nil: any
	versions wanted
	none     bool // nothing can match: a specification version that is not kept here
	hash     [8]byte
}

// wanted is match[version]: section 3.4.1.
type wanted struct {
	first, last, all bool
	times            []int64 // microseconds
	asked            bool    // by the request; else this is the default
}

// newest tells whether only the last version of each object is wanted, the default.
func (v wanted) newest() bool { return v.last && !v.first && len(v.times) == 0 }

// has tells whether a time is asked for by name.
func (v wanted) has(at int64) bool { return slices.Contains(v.times, at) }

// The fields that the endpoints take (section 3.4, table).
const (
	forList     = "added_after limit next match[id] match[type] match[version] match[spec_version]"
	forObject   = "added_after limit next match[version] match[spec_version]"
	forVersions = "added_after limit next match[spec_version]"
	forDelete   = "match[version] match[spec_version]"
)

// readFilter reads the query of a request. Fields that could narrow the answer
// and are not understood are refused, since leaving them out would give too much;
// others are left alone.
func readFilter(query, takes string) (filter, error) {
	f := filter{limit: maxPage, versions: wanted{last: true}}
	values, err := url.ParseQuery(query)
	if err != nil {
		return f, fault.At(fault.Invalid, "query", "can't be read: a percent sign or semicolon stands where none may")
	}
	for name, given := range values {
		if !strings.HasPrefix(name, "match[") && !slices.Contains([]string{"added_after", "limit", "next"}, name) {
			continue
		}
		if !slices.Contains(strings.Fields(takes), name) {
			return f, fault.At(fault.Invalid, "query", "holds a filter that this address doesn't take; it takes %s", strings.ReplaceAll(takes, " ", ", "))
		}
		if len(given) > 1 {
			return f, fault.At(fault.Invalid, name, "is given more than once; put commas between the values")
		}
		if err := f.set(name, given[0]); err != nil {
			return f, err
		}
	}
	f.hash = f.sum(takes)
	return f, nil
}

func (f *filter) set(name, value string) (err error) {
	if value == "" {
		return fault.At(fault.Invalid, name, "is empty")
	}
	switch name {
	case "added_after":
		t, err := stix.ParseTime(value)
		if err != nil {
			return fault.Within(name, err)
		}
		f.after = t.UnixMicro()
		return nil
	case "limit":
		f.limit, err = readLimit(value)
		return err
	case "next":
		f.next = value
		return nil
	}
	list, err := split(name, value)
	if err != nil {
		return err
	}
	switch name {
	case "match[id]":
		f.ids = list
	case "match[type]":
		f.types = list
	case "match[version]":
		f.versions, err = readVersions(list)
	case "match[spec_version]":
		f.none, err = readSpec(list)
	}
	return err
}

// split cuts a list of values at its commas, and sorts it.
func split(name, value string) ([]string, error) {
	list := strings.Split(value, ",")
	if len(list) > maxValues {
		return nil, fault.At(fault.Invalid, name, "holds %d values; at most %d are taken", len(list), maxValues)
	}
	if slices.Contains(list, "") {
		return nil, fault.At(fault.Invalid, name, "holds an empty value")
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// readLimit reads a positive number; one larger than a page means a whole page.
func readLimit(s string) (int, error) {
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			n = 0
			break
		}
		n = min(n*10+int(c-'0'), maxPage)
	}
	if n == 0 {
		return 0, fault.At(fault.Invalid, "limit", "is not a positive number")
	}
	return n, nil
}

func readVersions(list []string) (v wanted, err error) {
	v.asked = true
	for _, s := range list {
		switch s {
		case "first":
			v.first = true
		case "last":
			v.last = true
		case "all":
			v.all = true
		default:
			t, err := stix.ParseTime(s)
			if err != nil {
				return v, fault.At(fault.Invalid, "match[version]", "takes first, last, all, and timestamps such as 2026-01-31T08:15:00.000Z")
			}
			v.times = append(v.times, t.UnixMicro())
		}
	}
	if v.all && len(list) > 1 {
		return v, fault.At(fault.Invalid, "match[version]", "all stands alone")
	}
	return v, nil
}

// readSpec reads match[spec_version]. What is kept here is of version 2.1: what
// came as 2.0 was made into it.
func readSpec(list []string) (none bool, err error) {
	for _, s := range list {
		major, minor, ok := strings.Cut(s, ".")
		if !ok || !number(major) || !number(minor) {
			return false, fault.At(fault.Invalid, "match[spec_version]", "takes versions such as 2.1")
		}
	}
	return !slices.Contains(list, "2.1"), nil
}

func number(s string) bool { return s != "" && len(s) < 4 && strings.Trim(s, "0123456789") == "" }

// sum is what a next token is bound to: all that selects objects, but not
// added_after, which a token goes on from, nor the size of a page.
func (f *filter) sum(endpoint string) [8]byte {
	h := sha256.New()
	v := f.versions
	fmt.Fprintf(h, "%q %q %q %v %v %v %v %v", endpoint, f.ids, f.types, v.first, v.last, v.all, v.times, f.none)
	return [8]byte(h.Sum(nil))
}
