// Package taxii is the TAXII 2.1 door (OASIS Standard, 10 June 2021): discovery
// at /taxii2/ and one API root at /exchange/, in which a collection is exactly
// one audience. It parses and renders; what a member may see or do is decided in
// exchange and member.
//
// An object's date added is its place in the log, so pages are stable without any
// state here: a "next" token carries a date, the collection and a hash of the
// filters, signed.
//
//	mux.Handle("/taxii2/", taxii.Handler(x, d))
//	mux.Handle("/exchange/", taxii.Handler(x, d))
package taxii

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"tocsin/door"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
)

// The media types (TAXII 2.1 section 1.6.8, STIX 2.1 section 10).
const (
	mediaTAXII = "application/taxii+json;version=2.1"
	mediaSTIX  = "application/stix+json;version=2.1"
)

// MaxBody bounds the body of an Add, in bytes, packed and unpacked; the API root
// says it as max_content_length. It is read as a stream and kept in parts.
const MaxBody = 100 << 20

type server struct {
	x     *exchange.Exchange
	d     *door.Door
	pack  door.Packer
	turns turns
}

// request is what a handler is called with: its reader is known, and takes the
// media type that we write.
type request struct {
	*http.Request
	session member.Session
	w       http.ResponseWriter
}

// Handler serves /taxii2/ and /exchange/.
func Handler(x *exchange.Exchange, d *door.Door) http.Handler {
	s := &server{x: x, d: d}
	mux := http.NewServeMux()
	allow := map[string][]string{}
	for _, r := range s.routes() {
		mux.HandleFunc(r.method+" "+r.path, s.enter(r.serve))
		allow[r.path] = append(allow[r.path], r.method)
	}
	for path, methods := range allow {
		mux.HandleFunc(path, s.wrongMethod(strings.Join(methods, ", ")))
	}
	mux.HandleFunc("/", s.enter(func(*request) error { return fault.New(fault.NotFound, "nothing is at this address") }))
	return mux
}

type route struct {
	method, path string
	serve        func(*request) error
}

// routes is the whole list (TAXII 2.1 sections 4 and 5).
func (s *server) routes() []route {
	return []route{
		{"GET", "/taxii2/{$}", s.discovery},
		{"GET", "/exchange/{$}", s.apiRoot},
		{"GET", "/exchange/status/{id}/{$}", s.status},
		{"GET", "/exchange/collections/{$}", s.collections},
		{"GET", "/exchange/collections/{id}/{$}", s.collection},
		{"GET", "/exchange/collections/{id}/manifest/{$}", s.manifest},
		{"GET", "/exchange/collections/{id}/objects/{$}", s.objects},
		{"POST", "/exchange/collections/{id}/objects/{$}", s.add},
		{"GET", "/exchange/collections/{id}/objects/{object}/{$}", s.object},
		{"DELETE", "/exchange/collections/{id}/objects/{object}/{$}", s.delete},
		{"GET", "/exchange/collections/{id}/objects/{object}/versions/{$}", s.versions},
	}
}

// enter does what each request needs first, and turns an error into an answer.
func (s *server) enter(serve func(*request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := s.d.Session(r)
		if err == nil {
			err = acceptable(r)
		}
		if err == nil {
			err = serve(&request{r, who, w})
		}
		if err != nil {
			s.problem(w, r, err)
		}
	}
}

func (s *server) wrongMethod(allow string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", allow)
		s.write(w, r, http.StatusMethodNotAllowed, "Method Not Allowed", "method not allowed", "this address takes "+allow)
	}
}

// problem answers with a TAXII error (TAXII 2.1 section 3.6.1).
func (s *server) problem(w http.ResponseWriter, r *http.Request, err error) {
	code := code(fault.KindOf(err), s.d.Begin(w, r, err))
	s.write(w, r, code, http.StatusText(code), fault.KindOf(err).String(), fault.Public(err))
}

// code gives TAXII's code where it differs from that of the other doors: what was
// taken back looks as if it had never been there (section 3.1, 404).
func code(k fault.Kind, otherwise int) int {
	if k == fault.Gone {
		return http.StatusNotFound
	}
	return otherwise
}

// write writes a TAXII error; http_status is a string there.
func (s *server) write(w http.ResponseWriter, r *http.Request, code int, title, kind, detail string) {
	body, err := json.Marshal(struct {
		Title       string `json:"title"`
		Description string `json:"description"`
		Code        string `json:"error_code"`
		Status      string `json:"http_status"`
	}{title, detail, kind, strconv.Itoa(code)})
	if err != nil {
		panic(err) // strings always marshal
	}
	w.Header().Set("Content-Type", mediaTAXII)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(code)
	w.Write(body) // a client that has gone needs no answer
}

// send answers a request with a resource. What it says depends on who asks and on
// the log as it is now: a cache may keep it for its reader alone and asks again
// each time, which the entity tag makes cheap.
func (s *server) send(r *request, code int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.sendRaw(r, code, body)
}

func (s *server) sendRaw(r *request, code int, body []byte) error {
	h := r.w.Header()
	h.Set("Content-Type", mediaTAXII)
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method == http.MethodPost || r.Method == http.MethodDelete {
		h.Set("Cache-Control", "no-store")
	} else {
		h.Set("Cache-Control", "private, no-cache")
		h.Set("Vary", "Authorization, X-Api-Key, Accept")
		sum := sha256.Sum256(body)
		tag := hex.EncodeToString(sum[:16])
		if door.Accepts(r.Request, "gzip") {
			tag += "-gzip" // a strong tag names the bytes of one encoding (RFC 9110 section 8.8.1)
		}
		h.Set("Etag", `"`+tag+`"`)
		if matches(r.Header.Values("If-None-Match"), tag) {
			h.Add("Vary", "Accept-Encoding")
			h.Del("Content-Type")
			r.w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	out, finish := s.pack.Pack(r.w, r.Request)
	if out == r.w {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	out.WriteHeader(code)
	if _, err := bytes.NewReader(body).WriteTo(out); err != nil {
		return nil // the client has gone; its answer began, so no other can follow
	}
	finish() // as above
	return nil
}

// matches compares If-None-Match weakly, as GET does (RFC 9110 section 13.1.2).
func matches(headers []string, tag string) bool {
	for _, h := range headers {
		for t := range strings.SplitSeq(h, ",") {
			if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == "*" || t == `"`+tag+`"` {
				return true
			}
		}
	}
	return false
}
