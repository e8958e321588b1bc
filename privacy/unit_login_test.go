package privacy

import "testing"

func TestUnitLoginLines(t *testing.T) {
	verdicts(t, []verdict{
		{"sshd[1]: Accepted publickey for rchandra from 198.51.100.41 port 40122 ssh2", "username=rchandra"},
		{"sshd[1]: Accepted keyboard-interactive/pam for rchandra from 198.51.100.41", "username=rchandra"},
		{"sshd[1]: Failed password for root from 198.51.100.41", ""},
		{"sshd[1]: Failed password for invalid user tplink from 198.51.100.41", ""},
		{"sshd[1]: Failed password for ghernandez from 198.51.100.41", "username=ghernandez"},
		{"session opened for user nkowalczyk by (uid=0)", "username=nkowalczyk"},
		{"session opened for user root by (uid=0)", ""},
		{"sudo: nkowalczyk : TTY=pts/1 ; USER=root ; COMMAND=/bin/cat", "username=nkowalczyk"},
		{"Login failed for user 'acastro'.", "username=acastro"},
		{"user=ecarter src=203.0.113.5", "username=ecarter"},
		{"TargetUserName: hjohansson", "username=hjohansson"},
		{"suser=r.abebe dhost=vpn.shire.example", "username=r.abebe"},
		{"Account Name: mduarte", "username=mduarte"},
		{"Account Name: SYSTEM", ""},
		{"Account Name: WEB01$", ""},
		{"username=\"kpark\"", "username=kpark"},
		{"{\"user_name\":\"bnguyen\"}", "username=bnguyen"},
		{"User: CORP\\dmoreau", "username=dmoreau"},
		{"User: NT AUTHORITY\\SYSTEM", ""},
		{"whoami => corp\\lhansen", "username=lhansen"},
		{"ACME\\jsmith ran it", "username=jsmith"},
		{"HKLM\\Software\\Vendor", ""},
		{"user hgreene reports a pop-up", "username=hgreene"},
		{"user opened the mail", ""},
		{"the account jdoe42 was used", "username=jdoe42"},
		{"arn:aws:iam::111122223333:user/bruno.teixeira", "username=bruno.teixeira"},
		{"<hankw> anyone here?", "username=hankw"},
		{"[21:03] <mbo> yes", "username=mbo"},
		{"acct=\"mfischl\" exe=\"/usr/bin/su\"", "username=mfischl"},
		{"backdoor account: user=supp0rt_x", ""},
		{"user=www-data uid=33", ""},
		{"user=12345", ""},
	})
}

func TestUnitHomes(t *testing.T) {
	verdicts(t, []verdict{
		{`C:\Users\jsmith\AppData\Roaming\winupd.exe`, "username=jsmith"},
		{`C:\Users\John Smithson\x.exe`, "username=John Smithson"},
		{`C:\\Users\\jsmith\\x.exe`, "username=jsmith"},
		{`C:\Users\Public\x.dll`, ""},
		{`C:\Users\Administrator\x.dll`, ""},
		{`C:\Users\Default\NTUSER.DAT`, ""},
		{`C:\Documents and Settings\mpereira\Local`, "username=mpereira"},
		{`/home/iwood/.cache/.kworkerd`, "username=iwood"},
		{`/home/ubuntu/x`, ""},
		{`/Users/petra.k/Library`, "username=petra.k"},
		{`/root/.ssh/id_rsa`, ""},
		{`C:\Users\alexey\rat\Release\srv.pdb`, ""},
		{`http://evil.example/users/login`, ""},
		{`http://evil.example/home/index.php`, ""},
		{`%USERPROFILE%\x.exe`, ""},
		{`\Device\HarddiskVolume3\Windows\x.exe`, ""},
		{`C:\Windows\System32\drivers\etc\hosts`, ""},
		{`C:\Users\[username]\x.exe`, ""},
	})
}

// value ends an identifier where it ends.
func TestUnitLoginValue(t *testing.T) {
	for in, want := range map[string]string{
		"jdoe": "jdoe", "j.doe": "j.doe", "j.doe.": "j.doe", "j-doe": "j-doe", "j.doe,x": "j.doe", "jdoe$": "jdoe$", "jdoe@x": "jdoe", "j+doe": "j+doe", "jdoe用户": "jdoe", "j.doe next": "j.doe", "jdoe\\x": "jdoe",
	} {
		tx := segmentFor(in)
		if got := in[:tx.toks[tx.value(0)].end]; got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestUnitAfterLabel(t *testing.T) {
	for in, want := range map[string]string{
		"user=jdoe": "jdoe", "user: jdoe": "jdoe", `user="jdoe"`: "jdoe", "user => jdoe": "jdoe", "user jdoe": "", "user=": "", "user:\njdoe": "", "user (jdoe)": "", `user\":\"jdoe`: "jdoe", "user=<x>": "",
	} {
		tx := segmentFor(in)
		got := ""
		if v := tx.afterLabel(0); v >= 0 {
			got = tx.str(v)
		}
		if got != want {
			t.Errorf("%q labels %q, want %q", in, got, want)
		}
	}
}

func TestUnitBuiltinAccounts(t *testing.T) {
	for in, want := range map[string]bool{
		"root": true, "SYSTEM": true, "Administrator": true, "www-data": true, "ec2-user": true, "DWM-1": true, "UMFD-0": true, "WEB01$": true, "svcbackup": true, "krbtgt": true, "1000": true, "jdoe": false, "r.abebe": false, "anna": false,
	} {
		tx := segmentFor(in)
		if got := tx.builtin(0, len(tx.toks)-1); got != want {
			t.Errorf("%s is built in: %v", in, got)
		}
	}
}
