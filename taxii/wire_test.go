package taxii_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tocsin/taxii"
)

// every address that a reader may ask, for an object that is there.
func addresses(id, status string) []string {
	return []string{
		"/taxii2/", "/exchange/", "/exchange/collections/", "/exchange/collections/default/", "/exchange/collections/default/objects/",
		"/exchange/collections/default/manifest/", "/exchange/collections/default/objects/" + id + "/",
		"/exchange/collections/default/objects/" + id + "/versions/", "/exchange/status/" + status + "/",
	}
}

func TestEveryAddressWantsAKeyAndTheMediaType(t *testing.T) {
	w := newWorld(t)
	id, raw := indicator()
	status := w.post(w.alpha, "default", raw).ID
	for _, path := range addresses(id, status) {
		w.get(w.alpha, path).wantCode(t, path, 200)
		w.get(w.alpha, path, "Accept", "application/taxii+json").wantCode(t, path+" without a version", 200)
		w.get(w.alpha, path, "Accept", "*/*").wantCode(t, path+" for anything", 200)
		w.get(w.alpha, path, "Accept", "application/taxii+json;version=2.0").wantCode(t, path+" as 2.0", 406)
		w.get(w.alpha, path, "Accept", "application/json").wantCode(t, path+" as JSON", 406)
		for name, key := range map[string]string{"no key": "", "an unknown key": "tocsin_" + strings.Repeat("a", 40), "nonsense": "zzz"} {
			a := w.get(key, path).wantCode(t, path+" with "+name, 401)
			if got := a.header.Values("WWW-Authenticate"); len(got) != 2 || !strings.HasPrefix(got[1], "Basic ") {
				t.Errorf("%s: WWW-Authenticate %q", path, got)
			}
		}
		w.get(w.feed, path).wantCode(t, path+" with a feed key", 403)
		if a := w.do(w.alpha, "HEAD", path, nil); a.code != 200 {
			t.Errorf("HEAD %s: %d", path, a.code)
		}
		if a := w.get(w.alpha, strings.TrimSuffix(path, "/")); a.code != 307 && a.code != 301 && a.code != 308 || a.header.Get("Location") != path {
			t.Errorf("%s without its last slash: %d to %q", path, a.code, a.header.Get("Location"))
		}
		for _, method := range []string{"PUT", "PATCH", "OPTIONS"} {
			a := w.do(w.alpha, method, path, nil).wantCode(t, method+" "+path, 405)
			if !strings.Contains(a.header.Get("Allow"), "GET") {
				t.Errorf("%s %s: Allow %q", method, path, a.header.Get("Allow"))
			}
		}
	}
	if a := w.do(w.alpha, "PUT", "/exchange/collections/default/objects/", nil); a.header.Get("Allow") != "GET, POST" {
		t.Errorf("Allow %q", a.header.Get("Allow"))
	}
	for _, path := range []string{"/exchange/nothing/", "/taxii2/x/", "/exchange/status/", "/exchange/collections/default/objects/x/y/", "/other/"} {
		w.get(w.alpha, path).wantCode(t, path, 404)
	}
}

func TestBasicWithAnyUserName(t *testing.T) {
	w := newWorld(t)
	r := httptest.NewRequest("GET", "/taxii2/", nil)
	r.SetBasicAuth("anyone", w.alpha)
	rec := httptest.NewRecorder()
	if w.h.ServeHTTP(rec, r); rec.Code != 200 {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	w.get("", "/taxii2/", "X-Api-Key", w.alpha).wantCode(t, "X-Api-Key", 200)
	w.get("", "/taxii2/", "Authorization", w.alpha).wantCode(t, "bare", 200)
}

func TestAnswersAreCachedByTheirReaderAlone(t *testing.T) {
	w := newWorld(t)
	id, raw := indicator()
	status := w.post(w.alpha, "default", raw).ID
	for _, path := range addresses(id, status) {
		first := w.get(w.alpha, path)
		tag := first.header.Get("ETag")
		if cc := first.header.Get("Cache-Control"); cc != "private, no-cache" || !strings.HasPrefix(tag, `"`) || !strings.Contains(first.header.Get("Vary"), "Authorization") {
			t.Errorf("%s: %v", path, first.header)
		}
		again := w.get(w.alpha, path, "If-None-Match", tag)
		if again.code != 304 || len(again.body) != 0 || again.header.Get("ETag") != tag {
			t.Errorf("%s again: %d %s", path, again.code, again.body)
		}
		if zipped := w.get(w.alpha, path, "Accept-Encoding", "gzip"); zipped.header.Get("ETag") == tag {
			t.Errorf("%s: one strong tag for two encodings", path)
		}
	}
	path := "/exchange/collections/default/objects/"
	tag := w.get(w.alpha, path).header.Get("ETag")
	_, raw = indicator()
	w.post(w.beta, "default", raw)
	w.get(w.alpha, path, "If-None-Match", tag).wantCode(t, "after a new object", 200)
}

func TestGzipBothWays(t *testing.T) {
	w := newWorld(t)
	var body bytes.Buffer
	z := gzip.NewWriter(&body)
	id, raw := indicator(`"name":"` + strings.Repeat("a long name ", 60) + `"`)
	z.Write(envelopeOf(raw))
	z.Close()
	w.do(w.alpha, "POST", "/exchange/collections/default/objects/", body.Bytes(), "Content-Encoding", "gzip").wantCode(t, "adding gzip", 202)
	w.do(w.alpha, "POST", "/exchange/collections/default/objects/", body.Bytes(), "Content-Encoding", "br").wantCode(t, "adding br", 415)
	w.do(w.alpha, "POST", "/exchange/collections/default/objects/", body.Bytes()[:50], "Content-Encoding", "gzip").wantCode(t, "adding half a gzip", 400)
	path := "/exchange/collections/default/objects/" + id + "/"
	plain := w.get(w.beta, path)
	if !bytes.Contains(plain.body, []byte(raw)) || plain.header.Get("Content-Encoding") != "" || plain.header.Get("Content-Length") != fmt.Sprint(len(plain.body)) {
		t.Errorf("%v %s", plain.header, plain.body)
	}
	packed := w.get(w.beta, path, "Accept-Encoding", "gzip")
	r, err := gzip.NewReader(bytes.NewReader(packed.body))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain.body) || len(packed.body) >= len(plain.body) {
		t.Errorf("%d bytes packed, %v: %s", len(packed.body), err, got)
	}
	if e := w.get("", path, "Accept-Encoding", "gzip"); e.header.Get("Content-Encoding") != "" {
		t.Error("an error says that it is packed")
	}
}

