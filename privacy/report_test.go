package privacy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/stix"
)

const (
	u1 = "0b0e0a4e-1f5d-4f6a-9c55-0a5a5f1c0001"
	u2 = "0b0e0a4e-1f5d-4f6a-9c55-0a5a5f1c0002"
	u3 = "0b0e0a4e-1f5d-4f6a-9c55-0a5a5f1c0003"
	u4 = "0b0e0a4e-1f5d-4f6a-9c55-0a5a5f1c0004"
	at = `"spec_version":"2.1","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z"`
)

// objects parses the objects of a report.
func objects(t testing.TB, raws ...string) []stix.Object {
	t.Helper()
	var out []stix.Object
	for _, r := range raws {
		o, err := stix.Parse([]byte(r), stix.Limits{})
		if err != nil {
			t.Fatalf("%v in %s", err, r)
		}
		out = append(out, o)
	}
	return out
}

// stripped strips a report and checks what holds of every one.
func stripped(t testing.TB, raws ...string) []Stripped {
	t.Helper()
	objs := objects(t, raws...)
	got := New().Report(objs)
	if len(got) != len(objs) {
		t.Fatalf("%d results for %d objects", len(got), len(objs))
	}
	for i, s := range got {
		if s.Changed != (string(s.Raw) != raws[i]) {
			t.Errorf("object %d: changed is %v", i, s.Changed)
		}
		if s.Changed != (len(s.Removed)+len(s.Held) > 0) {
			t.Errorf("object %d: changed is %v with %d removed and %d held", i, s.Changed, len(s.Removed), len(s.Held))
		}
		again, err := stix.Parse(s.Raw, stix.Limits{})
		if err != nil || again.ID != objs[i].ID || again.Type != objs[i].Type {
			t.Errorf("object %d doesn't parse after the gate: %v\n%s", i, err, s.Raw)
		}
		if n := strings.Count(string(s.Raw), HeldPlaceholder); n != len(s.Held) {
			t.Errorf("object %d has %d placeholders for %d held passages", i, n, len(s.Held))
		}
	}
	return got
}

func TestMailRoles(t *testing.T) {
	got := stripped(t,
		`{"type":"email-addr","spec_version":"2.1","id":"email-addr--`+u1+`","value":"boss@fake-bank.example","display_name":"Fake Boss"}`,
		`{"type":"email-addr","spec_version":"2.1","id":"email-addr--`+u2+`","value":"lena.ott@kanzlei.example","display_name":"Lena Ott"}`,
		`{"type":"email-message","spec_version":"2.1","id":"email-message--`+u3+`","is_multipart":false,"from_ref":"email-addr--`+u1+`","to_refs":["email-addr--`+u2+`"],"subject":"Invoice for Lena Ott","body":"Pay now"}`,
		`{"type":"note",`+at+`,"id":"note--`+u4+`","content":"lena.ott@kanzlei.example got it, and Ott clicked; sender boss@fake-bank.example","object_refs":["email-message--`+u3+`"]}`)
	if got[0].Changed {
		t.Errorf("the sender of the phish was touched: %s", got[0].Raw)
	}
	if v := `"value":"removed@removed.invalid","display_name":"[person-1]"`; !strings.Contains(string(got[1].Raw), v) || !got[1].IDTainted || got[1].Whole {
		t.Errorf("the recipient: tainted %v, whole %v, %s", got[1].IDTainted, got[1].Whole, got[1].Raw)
	}
	if want := []Removal{{"value", "email", "mail-recipient"}, {"display_name", "person", "mail-recipient"}}; !slices.Equal(got[1].Removed, want) {
		t.Errorf("the account says %v", got[1].Removed)
	}
	if v := `"subject":"Invoice for [person-1]"`; !strings.Contains(string(got[2].Raw), v) || !got[2].IDTainted {
		t.Errorf("the subject keeps the name: %s", got[2].Raw)
	}
	if v := `"content":"[email] got it, and [person-1] clicked; sender boss@fake-bank.example"`; !strings.Contains(string(got[3].Raw), v) || got[3].IDTainted {
		t.Errorf("the note: %s", got[3].Raw)
	}
}

func TestOnlySubjectTaints(t *testing.T) {
	got := stripped(t, `{"type":"email-message","spec_version":"2.1","id":"email-message--`+u1+`","is_multipart":false,"subject":"Rent","additional_header_fields":{"Delivered-To":"k.wendt@acme.example"}}`)
	if got[0].IDTainted || !got[0].Changed {
		t.Errorf("a header field is no part of the identifier: tainted %v, changed %v", got[0].IDTainted, got[0].Changed)
	}
}

