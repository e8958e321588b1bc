package scan

import (
	"strings"

	"tocsin/observable"
)

// judgeURL marks links that are read, not indicators.
func (sc *scanner) judgeURL(f *Found, h observable.Thing) {
	if strings.HasPrefix(sc.s[f.End:], "@sha256:") {
		f.Context, f.Why = true, "image" // the digest behind it is the indicator
		return
	}
	if f.Defanged || h.Kind != observable.Domain {
		return
	}
	_, path, _ := strings.Cut(f.Thing.Value[strings.Index(f.Thing.Value, "://")+3:], "/")
	http := strings.HasPrefix(sc.s[f.Start:f.End], "http:") // a publisher has its pages under https
	switch {
	case article(path), !http && sc.hints.says(hintLink, hintNetwork), lookup(h.Value):
		f.Context, f.Why = true, "link"
	case !http && strings.HasPrefix(f.Thing.Value, "https://") && !sc.hints.says(hintNetwork, hintLink) && strings.IndexByte("\"'=", sc.before(f.Start)) < 0 && !sc.listLine(chain{start: f.Start, end: f.End}):
		f.Why = "link" // if the writer defanged other values: settle decides
	}
}

// desks are mailboxes at which somebody takes reports in.
var desks = set("abuse security cert csirt psirt soc press threatintel incident noc hostmaster postmaster")

// lookup tells services and catalogues to which reports refer for more.
func lookup(host string) bool {
	for {
		if lookups[host] {
			return true
		}
		_, rest, ok := strings.Cut(host, ".")
		if !ok {
			return false
		}
		host = rest
	}
}

var lookups = set("virustotal.com urlscan.io hybrid-analysis.com any.run abuse.ch mitre.org nist.gov cve.org cisa.gov shodan.io censys.io misp-project.org wikipedia.org first.org learn.microsoft.com docs.microsoft.com otx.alienvault.com joesandbox.com malpedia.caad.fkie.fraunhofer.de w3.org ietf.org schemas.microsoft.com")

// settle does what needs the whole text: where the writer defanged what is
// dangerous, a link in running text that was left whole is there to be read.
func (sc *scanner) settle() {
	fanged := false
	for _, f := range sc.found {
		fanged = fanged || f.Defanged
	}
	for i := range sc.found {
		f := &sc.found[i]
		switch {
		case f.Context:
		case fanged && f.Why != "":
			f.Context = true
		default:
			f.Why = ""
		}
	}
}

// article tells the path of a publication: a date in it, or a title of many words.
func article(path string) bool {
	p := strings.Trim(path, "/")
	if len(p) > 7 {
		for i := 0; i+5 < len(p); i++ {
			if (i == 0 || p[i-1] == '/') && p[i] == '2' && p[i+1] == '0' && isDigits(p[i:i+4]) && p[i+4] == '/' && i+7 < len(p) && isDigits(p[i+5:i+7]) && p[i+7] == '/' {
				return true
			}
		}
	}
	for _, part := range [...]string{"/commit/", "/pull/", "/issues/"} {
		if strings.Contains(p, part) {
			return true // of a code host: what is talked about
		}
	}
	title := p[strings.LastIndexByte(p, '/')+1:]
	return strings.Count(title, "-") >= 4 && !strings.ContainsAny(title, "?=&%")
}

// judgePath marks paths that are no place of malware: placeholders and what
// comes with the system.
func (sc *scanner) judgePath(f *Found) {
	v := f.Thing.Value
	name := lowered(v[strings.LastIndexAny(v, `\/`)+1:])
	folder := lowered(v[:len(v)-len(name)])
	switch {
	case strings.ContainsAny(v, "[]<>*{}") && !strings.Contains(v, "{") || strings.Contains(v, "%RANDOM%") || strings.Contains(v, "..."):
		f.Context, f.Why = true, "placeholder"
	case systemFiles[name] && (strings.Contains(folder, `:\windows\`) || strings.Contains(folder, `%windir%`) || strings.Contains(folder, `%systemroot%`) || unixSystem(folder)),
		strings.HasPrefix(v, "/dev/") && !strings.HasPrefix(v, "/dev/shm/"), strings.HasPrefix(v, "/proc/"), unixSystem(folder) && systemFiles[name]:
		f.Context, f.Why = true, "system"
	case strings.HasSuffix(name, ".pdb"):
		f.Context, f.Why = true, "build"
	}
}

func unixSystem(folder string) bool {
	switch folder {
	case "/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/etc/", "/usr/local/bin/", "/dev/", "/bin":
		return true
	}
	return false
}

// systemFiles come with the system; malware runs them.
var systemFiles = set("cmd.exe powershell.exe rundll32.exe regsvr32.exe mshta.exe wscript.exe cscript.exe svchost.exe explorer.exe lsass.exe services.exe schtasks.exe certutil.exe bitsadmin.exe wmic.exe net.exe net1.exe msiexec.exe reg.exe regasm.exe regsvcs.exe installutil.exe msbuild.exe vssadmin.exe bcdedit.exe taskkill.exe notepad.exe calc.exe conhost.exe csrss.exe winlogon.exe sc.exe whoami.exe ipconfig.exe ping.exe nslookup.exe tasklist.exe attrib.exe cmstp.exe forfiles.exe curl.exe kernel32.dll ntdll.dll user32.dll sh bash zsh dash env python python3 perl curl wget cat ls rm cp mv chmod passwd shadow hosts group fstab sudoers resolv.conf crontab ssh sshd busybox null sudo su")
