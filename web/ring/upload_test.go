package ring_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
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
)

// TestFormats: every format is read, packed too, and what can't be is said to be.
func TestFormats(t *testing.T) {
	s := start(t)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	io.WriteString(w, "Fox\n\npacked[.]example\n")
	w.Close()
	for _, c := range []struct{ name, body, as, want string }{
		{"a.json", apptest.Bundle(apptest.Indicator("1", "stix.example")), "", "stix[.]example"},
		{"b.json", `{"Event":{"info":"Fox","date":"2026-11-20","uuid":"00000000-0000-4000-8000-000000000009","Attribute":[{"type":"domain","category":"Network activity","value":"misp.example","to_ids":true,"uuid":"00000000-0000-4000-8000-00000000000a","timestamp":"1763600000"}]}}`, "", "misp[.]example"},
		{"c.csv", "type,value,comment\ndomain,csv.example,seen by victim Adam Keller at night\n", "", "csv[.]example"},
		{"d.txt", "Fox\n\ntext[.]example\n", "", "text[.]example"},
		{"e.eml", phish, "", "owa.quota-alert[.]example"},
		{"f.txt.gz", z.String(), "", "packed[.]example"},
		{"list", "one.example\ntwo.example\n", "csv", "two[.]example"},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := s.draft(s.ana, "file:"+c.name, c.body, "format", c.as)
			page := s.get(200, s.ana, at)
			says(t, page, c.want, "Ring the bell")
			if code, location := s.file(s.ana, page, idOf(at)); code != 303 || !strings.HasPrefix(location, "/receipt/") {
				t.Errorf("%d %s", code, location)
			}
		})
	}
}

// TestUnreadable: what can't be read comes back with why, with what was typed, and
// with another way to read it; a part that is refused is named.
func TestUnreadable(t *testing.T) {
	s := start(t)
	at := s.draft(s.ana, "text", "<b>Hello</b>, nothing happened today.", "format", "stix")
	page := s.get(422, s.ana, at)
	says(t, page, "What is missing or wrong", "Your text is kept for an hour", "Hello</b>, nothing happened today.")
	if !strings.Contains(page, "<title>Error: ") || strings.Contains(page, "<b>Hello") {
		t.Error("the title isn't that of an error, or the text is HTML")
	}
	replace := form(t, page, "/ring\" enctype=\"multipart/form-data")
	if replace.Get("replace") != idOf(at) {
		t.Fatalf("the form doesn't say what it replaces: %v", replace)
	}
	s.draft(s.ana, "replace", idOf(at), "text", "Fox\n\nevil[.]example")
	says(t, s.get(404, s.ana, at), "Your text is kept for an hour")

	two := apptest.Bundle(apptest.Indicator("1", "ok.example"), `{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000002"}`)
	says(t, s.get(200, s.ana, s.draft(s.ana, "file:a.json", two)), "Not taken", "objects[1]", "1 part is not taken", "ok[.]example")
	none := s.get(422, s.ana, s.draft(s.ana, "text", apptest.Bundle(`{"type":"indicator","id":"x"}`, `{"type":"report","id":"y"}`)))
	says(t, none, "None of its 2 parts can be taken; why is said below. Nothing was shared.", "objects[1]")
	leads(t, none)
	if strings.Contains(none, `name="as"`) {
		t.Error("a text that stands in its field is offered to be read elsewhere too")
	}
	binary := s.get(422, s.ana, s.draft(s.ana, "file:a.exe", "\x7fELF\x02\x01\x01\x00\x00\x00"))
	if strings.Contains(binary, "ELF") {
		t.Error("machine code is put into the text field")
	}
}

// TestEmpty: nothing at all is an error that says so, and keeps what was chosen.
func TestEmpty(t *testing.T) {
	s := start(t)
	for name, fields := range map[string][]string{
		"all fields empty": {"text", "", "file:", "", "format", "eml"}, "no fields": {}, "spaces": {"text", " \r\n\t ", "format", "eml"},
	} {
		code, _, page := s.upload(s.ana, fields...)
		if code != 422 {
			t.Errorf("%s: %d", name, code)
		}
		says(t, page, "There is nothing in it")
		if len(fields) > 0 && !strings.Contains(page, `<option value="eml" selected>`) {
			t.Errorf("%s: the choice of the format is lost", name)
		}
	}
	code, _, page := s.upload(s.ana, "text", "typed words", "file:empty.txt", "")
	if code != 422 {
		t.Errorf("an empty file: %d", code)
	}
	says(t, page, "One of the files is empty")
	if !strings.Contains(page, ">\ntyped words</textarea>") {
		t.Error("what was typed is lost")
	}
	if code, _, page := s.upload(s.ana, "text", "x", "format", "pdf"); code != 422 || !strings.Contains(page, ">\nx</textarea>") {
		t.Errorf("a format that isn't: %d", code)
	}
	// Without script and without files a browser may send it as a plain form.
	if code, location, _ := s.post(s.ana, "/ring", url.Values{"text": {"Fox\n\nevil[.]example"}, "format": {"text"}}); code != 303 || !strings.Contains(location, "as=text") {
		t.Errorf("a plain form: %d %s", code, location)
	}
}

