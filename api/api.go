// Package api is the door for programs: /api/v1, JSON in and out, described by
// /api/openapi.json; and the transparency log below /log/, readable by anyone.
//
// Each handler reads the request, calls one function of the spine, and writes
// what it gave; who may do what is decided below, in exchange and member.
package api

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tocsin/door"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/intake"
	"tocsin/member"
	"tocsin/stix"
)

//go:embed openapi.json
var openapi embed.FS

// maxJSON bounds the JSON bodies of everything but reports.
const maxJSON = 64 << 10

type handler struct {
	x *exchange.Exchange
	d *door.Door
}

// Handler serves everything below /api/ but the event stream.
func Handler(x *exchange.Exchange, d *door.Door) http.Handler {
	h := &handler{x, d}
	mux := http.NewServeMux()
	for _, r := range h.routes() {
		mux.HandleFunc(r.pattern, r.serve)
	}
	return mux
}

type route struct {
	pattern string
	serve   http.HandlerFunc
}

// routes is the whole list; openapi.json is held equal to it by a test.
func (h *handler) routes() []route {
	return []route{
		{"POST /api/v1/reports", h.report},
		{"POST /api/v1/preview", h.preview},
		{"POST /api/v1/recalls", h.recall},
		{"GET /api/v1/things", h.thing},
		{"GET /api/v1/receipts/{index}", h.receipt},
		{"GET /api/v1/review", h.reviewList},
		{"GET /api/v1/review/{id}", h.reviewShow},
		{"POST /api/v1/review/{id}", h.reviewDecide},
		{"GET /api/v1/me", h.me},
		{"GET /api/v1/members", h.members},
		{"POST /api/v1/members", h.memberAdd},
		{"DELETE /api/v1/members/{name}", h.memberRemove},
		{"PUT /api/v1/members/{name}/consent", h.memberNamed},
		{"PUT /api/v1/trust/{source}", h.trust},
		{"GET /api/v1/keys", h.keys},
		{"POST /api/v1/keys", h.keyAdd},
		{"DELETE /api/v1/keys/{id}", h.keyRemove},
		{"POST /api/v1/keys/{id}/rotate", h.keyRotate},
		{"GET /api/v1/groups", h.groups},
		{"POST /api/v1/groups", h.groupAdd},
		{"DELETE /api/v1/groups/{name}", h.groupRemove},
		{"PUT /api/v1/groups/{name}/members/{member}", h.groupJoin},
		{"DELETE /api/v1/groups/{name}/members/{member}", h.groupLeave},
		{"GET /api/v1/audit", h.audit},
		{"GET /api/openapi.json", h.describe},
		{"/api/", h.unknown},
	}
}

func (h *handler) unknown(w http.ResponseWriter, r *http.Request) {
	h.d.Problem(w, r, fault.New(fault.NotFound, "there is no such endpoint, or not with this method; /api/openapi.json lists them"))
}

