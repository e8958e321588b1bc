package privacy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkText judges the report files of the shared data and the marked texts
// of these tests; the figure that counts is MB/s.
func BenchmarkText(b *testing.B) {
	var all strings.Builder
	files, _ := filepath.Glob("../../shared/data/reports/*")
	for _, f := range files {
		if raw, err := os.ReadFile(f); err == nil {
			all.Write(raw)
		}
	}
	if all.Len() == 0 {
		b.Skip("the shared data is not here: the reports are skipped")
	}
	one := all.String()
	g := New()
	text := strings.Repeat(one, 1+(4<<20)/len(one))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		g.Text(text)
	}
}

// BenchmarkProse judges prose with people in it.
func BenchmarkProse(b *testing.B) {
	g := New()
	text := strings.Repeat("Frau Annegret Sommerfeld (annegret.s@kanzlei.example) opened the mail from pay@bad-host.example at 09:14, then called +49 30 5550123. The loader contacted 203.0.113.9 and wrote C:\\Users\\asommer\\AppData\\x.exe to disk.\n", 5000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		g.Text(text)
	}
}
