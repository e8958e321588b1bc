package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/app"
	"tocsin/cli"
	"tocsin/ledger"
	"tocsin/member"
)

// serveEnv makes the test binary a node, so that it can be killed.
const serveEnv = "TOCSIN_TEST_ARGS"

func TestMain(m *testing.M) {
	if args := os.Getenv(serveEnv); args != "" {
		os.Exit(cli.Main(context.Background(), strings.Split(args, "\n"), cli.Standard()))
	}
	os.Exit(m.Run())
}

// process is a node in a process of its own.
type process struct {
	cmd *exec.Cmd
	url string
	log bytes.Buffer // what it wrote to standard error; complete once it was killed
}

func serve(t *testing.T, args ...string) *process {
	t.Helper()
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(name)}
	p.cmd.Env = append(os.Environ(), serveEnv+"="+strings.Join(append([]string{"serve", "--listen", "127.0.0.1:0"}, args...), "\n"), "TOCSIN_HOME="+t.TempDir())
	p.cmd.Stderr = io.MultiWriter(t.Output(), &p.log)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
			p.url = url
			go io.Copy(io.Discard, out)
			return p
		}
	}
	t.Fatal("the node ended before it was ready")
	return nil
}

// kill ends it as a power failure would.
func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// world is a store with two companies and their keys.
type world struct {
	cfg            app.Config
	args           []string
	bank, hospital string
	logKey         string
}

// begin makes the node without starting it.
func begin(t *testing.T, cfg app.Config) *world {
	t.Helper()
	n, err := app.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	w := &world{cfg: cfg, args: []string{"--data", cfg.Data, "--keys", cfg.Keys}, logKey: n.Keys.VerifierKey()}
	if cfg.DB != "" {
		w.args = append(w.args, "--db", cfg.DB)
	}
	for name, key := range map[string]*string{"Harbor Bank": &w.bank, "Lakeside Hospital": &w.hospital} {
		if _, err := n.Exchange.Members().AddMember(t.Context(), member.NewMember{Name: name}); err != nil {
			t.Fatal(err)
		}
		if *key, _, err = n.Exchange.Members().AddKey(t.Context(), name, false); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// acked is what a node acknowledged.
type acked struct {
	Index   int64
	Receipt string
	Objects []struct{ ID string }
}

// load files reports until it is told to stop, and remembers what was acknowledged.
type load struct {
	mu    sync.Mutex
	acked []acked
	wg    sync.WaitGroup
	stop  chan struct{}
}

func newLoad() *load { return &load{stop: make(chan struct{})} }

// writer files small reports at a node, one after another; errors end it: the node was killed.
func (l *load) writer(name, url, key string) {
	l.wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-l.stop:
				return
			default:
			}
			body := fmt.Sprintf("%s-%d-a.example\n%s-%d-b.example\n", name, i, name, i)
			r, err := http.NewRequest(http.MethodPost, url+"/api/v1/reports?format=csv", strings.NewReader(body))
			if err != nil {
				return
			}
			r.Header.Set("Authorization", "Bearer "+key)
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				return
			}
			b, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			var a acked
			if err != nil || resp.StatusCode != http.StatusCreated || json.Unmarshal(b, &a) != nil {
				return
			}
			l.mu.Lock()
			l.acked = append(l.acked, a)
			l.mu.Unlock()
		}
	})
}

func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked)
}

// reach waits until so many reports were acknowledged.
func (l *load) reach(t *testing.T, n int) {
	t.Helper()
	for end := time.Now().Add(time.Minute); l.count() < n; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d reports in a minute; want %d", l.count(), n)
		}
	}
}

// check opens the store again: fsck is clean, every acknowledged receipt holds,
// and each entry that was acknowledged is the one that is there.
func (w *world) check(t *testing.T, got []acked) {
	t.Helper()
	n, err := app.Open(t.Context(), w.cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	c, err := n.Exchange.Fsck(t.Context(), func(int64, int64) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.Findings {
		t.Errorf("fsck: %s: %s", f.Place, f.Detail)
	}
	s, err := n.Exchange.Members().Session(t.Context(), "Harbor Bank")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int64]bool{}
	for _, a := range got {
		if seen[a.Index] {
			t.Errorf("entry %d was acknowledged to two reports", a.Index)
		}
		seen[a.Index] = true
		for _, check := range ledger.Verify([]byte(a.Receipt), w.logKey, nil) {
			if !check.OK {
				t.Errorf("receipt of entry %d: %s: %s", a.Index, check.Name, check.Detail)
			}
		}
		again, err := n.Exchange.Receipt(t.Context(), s, a.Index)
		if err != nil || !bytes.Equal(again, []byte(a.Receipt)) {
			t.Errorf("entry %d has another receipt now: %v", a.Index, err)
		}
	}
	t.Logf("%d entries, %d acknowledged", c.Entries, len(got))
}

// TestKillUnderLoad: after kill -9 fsck is clean and everything acknowledged is there.
func TestKillUnderLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("processes are not under the race detector")
	}
	dir := t.TempDir()
	w := begin(t, app.Config{Data: filepath.Join(dir, "data"), Keys: filepath.Join(dir, "keys")})
	var all []acked
	for round := range 3 {
		p := serve(t, w.args...)
		l := newLoad()
		for i := range 4 {
			l.writer(fmt.Sprintf("r%d-w%d", round, i), p.url, w.bank)
		}
		l.reach(t, 40+30*round)
		p.kill()
		l.wg.Wait()
		all = append(all, l.acked...)
		w.check(t, all)
	}
}

// reader follows the event stream over nodes that come and go.
type reader struct {
	mu      sync.Mutex
	ids     []string // positions in the order in which they came
	objects map[string]int
	last    string
}

// follow reads a node's stream until it ends.
func (r *reader) follow(ctx context.Context, url, key string) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/v1/stream", nil)
	if err != nil {
		return
	}
	q.Header.Set("Authorization", "Bearer "+key)
	if r.last != "" {
		q.Header.Set("Last-Event-ID", r.last)
	}
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	id := ""
	for lines.Scan() {
		if v, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
			id = v
		}
		if v, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			var d struct {
				Kind   string
				Object struct{ ID string }
			}
			if json.Unmarshal([]byte(v), &d) != nil {
				continue
			}
			r.mu.Lock()
			r.last = id
			r.ids = append(r.ids, id)
			r.objects[d.Object.ID]++
			r.mu.Unlock()
		}
	}
}
