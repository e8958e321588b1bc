package validate

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// examples are objects without a fault, by type, written without the common
// properties. Names and addresses are reserved ones.
var examples = map[string]string{
	"attack-pattern":       `"name":"Letter from the bank","external_references":[{"source_name":"capec","external_id":"CAPEC-163"},{"source_name":"a blog","url":"https://blog.example/1"}],"kill_chain_phases":[{"kill_chain_name":"own-chain","phase_name":"first-step"}]`,
	"campaign":             `"name":"Autumn","first_seen":"2026-01-01T00:00:00Z","last_seen":"2026-02-01T00:00:00Z","lang":"pt-BR"`,
	"course-of-action":     `"name":"Patch"`,
	"grouping":             `"name":"Together","context":"suspicious-activity","object_refs":["malware--00000000-0000-4000-8000-000000000001"]`,
	"identity":             `"name":"Harbor Bank","identity_class":"organization","sectors":["financial-services"]`,
	"incident":             `"name":"Monday"`,
	"indicator":            `"name":"A host","description":"It calls home.","indicator_types":["malicious-activity"],"pattern":"[domain-name:value = 'bad.example']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","valid_until":"2026-02-01T00:00:00Z"`,
	"infrastructure":       `"name":"Relay","infrastructure_types":["command-and-control"]`,
	"intrusion-set":        `"name":"Grey Heron","resource_level":"organization","primary_motivation":"personal-gain"`,
	"location":             `"latitude":48.85,"longitude":2.35,"precision":10.5,"country":"FR","region":"western-europe"`,
	"malware":              `"name":"Egret","malware_types":["trojan"],"is_family":true,"sample_refs":["file--00000000-0000-5000-8000-000000000001"]`,
	"malware-analysis":     `"product":"own-sandbox","result":"malicious","analysis_started":"2026-01-01T00:00:00Z","analysis_ended":"2026-01-01T00:05:00Z"`,
	"note":                 `"content":"Seen twice.","object_refs":["malware--00000000-0000-4000-8000-000000000001"]`,
	"observed-data":        `"first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z","number_observed":3,"object_refs":["ipv4-addr--00000000-0000-5000-8000-000000000001"]`,
	"opinion":              `"opinion":"agree","object_refs":["malware--00000000-0000-4000-8000-000000000001"]`,
	"report":               `"name":"Week 5","published":"2026-01-31T00:00:00Z","report_types":["campaign"],"object_refs":["malware--00000000-0000-4000-8000-000000000001"]`,
	"threat-actor":         `"name":"Grey Heron","threat_actor_types":["criminal"],"roles":["director"],"sophistication":"expert"`,
	"tool":                 `"name":"netcat","tool_types":["remote-access"]`,
	"vulnerability":        `"name":"CVE-2026-12345","external_references":[{"source_name":"cve","external_id":"CVE-2026-12345"}]`,
	"relationship":         `"relationship_type":"indicates","source_ref":"indicator--00000000-0000-4000-8000-000000000001","target_ref":"malware--00000000-0000-4000-8000-000000000001","start_time":"2026-01-01T00:00:00Z","stop_time":"2026-01-02T00:00:00Z"`,
	"sighting":             `"sighting_of_ref":"malware--00000000-0000-4000-8000-000000000001","count":3,"observed_data_refs":["observed-data--00000000-0000-4000-8000-000000000001"],"where_sighted_refs":["location--00000000-0000-4000-8000-000000000001"],"summary":false`,
	"language-content":     `"object_ref":"identity--00000000-0000-4000-8000-000000000001","contents":{"de":{"name":"Hafenbank"},"zh-Hant":{"name":"x"}}`,
	"marking-definition":   `"definition_type":"statement","definition":{"statement":"Copyright Harbor Bank"}`,
	"extension-definition": `"name":"Toxicity","description":"How bad.","schema":"https://schema.example/1.json","version":"1.0","extension_types":["property-extension"],"created_by_ref":"identity--00000000-0000-4000-8000-000000000001"`,
	"artifact":             `"url":"https://files.example/1","hashes":{"MD5":"d41d8cd98f00b204e9800998ecf8427e"},"mime_type":"application/zip","encryption_algorithm":"AES-256-GCM","decryption_key":"x"`,
	"autonomous-system":    `"number":64496`,
	"directory":            `"path":"/tmp"`,
	"domain-name":          `"value":"bad.example"`,
	"email-addr":           `"value":"a@bad.example"`,
	"email-message":        `"is_multipart":true,"subject":"Invoice","body_multipart":[{"content_type":"text/plain","body":"Pay."}]`,
	"file":                 `"name":"a.exe","size":5,"hashes":{"SHA-256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},"extensions":{"windows-pebinary-ext":{"pe_type":"exe","sections":[{"name":".text","entropy":6.5}],"optional_header":{"magic_hex":"010b"}}}`,
	"ipv4-addr":            `"value":"192.0.2.7/32"`,
	"ipv6-addr":            `"value":"2001:db8::7"`,
	"mac-addr":             `"value":"00:00:5e:00:53:01"`,
	"mutex":                `"name":"Global\\x"`,
	"network-traffic":      `"dst_ref":"ipv4-addr--00000000-0000-5000-8000-000000000001","dst_port":443,"protocols":["ipv4","tcp"],"start":"2026-01-01T00:00:00Z","end":"2026-01-01T00:00:00Z","extensions":{"socket-ext":{"address_family":"AF_INET"}}`,
	"process":              `"pid":7`,
	"software":             `"name":"Office"`,
	"url":                  `"value":"https://bad.example/a?b=c"`,
	"user-account":         `"user_id":"1001","account_type":"unix","extensions":{"unix-account-ext":{"gid":1001}}`,
	"windows-registry-key": `"key":"HKEY_LOCAL_MACHINE\\Software\\X","values":[{"name":"Run","data":"x.exe","data_type":"REG_SZ"}]`,
	"x509-certificate":     `"issuer":"CN=bad.example","x509_v3_extensions":{"basic_constraints":"critical,CA:TRUE"}`,
}

