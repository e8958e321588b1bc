package public

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"tocsin/fault"
	"tocsin/ledger/receipt"
	"tocsin/web/frame"
)

const (
	// maxUpload bounds what the page takes, in bytes: a receipt of one report and
	// one object. What is larger is checked by the program, without a network.
	maxUpload  = 4_000_000
	mostUpload = "4 MB" // maxUpload, as every language writes it
	// checksAtOnce bounds the receipts in work: each takes a few times its size.
	checksAtOnce = 2
	// maxLines bounds the checks that the page names; what fails comes first.
	maxLines = 200
)

// checkPage is what the check of a receipt shows.
type checkPage struct {
	all
	Error   string // key of what is wrong with the form; "" for nothing
	Max     string // of what may be sent
	Done    bool
	Holds   bool
	Sum     []line // at most 7, in plain words
	Checks  []line
	More    int // checks that aren't named
	Object  bool
	Command string
}

// line is one check.
type line struct {
	OK     bool
	Of     string // which receipt of several; "" for the only one
	Word   string // key of the word for what was looked at
	Part   string // of the record, when it is about one
	Detail string // in English, as the program says it
}

func (p *pages) form(v *frame.Visit) error {
	return p.show(v, "check", true, checkPage{all: p.all(v, "check"), Max: mostUpload})
}

// check checks a receipt in memory; nothing of it is kept.
func (p *pages) check(v *frame.Visit) error {
	if !p.checks.TryAcquire(1) {
		return fault.New(fault.Busy, "several receipts are being checked at once")
	}
	defer p.checks.Release(1)
	page := checkPage{all: p.all(v, "check"), Max: mostUpload}
	up, err := readUpload(v)
	switch {
	case fault.KindOf(err) == fault.TooLarge:
		page.Error = "check.large"
		return p.showAs(v, http.StatusRequestEntityTooLarge, "check", page)
	case err != nil:
		return err
	case len(up.receipt) == 0:
		page.Error = "check.empty"
		return p.showAs(v, http.StatusUnprocessableEntity, "check", page)
	}
	var object []byte
	if len(up.object) > 0 {
		object, page.Object = up.object, true
	}
	checks := receipt.Verify(up.receipt, p.site.Exchange.Keys().VerifierKey(), object)
	page.Done, page.Holds = true, receipt.Holds(checks)
	page.Checks, page.More = lines(checks)
	page.Sum = sum(checks)
	page.Command = "tocsin verify FILE --log-key log.key"
	if page.Object {
		page.Command += " --object OBJECT"
	}
	return p.show(v, "check", false, page)
}

// lines gives the checks as the page names them, those that failed first, and how many it leaves out.
func lines(checks []receipt.Check) (out []line, more int) {
	for _, c := range checks {
		of, name := "", c.Name
		if before, after, ok := strings.Cut(name, ": "); ok {
			of, name = before, after
		}
		l := line{OK: c.OK, Of: of, Detail: c.Detail, Word: "look." + strings.ReplaceAll(name, " ", "-")}
		if name == "key" && c.OK {
			l.Detail = strings.TrimPrefix(c.Detail, "you vouch for ") // here it is this server that does
		}
		if part, ok := strings.CutPrefix(name, "part "); ok {
			l.Word, l.Part = "look.part", part
		}
		out = append(out, l)
	}
	slices.SortStableFunc(out, func(a, b line) int {
		return cmp.Compare(rank(a.OK), rank(b.OK))
	})
	if len(out) > maxLines {
		return out[:maxLines], len(out) - maxLines
	}
	return out, 0
}

// sums are the checks in plain words, and what the program calls those that make each.
var sums = []struct{ word, of string }{
	{"look.key", "key origin"}, {"look.signature", "signature checkpoint"}, {"look.inclusion", "inclusion"}, {"look.leaf", "leaf form"},
	{"look.parts", "part absent closed"}, {"look.complete", "complete"}, {"look.object", "object"},
}

// sum says in a few lines what all checks say: one that failed fails its line.
func sum(checks []receipt.Check) (out []line) {
	for _, s := range sums {
		l, found := line{OK: true, Word: s.word}, false
		for _, c := range checks {
			name := c.Name
			if _, after, ok := strings.Cut(name, ": "); ok {
				name = after
			}
			name, _, _ = strings.Cut(name, " ")
			if slices.Contains(strings.Fields(s.of), name) {
				found, l.OK = true, l.OK && c.OK
			}
		}
		if found {
			out = append(out, l)
		}
	}
	return out
}

func rank(ok bool) int {
	if ok {
		return 1
	}
	return 0
}

// upload is what somebody sent to be checked.
type upload struct{ receipt, object []byte }

// readUpload reads the form into memory, never into a file. A receipt that was
// pasted has the line ends of a browser; they become its own again.
func readUpload(v *frame.Visit) (up upload, err error) {
	v.R.Body = http.MaxBytesReader(v.W, v.R.Body, maxUpload)
	form, err := v.R.MultipartReader()
	if err != nil {
		return up, fault.New(fault.Invalid, "the form comes as multipart/form-data, with the fields receipt or text")
	}
	var pasted []byte
	for {
		part, err := form.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return up, unreadable(err)
		}
		body, err := io.ReadAll(part)
		if err != nil {
			return up, unreadable(err)
		}
		switch part.FormName() {
		case "receipt":
			up.receipt = body
		case "text":
			pasted = bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n"))
		case "object":
			up.object = body
		}
	}
	if len(up.receipt) == 0 && len(bytes.TrimSpace(pasted)) > 0 {
		// Signed text begins at its first character and ends with one line feed.
		up.receipt = append(bytes.Trim(pasted, " \n\t"), '\n')
	}
	return up, nil
}

func unreadable(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.New(fault.TooLarge, "the receipt and the object have more than %d bytes together", maxUpload)
	}
	return fault.New(fault.Invalid, "the form is cut off or malformed")
}
