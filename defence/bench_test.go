package defence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"tocsin/member"
	"tocsin/observable"
	"tocsin/store"
	"tocsin/thing"
)

// mixed is n things as reports have them: a third each of names, addresses and hashes.
func mixed(from, n int) []observable.Thing {
	out := make([]observable.Thing, n)
	for i := range out {
		k := from + i
		sum := sha256.Sum256(fmt.Append(nil, k))
		switch k % 3 {
		case 0:
			out[i] = observable.Thing{Kind: observable.Domain, Value: fmt.Sprintf("%x.evil.example", sum[:5])}
		case 1:
			out[i] = observable.Thing{Kind: observable.IPv4, Value: fmt.Sprintf("%d.%d.%d.%d", sum[0], sum[1], k>>8&255, k&255)}
		default:
			out[i] = observable.Thing{Kind: observable.SHA256, Value: hex.EncodeToString(sum[:])}
		}
	}
	return out
}

func (w *world) fileThings(s member.Session, ts []observable.Thing) {
	w.Helper()
	until := time.Now().UTC().AddDate(0, 0, 30)
	w.do(len(ts), func(ctx context.Context, tx *store.Tx, p store.Place) error {
		out := make([]thing.Support, len(ts))
		for i, t := range ts {
			out[i] = thing.Support{At: p.Added + int64(i), Thing: t, Aud: 2, Member: int64(s.Member.ID), Until: until}
		}
		return w.things.Put(ctx, tx, out)
	})
}

// BenchmarkFold folds 100,000 new things in envelopes of 100 into one view, and
// reports the bytes that each costs in the store, by table (SQLite's dbstat).
func BenchmarkFold(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		w := newWorld(b, openSQLite(b), newKeys(b))
		acme := w.member("acme")
		const n, envelope = 100_000, 100
		w.view(acme)
		for i := 0; i < n; i += envelope {
			w.fileThings(acme, mixed(i, envelope))
		}
		b.StartTimer()
		began := time.Now()
		w.view(acme)
		b.StopTimer()
		b.ReportMetric(n/time.Since(began).Seconds(), "things/s")
		rows, err := w.db.Reader().QueryContext(b.Context(), `SELECT name, SUM(pgsize) FROM dbstat GROUP BY name`)
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
			var name string
			var bytes float64
			if err := rows.Scan(&name, &bytes); err != nil {
				b.Fatal(err)
			}
			if bytes > n {
				b.ReportMetric(bytes/n, name+"-B/thing")
			}
		}
		rows.Close()
		b.StartTimer()
	}
}