func TestIndicatorGoesOutUntouched(t *testing.T) {
	for i, pattern := range []string{
		`[email-addr:value = 'anna.schmidt@evil-login.example']`, `[ipv4-addr:value = '203.0.113.5'] OR [domain-name:value = 'john-smith.example']`,
		`[file:hashes.'SHA-256' = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855']`, `[url:value = 'http://evil.example/a?b=c']`,
	} {
		raw := `{"type":"indicator",` + at + `,"id":"indicator--` + u1 + `","name":"IOC ` + fmt.Sprint(i) + `","pattern":"` + pattern + `","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}`
		got := stripped(t, raw)
		if got[0].Changed || got[0].Whole || string(got[0].Raw) != raw {
			t.Errorf("%s became %s", raw, got[0].Raw)
		}
		if got[0].Released < 7 {
			t.Errorf("%d fields released", got[0].Released)
		}
	}
}

func TestVictimInPattern(t *testing.T) {
	got := stripped(t, `{"type":"indicator",`+at+`,"id":"indicator--`+u1+`","pattern":"[file:name = 'C:\\\\Users\\\\hbergman\\\\a.exe']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}`)
	if strings.Contains(string(got[0].Raw), "hbergman") {
		t.Errorf("the pattern keeps the user's name: %s", got[0].Raw)
	}
}

func TestWholeObjectIsHeld(t *testing.T) {
	got := stripped(t,
		`{"type":"email-addr","spec_version":"2.1","id":"email-addr--`+u1+`","value":"otto.winter@gmail.com"}`,
		`{"type":"mac-addr","spec_version":"2.1","id":"mac-addr--`+u2+`","value":"a4:83:e7:10:22:3f"}`,
		`{"type":"note",`+at+`,"id":"note--`+u3+`","content":"The suspect Gerald Fitch left.","object_refs":["mac-addr--`+u2+`"]}`)
	for i := range 2 {
		if !got[i].Whole || len(got[i].Held) == 0 || !got[i].IDTainted {
			t.Errorf("object %d of unknown role: whole %v, held %v, tainted %v", i, got[i].Whole, got[i].Held, got[i].IDTainted)
		}
	}
	if got[2].Whole || len(got[2].Held) != 1 {
		t.Fatalf("a passage of prose holds only itself: %+v", got[2])
	}
	h := got[2].Held[0]
	if text := "The suspect Gerald Fitch left."[h.From:h.To]; text != "Gerald Fitch" || h.Path != "content" {
		t.Errorf("the passage is %q at %s", text, h.Path)
	}
}

func TestSaidElsewhere(t *testing.T) {
	got := stripped(t,
		`{"type":"email-addr","spec_version":"2.1","id":"email-addr--`+u1+`","value":"otto.winter@gmail.com"}`,
		`{"type":"note",`+at+`,"id":"note--`+u3+`","content":"Victim otto.winter@gmail.com clicked.","object_refs":["email-addr--`+u1+`"]}`)
	if got[0].Whole || !strings.Contains(string(got[0].Raw), "removed@removed.invalid") {
		t.Errorf("the note says that it is the victim's: %s", got[0].Raw)
	}
	got = stripped(t,
		`{"type":"email-addr","spec_version":"2.1","id":"email-addr--`+u1+`","value":"otto.winter@gmail.com"}`,
		`{"type":"note",`+at+`,"id":"note--`+u3+`","content":"The phish came from sender otto.winter@gmail.com.","object_refs":["email-addr--`+u1+`"]}`)
	if got[0].Changed {
		t.Errorf("the note says that it is the attacker's: %s", got[0].Raw)
	}
}

func TestIdentities(t *testing.T) {
	person := `{"type":"identity",` + at + `,"id":"identity--` + u1 + `","name":"Berit Solheim","identity_class":"individual","contact_information":"berit@firm.example, +47 22 55 50 12"}`
	got := stripped(t, person, `{"type":"identity",`+at+`,"id":"identity--`+u2+`","name":"Solheim Security AS","identity_class":"organization"}`)
	if s := string(got[0].Raw); strings.Contains(s, "Berit") || strings.Contains(s, "22 55") || got[0].Whole {
		t.Errorf("a person: %s", s)
	}
	if got[1].Changed {
		t.Errorf("a company: %s", got[1].Raw)
	}
	got = stripped(t, person,
		`{"type":"threat-actor",`+at+`,"id":"threat-actor--`+u3+`","name":"Night Heron"}`,
		`{"type":"relationship",`+at+`,"id":"relationship--`+u4+`","relationship_type":"attributed-to","source_ref":"threat-actor--`+u3+`","target_ref":"identity--`+u1+`"}`)
	if !got[0].Whole || len(got[0].Removed) != 0 {
		t.Errorf("to whom an attack is attributed is for a person to decide: %+v", got[0])
	}
}

