package cli_test

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"tocsin/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"tocsin": func() { os.Exit(cli.Main(context.Background(), os.Args[1:], cli.Standard())) },
	})
}

// TestScripts runs the command line as its users do: see testdata.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("TOCSIN_HOME", filepath.Join(e.WorkDir, "home"))
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"node": startNode, "stop": stopNode, "field": field, "exits": exits, "logkey": logKey,
		},
	})
}

// startNode DATA [FLAG...] serves a data folder and sets TOCSIN_SERVER.
func startNode(ts *testscript.TestScript, neg bool, args []string) {
	name, err := os.Executable()
	ts.Check(err)
	cmd := exec.Command(name, append([]string{"serve", "--listen", "127.0.0.1:0", "--data"}, args...)...)
	cmd.Args[0] = "tocsin"
	cmd.Path = filepath.Join(filepath.SplitList(ts.Getenv("PATH"))[0], "tocsin")
	cmd.Dir = ts.Getenv("WORK")
	cmd.Env = append(os.Environ(), "TOCSIN_HOME="+ts.Getenv("TOCSIN_HOME"))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() { cmd.Process.Kill(); cmd.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
			ts.Setenv("TOCSIN_SERVER", url)
			ts.Setenv("NODE_PID", itoa(cmd.Process.Pid))
			go func() { // the link for the operator, and whatever else it prints
				for lines.Scan() {
				}
			}()
			return
		}
	}
	ts.Fatalf("the node ended before it was ready")
}

// stopNode [KILL] ends the node that was started last: by SIGTERM, or by SIGKILL.
func stopNode(ts *testscript.TestScript, neg bool, args []string) {
	pid := atoi(ts, ts.Getenv("NODE_PID"))
	sig := syscall.SIGTERM
	if len(args) > 0 {
		sig = syscall.SIGKILL
	}
	p, err := os.FindProcess(pid)
	ts.Check(err)
	ts.Check(p.Signal(sig))
	p.Wait() // our own child
}

// field FILE PATH ENV sets a variable to a field of a JSON file, such as members.0.key.
func field(ts *testscript.TestScript, neg bool, args []string) {
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &v))
	for part := range strings.SplitSeq(args[1], ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			i := atoi(ts, part)
			if i >= len(x) {
				ts.Fatalf("%s has %d elements", args[1], len(x))
			}
			v = x[i]
		}
	}
	s, ok := v.(string)
	if !ok {
		b, _ := json.Marshal(v)
		s = string(b)
	}
	if s == "" || s == "null" {
		ts.Fatalf("%s has no %s", args[0], args[1])
	}
	ts.Setenv(args[2], s)
}

// logKey FILE writes the log's public key, of LOGKEY, to a file.
func logKey(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(ts.Getenv("LOGKEY")+"\n"), 0o600))
}

// exits CODE COMMAND... runs a command that must end with that code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if e, ok := err.(*exec.ExitError); ok {
		code = e.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if code != atoi(ts, args[0]) {
		ts.Fatalf("%s ended with %d; want %s", strings.Join(args[1:], " "), code, args[0])
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

func atoi(ts *testscript.TestScript, s string) int {
	n, err := strconv.Atoi(s)
	ts.Check(err)
	return n
}
