package exchange_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tocsin/exchange"
	"tocsin/ledger"
	"tocsin/store/storetest"
)

// TestErasureIsFinished: after a recall the follower folds the write-ahead log
// into the file and truncates it, since the old block still stands there.
func TestErasureIsFinished(t *testing.T) {
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/erase")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "store.db")
	n := openNode(t, storetest.OpenURL(t, file), keys)
	ctx, cancel := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() {
		n.x.Follow(ctx, slog.New(slog.NewTextHandler(t.Output(), nil)), func(ctx context.Context, _ *slog.Logger) { <-ctx.Done() })
	})
	defer following.Wait()
	defer cancel()
	n.file(n.bank, bundle(indicator("1", "evil.example", "")), exchange.Options{})
	if size(t, file+"-wal") == 0 {
		t.Fatal("nothing stands in the write-ahead log; the test shows nothing")
	}
	if _, err := n.x.Recall(t.Context(), n.bank, "evil.example", "a test"); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); size(t, file+"-wal") > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the write-ahead log still has %d bytes", size(t, file+"-wal"))
		}
	}
	n.clean()
}

func size(t *testing.T, file string) int64 {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
