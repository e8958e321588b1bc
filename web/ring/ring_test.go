package ring_test

import (
	"bytes"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/draft"
	"tocsin/member"
	"tocsin/store"
)

const (
	bank     = "Harbor Bank"
	hospital = "Lakeside Hospital"
)

const phish = "Return-Path: <bounce@quota-alert.example>\r\nReceived: from mx7.quota-alert.example ([203.0.113.19]) by mx.fernhill.example; Mon, 23 Nov 2026 13:58:00 +0000\r\n" +
	"From: \"Mail Admin\" <postmaster@quota-alert.example>\r\nTo: Helena Brightman <hbrightman@fernhill.example>\r\nSubject: Storage limit reached\r\n" +
	"Date: Mon, 23 Nov 2026 13:57:00 +0000\r\nMessage-ID: <1@quota-alert.example>\r\n\r\n" +
	"Dear Helena Brightman, your mailbox is full. Sign in at hxxps://owa.quota-alert[.]example/login to keep it.\r\n"

// doubt is a report with a passage that the gate holds.
func doubt(id, domain string) string {
	return apptest.Bundle(strings.Replace(apptest.Indicator(id, domain), `"pattern_type"`,
		`"description":"Sent from the compromised account of a supplier, tom.baker@supplier.example; the indicted suspect said nothing.","pattern_type"`, 1))
}

// site is a node, and two people of it.
type site struct {
	*apptest.Node
	ana string // the session of an analyst of the bank
	bo  string // of one of the hospital
}

func start(t testing.TB) *site {
	t.Helper()
	n := apptest.Start(t, bank, hospital)
	return &site{n, n.Person(bank), n.Person(hospital)}
}

// get asks for a page that must be answered with a code.
func (s *site) get(code int, secret, path string) string {
	s.Helper()
	got, _, page := s.Page(secret, path, nil)
	if got != code {
		s.Fatalf("GET %s: %d; want %d\n%s", path, got, code, main(page))
	}
	return page
}

// post sends a form and gives the code and where it leads.
func (s *site) post(secret, path string, form url.Values) (code int, location, page string) {
	s.Helper()
	code, h, page := s.Page(secret, path, form)
	return code, h.Get("Location"), page
}

// upload sends the first form as a browser does: fields as name, value; files as
// "file:NAME", content.
func (s *site) upload(secret string, fields ...string) (code int, location, page string) {
	s.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		if name, ok := strings.CutPrefix(fields[i], "file:"); ok {
			part, err := w.CreateFormFile("file", name)
			if err != nil {
				s.Fatal(err)
			}
			io.WriteString(part, fields[i+1])
			continue
		}
		w.WriteField(fields[i], fields[i+1])
	}
	w.Close()
	return s.send(secret, w.FormDataContentType(), &b)
}

func (s *site) send(secret, kind string, body io.Reader) (code int, location, page string) {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), "POST", s.URL+"/ring", body)
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Origin", s.URL)
	r.AddCookie(&http.Cookie{Name: "tocsin", Value: secret})
	a, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		s.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		s.Fatal(err)
	}
	return a.StatusCode, a.Header.Get("Location"), string(text)
}

// draft pastes a text and gives the path of its check.
func (s *site) draft(secret string, fields ...string) string {
	s.Helper()
	code, location, page := s.upload(secret, fields...)
	if code != 303 || !strings.HasPrefix(location, "/ring/") {
		s.Fatalf("the upload is answered %d %q\n%s", code, location, main(page))
	}
	return location
}

// form gives the hidden fields of a page's form to an address.
func form(t testing.TB, page, action string) url.Values {
	t.Helper()
	_, rest, ok := strings.Cut(page, `action="`+action+`"`)
	if !ok {
		t.Fatalf("there is no form to %s on the page\n%s", action, main(page))
	}
	rest, _, _ = strings.Cut(rest, "</form>")
	q := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`).FindAllStringSubmatch(rest, -1) {
		q.Add(m[1], html.UnescapeString(m[2]))
	}
	return q
}

// file rings the bell on a page that was shown.
func (s *site) file(secret, page, id string) (code int, location string) {
	s.Helper()
	code, location, _ = s.post(secret, "/ring/"+id+"/file", form(s, page, "/ring/"+id+"/file"))
	return code, location
}

// idOf gives the draft of a path.
func idOf(location string) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(location, "/ring/"), "?")
	return id
}

// main gives the part of a page that is its own, without tags.
func main(page string) string {
	_, page, _ = strings.Cut(page, "</form>\n<p class=\"pulse\">")
	return strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " "))), " ")
}

// says makes sure that a page says something.
func says(t testing.TB, page string, want ...string) {
	t.Helper()
	text := main(page)
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("the page doesn't say %q:\n%s", w, text)
		}
	}
}

// leads makes sure that each link within a page leads somewhere, and that no name is
// there twice.
func leads(t testing.TB, page string) {
	t.Helper()
	ids := map[string]int{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]]++; ids[m[1]] > 1 {
			t.Errorf("the name %q is there twice", m[1])
		}
	}
	for _, m := range regexp.MustCompile(` href="#([^"]*)"| aria-labelledby="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if to := m[1] + m[2]; ids[to] == 0 {
			t.Errorf("a link leads to %q, which isn't there", to)
		}
	}
}

