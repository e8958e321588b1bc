package privacy

import (
	"strings"
	"testing"
)

// checkJSON judges a marked object or list of objects.
func checkJSON(t *testing.T, g *Gate, s string) {
	t.Helper()
	m := unmark(t, s)
	out := gated(t, g, m.text)
	spans, _ := g.JSON([]byte(m.text))
	for _, v := range m.values {
		if v.verdict == 'k' {
			if !strings.Contains(out, v.text) {
				t.Errorf("%q is gone from\n  %s\n  %s", v.text, out, show(m.text, spans))
			}
		} else if w := survives(m, v, out); w != "" {
			t.Errorf("%q survives of %q in\n  %s\n  %s", w, v.text, out, show(m.text, spans))
		}
	}
	for _, sp := range spans {
		hit := sp.Verdict == Keep
		for _, v := range m.values {
			hit = hit || v.start < sp.End && v.end > sp.Start
		}
		if !hit {
			t.Errorf("neutral %q went (%s, %s) from\n  %s", m.text[sp.Start:sp.End], sp.Type, sp.Reason, m.text)
		}
	}
	if again := gated(t, g, out); again != out {
		t.Errorf("the second pass makes\n  %s\nof\n  %s", again, out)
	}
}

// Roles by references, properties and extensions, in many types of object.
func TestBundles(t *testing.T) {
	g := New()
	id := func(typ, u string) string { return `"type":"` + typ + `","id":"` + typ + `--` + u + `"` }
	sdo := func(typ, u string) string { return `{` + id(typ, u) + `,` + at }
	rel := func(kind, from, to string) string {
		return sdo("relationship", u4) + `,"relationship_type":"` + kind + `","source_ref":"` + from + `","target_ref":"` + to + `"}`
	}
	for _, s := range []string{
		// An account that an actor controls stays; one that is merely there goes.
		`[{` + id("user-account", u1) + `,"account_login":"⟦k:nightops⟧"},` + sdo("threat-actor", u2) + `,"name":"⟦k:Pale Heron⟧"},` + rel("controls", "threat-actor--"+u2, "user-account--"+u1) + `]`,
		`[{` + id("user-account", u1) + `,"account_login":"⟦r:hbergman⟧","display_name":"⟦r:Hilda Bergman⟧"}]`,
		`[{` + id("user-account", u1) + `,"account_login":"Administrator","user_id":"S-1-5-21-1-2-3-500"}]`,
		// The target of a campaign.
		`[` + sdo("identity", u1) + `,"name":"⟦r:Conrad Ashby⟧","identity_class":"individual"},` + sdo("campaign", u2) + `,"name":"Tax refund wave","description":"Mails to ⟦r:Conrad Ashby⟧ and other pensioners"},` + rel("targets", "campaign--"+u2, "identity--"+u1) + `]`,
		`[` + sdo("identity", u1) + `,"name":"Ashby Shipping Ltd","identity_class":"organization","contact_information":"soc@ashby.example"}]`,
		// Mail in all its parts.
		`[{` + id("email-message", u1) + `,"is_multipart":false,"subject":"⟦k:Your parcel is waiting⟧","additional_header_fields":{"Reply-To":"⟦k:track@parcel-fee.example⟧","Delivered-To":"⟦r:ruth.keane@shire.example⟧"},"body":"Dear ⟦r:Ruth⟧, pay at ⟦k:http://parcel-fee.example/p⟧"}]`,
		`[{` + id("email-addr", u1) + `,"value":"⟦k:billing@parcel-fee.example⟧"},{` + id("email-addr", u2) + `,"value":"⟦r:ruth.keane@shire.example⟧","belongs_to_ref":"user-account--` + u3 + `"},{` + id("user-account", u3) + `,"account_login":"⟦r:rkeane⟧"},{` + id("email-message", u4) + `,"is_multipart":false,"sender_ref":"email-addr--` + u1 + `","cc_refs":["email-addr--` + u2 + `"]}]`,
		// Infrastructure and what it consists of.
		`[{` + id("email-addr", u1) + `,"value":"⟦k:paula.stone@drop-host.example⟧"},` + sdo("infrastructure", u2) + `,"name":"drop mailboxes"},` + rel("consists-of", "infrastructure--"+u2, "email-addr--"+u1) + `]`,
		// Commands, keys, folders.
		`[{` + id("process", u1) + `,"command_line":"cmd /c copy C:\\Users\\⟦r:ejonsson⟧\\Desktop\\a.txt \\\\203.0.113.5\\x"}]`,
		`[{` + id("directory", u1) + `,"path":"/home/⟦r:lpires⟧/.cache/upd"},{` + id("directory", u2) + `,"path":"C:\\Windows\\Temp"}]`,
		`[{` + id("windows-registry-key", u1) + `,"key":"HKEY_USERS\\S-1-5-21\\Software\\Run","values":[{"name":"upd","data":"C:\\Users\\⟦r:ejonsson⟧\\upd.exe"}]}]`,
		`[{` + id("file", u1) + `,"name":"⟦k:invoice_2291.pdf.exe⟧","hashes":{"MD5":"9e107d9d372bb6826bd81d3542a419d6"}}]`,
		`[{` + id("url", u1) + `,"value":"http://parcel-fee.example/c?m=1&email=⟦r:ruth.keane@shire.example⟧"}]`,
		`[{` + id("domain-name", u1) + `,"value":"⟦k:john-smith-bank.example⟧"},{` + id("ipv4-addr", u2) + `,"value":"⟦k:203.0.113.44⟧"}]`,
		// Words about an object that it carries itself.
		`[{` + id("email-addr", u1) + `,"value":"⟦k:office.mail@free-host.example⟧","x_role":"sender of the phish"}]`,
		`[{` + id("mac-addr", u1) + `,"value":"⟦r:a4:83:e7:10:22:3f⟧","x_note":"laptop of the victim"}]`,
		`[{` + id("mac-addr", u1) + `,"value":"⟦k:a4:83:e7:10:22:3f⟧","x_note":"skimmer of the attacker"}]`,
		// Prose of several kinds.
		sdo("note", u1) + `,"content":"Call with ⟦r:Ingrid Falk⟧: password was ⟦r:Hus-2024!⟧","authors":["⟦r:Malin Ekström⟧"],"object_refs":["note--` + u2 + `"]}`,
		sdo("report", u1) + `,"name":"Payroll phish at a clinic","published":"2026-01-01T00:00:00Z","description":"Nurse ⟦r:Abena Owusu⟧ entered her PIN at ⟦k:payroll-fix.example⟧.","object_refs":["note--` + u2 + `"]}`,
		sdo("incident", u1) + `,"name":"Ransomware","x_reporter_phone":"⟦r:+47 22 55 50 12⟧","x_contact":{"full_name":"⟦r:Sigrid Lund⟧","e_mail":"⟦r:s.lund@fjord.example⟧"}}`,
		sdo("threat-actor", u1) + `,"name":"⟦k:Silver Adder⟧","aliases":["⟦k:adder_chief⟧"],"description":"Registers domains with ⟦k:k.volkov@fast-mail.example⟧"}`,
		sdo("malware", u1) + `,"name":"⟦k:RosaLoader⟧","is_family":true,"description":"Sends data to ⟦k:smtp.drop-host.example⟧ as ⟦k:collector@drop-host.example⟧"}`,
		sdo("indicator", u1) + `,"name":"Mailbox in a stealer","pattern":"[email-addr:value = '⟦k:lisa.miller@drop-host.example⟧']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}`,
		sdo("indicator", u1) + `,"description":"seen at the mailbox of victim ⟦r:otto.lang@acme.example⟧","pattern":"[url:value = '⟦k:http://evil.example/a⟧']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}`,
		sdo("location", u1) + `,"name":"home","country":"NO","street_address":"⟦r:Storgata 12⟧","postal_code":"⟦r:0155⟧"}`,
		`[{` + id("x509-certificate", u1) + `,"subject":"CN=⟦k:login.parcel-fee.example⟧","serial_number":"36:f7:d4:32:f4:ab"}]`,
		sdo("attack-pattern", u1) + `,"name":"Phishing","external_references":[{"source_name":"mitre-attack","external_id":"T1566"},{"source_name":"Blog","description":"Kelly, P. (2020, April 21). Phish. Retrieved May 1, 2020.","url":"https://blog.example/p"}]}`,
		sdo("observed-data", u1) + `,"first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z","number_observed":1,"objects":{"0":{"type":"email-addr","value":"⟦x:m.rowe@shire.example⟧","display_name":"⟦x:Moira Rowe⟧"}}}`,
	} {
		checkJSON(t, g, s)
	}
}
