package privacy

import (
	"strings"
	"testing"

	"tocsin/stix"
)

// TestUnknownMailboxIsNeverReleased: a person's mailbox whose role no word tells
// is removed or held, in prose and in every field of an object; and a login that
// the text gives to a person is that person's.
func TestUnknownMailboxIsNeverReleased(t *testing.T) {
	g := New()
	for _, c := range []struct{ text, secret string }{
		{"Jane Roe (jane.roe@customer.example, patient) clicked.", "jane.roe"},
		{"Reported by Tove Lindqvist (tove.lindqvist@news.example).", "tove.lindqvist"},
		{"See the message to kwame.boateng@clinic.example from Monday.", "kwame.boateng"},
		{"contact: r.okafor@bank.example", "r.okafor"},
		{"His phone is on the desk, and his login is jbrandt. I took his laptop off the network.", "jbrandt"},
		{"Her user name is mlopez4 and her account was locked.", "mlopez4"},
		{"The victim's account (login: pkowalski) was used at night.", "pkowalski"},
	} {
		if out := Scrub(c.text, g.Text(c.text)); strings.Contains(out, c.secret) {
			t.Errorf("as a text: %q", out)
		}
		for _, typ := range []string{"indicator", "malware", "note", "report", "intrusion-set"} {
			name := "description"
			if typ == "note" {
				name = "content"
			}
			raw := `{"type":"` + typ + `","spec_version":"2.1","id":"` + typ + `--00000000-0000-4000-8000-000000000001","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z",` +
				`"name":"Tinbell","is_family":true,"published":"2026-11-01T08:00:00.000Z","object_refs":["malware--00000000-0000-4000-8000-000000000002"],"content":"x","pattern":"[domain-name:value = 'evil.example']","pattern_type":"stix","valid_from":"2026-11-01T08:00:00.000Z","` + name + `":"` + c.text + `"}`
			if typ == "note" {
				raw = strings.Replace(raw, `"content":"x",`, "", 1)
			}
			o, err := stix.Parse([]byte(raw), stix.Limits{})
			if err != nil {
				t.Fatalf("%v: %s", err, raw)
			}
			if got := g.Report([]stix.Object{o})[0]; !got.Whole && strings.Contains(string(got.Raw), c.secret) {
				t.Errorf("in the %s of a %s: %s", name, typ, got.Raw)
			}
		}
	}
}
