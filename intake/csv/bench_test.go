package csv

import (
	"fmt"
	"strings"
	"testing"
)

func BenchmarkList(b *testing.B) {
	for name, line := range map[string]string{"addresses": "192.0.2.%d\t7\n", "rubbish": "x%d\n", "rows": "h%d.example,domain,\"seen, once\",2026-01-01\n"} {
		b.Run(name, func(b *testing.B) {
			var in strings.Builder
			for i := range 10_000 {
				fmt.Fprintf(&in, line, i%256)
			}
			b.SetBytes(int64(in.Len()))
			for b.Loop() {
				_, _ = Read([]byte(in.String()), options())
			}
		})
	}
}
