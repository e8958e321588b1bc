package cli

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// The heap is small and much of it lives for one report: collecting it half as often
// saves a tenth of the processor; the limit keeps a rush of large reports from taking
// that as memory.
const (
	gcPercent  = 200
	leastLimit = 44 << 20 // bytes
)

// limitFor gives the collector's limit for what is in use, in bytes. It is always far
// above that: a limit below what lives would have the collector run without end.
func limitFor(live uint64) int64 { return max(leastLimit, int64(live/4*7)+8<<20) }

// tendMemory sets the collector up and keeps its limit in step with what is in use,
// until ctx ends. Whoever sets GOMEMLIMIT or GOGC decides by themselves.
func tendMemory(ctx context.Context) {
	if os.Getenv("GOMEMLIMIT") != "" || os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(gcPercent)
	debug.SetMemoryLimit(leastLimit)
	go func() {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}} // after the last collection
		was := int64(leastLimit)
		again := time.NewTicker(time.Second)
		defer again.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-again.C:
				metrics.Read(live)
				if limit := limitFor(live[0].Value.Uint64()); limit != was { // setting it stops the world for a moment
					debug.SetMemoryLimit(limit)
					was = limit
				}
			}
		}
	}()
}
