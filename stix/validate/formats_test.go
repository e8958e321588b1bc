package validate

import (
	"strings"
	"testing"
)

func TestFormats(t *testing.T) {
	long := strings.Repeat("a", 250)
	for _, c := range []struct {
		name string
		is   func(string) bool
		yes  []string
		no   []string
	}{
		{"a language", isLanguage,
			[]string{"en", "de-CH", "zh-Hant-TW", "sl-rozaj-biske-1994", "es-419", "x-own", "i-klingon", "EN-us"},
			[]string{"", "a", "en-", "-en", "en--us", "e1", "español", "en_US", "abcdefghi", "en-abcdefghi"}},
		{"hex", isHex,
			[]string{"00", "ffD8", "0123456789abcdef"},
			[]string{"", "0", "0x00", "fg", "00 00"}},
		{"base64", isBase64,
			[]string{"", "AAAA", "AA==", "/+8="},
			[]string{"A", "AA=", "====", "AA==\n", "_-8="}},
		{"a key", func(s string) bool { return isKey(s, 250) },
			[]string{"a", "PATH", "X-Header_1", long},
			[]string{"", "a b", "é", "a.b", long + "a"}},
		{"a CVE", isCVE,
			[]string{"CVE-2026-0001", "CVE-1999-12345678"},
			[]string{"", "CVE-2026", "CVE-2026-001", "cve-2026-0001", "CVE-26-0001", "CVE-2026-00a1", "2026-0001", "CVE-2026-0001-1"}},
		{"a media type", isMediaType,
			[]string{"text/plain", "application/vnd.ms-excel", "TEXT/HTML", "text/html; charset=utf-8"},
			[]string{"", "text", "text/", "/plain", "texts/plain"}},
		{"IPv4", func(s string) bool { return isNetwork(s, 32) },
			[]string{"192.0.2.1", "192.0.2.1/32", "192.0.2.1/0", "192.0.2.0/24"},
			[]string{"", "192.0.2", "192.0.2.256", "192.0.02.1", "192.0.2.1/", "192.0.2.1/33", "192.0.2.1/-1", "192.0.2.1/01", "::1", "192.0.2.1 "}},
		{"IPv6", func(s string) bool { return isNetwork(s, 128) },
			[]string{"::", "2001:db8::1", "2001:DB8::1/128", "::ffff:192.0.2.1", "2001:0db8:0000:0000:0000:0000:0000:0001/64"},
			[]string{"", ":::", "2001:db8", "2001:db8::/129", "fe80::1%eth0", "192.0.2.1", "[2001:db8::1]"}},
		{"lower case with hyphens", isLowerHyphens,
			[]string{"", "a", "two-words", "x1"},
			[]string{"A", "two words", "two_words"}},
	} {
		for _, s := range c.yes {
			if !c.is(s) {
				t.Errorf("%q is %s", s, c.name)
			}
		}
		for _, s := range c.no {
			if c.is(s) {
				t.Errorf("%q is not %s", s, c.name)
			}
		}
	}
}

// TestObservableValues: what is a value of each observable that is one, and what is not.
func TestObservableValues(t *testing.T) {
	for _, c := range []struct {
		typ string
		yes []string
		no  []string
	}{
		{"domain-name", []string{"bad.example", "_dmarc.bad.example", "xn--bcher-kva.example", "bücher.example", "localhost"}, []string{"", "bad example", "bad.example/", "bad.example:80", "a@bad.example"}},
		{"email-addr", []string{"a@bad.example", "a+b@bad.example", "\"a\"@bad.example"}, []string{"", "a", "@bad.example", "a@", "a @bad.example", "<a@bad.example>"}},
		{"url", []string{"https://bad.example", "http://192.0.2.1:80/a?b#c", "ftp://bad.example/x", "urn:x:y", "http://[2001:db8::1]/"}, []string{"", "bad.example", "//bad.example", "http://bad example", "http://[::1", "hxxp//x"}},
		{"mac-addr", []string{"00:00:5e:00:53:01", "ff:ff:ff:ff:ff:ff"}, []string{"", "00:00:5e:00:53", "00:00:5e:00:53:0g", "00:00:5e:00:53:01:02", "0:0:5e:0:53:1", "00-00-5e-00-53-01", "00:00:5E:00:53:01"}},
	} {
		for _, list := range []struct {
			values []string
			want   bool
		}{{c.yes, true}, {c.no, false}} {
			for _, v := range list.values {
				o := example(t, c.typ)
				o["value"] = v
				if r := check(t, o); r.Valid != list.want {
					t.Errorf("%s %q: valid %v %v", c.typ, v, r.Valid, r.Errors)
				}
				o["defanged"] = true
				if r := check(t, o); !r.Valid {
					t.Errorf("%s %q, defanged: %v", c.typ, v, r.Errors)
				}
			}
		}
	}
}

