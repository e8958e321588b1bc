package privacy

import "testing"

// A fifth hand: short, careless and machine-made texts.
func TestCarelessTexts(t *testing.T) {
	g := New()
	for _, s := range []string{
		"pt ⟦r:r. hargrove⟧ dob ⟦r:05/17/1966⟧ mrn ⟦r:00448120⟧",
		"(0010,0010) PN [⟦r:OKAFOR^CHINWE^A⟧] # PatientName",
		"talked with ⟦r:lucia⟧ from payroll, she saw ⟦k:hxxp://pay-slip[.]example⟧",
		"cust ⟦r:derek fowler⟧ called again re: gift cards",
		"name=⟦r:Gloria+Mendez⟧&phone=⟦r:3055550142⟧&card=4111",
		"employee id ⟦r:E-88213⟧ (⟦r:Paulo Teixeira⟧) lost his laptop ⟦r:PAULO-LAPTOP⟧",
		"⟦r:Anna's iPhone⟧ connected from ⟦k:203.0.113.9⟧",
		"attacker ip ⟦k:198.51.100.77⟧, victim home ip ⟦r:198.51.100.40⟧",
		"DHCPACK(eth0) 10.0.0.31 ⟦r:3c:22:fb:01:9a:77⟧ ⟦r:marias-air⟧",
		"sudo: ⟦r:jkelley⟧ : TTY=pts/0 ; PWD=/home/⟦r:jkelley⟧ ; USER=root ; COMMAND=/bin/sh",
		"sshd[99]: Invalid user ⟦k:testftp⟧ from 203.0.113.55 port 5544",
		"Accepted keyboard-interactive/pam for ⟦r:lsorensen⟧ from 198.51.100.3 port 2200 ssh2",
		"smtp auth: username=⟦r:k.adeyemi@shire.example⟧ method=PLAIN result=ok",
		"/var/mail/root and /home/ubuntu/.ssh and C:\\Users\\Default\\NTUSER.DAT",
		"The actor's wallet is ⟦k:bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq⟧ and his mail ⟦k:payme.now@fast-mail.example⟧.",
		"ransom portal login ⟦k:victim_4471⟧ given in the note",
		"Escalated to ⟦r:Dr. Nkechi Obi⟧ by ⟦r:Marius Lange⟧ (SOC).",
		"GDPR request from ⟦r:Mr Aurelio Bassi⟧, tel ⟦r:+39 06 5550 1234⟧",
		"beneficiary ⟦k:Golden Trade Ltd⟧, account ⟦x:GB33BUKB20201555555555⟧",
		"child ⟦r:Timmy⟧, aged ⟦r:9⟧, was groomed by ⟦k:@funboy_88⟧",
		"suspect's alias \"⟦k:The Baron⟧\" in the forum",
		"my dad ⟦r:Norbert⟧ paid 200 euro",
		"le client ⟦r:m. thibault girard⟧ demande un remboursement",
		"kundin ⟦r:hannelore pietsch⟧ ruft zurück",
		"el señor ⟦r:ramón ybarra⟧ recibió la llamada del ⟦k:+34 900 555 010⟧",
		"Patient diagnosed with ⟦r:epilepsy⟧: ⟦r:Ada Bjornsen⟧",
		"Signed-off: ⟦r:Kofi Mensah⟧, duty analyst",
		"cc: ⟦r:petra.nowak@gmina.example⟧; ⟦r:jan.wilk@gmina.example⟧",
		"forwarded by ⟦r:S. Whitmore⟧ to the CERT",
		"C:\\Documents and Settings\\⟦r:msilva⟧\\Local Settings\\Temp\\x.exe",
		"file:///Users/⟦r:orla.b⟧/Downloads/x.dmg",
		"OneDrive path https://corp-my.example/personal/⟦r:t_hall⟧_corp_example/Documents",
		"ldap: CN=⟦r:Maeve Sullivan⟧,OU=Finance,DC=corp,DC=example",
		"the tool Mimikatz by its author ⟦x:Benjamin D.⟧ was used",
		"no victims, only C2 ⟦k:cdn-a.evil.example⟧, JA3 ⟦k:e7d705a3286e19ea42f587b344ee6865⟧ and T1059.001",
	} {
		check(t, g, s)
	}
}