// example gives an object as a map, with the common properties.
func example(t *testing.T, typ string) map[string]any {
	t.Helper()
	common := `"spec_version":"2.1","id":"` + typ + `--00000000-0000-4000-8000-00000000000a","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-02T00:00:00.000Z"`
	switch {
	case typ == "marking-definition":
		common = strings.Replace(common, `,"modified":"2026-01-02T00:00:00.000Z"`, "", 1)
	case typ == "process":
		common = `"id":"process--00000000-0000-4000-8000-00000000000a"`
	case observables[typ] != "":
		common = `"id":"` + typ + `--00000000-0000-5000-8000-00000000000a"`
	}
	var o map[string]any
	if err := json.Unmarshal(fmt.Appendf(nil, `{"type":%q,%s,%s}`, typ, common, examples[typ]), &o); err != nil {
		t.Fatalf("%s: %v", typ, err)
	}
	return o
}

func check(t *testing.T, o map[string]any) Result {
	t.Helper()
	raw, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	got := File(raw)
	if len(got) != 1 {
		t.Fatalf("%d results", len(got))
	}
	return got[0]
}

func TestEveryTypeHasAnExampleWithoutFault(t *testing.T) {
	for _, table := range []map[string]string{domain, observables} {
		for typ := range table {
			if examples[typ] == "" {
				t.Errorf("no example of %s", typ)
				continue
			}
			if r := check(t, example(t, typ)); !r.Valid || len(r.Errors)+len(r.Warnings) > 0 {
				t.Errorf("%s: %+v", typ, r)
			}
		}
	}
}

// TestRequiredProperties takes each required property away from each type.
func TestRequiredProperties(t *testing.T) {
	n := 0
	for _, table := range []map[string]string{domain, observables} {
		for typ, line := range table {
			common := commonDomain
			if observables[typ] != "" {
				common = commonObservable
			}
			for _, p := range properties(common + " " + line) {
				if !p.must || p.name == "type" || typ == "marking-definition" && p.name == "modified" {
					continue
				}
				n++
				o := example(t, typ)
				delete(o, p.name)
				if r := check(t, o); r.Valid {
					t.Errorf("%s without %s is valid", typ, p.name)
				}
			}
		}
	}
	if n < 120 {
		t.Errorf("only %d properties were tried", n)
	}
}

// TestKinds gives each property of each type a value of another kind.
func TestKinds(t *testing.T) {
	wrong := map[string]any{
		"text": 5, "bool": "true", "int": 1.5, "float": "1", "time": "2026-02-30T00:00:00Z", "lang": "e_n", "ref": "nonsense", "refs": []any{"nonsense"}, "hex": "abc",
		"base64": "====", "hashes": map[string]any{"MD5": "00"}, "dict": map[string]any{"a b": 1}, "enum": "nothing", "enums": []any{"nothing"}, "open": 5, "opens": "x",
		"texts": []any{}, "part": "x", "parts": []any{"x"}, "extensions": "x",
	}
	for _, table := range []map[string]string{domain, observables} {
		for typ, line := range table {
			for _, p := range properties(line) {
				bad, ok := wrong[p.kind]
				if !ok {
					if strings.ContainsAny(p.kind, "0123456789") {
						continue // the section
					}
					t.Fatalf("%s.%s has a kind that nothing checks: %s", typ, p.name, p.kind)
				}
				o := example(t, typ)
				o[p.name] = bad
				r := check(t, o)
				found := false
				for _, e := range r.Errors {
					found = found || strings.HasPrefix(e.Path, p.name)
				}
				if r.Valid || !found && p.name[0] > '9' {
					t.Errorf("%s.%s = %v: %+v", typ, p.name, bad, r.Errors)
				}
			}
		}
	}
}
