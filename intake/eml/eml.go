// Package eml reads e-mails (RFC 5322, 2045 to 2047, 2231): a phish that somebody
// saved or forwarded. What its headers, texts and attachments name becomes
// indicators, an email-message, and a report object.
//
//	batch, err := eml.Read(raw, options)
//
// A mail that is attached to another is the one that is meant; the outer one is
// its report, and what its text names becomes indicators as well, but for names of
// those who wrote and got it. Attachments are hashed and never kept or unpacked. Recipients are
// victims: their mailboxes go nowhere. The sender gives an indicator only when
// nothing says that the address is forged or is the reporter's own.
package eml

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/intake/scan"
	"tocsin/intake/scan/draft"
	"tocsin/intake/scan/page"
	"tocsin/observable"
	"tocsin/stix"
)

// Read makes a report of one mail. Errors are fault.TooLarge for what is over
// the limits, and fault.Invalid for what is no mail.
func Read(raw []byte, o intake.Options) (intake.Batch, error) {
	if len(raw) > intake.MaxBytes {
		return intake.Batch{}, fault.New(fault.TooLarge, "a mail has at most %d bytes", intake.MaxBytes)
	}
	p := &parser{}
	outer, err := p.entity(start(raw), 0)
	if err != nil {
		return intake.Batch{}, err
	}
	if !isMail(outer) {
		return intake.Batch{}, fault.New(fault.Invalid, "this is no e-mail: it has none of the fields From, Received, Subject, Date, Message-ID")
	}
	r := &reader{m: draft.New(o), hosts: map[string]linked{}}
	inner := forwarded(outer)
	r.envelope(outer, inner)
	if inner != outer {
		r.note(outer, inner)
	}
	r.mail(inner)
	for _, d := range p.problems {
		r.m.Problem("body", d)
	}
	published, _ := mail.ParseDate(inner.get("date"))
	if published.After(o.Now) || published.Year() < 1990 {
		published = time.Time{}
	}
	subject := inner.get("subject")
	err = r.m.Report(draft.Report{Name: subject, Description: strings.TrimSpace(r.text.String()), Types: []string{"indicator"}, Published: published.UTC()})
	if err != nil {
		return intake.Batch{}, err
	}
	return r.m.Batch(intake.EML, raw), nil
}

// start skips what some programs put before a mail: empty lines, a byte order
// mark, the first line of a mbox file.
func start(raw []byte) []byte {
	s := strings.TrimLeft(strings.TrimPrefix(string(raw[:min(len(raw), 4096)]), "\ufeff"), "\r\n \t")
	skip := min(len(raw), 4096) - len(s)
	if strings.HasPrefix(s, "From ") {
		if i := strings.IndexByte(s, '\n'); i > 0 {
			skip += i + 1
		}
	}
	return raw[skip:]
}

func isMail(e *entity) bool {
	for _, name := range [...]string{"from", "received", "subject", "date", "message-id", "return-path", "to"} {
		if e.get(name) != "" {
			return true
		}
	}
	return false
}

// forwarded gives the mail that is meant: the first one that is attached, and so
// on inwards, or the mail itself.
func forwarded(e *entity) *entity {
	if found := attached(e); found != nil {
		return forwarded(found)
	}
	return e
}

func attached(e *entity) *entity {
	if e.message != nil && isMail(e.message) {
		return e.message
	}
	for _, p := range e.parts {
		if found := attached(p); found != nil {
			return found
		}
	}
	return nil
}

// reader collects what one mail yields.
type reader struct {
	m       *draft.Maker
	text    strings.Builder // of the report's description
	files   []string        // identifiers of attachments
	from    string          // identifier of the sender's mailbox
	shown   bool            // a text part has been written to text
	subject string
	own     map[string]bool   // registered domains of those who got the mail and who forwarded it
	people  map[string]bool   // mailboxes of those who forwarded it
	hosts   map[string]linked // of links
	order   []string          // of hosts
}

// mail reads the headers and the parts of the mail that is meant.
func (r *reader) mail(e *entity) {
	r.subject = e.get("subject")
	if r.subject != "" {
		fmt.Fprintf(&r.text, "Subject: %s\n\n", r.subject)
	}
	r.part(e, "body")
	r.headers(e)
	r.message(e)
}

// part reads a part and what is in it.
func (r *reader) part(e *entity, place string) {
	if e.message != nil {
		r.part(e.message, place+".message")
		return
	}
	if len(e.parts) > 0 {
		if e.media == "multipart/alternative" {
			r.alternative(e, place)
			return
		}
		for i, p := range e.parts {
			r.part(p, fmt.Sprintf("%s.%d", place, i+1))
		}
		return
	}
	isText := strings.HasPrefix(e.media, "text/") && e.media != "text/calendar"
	if e.dispo == "attachment" || !isText || e.name != "" {
		r.attachment(e, place)
		if e.media != "text/html" && !strings.HasSuffix(strings.ToLower(e.name), ".htm") && !strings.HasSuffix(strings.ToLower(e.name), ".html") {
			return
		}
	}
	r.body(e, place, e.dispo != "attachment" && e.name == "")
}

