package find

import (
	"slices"
	"strings"
	"testing"

	"tocsin/exchange"
	"tocsin/thing"
)

// Words whose key is put together on the page are missed only when it is shown.
func TestWordsOfAllKinds(t *testing.T) {
	text, err := files.ReadFile("words.en.txt")
	if err != nil {
		t.Fatal(err)
	}
	has := func(key string) {
		t.Helper()
		if !strings.Contains("\n"+string(text), "\n"+key+": ") {
			t.Errorf("there is no word %q", key)
		}
	}
	for _, k := range thing.Kinds() {
		has("kind." + string(k))
	}
	for _, typ := range append(slices.Concat(types, further), "other") {
		has("type." + typ + ".one")
		has("type." + typ + ".other")
		if slices.Contains(types, typ) {
			has("types." + typ)
		}
	}
	for _, read := range []exchange.AskedKind{exchange.AskedValue, exchange.AskedID, exchange.AskedReceipt, exchange.AskedList, exchange.AskedWords, "filter"} {
		has("read." + string(read))
		has("read." + string(read) + ".what")
	}
	// The reasons of observable.Special, but documentation.
	for reason := range strings.FieldsSeq("unspecified loopback private shared link-local multicast broadcast benchmarking discard reserved wide resolver infrastructure suffix empty") {
		has("never." + reason)
	}
}

// Cells that a spreadsheet would compute are text.
func TestDefuse(t *testing.T) {
	for cell, want := range map[string]string{
		"": "", "plain": "plain", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", "\nx": "'\nx", "a=1": "a=1", "'=1": "'=1", "é": "é",
	} {
		if got := defuse(cell); got != want {
			t.Errorf("%q becomes %q, not %q", cell, got, want)
		}
	}
}

func TestCursor(t *testing.T) {
	for _, at := range []int64{1, 1_764_000_000_000_000, 1<<62 + 1} {
		if got, err := readCursor(cursor(at)); err != nil || got != at {
			t.Errorf("%d becomes %d, %v", at, got, err)
		}
	}
	for _, bad := range []string{"0", "-1", "!", " 1", "zzzzzzzzzzzzzz", "zzzzzzzzzzzzz"} {
		if got, err := readCursor(bad); err == nil {
			t.Errorf("%q is read as %d", bad, got)
		}
	}
	if got, err := readCursor(""); err != nil || got != 0 {
		t.Errorf("nothing is read as %d, %v", got, err)
	}
}
