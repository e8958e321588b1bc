package public_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/apptest"
	"tocsin/exchange"
	"tocsin/web/frame"
	"tocsin/web/public"
)

const bank = "Harbor Bank"

// world is a node whose public pages stand on a server of their own, with one report in the log.
type world struct {
	*testing.T
	n       *apptest.Node
	url     string
	receipt string
	object  string
	log     *bytes.Buffer
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, n: apptest.Start(t, bank), log: &bytes.Buffer{}, object: apptest.Indicator("1", "evil.example")}
	node := w.n.App.Node()
	s := frame.New(frame.Config{Exchange: node.Exchange, People: node.People, Name: "Northwater", Origin: "https://northwater.example",
		Responsible: "Northwater Exchange Inc.", Contact: "privacy@northwater.example", Log: slog.New(slog.NewTextHandler(w.log, nil))})
	server := httptest.NewServer(s.Handler(public.Routes(s)))
	t.Cleanup(server.Close)
	w.url = server.URL
	session, err := node.Exchange.Members().Session(t.Context(), bank)
	if err != nil {
		t.Fatal(err)
	}
	f, err := node.Exchange.Accept(t.Context(), session, strings.NewReader(apptest.Bundle(w.object)), exchange.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.receipt = string(f.Receipt)
	return w
}

func (w *world) ask(method, path, kind string, body io.Reader, headers ...string) (int, http.Header, string) {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, w.url+path, body)
	if err != nil {
		w.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := client.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		w.Fatal(err)
	}
	return a.StatusCode, a.Header, string(b)
}

func (w *world) get(path string, headers ...string) (int, http.Header, string) {
	w.Helper()
	return w.ask("GET", path, "", nil, headers...)
}

// send posts the form of the check with these fields: name, content.
func (w *world) send(path string, fields ...string) (int, http.Header, string) {
	w.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		part, err := form.CreateFormFile(fields[i], fields[i]+".txt")
		if fields[i] == "text" {
			part, err = form.CreateFormField("text")
		}
		if err != nil {
			w.Fatal(err)
		}
		if _, err := io.WriteString(part, fields[i+1]); err != nil {
			w.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		w.Fatal(err)
	}
	return w.ask("POST", path, form.FormDataContentType(), &b)
}

var paths = []string{"/public", "/public/check", "/public/log", "/public/figures", "/public/privacy"}

// TestForEverybody: no cookie, no script, nothing of others, for a minute in caches; in two languages.
func TestForEverybody(t *testing.T) {
	w := newWorld(t)
	for _, path := range paths {
		code, h, page := w.get(path)
		cache := "public, max-age=60"
		if path == "/public/log" {
			cache = "no-store" // the next report makes it old
		}
		if code != 200 || h.Get("Cache-Control") != cache || len(h.Values("Set-Cookie")) > 0 || h.Get("Content-Language") != "en" {
			t.Errorf("%s: %d %v", path, code, h)
		}
		if vary := strings.Join(h.Values("Vary"), ", "); cache != "no-store" && (!strings.Contains(vary, "Accept-Language") || !strings.Contains(vary, "Cookie")) {
			t.Errorf("%s varies by %q; caches would mix languages or readers", path, vary)
		}
		for _, bad := range []string{"<script", "style=", "src=\"http", "href=\"http", "onclick", w.url} {
			if strings.Contains(page, bad) {
				t.Errorf("%s has %q in it", path, bad)
			}
		}
		if len(page) > 60<<10 {
			t.Errorf("%s has %d bytes, more than the budget", path, len(page))
		}
		if !strings.Contains(page, `<html lang="en">`) || !strings.Contains(page, `href="?lang=es" lang="es"`) {
			t.Errorf("%s doesn't say that it is English, or lacks the way to Spanish", path)
		}
		for _, ask := range [][]string{{path + "?lang=es"}, {path, "Accept-Language", "es-MX,es;q=0.9,en;q=0.5"}} {
			if _, h, page := w.get(ask[0], ask[1:]...); h.Get("Content-Language") != "es" || !strings.Contains(page, `<html lang="es">`) || !strings.Contains(page, `href="?lang=en"`) {
				t.Errorf("%v isn't Spanish", ask)
			}
		}
		if _, _, page := w.get(path + "?lang=es"); !strings.Contains(page, `href="/public/privacy?lang=es"`) {
			t.Errorf("%s: links lose the language that was asked for", path)
		}
		if _, h, page := w.get(path+"?lang=%22%3E%3Cscript%3E", "Accept-Language", "xx"); h.Get("Content-Language") != "en" || strings.Contains(page, "%22") || strings.Contains(page, "<script") {
			t.Errorf("%s: an unknown language gets through", path)
		}
	}
}

// TestSignedIn: who is signed in sees the navigation, and no cache keeps that.
func TestSignedIn(t *testing.T) {
	w := newWorld(t)
	cookie := "tocsin=" + w.n.Person(bank)
	for _, path := range paths {
		code, h, page := w.get(path, "Cookie", cookie)
		if code != 200 || h.Get("Cache-Control") != "no-store" || !strings.Contains(page, `href="/ring"`) {
			t.Errorf("%s: %d %q; want the navigation, kept by no cache", path, code, h.Get("Cache-Control"))
		}
	}
}

