package taxii

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"tocsin/archive"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/stix"
)

// page is one page of an answer. Its items are written as they come, so that no
// object is decoded or encoded again; what it holds in memory is bounded by
// pageBytes and one object.
type page struct {
	list        string // its name
	body        []byte
	limit       int
	n           int
	first, last int64
	more        bool
	unknown     bool // asked for one object that is not there
}

// add puts an item on the page, or finds that it is full.
func (p *page) add(at int64, item func(b []byte) []byte, size int) bool {
	if p.n == p.limit || p.n > 0 && len(p.body)+size > pageBytes {
		p.more = true
		return false
	}
	if p.n > 0 {
		p.body = append(p.body, ',')
	} else {
		p.first = at
		p.body = append(append(p.body, `{"`...), p.list+`":[`...)
	}
	p.body = item(p.body)
	p.last = at
	p.n++
	return true
}

// form is how an endpoint writes an object.
type form struct {
	name  string // of the list
	bytes bool   // the objects themselves are wanted
	write func(b []byte, o *archive.Object) []byte
}

func envelope() form {
	return form{"objects", true, func(b []byte, o *archive.Object) []byte { return append(b, o.Raw...) }}
}

// manifestForm is TAXII 2.1 section 5.3.1: nothing in it needs escaping, since
// identifiers and timestamps were read strictly.
func manifestForm() form {
	return form{"objects", false, func(b []byte, o *archive.Object) []byte {
		b = append(append(b, `{"id":"`...), o.ID...)
		b = append(append(b, `","date_added":"`...), date(o.At)...)
		b = append(append(b, `","version":"`...), version(o)...)
		return append(append(b, `","media_type":"`...), mediaSTIX+`"}`...)
	}}
}

func versionsForm() form {
	return form{"versions", false, func(b []byte, o *archive.Object) []byte {
		return append(append(append(b, '"'), version(o)...), '"')
	}}
}

// date writes a date added: six fraction digits (TAXII 2.1 section 1.6.5).
func date(micro int64) string { return stix.FormatMicro(time.UnixMicro(micro)) }

// version gives an object's version: modified, created, or for an unversioned
// object its date added, which it keeps for good (TAXII 2.1 section 3.4.1).
func version(o *archive.Object) string {
	if o.Version == "" {
		return date(o.At)
	}
	return o.Version
}

// instant is a version as microseconds, for comparing.
func instant(ver, at int64) int64 {
	if ver == 0 {
		return at
	}
	return ver
}

// list serves a page of a whole collection.
func (s *server) list(r *request, form form) error {
	c, err := s.named(r)
	if err != nil {
		return err
	}
	f, err := readFilter(r.URL.RawQuery, forList)
	if err == nil {
		err = s.resume(c.aud, &f)
	}
	if err != nil {
		return err
	}
	done, err := s.turns.take(r.Context(), r.session.Member.ID)
	if err != nil {
		return err
	}
	defer done()
	p := &page{list: form.name, limit: f.limit}
	switch {
	case f.none:
	case f.ids != nil:
		err = s.byID(r.Context(), r.session, c.aud, &f, form, p)
	default:
		err = s.scan(r.Context(), r.session, c.aud, &f, form, p)
	}
	if err != nil {
		return err
	}
	return s.sendPage(r, c.aud, &f, p)
}

func (s *server) objects(r *request) error  { return s.list(r, envelope()) }
func (s *server) manifest(r *request) error { return s.list(r, manifestForm()) }

// one serves a page of the versions of one object.
func (s *server) one(r *request, takes string, form form, every bool) error {
	c, err := s.named(r)
	if err != nil {
		return err
	}
	f, err := readFilter(r.URL.RawQuery, takes)
	if err != nil {
		return err
	}
	f.ids = []string{r.PathValue("object")}
	f.hash = f.sum(takes)
	if every {
		f.versions = wanted{all: true}
	}
	if err := s.resume(c.aud, &f); err != nil {
		return err
	}
	done, err := s.turns.take(r.Context(), r.session.Member.ID)
	if err != nil {
		return err
	}
	defer done()
	p := &page{list: form.name, limit: f.limit}
	if err := s.byID(r.Context(), r.session, c.aud, &f, form, p); err != nil {
		return err
	}
	if p.unknown {
		return fault.New(fault.NotFound, "there is no such object in this collection")
	}
	return s.sendPage(r, c.aud, &f, p)
}

func (s *server) object(r *request) error   { return s.one(r, forObject, envelope(), false) }
func (s *server) versions(r *request) error { return s.one(r, forVersions, versionsForm(), true) }

