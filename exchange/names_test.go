package exchange_test

import (
	"strings"
	"testing"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/stix"
)

// address makes the email-addr of a mailbox under its deterministic identifier.
func address(t *testing.T, mailbox string) (raw, id string) {
	t.Helper()
	draft := `{"type":"email-addr","spec_version":"2.1","id":"email-addr--` + uuid("0") + `","value":"` + mailbox + `"}`
	id, ok := stix.ObservableID([]byte(draft))
	if !ok {
		t.Fatal("no deterministic identifier")
	}
	return strings.Replace(draft, "email-addr--"+uuid("0"), id, 1), id
}

// TestComputedIdentifier: an identifier that is computed from a removed value is
// that value; it stands nowhere, not even in the middle of a text.
func TestComputedIdentifier(t *testing.T) {
	n := newNode(t)
	raw, id := address(t, "jane.roe@customer.example")
	mail := `{"type":"email-message","spec_version":"2.1","id":"email-message--` + uuid("2") + `","is_multipart":false,"to_refs":["` + id + `"],"subject":"Your invoice"}`
	note := object("note", "3", `"content":"See `+id+` for the recipient.","object_refs":["`+id+`"]`)
	f := n.file(n.bank, bundle(raw, mail, note), exchange.Options{})
	published := ""
	for _, o := range f.Objects {
		if o.Submitted == id {
			published = o.ID
		}
	}
	if published == "" || published == id {
		t.Fatalf("%d objects, removed %v; want the mailbox published under another identifier", len(f.Objects), f.Removed)
	}
	got := n.sees(n.hospital, member.AudienceGreen)
	for _, o := range got {
		if strings.Contains(o, id) || strings.Contains(o, "jane.roe") {
			t.Errorf("a reader sees %s", o)
		}
	}
	if !strings.Contains(got["note--"+uuid("3")], published) {
		t.Errorf("the note says %s; want %s in it", got["note--"+uuid("3")], published)
	}
	// A later report of the same member follows; another member's can't know.
	later := n.file(n.bank, bundle(object("note", "4", `"content":"Again.","object_refs":["`+id+`"]`)), exchange.Options{})
	if got := n.sees(n.hospital, member.AudienceGreen)[later.Objects[0].ID]; !strings.Contains(got, published) || strings.Contains(got, id) {
		t.Errorf("a later report says %s", got)
	}
	found, err := n.x.Versions(t.Context(), n.bank, member.AudienceGreen, []string{id})
	if err != nil || len(found) != 1 || found[0].ID != published {
		t.Errorf("the submitted identifier answers its submitter with %+v, %v", found, err)
	}
	found, err = n.x.Versions(t.Context(), n.hospital, member.AudienceGreen, []string{id})
	if err != nil || len(found) != 0 {
		t.Errorf("the submitted identifier answers another with %+v, %v", found, err)
	}
	n.clean()
}

// TestSomebodyElses: what somebody else created and had to be changed is another
// object, by the exchange; what refers to it follows.
func TestSomebodyElses(t *testing.T) {
	n := newNode(t)
	other := `"created_by_ref":"identity--` + uuid("77") + `"`
	dirty := indicator("1", "evil.example", other+`,"description":"Jane Roe (jane.roe@customer.example, patient) clicked."`)
	rel := object("relationship", "2", other+`,"relationship_type":"indicates","source_ref":"indicator--`+uuid("1")+`","target_ref":"malware--`+uuid("3")+`"`)
	clean := object("malware", "3", other+`,"name":"Tinbell","is_family":true`)
	f := n.file(n.bank, bundle(dirty, rel, clean), exchange.Options{})
	got := n.sees(n.hospital, member.AudienceGreen)
	var ind, r string
	for _, o := range f.Objects {
		switch o.Submitted {
		case "indicator--" + uuid("1"):
			ind = o.ID
		case "relationship--" + uuid("2"):
			r = o.ID
		}
	}
	if ind == "" || r == "" {
		t.Fatalf("%d objects, removed %v; want indicator and relationship under other identifiers", len(f.Objects), f.Removed)
	}
	if by := property(t, got[ind], "created_by_ref"); by != n.x.Identity() {
		t.Errorf("the changed object is created by %s; want the exchange", by)
	}
	if got[n.x.Identity()] == "" {
		t.Error("the exchange's identity was not published with it")
	}
	if ref := property(t, got[r], "source_ref"); ref != ind {
		t.Errorf("the relationship leads to %s; want %s", ref, ind)
	}
	if got["malware--"+uuid("3")] != clean {
		t.Errorf("what needed no change is %s; want it byte for byte", got["malware--"+uuid("3")])
	}
	if got["indicator--"+uuid("1")] != "" {
		t.Error("the submitted identifier was published")
	}
	n.clean()
}

