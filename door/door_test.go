package door_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tocsin/door"
	"tocsin/fault"
	"tocsin/member"
)

// keys is the register of a node with one member key and one feed key.
type keys struct{}

func (keys) Authenticate(_ context.Context, key string) (member.Session, error) {
	switch key {
	case "tocsin_member":
		return member.Session{Member: member.Member{ID: 1, Name: "Alpha"}}, nil
	case "tocsin_feed_x":
		return member.Session{Member: member.Member{ID: 1, Name: "Alpha"}, FeedOnly: true}, nil
	}
	return member.Session{}, fault.New(fault.Unauthenticated, "this key is not known here")
}

func request(header ...string) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

func basic(user, password string) *http.Request {
	r := request()
	r.SetBasicAuth(user, password)
	return r
}

func TestKeyIsFoundInEachFormThatClientsSend(t *testing.T) {
	for name, c := range map[string]struct {
		r    *http.Request
		want string
	}{
		"bearer":                   {request("Authorization", "Bearer tocsin_member"), "tocsin_member"},
		"bearer in lower case":     {request("Authorization", "bearer  tocsin_member "), "tocsin_member"},
		"basic with any user":      {basic("anyone", "tocsin_member"), "tocsin_member"},
		"basic without user":       {basic("", "tocsin_member"), "tocsin_member"},
		"bare":                     {request("Authorization", "tocsin_member"), "tocsin_member"},
		"X-Api-Key":                {request("X-Api-Key", "tocsin_member"), "tocsin_member"},
		"none":                     {request(), ""},
		"another scheme":           {request("Authorization", "Digest tocsin_member"), ""},
		"broken basic":             {request("Authorization", "Basic !!!"), ""},
		"two headers":              {request("Authorization", "Bearer a", "Authorization", "Bearer b"), ""},
		"two X-Api-Key":            {request("X-Api-Key", "a", "X-Api-Key", "b"), ""},
		"Authorization goes first": {request("Authorization", "Bearer a", "X-Api-Key", "b"), "a"},
	} {
		if got := door.Key(c.r); got != c.want {
			t.Errorf("%s: key %q, want %q", name, got, c.want)
		}
	}
}

func TestOnlyFeedsOpenToFeedKeys(t *testing.T) {
	d := door.New(keys{}, slog.New(slog.DiscardHandler))
	kind := func(_ member.Session, err error) fault.Kind { return fault.KindOf(err) }
	feed, full, none := request("X-Api-Key", "tocsin_feed_x"), request("X-Api-Key", "tocsin_member"), request()
	if _, err := d.Session(full); err != nil {
		t.Errorf("a member's key at a door: %v", err)
	}
	if _, err := d.Any(feed); err != nil {
		t.Errorf("a feed key at the feeds: %v", err)
	}
	if s, err := d.InPath(t.Context(), "tocsin_feed_x"); err != nil || !s.FeedOnly {
		t.Errorf("a feed key in a path: %v", err)
	}
	for name, c := range map[string]struct{ got, want fault.Kind }{
		"a feed key at another door": {kind(d.Session(feed)), fault.Forbidden},
		"no key":                     {kind(d.Session(none)), fault.Unauthenticated},
		"no key at the feeds":        {kind(d.Any(none)), fault.Unauthenticated},
		"an unknown key":             {kind(d.Session(request("X-Api-Key", "zzz"))), fault.Unauthenticated},
		"a member's key in a path":   {kind(d.InPath(t.Context(), "tocsin_member")), fault.Forbidden},
		"an unknown key in a path":   {kind(d.InPath(t.Context(), "zzz")), fault.Unauthenticated},
		"an empty key in a path":     {kind(d.InPath(t.Context(), "")), fault.Unauthenticated},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}

func TestProblemSaysWhatTheClientCanDoAndNothingElse(t *testing.T) {
	for kind := fault.Internal; kind <= fault.Gone; kind++ {
		var log bytes.Buffer
		d := door.New(keys{}, slog.New(slog.NewTextHandler(&log, nil)))
		w := httptest.NewRecorder()
		w.Header().Set("ETag", `"of what was asked for"`)
		w.Header().Set("Content-Encoding", "gzip")
		d.Problem(w, request(), fault.Because(errors.New("table secret_table is locked"), kind, "the detail"))
		var p struct {
			Title, Detail, Kind string
			Status              int
		}
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatalf("%v: %v", kind, err)
		}
		if p.Status != w.Code || p.Kind != kind.String() || p.Title == "" || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%v: %d %v %+v", kind, w.Code, w.Header(), p)
		}
		if w.Header().Get("ETag")+w.Header().Get("Content-Encoding") != "" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%v keeps headers of an answer that didn't come: %v", kind, w.Header())
		}
		if strings.Contains(w.Body.String(), "secret_table") {
			t.Errorf("%v shows its cause: %s", kind, w.Body)
		}
		if internal := kind == fault.Internal; (p.Detail == "the detail") == internal || strings.Contains(log.String(), "secret_table") != internal {
			t.Errorf("%v: detail %q, log %q", kind, p.Detail, log.String())
		}
		if got, want := len(w.Header().Values("WWW-Authenticate")) > 0, w.Code == 401; got != want {
			t.Errorf("%v: WWW-Authenticate %v", kind, got)
		}
		if got, want := w.Header().Get("Retry-After") != "", w.Code == 503; got != want {
			t.Errorf("%v: Retry-After %v", kind, got)
		}
	}
}