// scan walks the collection in the order of the log.
func (s *server) scan(ctx context.Context, who member.Session, aud member.Audience, f *filter, form form, p *page) error {
	w := archive.Want{Bytes: form.bytes, Versions: !f.versions.newest()}
	if f.types != nil {
		w.Types = archive.TypeMask(f.types)
	}
	var failed error
	err := s.x.Scan(ctx, who, aud, f.after, w, func(o archive.Object) bool {
		if f.types != nil {
			if typ, _, _ := strings.Cut(o.ID, "--"); !slices.Contains(f.types, typ) {
				return true // types that the archive doesn't know share one bit of the mask
			}
		}
		if !f.versions.newest() && !f.versions.all {
			chosen, err := s.chosen(ctx, who, aud, f, &o)
			if failed = err; err != nil || ctx.Err() != nil {
				return false
			}
			if !chosen {
				return true
			}
		}
		return p.add(o.At, func(b []byte) []byte { return form.write(b, &o) }, len(o.Raw))
	})
	if failed != nil {
		return failed
	}
	if err == nil {
		err = ctx.Err()
	}
	return err
}

// chosen tells whether a version that a walk came by is one of those asked for.
func (s *server) chosen(ctx context.Context, who member.Session, aud member.Audience, f *filter, o *archive.Object) (bool, error) {
	if f.versions.has(instant(archive.VersionMicro(o.Version), o.At)) {
		return true, nil
	}
	if !f.versions.first && !f.versions.last {
		return false, nil
	}
	all, err := s.x.Versions(ctx, who, aud, []string{o.ID})
	if err != nil {
		return false, err
	}
	for _, v := range choose(all, wanted{first: f.versions.first, last: f.versions.last}) {
		if v.At == o.At {
			return true, nil
		}
	}
	return false, nil
}

// choose gives the versions asked for, in the order of the log. First and last
// are by version, not by arrival: an older version may come in later.
func choose(all []archive.Stored, v wanted) []archive.Stored {
	if v.all {
		return all
	}
	type ends struct{ first, last archive.Stored }
	byID := map[string]ends{}
	for _, s := range all {
		e, ok := byID[s.ID]
		if !ok || instant(s.Ver, s.At) < instant(e.first.Ver, e.first.At) {
			e.first = s
		}
		if !ok || instant(s.Ver, s.At) >= instant(e.last.Ver, e.last.At) {
			e.last = s
		}
		byID[s.ID] = e
	}
	var out []archive.Stored
	for _, s := range all {
		e := byID[s.ID]
		if v.first && s.At == e.first.At || v.last && s.At == e.last.At || v.has(instant(s.Ver, s.At)) {
			out = append(out, s)
		}
	}
	return out
}

// byID looks objects up by their identifiers.
func (s *server) byID(ctx context.Context, who member.Session, aud member.Audience, f *filter, form form, p *page) error {
	all, err := s.x.Versions(ctx, who, aud, f.ids)
	if err != nil {
		return err
	}
	p.unknown = len(all) == 0
	if f.none {
		return nil
	}
	for _, v := range choose(all, f.versions) {
		typ, _, _ := strings.Cut(v.ID, "--")
		if v.At <= f.after || f.types != nil && !slices.Contains(f.types, typ) {
			continue
		}
		if p.n == p.limit {
			p.more = true // known without reading it
			return nil
		}
		o, err := s.x.Object(ctx, who, v)
		switch {
		case fault.KindOf(err) == fault.Gone && err != nil:
			continue // taken back since
		case err != nil:
			return err
		case o.ID != v.ID:
			continue // two identifiers that meet in the index
		}
		if !p.add(o.At, func(b []byte) []byte { return form.write(b, &o) }, len(o.Raw)) {
			return nil
		}
	}
	return nil
}

// sendPage writes a page. Lists are left out when empty (TAXII 2.1 section 1.6.3),
// next comes with more and never without, and the dates are those of this page.
func (s *server) sendPage(r *request, aud member.Audience, f *filter, p *page) error {
	if p.n == 0 {
		return s.sendRaw(r, http.StatusOK, []byte("{}"))
	}
	p.body = append(p.body, ']')
	if p.more {
		p.body = append(append(append(p.body, `,"more":true,"next":"`...), s.token(aud, f.hash, p.last)...), '"')
	}
	r.w.Header().Set("X-TAXII-Date-Added-First", date(p.first))
	r.w.Header().Set("X-TAXII-Date-Added-Last", date(p.last))
	return s.sendRaw(r, http.StatusOK, append(p.body, '}'))
}
