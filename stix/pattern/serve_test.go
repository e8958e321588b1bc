package pattern

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
)

const aliceSeen = `[{"objects":[{"type":"observed-data","first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z","number_observed":4,"object_refs":["p--1"]},{"type":"person","id":"p--1","name":"a"}]}]`

func TestServeAnswersInOrder(t *testing.T) {
	in := strings.Join([]string{
		`{"pattern":"[a:b = 1]"}`,
		`{"pattern":"[a:b = "}`,
		``,
		`{"pattern":"[person:name = 'a']","observations":` + aliceSeen + `}`,
		`{"pattern":"[person:name = 'b']","observations":` + aliceSeen + `}`,
		`{"pattern":"[person:name IN (1, 'a')]","observations":` + aliceSeen + `}`,
		`{"pattern":"[person:name = 'a'] REPEATS 2 TIMES REPEATS 2 TIMES","observations":` + aliceSeen + `}`,
		`{"pattern":"[person:name = 'a'] REPEATS 2 TIMES REPEATS 2 TIMES"}`,
		`{"pattern":"[a:b = 1]","observations":[]}`,
		`{"observations":[]}`,
		`nonsense`,
		`{"pattern":"[a:b = 1]"}`, // the last line has no end
	}, "\n")
	var out bytes.Buffer
	if err := Serve(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`{"valid":true}`,
		`{"valid":false,"error":"character 8: here stands the end of the pattern where a constant is expected"}`,
		`{"valid":true,"match":true}`,
		`{"valid":true,"match":false}`,
		`{"valid":true,"error":"the members of a set are all of one type"}`,
		`{"valid":true,"match":true,"warnings":["character 37: a bracket has each kind of qualifier at most once; put parentheses around the inner one"]}`,
		`{"valid":false,"error":"character 37: a bracket has each kind of qualifier at most once; put parentheses around the inner one"}`,
		`{"valid":true,"match":false}`,
		`{"valid":false,"error":"pattern: is missing"}`,
		`{"valid":false,"error":"the line is not a JSON object {\"pattern\": \"...\", \"observations\": [...]}"}`,
		`{"valid":true}`,
	}
	got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(got) != len(want) {
		t.Fatalf("%d answers, want %d:\n%s", len(got), len(want), out.String())
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("answer %d:\n got %s\nwant %s", i, got[i], want[i])
		}
	}
}

func TestServeBoundsALine(t *testing.T) {
	line := func(n int) string {
		const head, tail = `{"pattern":"`, `"}`
		return head + strings.Repeat("x", n-len(head)-len(tail)-1) + tail + "\n"
	}
	var out bytes.Buffer
	if err := Serve(strings.NewReader(line(MaxLine)+line(MaxLine+1)+`{"pattern":"[a:b = 1]"}`), &out); err != nil {
		t.Fatal(err)
	}
	got := strings.Split(out.String(), "\n")
	if len(got) != 4 || !strings.Contains(got[0], "the pattern has") || !strings.Contains(got[1], "longer than 16 MiB") || got[2] != `{"valid":true}` {
		t.Errorf("got %q", got)
	}
}

func TestServeFailures(t *testing.T) {
	broken := errors.New("broken")
	if err := Serve(iotest.ErrReader(broken), &bytes.Buffer{}); !errors.Is(err, broken) {
		t.Errorf("reading: got %v", err)
	}
	if err := Serve(strings.NewReader(`{"pattern":""}`), refuses{broken}); !errors.Is(err, broken) {
		t.Errorf("writing: got %v", err)
	}
}

type refuses struct{ err error }

func (r refuses) Write([]byte) (int, error) { return 0, r.err }
