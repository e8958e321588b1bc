package bench

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tocsin/intake/scan"
)

// scanText is the files of the reports and the sample texts, repeated to 32 MB.
func scanText(b *testing.B) string {
	b.Helper()
	const shared, size = "../../shared/data", 32 << 20
	files, _ := filepath.Glob(filepath.Join(shared, "reports", "*"))
	var one strings.Builder
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			b.Fatal(err)
		}
		one.Write(raw)
		one.WriteString("\n\n")
	}
	for _, f := range []string{"ioc-sample/sample.jsonl", "ioc-long/long.jsonl"} {
		raw, err := os.ReadFile(filepath.Join(shared, f))
		if err != nil {
			if os.Getenv("CI") != "" {
				b.Fatalf("the sample texts are missing: %v", err)
			}
			b.Skipf("skipped the speed of the scanner: %v", err)
		}
		for line := range strings.Lines(string(raw)) {
			var item struct{ Text string }
			if err := json.Unmarshal([]byte(line), &item); err != nil {
				b.Fatal(err)
			}
			one.WriteString(item.Text)
			one.WriteString("\n\n")
		}
	}
	return strings.Repeat(one.String(), size/one.Len()+1)[:size]
}

// BenchmarkScan is to read 10 MB/s of CPU time, which is the figure cpu-MB/s: of
// 1,000,000 bytes, all cores and the collector's work counted.
func BenchmarkScan(b *testing.B) {
	text := scanText(b)
	b.SetBytes(int64(len(text)))
	start, n := cpuTime(b), 0
	for b.Loop() {
		n++
		if len(scan.Find(text)) == 0 {
			b.Fatal("nothing found")
		}
	}
	b.ReportMetric(float64(n)*float64(len(text))/1e6/(cpuTime(b)-start), "cpu-MB/s")
}

// cpuTime gives the seconds of CPU that the process has used.
func cpuTime(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
