package web_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/member"
	"tocsin/web"
	"tocsin/web/frame"
)

// open is every page that somebody who isn't signed in may ask for. A page that
// isn't meant to be here is a leak.
var open = []string{
	"GET /{$}", "GET /sign-in", "POST /sign-in", "POST /sign-out", "GET /welcome/{token}", "POST /welcome/{token}",
	"POST /passkey/sign-in/begin", "POST /passkey/sign-in/finish",
	"GET /public", "GET /public/check", "POST /public/check", "GET /public/log", "POST /public/log", "GET /public/figures", "GET /public/privacy",
}

// TestRolesByPage tries every page in every role: who may not is refused with 403
// by name, whoever may is not; who isn't signed in is led to the door.
func TestRolesByPage(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	who := map[string]string{
		"analyst": n.Person("Harbor Bank"), "operator": n.Person(apptest.Operator),
		"reviewer": n.PersonAs(member.RoleReviewer), "auditor": n.PersonAs(member.RoleAuditor), "own analyst": n.PersonAs(member.RoleAnalyst),
	}
	// Written by hand, so that a slip in the program's table shows.
	may := map[member.Act][]string{
		member.ActRead:       {"analyst", "own analyst", "operator", "reviewer", "auditor"},
		member.ActFile:       {"analyst", "own analyst", "operator"},
		member.ActRecall:     {"analyst", "own analyst", "operator"},
		member.ActOwn:        {"analyst", "own analyst", "operator"},
		member.ActReview:     {"operator", "reviewer"},
		member.ActAudit:      {"operator", "auditor"},
		member.ActAdminister: {"operator"},
		member.ActOperate:    {"operator"},
	}
	node := n.App.Node()
	routes := web.Routes(frame.New(frame.Config{Exchange: node.Exchange, People: node.People}), web.Parts{Drafts: node.Drafts})
	for _, r := range routes {
		method, path, _ := strings.Cut(r.Pattern, " ")
		path = regexp.MustCompile(`\{[^}]*\}`).ReplaceAllStringFunc(path, func(p string) string {
			if p == "{$}" {
				return ""
			}
			return "0"
		})
		var form url.Values
		if method == "POST" {
			form = url.Values{}
		}
		rules := 0
		for _, set := range []bool{r.Open, r.Anyone, r.Act != ""} {
			if set {
				rules++
			}
		}
		if rules != 1 {
			t.Errorf("%s says %d times who may see it; once is right", r.Pattern, rules)
			continue
		}
		if r.Open {
			if !slices.Contains(open, r.Pattern) {
				t.Errorf("%s is open to everybody and isn't listed so", r.Pattern)
			}
			continue
		}
		code, h, _ := n.Page("", path, form)
		if method == "GET" && (code != 303 || !strings.HasPrefix(h.Get("Location"), "/sign-in?next=")) || method == "POST" && code != 401 {
			t.Errorf("%s as nobody: %d %s", r.Pattern, code, h.Get("Location"))
		}
		if r.Anyone {
			continue
		}
		for name, secret := range who {
			code, _, page := n.Page(secret, path, form)
			allowed := slices.Contains(may[r.Act], name)
			// What a page refuses by itself, such as a look at another's own, is refused in its words.
			refused := code == 403 && strings.Contains(page, "You may not do this here")
			if allowed && refused || !allowed && code != 403 {
				t.Errorf("%s (%s) as %s: %d; allowed is %v", r.Pattern, r.Act, name, code, allowed)
			}
		}
	}
}
