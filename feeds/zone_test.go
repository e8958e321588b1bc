package feeds

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/feeds/wire"
	"tocsin/observable"
)

// program finds a real program that reads zones; without it the test is skipped,
// and with CI set that fails it.
func program(t *testing.T, name string) string {
	t.Helper()
	for _, dir := range []string{"", "/usr/sbin", "/usr/bin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed", name)
	}
	t.Skipf("skipped: %s is not installed, so no real resolver reads the zone", name)
	return ""
}

// zoneFile makes a zone of everything that a zone may have to hold.
func zoneFile(t *testing.T) string {
	t.Helper()
	w := newWorld(t)
	long := strings.Join([]string{strings.Repeat("a", 63), strings.Repeat("b", 63), strings.Repeat("c", 63)}, ".")
	ts := domains("evil.example", "*.evil.example", "xn--bcher-kva.example", "_x.y.example", "a$b.example", `a\b"c;d(e)@f.example`, "n\nl.example",
		long+"."+strings.Repeat("d", 48), long+"."+strings.Repeat("d", 49), "32.1.2.0.192.rpz-ip", "a..b.example", strings.Repeat("e", 64)+".example", "tocsin.rpz", "1.2.3.4.example")
	for i := range 300 {
		ts = append(ts, domains(fmt.Sprintf("h%d.example", i))...)
	}
	for _, v := range []string{"192.0.2.1", "203.0.113.255", "2001:db8::1", "2001:db8:0:1:1:1:1:1", "2001:db8:0:0:1::1", "2001:db8:1:2:3:4:5:6"} {
		kind := observable.IPv4
		if strings.Contains(v, ":") {
			kind = observable.IPv6
		}
		ts = append(ts, observable.Thing{Kind: kind, Value: v})
	}
	for _, v := range []string{"198.51.100.0/24", "203.0.113.128/25", "2001:db8:ff::/48"} {
		ts = append(ts, observable.Thing{Kind: observable.CIDR, Value: v})
	}
	w.file(ts...)
	zone := ""
	w.until("the zone", func() bool { zone = w.get("/feeds/rpz.zone"); return strings.Contains(zone, "2001.rpz-ip") })
	file := filepath.Join(t.TempDir(), "rpz.zone")
	if err := os.WriteFile(file, []byte(zone), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestBINDLoadsTheZone: named-checkzone accepts it without a word of complaint.
func TestBINDLoadsTheZone(t *testing.T) {
	check := program(t, "named-checkzone")
	out, err := exec.Command(check, "-k", "fail", "-n", "fail", wire.ZoneName, zoneFile(t)).CombinedOutput()
	if err != nil || !strings.HasSuffix(string(out), "OK\n") || strings.Count(string(out), "\n") != 2 {
		t.Errorf("named-checkzone: %v\n%s", err, out)
	}
}

// TestUnboundTakesTheZone: unbound reads the zone file when it checks its configuration.
func TestUnboundTakesTheZone(t *testing.T) {
	check := program(t, "unbound-checkconf")
	file := zoneFile(t)
	conf := filepath.Join(t.TempDir(), "unbound.conf")
	text := fmt.Sprintf("server:\n  module-config: \"respip iterator\"\n  chroot: \"\"\n  username: \"\"\n  directory: %q\n  pidfile: \"\"\nrpz:\n  name: %s\n  zonefile: %q\n", filepath.Dir(conf), wire.ZoneName, file)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(check, conf).CombinedOutput()
	if err != nil || strings.Count(string(out), "\n") != 1 {
		t.Errorf("unbound-checkconf: %v\n%s", err, out)
	}
	if err := os.WriteFile(file, []byte("this is no zone\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(check, conf).CombinedOutput(); err == nil {
		t.Errorf("a broken zone was not noticed, so this test says nothing: %s", out)
	}
}
