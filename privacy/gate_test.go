package privacy

import "testing"

// First sight: one text of each kind of value, on the victim's and on the attacker's side.
func TestTextBasics(t *testing.T) {
	g := New()
	for _, s := range []string{
		"Victim ⟦r:jane.doe@bank.example⟧ clicked ⟦k:http://bad.example/p⟧",
		"The sender was ⟦k:service@acme-login.example⟧ and the recipient ⟦r:otto.lang@acme.example⟧.",
		"From: \"Billing\" <⟦k:billing-desk@pay-acme.example⟧>\nTo: ⟦r:Karla Wendt⟧ <⟦r:k.wendt@acme.example⟧>\nSubject: open invoice",
		"Card ⟦r:5555 5555 5555 4444⟧ sold for $5",
		"SSN ⟦r:078-05-1120⟧ leaked",
		"victim's account ⟦r:DE89370400440532013000⟧, mule account ⟦k:GB29NWBK60161331926819⟧",
		"Dropped to C:\\Users\\⟦r:mkowalski⟧\\AppData\\Roaming\\⟦k:x.exe⟧",
		"sshd[812]: Failed password for ⟦r:hvogel⟧ from ⟦k:203.0.113.9⟧ port 22",
		"sshd[812]: Failed password for invalid user ⟦k:oracle9⟧ from 203.0.113.9",
		"Nothing personal: C2 at 203.0.113.77, sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, CVE-2024-12345.",
	} {
		check(t, g, s)
	}
}
