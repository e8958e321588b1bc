package signin

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tocsin/audit"
	"tocsin/fault"
	"tocsin/person"
	"tocsin/web/frame"
)

type accountPage struct {
	Problem    problem
	Name       string // as typed, when it wasn't taken
	Login      string
	Person     person.Person
	Member     string
	Until      time.Time
	Factors    person.Factors
	Passkeys   []passkey
	KeyName    string // that a new one gets unless its person says another
	Identities []person.Identity
	Sessions   []open
	Links      []person.LinkUse // those that were used
	Theme      string
	Ways       ways
}

type passkey struct {
	person.Passkey
	Ref string
}

type open struct {
	person.Session
	Browser string
	Here    bool
}

// linksShown is how many used links the account shows, the newest.
const linksShown = 5

func (d *desk) account(v *frame.Visit) error {
	return d.showAccount(v, http.StatusOK, accountPage{})
}

func (d *desk) showAccount(v *frame.Visit, code int, b accountPage) (err error) {
	ctx, id := v.R.Context(), v.Visitor.Person.ID
	if b.Person, err = d.people.Person(ctx, id); err != nil {
		return err
	}
	if b.Problem.Text == "" {
		b.Name, b.Login = b.Person.Name, b.Person.Login
	}
	b.Member, b.Until, b.Theme, b.Ways = v.Visitor.Session.Member.Name, v.Visitor.Until, v.Theme(), d.ways("link", "/account")
	b.KeyName = browser(v.R.UserAgent())
	if b.Factors, err = d.people.Factors(ctx, id); err != nil {
		return err
	}
	if !b.Factors.None() {
		d.hint(v, false)
	}
	keys, err := d.people.Passkeys(ctx, id)
	if err != nil {
		return err
	}
	for _, k := range keys {
		b.Passkeys = append(b.Passkeys, passkey{k, base64.RawURLEncoding.EncodeToString(k.ID)})
	}
	if b.Identities, err = d.people.Identities(ctx, id); err != nil {
		return err
	}
	sessions, err := d.people.List(ctx, id)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		b.Sessions = append(b.Sessions, open{s, browser(s.Agent), s.ID == v.Visitor.ID})
	}
	links, err := d.people.Links(ctx, id)
	if err != nil {
		return err
	}
	for _, l := range links {
		if !l.Used.IsZero() && len(b.Links) < linksShown {
			l.Agent = browser(l.Agent)
			b.Links = append(b.Links, l)
		}
	}
	pg := d.page(v, "account.title", b)
	if b.Problem.Text != "" {
		pg = d.failed(v, "account.title", b)
	}
	return v.ShowAs(code, d.p, "account", pg)
}

// browser says in three words what a browser says of itself in thirty.
func browser(agent string) string {
	find := func(pairs [][2]string) string {
		for _, p := range pairs {
			if strings.Contains(agent, p[0]) {
				return p[1]
			}
		}
		return ""
	}
	// The order matters: each claims to be those below it, too.
	name := find([][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}})
	system := find([][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}})
	if name != "" && system != "" {
		return name + ", " + system
	}
	if r := []rune(agent); len(r) > 40 {
		return string(r[:40])
	}
	return agent
}

func (d *desk) rename(v *frame.Visit) error {
	f := v.Form()
	if err := d.record(v, audit.PersonName, "", func() error {
		return d.people.Rename(v.R.Context(), v.Visitor.Person.ID, f.Get("login"), f.Get("name"))
	}); err != nil {
		p, code, ok := again(err, "name")
		if !ok {
			return err
		}
		return d.showAccount(v, code, accountPage{Problem: p, Name: cut(f.Get("name")), Login: cut(f.Get("login"))})
	}
	return v.Go("/account")
}

func (d *desk) theme(v *frame.Visit) error {
	f := v.Form()
	v.SetTheme(f.Get("theme"))
	return v.Go("/account#look")
}

// endOthers ends all sessions of the visitor but this one.
func (d *desk) endOthers(v *frame.Visit) error {
	return d.record(v, audit.SessionEnd, "", func() error {
		return d.people.EndOthers(v.R.Context(), v.Visitor.Person.ID, v.Visitor.ID)
	})
}

// endSessions ends one session, or all but this one. Ending this one signs out.
func (d *desk) endSessions(v *frame.Visit) error {
	f := v.Form()
	ctx, id := v.R.Context(), v.Visitor.Person.ID
	var err error
	if f.Get("end") == "others" {
		err = d.endOthers(v)
	} else {
		var one int64
		if one, err = strconv.ParseInt(f.Get("end"), 10, 64); err != nil {
			return fault.New(fault.Invalid, "this is no session")
		}
		if one == v.Visitor.ID {
			return d.signOut(v)
		}
		err = d.record(v, audit.SessionEnd, session(one), func() error { return d.people.End(ctx, id, one) })
	}
	if err != nil {
		return err
	}
	return v.Go("/account#sessions")
}
