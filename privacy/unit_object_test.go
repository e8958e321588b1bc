package privacy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/stix"
)

// every type of STIX 2.1 (sections 4 to 7), with the required properties that a
// benign object of it has. %s is where the test puts more.
var benign = map[string]string{
	"attack-pattern":       `,"name":"Spearphishing Link"%s`,
	"campaign":             `,"name":"Golden Autumn"%s`,
	"course-of-action":     `,"name":"Block the host"%s`,
	"grouping":             `,"context":"suspicious-activity","object_refs":["indicator--` + u2 + `"]%s`,
	"identity":             `,"name":"Water Board","identity_class":"organization"%s`,
	"incident":             `,"name":"Outage"%s`,
	"indicator":            `,"pattern":"[domain-name:value = 'evil.example']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"%s`,
	"infrastructure":       `,"name":"C2 tier"%s`,
	"intrusion-set":        `,"name":"Silent Heron"%s`,
	"language-content":     `,"object_ref":"campaign--` + u2 + `","contents":{"de":{"name":"Goldener Herbst"}}%s`,
	"location":             `,"country":"NO"%s`,
	"malware":              `,"name":"FrostLoader","is_family":true%s`,
	"malware-analysis":     `,"product":"sandbox","result":"malicious"%s`,
	"note":                 `,"content":"Seen twice.","object_refs":["indicator--` + u2 + `"]%s`,
	"observed-data":        `,"first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z","number_observed":1,"object_refs":["url--` + u2 + `"]%s`,
	"opinion":              `,"opinion":"agree","object_refs":["indicator--` + u2 + `"]%s`,
	"report":               `,"name":"Weekly","published":"2026-01-01T00:00:00Z","object_refs":["indicator--` + u2 + `"]%s`,
	"relationship":         `,"relationship_type":"uses","source_ref":"campaign--` + u2 + `","target_ref":"malware--` + u3 + `"%s`,
	"sighting":             `,"sighting_of_ref":"indicator--` + u2 + `"%s`,
	"threat-actor":         `,"name":"Pale Heron"%s`,
	"tool":                 `,"name":"PsExec"%s`,
	"vulnerability":        `,"name":"CVE-2026-10021"%s`,
	"artifact":             `,"url":"http://evil.example/a.bin","hashes":{"MD5":"0cc175b9c0f1b6a831c399e269772661"}%s`,
	"autonomous-system":    `,"number":64500,"name":"Example Hosting"%s`,
	"directory":            `,"path":"C:\\Windows\\Temp"%s`,
	"domain-name":          `,"value":"evil.example"%s`,
	"email-message":        `,"is_multipart":false,"subject":"Invoice"%s`,
	"file":                 `,"name":"invoice.exe"%s`,
	"ipv4-addr":            `,"value":"203.0.113.5"%s`,
	"ipv6-addr":            `,"value":"2001:db8::5"%s`,
	"mutex":                `,"name":"Global\\x77"%s`,
	"network-traffic":      `,"protocols":["tcp"],"dst_port":443,"dst_ref":"ipv4-addr--` + u2 + `"%s`,
	"process":              `,"pid":4411,"command_line":"rundll32.exe a.dll,Start"%s`,
	"software":             `,"name":"Word","vendor":"Microsoft"%s`,
	"url":                  `,"value":"http://evil.example/a"%s`,
	"windows-registry-key": `,"key":"HKLM\\Software\\Run"%s`,
	"x509-certificate":     `,"serial_number":"36:f7:d4:32:f4:ab","subject":"CN=evil.example"%s`,
	"x-tracker":            `,"x_state":"open"%s`,
}

var observables = []string{"artifact", "autonomous-system", "directory", "domain-name", "email-message", "file", "ipv4-addr", "ipv6-addr", "mutex", "network-traffic", "process", "software", "url", "windows-registry-key", "x509-certificate"}

// object makes an object of a type with more properties.
func object(typ, more string) string {
	head := `{"type":"` + typ + `",` + at + `,"id":"` + typ + `--` + u1 + `"`
	if slices.Contains(observables, typ) {
		head = `{"type":"` + typ + `","spec_version":"2.1","id":"` + typ + `--` + u1 + `"`
	}
	return head + fmt.Sprintf(benign[typ], more) + `}`
}

// Of each type: what says nothing of a person goes out byte for byte.
func TestUnitBenignObjects(t *testing.T) {
	for typ := range benign {
		raw := object(typ, "")
		if got := stripped(t, raw)[0]; got.Changed || got.Whole || got.IDTainted || len(got.Removed)+len(got.Held) > 0 {
			t.Errorf("%s became %s", raw, got.Raw)
		}
	}
}

