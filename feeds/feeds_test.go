package feeds

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"tocsin/defence"
	"tocsin/observable"
	"tocsin/thing"
)

// everything is a thing for each way in which a form may write it.
func everything() []observable.Thing {
	return append(domains("b.example", "a.example", "_x.a.example"),
		observable.Thing{Kind: observable.IPv4, Value: "198.51.100.7"},
		observable.Thing{Kind: observable.IPv6, Value: "2001:db8::1"},
		observable.Thing{Kind: observable.CIDR, Value: "192.0.2.0/25"},
		observable.Thing{Kind: observable.URL, Value: "http://c.example/x?y=1,2"},
		observable.Thing{Kind: observable.Mutex, Value: `=1+"1"`},
		observable.Thing{Kind: observable.Email, Value: "bad@d.example"})
}

// TestContent: what each feed says, to the byte.
func TestContent(t *testing.T) {
	w := newWorld(t)
	w.file(everything()...)
	w.lists("/feeds/domains.txt", "_x.a.example\na.example\nb.example\n")
	for name, want := range map[string]string{
		"ips.txt":  "192.0.2.0/25\n198.51.100.7\n2001:db8::1\n",
		"urls.txt": "http://c.example/x?y=1,2\n",
		"indicators.csv": "kind,value,reporters,valid_until\n" +
			"cidr,192.0.2.0/25,1,2031-05-01T12:00:00Z\n" +
			"ipv4,198.51.100.7,1,2031-05-01T12:00:00Z\n" +
			"ipv6,2001:db8::1,1,2031-05-01T12:00:00Z\n" +
			"mutex,\"'=1+\"\"1\"\"\",1,2031-05-01T12:00:00Z\n" +
			"domain,_x.a.example,1,2031-05-01T12:00:00Z\n" +
			"domain,a.example,1,2031-05-01T12:00:00Z\n" +
			"domain,b.example,1,2031-05-01T12:00:00Z\n" +
			"email,bad@d.example,1,2031-05-01T12:00:00Z\n" +
			"url,\"http://c.example/x?y=1,2\",1,2031-05-01T12:00:00Z\n",
		"indicators.jsonl": `{"kind":"cidr","value":"192.0.2.0/25","reporters":1,"valid_until":"2031-05-01T12:00:00Z"}
{"kind":"ipv4","value":"198.51.100.7","reporters":1,"valid_until":"2031-05-01T12:00:00Z"}
{"kind":"ipv6","value":"2001:db8::1","reporters":1,"valid_until":"2031-05-01T12:00:00Z"}
{"kind":"mutex","value":"=1+\"1\"","reporters":1,"valid_until":"2031-05-01T12:00:00Z"}
{"kind":"domain","value":"_x.a.example","reporters":1,"valid_until":"2031-05-01T12:00:00Z"}
{"kind":"domain","value":"a.example","reporters":1,"valid_until":"2031-05-01T12:00:00Z"}
{"kind":"domain","value":"b.example","reporters":1,"valid_until":"2031-05-01T12:00:00Z"}
{"kind":"email","value":"bad@d.example","reporters":1,"valid_until":"2031-05-01T12:00:00Z"}
{"kind":"url","value":"http://c.example/x?y=1,2","reporters":1,"valid_until":"2031-05-01T12:00:00Z"}
`,
	} {
		if got := w.get("/feeds/" + name); got != want {
			t.Errorf("%s is\n%s\nnot\n%s", name, got, want)
		}
	}
	zone := w.get("/feeds/rpz.zone")
	_, records, _ := strings.Cut(zone, "@ NS localhost.\n")
	if want := "_x.a.example CNAME .\n*._x.a.example CNAME .\na.example CNAME .\n*.a.example CNAME .\nb.example CNAME .\n*.b.example CNAME .\n" +
		"25.0.2.0.192.rpz-ip CNAME .\n32.7.100.51.198.rpz-ip CNAME .\n128.1.zz.db8.2001.rpz-ip CNAME .\n"; records != want {
		t.Errorf("the zone has\n%s\nnot\n%s", records, want)
	}
	token := w.ask("GET", "/feeds/rpz.zone").Header().Get("X-Tocsin-Serial")
	if _, serial, _ := strings.Cut(token, "-"); !strings.Contains(zone, " "+serial+" 3600 60 86400 60\n") {
		t.Errorf("the zone's serial is not that of its token %s:\n%s", token, zone)
	}
}

