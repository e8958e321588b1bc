package frame

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/door"
	"tocsin/fault"
)

// errorPage is what the page of an error shows.
type errorPage struct {
	Heading   string // keys of its words
	Todo      string // empty when the detail says it
	Detail    string // may be empty
	Reference string // in the operator's log; empty unless it is our fault
	Kind      string
}

// kindWords gives each kind its heading and what to do: the one table of the pages.
var kindWords = map[fault.Kind]string{
	fault.Internal: "internal", fault.Invalid: "invalid", fault.Unsupported: "invalid", fault.NotAcceptable: "invalid", fault.TooLarge: "large",
	fault.Unauthenticated: "signin", fault.Forbidden: "forbidden", fault.NotFound: "missing", fault.Conflict: "conflict", fault.Refused: "refused",
	fault.Busy: "busy", fault.Full: "full", fault.Unreachable: "unreachable", fault.Gone: "gone",
}

// fail shows an error as a page: what happened, what was not done, what to do.
// Nothing of an internal error leaves but a reference into the operator's log.
func (s *Site) fail(v *Visit, err error) {
	kind := fault.KindOf(err)
	word := kindWords[kind]
	if word == "" {
		word = kindWords[fault.Internal]
	}
	body := errorPage{Heading: "error." + word, Todo: "error." + word + ".todo", Kind: word}
	if kind == fault.Internal {
		body.Reference = rand.Text()[:8]
		if v.R.Context().Err() == nil || context.Cause(v.R.Context()) != context.Canceled {
			s.Log.ErrorContext(v.R.Context(), "page failed", "method", v.R.Method, "route", v.R.Pattern, "reference", body.Reference, "err", err)
		}
	} else {
		if body.Detail = Said(err); strings.Contains(body.Detail, "othing was ") {
			body.Todo = ""
		}
	}
	if kind == fault.Busy {
		v.W.Header().Set("Retry-After", "5")
	}
	page := Page{Title: s.own.Word(v, body.Heading), Bare: !v.In(), Body: body}
	if err := s.own.show(v, door.Status(kind), "error", page); err != nil {
		// Even the frame can't be shown, as when the store doesn't answer.
		s.Log.Error("error page failed", "reference", body.Reference, "err", err)
		v.W.Header().Set("Content-Type", "text/plain; charset=utf-8")
		v.W.WriteHeader(http.StatusServiceUnavailable)
		v.W.Write([]byte(s.own.words["en"]["error.plain"] + " " + body.Reference + "\n"))
	}
}

// Said gives what a fault says to its reader as a sentence, for a page. The name of
// a form's field is left out: on the page the text stands at the field, and the
// detail says by itself what it is about. A place within a document stays.
func Said(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok && !strings.ContainsAny(e.Place, ".[ ") {
		return sentence(e.Detail)
	}
	return sentence(fault.Public(err))
}

// sentence begins and ends a text as a sentence does; a path such as objects[3].id
// stays as it is.
func sentence(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	if word, _, _ := strings.Cut(s, " "); n > 0 && !strings.ContainsAny(word, ".[`") {
		s = string(unicode.ToUpper(first)) + s[n:]
	}
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".?!") {
		return s
	}
	return s + "."
}
