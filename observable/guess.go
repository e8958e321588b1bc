package observable

import (
	"net/netip"
	"strings"
)

// Guess tells the kind of a value that stands alone (a line of a list, a cell,
// --value) by its shape. It is careful: names under suffixes that don't exist,
// 0.0.0.0 and other nothings, and words are not guessed.
func Guess(raw string) (Thing, bool) {
	s := Refang(unquote(raw))
	if s == "" || len(s) > MaxValue {
		return Thing{}, false
	}
	kind := shape(s)
	if kind == "" {
		return Thing{}, false
	}
	if kind == FilePath || kind == Registry || kind == FileName || kind == Mutex {
		s = raw // backslashes are part of these
	}
	t, err := Canonical(kind, s)
	if err != nil {
		if kind == Domain && fileEnding(s) {
			t, err = Canonical(FileName, raw)
		}
		return t, err == nil
	}
	if reason, special := Special(t); special && (reason == "empty" || reason == "unspecified") {
		return Thing{}, false
	}
	switch t.Kind {
	case Domain:
		two := strings.Count(t.Value, ".") == 1
		if fileEnding(t.Value) && (two || !KnownSuffix(t.Value)) {
			t, err = Canonical(FileName, raw)
			return t, err == nil
		}
		return t, KnownSuffix(t.Value)
	case URL:
		h, ok := URLHost(t.Value)
		bare := !strings.Contains(s, "://")
		return t, ok && (h.Kind != Domain || !bare || KnownSuffix(h.Value))
	case Email:
		_, h, _ := strings.Cut(t.Value, "@")
		return t, KnownSuffix(h) || h[len(h)-1] <= '9'
	}
	return t, true
}

// shape gives the kind that s can be, or "".
func shape(s string) Kind {
	if k := hashShape(s); k != "" {
		return k
	}
	if strings.Contains(s, "://") {
		return URL
	}
	if k := codeShape(s); k != "" {
		return k
	}
	if k := systemShape(s); k != "" {
		return k
	}
	switch i := strings.IndexAny(s, "@/?"); {
	case i > 0 && s[i] == '@':
		return Email
	case i > 0:
		if _, err := netip.ParsePrefix(s); err == nil {
			return CIDR
		}
		if strings.IndexByte(s[:i], '.') > 0 && strings.IndexByte(s[:i], ' ') < 0 {
			return URL
		}
		return ""
	case i == 0:
		return ""
	}
	if _, err := Canonical(MAC, s); err == nil {
		return MAC
	}
	if strings.HasPrefix(strings.ToLower(s), "www.") {
		return URL
	}
	if _, ok := hostPort(s); ok || fileEnding(s) {
		return Domain
	}
	return ""
}

// hashShape tells hashes by length.
func hashShape(s string) Kind {
	switch len(s) {
	case 32, 40, 64, 128:
		if isHex(s) {
			return map[int]Kind{32: MD5, 40: SHA1, 64: SHA256, 128: SHA512}[len(s)]
		}
	case 70, 72:
		if _, ok := canonicalTLSH(s); ok {
			return TLSH
		}
	case 36:
		if _, ok := canonicalJA4(s); ok {
			return JA4
		}
	}
	if strings.Count(s, ":") == 2 && len(s) > 20 {
		if _, ok := canonicalSSDEEP(s); ok {
			return SSDEEP
		}
	}
	return ""
}

// codeShape tells identifiers and wallets.
func codeShape(s string) Kind {
	switch s[0] {
	case 'C', 'c':
		if _, ok := canonicalCVE(s); ok {
			return CVE
		}
	case 'T', 't':
		if _, ok := canonicalAttack(s); ok {
			return Attack
		}
	case 'A', 'a':
		if len(s) > 2 && (s[1] == 'S' || s[1] == 's') && digits(s[2:]) {
			return ASN
		}
		if _, ok := canonicalAttack(s); ok {
			return Attack
		}
	case '0':
		if _, ok := wallet(ETH, s); ok {
			return ETH
		}
	case '4', '8':
		if _, ok := wallet(XMR, s); ok {
			return XMR
		}
	}
	if s[0] == '1' || s[0] == '3' || s[0] == 'b' || s[0] == 'B' {
		if _, ok := wallet(BTC, s); ok {
			return BTC
		}
	}
	return ""
}

// unixRoots are the folders at the top of Unix systems.
var unixRoots = []string{"etc", "usr", "tmp", "var", "opt", "home", "bin", "sbin", "dev", "root", "lib", "lib64", "proc", "run", "data", "mnt", "srv", "boot", "sys",
	"Library", "Users", "Applications", "System", "private", "Volumes", "sdcard", "storage"}

// systemShape tells registry keys, paths and named objects.
func systemShape(s string) Kind {
	if _, ok := canonicalRegistry(s); ok {
		return Registry
	}
	if drive(s) || strings.HasPrefix(s, `\\`) || strings.HasPrefix(s, "%") && strings.Contains(s, `%\`) || strings.HasPrefix(s, "~/") {
		return FilePath
	}
	if strings.HasPrefix(s, "/") {
		first, _, more := strings.Cut(s[1:], "/")
		for _, r := range unixRoots {
			if more && first == r {
				return FilePath
			}
		}
	}
	if strings.HasPrefix(s, `Global\`) || strings.HasPrefix(s, `Local\`) {
		return Mutex
	}
	return ""
}

// fileEnding tells whether a name ends as files do.
func fileEnding(s string) bool {
	i := strings.LastIndexByte(s, '.')
	if i <= 0 || len(s) > 255 || len(s)-i > 8 {
		return false
	}
	return strings.Contains(fileEndings, " "+strings.ToLower(s[i+1:])+" ")
}

// fileEndings lists endings of files that malware comes in or leaves. Those in the
// last line are also top-level domains: a name of two labels is taken for a file.
const fileEndings = " exe dll sys scr bat cmd ps1 psm1 vbs vbe vba js jse wsf hta jar apk elf bin dat tmp log txt csv xml json ini cfg conf pdf doc docx docm dot dotm xls xlsx xlsm xlsb xll ppt pptx pptm rtf " +
	"lnk iso img vhd vhdx rar 7z gz tgz tar bz2 xz cab msi msp msix appx chm cpl ocx drv pdb db sqlite bak jpg jpeg png gif bmp ico svg html htm php asp aspx jsp jspx class swf wav mp3 mp4 eml msg plist dylib deb rpm dmg pkg ko service onepkg one url " +
	"py sh md pl zip ps rs so mov java "
