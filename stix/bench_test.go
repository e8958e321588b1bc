package stix

import "testing"

// typical is an indicator as members file them, of about 900 bytes.
const typical = `{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-00000000000a","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",
	"created_by_ref":"identity--00000000-0000-4000-8000-000000000001","object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],"name":"Host of a loader",
	"description":"The loader of last week fetches its second part from here; the host answers only to its own user agent, and was moved twice since the first sighting. Block it at the resolver.",
	"indicator_types":["malicious-activity"],"pattern":"[domain-name:value = 'cdn-relay-7.example']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00.000Z","confidence":70,"labels":["loader","relay"],
	"kill_chain_phases":[{"kill_chain_name":"mitre-attack","phase_name":"command-and-control"}],"external_references":[{"source_name":"own report","url":"https://reports.example/2026-01"}]}`

func BenchmarkParse(b *testing.B) {
	raw := []byte(typical)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(raw, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWalk(b *testing.B) {
	raw := []byte(typical)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if err := Walk(raw, func(Field) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
