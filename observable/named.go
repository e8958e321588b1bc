package observable

import (
	"strconv"
	"strings"
)

// canonicalCVE gives CVE-YYYY-N in upper case, whatever dashes stand in it.
func canonicalCVE(raw string) (Thing, bool) {
	s := strings.ToUpper(unquote(raw))
	rest, ok := strings.CutPrefix(s, "CVE")
	if !ok {
		return Thing{}, false
	}
	parts := strings.FieldsFunc(rest, func(r rune) bool {
		return r == '-' || r == '_' || r == ' ' || r >= 0x2010 && r <= 0x2015 || r == 0x2212 || r == 0xad
	})
	if len(parts) != 2 || len(parts[0]) != 4 || !digits(parts[0]) || len(parts[1]) < 4 || len(parts[1]) > 19 || !digits(parts[1]) {
		return Thing{}, false
	}
	if parts[0] < "1999" {
		return Thing{}, false
	}
	return Thing{CVE, "CVE-" + parts[0] + "-" + parts[1]}, true
}

// canonicalAttack takes techniques, sub-techniques and tactics of ATT&CK, also
// as the tag of a rule (attack.t1105).
func canonicalAttack(raw string) (Thing, bool) {
	s := strings.TrimPrefix(strings.ToUpper(Refang(unquote(raw))), "ATTACK.")
	switch {
	case len(s) == 5 && s[0] == 'T' && digits(s[1:]),
		len(s) == 6 && s[:2] == "TA" && digits(s[2:]),
		len(s) == 9 && s[0] == 'T' && digits(s[1:5]) && s[5] == '.' && digits(s[6:]):
		return Thing{Attack, s}, true
	}
	return Thing{}, false
}

// canonicalASN gives AS and the number, which has 32 bits (RFC 6793). asdot
// notation is turned into asplain (RFC 5396).
func canonicalASN(raw string) (Thing, bool) {
	s := strings.ToUpper(unquote(raw))
	s = strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(s, "ASN"), "AS"), " :")
	high, low, dotted := strings.Cut(s, ".")
	if !digits(high) || dotted && !digits(low) {
		return Thing{}, false
	}
	n, err := strconv.ParseUint(high, 10, 32)
	if dotted {
		l, err2 := strconv.ParseUint(low, 10, 16)
		if err != nil || err2 != nil || n > 65535 {
			return Thing{}, false
		}
		n = n<<16 | l
	}
	if err != nil {
		return Thing{}, false
	}
	return Thing{ASN, "AS" + strconv.FormatUint(n, 10)}, true
}

// canonicalMAC gives six pairs in lower case with colons (STIX 2.1 section 6.9).
// It takes six pairs, or three groups of four as routers write them, between
// separators of one kind: an address with a port has as many digits.
func canonicalMAC(raw string) (Thing, bool) {
	s := strings.ToLower(unquote(raw))
	i := strings.IndexAny(s, ":-.")
	if i != 2 && i != 4 {
		return Thing{}, false
	}
	groups := strings.Split(s, s[i:i+1])
	if len(groups)*i != 12 {
		return Thing{}, false
	}
	var out []byte
	for _, g := range groups {
		if len(g) != i || !isHex(g) {
			return Thing{}, false
		}
		for ; g != ""; g = g[2:] {
			if len(out) > 0 {
				out = append(out, ':')
			}
			out = append(out, g[:2]...)
		}
	}
	return Thing{MAC, string(out)}, true
}

// hives are the roots of the registry, short and as the kernel names them. STIX
// wants them long (section 6.16).
var hives = []struct{ short, long string }{
	{`HKLM`, `HKEY_LOCAL_MACHINE`}, {`HKCU`, `HKEY_CURRENT_USER`}, {`HKCR`, `HKEY_CLASSES_ROOT`}, {`HKU`, `HKEY_USERS`}, {`HKCC`, `HKEY_CURRENT_CONFIG`},
	{`REGISTRY\MACHINE`, `HKEY_LOCAL_MACHINE`}, {`REGISTRY\USER`, `HKEY_USERS`},
}

// canonicalRegistry gives the root in its long form and single backslashes, none
// at the end. The rest keeps its case, as STIX asks.
func canonicalRegistry(raw string) (Thing, bool) {
	s := squeeze(unquote(raw))
	s = strings.Trim(s, `\ `)
	if len(s) > 9 && strings.EqualFold(s[:9], `computer\`) {
		s = s[9:]
	}
	for _, h := range hives {
		for _, root := range [...]string{h.short, h.long} {
			if len(s) <= len(root) || !strings.EqualFold(s[:len(root)], root) {
				continue
			}
			rest := strings.TrimPrefix(s[len(root):], ":")
			if len(rest) < 2 || rest[0] != '\\' {
				continue
			}
			return text(Registry, h.long+rest)
		}
	}
	return Thing{}, false
}

// squeeze makes runs of backslashes one.
func squeeze(s string) string { return runs(s, '\\') }

// runs makes runs of c one.
func runs(s string, c byte) string {
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		if s[i] != c || i == 0 || s[i-1] != c {
			out = append(out, s[i])
		}
	}
	if len(out) == len(s) {
		return s
	}
	return string(out)
}

// canonicalPath takes Windows paths (drive, UNC, %VARIABLE%) with single
// backslashes, and absolute Unix ones and those under ~. The case stays.
func canonicalPath(raw string) (Thing, bool) {
	s := unquote(raw)
	switch {
	case drive(s):
		s = squeeze(strings.ReplaceAll(s, "/", `\`))
	case strings.HasPrefix(s, `\\`):
		s = `\` + squeeze(s)
		if strings.Count(s, `\`) < 3 {
			return Thing{}, false
		}
	case strings.HasPrefix(s, "%"):
		s = squeeze(s)
		if i := strings.Index(s[1:], `%\`); i < 1 {
			return Thing{}, false
		}
	case strings.HasPrefix(s, "/"), strings.HasPrefix(s, "~/"):
		s = runs(s, '/') // POSIX, 4.16: more slashes are one
	default:
		return Thing{}, false
	}
	if _, name := splitPath(s); name == "" {
		return Thing{}, false
	}
	return text(FilePath, s)
}

func drive(s string) bool {
	return len(s) > 3 && (s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z') && s[1] == ':' && (s[2] == '\\' || s[2] == '/')
}

// splitPath cuts a canonical path into folder and name; a root keeps its separator.
func splitPath(s string) (dir, name string) {
	sep := byte('/')
	if s[0] != '/' && s[0] != '~' {
		sep = '\\'
	}
	i := strings.LastIndexByte(s, sep)
	dir, name = s[:i], s[i+1:]
	if dir == "" || len(dir) == 2 && dir[1] == ':' {
		dir = s[:i+1]
	}
	return dir, name
}

// canonicalFileName takes a name without folders.
func canonicalFileName(raw string) (Thing, bool) {
	s := unquote(raw)
	if len(s) > 255 || strings.ContainsAny(s, "/\\") || s == "." || s == ".." {
		return Thing{}, false
	}
	return text(FileName, s)
}

// text takes any printable text on one line.
func text(kind Kind, s string) (Thing, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Thing{}, false
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 || r == 0x85 {
			return Thing{}, false
		}
	}
	return Thing{kind, s}, true
}
