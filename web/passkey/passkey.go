// Package passkey lets people sign in, and prove that it's them, by a passkey: the
// endpoints of WebAuthn level 3 below the pages, and the script that calls them.
//
//	routes := passkey.Routes(site)   // POST /passkey/{add,sign-in,step-up}/{begin,finish}
//	src := passkey.Script(site)      // the address of the script, for pages that need it
//
// The script takes each button with data-passkey="add", "sign-in" or "step-up",
// shows it, and goes to the address in its data-next when it is done. A field with
// data-passkey-name, whose paragraph it shows too, says what a new passkey is
// called; without one, or empty, it is "Passkey". "begin"
// answers {"options": ...} for the browser; "finish" takes {"credential": ...} as
// the browser made it. Either answers {"error": TEXT}, with "to" when the visitor
// has to go to another page first.
//
// A passkey is bound to a name (its relying party id): that of the site's Origin,
// or localhost when no origin is configured. It must verify its user by itself, by
// PIN or finger, and so counts as two factors. One whose counter goes back may have
// been copied: it is refused from then on.
package passkey

import (
	"embed"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"tocsin/door"
	"tocsin/fault"
	"tocsin/person"
	"tocsin/web/frame"
	"tocsin/web/pending"
)

// What a ceremony is for.
const (
	add    = "add"
	signIn = "sign-in"
	stepUp = "step-up"
)

// maxAnswer bounds what a browser sends, in bytes: an attestation with its chain of
// certificates has a few kB.
const maxAnswer = 64 << 10

//go:embed passkey.js words.*.txt
var files embed.FS

// desk serves the endpoints.
type desk struct {
	site             *frame.Site
	people           *person.People
	strangers, known *pending.Set[ceremony]
	// checking lets one passkey be checked at a time: of two copies with the same
	// counter that come at once one is found out.
	checking sync.Mutex
}

// Routes gives the endpoints.
func Routes(s *frame.Site) []frame.Route { return newDesk(s).routes() }

func newDesk(s *frame.Site) *desk {
	under := func() *pending.Set[ceremony] { return pending.New[ceremony](ceremonyLife, maxCeremonies) }
	return &desk{site: s, people: s.People, strangers: under(), known: under()}
}

func (d *desk) routes() []frame.Route {
	return []frame.Route{
		{Pattern: "POST /passkey/add/begin", Anyone: true, Serve: d.json(d.beginAdd)},
		{Pattern: "POST /passkey/add/finish", Anyone: true, Serve: d.json(d.finishAdd)},
		{Pattern: "POST /passkey/sign-in/begin", Open: true, Serve: d.json(d.beginSignIn)},
		{Pattern: "POST /passkey/sign-in/finish", Open: true, Serve: d.json(d.finishSignIn)},
		{Pattern: "POST /passkey/step-up/begin", Anyone: true, Serve: d.json(d.beginStepUp)},
		{Pattern: "POST /passkey/step-up/finish", Anyone: true, Serve: d.json(d.finishStepUp)},
	}
}

// Script puts the script among the site's files and gives its address. Its words
// are those of words.LANG.txt; the page's lang says which.
func Script(s *frame.Site) string {
	all := map[string]map[string]string{}
	names, err := fs.Glob(files, "words.*.txt")
	if err != nil {
		panic(err) // the pattern is a valid one
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			panic(err) // it is embedded
		}
		all[strings.Split(name, ".")[1]] = words(string(text))
	}
	script, err := files.ReadFile("passkey.js")
	if err != nil {
		panic(err)
	}
	b, err := json.Marshal(all)
	if err != nil {
		panic(err) // maps of texts always have a JSON form
	}
	return s.Asset("passkey.js", "text/javascript; charset=utf-8", []byte(strings.Replace(string(script), `"WORDS"`, string(b), 1)))
}

// words reads "key: text" lines; # begins a comment.
func words(text string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && key[0] != '#' {
			out[key] = value
		}
	}
	return out
}

// elsewhere is a refusal that says where to go first.
type elsewhere struct {
	error
	to string
}

func (e *elsewhere) Unwrap() error { return e.error }

// json answers what serve gives, and its faults, as JSON. An internal error stays
// the frame's, which keeps a reference to it.
func (d *desk) json(serve func(*frame.Visit, []byte) (any, error)) func(*frame.Visit) error {
	return func(v *frame.Visit) error {
		code := http.StatusOK
		body, err := read(v)
		var answer any
		if err == nil {
			answer, err = serve(v, body)
		}
		if err != nil {
			kind := fault.KindOf(err)
			if kind == fault.Internal {
				return err
			}
			code = door.Status(kind)
			said := map[string]string{"error": frame.Said(err)}
			if e, ok := errors.AsType[*elsewhere](err); ok {
				said["to"] = e.to
			}
			answer = said
		}
		b, err := json.Marshal(answer)
		if err != nil {
			return err
		}
		v.W.Header().Set("Content-Type", "application/json")
		v.W.WriteHeader(code)
		v.W.Write(b) // an error is a client that went away
		return nil
	}
}

// read gives the body of a request of the script's.
func read(v *frame.Visit) ([]byte, error) {
	if kind, _, err := mime.ParseMediaType(v.R.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, fault.New(fault.Unsupported, "this takes application/json")
	}
	b, err := io.ReadAll(http.MaxBytesReader(v.W, v.R.Body, maxAnswer))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return nil, fault.New(fault.TooLarge, "this takes %d kB", maxAnswer>>10)
	}
	if err != nil {
		return nil, fault.Because(err, fault.Invalid, "the request stopped in the middle; nothing was done")
	}
	return b, nil
}

// answered is what the script sends when the browser has done its part.
type answered struct {
	Name       string          `json:"name"` // of a new passkey; may be empty
	Credential json.RawMessage `json:"credential"`
}

func parseAnswer(body []byte) (answered, error) {
	var a answered
	if err := json.Unmarshal(body, &a); err != nil || len(a.Credential) == 0 {
		return a, fault.New(fault.Invalid, "this is not the answer of a browser to the options; nothing was done")
	}
	return a, nil
}

// fresh asks for a recent proof before a passkey is added: whoever finds a page left
// open must not give themselves a way back in. The first way is set up without one.
func (d *desk) fresh(v *frame.Visit) error {
	if v.Visitor.Recent(time.Now().UTC()) {
		return nil
	}
	f, err := d.people.Factors(v.R.Context(), v.Visitor.Person.ID)
	if err != nil || f.None() {
		return err
	}
	return &elsewhere{fault.New(fault.Unauthenticated, "prove that it's you first; nothing was done"), "/step-up?next=" + url.QueryEscape("/account")}
}
