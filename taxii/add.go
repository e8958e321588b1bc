package taxii

import (
	"net/http"
	"strings"
	"time"

	"tocsin/door"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/intake"
	"tocsin/stix"
)

// add is TAXII 2.1 section 5.5. Everything that could be taken is durable when it
// answers, so its status is complete at once. Objects that were refused stand in
// the status; a body that can't be read at all is an error.
func (s *server) add(r *request) error {
	c, err := s.named(r)
	if err != nil {
		return err
	}
	if err := sentAs(r.Request); err != nil {
		return err
	}
	body, err := door.Body(r.w, r.Request, MaxBody)
	if err != nil {
		return err
	}
	id, requested := newStatusID(), stix.FormatMicro(time.Now().UTC())
	filed, err := s.x.Accept(r.Context(), r.session, body, exchange.Options{Format: intake.STIX, Collection: c.aud, StatusID: id, Door: exchange.DoorTAXII, Size: declared(r.Request)})
	if err != nil && !eachRefused(&filed) {
		return unprocessable(err)
	}
	return s.send(r, http.StatusAccepted, exchange.StatusOf(id, requested, &filed))
}

// declared is how many bytes a body has as its client says, for what is reserved
// for it; 0 when that isn't known: nothing was said, or it is packed on the way.
func declared(r *http.Request) int64 {
	if coding := strings.TrimSpace(r.Header.Get("Content-Encoding")); coding != "" && !strings.EqualFold(coding, "identity") {
		return 0
	}
	return max(0, r.ContentLength)
}

// newStatusID makes a UUID of version 4.
func newStatusID() string { return strings.TrimPrefix(exchange.NewID("status"), "status--") }

// eachRefused tells whether a report was read and every object of it refused: to
// TAXII that is an answer, not an error.
func eachRefused(f *exchange.Filed) bool {
	return len(f.Failures) > 0 && len(f.Objects) == 0 && len(f.Held) == 0 && len(f.Parts) == 0
}

// unprocessable: a content that is not supported is 422; 415 is about the media type (TAXII 2.1 section 5.5).
func unprocessable(err error) error {
	if fault.KindOf(err) == fault.Unsupported {
		return fault.Because(err, fault.Refused, "%s", fault.Public(err))
	}
	return err
}

// status is TAXII 2.1 section 4.3; a status is its submitter's alone.
func (s *server) status(r *request) error {
	body, err := s.x.Status(r.Context(), r.session, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.sendRaw(r, http.StatusOK, body)
}

// delete is TAXII 2.1 section 5.7: the recall of the caller's own report in this
// collection. A recall takes back all versions of an object: filters that choose
// part of them are refused.
func (s *server) delete(r *request) error {
	c, err := s.named(r)
	if err != nil {
		return err
	}
	f, err := readFilter(r.URL.RawQuery, forDelete)
	if err != nil {
		return err
	}
	id := r.PathValue("object")
	all, err := s.x.Versions(r.Context(), r.session, c.aud, []string{id})
	if err != nil {
		return err
	}
	if !f.versions.asked {
		f.versions = wanted{all: true}
	}
	chosen := choose(all, f.versions)
	switch {
	case len(chosen) == 0 || f.none:
		return fault.New(fault.NotFound, "there is no such object, or no such version of it, in this collection")
	case len(chosen) < len(all):
		return fault.New(fault.Forbidden, "a recall takes back all versions of an object; leave match[version] out, or file a corrected version instead")
	}
	if _, err := s.x.RecallIn(r.Context(), r.session, c.aud, id, "deleted over TAXII"); err != nil {
		return err
	}
	return s.send(r, http.StatusOK, struct{}{})
}
