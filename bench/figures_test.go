package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	rounds     = 3 // the best counts
	ingestSize = 20_000
	fullSize   = 100_000
)

type latency struct {
	P50 float64 `json:"p50_ms"`
	P99 float64 `json:"p99_ms"`
}

type ingested struct {
	Acked     int64   `json:"acked"`
	Succeeded int64   `json:"succeeded"`
	Refused   int64   `json:"refused_envelopes"`
	First     string  `json:"first_refusal"`
	Rate      float64 `json:"acked_per_s"`
	MBs       float64 `json:"acked_mb_per_s"`
	Bytes     int64   `json:"bytes"`
	Unseen    []string
	Ack       latency `json:"ack_latency"`
	Server    struct {
		RSSMax float64 `json:"rss_max_mb"`
		CPU    float64 `json:"cpu_s"`
	} `json:"server"`
}

type walked struct {
	Objects  int64    `json:"objects"`
	Distinct int      `json:"distinct"`
	Repeated int      `json:"repeated"`
	Rate     float64  `json:"objects_per_s"`
	Trouble  []string `json:"trouble"`
	Page     latency  `json:"page_latency"`
}

type propagated struct {
	Seen     int      `json:"seen"`
	Expected int      `json:"expected"`
	Full     latency  `json:"post_to_seen"`
	AfterAck latency  `json:"ack_to_seen"`
	Post     latency  `json:"post_latency"`
	Trouble  []string `json:"trouble"`
}

// table collects lines: what, measured, floor, goal.
type table struct{ lines []string }

func (t *table) add(what, got, floor, goal string) {
	t.lines = append(t.lines, fmt.Sprintf("| %s | %s | %s | %s |", what, got, floor, goal))
}

// BenchmarkFigures measures what docs/performance.md lists, and prints its table.
// Run it with -benchtime 1x and -v.
func BenchmarkFigures(b *testing.B) {
	p := build(b)
	t := &table{lines: []string{"| what | measured | floor | goal |", "|---|---|---|---|"}}
	for _, part := range []struct {
		name string
		run  func(*testing.B, programs, *table)
	}{{"Ingest", ingest}, {"Report50", report50}, {"Propagate", propagate}, {"Full", full}} {
		b.Run(part.name, func(b *testing.B) {
			for range b.N {
				part.run(b, p, t)
			}
		})
	}
	b.Logf("\n%s", strings.Join(t.lines, "\n"))
}

func (n *node) taxii() []string {
	return []string{"-base", n.url + "/exchange/", "-collection", collection, "-token", n.key, "-pid", n.pid(), "-disk", n.data}
}

// ingest: envelopes of 100 on 4 connections, beside the append floor.
func ingest(b *testing.B, p programs, t *table) {
	var best, bestFloor ingested
	size := []string{"-n", fmt.Sprint(ingestSize), "-per", "100", "-c", "4"}
	for range rounds {
		n := newNode(b, p)
		var got ingested
		load(b, p, &got, slices.Concat([]string{"ingest"}, n.taxii(), size)...)
		n.stop(b)
		if got.Refused > 0 || got.Succeeded != ingestSize || len(got.Unseen) > 0 {
			b.Fatalf("not everything was taken: %+v", got)
		}
		f := newFloor(b, p, 10)
		var low ingested
		load(b, p, &low, slices.Concat([]string{"ingest", "-base", f.base, "-collection", "c", "-visible", "none"}, size)...)
		f.stop()
		b.Logf("ingest %.0f/s (cpu %.2f s, ack p50 %.1f ms), floor %.0f/s", got.Rate, got.Server.CPU, got.Ack.P50, low.Rate)
		if got.Rate > best.Rate {
			best = got
		}
		if low.Rate > bestFloor.Rate {
			bestFloor = low
		}
	}
	b.ReportMetric(best.Rate, "objects/s")
	b.ReportMetric(bestFloor.Rate/best.Rate, "floor-ratio")
	t.add("durable ingest, envelopes of 100 on 4 connections", fmt.Sprintf("%.0f objects/s, %.1f MB/s (1/%.1f of the floor); acknowledged p50 %.1f ms, p99 %.1f ms", best.Rate, best.MBs, bestFloor.Rate/best.Rate, best.Ack.P50, best.Ack.P99),
		fmt.Sprintf("%.0f objects/s", bestFloor.Rate), "at least 1/25 of the floor")
}

