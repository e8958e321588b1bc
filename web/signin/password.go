package signin

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"rsc.io/qr"

	"tocsin/audit"
	"tocsin/fault"
	"tocsin/web/frame"
)

type passwordPage struct {
	Problem problem
	Has     bool // a password is set up
	Login   string
}

// password asks for a new password: with a new second factor, or without where one is there.
func (d *desk) password(v *frame.Visit) error {
	return d.showPassword(v, http.StatusOK, problem{})
}

func (d *desk) showPassword(v *frame.Visit, code int, p problem) error {
	f, err := d.people.Factors(v.R.Context(), v.Visitor.Person.ID)
	if err != nil {
		return err
	}
	b := passwordPage{p, !f.Password.IsZero(), v.Visitor.Person.Login}
	pg := d.page(v, "password.title", b)
	if p.Text != "" {
		pg = d.failed(v, "password.title", b)
	}
	return v.ShowAs(code, d.p, "password", pg)
}

// typed gives the password of a form in which it was typed twice.
func (d *desk) typed(v *frame.Visit, f url.Values) (string, error) {
	if f.Get("password") != f.Get("again") {
		return "", fault.At(fault.Invalid, "again", "%s", d.p.Word(v, "password.differ"))
	}
	return f.Get("password"), nil
}

type enrolPage struct {
	Problem problem
	Secret  string // in groups of four; "" when it was shown before
	QR      code
	Login   string
}

// beginPassword takes the password, and shows what an authenticator needs.
func (d *desk) beginPassword(v *frame.Visit) error {
	f := v.Form()
	password, err := d.typed(v, f)
	if err != nil {
		return d.notTaken(v, err)
	}
	e, err := d.people.BeginPassword(v.R.Context(), v.Visitor.Person.ID, password, d.site.Name)
	if err != nil {
		return d.notTaken(v, err)
	}
	q, err := qrOf(e.URI)
	if err != nil {
		return err
	}
	return v.Show(d.p, "enrol", d.page(v, "enrol.title", enrolPage{Secret: groups(e.Secret), QR: q, Login: v.Visitor.Person.Login}))
}

func (d *desk) notTaken(v *frame.Visit, err error) error {
	if p, code, ok := again(err, "password"); ok {
		return d.showPassword(v, code, p)
	}
	return err
}

// confirmPassword takes the first code, and shows the recovery codes this once.
func (d *desk) confirmPassword(v *frame.Visit) error {
	f := v.Form()
	codes, err := d.newCodes(v, func() ([]string, error) {
		return d.people.ConfirmPassword(v.R.Context(), v.Visitor.Person.ID, v.Visitor.ID, f.Get("code"))
	})
	if err != nil {
		if p, code, ok := again(err, "code"); ok {
			return v.ShowAs(code, d.p, "enrol", d.failed(v, "enrol.title", enrolPage{Problem: p, Login: v.Visitor.Person.Login}))
		}
		return err
	}
	return d.showCodes(v, codes)
}

// newCodes records what gives new recovery codes.
func (d *desk) newCodes(v *frame.Visit, make func() ([]string, error)) (codes []string, err error) {
	err = d.site.Exchange.Record(v.R.Context(), v.Visitor.Session, audit.FactorChange, "", func() (string, error) {
		if codes, err = make(); err != nil {
			return "", err
		}
		return recoveryLeft(len(codes)), nil
	})
	return codes, err
}

func (d *desk) showCodes(v *frame.Visit, codes []string) error {
	d.hint(v, false)
	return v.Show(d.p, "codes", d.page(v, "codes.title", codes))
}

func (d *desk) changePassword(v *frame.Visit) error {
	f := v.Form()
	password, err := d.typed(v, f)
	if err == nil {
		err = d.record(v, audit.FactorChange, "", func() error {
			return d.people.ChangePassword(v.R.Context(), v.Visitor.Person.ID, v.Visitor.ID, password)
		})
	}
	if err != nil {
		return d.notTaken(v, err)
	}
	return v.Go("/account#ways")
}

func (d *desk) recovery(v *frame.Visit) error {
	codes, err := d.newCodes(v, func() ([]string, error) {
		return d.people.NewRecovery(v.R.Context(), v.Visitor.Person.ID)
	})
	if err != nil {
		return err
	}
	return d.showCodes(v, codes)
}

// code is a QR code as the path of an SVG: a rectangle for each run of black.
type code struct {
	Size int // with the quiet zone of four modules around it (ISO/IEC 18004 section 6.3.8)
	Path string
}

const quiet = 4

func qrOf(text string) (code, error) {
	c, err := qr.Encode(text, qr.M)
	if err != nil {
		return code{}, fmt.Errorf("QR code: %w", err)
	}
	var b strings.Builder
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			n := 0
			for x+n < c.Size && c.Black(x+n, y) {
				n++
			}
			if n > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, n, n)
			}
			x += n
		}
	}
	return code{c.Size + 2*quiet, b.String()}, nil
}

// groups writes a secret as it is read aloud.
func groups(s string) string {
	var out []string
	for len(s) > 4 {
		out, s = append(out, s[:4]), s[4:]
	}
	return strings.Join(append(out, s), " ")
}
