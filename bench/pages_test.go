package bench

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/app"
	"tocsin/exchange"
)

// pagesSize is the size of the store that pages are measured over (issue "Pages
// that people like to open"); TOCSIN_BENCH_OBJECTS makes it smaller for a quick look.
const pagesSize = 1_000_000

// largeNode is a node in this process over a store of so many objects: reports of
// 2,000, of which every twentieth object is a note with a text.
func largeNode(b *testing.B) (a *app.App, secret string) {
	b.Helper()
	size := pagesSize
	if s := os.Getenv("TOCSIN_BENCH_OBJECTS"); s != "" {
		var err error
		if size, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	a, _ = inProcess(b, b.Context())
	node := a.Node()
	who, err := node.Exchange.Members().Session(b.Context(), "Northwind Bank")
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	const per = 2000
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for n := int(next.Add(1) - 1); n*per < size; n = int(next.Add(1) - 1) {
				f, err := node.Exchange.Accept(b.Context(), who, bytes.NewReader(bundleOf(n*per, per)), exchange.Options{})
				if err != nil || len(f.Objects) != per {
					b.Errorf("report %d: %v, %d objects", n, err, len(f.Objects))
					return
				}
			}
		})
	}
	wg.Wait()
	b.Logf("%d objects filed in %v", size, time.Since(began).Round(time.Second))
	token, err := node.People.Welcome(b.Context(), app.OperatorName)
	if err != nil {
		b.Fatal(err)
	}
	if secret, err = node.People.TakeLink(b.Context(), token, "Ana", "a benchmark"); err != nil {
		b.Fatal(err)
	}
	return a, secret
}

// bundleOf makes a bundle of indicators and notes, all different from any other's.
func bundleOf(from, n int) []byte {
	words := strings.Fields("loader beacon staging invoice payroll archive macro gateway tunnel relay scanner dropper wiper stealer botnet panel tracker mirror cluster webhook")
	var b bytes.Buffer
	b.WriteString(`{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[`)
	for i := from; i < from+n; i++ {
		if i > from {
			b.WriteByte(',')
		}
		id := fmt.Sprintf("00000000-0000-4000-8000-%012x", i)
		if i%20 == 19 {
			fmt.Fprintf(&b, `{"type":"note","spec_version":"2.1","id":"note--%s","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","content":"The %s talks to the %s by way of a %s, build %d","object_refs":["indicator--%s"]}`,
				id, words[i/20%20], words[i/400%20], words[i/8000%20], i, fmt.Sprintf("00000000-0000-4000-8000-%012x", i-1))
			continue
		}
		fmt.Fprintf(&b, `{"type":"indicator","spec_version":"2.1","id":"indicator--%s","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","name":"%s %s","pattern":"[domain-name:value = 'h%d.evil.example']","pattern_type":"stix","valid_from":"2026-11-01T08:00:00Z"}`,
			id, words[i%20], words[i/20%20], i)
	}
	b.WriteString("]}")
	return b.Bytes()
}

// page is what one page took.
type page struct {
	name, path string
	server     []time.Duration // as the server says
	bytes      int
}

// BenchmarkPages measures each page over a store of 1,000,000 objects: the server's
// own time, and the bytes with style and script.
//
//	go test -run '^$' -bench Pages -benchtime 1x -timeout 60m -v ./bench
func BenchmarkPages(b *testing.B) {
	a, secret := largeNode(b)
	defer a.Stop()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(path string) (*http.Response, string) {
		r, _ := http.NewRequestWithContext(b.Context(), "GET", a.URL()+path, nil)
		r.AddCookie(&http.Cookie{Name: "tocsin", Value: secret})
		res, err := c.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			b.Fatal(err)
		}
		return res, string(body)
	}
	// The followers finish first: what they index belongs to the pages.
	for deadline := time.Now().Add(10 * time.Minute); time.Now().Before(deadline); time.Sleep(2 * time.Second) {
		if _, body := get("/search?q=h777.evil.example"); strings.Contains(body, "h777.evil") && !strings.Contains(body, "Nothing known") {
			break
		}
	}
	_, live := get("/live")
	thing := regexp.MustCompile(`href="(/i/[^"]+)"`).FindStringSubmatch(live)
	pages := []page{{name: "live", path: "/live"}, {name: "search by value", path: "/search?q=h777777.evil.example"}, {name: "search by a rare word", path: "/search?q=777779"},
		{name: "search by a common word", path: "/search?q=loader"}, {name: "search by three words", path: "/search?q=loader+beacon+staging"}, {name: "search for nothing", path: "/search?q=nosuchword"},
		{name: "report of 2,000 objects", path: "/report/50"}, {name: "receipt", path: "/receipt/50"}, {name: "our reports", path: "/reports"}, {name: "ring", path: "/ring"}, {name: "review", path: "/review"},
		{name: "members", path: "/members"}, {name: "audit", path: "/audit"}, {name: "operator", path: "/operator"}, {name: "account", path: "/account"}, {name: "public", path: "/public"},
		{name: "public figures", path: "/public/figures"}, {name: "public log", path: "/public/log"}, {name: "public check", path: "/public/check"}}
	if thing != nil {
		pages = append(pages, page{name: "thing", path: thing[1]})
	}
	for b.Loop() {
		for i := range pages {
			measure(b, get, &pages[i])
		}
	}
	lines := []string{"| page | server p50 | p99 | bytes with style and script |", "|---|---|---|---|"}
	for _, p := range pages {
		if len(p.server) == 0 {
			continue
		}
		slices.Sort(p.server)
		at := func(q int) float64 { return float64(p.server[len(p.server)*q/100].Microseconds()) / 1000 }
		lines = append(lines, fmt.Sprintf("| %s | %.1f ms | %.1f ms | %.1f kB |", p.name, at(50), at(99), float64(p.bytes)/1000))
	}
	b.Logf("\n%s", strings.Join(lines, "\n"))
}

// measure asks for a page 100 times and keeps what the server said that it took.
func measure(b *testing.B, get func(string) (*http.Response, string), p *page) {
	for range 100 {
		res, body := get(p.path)
		if res.StatusCode != http.StatusOK {
			b.Errorf("%s: %d", p.path, res.StatusCode)
			return
		}
		_, dur, _ := strings.Cut(res.Header.Get("Server-Timing"), "dur=")
		ms, err := strconv.ParseFloat(dur, 64)
		if err != nil {
			b.Errorf("%s says no time: %v", p.path, err)
			return
		}
		p.server = append(p.server, time.Duration(ms*float64(time.Millisecond)))
		if p.bytes == 0 {
			p.bytes = len(body)
			for _, m := range regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`).FindAllStringSubmatch(body, -1) {
				_, asset := get(m[1])
				p.bytes += len(asset)
			}
		}
	}
}
