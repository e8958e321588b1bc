package signin

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rsc.io/qr"
)

// The path draws exactly the modules of the code.
func TestQR(t *testing.T) {
	const text = "otpauth://totp/Tocsin:ana.roe?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Tocsin&algorithm=SHA1&digits=6&period=30"
	got, err := qrOf(text)
	if err != nil {
		t.Fatal(err)
	}
	want, err := qr.Encode(text, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	black := map[[2]int]bool{}
	for _, m := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(got.Path, -1) {
		n := make([]int, 4)
		for i := range n {
			n[i], _ = strconv.Atoi(m[i+1])
		}
		if n[2] != n[3] {
			t.Fatalf("a run that doesn't close: %s", m[0])
		}
		for i := range n[2] {
			black[[2]int{n[0] + i, n[1]}] = true
		}
	}
	for y := range got.Size {
		for x := range got.Size {
			if black[[2]int{x, y}] != want.Black(x-quiet, y-quiet) {
				t.Fatalf("module %d, %d is wrong", x, y)
			}
		}
	}
	if got.Size != want.Size+8 || strings.Trim(got.Path, "Mhvz0123456789- ") != "" {
		t.Errorf("size %d, path %.40s", got.Size, got.Path)
	}
	if _, err := qrOf(strings.Repeat("x", 10_000)); err == nil {
		t.Error("a text of any length is drawn")
	}
}

func TestGroups(t *testing.T) {
	for in, want := range map[string]string{"": "", "ABCD": "ABCD", "ABCDE": "ABCD E", "ABCDEFGH": "ABCD EFGH"} {
		if got := groups(in); got != want {
			t.Errorf("%q is written %q", in, got)
		}
	}
}

func TestBrowserNames(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0": "Edge, Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604":                 "Safari, iPhone",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36":                                  "Chrome, Android",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Gecko/20100101 Firefox/140.0":                                            "Firefox, Mac",
		"curl/8.0": "curl/8.0", "": "", strings.Repeat("x", 100): strings.Repeat("x", 40),
	} {
		if got := browser(agent); got != want {
			t.Errorf("%q is called %q, not %q", agent, got, want)
		}
	}
}

// Only a proxy's own word on the client's address counts, and only where there is one.
func TestAddress(t *testing.T) {
	r := &http.Request{RemoteAddr: "192.0.2.1:1000", Header: http.Header{}}
	for _, c := range []struct {
		proxy bool
		sent  []string
		want  string
	}{
		{false, nil, "192.0.2.1:1000"}, {true, nil, "192.0.2.1:1000"}, {false, []string{"203.0.113.1"}, "192.0.2.1:1000"}, {true, []string{"203.0.113.1"}, "203.0.113.1"},
		{true, []string{"10.0.0.1, 203.0.113.1"}, "203.0.113.1"}, {true, []string{"10.0.0.1", "10.0.0.2,203.0.113.1 "}, "203.0.113.1"}, {true, []string{""}, ""},
	} {
		r.Header["X-Forwarded-For"] = c.sent
		if got := (&desk{Config: Config{BehindProxy: c.proxy}}).address(r); got != c.want {
			t.Errorf("proxy %v, %q: %q, not %q", c.proxy, c.sent, got, c.want)
		}
	}
}
