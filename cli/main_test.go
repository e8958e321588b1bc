package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"tocsin/cli"
)

// run runs a command line in this process.
func run(t *testing.T, in string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = cli.Main(t.Context(), args, cli.Streams{In: strings.NewReader(in), Out: &o, Err: &e})
	return code, o.String(), e.String()
}

// TestDemo: the whole main job, step by step, as a program reads it.
func TestDemo(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	code, out, errs := run(t, "", "demo", "--once", "--json")
	if code != 0 {
		t.Fatalf("ended with %d: %s%s", code, out, errs)
	}
	steps := map[string]int{}
	for line := range strings.Lines(out) {
		var s struct {
			Step, Text string
			MS         float64
		}
		if err := json.Unmarshal([]byte(line), &s); err != nil || s.Text == "" {
			t.Errorf("%v: %s", err, line)
		}
		steps[s.Step]++
		if s.Step == "arrived" && (s.MS <= 0 || s.MS > 5000) {
			t.Errorf("it arrived after %v ms", s.MS)
		}
	}
	for _, want := range []string{"node", "shared", "removed", "held", "filed", "verified", "arrived", "blocked", "recalled", "heard", "gone"} {
		if steps[want] == 0 {
			t.Errorf("no step %q in %v", want, steps)
		}
	}
	for _, personal := range []string{"jonas.brandt", "Jonas", "jbrandt", "901820", "marta.oliveira", "DE89 3704"} {
		if strings.Contains(out, personal) {
			t.Errorf("the demo shows %q", personal)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "tocsin-demo-*")); len(left) > 0 {
		t.Errorf("%v was left behind", left)
	}
}

