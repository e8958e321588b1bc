package cli

import (
	"context"
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"
)

func TestLimitFor(t *testing.T) {
	for live, want := range map[uint64]int64{0: 44 << 20, 20 << 20: 44 << 20, 24 << 20: 50 << 20, 1 << 30: 1800 << 20} {
		if got := limitFor(live); got != want {
			t.Errorf("with %d bytes in use the limit is %d, not %d", live, got, want)
		}
	}
}

// TestTendMemory: the limit follows what is in use, and is left alone where the
// environment says otherwise.
func TestTendMemory(t *testing.T) {
	percent := debug.SetGCPercent(100)
	defer debug.SetGCPercent(percent)
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(math.MaxInt64))
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "1GiB")
	tendMemory(t.Context())
	if got := debug.SetMemoryLimit(-1); got != math.MaxInt64 {
		t.Errorf("the operator's own limit is overruled with %d", got)
	}
	t.Setenv("GOMEMLIMIT", "")
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		tendMemory(ctx)
		if got := debug.SetMemoryLimit(-1); got != leastLimit {
			t.Errorf("at first the limit is %d", got)
		}
		held := make([]byte, 100<<20)
		runtime.GC()
		time.Sleep(1100 * time.Millisecond)
		if got := debug.SetMemoryLimit(-1); got < 180<<20 {
			t.Errorf("with 100 MB in use the limit is %d", got)
		}
		runtime.KeepAlive(held)
	})
}