// Of each type: a property that no rule names is looked into, however deep it
// stands and whatever kind of value it is.
func TestUnitEveryTypeIsLookedInto(t *testing.T) {
	for typ := range benign {
		for place, more := range map[string]string{
			"string":    `,"x_remark":"reported by Luc Ferrand, victim luc.ferrand@bank.example"`,
			"list":      `,"x_remarks":["nothing","reported by Luc Ferrand, victim luc.ferrand@bank.example"]`,
			"deep":      `,"x_more":{"a":{"b":[{"c":"reported by Luc Ferrand, victim luc.ferrand@bank.example"}]}}`,
			"extension": `,"extensions":{"extension-definition--` + u4 + `":{"extension_type":"property-extension","remark":"reported by Luc Ferrand, victim luc.ferrand@bank.example"}}`,
			"name":      `,"x_map":{"victim luc.ferrand@bank.example":"reported by Luc Ferrand"}`,
			"escaped":   `,"x_remark":"reported by \u004cuc Ferrand, victim luc.ferrand\u0040bank.example"`,
			"reference": `,"external_references":[{"source_name":"tracker","description":"victim luc.ferrand@bank.example, reported by Luc Ferrand"}]`,
			"label":     `,"labels":["victim luc.ferrand@bank.example"]`,
		} {
			raw := object(typ, more)
			got := stripped(t, raw)[0]
			out := string(got.Raw)
			if !json.Valid(got.Raw) {
				t.Errorf("%s, %s: no JSON: %s", typ, place, out)
			}
			if strings.Contains(out, "luc.ferrand") || strings.Contains(out, "Ferrand") || strings.Contains(out, `\u004cuc`) {
				t.Errorf("%s, %s: %s", typ, place, out)
			}
			for _, r := range got.Removed {
				if r.Path == "" || r.Type == "" || r.Reason == "" || strings.Contains(r.Path+r.Type+r.Reason, "errand") {
					t.Errorf("%s, %s: the account says %+v", typ, place, r)
				}
			}
			if got.Whole {
				t.Errorf("%s, %s: a remark holds all of the object", typ, place)
			}
		}
	}
}

// Prose of each type that has a description: the attacker's values stay, the
// victim's go, both in one sentence.
func TestUnitDescriptions(t *testing.T) {
	for _, typ := range []string{"attack-pattern", "campaign", "course-of-action", "grouping", "identity", "incident", "indicator", "infrastructure", "intrusion-set", "malware", "report", "relationship", "sighting", "threat-actor", "tool", "vulnerability", "x-tracker"} {
		raw := object(typ, `,"description":"Sender boss@evil.example wrote to victim ann.keller@bank.example from 203.0.113.5; nurse Abigail Ferris opened http://evil.example/a"`)
		out := string(stripped(t, raw)[0].Raw)
		if want := `"description":"Sender boss@evil.example wrote to victim [email] from 203.0.113.5; nurse [person-1] opened http://evil.example/a"`; !strings.Contains(out, want) {
			t.Errorf("%s: %s\nwant %s", typ, out, want)
		}
	}
}

// Names and aliases of threats are not persons, whatever they are called.
func TestUnitThreatNames(t *testing.T) {
	for _, typ := range []string{"threat-actor", "intrusion-set", "campaign", "malware", "tool", "infrastructure"} {
		for _, name := range []string{"Anna Keller", "Ivan Drago", "Mr. White", "John the Ripper", "Olga", "FIN7", "王小明", "boss@evil.example"} {
			raw := strings.Replace(object(typ, `,"aliases":["`+name+`","Tommy Lee"]`), `"name":"`, `"name":"`+name+`","x_old":"`, 1)
			if got := stripped(t, raw)[0]; got.Changed {
				t.Errorf("%s %s: %s", typ, name, got.Raw)
			}
		}
	}
}