// TestSeveralFiles: each is a report of its own, none is lost.
func TestSeveralFiles(t *testing.T) {
	s := start(t)
	s.draft(s.ana, "text", "Fox\n\none[.]example", "file:two.txt", "Fox\n\ntwo[.]example", "file:three.txt", "Fox\n\nthree[.]example")
	page := s.get(200, s.ana, "/ring")
	says(t, page, "Your text", "two.txt", "three.txt")
	if n := strings.Count(page, "/discard\""); n != 3 {
		t.Errorf("%d are listed", n)
	}
}

// TestTooLarge: just what fits is taken, a byte more is refused and nothing is kept of it.
func TestTooLarge(t *testing.T) {
	s := start(t)
	full := "Fox\n\nevil[.]example\n" + strings.Repeat("a word ", (draft.MaxBytes-20)/7)
	full += strings.Repeat(" ", draft.MaxBytes-len(full))
	s.draft(s.ana, "file:full.txt", full)
	code, _, page := s.upload(s.ana, "file:more.txt", full+" ")
	if code != 413 {
		t.Errorf("a byte more: %d", code)
	}
	says(t, page, "at most 16 MB", "tocsin report", "full.txt")
	if strings.Contains(page, "more.txt") {
		t.Error("the file that was refused is listed")
	}
	var parts []string
	for range 40 {
		parts = append(parts, "x", "")
	}
	if code, _, _ := s.upload(s.ana, parts...); code != 413 {
		t.Errorf("40 parts: %d", code)
	}
}

// TestNameWithControls: a form with a name that can't stand in one is refused with
// that reason, not as one that broke off; one that really broke off is called so.
func TestNameWithControls(t *testing.T) {
	s := start(t)
	send := func(body string) (int, string) {
		code, _, page := s.send(s.ana, "multipart/form-data; boundary=b", strings.NewReader(body))
		return code, page
	}
	file := func(name string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\nFox\n\nevil[.]example\r\n--b--\r\n"
	}
	if code, _ := send(file("bell.txt")); code != 303 {
		t.Fatalf("a plain name: %d", code)
	}
	code, page := send(file("be\all.txt"))
	if code != 422 || strings.Contains(page, "roke off") {
		t.Errorf("a name with U+0007: %d", code)
	}
	says(t, page, "give the file another name")
	whole := file("bell.txt")
	code, page = send(whole[:len(whole)-8])
	if code != 422 {
		t.Errorf("one that broke off: %d", code)
	}
	says(t, page, "broke off")
}

// pages follows a text from page to page; a few pages of one that takes long.
func (s *site) pages(at string, most int) (all []string) {
	s.Helper()
	for at != "" && len(all) < most {
		page := s.get(200, s.ana, at)
		if len(page) > 60<<10 {
			s.Errorf("page %d of %s has %d bytes", len(all), at, len(page))
		}
		all = append(all, page)
		m := regexp.MustCompile(`<a rel="next" href="([^"]+)"`).FindStringSubmatch(page)
		at = ""
		if m != nil {
			at = html.UnescapeString(m[1])
		}
	}
	return all
}

// TestLong: whatever is sent, a page stays within its budget, and all of what may be
// shown can be reached.
func TestLong(t *testing.T) {
	s := start(t)
	var many, marks strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&many, "d%d.example\n", i)
	}
	for i := range 1000 {
		fmt.Fprintf(&marks, "victim a%d@customer.example & <", i)
	}
	for name, text := range map[string]string{
		"one line": "evil[.]example " + strings.Repeat("&+\u202e'", 40_000), "10,000 values": many.String(), "many marks": "Fox\n\nevil[.]example\n" + marks.String(),
		"lines": "Fox\n\nevil[.]example\n" + strings.Repeat("a line of a report that goes on\n", 3000),
	} {
		t.Run(name, func(t *testing.T) {
			at := s.draft(s.ana, "text", text)
			most := 100
			if name == "10,000 values" {
				most = 2
			}
			all := s.pages(at, most)
			if len(all) < 2 {
				t.Errorf("it has %d pages", len(all))
			}
			for _, view := range []string{"others", "stix"} {
				if page := s.get(200, s.ana, at+"&view="+view); len(page) > 60<<10 {
					t.Errorf("%s has %d bytes", view, len(page))
				}
			}
			if name == "lines" {
				n := 0
				for _, page := range all {
					n += strings.Count(page, "a line of a report that goes on")
				}
				if n != 3000 {
					t.Errorf("%d of 3000 lines are shown", n)
				}
			}
		})
	}
}

