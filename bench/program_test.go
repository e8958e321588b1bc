// Package bench measures the whole program from the outside: a built binary, its
// own process, its own folder, over the wire, beside a floor that does the least a
// server can do with the same bytes in the same run. Nothing here passes or fails
// by the clock; the figures go into docs/performance.md by hand.
//
//	go test -run '^$' -bench Figures -benchtime 1x -timeout 60m -v ./bench
//	go test -run '^$' -bench InProcess -benchtime 1x -cpuprofile cpu.out ./bench
package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	collection = "default" // GREEN, as the generated objects are marked
	taxiiload  = "../../shared/tools/taxiiload"
)

// programs are the two binaries of a run.
type programs struct {
	tocsin, load string
	home         string // where tocsin pins keys, so that the user's own are left alone
}

// build compiles both. Without the load generator there is nothing to measure with.
func build(b *testing.B) programs {
	b.Helper()
	if _, err := os.Stat(taxiiload); err != nil {
		if os.Getenv("CI") != "" {
			b.Fatalf("the load generator has to be here in CI: %v", err)
		}
		b.Skip("skipped: the load generator of the shared tools is not here")
	}
	dir := b.TempDir()
	p := programs{tocsin: filepath.Join(dir, "tocsin"), load: filepath.Join(dir, "taxiiload"), home: filepath.Join(dir, "home")}
	for _, args := range [][]string{{"build", "-o", p.tocsin, "tocsin"}, {"build", "-C", taxiiload, "-o", p.load, "."}} {
		cmd := exec.Command("go", args...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	return p
}

// node is a running tocsin.
type node struct {
	p        programs
	data     string
	key      string // of the member that files
	other    string // of another member
	url      string
	cmd      *exec.Cmd
	stderr   bytes.Buffer
	toReady  time.Duration
	finished chan error
}

// newNode makes a node with two members and starts it.
func newNode(b *testing.B, p programs) *node {
	b.Helper()
	n := &node{p: p, data: filepath.Join(b.TempDir(), "data")}
	var made struct {
		Members []struct{ Key string } `json:"members"`
	}
	out := n.run(b, "init", "--data", n.data, "--member", "Northwind Bank", "--member", "Harbor Freight", "--json")
	if err := json.Unmarshal(out, &made); err != nil || len(made.Members) != 2 {
		b.Fatalf("init printed %s (%v)", out, err)
	}
	n.key, n.other = made.Members[0].Key, made.Members[1].Key
	n.start(b)
	return n
}

func (n *node) command(args ...string) *exec.Cmd {
	cmd := exec.Command(n.p.tocsin, args...)
	cmd.Env = append(os.Environ(), "HOME="+n.p.home, "XDG_CONFIG_HOME="+n.p.home)
	return cmd
}

func (n *node) run(b *testing.B, args ...string) []byte {
	b.Helper()
	cmd := n.command(args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		b.Fatalf("tocsin %s: %v\n%s", args[0], err, stderr.Bytes())
	}
	return out
}

// start serves the folder, and notes how long it took until the line ready.
func (n *node) start(b *testing.B) {
	b.Helper()
	n.cmd = n.command("serve", "--data", n.data, "--listen", "127.0.0.1:0")
	n.stderr.Reset()
	n.cmd.Stderr = &n.stderr
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	from := time.Now()
	if err := n.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
			n.toReady, n.url = time.Since(from), url
			break
		}
	}
	if n.url == "" {
		b.Fatalf("serve ended before it was ready: %v\n%s", n.cmd.Wait(), n.stderr.Bytes())
	}
	n.finished = make(chan error, 1)
	go func() {
		for lines.Scan() { // what it prints later is not of interest, but must not block it
		}
		n.finished <- n.cmd.Wait()
	}()
}

// stop ends the node with SIGTERM, which also truncates the write-ahead log.
func (n *node) stop(b *testing.B) {
	b.Helper()
	if n.cmd == nil {
		return
	}
	from := time.Now()
	if err := n.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.Fatal(err)
	}
	select {
	case err := <-n.finished:
		if err != nil {
			b.Fatalf("serve ended with %v\n%s", err, n.stderr.Bytes())
		}
	case <-time.After(30 * time.Second):
		b.Fatal("serve did not end within 30 s of SIGTERM")
	}
	if d := time.Since(from); d > 5*time.Second {
		b.Logf("stopping took %v; the contract says 5 s", d)
	}
	n.cmd, n.url = nil, ""
}

func (n *node) pid() string { return fmt.Sprint(n.cmd.Process.Pid) }

// resident is the node's memory in MB, as the kernel counts it.
func (n *node) resident(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", n.cmd.Process.Pid))
	if err != nil {
		b.Skipf("skipped: memory is read from /proc: %v", err)
	}
	for line := range strings.Lines(string(status)) {
		var kb float64
		if _, err := fmt.Sscanf(line, "VmRSS: %f kB", &kb); err == nil {
			return kb / 1024
		}
	}
	b.Fatal("no VmRSS in /proc/PID/status")
	return 0
}

// folderBytes is what a folder's files take.
func folderBytes(b *testing.B, dir string) int64 {
	b.Helper()
	var sum int64
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return sum
}

// floor is the load generator's own bound, running.
type floor struct {
	base string
	stop func()
}

// newFloor serves n generated objects, and appends and syncs what is posted to a file.
func newFloor(b *testing.B, p programs, n int) floor {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	addr := ln.Addr().String()
	ln.Close()
	cmd := exec.Command(p.load, "floor", "-addr", addr, "-n", fmt.Sprint(n), "-append", filepath.Join(b.TempDir(), "appended"), "-for", "30m")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	line, err := bufio.NewReader(stderr).ReadString('\n') // it says when it is about to listen
	if err != nil {
		b.Fatalf("the floor: %q %v", line, err)
	}
	for range 1000 {
		c, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			c.Close()
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	return floor{"http://" + addr + "/api/", func() {
		if err := cmd.Process.Kill(); err == nil {
			_ = cmd.Wait() // it was killed, so it fails
		}
	}}
}

// load runs the load generator and reads its line.
func load(b *testing.B, p programs, into any, args ...string) {
	b.Helper()
	cmd := exec.Command(p.load, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		b.Fatalf("taxiiload %s: %v\n%s%s", args[0], err, out, stderr.Bytes())
	}
	if err := json.Unmarshal(out, into); err != nil {
		b.Fatalf("taxiiload %s printed %s", args[0], out)
	}
}