// TestNothingInternalIsShown: a database that breaks is a 503 with a fixed
// sentence; what broke stands in the operator's log.
func TestNothingInternalIsShown(t *testing.T) {
	broken := newWorld(t)
	id, raw := indicator()
	status := broken.post(broken.alpha, "default", raw).ID
	broken.get(broken.alpha, "/taxii2/") // the session is in memory now
	broken.db.Close()
	for _, path := range addresses(id, status)[4:] {
		rec := httptest.NewRecorder()
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Authorization", "Bearer "+broken.alpha)
		broken.h.ServeHTTP(rec, r)
		var e struct{ Title, Description string }
		if err := json.Unmarshal(rec.Body.Bytes(), &e); err != nil || rec.Code != 503 || rec.Header().Get("Content-Type") != media {
			t.Errorf("%s: %d %v %s", path, rec.Code, err, rec.Body)
		}
		for _, word := range []string{"sql", "database", "closed", "SELECT", "store"} {
			if strings.Contains(rec.Body.String(), word) {
				t.Errorf("%s shows %q: %s", path, word, rec.Body)
			}
		}
	}
	if !strings.Contains(broken.log.String(), "closed") {
		t.Errorf("the operator's log doesn't say what broke: %s", broken.log)
	}
}

func TestAnAddIsRefusedBeforeItsBodyIsRead(t *testing.T) {
	w := newWorld(t)
	path := "/exchange/collections/default/objects/"
	for name, c := range map[string]struct {
		key    string
		length int64
		typ    string
		want   int
	}{
		"too long":                 {w.alpha, taxii.MaxBody + 1, media, 413},
		"without a key":            {"", 10, media, 401},
		"with a feed key":          {w.feed, 10, media, 403},
		"of another type":          {w.alpha, 10, "application/json", 415},
		"of another version":       {w.alpha, 10, "application/taxii+json;version=2.0", 415},
		"without a type":           {w.alpha, 10, "", 415},
		"to an unknown collection": {w.alpha, 10, media, 404},
	} {
		to := path
		if c.want == 404 {
			to = "/exchange/collections/nonsense/objects/"
		}
		r := httptest.NewRequest("POST", to, unread{t, name})
		r.ContentLength = c.length
		r.Header.Set("Authorization", "Bearer "+c.key)
		r.Header.Set("Content-Type", c.typ)
		rec := httptest.NewRecorder()
		w.h.ServeHTTP(rec, r)
		answer{rec.Code, rec.Header(), rec.Body.Bytes()}.wantCode(t, "an Add "+name, c.want)
	}
	// The largest body is read: it is refused for what is in it.
	r := httptest.NewRequest("POST", path, strings.NewReader("no JSON"))
	r.ContentLength = taxii.MaxBody
	r.Header.Set("Authorization", "Bearer "+w.alpha)
	r.Header.Set("Content-Type", media)
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	if rec.Code != http.StatusBadRequest {
		t.Errorf("the largest body: %d %s", rec.Code, rec.Body)
	}
}

// unread is a body that must not be read.
type unread struct {
	t    *testing.T
	name string
}

func (u unread) Read([]byte) (int, error) {
	u.t.Errorf("an Add %s was read", u.name)
	return 0, io.EOF
}

// TestABodyThatNeverEnds is cut off at a bound, whether or not it is packed. What
// was kept of it before, in parts of 16 MB, is said.
func TestABodyThatNeverEnds(t *testing.T) {
	_, raw := indicator()
	begin := strings.TrimSuffix(string(envelopeOf(raw)), "]}")
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	io.WriteString(z, begin)
	for range 101 {
		z.Write(bytes.Repeat([]byte(" "), 1<<20))
	}
	z.Close()
	for name, c := range map[string]struct {
		body     io.Reader
		encoding string
	}{
		"plain":  {io.MultiReader(strings.NewReader(begin), blanks{}), ""},
		"packed": {&bomb, "gzip"},
	} {
		w := newWorld(t)
		r := httptest.NewRequest("POST", objectsOf, c.body)
		r.ContentLength = -1
		r.Header.Set("Authorization", "Bearer "+w.alpha)
		r.Header.Set("Content-Type", media)
		r.Header.Set("Content-Encoding", c.encoding)
		rec := httptest.NewRecorder()
		w.h.ServeHTTP(rec, r)
		answer{rec.Code, rec.Header(), rec.Body.Bytes()}.wantCode(t, "a body that never ends, "+name, 413)
		e, _ := w.envelope(w.alpha, objectsOf)
		if said := strings.Contains(rec.Body.String(), "were kept"); said != (len(e.Objects) > 0) {
			t.Errorf("%s: kept %s, and the answer is %s", name, e.ids(), rec.Body)
		}
	}
}

// blanks gives spaces for ever.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
