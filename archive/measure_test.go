package archive

import (
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
	for _, kb := range []int{1, 2, 4, 8, 16} {
		c := chosen
		c.page = kb << 10
		run[fmt.Sprintf("page=%dkB", kb)] = c
	}
	for _, name := range slices.Sorted(maps.Keys(run)) {
		c := run[name]
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
	began, cpu, out := time.Now(), cpuTime(b), written(b)
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
	b.ReportMetric((written(b)-out)/(envelopes*each), "written-bytes/object")
	info, err := os.Stat(file)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(bytes)/(envelopes*each), "raw-bytes/object")
	b.ReportMetric(float64(info.Size())/(envelopes*each), "bytes/object")
	b.ReportMetric(envelopes*each/took.Seconds(), "objects/s")
	b.ReportMetric(w.pageTime(b).Seconds()*1000, "ms/page-of-1000")
	b.ReportMetric(w.tenTime(b).Seconds()*1000, "ms/ten-ids")
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

// tenTime gives the mean time to find and read ten objects that are far apart.
func (w *world) tenTime(b *testing.B) time.Duration {
	var all []Object
	if err := w.a.Scan(b.Context(), w.db.Reader(), 1, 0, Want{}, func(o Object) bool { all = append(all, o); return true }); err != nil {
		b.Fatal(err)
	}
	const rounds = 50
	began := time.Now()
	for i := range rounds {
		var ids []string
		for k := range 10 {
			ids = append(ids, all[(i+k*7919)%len(all)].ID)
		}
		found, err := w.a.Find(b.Context(), w.db.Reader(), []int32{1}, ids, 0)
		if err != nil || len(found) != 10 {
			b.Fatal(len(found), err)
		}
		for _, f := range found {
			if _, err := w.a.At(b.Context(), w.db.Reader(), f.Aud, f.At); err != nil {
				b.Fatal(err)
			}
		}
	}
	return time.Since(began) / rounds
}

// written is what this process gave to write calls so far: no other load changes it. It is 0 where the system doesn't say.
func written(b *testing.B) float64 {
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		b.Log("bytes written are not known here: ", err)
		return 0
	}
	var read, wrote float64
	if _, err := fmt.Sscanf(string(text), "rchar: %f\nwchar: %f", &read, &wrote); err != nil {
		b.Fatal(err)
	}
	return wrote
}

// cpuTime is what this process has used: a busy machine changes it less than the time that passes.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
