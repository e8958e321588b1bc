package scan

import (
	"strconv"
	"strings"

	"tocsin/observable"
)

// shortWord reads what words of one to three letters introduce: CVE and AS numbers.
func (sc *scanner) shortWord(c chain, w string) int {
	switch lowered(w) {
	case "cve":
		return sc.cve(c)
	case "as", "asn":
		return sc.asn(c, w)
	}
	return c.end
}

// cve reads a number whose hyphens are other dashes, blanks or a line break:
// CVE–2021–44228.
func (sc *scanner) cve(c chain) int {
	year, ok := sc.dashNumber(c.end, 4, 4)
	if !ok {
		return c.end
	}
	num, ok := sc.dashNumber(year, 4, 19)
	if !ok {
		return c.end
	}
	digits := strings.Map(onlyDigits, sc.s[c.end:num])
	if t, ok := canonical(observable.CVE, "CVE-"+digits[:4]+"-"+digits[4:]); ok {
		sc.add(t, c.start, num, false)
		return num
	}
	return c.end
}

func onlyDigits(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}

// dashNumber reads a dash and a number of low to high digits.
func (sc *scanner) dashNumber(i, low, high int) (end int, ok bool) {
	j := i
	for _, d := range [...]string{"-", "‐", "‑", "‒", "–", "—", "―", "−", "_", " ", ": ", "\u00ad"} {
		if strings.HasPrefix(sc.s[j:], d) {
			j += len(d)
			break
		}
	}
	if j == i {
		return i, false
	}
	if k := sc.wrap(j); k > j {
		j = k
	}
	k := j
	for k < len(sc.s) && k <= j+high && classes[sc.s[k]] == digit {
		k++
	}
	return k, k-j >= low && k-j <= high
}

// asn reads AS 64500, ASN: 64500, "asn": 64500.
func (sc *scanner) asn(c chain, w string) int {
	if w == "as" || w == "As" {
		return c.end
	}
	j := c.end
	for j < c.end+5 && j < len(sc.s) && strings.IndexByte(" \t:#=\"'(", sc.s[j]) >= 0 {
		j++
	}
	if w == "AS" && (j != c.end+1 || sc.s[c.end] != ' ') {
		return c.end
	}
	k := j
	for k < len(sc.s) && k < j+11 && classes[sc.s[k]] == digit {
		k++
	}
	if k == j || j == c.end || isWordByte(sc.at(k)) || sc.at(k) == '.' && classes[sc.at(k+1)] == digit {
		return c.end
	}
	sc.addASN(c.start, j, k)
	return k
}

// addASN keeps the number from j to k as that of an autonomous system.
func (sc *scanner) addASN(start, j, k int) {
	n, err := strconv.ParseUint(sc.s[j:k], 10, 32)
	if err == nil && n > 0 {
		sc.add(observable.Thing{Kind: observable.ASN, Value: "AS" + strconv.FormatUint(n, 10)}, start, k, false)
	}
}

// ssdeep reads BLOCKSIZE:HASH:HASH at i.
func (sc *scanner) ssdeep(i, colon int) int {
	n, err := strconv.ParseUint(sc.s[i:colon], 10, 32)
	if err != nil || n < 3 || n%3 != 0 || (n/3)&(n/3-1) != 0 {
		return i
	}
	a := sc.base64End(colon+1, 130)
	if a == colon+1 || sc.at(a) != ':' {
		return i
	}
	b := sc.base64End(a+1, 130)
	if b-i < 20 || a-colon < 4 {
		return i
	}
	for b > a+1 && sc.s[b-1] == '/' && sc.before(i) == '/' {
		b--
	}
	t, ok := canonical(observable.SSDEEP, sc.s[i:b])
	if !ok {
		return i
	}
	sc.add(t, i, b, false)
	return b
}

// base64End gives the end of base64 letters from i, n at most.
func (sc *scanner) base64End(i, n int) int {
	for n += i; i < len(sc.s) && i < n && (isWordByte(sc.s[i]) || sc.s[i] == '+' || sc.s[i] == '/'); i++ {
	}
	return i
}