// TestNoInjection: a value that a format could take for more than one is left
// out of it, and stands in the JSON lines.
func TestNoInjection(t *testing.T) {
	w := newWorld(t)
	w.file(append(domains("ok.example", "a.example\nb.example", "32.8.8.8.8.rpz-ip", "#c.example", "a b.example"),
		observable.Thing{Kind: observable.UserAgent, Value: "x\u2028=y"}, observable.Thing{Kind: observable.URL, Value: "http://x.example/\rhttp://y.example/"})...)
	w.lists("/feeds/domains.txt", "32.8.8.8.8.rpz-ip\nok.example\n")
	if got := w.get("/feeds/urls.txt"); got != "" {
		t.Errorf("urls.txt is %q", got)
	}
	if got := w.get("/feeds/indicators.csv"); strings.Count(got, "\n") != 5 || strings.Contains(got, "\u2028") {
		t.Errorf("indicators.csv is %q", got)
	}
	if got := w.get("/feeds/rpz.zone"); strings.Contains(got, "rpz-ip") || strings.Contains(got, "\nb.example") || !strings.Contains(got, "\nok.example CNAME .\n") {
		t.Errorf("rpz.zone is %q", got)
	}
	if got := w.get("/feeds/indicators.jsonl"); strings.Count(got, "\n") != 7 {
		t.Errorf("indicators.jsonl has %d lines:\n%s", strings.Count(got, "\n"), got)
	}
}

func TestConditional(t *testing.T) {
	w := newWorld(t)
	w.file(domains("a.example")...)
	w.lists("/feeds/domains.txt", "a.example\n")
	first := w.ask("GET", "/feeds/domains.txt")
	tag := first.Header().Get("Etag")
	if tag == "" || strings.HasPrefix(tag, "W/") || first.Header().Get("Content-Length") != "10" {
		t.Errorf("headers %v", first.Header())
	}
	for _, c := range []struct {
		name, header, value string
		want                int
	}{
		{"the tag", "If-None-Match", tag, 304},
		{"the tag among others", "If-None-Match", `"x", W/` + tag, 304},
		{"any", "If-None-Match", "*", 304},
		{"another tag", "If-None-Match", `"x"`, 200},
		{"another date", "If-Modified-Since", "Mon, 02 Jan 2006 15:04:05 GMT", 200},
	} {
		a := w.ask("GET", "/feeds/domains.txt", c.header, c.value)
		if a.Code != c.want || a.Code == 304 && (a.Body.Len() > 0 || a.Header().Get("Etag") != tag) {
			t.Errorf("%s: %d %q %v", c.name, a.Code, a.Body, a.Header())
		}
	}
	if a := w.ask("GET", "/feeds/urls.txt"); a.Header().Get("Etag") == tag {
		t.Error("two feeds have one tag")
	}
	w.file(domains("b.example")...)
	w.lists("/feeds/domains.txt", "a.example\nb.example\n")
	if a := w.ask("GET", "/feeds/domains.txt", "If-None-Match", tag); a.Code != 200 || a.Header().Get("Etag") == tag {
		t.Errorf("after a change: %d %v", a.Code, a.Header())
	}
}

func TestHeadAndGzip(t *testing.T) {
	w := newWorld(t)
	w.file(everything()...)
	w.lists("/feeds/urls.txt", "http://c.example/x?y=1,2\n")
	for _, name := range names() {
		for _, enc := range []string{"identity", "gzip"} {
			get := w.ask("GET", "/feeds/"+name, "Accept-Encoding", enc)
			head := w.ask("HEAD", "/feeds/"+name, "Accept-Encoding", enc)
			if head.Code != 200 || head.Body.Len() != 0 {
				t.Errorf("HEAD %s: %d, %d bytes", name, head.Code, head.Body.Len())
			}
			if n, err := strconv.Atoi(head.Header().Get("Content-Length")); err != nil || n != get.Body.Len() {
				t.Errorf("%s %s: Content-Length %s for %d bytes", enc, name, head.Header().Get("Content-Length"), get.Body.Len())
			}
			for _, h := range []string{"Etag", "Content-Type", "Content-Encoding", "X-Tocsin-Serial", "Last-Modified", "Vary"} {
				if get.Header().Get(h) != head.Header().Get(h) {
					t.Errorf("%s %s: %s is %q by GET and %q by HEAD", enc, name, h, get.Header().Get(h), head.Header().Get(h))
				}
			}
			if !strings.Contains(get.Header().Get("Vary"), "Accept-Encoding") {
				t.Errorf("%s: Vary is %q", name, get.Header().Get("Vary"))
			}
		}
		plain := w.ask("GET", "/feeds/"+name, "Accept-Encoding", "identity")
		packed := w.ask("GET", "/feeds/"+name, "Accept-Encoding", "gzip")
		if plain.Header().Get("Etag") == packed.Header().Get("Etag") || packed.Header().Get("Content-Encoding") != "gzip" || plain.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s: %v and packed %v", name, plain.Header(), packed.Header())
		}
		if got := unpack(t, packed.Body.Bytes()); got != plain.Body.String() {
			t.Errorf("%s unpacks to %q", name, got)
		}
	}
}