// TestHashes: each hash of the vocabulary in its length, and one digit off.
func TestHashes(t *testing.T) {
	for name, lengths := range hashLengths {
		for _, n := range lengths {
			for _, c := range []struct {
				digits int
				want   bool
			}{{n, true}, {n - 1, false}, {n + 1, false}} {
				o := example(t, "file")
				o["hashes"] = map[string]any{name: strings.Repeat("a", c.digits)}
				if r := check(t, o); r.Valid != c.want {
					t.Errorf("%s of %d digits: valid %v", name, c.digits, r.Valid)
				}
			}
			o := example(t, "file")
			o["hashes"] = map[string]any{name: strings.Repeat("z", n)}
			if check(t, o).Valid {
				t.Errorf("%s that is not hex is valid", name)
			}
		}
	}
	for _, h := range []map[string]any{{}, {"MD5": 5}, {"SSDEEP": ""}, {"ab": "00"}, {"a b c": "00"}} {
		o := example(t, "file")
		o["hashes"] = h
		if check(t, o).Valid {
			t.Errorf("%v is valid", h)
		}
	}
	o := example(t, "file")
	o["hashes"] = map[string]any{"SSDEEP": "96:s4Ud1Lj96tHHlZDrwciQmA+4uy1I0G4HYuL8N3TzS8QsO/wqWXLcMSx:sF1LjEtHHlZDrJzrhuyZvHYm8tKp", "TLSH": "T1" + strings.Repeat("0", 70)}
	if r := check(t, o); len(r.Errors)+len(r.Warnings) > 0 {
		t.Errorf("%+v", r)
	}
}

func TestSelects(t *testing.T) {
	o := map[string]any{"name": "x", "list": []any{"a", map[string]any{"deep": []any{1.0}}}, "d": map[string]any{"key-1": true}}
	for selector, want := range map[string]bool{
		"name": true, "list": true, "list.[0]": true, "list.[1].deep.[0]": true, "d.key-1": true,
		"": false, "nothing": false, "list.[2]": false, "list.[-1]": false, "list.0": false, "list.[a]": false, "list.[0": false, "list.[0].x": false, "name.[0]": false, "d.key": false, "[0]": false, "list..[0]": false,
	} {
		if got := selects(o, selector); got != want {
			t.Errorf("%q selects: %v", selector, got)
		}
	}
}

// TestNumbers: integers, ranges and where floats may stand.
func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		typ, name string
		v         any
		want      bool
	}{
		{"file", "size", 0, true}, {"file", "size", -1, false}, {"file", "size", 1.0, true}, {"file", "size", 1.5, false}, {"file", "size", "1", false}, {"file", "size", 9007199254740991, true}, {"file", "size", 9.1e15, false},
		{"process", "pid", -5, true}, {"location", "latitude", 90, true}, {"location", "latitude", -90, true}, {"location", "longitude", 180.0001, false}, {"location", "precision", 0.5, true},
		{"network-traffic", "dst_port", 0, true}, {"network-traffic", "dst_port", -1, false}, {"sighting", "count", 999_999_999, true}, {"sighting", "count", 1_000_000_000, false},
		{"observed-data", "number_observed", 1, true}, {"observed-data", "number_observed", 999_999_999, true},
	} {
		o := example(t, c.typ)
		o[c.name] = c.v
		if r := check(t, o); r.Valid != c.want {
			t.Errorf("%s.%s = %v: valid %v %v", c.typ, c.name, c.v, r.Valid, r.Errors)
		}
	}
}
