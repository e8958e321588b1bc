package ring

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"path"
	"strings"

	"tocsin/draft"
	"tocsin/fault"
	"tocsin/intake"
	"tocsin/web/frame"
)

// Bounds of one form.
const (
	maxParts  = 32
	maxBody   = draft.MaxMember // more files at once would push the first of them out
	maxPlain  = 1 << 20         // of a form that isn't multipart: only what is typed
	maxTyped  = 20 << 10        // of a text that is put back into its field
	maxChoice = 100             // of a small field
)

// sent is what came with a form.
type sent struct {
	format  string
	typed   string // the beginning of the text, as far as it is put back
	text    string // the draft of the text
	drafts  []draft.Draft
	replace string // a draft that this one takes the place of
}

// upload keeps what was pasted and each file as a draft of its own, as it comes.
func (d *desk) upload(v *frame.Visit) error {
	v.R.Body = http.MaxBytesReader(v.W, v.R.Body, maxBody)
	var s sent
	err := d.receive(v, &s)
	if err == nil && len(s.drafts) == 0 {
		err = fault.At(fault.Invalid, "text", "%s", d.pages.Word(v, "paste.nothing"))
	}
	if err == nil {
		_, err = intake.ParseFormat(s.format)
	}
	if err != nil {
		return d.notKept(v, &s, err)
	}
	if s.replace != "" {
		_ = d.drafts.Discard(v.R.Context(), owner(v), s.replace) // it may be gone already
	}
	c := choices{As: s.format, TLP: defaultTLP}
	return v.Go("/ring/" + s.drafts[0].ID + c.query())
}

// notKept shows the form again, with what is wrong and with what was typed. Files
// that came before are kept, and listed.
func (d *desk) notKept(v *frame.Visit, s *sent, err error) error {
	code := http.StatusUnprocessableEntity
	switch fault.KindOf(err) {
	case fault.TooLarge:
		code = http.StatusRequestEntityTooLarge
	case fault.Invalid, fault.Unsupported:
	case fault.Busy: // no room: what was typed isn't lost
		code = http.StatusServiceUnavailable
	default:
		return err
	}
	if s.text != "" && len(s.typed) < maxTyped {
		_ = d.drafts.Discard(v.R.Context(), owner(v), s.text) // it stands in its field again
	}
	field := "file"
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Place == "text" {
		field = "text"
	}
	if _, bad := intake.ParseFormat(s.format); bad != nil {
		s.format, field = "", "format"
	}
	return d.showPaste(v, code, pastePage{Errors: []problem{{field, frame.Said(err)}}, Text: s.typed}, s.format)
}

// receive reads a form, part by part.
func (d *desk) receive(v *frame.Visit, s *sent) error {
	mr, err := v.R.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		return d.receivePlain(v, s)
	}
	if err != nil {
		return fault.Because(err, fault.Invalid, "the form can't be read; nothing was kept; send it again")
	}
	for n := 0; ; n++ {
		p, err := mr.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return cutOff(err)
		}
		if n == maxParts {
			return fault.New(fault.TooLarge, "a form has at most %d parts here; nothing more of it was kept", maxParts)
		}
		if err := d.part(v, s, p); err != nil {
			return err
		}
	}
}

// part takes one field of a form.
func (d *desk) part(v *frame.Visit, s *sent, p *multipart.Part) error {
	switch p.FormName() {
	case "format":
		return small(p, &s.format)
	case "replace":
		return small(p, &s.replace)
	case "text":
		return d.text(v, s, p)
	case "file":
		// What stands before the name is of the sender's own machine.
		name := p.FileName()
		return d.keep(v, s, draft.About{Name: path.Base(strings.ReplaceAll(name, `\`, "/"))}, p, name == "")
	}
	_, err := io.Copy(io.Discard, p)
	return cutOff(err)
}

// text keeps what was typed or pasted, and its beginning for the field.
func (d *desk) text(v *frame.Visit, s *sent, r io.Reader) error {
	var typed bytes.Buffer
	n := len(s.drafts)
	err := d.keep(v, s, draft.About{}, io.TeeReader(r, &limited{&typed, maxTyped}), false)
	s.typed = strings.ToValidUTF8(strings.ReplaceAll(typed.String(), "\r\n", "\n"), "\ufffd")
	if len(s.drafts) > n {
		s.text = s.drafts[n].ID
	}
	return err
}

// limited keeps the beginning of what is written to it.
type limited struct {
	b    *bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	l.b.Write(p[:n])
	return len(p), nil
}

// keep makes a draft of a part that isn't empty.
func (d *desk) keep(v *frame.Visit, s *sent, a draft.About, r io.Reader, unnamed bool) error {
	b := bufio.NewReaderSize(&honest{r}, 4<<10)
	head, err := b.Peek(512)
	if err != nil && err != io.EOF {
		return err
	}
	if len(bytes.TrimSpace(head)) == 0 && err == io.EOF {
		if a.Name == "" || unnamed {
			return nil // a field that was left empty
		}
		return fault.New(fault.Invalid, "%s", d.pages.Word(v, "paste.empty"))
	}
	if unnamed {
		a.Name = ""
	}
	dr, err := d.drafts.Put(v.R.Context(), owner(v), a, b)
	if err == nil {
		s.drafts = append(s.drafts, dr)
	}
	return err
}

// honest gives the errors of a body the kind that they have.
type honest struct{ io.Reader }

func (h *honest) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = cutOff(err)
	}
	return n, err
}

// cutOff says that a form broke off, was too long, or has a part whose header, in
// which the name of a file stands, has a character that may not stand there.
func cutOff(err error) error {
	if err == nil {
		return nil
	}
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		return fault.Because(err, fault.TooLarge, "this is more than %d MB at once; send the files one by one, or use `tocsin report`", maxBody>>20)
	}
	if _, header := errors.AsType[textproto.ProtocolError](err); header {
		return fault.Because(err, fault.Invalid, "the name of a file, or another line before it in the form, has a character that no form may have there; give the file another name and send it again")
	}
	return fault.Because(err, fault.Invalid, "it broke off while it was sent; send it again")
}

// small reads a small field.
func small(r io.Reader, to *string) error {
	b, err := io.ReadAll(io.LimitReader(r, maxChoice+1))
	if err != nil {
		return cutOff(err)
	}
	if len(b) > maxChoice {
		return fault.New(fault.Invalid, "a choice in this form is none of those offered")
	}
	*to = string(b)
	return nil
}

// receivePlain reads a form without files.
func (d *desk) receivePlain(v *frame.Visit, s *sent) error {
	if err := small(strings.NewReader(v.Form().Get("format")), &s.format); err != nil {
		return err
	}
	if err := small(strings.NewReader(v.Form().Get("replace")), &s.replace); err != nil {
		return err
	}
	return d.text(v, s, strings.NewReader(v.Form().Get("text")))
}
