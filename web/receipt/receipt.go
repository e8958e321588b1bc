// Package receipt is the page of a receipt: what was filed, what became of it, and
// the proof, for who filed it and for the operator. The file that anybody checks
// without us is one click away.
package receipt

import (
	"embed"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"tocsin/archive"
	"tocsin/exchange"
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
	What     string          // report, decision, recall ...: a key of words
	New      bool            // it was filed a moment ago
	Repeat   bool            // it had been filed before
	Shared   []frame.Counted // the account, in words: fixed at filing
	Taken    []frame.Counted
	Waits    []frame.Counted
	TookBack []frame.Counted // by a recall
	Named    []frame.Counted // values that are named now
	Parts    []exchange.PartProof
	MoreOf   int // parts that are not listed
	Past     []frame.Happened
	File     string // name of the file
	May      bool   // the reader may take it back
	Policy8  string // beginning of the policy's hash
}

// listed is how many parts of a report a page lists.
const listed = 5

func (p pages) show(v *frame.Visit) error {
	idx, err := v.Entry()
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
	b.Past = p.Past(v, r.History, r.Index)
	title := p.Word(v, "title", "n", r.Index)
	return v.Show(p.Pages, "receipt", frame.Page{Title: title, Active: map[bool]string{true: "reports"}[r.Own], Body: b})
}

// account says in words what was shared, removed and held, and what is named now. A
// number leads to what it counts, where one page has all of that.
func (b *body) account(p pages, v *frame.Visit) {
	b.Shared, b.TookBack = b.list(p, v, "type.", b.Types, "?type="), b.list(p, v, "type.", b.Took, "?type=")
	b.Named = b.list(p, v, "kind.", b.Values, "?kind=")
	b.Taken = b.list(p, v, "label.", b.Removed, "")
	kinds := 0
	for _, c := range b.Held {
		kinds += c.N
	}
	if kinds == b.Passages { // else some were erased since: the record has their number alone
		b.Waits = b.list(p, v, "label.", b.Held, "")
	}
}

// list gives counts in words; by is how the report's page is asked for one kind of them.
func (b *body) list(p pages, v *frame.Visit, group string, counts []exchange.Count, by string) []frame.Counted {
	out := p.Counted(v, group, counts)
	for i, c := range out {
		if by != "" && c.Kind != "" && len(b.ReceiptView.Parts) == 1 {
			out[i].Link = fmt.Sprintf("/report/%d%s%s#objects", b.Index, by, url.QueryEscape(c.Kind))
		}
	}
	return out
}

// file answers the receipt itself.
func (p pages) file(v *frame.Visit) error {
	idx, err := v.Entry()
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
