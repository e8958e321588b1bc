package browser

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// A watch keeps what a page did wrong without being asked: errors in its console
// and requests to other hosts. The browser tells it from a goroutine of its own.
type watch struct {
	host string // of the node

	mu        sync.Mutex
	errors    []string
	foreign   []string
	requests  []string // addresses asked for, in order
	documents map[network.RequestID]bool
	expected  []*regexp.Regexp
}

func (w *watch) see(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.requests = append(w.requests, e.Request.URL)
		if e.Type == network.ResourceTypeDocument {
			if w.documents == nil {
				w.documents = map[network.RequestID]bool{}
			}
			w.documents[e.RequestID] = true
		}
		if u, err := url.Parse(e.Request.URL); err != nil || isForeign(u, w.host) {
			w.foreign = append(w.foreign, e.Request.URL)
		}
	case *log.EventEntryAdded:
		// The status of the page itself is what a test asks for, not an error of the page.
		if e.Entry.Level == log.EntryLevelError && !w.documents[e.Entry.NetworkRequestID] {
			w.errors = append(w.errors, fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		w.errors = append(w.errors, "script: "+text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			var words []string
			for _, a := range e.Args {
				words = append(words, string(a.Value)+a.Description)
			}
			w.errors = append(w.errors, "console: "+strings.Join(words, " "))
		}
	}
}

// isForeign says whether a request leaves the node. data:, blob: and about: ask nobody.
func isForeign(u *url.URL, host string) bool {
	switch u.Scheme {
	case "data", "blob", "about", "chrome", "chrome-error":
		return false
	}
	return u.Host != host
}

// findings gives what nobody expected.
func (w *watch) findings() (out []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.errors {
		out = append(out, "the console says: "+e)
	}
	for _, f := range w.foreign {
		out = append(out, "a request to another host than the node's: "+f)
	}
	return slices.DeleteFunc(out, func(finding string) bool {
		return slices.ContainsFunc(w.expected, func(r *regexp.Regexp) bool { return r.MatchString(finding) })
	})
}

// Expect lets findings that match a regular expression pass: for a test whose point they are.
func (p *Page) Expect(pattern string) *Page {
	p.watch.mu.Lock()
	defer p.watch.mu.Unlock()
	p.watch.expected = append(p.watch.expected, regexp.MustCompile(pattern))
	return p
}

// ConsoleErrors gives the script errors, broken content security policies and
// missing parts that the page reported so far.
func (p *Page) ConsoleErrors() []string {
	p.settle()
	p.watch.mu.Lock()
	defer p.watch.mu.Unlock()
	return slices.Clone(p.watch.errors)
}

// Requests gives every address that the page asked for so far.
func (p *Page) Requests() []string {
	p.settle()
	p.watch.mu.Lock()
	defer p.watch.mu.Unlock()
	return slices.Clone(p.watch.requests)
}

// settle waits until the browser has told all that came before: it tells in order.
func (p *Page) settle() { p.t.Helper(); Eval[int](p, "1") }

// take gives the findings and forgets them: whoever takes them reports them.
func (w *watch) take() []string {
	out := w.findings()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.errors, w.foreign = nil, nil
	return out
}