// TestFiguresShown: what is counted stands on the start and in the table.
func TestFiguresShown(t *testing.T) {
	w := newWorld(t)
	month := time.Now().UTC().Format("2006-01")
	if _, _, page := w.get("/public"); !strings.Contains(page, "In "+time.Now().UTC().Format("January 2006")+" so far") || !strings.Contains(page, `<a href="/public/figures#count-shared"><span class="vh">Objects shared: </span>1</a><small>indicators`) || !strings.Contains(page, "Northwater") {
		t.Errorf("the start doesn't show the one object:\n%s", page)
	}
	_, _, page := w.get("/public/figures")
	row := `<th scope="row"><time datetime="` + month + `">` + month + `</time></th><td class="num">1</td><td class="num">1</td><td class="num">0</td><td class="num">0</td><td class="num">0</td>`
	if !strings.Contains(page, row) || strings.Count(page, "<rect") != 1 {
		t.Errorf("the table lacks %s:\n%s", row, page)
	}
}

// TestCheckReceipt: by file, pasted as a browser pastes, with the object and with another.
func TestCheckReceipt(t *testing.T) {
	w := newWorld(t)
	changed := strings.Replace(w.receipt, "index 0", "index 1", 1)
	for _, c := range []struct {
		name   string
		fields []string
		says   []string
	}{
		{"file", []string{"receipt", w.receipt}, []string{"The receipt holds", "The signature of the log</dd>", "The entry is in the log</dd>", "log.key</code>", "Met</span>"}},
		{"pasted", []string{"text", "  " + strings.ReplaceAll(w.receipt, "\n", "\r\n") + "\r\n"}, []string{"The receipt holds"}},
		{"file before text", []string{"receipt", w.receipt, "text", "nonsense"}, []string{"The receipt holds"}},
		{"object", []string{"receipt", w.receipt, "object", w.object}, []string{"The receipt holds", "The object is covered</dd>", "--object OBJECT"}},
		{"another object", []string{"receipt", w.receipt, "object", w.object + " "}, []string{"does not hold", "The object is covered</dd>", "Not met</span>"}},
		{"changed", []string{"receipt", changed}, []string{"does not hold", "Not met"}},
		{"no receipt", []string{"receipt", "just a text"}, []string{"does not hold"}},
	} {
		code, h, page := w.send("/public/check", c.fields...)
		if code != 200 || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %q", c.name, code, h.Get("Cache-Control"))
		}
		for _, want := range c.says {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page doesn't say %q:\n%s", c.name, want, page)
			}
		}
	}
	_, _, plain := w.send("/public/check?lang=es", "receipt", w.receipt, "object", w.object)
	if said, raw, ok := strings.Cut(plain, "<details class=\"up\"><summary>"); !ok || strings.Count(said, "Se cumple") != 7 || strings.Contains(said, "{&#34;") || !strings.Contains(raw, "{&#34;") || !strings.Contains(plain, " 4 MB") {
		t.Errorf("seven checks in plain words, then what each looked at:\n%s", plain)
	}
	if _, _, page := w.send("/public/check?lang=es", "receipt", w.receipt); !strings.Contains(page, "El recibo es válido") || !strings.Contains(page, "Se cumple") {
		t.Error("the Spanish page doesn't say that the receipt holds")
	}
}

// TestHostileReceipts: whatever is sent is shown as text or refused, and never breaks the page.
func TestHostileReceipts(t *testing.T) {
	w := newWorld(t)
	script := `<script>alert(1)</script><img src=x onerror=alert(1)>` + "\u202e"
	for name, body := range map[string]string{
		"script": script, "binary": string([]byte{0, 255, 254, 10, 0}), "in the name": strings.Replace(w.receipt, "\n\n", "\n\n"+script+"\n", 1),
		"many parts": strings.Repeat("x\n--- next part ---\n", 9000), "empty parts": "--- next part ---\n", "long line": strings.Repeat("A", 1<<20),
	} {
		code, _, page := w.send("/public/check", "receipt", body)
		if code != 200 || !strings.Contains(page, "does not hold") {
			t.Errorf("%s: %d", name, code)
		}
		if strings.Contains(page, "<script") || strings.Contains(page, "<img") || strings.Contains(page, "\u202e") || len(page) > 200<<10 {
			t.Errorf("%s: it gets through, or the page grows to %d bytes", name, len(page))
		}
	}
}

