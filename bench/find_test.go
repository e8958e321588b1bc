package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tocsin/app"
	"tocsin/exchange"
	"tocsin/member"
)

// objectsEnv names the environment variable with how many objects BenchmarkFind
// looks among, where a million takes too long.
const objectsEnv = "TOCSIN_BENCH_OBJECTS"

// BenchmarkFind measures what people look for among a million objects: values, words,
// lists, the page of a thing; and what the index takes. It prints lines for
// docs/performance.md. Run it with -benchtime 1x and -v.
func BenchmarkFind(b *testing.B) {
	p := build(b)
	n := 1_000_000
	if s := os.Getenv(objectsEnv); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	w := fill(b, p, n)
	t := &table{}
	for range b.N {
		w.search(b, t)
		w.size(b, t, n)
	}
	b.Logf("\n%s", strings.Join(t.lines, "\n"))
}

// atOnce is how many objects one run of the load generator files.
const atOnce = 100_000

// filled is a node inside this process with many objects.
type filled struct {
	a    *app.App
	x    *exchange.Exchange
	s    member.Session
	data string
}

func fill(b *testing.B, p programs, n int) *filled {
	b.Helper()
	w := &filled{data: filepath.Join(b.TempDir(), "data")}
	ctx := b.Context()
	a, err := app.New(ctx, app.Config{Data: w.data, Listen: "127.0.0.1:0"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := a.Stop(); err != nil {
			b.Error(err)
		}
	})
	w.a, w.x = a, a.Node().Exchange
	m, err := w.x.Members().AddMember(ctx, member.NewMember{Name: "Northwind Bank"})
	if err != nil {
		b.Fatal(err)
	}
	key, _, err := w.x.Members().AddKey(ctx, m.Name, false)
	if err != nil {
		b.Fatal(err)
	}
	if err := a.Start(ctx); err != nil {
		b.Fatal(err)
	}
	if w.s, err = w.x.Members().Session(ctx, m.Name); err != nil {
		b.Fatal(err)
	}
	var rate, cpu, most float64
	for from := 0; from < n; from += atOnce { // the generator gives one run five minutes
		var got ingested
		part := min(atOnce, n-from)
		load(b, p, &got, "ingest", "-base", a.URL()+"/exchange/", "-collection", collection, "-token", key, "-pid", fmt.Sprint(os.Getpid()), "-disk", w.data,
			"-n", fmt.Sprint(part), "-skip", fmt.Sprint(from), "-per", "100", "-c", "4")
		if got.Succeeded != int64(part) {
			b.Fatalf("not everything was taken: %+v", got)
		}
		rate, cpu, most = got.Rate, cpu+got.Server.CPU, max(most, got.Server.RSSMax)
	}
	text := `{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[{"type":"report","spec_version":"2.1","id":"report--00000000-0000-4000-8000-000000000001",` +
		`"created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","name":"Zugzwang campaign","published":"2026-11-01T08:00:00Z","object_refs":["malware--00000000-0000-4000-8000-000000000002"]}]}`
	from := time.Now()
	if _, err := w.x.Accept(ctx, w.s, strings.NewReader(text), exchange.Options{}); err != nil {
		b.Fatal(err)
	}
	for {
		r, err := w.x.Find(ctx, w.s, exchange.Query{Text: "zugzwang"})
		if err != nil {
			b.Fatal(err)
		}
		if len(r.Found) == 1 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	b.Logf("%d objects taken in, the last at %.0f/s (%.0f s of processor time in all, at most %.0f MB resident); the last one was found %v after it was filed", n, rate, cpu, most, time.Since(from))
	return w
}

// values gives values that the generated objects have, from all over the log.
func (w *filled) values(b *testing.B, n int) (out []string) {
	b.Helper()
	older := int64(0)
	for len(out) < n {
		r, err := w.x.Find(b.Context(), w.s, exchange.Query{Types: []string{"indicator"}, Limit: 200, Older: older})
		if err != nil || len(r.Found) == 0 {
			b.Fatal(len(out), err)
		}
		var some []string
		for _, f := range r.Found {
			if parts := strings.Split(string(f.Raw), "'"); len(parts) > 2 {
				some = append(some, parts[len(parts)-2])
			}
		}
		looked, err := w.x.LookMany(b.Context(), w.s, some)
		if err != nil {
			b.Fatal(err)
		}
		for _, l := range looked { // a few of the generated values are none that defences act on
			if l.Known && len(out) < n {
				out = append(out, l.Asked)
			}
		}
		older = r.Older
	}
	return out
}

// search measures each kind of question, and holds its answer to what must come.
func (w *filled) search(b *testing.B, t *table) {
	b.Helper()
	ctx := b.Context()
	known := w.values(b, 1000)
	half := slices.Clone(known)
	for i := range half {
		if i%2 == 1 {
			half[i] = fmt.Sprintf("unknown%d.example", i)
		}
	}
	words := func(text string, want int) func(int) (int, error) {
		return func(int) (int, error) {
			r, err := w.x.Find(ctx, w.s, exchange.Query{Text: text})
			return len(r.Found) - want, err
		}
	}
	for _, c := range []struct {
		what, goal string
		ask        func(i int) (off int, err error)
	}{
		{"look-up of a value", "under 20 ms", func(i int) (int, error) {
			r, err := w.x.Look(ctx, w.s, known[i%len(known)])
			return min(r.All, 1) - 1, err
		}},
		{"page of a thing", "under 20 ms", func(i int) (int, error) {
			p, err := w.x.Thing(ctx, w.s, known[i%len(known)])
			return min(len(p.Indicators), 1) - 1, err
		}},
		{"search for a value's text", "under 100 ms", func(i int) (int, error) {
			r, err := w.x.Find(ctx, w.s, exchange.Query{Text: known[i%len(known)]})
			return min(len(r.Found), 1) - 1, err
		}},
		{"text search, a rare word", "under 100 ms", words("zugzwang", 1)},
		{"text search, a common word", "under 100 ms", words("campaign", 50)},
		{"text search, two common words", "under 100 ms", words("relay campaign", 50)},
		{"text search, a common and a rare word", "under 100 ms", words("campaign zugzwang", 1)},
		{"text search, six words", "under 100 ms", words("relay campaign loader kit service tunnel", 50)},
		{"text search, a phrase", "under 100 ms", words(`"relay campaign"`, 50)},
		{"text search, no hit", "under 100 ms", words("nothinglikethis", 0)},
		{"list of 1,000 values", "under 100 ms", func(int) (int, error) {
			r, err := w.x.LookMany(ctx, w.s, half)
			n := 0
			for _, l := range r {
				if l.Known {
					n++
				}
			}
			return n - 500, err
		}},
	} {
		took := make([]time.Duration, 200)
		for i := range took {
			from := time.Now()
			off, err := c.ask(i)
			took[i] = time.Since(from)
			if err != nil || off != 0 {
				b.Errorf("%s: off by %d, %v", c.what, off, err)
				break
			}
		}
		slices.Sort(took)
		t.add(c.what, fmt.Sprintf("p50 %.1f ms, p99 %.1f ms", ms(took[100]), ms(took[198])), "", c.goal)
	}
}

// size says what the index takes.
func (w *filled) size(b *testing.B, t *table, n int) {
	b.Helper()
	w.settle(b.Context())
	var index, all int64
	q := w.a.Node().DB.Reader()
	if err := q.QueryRowContext(b.Context(), `SELECT SUM(CASE WHEN name LIKE '%search%' THEN pgsize ELSE 0 END), SUM(pgsize) FROM dbstat`).Scan(&index, &all); err != nil {
		b.Fatal(err)
	}
	var segments int
	if err := q.QueryRowContext(b.Context(), `SELECT COUNT(*) FROM search_segment`).Scan(&segments); err != nil {
		b.Fatal(err)
	}
	t.add("search index for an object", fmt.Sprintf("%.0f bytes in %d segments (the whole store: %.0f)", float64(index)/float64(n), segments, float64(all)/float64(n)), "", "at most 60 bytes")
}

// settle waits until nothing is being merged.
func (w *filled) settle(ctx context.Context) {
	q := w.a.Node().DB.Reader()
	for range 600 {
		var busy int
		err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM search_segment WHERE state <> 1`).Scan(&busy)
		if err != nil || busy == 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}