// alternative reads the forms of one text: all are scanned, since a phish may
// show another link in each, and the first that is plain is shown.
func (r *reader) alternative(e *entity, place string) {
	best := -1
	for i, p := range e.parts {
		if p.media == "text/plain" && best < 0 {
			best = i
		}
	}
	for i, p := range e.parts {
		at := fmt.Sprintf("%s.%d", place, i+1)
		if len(p.parts) == 0 && p.message == nil && strings.HasPrefix(p.media, "text/") && p.dispo != "attachment" {
			r.body(p, at, best < 0 || i == best)
		} else {
			r.part(p, at)
		}
	}
}

// body scans a text, and shows it.
func (r *reader) body(e *entity, place string, show bool) {
	s, err := e.text()
	if err != nil {
		r.m.Problem(place, "this text is in no encoding that is read here")
		return
	}
	if strings.HasSuffix(e.media, "html") || page.IsHTML(s, e.name) {
		_, s = page.Text(s)
	}
	found := scan.Find(s)
	scan.MentionFound(r.m, s, found)
	for _, f := range found {
		if f.Thing.Kind == observable.URL && !f.Context {
			r.link(f.Thing.Value, false)
		}
	}
	if show && strings.TrimSpace(s) != "" {
		r.text.WriteString(strings.TrimSpace(s))
		r.text.WriteString("\n\n")
		r.shown = true
	}
}

// attachment hashes a file. Pictures of a page are no indicators: many mails
// share a logo.
func (r *reader) attachment(e *entity, place string) {
	data := e.decodeBody(e.body)
	if len(data) == 0 {
		return
	}
	a, b, c := md5.Sum(data), sha1.Sum(data), sha256.Sum256(data)
	things := []observable.Thing{{Kind: observable.SHA256, Value: hex.EncodeToString(c[:])}, {Kind: observable.SHA1, Value: hex.EncodeToString(b[:])}, {Kind: observable.MD5, Value: hex.EncodeToString(a[:])}}
	f := file{Type: "file", Version: "2.1", Hashes: map[string]string{"SHA-256": things[0].Value, "SHA-1": things[1].Value, "MD5": things[2].Value}, Size: len(data), Name: e.name, Media: e.media}
	raw, id := observed(f, func(id string) any { f.ID = id; return f })
	if raw == nil {
		return
	}
	r.m.Add(raw, place)
	r.files = append(r.files, id)
	if !harmless(e) {
		r.m.Mention(draft.Mention{Things: things, Name: e.name, Place: place})
	}
}

// harmless tells parts that belong to how a mail looks or is signed.
func harmless(e *entity) bool {
	return strings.HasPrefix(e.media, "image/") && e.media != "image/svg+xml" || strings.HasPrefix(e.media, "application/pgp-") || strings.HasPrefix(e.media, "application/pkcs7-") || strings.HasPrefix(e.media, "message/") || e.media == "text/rfc822-headers"
}

type file struct {
	Type    string            `json:"type"`
	Version string            `json:"spec_version"`
	ID      string            `json:"id"`
	Hashes  map[string]string `json:"hashes"`
	Size    int               `json:"size"`
	Name    string            `json:"name,omitzero"`
	Media   string            `json:"mime_type,omitzero"`
}

type message struct {
	Type      string `json:"type"`
	Version   string `json:"spec_version"`
	ID        string `json:"id"`
	Multipart bool   `json:"is_multipart"`
	Date      string `json:"date,omitzero"`
	From      string `json:"from_ref,omitzero"`
	Subject   string `json:"subject,omitzero"`
	MessageID string `json:"message_id,omitzero"`
}

// message makes the email-message. Its recipients and its body stay out: the
// former are victims, the latter is the report's description.
func (r *reader) message(e *entity) {
	msg := message{Type: "email-message", Version: "2.1", Multipart: len(e.parts) > 0, From: r.from, Subject: r.subject, MessageID: strings.TrimSpace(e.get("message-id"))}
	if len(msg.MessageID) > 998 {
		msg.MessageID = ""
	}
	if date, err := mail.ParseDate(e.get("date")); err == nil && date.Year() > 1969 && date.Year() < 10000 {
		msg.Date = stix.FormatTime(date.UTC())
	}
	if msg.Subject == "" && msg.From == "" {
		return
	}
	if raw, _ := observed(msg, func(id string) any { msg.ID = id; return msg }); raw != nil {
		r.m.Add(raw, "header")
	}
}

// observed computes the identifier of an observable and writes it with it.
func observed(v any, with func(id string) any) (raw []byte, id string) {
	raw, err := json.Marshal(v, jsontext.AllowInvalidUTF8(true), json.Deterministic(true))
	if err != nil {
		return nil, ""
	}
	id, ok := stix.ObservableID(raw)
	if !ok {
		return nil, ""
	}
	raw, err = json.Marshal(with(id), jsontext.AllowInvalidUTF8(true), json.Deterministic(true))
	if err != nil {
		return nil, ""
	}
	return raw, id
}