// colons reads what is written with colons: IPv6 addresses, hardware addresses,
// and ssdeep hashes. It gives i when there is nothing of them.
func (sc *scanner) colons(i int) int {
	if !isHexByte(sc.s[i]) || sc.before(i) == ':' && sc.groupBefore(i-1) {
		return i
	}
	j := i
	for j < len(sc.s) && j < i+11 && isHexByte(sc.s[j]) {
		j++
	}
	switch sc.at(j) {
	case ':':
		if isDigits(sc.s[i:j]) {
			if end := sc.ssdeep(i, j); end > i {
				return end
			}
		}
	case '-':
		if j != i+2 {
			return i
		}
	case '[', '(':
		if sign, _, _ := sc.bracketed(j); sign != ':' {
			return i
		}
	default:
		return i
	}
	if end := sc.hardware(i, sc.at(j)); end > i {
		return end
	}
	if j-i > 4 || sc.at(j) == '-' {
		return i
	}
	return sc.ipv6(i)
}

// groupBefore tells whether the colon at i stands behind a group of an address; a
// word may stand there, too (IPv6:2001:db8::1, RFC 5321 section 4.1.3).
func (sc *scanner) groupBefore(i int) bool {
	j := i
	for j > 0 && j > i-8 && isWordByte(sc.s[j-1]) {
		j--
	}
	return j == i || hexDigits(sc.s[j:i])
}

// hardware reads six pairs joined by colons or hyphens. More pairs are a serial
// number or a fingerprint, which it steps over.
func (sc *scanner) hardware(i int, sep byte) int {
	j, pairs := i, 0
	for j+2 <= len(sc.s) && isHexByte(sc.s[j]) && isHexByte(sc.s[j+1]) {
		pairs++
		j += 2
		if sc.at(j) != sep || j+1 >= len(sc.s) || !isHexByte(sc.s[j+1]) {
			break
		}
		j++
	}
	if pairs < 6 || isWordByte(sc.at(j)) || sc.at(j) == sep {
		return i
	}
	if pairs == 6 {
		if t, ok := canonical(observable.MAC, sc.s[i:j]); ok {
			sc.add(t, i, j, false)
		}
	}
	return j
}

// ipv6 reads an address of groups and colons at i, which may be [:] and may end
// in an IPv4 address.
func (sc *scanner) ipv6(i int) int {
	sc.buf = sc.buf[:0]
	j, end, colons, long, fanged := i, i, 0, false, false
	group := 0
	for j < len(sc.s) && len(sc.buf) < 64 {
		c := sc.s[j]
		switch {
		case isHexByte(c):
			group++
			long = long || group > 2
			sc.buf = append(sc.buf, c)
			j++
			end = j
			continue
		case c == ':':
			if group > 4 {
				return i
			}
			sc.buf = append(sc.buf, c)
			colons++
			group = 0
			j++
			if sc.buf[max(0, len(sc.buf)-2)] == ':' && len(sc.buf) > 1 {
				end = j
			}
			continue
		case c == '[' || c == '(':
			if sign, next, _ := sc.bracketed(j); sign == ':' || sign == '.' {
				sc.buf = append(sc.buf, sign)
				if sign == ':' {
					colons++
				}
				group, fanged, j = 0, true, next
				continue
			}
			if strings.HasPrefix(sc.s[j:], "[::]") {
				sc.buf = append(sc.buf, "::"...)
				colons += 2
				group, fanged, j = 0, true, j+4
				end = j
				continue
			}
		case c == '.' && colons >= 2 && classes[sc.at(j+1)] == digit:
			sc.buf = append(sc.buf, c)
			group = 0
			j++
			continue
		}
		break
	}
	if colons < 2 || isWordByte(sc.at(j)) {
		return i
	}
	raw := string(sc.buf)
	raw = strings.TrimRight(raw, ".")
	if strings.HasSuffix(raw, ":") && !strings.HasSuffix(raw, "::") {
		raw = strings.TrimSuffix(raw, ":")
	}
	t, ok := canonical(observable.IPv6, raw)
	if !ok || t.Kind != observable.IPv6 || nothingAddress(t.Value) || !long && (!strings.Contains(raw, "::") || colons < 3) {
		return i
	}
	if !hasDigit(raw) && colons < 4 {
		return i // dead::beef and std::bad are words of programs
	}
	if m, ok := sc.mask(end, 128); ok {
		if r, ok := canonical(observable.CIDR, raw+sc.s[m.slash:m.end]); ok {
			sc.add(r, i, m.end, fanged)
			return m.end
		}
	}
	sc.add(t, i, end, fanged)
	return end
}

