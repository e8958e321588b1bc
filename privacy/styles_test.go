package privacy

import "testing"

// A third hand of reports, in styles and languages that the detectors were not
// written against.
func TestMoreStyles(t *testing.T) {
	g := New()
	for _, s := range []string{
		"Subject: Re: Case 4471\n\nHi ⟦r:Tomasz⟧,\n\nthe invoice from ⟦k:billing@acme-supply.example⟧ looks odd. Can you call ⟦r:Mrs. Pemberton⟧ at ⟦r:+44 1632 960 983⟧?\n\nBest regards,\n⟦r:Alistair Crane⟧\nIT Service Desk",
		"[2026-02-11 08:12:44] AUTH OK account=⟦r:d.fontaine⟧ ip=198.51.100.9 mfa=push",
		"type=USER_LOGIN msg=audit: acct=\"⟦r:kpark⟧\" exe=\"/usr/sbin/sshd\" addr=203.0.113.14 res=success",
		"CEF:0|Vendor|FW|1|100|login|5|src=203.0.113.20 suser=⟦r:r.abebe⟧ dhost=vpn.shire.example",
		"EventID 4625 Account Name: ⟦r:hjohansson⟧ Source Network Address: 203.0.113.61",
		"User ACCOUNTING\\⟦r:pwhite⟧ was added to Domain Admins by SYSTEM",
		"⟦r:ines.costa⟧@corp.example logged in from 203.0.113.4",
		"Set-Cookie: JSESSIONID=⟦r:A1B2C3D4E5F60718⟧; Path=/",
		"AWS key ⟦r:AKIAIOSFODNN7EXAMPLE⟧ was found in the repository of the victim.",
		"{\"victim\":{\"name\":\"⟦r:Harald Eide⟧\",\"email\":\"⟦r:harald.eide@fjord.example⟧\",\"phone\":\"⟦r:+47 22 55 50 12⟧\"},\"attacker\":{\"email\":\"⟦k:kontakt@skatt-refusjon.example⟧\"}}",
		"{\"event\":\"login\",\"user_name\":\"⟦r:bnguyen⟧\",\"src_ip\":\"203.0.113.88\"}",
		"Mule account: ⟦k:NL91ABNA0417164300⟧, holder known as \"⟦k:Tony Gold⟧\".",
		"Sender address ⟦k:hr@corp-benefits.example⟧ was spoofed; victims include ⟦r:Jill Hathaway⟧ and ⟦r:Sam Okonkwo⟧.",
		"We interviewed ⟦r:Margit Olsen⟧ (⟦r:54⟧), who lives at ⟦r:Storgata 12, 0155 Oslo⟧.",
		"Statement of ⟦r:Desmond Achebe⟧: I was called by a man who said he was \"⟦k:Officer James Porter⟧\".",
		"Passport no. ⟦r:X12345678⟧ of ⟦r:Miss Keiko Tanaka⟧ was photographed.",
		"Combolist excerpt:\n⟦r:rob.miller@homenet.example⟧:⟦r:Pa55word⟧\n⟦r:sue@homenet.example⟧:⟦r:liverpool1⟧",
		"fullz: ⟦r:Carla Jimenez⟧ | ⟦r:219-09-9999⟧ | ⟦r:4111111111111111⟧ | 12/27 | ⟦r:carla.j@mailbox.example⟧",
		"Der Absender ⟦k:service@sparkasse-sicher.example⟧ schrieb an ⟦r:m.oezdemir@stadtwerke.example⟧.",
		"Betroffen ist die Patientin ⟦r:Gudrun Paulsen⟧, geboren am ⟦r:3. Mai 1948⟧.",
		"Bonjour ⟦r:Mme Delattre⟧, votre colis est bloqué : ⟦k:https://colis-livre.example/fr⟧",
		"Le salarié ⟦r:Kévin Marchal⟧ a saisi son mot de passe (⟦x:Soleil2023⟧) sur ⟦k:https://sso-portail.example⟧.",
		"El trabajador ⟦r:Íñigo Arrizabalaga⟧ descargó ⟦k:factura.zip⟧ de ⟦k:http://facturas.example/f⟧.",
		"Hola ⟦r:Maribel⟧, soy tu hijo, este es mi número nuevo: ⟦k:+34 600 555 012⟧ (estafador)",
		"Gentile ⟦r:Sig.ra Moretti⟧, il suo conto è bloccato. Chiami ⟦k:+39 800 555 010⟧.",
		"De klant ⟦r:Femke de Boer⟧ belde; haar IBAN is ⟦r:NL44RABO0123456789⟧.",
		"Pani ⟦r:Halina Wróbel⟧ zadzwoniła; numer oszusta: ⟦k:+48 800 555 010⟧.",
		"O Sr. ⟦r:Anselmo Figueira⟧ recebeu um SMS com o link ⟦k:http://ctt-taxa.example⟧.",
		"Användaren ⟦r:elin.berg⟧ loggade in; avsändaren var ⟦k:it@support-sverige.example⟧.",
		"Гражданка ⟦r:Смирнова Вера Ивановна⟧ перевела 50 000 рублей на счёт мошенника.",
		"Müşteri ⟦r:Ayşe Yıldız⟧ bağlantıya tıkladı.",
		"联系人：⟦r:陈静⟧，手机：⟦r:13912345678⟧",
		"社員の⟦r:鈴木一郎⟧さんは添付ファイルを開いた。",
		"고객 ⟦r:김민수⟧ 님의 전화 ⟦r:010-5555-0123⟧",
		"ضحية: ⟦r:سارة العلي⟧ اتصل بها المحتال",
		"the scammer's phone is ⟦k:+1 473 555 0122⟧ and he uses ⟦k:mr.smith.loans@quickmail.example⟧",
		"POST /login user=⟦r:a.rossi⟧&password=⟦r:Juventus9⟧ HTTP/1.1",
		"GET /track?uid=⟦x:8831⟧&mail=⟦r:g.weber%40web.example⟧",
		"base64 blob ⟦r:bmFtZT1DYXJsYSBKaW1lbmV6JnBob25lPSsxIDQxNSA1NTUgMDEzMg==⟧",
		"Telegram: ⟦k:@darkshop_admin⟧, Jabber: ⟦k:shop@xmpp.example⟧ of the seller",
		"Default credentials tried: admin/admin, root/⟦k:xc3511⟧, support/support",
		"The bot logs in with user \"⟦k:ubnt⟧\" and password \"⟦k:ubnt⟧\".",
		"VIN WVWZZZ1JZXW000001, invoice 2026-00412, container MSKU1234565, MAC of the gateway is masked",
	} {
		check(t, g, s)
	}
}
