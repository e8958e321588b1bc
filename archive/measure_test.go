package archive

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"tocsin/store/storetest"
)

// BenchmarkChoices measures what docs/decisions.md chose: 100,000 objects in
// envelopes of 100 on four connections, one thing changed at a time.
//
//	go test ./archive -run '^$' -bench Choices -benchtime 1x
func BenchmarkChoices(b *testing.B) {
	type choice struct {
		block int
		level zstd.EncoderLevel
		page  int
	}
	chosen := choice{BlockBytes, level, 4096}
	run := map[string]choice{"chosen": chosen}
	for _, kb := range []int{16, 32, 64, 128, 256} {
		c := chosen
		c.block = kb << 10
		run[fmt.Sprintf("block=%dkiB", kb)] = c
	}
	for _, l := range []zstd.EncoderLevel{zstd.SpeedFastest, zstd.SpeedDefault, zstd.SpeedBetterCompression} {
		c := chosen
		c.level = l
		run[fmt.Sprintf("zstd=%v", l)] = c
	}
	for _, kb := range []int{2, 4, 8, 16, 32} {
		c := chosen
		c.page = kb << 10
		run[fmt.Sprintf("page=%dkB", kb)] = c
	}
	for name, c := range run {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				measure(b, c.block, c.level, c.page)
			}
		})
	}
}

func measure(b *testing.B, block int, level zstd.EncoderLevel, page int) {
	const envelopes, each, connections = 1000, 100, 4
	file := filepath.Join(b.TempDir(), "store.db")
	// A file keeps the page size that it was made with.
	made, err := sql.Open("sqlite", fmt.Sprintf("file:%s?_pragma=page_size(%d)&_journal_mode=WAL", file, page))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := made.Exec(`CREATE TABLE z (a); DROP TABLE z`); err != nil {
		b.Fatal(err)
	}
	if err := made.Close(); err != nil {
		b.Fatal(err)
	}
	w := begin(b, storetest.OpenURL(b, file))
	w.a.block, w.a.coders = block, newCoders(level)
	g := newGenerator(1)
	var all [envelopes][]Slot
	bytes := 0
	for i := range all {
		all[i] = g.envelope(each, 1)
		for _, s := range all[i] {
			bytes += len(s.Raw)
		}
	}
	began, cpu := time.Now(), cpuTime(b)
	var wg sync.WaitGroup
	for c := range connections {
		wg.Go(func() {
			for i := c; i < envelopes; i += connections {
				w.file(b, all[i])
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	b.ReportMetric((cpuTime(b)-cpu).Seconds()*1e6/(envelopes*each), "cpu-us/object")
	if err := w.db.Checkpoint(b.Context()); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(bytes)/(envelopes*each), "raw-bytes/object")
	b.ReportMetric(float64(info.Size())/(envelopes*each), "bytes/object")
	b.ReportMetric(envelopes*each/took.Seconds(), "objects/s")
	b.ReportMetric(w.pageTime(b).Seconds()*1000, "ms/page-of-1000")
	b.ReportMetric(0, "ns/op")
}

// pageTime gives the mean time to read a page of 1,000 objects with their bytes.
func (w *world) pageTime(b *testing.B) time.Duration {
	began := time.Now()
	pages, after := 0, int64(0)
	for {
		n := 0
		err := w.a.Scan(b.Context(), w.db.Reader(), 1, after, Want{Bytes: true}, func(o Object) bool {
			n, after = n+1, o.At
			return n < 1000
		})
		if err != nil {
			b.Fatal(err)
		}
		if n == 0 {
			return time.Since(began) / time.Duration(pages)
		}
		pages++
	}
}

// cpuTime is what this process has used: a busy machine changes it less than the time that passes.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