// hex reads a word of hexadecimal digits: a hash, or the first piece of one that
// was wrapped.
func (sc *scanner) hex(c chain, w string) int {
	prev, next := sc.before(c.start), sc.at(c.end)
	if c.end-c.start != len(w) && len(w) < 32 {
		return c.end
	}
	if end := sc.folded(c, w); end > c.end {
		return end
	}
	kind, ok := hashLengths[len(w)]
	if !ok || prev == '/' && len(w) == 32 || prev == '.' && len(w) == 32 || next == '/' && classes[sc.at(c.end+1)] == letter {
		if isDigits(w) && sc.table.isASN(sc, c) {
			sc.addASN(c.start, c.start, c.end)
		}
		return c.end
	}
	if !variety(w) || sc.hints.near(hintObject, sc.hints.sentence, c.start) && len(w) <= 64 && !sc.objectNamed(c.start) {
		return c.end
	}
	if len(w) == 32 && (isDigits(w) || prev == '=' && sc.secret(c.start-1)) {
		return c.end
	}
	if len(w) == 32 {
		switch sc.hints.hash(c.start) {
		case hintImphash:
			kind = observable.Imphash
		case hintJA3:
			kind = observable.JA3
		}
	}
	sc.add(observable.Thing{Kind: kind, Value: lowered(w)}, c.start, c.end, false)
	return c.end
}

// objectNamed tells whether the object that a word announced is behind us, as the
// uuid at the head of a record: a value was found since, and then a kind of hash
// was named.
func (sc *scanner) objectNamed(i int) bool {
	kind := sc.hints.hash(i)
	if kind == hintNone || len(sc.found) == 0 {
		return false
	}
	last := sc.found[len(sc.found)-1].Start
	return last > sc.hints.last[hintObject] && sc.hints.last[kind] > last
}

// secret tells whether the name that ends at i is that of a cookie, session or token.
func (sc *scanner) secret(i int) bool {
	j := i
	for j > 0 && j > i-24 && (isWordByte(sc.s[j-1]) || sc.s[j-1] == '_' || sc.s[j-1] == '-') {
		j--
	}
	name := lowered(sc.s[j:i])
	return strings.Contains(name, "sess") || strings.Contains(name, "token") || strings.HasSuffix(name, "key") || strings.HasSuffix(name, "id") || strings.Contains(name, "cookie") || strings.Contains(name, "csrf")
}

var hashLengths = map[int]observable.Kind{32: observable.MD5, 40: observable.SHA1, 64: observable.SHA256, 128: observable.SHA512}

// variety tells a digest from a run of the same few digits.
func variety(w string) bool {
	var seen [256]bool
	n := 0
	for i := range len(w) {
		if c := lower(w[i]); !seen[c] {
			seen[c] = true
			n++
		}
	}
	return n > 3
}