func (h *handler) describe(w http.ResponseWriter, r *http.Request) {
	b, err := openapi.ReadFile("openapi.json")
	if err != nil {
		h.d.Problem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(b)
}

// Answer is what a report is answered (contract, `report --json`).
type Answer struct {
	ID       string                  `json:"id"`
	Index    int64                   `json:"index"`
	Receipt  string                  `json:"receipt,omitempty"`
	Objects  []exchange.ObjectResult `json:"objects"`
	Removed  []exchange.Removed      `json:"removed"`
	Held     []exchange.HeldResult   `json:"held"`
	Failures []exchange.Failure      `json:"failures,omitempty"`
	Parts    []AnswerPart            `json:"parts,omitempty"`
	Repeat   bool                    `json:"repeat,omitempty"`
}

// AnswerPart is one part of a large report.
type AnswerPart struct {
	Index   int64  `json:"index"`
	Receipt string `json:"receipt"`
}

// AnswerOf makes the answer of a filed report.
func AnswerOf(f *exchange.Filed) Answer {
	a := Answer{ID: f.ID, Index: f.Index, Receipt: string(f.Receipt), Objects: f.Objects, Removed: f.Removed, Held: f.Held, Failures: f.Failures, Repeat: f.Repeat}
	if len(f.Parts) > 1 {
		for _, p := range f.Parts {
			a.Parts = append(a.Parts, AnswerPart{p.Index, string(p.Receipt)})
		}
	}
	// Lists that are empty are still lists.
	if a.Objects == nil {
		a.Objects = []exchange.ObjectResult{}
	}
	if a.Removed == nil {
		a.Removed = []exchange.Removed{}
	}
	if a.Held == nil {
		a.Held = []exchange.HeldResult{}
	}
	return a
}

// PreviewAnswer is what a preview is answered: nothing was kept.
type PreviewAnswer struct {
	Shared   []PreviewObject       `json:"shared"`
	Removed  []exchange.Removed    `json:"removed"`
	Held     []exchange.HeldResult `json:"held"`
	Failures []exchange.Failure    `json:"failures,omitempty"`
	Readers  []exchange.Readers    `json:"readers"`
}

// PreviewObject is an object as others would get it.
type PreviewObject struct {
	ID         string          `json:"id"`
	Collection string          `json:"collection"`
	Object     json.RawMessage `json:"object"`
}

func (h *handler) report(w http.ResponseWriter, r *http.Request) {
	s, o, ok := h.filing(w, r)
	if !ok {
		return
	}
	f, err := h.x.Accept(r.Context(), s, r.Body, o)
	if err != nil {
		h.reportProblem(w, r, err, &f)
		return
	}
	code := http.StatusCreated
	if f.Repeat {
		code = http.StatusOK
	}
	writeJSON(w, code, AnswerOf(&f))
}

// reportProblem says what was wrong with a report, and of its parts where: RFC
// 9457 with the member failures.
func (h *handler) reportProblem(w http.ResponseWriter, r *http.Request, err error, f *exchange.Filed) {
	const most = 100
	code := h.d.Begin(w, r, err)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(code)
	encode(w, map[string]any{"title": http.StatusText(code), "status": code, "kind": fault.KindOf(err).String(), "detail": fault.Public(err),
		"failures": append([]exchange.Failure{}, f.Failures[:min(most, len(f.Failures))]...)})
}

// writeJSON answers with a value. It holds what one member sent, so no cache keeps it.
func writeJSON(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	encode(w, v)
}

// encode writes JSON; an error is a client that went away.
func encode(w io.Writer, v any) {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
}

func (h *handler) preview(w http.ResponseWriter, r *http.Request) {
	s, o, ok := h.filing(w, r)
	if !ok {
		return
	}
	f, err := h.x.Preview(r.Context(), s, r.Body, o)
	if err != nil {
		h.reportProblem(w, r, err, &f)
		return
	}
	lists := AnswerOf(&f)
	a := PreviewAnswer{Shared: []PreviewObject{}, Removed: lists.Removed, Held: lists.Held, Failures: lists.Failures}
	for _, ob := range f.Objects {
		a.Shared = append(a.Shared, PreviewObject{ob.ID, ob.Collection, ob.Raw})
	}
	if a.Readers, err = h.x.ReadersOf(r.Context(), s, &f); err != nil {
		h.d.Problem(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, a)
}

// filing reads who files and how.
func (h *handler) filing(w http.ResponseWriter, r *http.Request) (s member.Session, o exchange.Options, ok bool) {
	s, err := h.d.Session(r)
	if err == nil {
		o, err = options(r)
	}
	if err == nil && r.ContentLength > maxReport {
		err = fault.New(fault.TooLarge, "the body has more than %d MB; cut it into several reports", maxReport>>20)
	}
	if err != nil {
		h.d.Problem(w, r, err)
		return s, o, false
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxReport)
	return s, o, true
}

// maxReport bounds a whole report, which is kept in parts of 16 MB.
const maxReport = 1 << 30

func options(r *http.Request) (exchange.Options, error) {
	q := r.URL.Query()
	o := exchange.Options{Door: exchange.DoorAPI, Group: q.Get("group"), Name: q.Get("name"), Named: q.Get("named") == "true", Size: max(0, r.ContentLength), Idempotent: r.Header.Get("Idempotency-Key")}
	for name, values := range q {
		switch {
		case !slices.Contains([]string{"group", "name", "named", "format", "tlp"}, name):
			return o, fault.At(fault.Invalid, "query", "there are only format, tlp, group, name and named")
		case len(values) > 1:
			return o, fault.At(fault.Invalid, name, "is given more than once; file the report once for each")
		case name == "group" && o.Group == "":
			return o, fault.At(fault.Invalid, name, "is empty; leave it out to share with the community")
		case name == "named" && values[0] != "true" && values[0] != "false":
			return o, fault.At(fault.Invalid, name, "is true or false")
		}
	}
	if len(o.Idempotent) > 255 {
		return o, fault.At(fault.Invalid, "Idempotency-Key", "has more than 255 characters")
	}
	if len(o.Name) > 255 {
		return o, fault.At(fault.Invalid, "name", "has more than 255 characters")
	}
	var err error
	if o.Format, err = intake.ParseFormat(q.Get("format")); err != nil {
		return o, err
	}
	if t := q.Get("tlp"); t != "" {
		var ok bool
		if o.TLP, ok = stix.ParseTLP(t); !ok {
			return o, fault.At(fault.Invalid, "tlp", "is clear, green, amber, amber-strict or red")
		}
	}
	return o, nil
}

// body reads a small JSON body strictly.
func body(w http.ResponseWriter, r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxJSON))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return fault.New(fault.TooLarge, "the body has more than %d kB", maxJSON>>10)
		}
		return fault.New(fault.Invalid, "the body is not the JSON that /api/openapi.json describes")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "something follows the JSON in the body")
	}
	return nil
}

