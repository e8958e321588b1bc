// Package receipt is the page of a receipt: what was filed, what became of it, and
// the proof, for who filed it and for the operator. The file that anybody checks
// without us is one click away.
package receipt

import (
	"embed"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"tocsin/archive"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/web/frame"
)

//go:embed *.html words.*.txt
var files embed.FS

type pages struct {
	*frame.Pages
	x *exchange.Exchange
}

// Routes is the page of a receipt, and its file.
func Routes(s *frame.Site) []frame.Route {
	p := pages{s.Pages(files), s.Exchange}
	return []frame.Route{
		{Pattern: "GET /receipt/{index}", Act: member.ActRead, Serve: p.show},
		{Pattern: "GET /receipt/{index}/receipt.txt", Act: member.ActRead, Serve: p.file},
	}
}

// body is what the page shows.
type body struct {
	exchange.ReceiptView
	What     string // report, decision, recall ...: a key of words
	New      bool   // it was filed a moment ago
	Repeat   bool   // it had been filed before
	Shared   string // the account, in words: fixed at filing
	Taken    string
	Waits    string
	TookBack string // by a recall
	Named    string // values that are named now
	Parts    []exchange.PartProof
	MoreOf   int // parts that are not listed
	Past     []event
	File     string // name of the file
	May      bool   // the reader may take it back
	Policy8  string // beginning of the policy's hash
}

// event is a line of what happened since.
type event struct {
	exchange.Happening
	Word, Link string
}

// listed is how many parts of a report a page lists.
const listed = 5

func indexOf(v *frame.Visit) (int64, error) {
	text := v.R.PathValue("index")
	for _, what := range []string{"report-", "decision-", "recall-"} {
		text = strings.TrimPrefix(text, what)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, fault.New(fault.NotFound, "a receipt has a number")
	}
	return n, nil
}

func (p pages) show(v *frame.Visit) error {
	idx, err := indexOf(v)
	if err != nil {
		return err
	}
	s := v.Visitor.Session
	r, err := p.x.ReceiptOf(v.R.Context(), s, idx)
	if err != nil {
		return err
	}
	q := v.R.URL.Query()
	b := body{ReceiptView: r, What: r.Kind.String(), Repeat: q.Get("repeat") != "", File: fmt.Sprintf("receipt-%d.txt", r.Index)}
	b.New = q.Get("new") != "" && !b.Repeat
	b.Parts = r.Parts[:min(len(r.Parts), listed)]
	b.MoreOf = len(r.Parts) - len(b.Parts)
	b.Policy8 = r.Policy[:min(len(r.Policy), 8)]
	b.May = r.Own && r.Kind == archive.Report && s.May(member.ActRecall) == nil && r.Objects > 0
	b.account(p, v)
	for _, h := range r.History {
		b.Past = append(b.Past, p.event(v, h, r.Index))
	}
	title := p.Word(v, "title", "n", r.Index)
	return v.Show(p.Pages, "receipt", frame.Page{Title: title, Active: map[bool]string{true: "reports"}[r.Own], Body: b})
}

// account says in words what was shared, removed and held, and what is named now.
func (b *body) account(p pages, v *frame.Visit) {
	b.Shared, b.TookBack = p.list(v, "type.", b.Types), p.list(v, "type.", b.Took)
	b.Named = p.list(v, "kind.", b.Values)
	b.Taken = p.list(v, "label.", b.Removed)
	kinds := 0
	for _, c := range b.Held {
		kinds += c.N
	}
	if kinds == b.Passages { // else some were erased since: the record has their number alone
		b.Waits = p.list(v, "label.", b.Held)
	}
}

// list writes counts as "2 domains, 1 address".
func (p pages) list(v *frame.Visit, group string, counts []exchange.Count) string {
	var out []string
	others := 0
	word := func(key string, n int) string {
		return p.Word(v, key+map[bool]string{true: ".one", false: ".other"}[n == 1], "n", n)
	}
	for _, c := range counts {
		if key := group + c.Kind; strings.HasPrefix(word(key, c.N), key) {
			others += c.N
		} else {
			out = append(out, word(key, c.N))
		}
	}
	if others > 0 {
		out = append(out, word(group+"else", others))
	}
	return strings.Join(out, ", ")
}

func (p pages) event(v *frame.Visit, h exchange.Happening, own int64) event {
	e := event{Happening: h, Word: p.Word(v, "did.accepted")}
	if h.Kind != "accepted" {
		e.Word = p.Word(v, "did."+h.Kind+map[bool]string{true: ".one", false: ".other"}[h.N == 1], "n", h.N)
	}
	if h.Index != own {
		e.Link = fmt.Sprintf("/report/%d", h.Index)
	}
	return e
}

// file answers the receipt itself.
func (p pages) file(v *frame.Visit) error {
	idx, err := indexOf(v)
	if err != nil {
		return err
	}
	text, first, err := p.x.ReceiptFile(v.R.Context(), v.Visitor.Session, idx)
	if err != nil {
		return err
	}
	h := v.W.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="receipt-%d.txt"`, first))
	h.Set("Content-Length", strconv.Itoa(len(text)))
	v.W.WriteHeader(http.StatusOK)
	v.W.Write(text) // an error is a client that went away
	return nil
}