// What stands for a removed value keeps the type of its property.
func TestUnitSubstitutes(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`{"type":"email-addr","spec_version":"2.1","id":"email-addr--` + u1 + `","value":"ann.keller@bank.example","x_role":"victim"}`, `"value":"removed@removed.invalid"`},
		{`{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--` + u1 + `","value":"198.51.100.20","x_note":"home of the victim"}`, `"value":"0.0.0.0"`},
		{`{"type":"ipv6-addr","spec_version":"2.1","id":"ipv6-addr--` + u1 + `","value":"2001:db8::20","x_note":"home of the victim"}`, `"value":"::"`},
		{`{"type":"mac-addr","spec_version":"2.1","id":"mac-addr--` + u1 + `","value":"a8:51:ab:10:fe:22","x_note":"laptop of the victim"}`, `"value":"00:00:00:00:00:00"`},
		{`{"type":"user-account","spec_version":"2.1","id":"user-account--` + u1 + `","account_login":"akeller"}`, `"account_login":"[username]"`},
		{`{"type":"identity",` + at + `,"id":"identity--` + u1 + `","name":"Anna Keller","identity_class":"individual"}`, `"name":"[person-1]"`},
		{`{"type":"location",` + at + `,"id":"location--` + u1 + `","latitude":48.85837,"longitude":2.29448}`, `"latitude":48,"longitude":2`},
		{`{"type":"location",` + at + `,"id":"location--` + u1 + `","latitude":-0.5,"longitude":1e-3}`, `"latitude":-0,"longitude":`},
	} {
		got := stripped(t, c.in)[0]
		if !strings.Contains(string(got.Raw), c.want) || !json.Valid(got.Raw) {
			t.Errorf("%s\nbecame %s\nwant   %s", c.in, got.Raw, c.want)
		}
		again := stripped(t, string(got.Raw))[0]
		if again.Changed {
			t.Errorf("a second gate makes %s of %s", again.Raw, got.Raw)
		}
	}
}

// An identifier that was computed from a removed value may not go out; one that
// was not stays.
func TestUnitIDTainted(t *testing.T) {
	for _, c := range []struct {
		raw     string
		tainted bool
	}{
		{`{"type":"email-addr","spec_version":"2.1","id":"email-addr--` + u1 + `","value":"ann.keller@bank.example","x_role":"victim"}`, true},
		{`{"type":"email-addr","spec_version":"2.1","id":"email-addr--` + u1 + `","value":"boss@evil.example","x_role":"sender","x_page":"http://evil.example/?e=ann.keller@bank.example"}`, false},
		{`{"type":"user-account","spec_version":"2.1","id":"user-account--` + u1 + `","account_login":"akeller"}`, true},
		{`{"type":"user-account","spec_version":"2.1","id":"user-account--` + u1 + `","account_login":"root","display_name":"Anna Keller"}`, false},
		{`{"type":"directory","spec_version":"2.1","id":"directory--` + u1 + `","path":"C:\\Users\\akeller\\x"}`, true},
		{`{"type":"url","spec_version":"2.1","id":"url--` + u1 + `","value":"http://evil.example/?e=ann.keller@bank.example"}`, true},
		{`{"type":"email-message","spec_version":"2.1","id":"email-message--` + u1 + `","is_multipart":false,"subject":"Dear Mr. Castellano"}`, true},
		{`{"type":"artifact","spec_version":"2.1","id":"artifact--` + u1 + `","payload_bin":"dmljdGltIGphbmUuZG9lQGJhbmsuZXhhbXBsZQ=="}`, true},
		{`{"type":"process","spec_version":"2.1","id":"process--` + u1 + `","command_line":"C:\\Users\\akeller\\x.exe"}`, false},
		{`{"type":"identity",` + at + `,"id":"identity--` + u1 + `","name":"Anna Keller","identity_class":"individual"}`, false},
		{`{"type":"file","spec_version":"2.1","id":"file--` + u1 + `","name":"for ann.keller@bank.example (victim).doc"}`, true},
		{`{"type":"windows-registry-key","spec_version":"2.1","id":"windows-registry-key--` + u1 + `","key":"HKLM\\x","values":[{"name":"a","data":"C:\\Users\\akeller\\x.exe"}]}`, true},
	} {
		got := stripped(t, c.raw)[0]
		if got.IDTainted != c.tainted || !got.Changed && !strings.Contains(c.raw, "boss@") {
			t.Errorf("%s: tainted %v, changed %v", c.raw, got.IDTainted, got.Changed)
		}
	}
}