// TestOwnKeepsItsIdentifier: nothing else was ever published under it.
func TestOwnKeepsItsIdentifier(t *testing.T) {
	n := newNode(t)
	f := n.file(n.bank, bundle(indicator("1", "evil.example", `"description":"Mailed to jane.roe@customer.example, the victim."`)), exchange.Options{})
	if len(f.Removed) == 0 || f.Objects[0].ID != "indicator--"+uuid("1") || f.Objects[0].Submitted != "" {
		t.Errorf("filed %+v, removed %+v; want the identifier kept", f.Objects, f.Removed)
	}
}

// TestPseudonym: a member is not named unless it agreed; its pseudonym is one
// within the community and another in a group.
func TestPseudonym(t *testing.T) {
	n := newNode(t)
	self := object("identity", "5", `"name":"HARBOR BANK","identity_class":"organization","contact_information":"soc@harborbank.example"`)
	by := `"created_by_ref":"identity--` + uuid("5") + `"`
	n.file(n.bank, bundle(self, indicator("1", "a.example", by)), exchange.Options{})
	second := n.file(n.bank, bundle(indicator("2", "b.example", by)), exchange.Options{})
	got := n.sees(n.hospital, member.AudienceGreen)
	p := property(t, got["indicator--"+uuid("1")], "created_by_ref")
	if p == "" || p == "identity--"+uuid("5") || p != property(t, got[second.Objects[0].ID], "created_by_ref") {
		t.Errorf("created by %q and %q; want one pseudonym", p, property(t, got[second.Objects[0].ID], "created_by_ref"))
	}
	for id, raw := range got {
		if strings.Contains(strings.ToLower(raw), "harbor") {
			t.Errorf("%s names the member: %s", id, raw)
		}
	}
	if got[p] == "" {
		t.Error("the pseudonym's identity was not published")
	}
	// An identity that is somebody else's stays.
	n.file(n.hospital, bundle(object("identity", "6", `"name":"Ghost Spider Group","identity_class":"group"`), indicator("3", "c.example", `"created_by_ref":"identity--`+uuid("6")+`"`)), exchange.Options{})
	if got := n.sees(n.bank, member.AudienceGreen)["indicator--"+uuid("3")]; property(t, got, "created_by_ref") != "identity--"+uuid("6") {
		t.Errorf("somebody else's creator became %s", property(t, got, "created_by_ref"))
	}
	if err := n.x.Consent(t.Context(), n.hospital, "Harbor Bank", true); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("another member gave its consent: %v", err)
	}
	n.clean()
}

// TestPublisher: what its own creator published to everyone passes byte for
// byte, and the record still counts what the gate saw.
func TestPublisher(t *testing.T) {
	n := newNode(t)
	if _, err := n.x.Members().AddMember(t.Context(), member.NewMember{Name: "Knowledge Base", Publisher: true}); err != nil {
		t.Fatal(err)
	}
	s, err := n.x.Members().Session(t.Context(), "Knowledge Base")
	if err != nil {
		t.Fatal(err)
	}
	raw := object("intrusion-set", "1", `"created_by_ref":"identity--`+uuid("8")+`","name":"Ghost Spider","description":"Reported by Jane Roe (jane.roe@news.example, phone +1 202 555 0143).","x_kept":1.50`)
	f := n.file(s, bundle(raw), exchange.Options{})
	if got := n.sees(n.bank, member.AudienceGreen)["intrusion-set--"+uuid("1")]; got != raw || len(f.Removed) != 0 {
		t.Errorf("published as %s, removed %v; want it byte for byte", got, f.Removed)
	}
	n.clean()
}
