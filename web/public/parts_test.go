package public

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tocsin/apptest/core"
	"tocsin/browser"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/ledger/receipt"
	"tocsin/web/frame"
)

// TestLines: what fails stands first, and a page names 200 checks at most.
func TestLines(t *testing.T) {
	var checks []receipt.Check
	for i := range maxLines {
		checks = append(checks, receipt.Check{OK: true, Name: fmt.Sprintf("receipt %d of 201: part time", i+1)})
	}
	if out, more := lines(checks); len(out) != maxLines || more != 0 {
		t.Errorf("%d of %d checks, %d more", len(out), maxLines, more)
	}
	out, more := lines(append(checks, receipt.Check{Name: "absent parts", Detail: "wrong"}))
	if len(out) != maxLines || more != 1 {
		t.Errorf("%d of %d checks, %d more", len(out), maxLines+1, more)
	}
	if out[0] != (line{Word: "look.absent-parts", Detail: "wrong"}) {
		t.Errorf("the check that failed isn't first: %+v", out[0])
	}
	if out[1] != (line{OK: true, Of: "receipt 1 of 201", Word: "look.part", Part: "time"}) {
		t.Errorf("%+v", out[1])
	}
}

// TestChart: twelve months at most, oldest first, none higher than the field, and something is never drawn as nothing.
func TestChart(t *testing.T) {
	var months []exchange.Month
	for i := range 13 {
		months = append(months, exchange.Month{Month: time.Date(2026, time.Month(11-i), 1, 0, 0, 0, 0, time.UTC).Format("2006-01"), Shared: int64(1_000_000 - i)})
	}
	months[3].Shared, months[4].Shared = 1, 0
	c := draw(months)
	if len(c.Bars) != 12 || c.Bars[0].Month != "12" || c.Bars[11].Month != "11" || c.Most != 1_000_000 {
		t.Fatalf("%+v", c)
	}
	for i, b := range c.Bars {
		if b.Y < 0 || b.Y+b.Height != chartHeight || b.X < 0 || b.X+barWidth > 100 || i > 0 && b.X < c.Bars[i-1].X+barWidth {
			t.Errorf("bar %d leaves its place: %+v", i, b)
		}
		if want := map[int]string{1: "2026"}[i]; b.Year != want {
			t.Errorf("below bar %d stands %q, not %q", i, b.Year, want)
		}
	}
	if c.Bars[8].Height != 2 || c.Bars[7].Height != 0 || c.Bars[11].Height != chartHeight {
		t.Errorf("heights %d, %d, %d; want 2 for one object, 0 for none, %d for the most", c.Bars[8].Height, c.Bars[7].Height, c.Bars[11].Height, chartHeight)
	}
	if two := draw(months[:2]); two.Bars[0].Year != "2026" || two.Bars[1].Year != "" {
		t.Errorf("below the first bar stands no year: %+v", two.Bars)
	}
	if none := draw(nil); len(none.Bars) != 0 {
		t.Errorf("%+v", none)
	}
}

// TestFiguresInBrowser: the figures of years, of none yet, and while they are still
// counted, in all views and in Spanish, where words are longer.
func TestFiguresInBrowser(t *testing.T) {
	b := browser.Start(t)
	c := core.Start(t)
	s := frame.New(frame.Config{Exchange: c.Exchange, People: c.People})
	p := &pages{site: s, set: s.Pages(files)}
	long := exchange.Counted{Size: 98_765_432, Upto: 12_345_678}
	for i := range 40 {
		month := time.Date(2026, time.Month(11-i), 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
		long.Months = append(long.Months, exchange.Month{Month: month, Reports: 31_204, Shared: int64(987_654_321 / (i + 1)), Removed: 8_911_000, Held: 1_240, Back: 12})
	}
	serve := func(pattern string, figures exchange.Counted) frame.Route {
		return frame.Route{Pattern: "GET /public/" + pattern, Open: true, Serve: func(v *frame.Visit) error { return p.showFigures(v, figures) }}
	}
	server := httptest.NewServer(s.Handler([]frame.Route{serve("long", long), serve("empty", exchange.Counted{})}))
	t.Cleanup(server.Close)
	b.Sweep(t, server.URL, []browser.Check{{Name: "public-figures-long-es", URL: "/public/long?lang=es"}, {Name: "public-figures-empty", URL: "/public/empty"}})
}

// TestThisMonth: a month in which nothing came yet shows noughts, not the month before.
func TestThisMonth(t *testing.T) {
	now := time.Now().UTC().Format("2006-01")
	for _, c := range []struct {
		months []exchange.Month
		want   exchange.Month
	}{
		{nil, exchange.Month{Month: now}},
		{[]exchange.Month{{Month: "2001-02", Shared: 7}}, exchange.Month{Month: now}},
		{[]exchange.Month{{Month: now, Shared: 7}, {Month: "2001-02"}}, exchange.Month{Month: now, Shared: 7}},
	} {
		if got := thisMonth(exchange.Counted{Months: c.months}); got != c.want {
			t.Errorf("%+v gives %+v, want %+v", c.months, got, c.want)
		}
	}
}

// form writes a form with these fields: name, content.
func form(t testing.TB, fields ...string) (body []byte, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), w.FormDataContentType()
}

func read(body []byte, kind string) (upload, error) {
	r := httptest.NewRequest("POST", "/public/check", bytes.NewReader(body))
	r.Header.Set("Content-Type", kind)
	return readUpload(&frame.Visit{W: httptest.NewRecorder(), R: r})
}

// TestPasted: what a browser makes of a pasted receipt becomes the receipt again; a file stays as it is.
func TestPasted(t *testing.T) {
	for _, c := range []struct{ field, sent, want string }{
		{"text", "a\r\n\r\nb", "a\n\nb\n"}, {"text", "\r\n a\r\nb \r\n\r\n", "a\nb\n"}, {"text", "a\nb\n", "a\nb\n"},
		{"text", " \r\n\t", ""}, {"receipt", "a\r\n ", "a\r\n "}, {"other", "a", ""},
	} {
		up, err := read(form(t, c.field, c.sent))
		if err != nil || string(up.receipt) != c.want {
			t.Errorf("%s %q gives %q, %v; want %q", c.field, c.sent, up.receipt, err, c.want)
		}
	}
}

// FuzzReadUpload: any body is read within the limit or refused in words for whoever sent it.
func FuzzReadUpload(f *testing.F) {
	body, kind := form(f, "text", "a\r\nb", "object", "{}", "receipt", "")
	f.Add(body, kind)
	f.Add([]byte("--x\r\nContent-Disposition: form-data; name=\"receipt\"\r\n\r\nabc"), "multipart/form-data; boundary=x")
	f.Add([]byte("{}"), "application/json")
	f.Add([]byte(strings.Repeat("--x\r\n\r\n\r\n", 500)), "multipart/form-data; boundary=x")
	f.Fuzz(func(t *testing.T, body []byte, kind string) {
		up, err := read(body, kind)
		switch fault.KindOf(err) {
		case fault.Invalid, fault.TooLarge:
		default:
			if err != nil {
				t.Fatalf("%v is nothing to tell whoever sent it", err)
			}
		}
		if len(up.receipt)+len(up.object) > maxUpload+1 {
			t.Errorf("read %d bytes", len(up.receipt)+len(up.object))
		}
	})
}