func TestProblemNamesThePlaceApart(t *testing.T) {
	w := httptest.NewRecorder()
	door.New(keys{}, slog.New(slog.DiscardHandler)).Problem(w, request(), fault.At(fault.Invalid, "objects[3].id", "is no identifier"))
	if got, want := w.Body.String(), `{"title":"Bad Request","status":400,"detail":"is no identifier","kind":"invalid","place":"objects[3].id"}`+"\n"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAnUnknownKindIsOurFault(t *testing.T) {
	if got := door.Status(fault.Kind(200)); got != 503 {
		t.Errorf("status %d", got)
	}
}

func packed(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(text)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestBodyIsBoundedPackedAndUnpacked(t *testing.T) {
	const max = 1000
	text := bytes.Repeat([]byte("a"), max)
	noise := packed(t, text)
	var stored bytes.Buffer // its packed form is over the bound, its content is not
	z, _ := gzip.NewWriterLevel(&stored, gzip.NoCompression)
	z.Write(text)
	z.Close()
	for name, c := range map[string]struct {
		body     []byte
		encoding string
		unknown  bool // the length is not announced
		want     fault.Kind
		fine     bool
	}{
		"largest":                  {body: text, fine: true},
		"one byte over":            {body: append(bytes.Clone(text), 'a'), want: fault.TooLarge},
		"one over, not announced":  {body: append(bytes.Clone(text), 'a'), unknown: true, want: fault.TooLarge},
		"empty":                    {fine: true},
		"gzip, largest":            {body: noise, encoding: "gzip", fine: true},
		"gzip, another case":       {body: noise, encoding: " GZIP ", fine: true},
		"gzip, one over":           {body: packed(t, append(bytes.Clone(text), 'a')), encoding: "gzip", want: fault.TooLarge},
		"gzip bomb":                {body: packed(t, make([]byte, 900*max)), encoding: "gzip", want: fault.TooLarge},
		"half a gzip":              {body: noise[:len(noise)/2], encoding: "gzip", want: fault.Invalid},
		"no gzip at all":           {body: text, encoding: "gzip", want: fault.Invalid},
		"gzip, changed":            {body: append(bytes.Clone(noise[:len(noise)-6]), 0, 0, 0, 0, 0, 0), encoding: "gzip", want: fault.Invalid},
		"nothing, said to be gzip": {encoding: "gzip", want: fault.Invalid},
		"another encoding":         {body: text, encoding: "br", want: fault.Unsupported},
		"two encodings":            {body: noise, encoding: "gzip, gzip", want: fault.Unsupported},
		"gzip that packs nothing":  {body: stored.Bytes(), encoding: "gzip", unknown: true, want: fault.TooLarge},
	} {
		r := httptest.NewRequest("POST", "/", bytes.NewReader(c.body))
		if c.unknown {
			r.ContentLength = -1
		}
		if c.encoding != "" {
			r.Header.Set("Content-Encoding", c.encoding)
		}
		var got []byte
		b, err := door.Body(httptest.NewRecorder(), r, max)
		if err == nil {
			got, err = io.ReadAll(b)
		}
		switch {
		case c.fine && (err != nil || len(got) != 0 && !bytes.Equal(got, text)):
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		case !c.fine && (err == nil || fault.KindOf(err) != c.want):
			t.Errorf("%s: %v, want kind %v", name, err, c.want)
		case len(got) > max:
			t.Errorf("%s: %d bytes came through", name, len(got))
		}
	}
}

func TestAcceptsReadsWeights(t *testing.T) {
	for header, want := range map[string]bool{
		"gzip": true, "GZIP": true, "deflate, gzip;q=0.5": true, "*": true, "br;q=1, *;q=0.1": true,
		"": false, "br": false, "gzip;q=0": false, "gzip; q=0.0, *": false, "*;q=0": false, "gzip;q=nonsense": false, "gzip;q=7": false,
	} {
		if got := door.Accepts(request("Accept-Encoding", header), "gzip"); got != want {
			t.Errorf("Accept-Encoding %q: %v, want %v", header, got, want)
		}
	}
}

func TestPackedAnswersComeThroughWhole(t *testing.T) {
	var p door.Packer
	for range 2 { // the second one reuses the first one's writer
		for _, takes := range []string{"", "gzip"} {
			w := httptest.NewRecorder()
			out, finish := p.Pack(w, request("Accept-Encoding", takes))
			io.WriteString(out, "first ")
			if err := http.NewResponseController(out).Flush(); err != nil {
				t.Fatal(err)
			}
			sent := w.Body.Len()
			io.WriteString(out, "second")
			if err := finish(); err != nil {
				t.Fatal(err)
			}
			if sent == 0 || !w.Flushed || w.Header().Get("Vary") != "Accept-Encoding" || w.Header().Get("Content-Encoding") != takes {
				t.Errorf("%q: %d bytes sent by a flush, headers %v", takes, sent, w.Header())
			}
			var body io.Reader = w.Body
			if takes != "" {
				z, err := gzip.NewReader(w.Body)
				if err != nil {
					t.Fatal(err)
				}
				body = z
			}
			if got, err := io.ReadAll(body); err != nil || string(got) != "first second" {
				t.Errorf("%q: %q %v", takes, got, err)
			}
		}
	}
}