// TestUploadLimits: just below the limit it is checked, above it the form says so; forms that are none are refused.
func TestUploadLimits(t *testing.T) {
	w := newWorld(t)
	const limit, around = 4_000_000, 1 << 10 // the form's own lines are some hundred bytes
	if code, _, _ := w.send("/public/check", "receipt", strings.Repeat("A", limit-around)); code != 200 {
		t.Errorf("just below the limit: %d", code)
	}
	code, _, page := w.send("/public/check", "receipt", strings.Repeat("A", limit))
	if code != 413 || !strings.Contains(page, "too large for this page") || !strings.Contains(page, "<title>Error: Check a receipt") {
		t.Errorf("above the limit: %d", code)
	}
	if code, _, page := w.send("/public/check", "text", " \r\n "); code != 422 || !strings.Contains(page, `href="#receipt"`) || !strings.Contains(page, `aria-invalid="true"`) {
		t.Errorf("nothing sent: %d", code)
	}
	if code, _, _ := w.ask("POST", "/public/check", "application/json", strings.NewReader("{}")); code != 422 && code != 400 {
		t.Errorf("no form: %d", code)
	}
	if code, _, _ := w.ask("POST", "/public/check", "multipart/form-data; boundary=x", strings.NewReader("--x\r\nContent-Dispo")); code != 422 && code != 400 {
		t.Errorf("a form that is cut off: %d", code)
	}
}

// TestNothingIsKept: a receipt that was checked leaves no file and no line in the log.
func TestNothingIsKept(t *testing.T) {
	w := newWorld(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	w.send("/public/check", "receipt", w.receipt, "object", strings.Repeat("secret words ", 100_000))
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if strings.Contains(w.log.String(), "secret words") {
		t.Error("what was sent stands in the log")
	}
}

// TestLogPage: key and checkpoint are the log's own, and the tree is recomputed on demand only.
func TestLogPage(t *testing.T) {
	w := newWorld(t)
	checkpoint := w.n.Want(200, "", "GET", "/log/checkpoint", "")
	_, _, page := w.get("/public/log")
	for _, want := range []string{strings.TrimSpace(strings.ReplaceAll(checkpoint, "+", "&#43;")), "curl https://northwater.example/log/checkpoint", "Nobody has asked for it"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	code, h, _ := w.ask("POST", "/public/log?lang=es", "application/x-www-form-urlencoded", strings.NewReader(""))
	if code != 303 || h.Get("Location") != "/public/log?lang=es#tree" {
		t.Fatalf("%d %q", code, h.Get("Location"))
	}
	root := strings.Split(checkpoint, "\n")[2]
	if _, _, page := w.get("/public/log"); !strings.Contains(page, "make the root that the checkpoint signs") || !strings.Contains(page, strings.ReplaceAll(root, "+", "&#43;")) {
		t.Errorf("the page doesn't show the root %s:\n%s", root, page)
	}
}

// TestPrivacyNotice: who is responsible is named, and whoever hasn't said so is told to.
func TestPrivacyNotice(t *testing.T) {
	node := apptest.Start(t).App.Node()
	for contact, wants := range map[string][]string{
		"privacy@northwater.example":          {"Northwater Exchange Inc.", `<a href="mailto:privacy@northwater.example">privacy@northwater.example</a>`},
		"Desk 4 <privacy@northwater.example>": {"<dd>Desk 4 &lt;privacy@northwater.example&gt;</dd>"},
		"javascript:alert(1)":                 {"<dd>javascript:alert(1)</dd>"},
		"":                                    {"<dd>The operator has not filled this in yet.</dd>"},
	} {
		c := frame.Config{Exchange: node.Exchange, People: node.People, Contact: contact}
		if contact != "" {
			c.Responsible = "Northwater Exchange Inc."
		} else {
			wants = append(wants, "<dt>Responsible</dt>"+wants[0])
		}
		s := frame.New(c)
		a := httptest.NewRecorder()
		s.Handler(public.Routes(s)).ServeHTTP(a, httptest.NewRequest("GET", "/public/privacy", nil))
		for _, want := range wants {
			if !strings.Contains(a.Body.String(), want) {
				t.Errorf("with the contact %q the notice lacks %q:\n%s", contact, want, a.Body)
			}
		}
	}
}

// TestShortSentences: at most 14 words in English on public pages, and the same
// keys and places in both languages.
func TestShortSentences(t *testing.T) {
	texts := map[string]map[string]string{}
	for _, lang := range []string{"en", "es"} {
		b, err := os.ReadFile("words." + lang + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		texts[lang] = map[string]string{}
		for line := range strings.Lines(string(b)) {
			if key, text, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && line[0] != '#' {
				texts[lang][key] = text
				for sentence := range strings.SplitSeq(text, ". ") {
					if n := len(strings.Fields(sentence)); n > 14 {
						t.Errorf("%s %s: %d words: %s", lang, key, n, sentence)
					}
				}
			}
		}
	}
	places := regexp.MustCompile(`\{\w+\}`)
	for key, text := range texts["en"] {
		other, ok := texts["es"][key]
		if !ok {
			t.Errorf("%s is missing in Spanish", key)
		}
		if a, b := places.FindAllString(text, -1), places.FindAllString(other, -1); fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("%s has the places %v, in Spanish %v", key, a, b)
		}
		if ok && text == other && len(text) > 3 {
			t.Errorf("%s is the same in both languages: %s", key, text)
		}
	}
	if len(texts["en"]) != len(texts["es"]) || len(texts["en"]) < 50 {
		t.Errorf("%d keys in English, %d in Spanish", len(texts["en"]), len(texts["es"]))
	}
}