// TestHostile: nothing that is sent runs, hides or leads anywhere.
func TestHostile(t *testing.T) {
	s := start(t)
	name := "<script>alert(1)</script>\u202egpj.eml"
	text := "</pre><script>alert(2)</script>{{.}}\u202e\x07\x00 javascript:alert(3) http://evil.example/\"onclick=\"x' victim <img src=x onerror=y>@customer.example"
	code, location, _ := s.upload(s.ana, "file:"+name, "Fox\n\n"+text)
	if code != 303 {
		t.Fatalf("%d", code)
	}
	bundle := apptest.Bundle(strings.Replace(apptest.Indicator("1", "evil.example"), `"pattern_type"`, `"x_<script>alert(1)</script>":"the victim is jane.roe@customer.example, of <b>all</b> places","description":"a <script>alert(1)</script> b \u202e c","pattern_type"`, 1))
	odd := s.draft(s.ana, "file:x.json", bundle)
	for _, path := range []string{"/ring", location, odd, odd + "&view=others", odd + "&view=stix", odd + "&at=<script>", odd + "&take=<script>&group=<script>x&tlp=<script>&view=<script>&from=-1"} {
		code, _, page := s.Page(s.ana, path, nil)
		if code != 200 && code != 422 {
			t.Errorf("%s: %d", path, code)
		}
		for _, bad := range []string{"<script>alert", "<img src", "<b>all", "\u202e", "\x07", "\x00", `href="javascript`, `href="http`, "style="} {
			if strings.Contains(page, bad) {
				t.Errorf("%s has %q in it", path, bad)
			}
		}
	}
}

// TestStopped: an upload that stops keeps nothing, and others go on meanwhile.
func TestStopped(t *testing.T) {
	s := start(t)
	r, w := io.Pipe()
	mw := multipart.NewWriter(w)
	req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/ring", r)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", mw.FormDataContentType())
	req.Header.Set("Origin", s.URL)
	req.AddCookie(&http.Cookie{Name: "tocsin", Value: s.ana})
	done := make(chan error)
	go func() {
		a, err := http.DefaultTransport.RoundTrip(req)
		if err == nil {
			a.Body.Close()
		}
		done <- err
	}()
	part, err := mw.CreateFormFile("file", "slow.txt")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(part, strings.Repeat("Fox evil[.]example\n", 40_000))
	s.draft(s.ana, "text", "Fox\n\nmeanwhile[.]example") // another tab
	w.CloseWithError(io.ErrUnexpectedEOF)
	if err := <-done; err == nil {
		t.Error("a broken upload was answered as if it were whole")
	}
	for range 5000 { // the server hears of it a moment later
		var n int
		if err := s.App.Node().DB.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM draft`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n == 1 {
			return
		}
		s.get(200, s.ana, "/ring")
	}
	t.Error("half an upload is still there, or more went")
}

// TestBrokenForm: a form that isn't one is refused in words.
func TestBrokenForm(t *testing.T) {
	s := start(t)
	for name, c := range map[string]struct{ kind, body string }{
		"no boundary": {"multipart/form-data", "x"}, "no end": {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nFox evil[.]example"},
		"no header": {"multipart/form-data; boundary=b", "--b\r\n\r\n--b--"}, "not a form": {"text/plain", "x"}, "a long choice": {"application/x-www-form-urlencoded", "text=x&format=" + strings.Repeat("a", 101)},
		"a long text": {"application/x-www-form-urlencoded", "text=" + strings.Repeat("a", 2<<20)},
	} {
		code, _, page := s.send(s.ana, c.kind, strings.NewReader(c.body))
		if code != 422 && code != 413 && code != 400 {
			t.Errorf("%s: %d\n%s", name, code, main(page))
		}
	}
	if strings.Contains(s.get(200, s.ana, "/ring"), "/discard\"") {
		t.Error("something of a broken form is kept")
	}
}