// generated is a bundle of generated indicators, as filed over the API.
func generated(b *testing.B, p programs, seed, n int) []byte {
	b.Helper()
	out, err := exec.Command(p.load, "gen", "-n", fmt.Sprint(n), "-mix", "indicators", "-seed", fmt.Sprint(seed)).Output()
	if err != nil {
		b.Fatal(err)
	}
	return out
}

// report50: reports of 50 indicators, one after the other, until the receipt is there.
func report50(b *testing.B, p programs, t *table) {
	n := newNode(b, p)
	defer n.stop(b)
	best := time.Hour
	var worst time.Duration
	for round := range rounds {
		var took []time.Duration
		for i := range 40 {
			body := generated(b, p, 1000*round+i+1, 50)
			from := time.Now()
			answer := n.post(b, body)
			took = append(took, time.Since(from))
			if answer.Receipt == "" || len(answer.Objects) == 0 {
				b.Fatalf("no receipt in the answer: %+v", answer)
			}
		}
		slices.Sort(took)
		b.Logf("report of 50: p50 %v, p95 %v", took[len(took)/2], took[len(took)*95/100])
		if took[len(took)/2] < best {
			best, worst = took[len(took)/2], took[len(took)*95/100]
		}
	}
	b.ReportMetric(float64(best.Microseconds())/1000, "p50-ms")
	t.add("a report of 50 indicators filed and receipted", fmt.Sprintf("p50 %.1f ms, p95 %.1f ms", ms(best), ms(worst)), "", "p50 under 20 ms")
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

type filed struct {
	Receipt string            `json:"receipt"`
	Objects []json.RawMessage `json:"objects"`
}

func (n *node) post(b *testing.B, body []byte) (out filed) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, n.url+"/api/v1/reports", bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+n.key)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusCreated {
		b.Fatalf("filing: %d %.300s %v", res.StatusCode, raw, err)
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		b.Fatal(err)
	}
	return out
}

// propagate: from a post to its event on the stream, beside the floor's push.
func propagate(b *testing.B, p programs, t *table) {
	best, low := propagated{Full: latency{P50: 1e9}}, propagated{Full: latency{P50: 1e9}}
	args := []string{"-count", "60", "-gap", "20ms"}
	n := newNode(b, p)
	defer n.stop(b)
	f := newFloor(b, p, 10)
	defer f.stop()
	for range rounds {
		var got, floor propagated
		load(b, p, &got, slices.Concat([]string{"propagate", "-base", n.url + "/exchange/", "-collection", collection, "-token", n.key, "-sse", n.url + "/api/v1/stream"}, args)...)
		load(b, p, &floor, slices.Concat([]string{"propagate", "-base", f.base, "-collection", "c", "-sse", f.base + "events/"}, args)...)
		if got.Seen != got.Expected {
			b.Fatalf("seen %d of %d: %v", got.Seen, got.Expected, got.Trouble)
		}
		b.Logf("post to seen p50 %.2f ms (ack to seen %.2f, post %.2f), floor %.2f (%.2f, %.2f)", got.Full.P50, got.AfterAck.P50, got.Post.P50, floor.Full.P50, floor.AfterAck.P50, floor.Post.P50)
		if got.Full.P50 < best.Full.P50 {
			best = got
		}
		if floor.Full.P50 < low.Full.P50 {
			low = floor
		}
	}
	b.ReportMetric(best.Full.P50, "post-to-seen-ms")
	b.ReportMetric(best.Full.P50/low.Full.P50, "floor-ratio")
	t.add("posted to seen on the event stream", fmt.Sprintf("p50 %.2f ms, p99 %.2f ms (%.1f times the floor)", best.Full.P50, best.Full.P99, best.Full.P50/low.Full.P50), fmt.Sprintf("p50 %.2f ms", low.Full.P50), "at most 5 times the floor's push")
	t.add("accepted to seen on the event stream", fmt.Sprintf("p50 %.2f ms", best.AfterAck.P50), fmt.Sprintf("p50 %.2f ms", low.AfterAck.P50), "(0 where the event comes before the answer)")
}

