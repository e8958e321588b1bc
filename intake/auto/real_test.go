package auto

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"tocsin/intake"
	"tocsin/stix"
)

// Every real file is found out for what it is, and gives objects that are all
// valid; its parts together are its unpacked bytes.
func TestRealFiles(t *testing.T) {
	want := map[string]intake.Format{"stix/*.json": intake.STIX, "attack/*.gz": intake.STIX, "misp/events/*.json": intake.MISP, "feeds/*": intake.CSV, "reports/*.adoc": intake.Text,
		"reports/bazarcall-appendix-a.txt": intake.Text, "reports/2020-08-21-TA551-IcedID.txt": intake.Text, "reports/gamaredon-2022-06.txt": intake.CSV}
	for pattern, format := range want {
		files, err := filepath.Glob("../../../shared/data/" + pattern)
		if err != nil || len(files) == 0 {
			if os.Getenv("CI") != "" {
				t.Fatalf("the real files %s are not there", pattern)
			}
			t.Skipf("skipped: the real files %s are not there", pattern)
		}
		for _, f := range files {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			whole := raw
			if strings.HasSuffix(f, ".gz") {
				z, err := gzip.NewReader(bytes.NewReader(raw))
				if err != nil {
					t.Fatal(err)
				}
				if whole, err = io.ReadAll(z); err != nil {
					t.Fatal(err)
				}
			}
			for _, name := range []string{"", filepath.Base(f)} {
				bs, found, err := drain(bytes.NewReader(raw), "", name)
				if err != nil || found != format {
					t.Errorf("%s as %q: %s, %v", f, name, found, err)
					continue
				}
				var input []byte
				n := 0
				for _, b := range bs {
					input = append(input, b.Input...)
					for i, it := range b.Items {
						if n++; len(bs) > 2 && i%50 > 0 {
							continue
						}
						if _, err := stix.Parse(it.Raw, stix.Limits{}); err != nil {
							t.Errorf("%s, %s: %v", f, it.Place, err)
						}
					}
				}
				if n == 0 || !bytes.Equal(input, whole) {
					t.Errorf("%s: %d objects, input of %d of %d bytes", f, n, len(input), len(whole))
				}
				if len(whole) > 1<<20 {
					break // once is enough of the large ones
				}
			}
		}
	}
}
