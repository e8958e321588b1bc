package observable

import "strings"

// hexLength gives how many hexadecimal digits a kind has.
var hexLength = map[Kind]int{MD5: 32, SHA1: 40, SHA256: 64, SHA512: 128, Imphash: 32, JA3: 32}

// canonicalHash joins a hash that was wrapped over lines and lowers it.
func canonicalHash(kind Kind, raw string) (Thing, bool) {
	s := joined(unquote(raw))
	if len(s) != hexLength[kind] || !isHex(s) {
		return Thing{}, false
	}
	return Thing{kind, strings.ToLower(s)}, true
}

// joined takes all white space and invisible characters out.
func joined(s string) string {
	if plain(s) {
		return s
	}
	return strings.Join(strings.Fields(visible(s)), "")
}

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return false
		}
	}
	return s != ""
}

// canonicalSSDEEP checks BLOCKSIZE:HASH:HASH and drops a quoted file name behind
// it. Its letters are base64: case matters.
func canonicalSSDEEP(raw string) (Thing, bool) {
	s := joined(unquote(raw))
	if i := strings.IndexByte(s, ','); i >= 0 {
		s = s[:i]
	}
	size, rest, ok := strings.Cut(s, ":")
	a, b, ok2 := strings.Cut(rest, ":")
	if !ok || !ok2 || len(size) > 10 || !digits(size) || len(a) > 64 || len(b) > 64 || len(a) == 0 {
		return Thing{}, false
	}
	for _, c := range []byte(a + b) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/') {
			return Thing{}, false
		}
	}
	return Thing{SSDEEP, s}, true
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// canonicalTLSH gives 70 digits in lower case behind the version t1, which
// older tools leave out.
func canonicalTLSH(raw string) (Thing, bool) {
	s := strings.ToLower(joined(unquote(raw)))
	s = strings.TrimPrefix(s, "t1")
	if len(s) != 70 || !isHex(s) {
		return Thing{}, false
	}
	return Thing{TLSH, "t1" + s}, true
}

// canonicalJA4 checks the shape a_b_c of a JA4 client fingerprint.
func canonicalJA4(raw string) (Thing, bool) {
	s := strings.ToLower(joined(unquote(raw)))
	if len(s) != 36 || s[10] != '_' || s[23] != '_' || !isHex(s[11:23]) || !isHex(s[24:]) {
		return Thing{}, false
	}
	if strings.IndexByte("tqd", s[0]) < 0 || s[3] != 'd' && s[3] != 'i' || !digits(s[4:8]) {
		return Thing{}, false
	}
	for _, c := range []byte(s[1:10]) {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z') {
			return Thing{}, false
		}
	}
	return Thing{JA4, s}, true
}
