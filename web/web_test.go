package web_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/web"
)

func TestLinkEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := web.NewLinks()
		fresh, old := l.Make("a"), l.Make("b")
		token := func(path string) string { return strings.TrimPrefix(path, "/welcome/") }
		if fresh == old {
			t.Error("two links are the same")
		}
		time.Sleep(24*time.Hour - time.Second)
		if m, ok := l.Take(token(fresh)); !ok || m != "a" {
			t.Errorf("just below a day: %q, %v", m, ok)
		}
		time.Sleep(2 * time.Second)
		if _, ok := l.Take(token(old)); ok {
			t.Error("a link older than a day was taken")
		}
	})
}