// TestDemoOfOwnFile: the demo files what it is given, and says when it can't.
func TestDemoOfOwnFile(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	file := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(file, []byte("domain\nevil.example\nbad.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := run(t, "", "demo", file, "--once")
	if code != 0 || !strings.Contains(out, "evil.example") || !strings.Contains(out, "gone") {
		t.Errorf("ended with %d: %s%s", code, out, errs)
	}
	if code, out, _ := run(t, "", "demo", filepath.Join(t.TempDir(), "nothing"), "--once"); code != 1 || !strings.Contains(out, "failed") {
		t.Errorf("a missing file: %d, %s", code, out)
	}
}

// TestOffsets: the offsets of gate and extract count code points of the input.
func TestOffsets(t *testing.T) {
	texts := []string{"evil[.]example", "é evil[.]example", "日本語：evil[.]example、次は bad[.]example", "😀😀 evil[.]example 😀 bad[.]example"}
	var in strings.Builder
	for i, s := range texts {
		b, err := json.Marshal(map[string]any{"id": i, "text": s})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&in, "%s\n", b)
	}
	code, out, errs := run(t, in.String(), "extract", "--json-lines")
	if code != 0 {
		t.Fatalf("ended with %d: %s", code, errs)
	}
	answers := strings.Split(strings.TrimSpace(out), "\n")
	for i, s := range texts {
		var a struct {
			ID   int
			IOCs []struct {
				Value      string
				Start, End int
			}
		}
		if err := json.Unmarshal([]byte(answers[i]), &a); err != nil || a.ID != i || len(a.IOCs) == 0 {
			t.Fatalf("%v: %s", err, answers[i])
		}
		runes := []rune(s)
		for _, ioc := range a.IOCs {
			if got := strings.ReplaceAll(string(runes[ioc.Start:ioc.End]), "[.]", "."); got != ioc.Value {
				t.Errorf("%d code points: %q stands at the offsets of %q", utf8.RuneCountInString(s), got, ioc.Value)
			}
		}
	}
}

// TestGateOutput: what is removed is not in the output, and the spans say where it stood.
func TestGateOutput(t *testing.T) {
	code, out, errs := run(t, `{"id":"x","text":"Mail to jane.roe@customer.example, the victim."}`+"\n\n"+`{"id":"y","kind":"text","text":""}`, "gate")
	if code != 0 {
		t.Fatalf("ended with %d: %s", code, errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 || strings.Contains(lines[0], "jane.roe") || !strings.Contains(lines[0], `"verdict":"remove"`) || !strings.Contains(lines[1], `"spans":[]`) {
		t.Errorf("answers %q", lines)
	}
}

// TestExitCodes: what the node answers, and what the command then ends with.
func TestExitCodes(t *testing.T) {
	t.Setenv("TOCSIN_HOME", t.TempDir())
	for status, want := range map[int]int{400: 1, 401: 3, 403: 3, 404: 1, 409: 1, 413: 1, 422: 3, 500: 1, 503: 4, 507: 1} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"title":"t","detail":"line one\nline \u001b[31mtwo","status":%d}`, status)
		}))
		code, _, errs := run(t, "", "recall", "x", "--reason", "y", "--server", srv.URL)
		srv.Close()
		if code != want {
			t.Errorf("status %d: ended with %d; want %d", status, code, want)
		}
		if strings.Count(errs, "\n") != 1 || strings.Contains(errs, "\x1b") {
			t.Errorf("status %d: the error is not one clean line: %q", status, errs)
		}
	}
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"report", "x", "--server", "http://127.0.0.1:1"}, 4}, {[]string{"report", "x", "--server", "::"}, 1}, {[]string{}, 2}, {[]string{"verify"}, 2},
		{[]string{"recall", "x"}, 2}, {[]string{"gate", "x"}, 2}, {[]string{"verify", "/nonexistent"}, 1}, {[]string{"--help"}, 0}, {[]string{"serve", "--help"}, 0},
	} {
		if code, _, errs := run(t, "", c.args...); code != c.want {
			t.Errorf("%v: ended with %d (%s); want %d", c.args, code, errs, c.want)
		}
	}
}

// TestHelp: every command has help with an example where it takes anything.
func TestHelp(t *testing.T) {
	for _, name := range []string{"demo", "serve", "init", "member add", "key add", "group add", "trust", "defence add rpz", "report", "preview", "recall", "review list", "verify", "watch", "feed",
		"gate", "extract", "stix validate", "pattern check", "pattern match", "fsck", "backup", "restore"} {
		code, out, errs := run(t, "", append(strings.Fields(name), "--help")...)
		if code != 0 || !strings.Contains(out, "Example") || !strings.Contains(out, "tocsin") {
			t.Errorf("%s --help: %d, %s%s", name, code, out, errs)
		}
	}
}

// TestAnotherKey: a node that shows another key than before for the same log is
// refused before anything is sent.
func TestAnotherKey(t *testing.T) {
	home := t.TempDir()
	t.Setenv("TOCSIN_HOME", home)
	if err := os.WriteFile(filepath.Join(home, "log-keys"), []byte("log.example/one+11111111+AAAA\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	asked := ""
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked += r.URL.Path + " "
		fmt.Fprint(w, `{"member":"Harbor Bank","log_public_key":"log.example/one+22222222+BBBB"}`)
	}))
	defer srv.Close()
	code, _, errs := run(t, "", "report", "--value", "evil.example", "--server", srv.URL)
	if code != 3 || !strings.Contains(errs, "another key") || asked != "/api/v1/me " {
		t.Errorf("ended with %d (%s), asked %q", code, errs, asked)
	}
}

// TestConfigFile: flags may stand in a file; the command line wins.
func TestConfigFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tocsin.json")
	if err := os.WriteFile(file, []byte(`{"listen":"0.0.0.0:0"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "data")
	if code, _, errs := run(t, "", "serve", "--config", file, "--data", data); code != 3 || !strings.Contains(errs, "TLS") {
		t.Errorf("ended with %d: %s; want the listener of the file refused", code, errs)
	}
	if code, _, errs := run(t, "", "serve", "--config", filepath.Join(t.TempDir(), "none.json")); code != 2 {
		t.Errorf("a missing file: %d %s", code, errs)
	}
}
