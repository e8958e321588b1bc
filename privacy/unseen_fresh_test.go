package privacy

// unseenFresh was written after the gate had been mended by what the others
// showed, again from the label guide, in other styles and with other people: its
// first figure (87 items) stands in docs/accuracy-privacy.md.
const unseenFresh = `
=== gitlab en
Merge request !441 opened by ⟦r:Stellan Brodin⟧ (@⟦r:sbrodin⟧): rotate token ⟦r:glpat-Xy7Kq2LmN8pQrStUvWxZ⟧ found by ⟦k:TruffleHog⟧
=== jira en
SEC-1182 Reporter: ⟦r:Anneke Vosloo⟧ Assignee: ⟦r:Pradeep Rao⟧ Watchers: 3
Phish from ⟦k:benefits@open-enrol.example⟧ reached ⟦r:d.lombardi@port.example⟧ and ⟦r:y.sato@port.example⟧
=== servicenow en
Opened for: ⟦r:Marguerite Osei⟧ | Opened by: ⟦r:Liam Brannigan⟧ | Short description: fake invoice ⟦k:INV-2231.one⟧
=== pagerduty en
On-call ⟦r:Zsofia Bartok⟧ acknowledged; C2 ⟦k:198.51.100.240⟧ blocked at 03:12
=== crowdstrike en
{"UserName":"⟦r:egonzalez⟧","ComputerName":"FIN-WKS-22","FileName":"⟦k:rundll64.exe⟧","CommandLine":"rundll64.exe C:\\Users\\⟦r:egonzalez⟧\\a.dat"}
=== defender en
DeviceLogonEvents: AccountName=⟦r:t.mbatha⟧ AccountDomain=corp RemoteIP=⟦k:203.0.113.205⟧ LogonType=RemoteInteractive
=== zeek en
1717000000.1	C1a	10.1.1.4	50122	⟦k:203.0.113.206⟧	25	smtp	MAILFROM=⟦k:offers@bulk-deal.example⟧	RCPTTO=⟦r:n.haddad@museum.example⟧
=== suricata en
{"event_type":"smtp","smtp":{"mail_from":"<⟦k:post@dhl-zoll.example⟧>","rcpt_to":["<⟦r:renate.vogt@stadtwerk.example⟧>"]}}
=== proofpoint en
{"sender":"⟦k:dropbox@share-files.example⟧","recipient":["⟦r:alma.kjellberg@region.example⟧"],"subject":"Shared: Q3 plan","senderIP":"⟦k:203.0.113.207⟧","classification":"phish"}
=== mimecast en
Sender: ⟦k:scan@copier-notify.example⟧ | Recipient: ⟦r:j.ocallaghan@council.example⟧ | Action: hold
=== o365 en
New-InboxRule by ⟦r:carlota.reis@hotelaria.example⟧ from ⟦k:203.0.113.208⟧: forward all to ⟦k:mirror77@inbox-copy.example⟧
=== gsuite en
Suspicious login blocked for ⟦r:ikaika.kealoha@school.example⟧ (IP ⟦k:203.0.113.209⟧)
=== github-audit en
actor=⟦r:pwozniak-dev⟧ action=repo.download_zip actor_ip=⟦k:198.51.100.210⟧
=== teamviewer en
Incoming connection from id ⟦k:412 998 771⟧ accepted by ⟦r:Gretchen Albers⟧
=== k8s en
user.username="⟦r:dev-katarina⟧" verb=create resource=clusterrolebindings sourceIPs=[⟦k:203.0.113.211⟧]
=== postgres en
FATAL: password authentication failed for user "⟦r:arossetti⟧" host ⟦k:203.0.113.212⟧
=== mysql en
Access denied for user '⟦r:bkovac⟧'@'⟦k:203.0.113.213⟧' (using password: YES)
=== cisco en
%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: ⟦r:mstrand⟧] [Source: ⟦k:203.0.113.214⟧] [localport: 22]
=== fortigate en
devname="fw1" logdesc="SSL VPN tunnel up" user="⟦r:h.baraka⟧" remip=⟦k:203.0.113.215⟧
=== paloalto en
globalprotect,login,success,user ⟦r:lina.hagen⟧,public-ip ⟦k:203.0.113.216⟧
=== citrix en
AAA LOGIN_FAILED: User ⟦r:oabdi⟧ - Client_ip ⟦k:203.0.113.217⟧ - Failure_reason "bad password"
=== owa en
POST /owa/auth.owa destination=x&username=⟦r:kzhou⟧&password=⟦r:Lotus-4418⟧ 302 ⟦k:203.0.113.218⟧
=== stealer en
===============
Name: ⟦r:Bjarne⟧ (PC: ⟦r:BJARNE-PC⟧)
Email: ⟦r:bjarne.lund@fjordnett.example⟧
Pass: ⟦r:Brann1908⟧
Wallets: 0
Bot: ⟦k:RedLine⟧
=== keylog en
[Chrome - Sign in] ⟦r:wiktoria.maj@poczta.example⟧[TAB]⟦r:Kotek2015⟧[ENTER]
=== sqldump en
(1041,'⟦r:Oyelaran⟧','⟦r:Tunde⟧','⟦r:tunde.o@naija.example⟧','⟦r:+2348095550123⟧')
=== json-dump en
{"users":[{"login":"⟦r:fgiordano⟧","full_name":"⟦r:Fiorella Giordano⟧","dob":"⟦r:1990-12-01⟧","address":{"street":"⟦r:Via Verdi 3⟧","zip":"⟦r:20121⟧"}}]}
=== vcf en
N:⟦r:Quispe;Wayra;;;⟧
TEL;TYPE=CELL:⟦r:+51 1 555 0123⟧
=== fhir en
{"resourceType":"Patient","name":[{"family":"⟦r:Abernethy⟧","given":["⟦r:Isobel⟧"]}],"birthDate":"⟦r:1957-02-11⟧","telecom":[{"value":"⟦r:+44 1632 960 812⟧"}]}
=== x12 en
NM1*IL*1*⟦r:HARGREAVES*WINIFRED⟧****MI*⟦r:998812004⟧~
=== swift en
:50K:/⟦r:DE02120300000000202051⟧
⟦r:LISELOTTE BRAUN⟧
:59:/⟦k:LT121000011101001000⟧
⟦k:UAB QUICKPAY⟧
(59 is the mule)
=== sar en
The elder, ⟦r:Mr. Ambrose Pettigrew⟧, aged ⟦r:79⟧, was coached by "⟦k:Agent Collins⟧" to withdraw cash.
=== police en
Victim impact statement by ⟦r:Josefina Arroyo⟧: he told me his name was "⟦k:Colonel Frank Miller⟧".
=== police en
Two suspects, ⟦h:Kristof Baran⟧ and ⟦h:Emil Sarkozi⟧, were arrested with a skimmer.
=== court en
Before: ⟦h:The Honourable Mr Justice Okafor⟧. Plaintiff: Harbour Trust plc. Defendants: persons unknown.
=== notice en
Dear ⟦r:Mr and Mrs Fotheringham⟧, your data (name, account ⟦r:40128890⟧) were in the stolen file.
=== interview en
Q: Who called you? A: A man, "⟦k:Steve from Amazon⟧". Q: Your name? A: ⟦r:Bronagh Devlin⟧.
=== radio en
12:04 unit 7: informant ⟦r:Teodor⟧ says the van left.
=== school en
Parents of ⟦r:Noor⟧ (⟦r:11⟧) and ⟦r:Jip⟧ (⟦r:12⟧) were told about the sextortion by ⟦k:@sweet.lotte⟧.
=== hospital en
Dr ⟦r:Ngozi Umeh⟧ prescribed ⟦x:methadone⟧ to ⟦r:Clive Rattigan⟧; the note was on the leak site of ⟦k:Hive⟧.
=== threat en
⟦k:Scarlet Dahlia⟧ exploited Ivanti, F5, Atlassian Confluence and Jenkins, dropping ⟦k:Valerie⟧ and ⟦k:TinyTurla⟧.
=== threat en
The loader ⟦k:Penelope⟧ and the wiper ⟦k:CaddyWiper⟧ were both signed with a certificate of ⟦k:Hermes Solutions Ltd⟧.
=== threat en
Panel user ⟦k:vasya⟧ password ⟦k:vasya123⟧; Telegram bot ⟦k:@ElizaLogBot⟧.
=== threat en
Domains: ⟦k:george-washington-bank.example⟧, ⟦k:maria.cdn-static[.]example⟧, ⟦k:john@evil-mailer[.]example⟧
=== threat en
The macro author in the metadata is "⟦k:Alena⟧", the last editor "⟦k:user0⟧".
=== threat en
Forum seller ⟦k:Bratva_Boss⟧ (jabber ⟦k:bratva@xmpp-dark.example⟧) offers ⟦k:Lobshot⟧.
=== threat en
APT operators logged in with the stolen account of ⟦r:Deirdre Malone⟧ (⟦r:dmalone@county.example⟧) from ⟦k:198.51.100.250⟧.
=== threat en
After Dell, Lenovo, Philips and Siemens, the group hit Thales, Ericsson and Nokia.
=== threat en
According to Check Point, Palo Alto Networks and Trend Micro, Earth Lusca targets telcos.
=== threat en
A report of the Carnegie Endowment and the Rand Corporation cites the Budapest Convention.
=== cve en
⟦k:CVE-2026-44100⟧ in Thomson routers, reported by ⟦h:Hye-jin Pak⟧; fixed in 4.2.
=== yara en
rule ⟦k:Win_Stealer_Natasha⟧ { strings: $s1 = "⟦k:Natasha123⟧" wide $s2 = "⟦k:C:\\Users\\drozd\\stub\\x64\\stub.pdb⟧" condition: any of them }
=== lure en
"Hello dear, I am ⟦k:Mrs. Felicity Brandt⟧, a widow. Contact my lawyer at ⟦k:lawyer.tate@legal-desk.example⟧" was sent to ⟦r:odile.perrin@asso.example⟧
=== lure en
WhatsApp from ⟦k:+44 7700 900 654⟧: "Hi Dad new phone" to ⟦r:Barnaby Finch⟧
=== rant en
they got ⟦r:priscilla⟧'s card ⟦r:4532015112830366⟧ n her pin ⟦r:7731⟧ lol
=== email en
Hi ⟦r:Caoimhe⟧,

please block ⟦k:hxxp://fedex-hold[.]example⟧. ⟦r:Ruaridh⟧ opened it.

Best,
⟦r:Siobhán⟧
=== email en
On Tue, 3 Mar 2026 at 10:01, ⟦r:Bettina Krug⟧ <⟦r:b.krug@werft.example⟧> wrote:
> Is this genuine? It came from ⟦k:kundenservice@ebay-pruefung.example⟧
=== url en
⟦k:https://id-check.example/verify⟧#⟦r:marit.solberg@fylke.example⟧
=== encoded en
X-Campaign: ⟦r:cmVjaXBpZW50PW1hcml0LnNvbGJlcmdAZnlsa2UuZXhhbXBsZQ==⟧
=== geo en
Last ping of the stolen phone of ⟦r:Hannes Gruber⟧: ⟦r:48.2081743, 16.3738189⟧
=== bank de
Der Täter nannte sich "⟦k:Herr Wagner von der Sparkasse⟧" und rief ⟦r:Lieselotte Brandl⟧ (⟦r:84⟧) unter ⟦r:089 55501234⟧ an.
=== mail de
Guten Tag ⟦r:Herr Zöllner⟧, anbei die Liste. Viele Grüße, ⟦r:Annabell Thoma⟧
=== ticket de
Melder: ⟦r:Burkhard Stein⟧, Durchwahl ⟦r:4410⟧, Gerät: NB-0042, Link: ⟦k:https://hr-bonus.example⟧
=== police fr
Mis en cause : ⟦h:Kévin Delmas⟧. Victime : ⟦r:Solange Perrot⟧, tél. ⟦r:03 53 01 12 34⟧.
=== mail fr
Bonjour à tous, ⟦r:Océane⟧ du service paie a ouvert la pièce jointe ⟦k:facture.iso⟧.
=== ticket es
Solicitante: ⟦r:Begoña Larrañaga⟧. Correo sospechoso de ⟦k:hacienda@devolucion.example⟧ a ⟦r:b.larranaga@ayto.example⟧
=== chat es
⟦r:Chema⟧: ¿alguien abrió el enlace ⟦k:https://correos-paquete.example⟧?
=== mail it
Buongiorno, sono ⟦r:Tiziana Ferrero⟧, il mio codice fiscale è ⟦r:MRNGLI84H52F205Q⟧.
=== police nl
Slachtoffer ⟦r:mevrouw Van Dijk⟧ (⟦r:76⟧) gaf haar pincode ⟦r:4410⟧ aan de nepagent.
=== mail pt
Prezada ⟦r:Dona Conceição⟧, clique em ⟦k:https://nubank-cartao.example⟧
=== police pl
Podejrzany ⟦h:Damian Wrona⟧ podszywał się pod bank; pokrzywdzona ⟦r:Halina Zięba⟧ straciła 20 tys. zł.
=== mail sv
Hej ⟦r:Torbjörn⟧! Betala fakturan till ⟦k:faktura@inkasso-se.example⟧. (lurad kund: ⟦r:Torbjörn Ek⟧)
=== police ru
Гражданин ⟦r:Петренко Сергей⟧ получил звонок с номера ⟦k:+7 495 555-01-77⟧ от «⟦k:капитана Орлова⟧».
=== mail tr
Sayın ⟦r:Nurten Hanım⟧, şifreniz: ⟦r:Ankara06!⟧
=== ticket ja
申請者：⟦r:中村さくら⟧　内線：⟦r:2208⟧　件名：⟦k:http://mizuho-auth.example⟧を開いた
=== police zh
报案人⟦r:赵丽华⟧称，对方电话⟦k:+86 10 5555 0188⟧，自称"⟦k:王警官⟧"。
=== police ko
신고자 ⟦r:이수진⟧님(연락처 ⟦r:010-5555-0177⟧)은 ⟦k:bank-kr.example⟧에 접속했다.
=== mail ar
السيد ⟦r:ناصر الشمري⟧، تلقى رسالة من ⟦k:info@saudi-post-fee.example⟧
=== ticket hi
शिकायतकर्ता ⟦r:अनिल वर्मा⟧ का मोबाइल ⟦r:+91 98111 55501⟧
=== police el
Η πελάτισσα ⟦r:Μαρία Αντωνίου⟧ έδωσε τον κωδικό της.
=== mail cs
Vážená paní ⟦r:Dvořáková⟧, Vaše heslo ⟦r:Praha2020⟧ uniklo.
=== stix en
{"type":"note","id":"note--00000000-0000-4000-8000-000000000a01","content":"Phone call with ⟦r:Ottmar Pfeiffer⟧ (⟦r:o.pfeiffer@molkerei.example⟧): opened ⟦k:Mahnung.docm⟧","object_refs":["url--00000000-0000-4000-8000-000000000a02"]}
=== stix en
{"type":"user-account","id":"user-account--00000000-0000-4000-8000-000000000a03","user_id":"⟦r:npatel⟧","display_name":"⟦r:Nisha Patel⟧","account_type":"ldap"}
=== stix en
{"type":"intrusion-set","id":"intrusion-set--00000000-0000-4000-8000-000000000a04","name":"⟦k:Velvet Tempest⟧","aliases":["⟦k:Miss Daisy⟧"],"description":"Its operators write as ⟦k:hr.daisy@talent-pool.example⟧."}
=== stix en
{"type":"sighting","id":"sighting--00000000-0000-4000-8000-000000000a05","sighting_of_ref":"indicator--00000000-0000-4000-8000-000000000a06","x_analyst":"⟦r:Hedda Falk⟧","x_ticket":"INC-4410"}
=== stix en
{"type":"observed-data","id":"observed-data--00000000-0000-4000-8000-000000000a07","number_observed":1,"x_victim":{"first_name":"⟦r:Amadou⟧","last_name":"⟦r:Barry⟧","ip":"10.0.0.7"}}
=== stix en
{"type":"file","id":"file--00000000-0000-4000-8000-000000000a08","name":"⟦k:photos_of_jennifer.scr⟧","x_path":"C:\\\\Users\\\\⟦r:jlindqvist⟧\\\\Downloads"}
=== misp en
{"Attribute":[{"type":"whois-registrant-name","value":"⟦k:Petr Falsky⟧"},{"type":"whois-registrant-email","value":"⟦k:petr@fake-reg.example⟧"},{"type":"target-user","value":"⟦r:skowalik⟧"}]}
`