// as runs a handler that needs a session and answers JSON or nothing.
//
// The body is read first: whoever's key was removed while their body was still on
// its way is nobody when it has come.
func (h *handler) as(w http.ResponseWriter, r *http.Request, code int, f func(ctx context.Context, s member.Session) (any, error)) {
	b, err := io.ReadAll(io.LimitReader(r.Body, maxJSON+1))
	if err != nil {
		h.d.Problem(w, r, fault.New(fault.Invalid, "the body broke off; nothing was done"))
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(b))
	s, err := h.d.Session(r)
	var answer any
	if err == nil {
		answer, err = f(r.Context(), s)
	}
	switch {
	case err != nil:
		h.d.Problem(w, r, err)
	case answer == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		writeJSON(w, code, answer)
	}
}

func (h *handler) recall(w http.ResponseWriter, r *http.Request) {
	h.as(w, r, http.StatusCreated, func(ctx context.Context, s member.Session) (any, error) {
		var in struct{ Ref, Reason string }
		if err := body(w, r, &in); err != nil {
			return nil, err
		}
		f, err := h.x.Recall(ctx, s, in.Ref, in.Reason)
		if err != nil {
			return nil, err
		}
		return AnswerOf(&f), nil
	})
}

func (h *handler) receipt(w http.ResponseWriter, r *http.Request) {
	s, err := h.d.Session(r)
	var receipt []byte
	if err == nil {
		var idx int64
		if idx, err = strconv.ParseInt(strings.TrimPrefix(r.PathValue("index"), "report-"), 10, 64); err != nil || idx < 0 {
			err = fault.New(fault.Invalid, "a receipt is asked for by the index of its entry")
		} else {
			receipt, err = h.x.Receipt(r.Context(), s, idx)
		}
	}
	if err != nil {
		h.d.Problem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write(receipt)
}
