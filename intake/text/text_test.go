package text_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/intake"
	"tocsin/intake/text"
	"tocsin/stix"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func options() intake.Options {
	n := 0
	return intake.Options{Now: now, NewID: func(typ string) string {
		n++
		return fmt.Sprintf("%s--00000000-0000-4000-8000-%012d", typ, n)
	}}
}

func read(t *testing.T, s string) intake.Batch {
	t.Helper()
	b, err := text.Read([]byte(s), options())
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range b.Items {
		if _, err := stix.Parse(it.Raw, stix.Limits{}); err != nil {
			t.Errorf("%s is not STIX 2.1: %v\n%s", it.Place, err, it.Raw)
		}
	}
	return b
}

func TestReadMakesAReport(t *testing.T) {
	b := read(t, "# Fox campaign\n\nC2 hxxps://pay[.]fox.example/a and fox[.]example, CVE-2026-1234.\n")
	for _, it := range b.Items {
		t.Logf("%s", it.Raw)
	}
	if len(b.Items) != 4 || !strings.Contains(string(b.Items[0].Raw), `"name":"Fox campaign"`) {
		t.Errorf("got %d items", len(b.Items))
	}
}
