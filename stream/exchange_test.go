package stream

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/door"
	"tocsin/exchange"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/store/storetest"
)

// TestRealLog: over a real log and a real connection, a report is seen by the
// other company and by its own, and its recall after it; soon.
func TestRealLog(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		ctx := t.Context()
		db := open(t)
		keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "tocsin.example/test")
		must(t, err)
		must(t, exchange.Migrate(ctx, db))
		x, err := exchange.New(ctx, db, keys)
		must(t, err)
		t.Cleanup(func() { x.Close() })
		server := httptest.NewServer(Handler(x, door.New(x.Members(), discard())))
		t.Cleanup(server.Close)
		var readers []*bufio.Reader
		for _, name := range []string{"acme", "borg"} {
			_, err := x.Members().AddMember(ctx, member.NewMember{Name: name})
			must(t, err)
			key, _, err := x.Members().AddKey(ctx, name, false)
			must(t, err)
			readers = append(readers, open1(t, server.URL, key))
		}
		acme, err := x.Members().Session(ctx, "acme")
		must(t, err)
		var took []time.Duration
		for i := range 30 {
			id := fmt.Sprintf("indicator--11111111-1111-4111-8111-%012d", i)
			body := fmt.Sprintf(`{"type":"indicator","spec_version":"2.1","id":%q,"created":"2026-11-01T00:00:00.000Z","modified":"2026-11-01T00:00:00.000Z",`+
				`"pattern":"[domain-name:value = 'h%d.example']","pattern_type":"stix","valid_from":"2026-11-01T00:00:00Z"}`, id, i)
			_, err := x.Accept(ctx, acme, strings.NewReader(body), exchange.Options{})
			must(t, err)
			accepted := time.Now()
			for _, r := range readers {
				if kind, data := next(t, r, id); kind != "object" || !strings.Contains(data, `"collection":"default"`) {
					t.Fatalf("event %s %s", kind, data)
				}
			}
			took = append(took, time.Since(accepted))
			if i == 29 {
				_, err := x.Recall(ctx, acme, id, "a mistake")
				must(t, err)
				for _, r := range readers {
					if kind, data := next(t, r, id); kind != "withdraw" || !strings.Contains(data, `"cause":"recall"`) {
						t.Fatalf("event %s %s", kind, data)
					}
				}
			}
		}
		slices.Sort(took)
		t.Logf("receipt to seen by both: p50 %v, max %v", took[15], took[29])
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open1(t *testing.T, url, key string) *bufio.Reader {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "GET", url+"/api/v1/stream", nil)
	must(t, err)
	r.Header.Set("X-Api-Key", key)
	a, err := http.DefaultClient.Do(r)
	must(t, err)
	if a.StatusCode != http.StatusOK {
		t.Fatalf("status %s", a.Status)
	}
	lines := bufio.NewReader(a.Body)
	for range 3 { // the greeting: from here on it follows
		if _, err := lines.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	return lines
}

// next reads events up to the one about an object.
func next(t *testing.T, lines *bufio.Reader, id string) (kind, data string) {
	t.Helper()
	for {
		text, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("waiting for %s: %v", id, err)
		}
		if k, ok := strings.CutPrefix(text, "event: "); ok {
			kind = strings.TrimSpace(k)
		}
		if strings.HasPrefix(text, "data: ") && strings.Contains(text, id) {
			return kind, text
		}
	}
}
