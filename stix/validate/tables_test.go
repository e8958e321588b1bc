package validate

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// facts are the tables that this package's own were written from.
type facts struct {
	Objects map[string]struct {
		Family   string            `json:"family"`
		Required []string          `json:"required"`
		Types    map[string]string `json:"types"`
	} `json:"objects"`
	Vocabularies  map[string][]string `json:"vocabularies"`
	Relationships [][3]string         `json:"relationships"`
}

func readFacts(t *testing.T) (f facts) {
	t.Helper()
	b, err := os.ReadFile("../../../shared/facts/stix21-tables.json")
	if err != nil {
		missing(t, "the tables of shared/facts")
	}
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// kindsOf says which kinds of this package stand for a type of the facts.
var kindsOf = map[string]string{
	"string": "text", "string (fixed)": "text", "string (pattern)": "text", "integer": "int", "float": "float", "boolean": "bool", "timestamp": "time", "identifier": "ref",
	"binary": "base64", "hex": "hex", "hashes": "hashes", "dictionary": "dict", "object": "dict part", "enum": "enum", "open-vocab": "open", "extensions": "extensions",
	"observable-container": "dict", "list of string": "texts", "list of identifier": "refs", "list of open-vocab": "opens", "list of enum": "enums", "list of object": "parts",
	"list of KillChainPhase": "parts", "list of ExternalReference": "parts", "list of GranularMarking": "parts",
}

// TestTypesAgainstFacts: the same types, properties, requirements and kinds.
func TestTypesAgainstFacts(t *testing.T) {
	f := readFacts(t)
	ours := maps.Clone(domain)
	maps.Copy(ours, observables)
	if got, want := slices.Sorted(maps.Keys(ours)), slices.Sorted(maps.Keys(f.Objects)); !slices.Equal(got, want) {
		t.Errorf("types %v, want %v", got, want)
	}
	for typ, o := range f.Objects {
		common := commonDomain
		if o.Family == "sco" {
			common = commonObservable
		}
		_, line, _ := strings.Cut(ours[typ], " ")
		own := properties(line)
		known := append(properties(common), own...)
		for name, kind := range o.Types {
			i := slices.IndexFunc(known, func(p property) bool { return p.name == name })
			if i < 0 {
				t.Errorf("%s.%s is not known", typ, name)
				continue
			}
			if p := known[i]; !slices.Contains(strings.Fields(kindsOf[kind]), p.kind) && name != "id" && name != "lang" {
				t.Errorf("%s.%s is %s here, %s there", typ, name, p.kind, kind)
			}
		}
		for _, p := range own {
			if o.Types[p.name] == "" {
				t.Errorf("%s.%s is not in the standard", typ, p.name)
			}
			required := slices.Contains(o.Required, p.name)
			if typ == "malware" && p.name == "is_family" {
				continue // required in the text of 2021, optional in a later one: its absence is a warning
			}
			if p.must != required {
				t.Errorf("%s.%s: required here %v, there %v", typ, p.name, p.must, required)
			}
		}
	}
}

func TestVocabulariesAgainstFacts(t *testing.T) {
	f := readFacts(t)
	for name, words := range f.Vocabularies {
		got := strings.Fields(vocabularies[name])
		if !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(words))) {
			t.Errorf("%s: %v, want %v", name, got, words)
		}
	}
	if len(f.Vocabularies) != len(vocabularies) {
		t.Errorf("%d vocabularies, want %d", len(vocabularies), len(f.Vocabularies))
	}
}

// TestVocabulariesAreUsed: each vocabulary narrows a property, and each property
// that is narrowed names a vocabulary of the right sort: open ones warn, enumerations refuse.
func TestVocabulariesAreUsed(t *testing.T) {
	used := map[string]bool{"hash-algorithm-ov": true, "extension-type-enum": true}
	lines := slices.Concat(slices.Collect(maps.Values(domain)), slices.Collect(maps.Values(observables)), slices.Collect(maps.Values(parts)))
	for _, byKey := range extensions {
		lines = slices.AppendSeq(lines, maps.Values(byKey))
	}
	for _, line := range lines {
		for _, p := range properties(line) {
			switch p.kind {
			case "open", "opens":
				if !strings.HasSuffix(p.arg, "-ov") || vocabularies[p.arg] == "" {
					t.Errorf("%s has the vocabulary %q", p.name, p.arg)
				}
			case "enum", "enums":
				if !strings.HasSuffix(p.arg, "-enum") || vocabularies[p.arg] == "" {
					t.Errorf("%s has the enumeration %q", p.name, p.arg)
				}
			case "part", "parts":
				if parts[p.arg] == "" {
					t.Errorf("%s holds %q, which is not known", p.name, p.arg)
				}
			case "ref", "refs":
				for typ := range strings.SplitSeq(p.arg, ",") {
					if p.arg != "" && !isStandard(typ) {
						t.Errorf("%s refers to %q, which is not known", p.name, typ)
					}
				}
			}
			used[p.arg] = true
		}
	}
	for name := range vocabularies {
		if !used[name] {
			t.Errorf("no property has the vocabulary %s", name)
		}
	}
}

