package privacy

// unseenPapers are papers: police and court, banks, advisories, reports about
// actors and malware, rules, WHOIS, product and place names that look like people.
const unseenPapers = `
=== court en
UNITED STATES v. ⟦h:Gregor Malinov⟧: the defendant operated ⟦k:darkloft-market.example⟧. Victim "⟦r:R. Castellan⟧" lost $40,000.
=== court en
IT IS SO ORDERED. ⟦h:Judge Marian Whitfield⟧. The domains ⟦k:botnet-a.example⟧ and ⟦k:botnet-b.example⟧ shall be seized.
=== court en
Affidavit: on 4 May the complainant, ⟦r:Rosemary Tully⟧ of ⟦r:22 Quay Street, Galway⟧, received a call from ⟦k:+353 1 555 0199⟧.
=== police en
Crime report 26/1182. Aggrieved: ⟦r:Mr Cedric Ibrahim⟧, born ⟦r:12.01.1950⟧. Suspect: ⟦h:Dean Rourke⟧. Loss: GBP 9,400.
=== police en
Neighbour ⟦r:Hyacinth Moore⟧ noted the plate ⟦k:AB12 XYZ⟧ of the skimmer gang's van.
=== sar en
SAR narrative: customer ⟦r:Theodora Mavros⟧, account ⟦r:GR1601101250000000012300695⟧, sent 12,000 EUR to mule account ⟦k:PT50000201231234567890154⟧.
=== sar en
Account holder (mule) "⟦k:Global Trade Ltd⟧", IBAN ⟦k:NL20INGB0001234567⟧; originator ⟦r:Wilhelmina de Graaf⟧, IBAN ⟦r:BE68539007547034⟧.
=== sar en
Card ⟦r:3782 822463 10005⟧ of client ⟦r:Ms. Ayodele Martins⟧ was used at merchant ⟦k:gadget-outlet.example⟧.
=== hospital en
Patient ⟦r:Rupert Hollis⟧ (MRN ⟦r:00881273⟧, diagnosis ⟦r:hepatitis C⟧) could not be treated while ⟦k:Ryuk⟧ was active.
=== school en
The pupil ⟦r:Maisie⟧, ⟦r:13⟧, was approached by the profile ⟦k:@cute_boy_09⟧; her teacher ⟦r:Mr Featherstone⟧ reported it.
=== hr en
Employee no. ⟦r:E-20418⟧, ⟦r:Konstantin Ziegler⟧, home address ⟦r:Rosenweg 8, 4051 Basel⟧, laptop stolen with data.
=== insider en
Suspected insider ⟦h:Patrick Dunmore⟧ copied the customer list before he left.
=== whois en
Registrant Name: ⟦k:Brad Peterson⟧
Registrant Street: ⟦k:1 Fake Plaza⟧
Registrant Email: ⟦k:brad.p@domreg.example⟧
Domain Name: ⟦k:office-update.example⟧
=== whois en
person: ⟦k:Vasil Ivanov⟧
e-mail: ⟦k:vivanov@bphost.example⟧
netname: ⟦k:BP-NET-7⟧ (bulletproof range used by the actor)
=== passive-dns en
⟦k:ns1.evil-dns.example⟧ SOA rname ⟦k:hostmaster.evil-dns.example⟧ first seen 2026-01-03
=== actor en
⟦k:Charming Kitten⟧, ⟦k:Lazarus Group⟧ and ⟦k:Sandworm⟧ differ in tooling; ⟦k:Agent Tesla⟧ and ⟦k:Raccoon Stealer⟧ are commodity.
=== actor en
⟦k:Gamaredon⟧ deployed ⟦k:Pterodo⟧; ⟦k:Ember Bear⟧ used ⟦k:WhisperGate⟧.
=== actor en
⟦k:Evgeny_Root⟧ advertises ⟦k:AuroraBot⟧ on the forum; contact ⟦k:evgeny_root@jabber-x.example⟧.
=== malware en
⟦k:Emotet⟧, ⟦k:Melissa⟧, ⟦k:Anna Kournikova⟧ and ⟦k:Michelangelo⟧ are old malware families.
=== malware en
The ⟦k:Robin Banks⟧ phishing kit and the ⟦k:Evilginx⟧ proxy steal cookies.
=== malware en
The ⟦k:Sasser⟧ worm exploited LSASS; ⟦k:Stuxnet⟧ came later; the ⟦k:Morris worm⟧ came first.
=== malware en
⟦k:Ivan⟧ is the mutex of the RAT; the config key is ⟦k:igor1987⟧ and the campaign id ⟦k:MARIA-02⟧.
=== malware en
PDB: ⟦k:D:\work\vladimir\loader\x64\Release\ldr.pdb⟧ left by the authors.
=== malware en
The bot tries admin/⟦k:1234⟧, ⟦k:root⟧/⟦k:vizxv⟧ and ⟦k:guest⟧/⟦k:guest⟧ over telnet.
=== malware en
Backdoor account ⟦k:WDAGUtilityAccount2⟧ was created by the attacker with password ⟦k:Hacked#2026⟧.
=== malware en
Exfil over FTP as ⟦k:logs@stealmail.example⟧ password ⟦k:mMm999!⟧ hard-coded in the sample.
=== tool en
Attackers used ⟦k:Mimikatz⟧, ⟦k:Rubeus⟧, ⟦k:SharpHound⟧ and ⟦k:Ligolo⟧ after ⟦k:PsExec⟧.
=== tool en
Jenkins, Grafana, Ghidra, Apache Tomcat, Cassandra, Kafka and Ada are products, not people.
=== product en
A flaw in ⟦k:Norton⟧ and ⟦k:McAfee⟧ products, also in ⟦k:Ivanti⟧ and ⟦k:Jenkins⟧, allows code execution.
=== product en
The ⟦k:Diffie-Hellman⟧ exchange and the ⟦k:Lamport⟧ clock are named in ⟦k:CVE-2025-11002⟧.
=== product en
⟦k:Tomcat⟧, ⟦k:Hudson⟧, ⟦k:Bugzilla⟧, ⟦k:Alexa⟧ and ⟦k:Siri⟧ requests were abused.
=== org en
Targets were ⟦k:Johns Hopkins University⟧, ⟦k:Wells Fargo⟧, ⟦k:Ernst & Young⟧ and ⟦k:Marks and Spencer⟧.
=== org en
⟦k:JP Morgan⟧, ⟦k:Goldman Sachs⟧ and ⟦k:Morgan Stanley⟧ were impersonated.
=== org en
⟦k:St. Thomas Hospital⟧ and ⟦k:Martin Luther King High School⟧ were hit by ransomware.
=== place en
Servers in San Jose, St. Petersburg, Santa Clara, Alice Springs and Port Elizabeth answered.
=== place en
Hurricane ⟦k:Katrina⟧ and storm ⟦k:Ophelia⟧ lures led to ⟦k:relief-fund.example⟧.
=== law en
The ⟦k:Sarbanes-Oxley Act⟧ and ⟦k:Roe v. Wade⟧ are mentioned in the lure.
=== cve en
⟦k:CVE-2026-10021⟧: heap overflow in libparse; discovered by ⟦h:Minh Tran⟧ of Blue Lab.
=== cve en
CVSS 9.8. Affected: Acme Router firmware 3.2.1. Default credentials ⟦k:admin⟧:⟦k:admin⟧. No workaround.
=== report-byline en
Winter Viper returns
By ⟦h:Lindiwe Dube⟧ and ⟦h:Oskar Lund⟧
The group ⟦k:Winter Viper⟧ now uses ⟦k:FrostLoader⟧.
=== report en
Initial access was by ⟦k:T1566.001⟧. The implant beacons to ⟦k:203.0.113.120⟧ each 60 seconds with user agent ⟦k:Java/1.8⟧.
=== report en
Hash ⟦k:44d88612fea8a8f36de82e1278abb02f⟧, mutex ⟦k:Global\M4rk_x⟧, service ⟦k:WinDefSvc⟧, task ⟦k:\Microsoft\Anna\Update⟧.
=== report en
Between March and May the cluster attacked April Foods, Mark Logistics and Grace Shipping.
=== report en
Will Washington act? May said Turkey and Jordan should patch. Chase the alerts in Splunk.
=== report en
On Monday, the Amber Alert exercise of the Water Board went on; Summer, Winter and Faith are code names of phases.
=== report en
The document decoy showed a CV of "⟦k:Natalie Brooks⟧", an invented applicant, and dropped ⟦k:cv_brooks.lnk⟧.
=== report en
Fake IT worker used the stolen identity of ⟦h:Preston Ackerman⟧ to be hired at a US firm.
=== report en
The hijacked account of the singer, ⟦h:@mirabel_official⟧, promoted ⟦k:mira-coin.example⟧.
=== report en
The analyst who found it, ⟦r:Tuuli Saarinen⟧, can be reached at ⟦r:tuuli@cert.example⟧.
=== report en
Chief Information Security Officer ⟦r:Bartholomew Nkemelu⟧ of the utility confirmed the intrusion by phone from ⟦r:+1 503 555 0162⟧.
=== report en
Drop e-mail ⟦k:resultbox77@mail-x.example⟧ received the credentials of ⟦r:Giulia Rinaldi⟧ and ⟦r:Pavel Dvorak⟧.
=== report en
The kit's author signs as ⟦k:Mr.Xploit⟧; panel login ⟦k:xploit⟧, password ⟦k:fuckoff1⟧.
=== report en
Two executives, ⟦r:Cornelius Vandermeer⟧ and ⟦r:Saoirse Kinsella⟧, were spear-phished with ⟦k:board_minutes.html⟧.
=== report en
We thank nobody. IOCs: ⟦k:jane-smith-photos.example⟧, ⟦k:bill-payments.example⟧, ⟦k:hxxps://rose.garden-cdn[.]example/maria.php⟧
=== yara en
rule ⟦k:MAL_Katya_Loader⟧ { meta: author = "⟦h:Fritz Baumgartner⟧" strings: $a = "⟦k:katya_init⟧" condition: $a }
=== sigma en
title: ⟦k:Suspicious Rundll32⟧
author: ⟦h:Marek Wolny⟧
detection:
  selection:
    User: '⟦k:SYSTEM⟧'
    Image|endswith: '⟦k:\rundll32.exe⟧'
=== snort en
alert tcp any any -> any 80 (msg:"⟦k:Lucy Bot checkin⟧"; content:"⟦k:lucy=1⟧"; sid:1000021;)
=== misp en
{"Event":{"info":"Phish against the town of Brae","Attribute":[{"type":"phone-number","value":"⟦k:+44 1632 960 777⟧","comment":"scammer"},{"type":"target-email","value":"⟦r:ishbel.macrae@brae.example⟧"}]}}
=== csv en
type,value,comment
email-src,⟦k:warn@storage-full.example⟧,sender
email-dst,⟦r:magda.zielinska@gmina.example⟧,recipient
=== csv en
date,victim,amount,iban_mule
2026-02-01,⟦r:Arvid Lindholm⟧,4000,⟦k:SE4550000000058398257466⟧
=== csv en
hostname;user;ip_c2
PC-0012;⟦r:olga.melnyk⟧;⟦k:203.0.113.181⟧
=== numbers en
Order 4532-0151-1283, invoice 20260412-77, port 65535, ASN 64511, build 22631.3007, kernel 6.8.0-31, ISBN 978-3-16-148410-0.
=== numbers en
SHA1 ⟦k:da39a3ee5e6b4b0d3255bfef95601890afd80709⟧ size 1048576 offset 0x7ffe1200 timestamp 1717382211 pid 44120
=== numbers en
GUID 6f9619ff-8b86-d011-b42d-00c04fc964ff, SID S-1-5-21-1004336348-1177238915-682003330-512, EAN 4006381333931
=== takedown en
Operation Endgame Two arrested ⟦h:Andrei Volkov⟧ and seized ⟦k:panel-77.example⟧, according to the prosecutor.
=== bank-fraud en
Cheque 100482 of ⟦r:Mrs Agatha Pemberley⟧ (sort code ⟦r:20-00-00⟧ account ⟦r:55779911⟧) was washed.
=== travel en
Passport ⟦r:C01X00T47⟧ of traveller ⟦r:Annegret Bühler⟧ was sold on ⟦k:docs-mart.example⟧.
=== insurance en
Policy holder: ⟦r:Desirée Lacroix⟧; date of birth: ⟦r:1961-08-19⟧; claims for losses at ⟦k:fx-miracle.example⟧.
=== minor en
grandma ⟦r:Hilda⟧ gave her PIN ⟦r:4821⟧ to the caller from ⟦k:+49 800 555 0123⟧ who called himself "⟦k:Kommissar Becker⟧".
=== geo en
The sextortion victim lives at ⟦r:51.50735, -0.12776⟧ (from photo EXIF).
=== home-ip en
Bot checked in from the home line ⟦r:198.51.100.142⟧ of subscriber ⟦r:Tiago Nóbrega⟧ to C2 ⟦k:203.0.113.12⟧.
=== id-us en
His SSN ⟦r:219-09-9999⟧ and driver's licence ⟦r:D123-4567-8901⟧ were posted by ⟦k:@fullz_vendor⟧.
=== id-ca en
SIN ⟦r:046 454 286⟧ belonging to ⟦r:Marguerite Tremblay⟧
=== id-au en
Tax file number ⟦r:123 456 782⟧, Medicare card of ⟦r:Bruce Wollongbar⟧
=== id-in en
Aadhaar ⟦r:5482 9137 0641⟧, holder ⟦r:Sunita Deshpande⟧
`
