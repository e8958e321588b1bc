package observable

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/stix"
)

var draftTime = time.Date(2026, 11, 24, 8, 30, 0, 123e6, time.UTC)

func draftOf(th Thing) Draft {
	return Draft{Thing: th, Now: draftTime, NewID: func(typ string) string { return typ + "--00000000-0000-4000-8000-000000000001" }}
}

// fields reads an object made by a draft, which must be STIX 2.1.
func fields(t *testing.T, raw []byte) map[string]any {
	t.Helper()
	if _, err := stix.Parse(raw, stix.Limits{}); err != nil {
		t.Fatalf("not STIX 2.1: %v\n%s", err, raw)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// oneOfEach has a thing of each kind.
var oneOfEach = []Thing{
	{IPv4, "198.51.100.7"}, {IPv6, "2001:db8::1"}, {CIDR, "198.51.100.0/24"}, {CIDR, "2001:db8::/32"}, {Domain, "evil.example"}, {URL, "http://evil.example/it's"}, {Email, "boss@evil.example"},
	{MD5, strings.Repeat("a1", 16)}, {SHA1, strings.Repeat("a1", 20)}, {SHA256, strings.Repeat("a1", 32)}, {SHA512, strings.Repeat("a1", 64)}, {SSDEEP, "3:abc:de"}, {TLSH, "t1" + strings.Repeat("a", 70)}, {Imphash, strings.Repeat("a1", 16)},
	{JA3, strings.Repeat("a1", 16)}, {JA4, "t13d1516h2_8daaf6152771_02713d6af862"}, {CVE, "CVE-2026-1234"}, {Attack, "T1059.001"}, {BTC, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"}, {ETH, "0xEcD747170CCC26ED759228a5130362d061128F3E"},
	{Onion, "expyuzz4wqqyqhjn.onion"}, {Registry, `HKEY_LOCAL_MACHINE\Software\X`}, {FilePath, `C:\x\a.dll`}, {FileName, "a.dll"}, {Mutex, `Global\it's`}, {ASN, "AS64500"}, {MAC, "00:00:5e:00:53:01"}, {UserAgent, "Evil/1.0"},
}

func TestIndicatorOfEachKind(t *testing.T) {
	for _, th := range oneOfEach {
		raw, ok := draftOf(th).Indicator()
		if without := th.Kind == CVE || th.Kind == Attack; ok == without {
			t.Errorf("an indicator of %v: %v", th, ok)
		}
		if !ok {
			continue
		}
		m := fields(t, raw)
		if m["type"] != "indicator" || m["name"] != th.Value || m["pattern_type"] != "stix" || m["created"] != "2026-11-24T08:30:00.123Z" || m["valid_from"] != m["created"] || m["modified"] != m["created"] {
			t.Errorf("the indicator of %v is %s", th, raw)
		}
		if got := FromPattern(m["pattern"].(string)); !slices.Equal(got, []Thing{th}) {
			t.Errorf("the pattern %s gives %v; want %v", m["pattern"], got, th)
		}
		for _, absent := range []string{"description", "created_by_ref", "labels", "confidence", "valid_until", "object_marking_refs"} {
			if _, ok := m[absent]; ok {
				t.Errorf("the indicator of %v has %s without being told so", th, absent)
			}
		}
	}
}

func TestObjectOfEachKind(t *testing.T) {
	types := map[Kind]string{IPv4: "ipv4-addr", IPv6: "ipv6-addr", Domain: "domain-name", Onion: "domain-name", URL: "url", Email: "email-addr", MD5: "file", SHA1: "file", SHA256: "file", SHA512: "file", SSDEEP: "file", TLSH: "file",
		CVE: "vulnerability", Attack: "attack-pattern", BTC: "x-cryptocurrency-wallet", ETH: "x-cryptocurrency-wallet", Registry: "windows-registry-key", FileName: "file", Mutex: "mutex", ASN: "autonomous-system", MAC: "mac-addr"}
	seen := map[string]Thing{}
	for _, th := range oneOfEach {
		raw, ok := draftOf(th).Object()
		want := types[th.Kind]
		if th.Kind == CIDR {
			want = map[bool]string{true: "ipv6-addr", false: "ipv4-addr"}[strings.Contains(th.Value, ":")]
		}
		if ok != (want != "") {
			t.Errorf("an object of %v: %v", th, ok)
			continue
		}
		if !ok {
			continue
		}
		m := fields(t, raw)
		if m["type"] != want || !strings.HasPrefix(m["id"].(string), want+"--") {
			t.Errorf("the object of %v is %s", th, raw)
		}
		id := m["id"].(string)
		if before, twice := seen[id]; twice && want != "vulnerability" && want != "attack-pattern" {
			t.Errorf("%v and %v have one identifier", before, th)
		}
		seen[id] = th
		if again, _ := draftOf(th).Object(); string(again) != string(raw) {
			t.Errorf("the object of %v differs the second time", th)
		}
	}
}

func TestObjectValues(t *testing.T) {
	for _, c := range []struct {
		thing Thing
		want  string
	}{
		{Thing{ASN, "AS64500"}, `"number":64500`},
		{Thing{MD5, strings.Repeat("a1", 16)}, `"hashes":{"MD5":"` + strings.Repeat("a1", 16) + `"}`},
		{Thing{SHA256, strings.Repeat("a1", 32)}, `"hashes":{"SHA-256":"` + strings.Repeat("a1", 32) + `"}`},
		{Thing{Registry, `HKEY_USERS\x`}, `"key":"HKEY_USERS\\x"`},
		{Thing{CVE, "CVE-2026-1234"}, `"external_references":[{"source_name":"cve","external_id":"CVE-2026-1234"}]`},
		{Thing{Attack, "T1105"}, `"external_references":[{"source_name":"mitre-attack","external_id":"T1105"}]`},
		{Thing{CIDR, "2001:db8::/32"}, `"type":"ipv6-addr"`},
	} {
		raw, _ := draftOf(c.thing).Object()
		if !strings.Contains(string(raw), c.want) {
			t.Errorf("the object of %v lacks %s: %s", c.thing, c.want, raw)
		}
	}
}

func TestDraftWritesWhatItIsTold(t *testing.T) {
	d := draftOf(Thing{Domain, "evil.example"})
	d.Name, d.Description, d.CreatedBy = `a "name"`, "two\nlines \xff", "identity--00000000-0000-4000-8000-000000000002"
	d.Markings, d.Labels, d.Types, d.Confidence = []string{"marking-definition--00000000-0000-4000-8000-000000000003"}, []string{"x", "y"}, []string{"anomalous-activity"}, 101
	d.ValidFrom, d.ValidUntil = draftTime.Add(-time.Hour), draftTime
	raw, _ := d.Indicator()
	m := fields(t, raw)
	for name, want := range map[string]any{"name": `a "name"`, "description": "two\nlines \ufffd", "created_by_ref": d.CreatedBy, "confidence": 100.0, "valid_from": "2026-11-24T07:30:00.123Z", "valid_until": "2026-11-24T08:30:00.123Z"} {
		if m[name] != want {
			t.Errorf("%s is %v; want %v", name, m[name], want)
		}
	}
	for name, want := range map[string]string{"labels": "[x y]", "indicator_types": "[anomalous-activity]", "object_marking_refs": "[" + d.Markings[0] + "]"} {
		var list []string
		for _, v := range m[name].([]any) {
			list = append(list, v.(string))
		}
		if got := "[" + strings.Join(list, " ") + "]"; got != want {
			t.Errorf("%s is %s; want %s", name, got, want)
		}
	}
}

// TestValidUntil holds that an end that isn't after the start is left out (STIX
// 2.1 section 4.7).
func TestValidUntil(t *testing.T) {
	for after, want := range map[time.Duration]bool{-time.Hour: false, 0: false, time.Microsecond: false, time.Millisecond: true, time.Hour: true} {
		d := draftOf(Thing{Domain, "evil.example"})
		d.ValidUntil = draftTime.Add(after)
		raw, _ := d.Indicator()
		if _, ok := fields(t, raw)["valid_until"]; ok != want {
			t.Errorf("valid_until %v after the start: %v; want %v", after, ok, want)
		}
	}
}

func TestIndicatorOfSeveralHashes(t *testing.T) {
	md5, sha := Thing{MD5, strings.Repeat("a1", 16)}, Thing{SHA256, strings.Repeat("b2", 32)}
	d := draftOf(md5)
	d.Also = []Thing{sha, {SHA1, strings.Repeat("c3", 20)}}
	raw, ok := d.Indicator()
	if !ok {
		t.Fatal("no indicator")
	}
	pattern := fields(t, raw)["pattern"].(string)
	if got := FromPattern(pattern); !slices.Equal(got, []Thing{md5, sha, d.Also[1]}) {
		t.Errorf("the pattern %s gives %v", pattern, got)
	}
	d.Also = []Thing{{CVE, "CVE-2026-1234"}}
	if raw, ok := d.Indicator(); ok {
		t.Errorf("an indicator with a thing that has no pattern: %s", raw)
	}
}