// Whole: the value that the object is about is in doubt, so nothing of it goes out.
// A doubtful passage in a remark holds only itself.
func TestUnitWhole(t *testing.T) {
	for _, c := range []struct {
		raw   string
		whole bool
		held  int
	}{
		{`{"type":"email-addr","spec_version":"2.1","id":"email-addr--` + u1 + `","value":"otto.winter@gmail.com"}`, true, 1},
		{`{"type":"email-addr","spec_version":"2.1","id":"email-addr--` + u1 + `","value":"otto.winter@gmail.com","display_name":"Otto Winter"}`, true, 2},
		{`{"type":"email-addr","spec_version":"2.1","id":"email-addr--` + u1 + `","value":"otto.winter@gmail.com","x_role":"victim"}`, false, 0},
		{`{"type":"mac-addr","spec_version":"2.1","id":"mac-addr--` + u1 + `","value":"a8:51:ab:10:fe:22"}`, true, 1},
		{`{"type":"note",` + at + `,"id":"note--` + u1 + `","content":"The suspect Gerald Fitch left. He paid.","object_refs":["mac-addr--` + u2 + `"]}`, false, 1},
		{`{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--` + u1 + `","value":"198.51.100.20"}`, false, 0},
		{`{"type":"user-account","spec_version":"2.1","id":"user-account--` + u1 + `","account_login":"akeller"}`, false, 0},
	} {
		got := stripped(t, c.raw)[0]
		if got.Whole != c.whole || len(got.Held) != c.held {
			t.Errorf("%s: whole %v, held %v", c.raw, got.Whole, got.Held)
		}
	}
}

// A passage's bytes count in the decoded value, as submitted.
func TestUnitPassages(t *testing.T) {
	for content, want := range map[string]string{
		`The suspect Gerald Fitch left.`:                                     "Gerald Fitch",
		`\u00fc\ud83d\ude00 \"x\" the suspect Gerald Fitch left.`:            "Gerald Fitch",
		`Victim Anna Keller paid.\nThe suspect Gerald\u0020Fitch left.`:      "Gerald Fitch",
		`Victim ann.keller@bank.example paid; the suspect Gerald Fitch ran.`: "Gerald Fitch",
	} {
		raw := object("note", `,"x_text":"`+content+`"`)
		got := stripped(t, raw)[0]
		if len(got.Held) != 1 || got.Held[0].Path != "x_text" {
			t.Errorf("%s: held %v", content, got.Held)
			continue
		}
		var value string
		if err := json.Unmarshal([]byte(`"`+content+`"`), &value); err != nil {
			t.Fatal(err)
		}
		if p := got.Held[0]; value[p.From:p.To] != want {
			t.Errorf("%s: the passage is %q", content, value[p.From:p.To])
		}
	}
}

// Times, identifiers, markings and the words of the standard are never touched,
// not even where they look like a person's.
func TestUnitStructureStays(t *testing.T) {
	raw := `{"type":"indicator",` + at + `,"id":"indicator--` + u1 + `","created_by_ref":"identity--` + u2 + `","pattern":"[file:name = 'anna.exe']","pattern_type":"stix","valid_from":"1984-03-07T00:00:00Z","lang":"de","object_marking_refs":["marking-definition--` + u3 + `"],"confidence":50,"revoked":false,"labels":["anna"],"indicator_types":["malicious-activity"]}`
	if got := stripped(t, raw)[0]; got.Changed || got.Released < 10 {
		t.Errorf("%d released: %s", got.Released, got.Raw)
	}
}

// A time or type that isn't one can't hide a mailbox.
func TestUnitStructureWithText(t *testing.T) {
	for _, p := range []string{"lang", "valid_until", "first_seen", "pattern_type", "relationship_type"} {
		g := New()
		out := gated(t, g, `{"type":"x-a","`+p+`":"victim ann.keller@bank.example"}`)
		if strings.Contains(out, "ann.keller") {
			t.Errorf("%s hides a mailbox: %s", p, out)
		}
	}
}

// One report of 2,000 objects comes back in order, each with its own result.
func TestUnitReportOrder(t *testing.T) {
	var objs []stix.Object
	for i := range 2000 {
		value := fmt.Sprintf("host%d.evil.example", i)
		if i%3 == 0 {
			value = fmt.Sprintf("http://evil.example/?e=person%d.x@bank%d.example", i, i)
		}
		objs = append(objs, objects(t, fmt.Sprintf(`{"type":"x-value","id":"x-value--%s","spec_version":"2.1","x_value":"%s"}`, u1, value))...)
	}
	for i, s := range New().Report(objs) {
		if s.Changed != (i%3 == 0) {
			t.Fatalf("object %d: changed %v, %s", i, s.Changed, s.Raw)
		}
		if i%3 != 0 && !strings.Contains(string(s.Raw), fmt.Sprintf("host%d.evil", i)) {
			t.Fatalf("object %d is another one: %s", i, s.Raw)
		}
	}
}

// An empty report has an empty result.
func TestUnitEmptyReport(t *testing.T) {
	if got := New().Report(nil); len(got) != 0 {
		t.Errorf("%d results", len(got))
	}
}