// code reads identifiers and wallets.
func (sc *scanner) code(c chain, w string) int {
	prev, next := sc.before(c.start), sc.at(c.end)
	n := len(w)
	var kind observable.Kind
	switch first := lower(w[0]); {
	case first == 'c' && n >= 12 && n <= 28 && (strings.HasPrefix(w, "CVE-") || strings.EqualFold(w[:4], "cve-") || strings.EqualFold(w[:4], "cve_")):
		kind = observable.CVE
	case first == 'c' && strings.HasPrefix(lowered(w), "cve") && n <= 9:
		return sc.brokenCVE(c, w)
	case (first == 't') && (n == 5 || n == 6) && upper(w[0]):
		if t, ok := canonical(observable.Attack, w); ok && plausible(t.Value) && prev != '/' && prev != '#' {
			if sub, ok := canonical(observable.Attack, w+"."+sc.s[c.end:min(len(sc.s), c.end+4)][min(1, len(sc.s)-c.end):]); ok && next == '/' && !isWordByte(sc.at(c.end+4)) {
				sc.add(sub, c.start, c.end+4, false)
				return c.end + 4
			}
			sc.add(t, c.start, c.end, false)
		}
		return c.end
	case first == 'a' && n <= 13 && n > 3 && w[1]|0x20 == 's' && isDigits(w[2:]) && (w[:2] == "AS" || w[:2] == "as" && n > 5):
		kind = observable.ASN
	case first == 'a' && len(w) > 4 && len(w) < 16 && strings.EqualFold(w[:3], "asn") && isDigits(w[3:]):
		kind = observable.ASN
	case w[0] == '0' && n == 42 && w[1]|0x20 == 'x':
		kind = observable.ETH
	case (w[0] == '1' || w[0] == '3') && n >= 26 && n <= 35, first == 'b' && n >= 42 && n <= 62 && strings.EqualFold(w[:3], "bc1"):
		kind = observable.BTC
	case (w[0] == '4' || w[0] == '8') && (n == 95 || n == 106):
		kind = observable.XMR
	case n == 36 && w[10] == '_':
		kind = observable.JA4
	case n == 72 && first == 't' && w[1] == '1', n == 70 && sc.hints.hash(c.start) == hintTLSH:
		kind = observable.TLSH
	}
	if kind == "" || next == '@' || kind != observable.CVE && kind != observable.ASN && prev == '/' {
		return c.end
	}
	if t, ok := canonical(kind, w); ok && t.Kind == kind {
		sc.add(t, c.start, c.end, false)
	}
	return c.end
}

// brokenCVE reads CVE-2021- at the end of a line, and CVE-2021 with another dash
// behind it.
func (sc *scanner) brokenCVE(c chain, w string) int {
	w = strings.TrimRight(w, "-")
	if len(w) != 8 || !isDigits(w[4:]) {
		return c.end
	}
	from := c.start + 8
	if num, ok := sc.dashNumber(from, 4, 19); ok {
		digits := strings.Map(onlyDigits, sc.s[from:num])
		if t, ok := canonical(observable.CVE, w+"-"+digits); ok {
			sc.add(t, c.start, num, false)
			return num
		}
	}
	return c.end
}

// base64 steps over a run of base64, inside which nothing means what it looks
// like. A path or a hash is none.
func (sc *scanner) base64(i int) int {
	if i < sc.table.plainUntil {
		return i
	}
	j, mixed := i, 0
	for j < len(sc.s) {
		c := sc.s[j]
		switch {
		case c >= 'a' && c <= 'z':
			mixed |= 1
		case upper(c):
			mixed |= 2
		case classes[c] == digit:
			mixed |= 4
		case c == '+':
			mixed |= 8
		case c == '/':
			mixed |= 16
		default:
			goto done
		}
		j++
	}
done:
	n := j - i
	for sc.at(j) == '=' {
		j++
	}
	w := sc.s[i : i+n]
	switch {
	case n < 40, hexDigits(w):
	case mixed&7 == 7 && (mixed&24 != 0 || n > 64 && n != 95 && n != 106 && n != 72) && !readable(w):
		return j
	}
	sc.table.plainUntil = i + n
	return i
}

// readable tells a path of words from base64: its parts between slashes are
// short, and begin and end in one case.
func readable(w string) bool {
	parts := strings.Count(w, "/") + 1
	changes := 0
	for i := 1; i < len(w); i++ {
		a, b := w[i-1], w[i]
		if classes[a] == letter && classes[b] == letter && upper(b) && !upper(a) || classes[a] != classes[b] && (classes[a] == digit || classes[b] == digit) {
			changes++
		}
	}
	return parts > 2 && changes < len(w)/6
}
