package bench

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tocsin/app"
	"tocsin/member"
)

// BenchmarkInProcess takes reports in with the node inside this process, so that
// -cpuprofile and -memprofile show where the time goes. Objects are made by the load
// generator beforehand.
func BenchmarkInProcess(b *testing.B) {
	p := build(b)
	ctx := b.Context()
	const envelopes = 200
	bodies := make([][]byte, envelopes)
	for i := range bodies {
		out, err := exec.Command(p.load, "gen", "-n", "100", "-skip", fmt.Sprint(100*i)).Output()
		if err != nil {
			b.Fatal(err)
		}
		_, objects, _ := strings.Cut(string(out), `"objects":[`)
		bodies[i] = []byte(`{"objects":[` + objects)
	}
	b.ResetTimer()
	for range b.N {
		b.StopTimer()
		a, key := inProcess(b, ctx)
		b.StartTimer()
		var next atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for i := next.Add(1) - 1; i < envelopes; i = next.Add(1) - 1 {
					postEnvelope(b, ctx, a.URL(), key, string(bodies[i]))
				}
			})
		}
		wg.Wait()
		b.StopTimer()
		if err := a.Stop(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(b.N)*envelopes*100/b.Elapsed().Seconds(), "objects/s")
}

// inProcess starts a node with one member and gives its key.
func inProcess(b *testing.B, ctx context.Context) (*app.App, string) {
	b.Helper()
	a, err := app.New(ctx, app.Config{Data: filepath.Join(b.TempDir(), "data"), Listen: "127.0.0.1:0"})
	if err != nil {
		b.Fatal(err)
	}
	reg := a.Node().Exchange.Members()
	m, err := reg.AddMember(ctx, member.NewMember{Name: "Northwind Bank"})
	if err != nil {
		b.Fatal(err)
	}
	key, _, err := reg.AddKey(ctx, m.Name, false)
	if err != nil {
		b.Fatal(err)
	}
	if err := a.Start(ctx); err != nil {
		b.Fatal(err)
	}
	return a, key
}

func postEnvelope(b *testing.B, ctx context.Context, url, key, body string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/exchange/collections/"+collection+"/objects/", strings.NewReader(body))
	if err != nil {
		b.Error(err)
		return
	}
	const media = "application/taxii+json;version=2.1"
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", media)
	req.Header.Set("Accept", media)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Error(err)
		return
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusAccepted {
		b.Errorf("an envelope was answered with %d", res.StatusCode)
	}
}