func (s *site) head() int64 {
	s.Helper()
	h, err := s.App.Node().Exchange.Head(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	return h.Size
}

// age makes a draft older by an hour.
func (s *site) age(id string) {
	s.Helper()
	err := s.App.Node().DB.Write(s.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(s.Context(), `UPDATE draft SET made = made - $1 WHERE id = $2`, draft.Life.Microseconds(), id)
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
}

// TestRing: a mail is uploaded, checked and filed, and the other company has it.
func TestRing(t *testing.T) {
	s := start(t)
	says(t, s.get(200, s.ana, "/ring"), "What hit you?", "Nothing waits here")
	at := s.draft(s.ana, "text", "", "file:C:\\mail\\quota.eml", phish, "format", "")
	page := s.get(200, s.ana, at)
	says(t, page, "Check before it leaves", "quota.eml", "Header of the mail", "removed: Helena Brightman , others see person 1", "shared: hxxps://owa.quota-alert[.]example/login",
		"3 organisations", "None of the values is known here yet", "Nothing is on a list of values that are never blocked")
	leads(t, page)
	if strings.Contains(page, `C:\mail`) {
		t.Error("the page says where the file was on the sender's machine")
	}
	says(t, s.get(200, s.ana, "/ring"), "quota.eml", "Discard")
	if s.head() != 0 {
		t.Fatal("a check was kept in the log")
	}
	code, location := s.file(s.ana, page, idOf(at))
	if code != 303 || location != "/receipt/0?new=1" {
		t.Fatalf("filed as %d %s; want the receipt of entry 0", code, location)
	}
	rec, err := s.App.Node().Exchange.Look(t.Context(), s.session(hospital), "https://owa.quota-alert.example/login")
	if err != nil || rec.Reporters != 1 {
		t.Errorf("the other company sees %+v, %v", rec, err)
	}
	// Whoever goes back, or sends it again, comes to the same receipt; nothing of the text is left.
	for _, path := range []string{at, "/ring/" + idOf(at)} {
		if code, h, _ := s.Page(s.ana, path, nil); code != 303 || h.Get("Location") != "/receipt/0?new=1" {
			t.Errorf("%s leads to %d %s after it was filed", path, code, h.Get("Location"))
		}
	}
	if code, location := s.file(s.ana, page, idOf(at)); code != 303 || location != "/receipt/0?new=1" || s.head() != 1 {
		t.Errorf("the form sent again: %d %s, %d entries", code, location, s.head())
	}
	if strings.Contains(s.get(200, s.ana, "/ring"), "quota.eml") {
		t.Error("what was filed is still listed")
	}
}

// TestDoubleSubmit: the form sent by two tabs at once is one report.
func TestDoubleSubmit(t *testing.T) {
	s := start(t)
	at := s.draft(s.ana, "text", "Fox\n\nevil[.]example\n")
	page := s.get(200, s.ana, at)
	f := form(t, page, "/ring/"+idOf(at)+"/file")
	type answer struct {
		code     int
		location string
	}
	out := make(chan answer, 4)
	for range 4 {
		go func() {
			code, h, _ := s.Page(s.ana, "/ring/"+idOf(at)+"/file", f)
			out <- answer{code, h.Get("Location")}
		}()
	}
	for range 4 {
		if a := <-out; a != (answer{303, "/receipt/0?new=1"}) {
			t.Errorf("one of the tabs: %+v", a)
		}
	}
	if s.head() != 1 {
		t.Errorf("the log has %d entries", s.head())
	}
}

// TestTabs: what others get and the STIX are those of what is then filed.
func TestTabs(t *testing.T) {
	s := start(t)
	at := s.draft(s.ana, "text", "Fox\n\nVictim jane.roe@customer.example opened evil[.]example\n")
	others := s.get(200, s.ana, at+"&view=others")
	says(t, others, "Victim [email] opened evil[.]example")
	stixPage := s.get(200, s.ana, at+"&view=stix")
	says(t, stixPage, `"pattern": "[domain-name:value = 'evil.example']"`)
	for name, page := range map[string]string{"others": others, "stix": stixPage} {
		if strings.Contains(page, "jane.roe") {
			t.Errorf("%s shows what was removed", name)
		}
	}
	s.file(s.ana, others, idOf(at)) // from whichever tab
	if s.head() != 1 {
		t.Error("it was not filed")
	}
}

// TestHeld: a doubtful passage waits for a reviewer, or is taken out by who files.
func TestHeld(t *testing.T) {
	s := start(t)
	at := s.draft(s.ana, "text", doubt("1", "evil.example"))
	page := s.get(200, s.ana, at)
	says(t, page, "Why this is held", "held for a person: tom.baker@supplier.example", "Take it out instead of asking a reviewer", "1 passage waits for a reviewer")
	leads(t, page)
	id := regexp.MustCompile(`name="take" value="([^"]+)"`).FindStringSubmatch(page)
	if id == nil {
		t.Fatal("there is no choice on the page")
	}
	for _, take := range []string{id[1], "all"} {
		out := s.get(200, s.ana, at+"&take="+take)
		says(t, out, "You take it out", "Held 0 for a person")
		leads(t, out)
		if !strings.Contains(out, `checked><span>`) {
			t.Errorf("the choice %s isn't shown as made", take)
		}
	}
	taken := s.get(200, s.ana, at+"&take="+id[1])
	if code, location := s.file(s.ana, taken, idOf(at)); code != 303 || location != "/receipt/0?new=1" {
		t.Fatalf("filed as %d %s", code, location)
	}
	if n, err := s.App.Node().Exchange.WaitingPassages(t.Context()); n != 0 || err != nil {
		t.Errorf("%d passages wait, %v", n, err)
	}
	again := s.draft(s.ana, "text", doubt("2", "more.example"))
	// A choice on a passage that is another's text, or made up, is dropped and said to be.
	says(t, s.get(200, s.ana, again+"&take=1.0123456789abcdef"), "Something is not as you saw it before", "1 passage waits")
	s.file(s.ana, s.get(200, s.ana, again), idOf(again))
	if n, _ := s.App.Node().Exchange.WaitingPassages(t.Context()); n != 1 {
		t.Errorf("%d passages wait; want the one that was left to a reviewer", n)
	}
}

// TestFiledAsSeen: nothing is filed that the page didn't show: the form with
// another choice leads back to the check, and says so.
func TestFiledAsSeen(t *testing.T) {
	s := start(t)
	at := s.draft(s.ana, "text", "Fox\n\nevil[.]example\n")
	id := idOf(at)
	page := s.get(200, s.ana, at)
	for name, change := range map[string]func(url.Values){
		"a wider marking":    func(f url.Values) { f.Set("tlp", "clear") },
		"the name":           func(f url.Values) { f.Set("named", "1") },
		"another format":     func(f url.Values) { f.Set("as", "csv") },
		"all taken out":      func(f url.Values) { f.Set("take", "all") },
		"seen nothing":       func(f url.Values) { f.Del("seen") },
		"seen another":       func(f url.Values) { f.Set("seen", "0123") },
		"red to everybody":   func(f url.Values) { f.Set("tlp", "red") },
		"a group of nobody":  func(f url.Values) { f.Set("group", "nobody") },
		"a made up passage":  func(f url.Values) { f.Add("take", "1.0123456789abcdef") },
		"nothing but itself": func(f url.Values) { clear(f) },
	} {
		f := form(t, page, "/ring/"+id+"/file")
		change(f)
		code, location, _ := s.post(s.ana, "/ring/"+id+"/file", f)
		if code != 303 || !strings.HasPrefix(location, "/ring/"+id+"?") || s.head() != 0 {
			t.Fatalf("%s: %d %s, %d entries", name, code, location, s.head())
		}
		if name == "a wider marking" {
			says(t, s.get(200, s.ana, location), "Something is not as you saw it before")
		}
	}
	// The page that they lead to files.
	code, location := s.file(s.ana, s.get(200, s.ana, "/ring/"+id+"?tlp=clear&changed=1"), id)
	if code != 303 || location != "/receipt/0?new=1" {
		t.Errorf("%d %s", code, location)
	}
}

// TestAudience: who would see it is a choice, with numbers; TLP:RED needs a group.
func TestAudience(t *testing.T) {
	s := start(t)
	reg := s.App.Node().Exchange.Members()
	if _, err := reg.AddGroup(t.Context(), "health", []string{bank, hospital}); err != nil {
		t.Fatal(err)
	}
	if _, err := reg.AddGroup(t.Context(), "others only", []string{hospital}); err != nil {
		t.Fatal(err)
	}
	at := "/ring/" + idOf(s.draft(s.ana, "text", "Fox\n\nevil[.]example\n"))
	page := s.get(200, s.ana, at)
	says(t, page, "All members, 3 organisations", "health, 2 organisations", "off: Member")
	if strings.Contains(page, "others only") {
		t.Error("a group that the bank isn't in is offered")
	}
	red := s.get(422, s.ana, at+"?tlp=red")
	says(t, red, "TLP:RED goes to one sharing group only", "You can't ring the bell yet")
	if !strings.Contains(red, "<title>Error: ") || strings.Contains(red, "/file\"") {
		t.Error("TLP:RED to everybody can be filed, or isn't said to be an error in the title")
	}
	says(t, red, "evil[.]example") // the text is there all the same
	none := s.get(422, s.ana, at+"?group=others+only")
	says(t, none, "You aren't in this sharing group")
	leads(t, none)
	group := s.get(200, s.ana, at+"?tlp=red&group=health")
	says(t, group, "2 organisations will see it", bank, hospital)
	if code, location := s.file(s.ana, group, idOf(at)); code != 303 || location != "/receipt/0?new=1" {
		t.Errorf("%d %s", code, location)
	}
}

// TestOthersDrafts: to everybody but its owner a draft isn't there, whatever is asked of it.
func TestOthersDrafts(t *testing.T) {
	s := start(t)
	at := s.draft(s.ana, "text", "Fox\n\nevil[.]example")
	id := idOf(at)
	f := form(t, s.get(200, s.ana, at), "/ring/"+id+"/file")
	gone := main(s.get(404, s.bo, "/ring/00000000000000000000000000000000"))
	for name, secret := range map[string]string{"another company": s.bo, "the operator": s.Person(apptest.Operator)} {
		if page := s.get(404, secret, at); name != "the operator" && main(page) != gone || !strings.Contains(page, "Your text is kept for an hour") {
			t.Errorf("%s sees %s", name, main(page))
		}
		for _, act := range []string{"/file", "/discard"} {
			if code, _, _ := s.post(secret, "/ring/"+id+act, f); code != 404 {
				t.Errorf("%s: %s is answered %d", name, act, code)
			}
		}
		if strings.Contains(s.get(200, secret, "/ring"), id) {
			t.Errorf("%s has it in the list", name)
		}
	}
	if s.head() != 0 {
		t.Error("somebody else filed it")
	}
	s.get(200, s.ana, at) // and it is still there
}

// TestExpired: after an hour it is gone, and the page says so.
func TestExpired(t *testing.T) {
	s := start(t)
	at := s.draft(s.ana, "text", "Fox\n\nevil[.]example")
	f := form(t, s.get(200, s.ana, at), "/ring/"+idOf(at)+"/file")
	s.age(idOf(at))
	says(t, s.get(404, s.ana, at), "This text isn't here any more", "Your text is kept for an hour")
	if code, _, page := s.post(s.ana, "/ring/"+idOf(at)+"/file", f); code != 404 || s.head() != 0 {
		t.Errorf("filed an hour later: %d\n%s", code, main(page))
	}
}

// TestDiscard: what is discarded is gone at once.
func TestDiscard(t *testing.T) {
	s := start(t)
	at := s.draft(s.ana, "text", "Fox\n\nevil[.]example")
	code, location, _ := s.post(s.ana, "/ring/"+idOf(at)+"/discard", url.Values{})
	if code != 303 || location != "/ring?discarded" {
		t.Errorf("%d %s", code, location)
	}
	says(t, s.get(200, s.ana, location), "It is deleted")
	s.get(404, s.ana, at)
	if code, _, _ := s.post(s.ana, "/ring/"+idOf(at)+"/discard", url.Values{}); code != 404 {
		t.Errorf("discarded again: %d", code)
	}
}

// TestCrossOrigin: another site's form keeps, files and discards nothing.
func TestCrossOrigin(t *testing.T) {
	s := start(t)
	at := s.draft(s.ana, "text", "Fox\n\nevil[.]example")
	f := form(t, s.get(200, s.ana, at), "/ring/"+idOf(at)+"/file")
	for _, path := range []string{"/ring", "/ring/" + idOf(at) + "/file", "/ring/" + idOf(at) + "/discard"} {
		f.Set("text", "Fox\n\nother[.]example")
		if code, _, _ := s.Page(s.ana, path, f, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); code != 403 {
			t.Errorf("%s from another site: %d", path, code)
		}
	}
	if s.head() != 0 || strings.Count(s.get(200, s.ana, "/ring"), "/discard\"") != 1 {
		t.Error("another site's form did something")
	}
}

// session is a member's, as its machines have it.
func (s *site) session(name string) member.Session {
	s.Helper()
	m, err := s.App.Node().Exchange.Members().Session(s.Context(), name)
	if err != nil {
		s.Fatal(err)
	}
	return m
}