func TestHomeOfVictim(t *testing.T) {
	got := stripped(t,
		`{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--`+u1+`","value":"198.51.100.20"}`,
		`{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--`+u2+`","value":"203.0.113.99"}`,
		`{"type":"network-traffic","spec_version":"2.1","id":"network-traffic--`+u3+`","protocols":["tcp"],"src_ref":"ipv4-addr--`+u1+`","dst_ref":"ipv4-addr--`+u2+`","x_note":"infected home computer of a subscriber"}`)
	if !strings.Contains(string(got[0].Raw), `"0.0.0.0"`) || !got[0].IDTainted || got[1].Changed {
		t.Errorf("home: %s, C2: %s", got[0].Raw, got[1].Raw)
	}
}

func TestNumbersOfObjects(t *testing.T) {
	got := stripped(t,
		`{"type":"location",`+at+`,"id":"location--`+u1+`","latitude":48.85837,"longitude":-2.29448,"precision":10.5}`,
		`{"type":"location",`+at+`,"id":"location--`+u2+`","latitude":48,"longitude":2.0}`,
		`{"type":"note",`+at+`,"id":"note--`+u3+`","content":"x","object_refs":["location--`+u1+`"],"x_phone":4155550139,"x_count":4155550139}`)
	if s := string(got[0].Raw); !strings.Contains(s, `"latitude":48,"longitude":-2,"precision":10.5`) || len(got[0].Removed) != 2 {
		t.Errorf("exact place: %s", s)
	}
	if got[1].Changed {
		t.Errorf("whole degrees are no exact place: %s", got[1].Raw)
	}
	if s := string(got[2].Raw); !strings.Contains(s, `"x_phone":0,"x_count":4155550139`) {
		t.Errorf("numbers: %s", s)
	}
}

func TestPayloadAndNames(t *testing.T) {
	got := stripped(t,
		`{"type":"artifact","spec_version":"2.1","id":"artifact--`+u1+`","mime_type":"text/plain","payload_bin":"dG86IGxlbmEub3R0QGthbnpsZWkuZXhhbXBsZQ=="}`,
		`{"type":"artifact","spec_version":"2.1","id":"artifact--`+u2+`","payload_bin":"AAECAwQFBgcICQoLDA0ODw=="}`,
		`{"type":"artifact","spec_version":"2.1","id":"artifact--`+u3+`","payload_bin":"AAECAwQFBgcICQoLDA0ODw==","encryption_algorithm":"mime-type-indicated","decryption_key":"infected"}`,
		`{"type":"note",`+at+`,"id":"note--`+u4+`","content":"x","object_refs":["artifact--`+u1+`"],"x_map":{"victim lena.ott@kanzlei.example":1,"plain":2}}`)
	if !strings.Contains(string(got[0].Raw), removedBytes) || !got[0].IDTainted {
		t.Errorf("text with a mailbox: %s", got[0].Raw)
	}
	if len(got[1].Held) != 1 {
		t.Errorf("bytes that can't be read are held: %+v", got[1])
	}
	if got[2].Changed {
		t.Errorf("a sample under its key stays: %s", got[2].Raw)
	}
	if s := string(got[3].Raw); !strings.Contains(s, `"x_map":{"removed_1":1,"plain":2}`) || got[3].Removed[0].Path != "x_map.(name)" {
		t.Errorf("a property's name: %s, %v", s, got[3].Removed)
	}
}

func TestAccountNeverQuotes(t *testing.T) {
	got := stripped(t, `{"type":"note",`+at+`,"id":"note--`+u1+`","content":"Victim Dolores Quintana, dolores.q@clinic.example, card 5555 5555 5555 4444, password: Winter!2024","object_refs":["note--`+u2+`"]}`)
	said := fmt.Sprint(got[0].Removed)
	for _, v := range []string{"olores", "uintana", "5555", "Winter"} {
		if strings.Contains(said, v) || strings.Contains(string(got[0].Raw), v) {
			t.Errorf("%s stands in %s or %s", v, said, got[0].Raw)
		}
	}
	if len(got[0].Removed) != 4 {
		t.Errorf("the account has %d lines: %v", len(got[0].Removed), got[0].Removed)
	}
}