// full: what a node of 100,000 objects costs: disk, start, memory, a walk of all pages.
func full(b *testing.B, p programs, t *table) {
	n := newNode(b, p)
	defer n.stop(b)
	var got ingested
	load(b, p, &got, slices.Concat([]string{"ingest"}, n.taxii(), []string{"-n", fmt.Sprint(fullSize), "-per", "100", "-c", "4"})...)
	if got.Succeeded != fullSize {
		b.Fatalf("not everything was taken: %+v", got)
	}
	afterIngest := n.resident(b)
	n.stop(b)
	perObject := float64(folderBytes(b, n.data)) / fullSize
	raw := float64(got.Bytes) / fullSize
	b.Logf("ingest of %d: %.0f/s; after it %.0f MB resident (most %.0f); %.0f bytes on disk for %.0f", fullSize, got.Rate, afterIngest, got.Server.RSSMax, perObject, raw)
	ready := time.Hour
	for range rounds {
		n.start(b)
		b.Logf("start to ready %v", n.toReady)
		ready = min(ready, n.toReady)
		if ready != n.toReady || n.cmd == nil {
			n.stop(b)
			continue
		}
		n.stop(b)
	}
	n.start(b)
	idle := n.resident(b)
	best, low := n.walk(b), walked{}
	walkedMB := n.resident(b)
	f := newFloor(b, p, fullSize)
	defer f.stop()
	for range rounds {
		if w := n.walk(b); w.Rate > best.Rate {
			best = w
		}
		var w walked
		load(b, p, &w, "poll", "-base", f.base, "-collection", "c", "-limit", "1000", "-incremental", "0")
		if w.Rate > low.Rate {
			low = w
		}
	}
	b.ReportMetric(perObject, "bytes/object")
	b.ReportMetric(ms(ready), "ready-ms")
	b.ReportMetric(walkedMB, "resident-MB")
	b.ReportMetric(best.Rate, "walked/s")
	t.add("start to ready with 100,000 objects", fmt.Sprintf("%.0f ms", ms(ready)), "", "under 500 ms")
	t.add("resident at 100,000 objects", fmt.Sprintf("%.0f MB after a start, %.0f MB after a walk of all pages, %.0f MB after taking them all in (most %.0f MB)", idle, walkedMB, afterIngest, got.Server.RSSMax), "", "under 100 MB")
	t.add(fmt.Sprintf("disk for an object of %.0f bytes", raw), fmt.Sprintf("%.0f bytes", perObject), "", "at most 600 bytes")
	t.add("walk of all pages of 1,000", fmt.Sprintf("%.0f objects/s, a page p50 %.1f ms", best.Rate, best.Page.P50), fmt.Sprintf("%.0f objects/s, a page p50 %.1f ms", low.Rate, low.Page.P50), "")
}

// walk pages through the collection, and holds the node to giving each object once.
func (n *node) walk(b *testing.B) (w walked) {
	b.Helper()
	load(b, n.p, &w, "poll", "-base", n.url+"/exchange/", "-collection", collection, "-token", n.key, "-limit", "1000", "-incremental", "0", "-ids")
	if w.Objects != fullSize || w.Repeated > 0 || len(w.Trouble) > 0 {
		b.Fatalf("the walk gave %d objects, %d twice: %v", w.Objects, w.Repeated, w.Trouble)
	}
	return w
}
