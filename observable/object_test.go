package observable

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/stix"
)

const (
	objMD5    = "1f3870be274f6c49b3e31a0c6728957f"
	objSHA256 = "3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b"
)

// object parses the JSON of an object with the given members.
func object(t *testing.T, typ, members string) *stix.Object {
	t.Helper()
	id := typ + "--0f3a7c1e-7f0a-4c6b-9c62-5f6f4d1b9a01"
	raw := fmt.Sprintf(`{"type":%q,"spec_version":"2.1","id":%q,%s}`, typ, id, members)
	if typ == "indicator" || typ == "vulnerability" || typ == "attack-pattern" {
		raw = strings.TrimSuffix(raw, "}") + `,"created":"2026-11-24T00:00:00.000Z","modified":"2026-11-24T00:00:00.000Z"}`
	}
	o, err := stix.Parse([]byte(raw), stix.Limits{})
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return &o
}

func show(ts []Thing) string {
	var out []string
	for _, th := range ts {
		out = append(out, string(th.Kind)+" "+th.Value)
	}
	return strings.Join(out, "|")
}

// TestFromObject holds what objects of each type name.
func TestFromObject(t *testing.T) {
	for name, c := range map[string]struct{ typ, members, want string }{
		"address":                 {"ipv4-addr", `"value":"198.51.100.7"`, "ipv4 198.51.100.7"},
		"range":                   {"ipv4-addr", `"value":"198.51.100.0/24"`, "cidr 198.51.100.0/24"},
		"address of 6":            {"ipv6-addr", `"value":"2001:DB8::7"`, "ipv6 2001:db8::7"},
		"range of 6":              {"ipv6-addr", `"value":"2001:db8::/48"`, "cidr 2001:db8::/48"},
		"name":                    {"domain-name", `"value":"Evil.example"`, "domain evil.example"},
		"onion":                   {"domain-name", `"value":"6qio7itysjhfbvtm4njav4vopzs7xtjezl3ulnxudv3i42evrmw5g4id.onion"`, "onion 6qio7itysjhfbvtm4njav4vopzs7xtjezl3ulnxudv3i42evrmw5g4id.onion"},
		"address as a name":       {"domain-name", `"value":"198.51.100.7"`, ""},
		"no name":                 {"domain-name", `"value":"evil"`, ""},
		"link":                    {"url", `"value":"http://evil.example/a"`, "url http://evil.example/a"},
		"link of a file":          {"url", `"value":"file:///etc/passwd"`, ""},
		"mailbox":                 {"email-addr", `"value":"A@evil.example","display_name":"Jane"`, "email a@evil.example"},
		"hardware":                {"mac-addr", `"value":"00:00:5E:00:53:01"`, "mac 00:00:5e:00:53:01"},
		"mutex":                   {"mutex", `"name":"Global\\m1"`, `mutex Global\m1`},
		"key":                     {"windows-registry-key", `"key":"HKLM\\Software\\X","values":[{"name":"a","data":"evil.example"}]`, `registry HKEY_LOCAL_MACHINE\Software\X`},
		"as number":               {"autonomous-system", `"number":64500,"name":"Evil Net"`, "asn AS64500"},
		"file by hashes":          {"file", `"name":"a.exe","hashes":{"MD5":"` + objMD5 + `","SHA-256":"` + objSHA256 + `"}`, "md5 " + objMD5 + "|sha256 " + objSHA256},
		"file in feeds' spelling": {"file", `"hashes":{"md5":"` + objMD5 + `","sha256":"` + objSHA256 + `"}`, "md5 " + objMD5 + "|sha256 " + objSHA256},
		"file by name":            {"file", `"name":"evil.exe"`, "filename evil.exe"},
		"file with a broken hash": {"file", `"name":"evil.exe","size":3`, "filename evil.exe"},
		"file with an imphash":    {"file", `"name":"a.exe","extensions":{"windows-pebinary-ext":{"pe_type":"exe","imphash":"` + objMD5 + `"}}`, "imphash " + objMD5},
		"wallet":                  {"cryptocurrency-wallet", `"value":"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"`, "btc 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
		"wallet of ours":          {"x-cryptocurrency-wallet", `"address":"0xde709f2102306220921060314715629080e2fb77"`, "eth 0xde709f2102306220921060314715629080e2fb77"},
		"vulnerability":           {"vulnerability", `"name":"CVE-2026-1234"`, "cve CVE-2026-1234"},
		"vulnerability by source": {"vulnerability", `"name":"a hole","external_references":[{"source_name":"cve","external_id":"CVE-2026-1234"}]`, "cve CVE-2026-1234"},
		"vulnerability twice":     {"vulnerability", `"name":"CVE-2026-1234","external_references":[{"source_name":"cve","external_id":"CVE-2026-1234"}]`, "cve CVE-2026-1234"},
		"technique":               {"attack-pattern", `"name":"Phishing","external_references":[{"source_name":"mitre-attack","external_id":"T1566.001"}]`, "attack T1566.001"},
		"technique by name":       {"attack-pattern", `"name":"T1566 Phishing"`, "attack T1566"},
		"technique of others":     {"attack-pattern", `"name":"x","external_references":[{"source_name":"capec","external_id":"CAPEC-98"}]`, ""},
		"indicator":               {"indicator", `"pattern":"[domain-name:value = 'evil.example']","pattern_type":"stix","valid_from":"2026-11-24T00:00:00.000Z"`, "domain evil.example"},
		"indicator in snort":      {"indicator", `"pattern":"alert tcp any any","pattern_type":"snort","valid_from":"2026-11-24T00:00:00.000Z"`, ""},
		"process":                 {"process", `"command_line":"curl http://evil.example/a"`, ""},
		"directory":               {"directory", `"path":"/tmp"`, ""},
		"user":                    {"user-account", `"user_id":"jane"`, ""},
	} {
		if got := show(FromObject(object(t, c.typ, c.members))); got != c.want {
			t.Errorf("%s: %q; want %q", name, got, c.want)
		}
	}
}

// TestNarrowPatterns holds that a pattern which means less than any one value is
// not taken for it: blocking the value would block more than was shared.
func TestNarrowPatterns(t *testing.T) {
	const name, addr = "domain-name:value = 'evil.example'", "ipv4-addr:value = '198.51.100.7'"
	for pattern, want := range map[string]string{
		"[" + name + "]":                           "domain evil.example",
		"[" + name + "] OR [" + addr + "]":         "domain evil.example|ipv4 198.51.100.7",
		"[" + name + " OR " + addr + "]":           "domain evil.example|ipv4 198.51.100.7",
		"([" + name + "])":                         "domain evil.example",
		"[(" + name + ")]":                         "domain evil.example",
		"[" + name + " AND " + addr + "]":          "",
		"[" + name + "] AND [" + addr + "]":        "",
		"[" + name + "] FOLLOWEDBY [" + addr + "]": "",
		"[" + name + "] WITHIN 5 SECONDS":          "",
		"[" + name + "] REPEATS 3 TIMES":           "",
		"[" + name + "] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'":            "",
		"[domain-name:value != 'evil.example']":                                                "",
		"[domain-name:value NOT = 'evil.example']":                                             "",
		"[domain-name:value NOT IN ('evil.example')]":                                          "",
		"[domain-name:value LIKE '%.evil.example']":                                            "",
		"[domain-name:value MATCHES 'evil.*']":                                                 "",
		"[domain-name:value > 'evil.example']":                                                 "",
		"[EXISTS domain-name:value]":                                                           "",
		"[domain-name:value = 'good.test' OR domain-name:value LIKE 'x%']":                     "domain good.test",
		"[domain-name:value IN ('a.test', 'b.test')]":                                          "domain a.test|domain b.test",
		"[domain-name:value IN ('a.test', 'a.test')]":                                          "domain a.test",
		"[domain-name:value in ('a.test')]":                                                    "domain a.test",
		"[ipv4-addr:value ISSUBSET '198.51.100.0/24']":                                         "cidr 198.51.100.0/24",
		"[ipv4-addr:value ISSUPERSET '198.51.100.0/24']":                                       "",
		"[domain-name:value ISSUBSET 'evil.example']":                                          "",
		"[ipv4-addr:value = '198.51.100.0/24']":                                                "cidr 198.51.100.0/24",
		"[ipv4-addr:value = 'evil.example']":                                                   "",
		"[file:hashes.MD5 = '" + objMD5 + "' AND file:hashes.'SHA-256' = '" + objSHA256 + "']": "md5 " + objMD5 + "|sha256 " + objSHA256,
		"[file:hashes.MD5 = '" + objMD5 + "' AND file:size = 3]":                               "",
		"[file:hashes.MD5 = '" + objMD5 + "' AND file:hashes.MD5 = '" + objSHA256[:32] + "']":  "",
		"[file:name = 'a.exe' AND file:parent_directory_ref.path = 'C:\\\\Temp']":              `path C:\Temp\a.exe`,
		"[file:parent_directory_ref.path = '/tmp' AND file:name = 'a']":                        "path /tmp/a",
		"[file:parent_directory_ref.path = '/' AND file:name = 'a']":                           "path /a",
		"[file:name = 'a.exe' AND file:size = 3]":                                              "",
		"[" + name + " AND (" + addr + " OR " + name + ")]":                                    "",
		"[(" + name + " OR " + addr + ") AND " + name + "]":                                    "",
		"[" + name + " OR (" + addr + " AND " + name + ")]":                                    "domain evil.example",
		"[x-thing:value = 'evil.example']":                                                     "",
		"[url:value = 'http://evil.example/it\\'s']":                                           "url http://evil.example/it's",
		"[mutex:name = 'a\\\\b\\'c']":                                                          `mutex a\b'c`,
		"[autonomous-system:number = 64500]":                                                   "asn AS64500",
		"[network-traffic:dst_ref.value = '198.51.100.7']":                                     "ipv4 198.51.100.7",
		"[network-traffic:dst_ref.value = 'evil.example']":                                     "domain evil.example",
		"[network-traffic:dst_ref.value = '198.51.100.7' AND network-traffic:dst_port = 443]":  "",
		"[email-message:from_ref.value = 'a@evil.example']":                                    "email a@evil.example",
		"[" + name + "": "", "[" + name + "] OR": "", "[]": "", "": "", "evil.example": "", "[domain-name:value = evil": "", "[domain-name:value = 'evil.example]": "", "[domain-name:value IN ()]": "", "[domain-name:value IN ('a.test' 'b.test')]": "", "[value = 'evil.example']": "",
	} {
		if got := show(FromPattern(pattern)); got != want {
			t.Errorf("FromPattern(%s) = %q; want %q", pattern, got, want)
		}
	}
}

// TestDeepPatterns holds how deep parentheses are read.
func TestDeepPatterns(t *testing.T) {
	nested := func(n int) string {
		return strings.Repeat("(", n) + "[domain-name:value = 'evil.example']" + strings.Repeat(")", n)
	}
	inner := func(n int) string {
		return "[" + strings.Repeat("(", n) + "domain-name:value = 'evil.example'" + strings.Repeat(")", n) + "]"
	}
	for name, f := range map[string]func(int) string{"round": nested, "inside": inner} {
		if got := FromPattern(f(8)); len(got) != 1 {
			t.Errorf("%s, eight deep: %v", name, got)
		}
		if got := FromPattern(f(9)); got != nil {
			t.Errorf("%s, nine deep: %v", name, got)
		}
		if got := FromPattern(f(100000)); got != nil {
			t.Errorf("%s, very deep: %v", name, got)
		}
	}
}

// TestObjectAndIndicatorAgree holds that what is written about a thing, as an
// observable or as an indicator, is read again as that thing.
func TestObjectAndIndicatorAgree(t *testing.T) {
	for _, g := range spellings {
		th, err := Canonical(g.kind, g.ways[0])
		if err != nil {
			t.Fatal(err)
		}
		d := Draft{Thing: th, NewID: func(typ string) string { return typ + "--0f3a7c1e-7f0a-4c6b-9c62-5f6f4d1b9a01" }}
		if raw, ok := d.Indicator(); ok {
			o, err := stix.Parse(raw, stix.Limits{})
			if err != nil {
				t.Errorf("the indicator of %v: %v", th, err)
				continue
			}
			if got := FromObject(&o); !slices.Equal(got, []Thing{th}) {
				t.Errorf("the indicator of %v names %v", th, got)
			}
		}
		if raw, ok := d.Object(); ok {
			o, err := stix.Parse(raw, stix.Limits{})
			if err != nil {
				t.Errorf("the object of %v: %v", th, err)
				continue
			}
			if got := FromObject(&o); !slices.Equal(got, []Thing{th}) {
				t.Errorf("the object of %v names %v", th, got)
			}
		}
	}
}
