package exchange

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"tocsin/intake"
	"tocsin/privacy"
)

// maxHeader bounds the header of a mail that is shown.
const maxHeader = 16 << 10

// source gives the part of what was submitted that goes out in pieces, as objects,
// and that its submitter looks for in one piece: the header of a mail, the rows of a list.
func (s *Shown) source(k *kept) *MarkedText {
	b := k.work.batch
	t := MarkedText{Source: true}
	switch b.Format {
	case intake.EML:
		t.Path, t.Text = "header", headers(b.Input)
	case intake.CSV:
		t.Path = "rows"
		cut := b.Input[:min(len(b.Input), MaxShown)]
		if len(cut) < len(b.Input) {
			cut = cut[:bytes.LastIndexByte(cut, '\n')+1]
		}
		t.Text, t.Cut = strings.ToValidUTF8(string(cut), "\ufffd"), len(b.Input)-len(cut)
		s.Cut += t.Cut
	}
	if t.Text == "" {
		return nil
	}
	return &t
}

// headers gives the header of a mail, and of one that is attached to it as it is:
// that one is the mail that is meant.
func headers(mail []byte) string {
	mail = mail[:min(len(mail), MaxShown)]
	var all strings.Builder
	all.WriteString(header(mail))
	const attached = "content-type: message/rfc822"
	for range maxAttached {
		i := bytes.Index(bytes.ToLower(mail), []byte(attached))
		if i < 0 || i+len(attached) > len(mail) {
			break
		}
		if mail = afterGap(mail[i+len(attached):]); len(mail) == 0 {
			break
		}
		all.WriteString("\n\n" + header(mail))
	}
	return all.String()
}

// maxAttached is how many attached mails are looked into for their headers.
const maxAttached = 4

// header gives the fields of a mail as they stand there.
func header(mail []byte) string {
	mail = bytes.TrimLeft(bytes.TrimPrefix(mail[:min(len(mail), maxHeader)], []byte("\ufeff")), "\r\n \t")
	mail = mail[:len(mail)-len(afterGap(mail))]
	return strings.TrimRight(strings.ToValidUTF8(strings.ReplaceAll(string(mail), "\r\n", "\n"), "\ufffd"), "\n")
}

// afterGap gives what follows the first empty line; nothing when there is none.
func afterGap(b []byte) []byte {
	for at := 0; at < len(b); {
		i := bytes.IndexByte(b[at:], '\n')
		if i < 0 {
			break
		}
		at += i + 1
		if rest := b[at:]; bytes.HasPrefix(rest, []byte("\n")) || bytes.HasPrefix(rest, []byte("\r\n")) {
			return bytes.TrimPrefix(bytes.TrimPrefix(rest, []byte("\r")), []byte("\n"))
		}
	}
	return nil
}

// searching bounds the bytes that are searched for what stands in the source.
const searching = 512 << 20

// people marks the persons' values, and what tells who files, in the source of which others see nothing: they
// are looked for in every object that would go out.
func (t *MarkedText) people(g *privacy.Gate, own *privacy.Own, items []*item) {
	size := 0
	for _, it := range items {
		size += len(it.obj.Raw)
	}
	budget := searching
	spans := slices.DeleteFunc(append(g.Text(t.Text), own.Find(t.Text)...), func(sp privacy.Span) bool { return sp.Verdict == privacy.Keep })
	slices.SortStableFunc(spans, func(a, b privacy.Span) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
	end := 0
	for _, sp := range spans {
		if sp.Start < end {
			continue
		}
		if budget -= size; budget < 0 {
			return // no word on the others: what is not marked is not claimed to be gone
		}
		if !goesOut(items, t.Text[sp.Start:sp.End]) {
			t.Spans = append(t.Spans, Span{Start: sp.Start, End: sp.End, Verdict: VerdictRemove, Type: sp.Type, Reason: ReasonNotSent})
			end = sp.End
		}
	}
}

// goesOut tells whether a value stands in an object that is published.
func goesOut(items []*item, value string) bool {
	escaped, err := json.Marshal(value)
	if err != nil {
		return true
	}
	escaped = escaped[1 : len(escaped)-1]
	return slices.ContainsFunc(items, func(it *item) bool {
		return !it.stripped.Whole && (bytes.Contains(it.obj.Raw, escaped) || bytes.Contains(it.obj.Raw, []byte(value)))
	})
}

// ReasonNotSent is the reason of what is published in no object at all.
const ReasonNotSent = "not-sent"