// TestRelationshipsAgainstFacts: every suggested relationship is free of warnings,
// and the same one turned round is not, unless it is suggested too.
func TestRelationshipsAgainstFacts(t *testing.T) {
	f := readFacts(t)
	suggested := map[[3]string]bool{}
	for _, r := range f.Relationships {
		if r[2] != "*observable" {
			suggested[r] = true
			continue
		}
		for typ := range observables {
			suggested[[3]string{r[0], r[1], typ}] = true
		}
	}
	if len(suggested) < 120 {
		t.Fatalf("only %d relationships", len(suggested))
	}
	warned := func(source, kind, target string) bool {
		o := example(t, "relationship")
		o["relationship_type"] = kind
		o["source_ref"] = source + "--00000000-0000-4000-8000-000000000001"
		o["target_ref"] = target + "--00000000-0000-4000-8000-000000000002"
		r := check(t, o)
		if !r.Valid {
			t.Errorf("%s %s %s is refused: %v", source, kind, target, r.Errors)
		}
		return len(r.Warnings) > 0
	}
	for r := range suggested {
		if warned(r[0], r[1], r[2]) {
			t.Errorf("%v is suggested, but warned of", r)
		}
		if back := [3]string{r[2], r[1], r[0]}; !suggested[back] && !warned(back[0], back[1], back[2]) {
			t.Errorf("%v is not suggested, but not warned of", back)
		}
	}
	for _, kind := range []string{"related-to", "derived-from", "duplicate-of"} {
		if warned("tool", kind, "tool") {
			t.Errorf("%s is for all, but warned of", kind)
		}
	}
}

// TestReferenceTypes: each property that may only refer to some types refuses
// another one, takes each of its own, and takes types that the standard does not know.
func TestReferenceTypes(t *testing.T) {
	n := 0
	for _, table := range []map[string]string{domain, observables} {
		for typ, line := range table {
			for _, p := range properties(line) {
				if p.kind != "ref" && p.kind != "refs" || p.arg == "" {
					continue
				}
				n++
				refused := func(target string) bool {
					o := example(t, typ)
					id := target + "--00000000-0000-4000-8000-000000000001"
					o[p.name] = id
					if p.kind == "refs" {
						o[p.name] = []any{id}
					}
					return !check(t, o).Valid
				}
				if !refused("campaign") {
					t.Errorf("%s.%s takes a campaign", typ, p.name)
				}
				for target := range strings.SplitSeq(p.arg, ",") {
					if refused(target) {
						t.Errorf("%s.%s refuses a %s", typ, p.name, target)
					}
				}
				if refused("x-own") {
					t.Errorf("%s.%s refuses a type of one's own", typ, p.name)
				}
			}
		}
	}
	if n < 30 {
		t.Errorf("only %d properties", n)
	}
}

// extended are examples of the predefined extensions, by type and key.
var extended = map[string]map[string]string{
	"file": {
		"archive-ext":      `{"contains_refs":["file--00000000-0000-5000-8000-000000000001"],"comment":"x"}`,
		"ntfs-ext":         `{"sid":"S-1-5-32","alternate_data_streams":[{"name":"second","size":5,"hashes":{"MD5":"d41d8cd98f00b204e9800998ecf8427e"}}]}`,
		"pdf-ext":          `{"version":"1.7","is_optimized":false,"document_info_dict":{"Title":"x","Producer":"y"},"pdfid0":"a"}`,
		"raster-image-ext": `{"image_height":10,"image_width":20,"bits_per_pixel":24,"exif_tags":{"Make":"x"}}`,
		"windows-pebinary-ext": `{"pe_type":"dll","imphash":"x","machine_hex":"014c","number_of_sections":1,"time_date_stamp":"2026-01-01T00:00:00Z","characteristics_hex":"0102",
			"file_header_hashes":{"MD5":"d41d8cd98f00b204e9800998ecf8427e"},"optional_header":{"magic_hex":"010b","size_of_code":1},"sections":[{"name":".text","size":4096,"entropy":6.1}]}`,
	},
	"network-traffic": {
		"http-request-ext": `{"request_method":"get","request_value":"/a","request_version":"http/1.1","request_header":{"Host":["bad.example"]},"message_body_length":0}`,
		"icmp-ext":         `{"icmp_type_hex":"08","icmp_code_hex":"00"}`,
		"socket-ext":       `{"address_family":"AF_INET6","is_listening":true,"socket_type":"SOCK_STREAM","options":{"SO_RCVTIMEO":100}}`,
		"tcp-ext":          `{"src_flags_hex":"00000002"}`,
	},
	"process": {
		"windows-process-ext": `{"aslr_enabled":true,"integrity_level":"high","startup_info":{"lpDesktop":"x"}}`,
		"windows-service-ext": `{"service_name":"x","start_type":"SERVICE_AUTO_START","service_type":"SERVICE_WIN32_OWN_PROCESS","service_status":"SERVICE_RUNNING","descriptions":["y"]}`,
	},
	"user-account": {"unix-account-ext": `{"gid":1,"groups":["wheel"],"home_dir":"/home/x","shell":"/bin/sh"}`},
}

// TestExtensions: each predefined extension has an example without fault, misses
// each of its required properties, and is nobody else's.
func TestExtensions(t *testing.T) {
	for typ, byKey := range extensions {
		for key, line := range byKey {
			var e map[string]any
			if err := json.Unmarshal([]byte(extended[typ][key]), &e); err != nil {
				t.Errorf("%s of %s: %v", key, typ, err)
				continue
			}
			with := func(typ string, e map[string]any) Result {
				o := example(t, typ)
				o["extensions"] = map[string]any{key: e}
				return check(t, o)
			}
			if r := with(typ, e); len(r.Errors)+len(r.Warnings) > 0 {
				t.Errorf("%s: %+v", key, r)
			}
			for _, p := range properties(line) {
				if !p.must {
					continue
				}
				without := maps.Clone(e)
				delete(without, p.name)
				if r := with(typ, without); !finds(r.Errors, "extensions."+key+"."+p.name, "is missing") {
					t.Errorf("%s without %s: %+v", key, p.name, r)
				}
			}
			if r := with("mutex", e); len(r.Warnings) == 0 {
				t.Errorf("%s in a mutex is not warned of", key)
			}
		}
	}
}