// TestDoors: which keys open, where they may stand, and what else is refused.
func TestDoors(t *testing.T) {
	w := newWorld(t)
	w.get("/feeds/domains.txt")
	for _, c := range []struct {
		name, method, path string
		headers            []string
		want               int
	}{
		{"no key", "GET", "/feeds/domains.txt", []string{"", ""}, 401},
		{"an unknown key", "GET", "/feeds/domains.txt", []string{"Authorization", "Bearer nonsense"}, 401},
		{"a feed key in a header", "GET", "/feeds/domains.txt", []string{"Authorization", "Bearer " + w.feedKey}, 200},
		{"X-Api-Key", "GET", "/feeds/domains.txt", []string{"X-Api-Key", w.key}, 200},
		{"a feed key in the path", "GET", "/k/" + w.feedKey + "/feeds/domains.txt", []string{"", ""}, 200},
		{"HEAD with it", "HEAD", "/k/" + w.feedKey + "/feeds/domains.txt", []string{"", ""}, 200},
		{"a member's key in the path", "GET", "/k/" + w.key + "/feeds/domains.txt", []string{"", ""}, 403},
		{"an unknown key in the path", "GET", "/k/nonsense/feeds/domains.txt", []string{"", ""}, 401},
		{"no such feed", "GET", "/feeds/domains.exe", nil, 404},
		{"no feed at all", "GET", "/feeds/", nil, 404},
		{"below a feed", "GET", "/feeds/domains.txt/x", nil, 404},
		{"POST", "POST", "/feeds/domains.txt", nil, 405},
		{"PUT", "PUT", "/k/" + w.feedKey + "/feeds/domains.txt", nil, 405},
	} {
		a := w.ask(c.method, c.path, c.headers...)
		if a.Code != c.want {
			t.Errorf("%s: %d, want %d: %s", c.name, a.Code, c.want, a.Body)
		}
		if a.Code == 405 && !strings.Contains(a.Header().Get("Allow"), "GET") {
			t.Errorf("%s: Allow is %q", c.name, a.Header().Get("Allow"))
		}
		if strings.Contains(a.Body.String(), w.key) || strings.Contains(a.Body.String(), w.feedKey) {
			t.Errorf("%s: the answer quotes the key", c.name)
		}
	}
	if strings.Contains(w.log.String(), w.feedKey) || strings.Contains(w.log.String(), w.key) {
		t.Error("a key was logged")
	}
}

// TestKinds: each kind is in the feeds that it belongs to, and a URL's host in none.
func TestKinds(t *testing.T) {
	in := map[observable.Kind][]string{
		observable.Domain: {"domains.txt", "rpz.zone"}, observable.IPv4: {"ips.txt", "rpz.zone"}, observable.IPv6: {"ips.txt", "rpz.zone"},
		observable.CIDR: {"ips.txt", "rpz.zone"}, observable.URL: {"urls.txt"},
	}
	for _, k := range thing.Kinds() {
		want := strings.Join(append(in[k], "indicators.csv", "indicators.jsonl"), " ")
		for _, f := range forms {
			has := false
			for _, o := range f.kinds() {
				has = has || o == k
			}
			if has != strings.Contains(want, f.name) {
				t.Errorf("%s in %s: %v", k, f.name, has)
			}
		}
	}
}

// TestDates: a date counts only when no tag is given, and only the very same one;
// a counter that is ahead of the clock gives none.
func TestDates(t *testing.T) {
	now := time.Now().UTC()
	a := asked{form: forms[0]}
	h := http.Header{}
	a.head(h, defence.View{ID: 1, Serial: now.Unix() + 60})
	if made := h.Get("Last-Modified"); made != "" {
		t.Errorf("a date in the future: %s", made)
	}
	a.head(h, defence.View{ID: 1, Serial: now.Unix() - 60})
	made := h.Get("Last-Modified")
	for _, c := range []struct {
		tag, date string
		want      bool
	}{
		{"", made, true}, {h.Get("Etag"), "", true}, {h.Get("Etag"), "Mon, 02 Jan 2006 15:04:05 GMT", true},
		{"", now.Format(http.TimeFormat), false}, {`"x"`, made, false}, {"", "", false},
	} {
		r := httptest.NewRequest("GET", "/feeds/domains.txt", nil)
		if c.tag != "" {
			r.Header.Set("If-None-Match", c.tag)
		}
		r.Header.Set("If-Modified-Since", c.date)
		if unchanged(r, h) != c.want {
			t.Errorf("tag %q, date %q: %v", c.tag, c.date, !c.want)
		}
	}
}
