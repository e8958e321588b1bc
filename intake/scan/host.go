package scan

import (
	"strings"

	"tocsin/observable"
)

// quad reads four numbers as an address, unless the text says that they are a
// version, a section or an object identifier.
func (sc *scanner) quad(c chain) int {
	w := string(c.text)
	if c.dots == 4 {
		return sc.quadWithPort(c, w)
	}
	if c.dots != 3 || len(w) > 15 {
		return c.end
	}
	t, ok := canonical(observable.IPv4, w)
	if !ok || nothingAddress(t.Value) {
		return sc.skipPort(c.end)
	}
	prev, next := sc.before(c.start), sc.at(c.end)
	switch {
	case isWordByte(prev), prev == '-' && !sc.pathOfAddresses(c.start) || prev == '_' && !sc.emphasis(c.start) || prev == '.', prev == '/' && !sc.pathOfAddresses(c.start) && !c.fanged && !sc.shouted(c.start-1),
		next == '_' && !sc.emphasis(c.start), next == '.' && isWordByte(sc.at(c.end+1)), next == '-' && classes[sc.at(c.end+1)] == letter:
		return c.end
	}
	if !c.fanged && (sc.isVersion(c.start, w) || sc.sensorVersion(c.start) || sc.secretField(c.start)) {
		return c.end
	}
	end := sc.skipPort(c.end)
	if bits, next := sc.netmask(c.end); next > c.end {
		if r, ok := canonical(observable.CIDR, w+bits); ok {
			sc.add(r, c.start, next, c.fanged)
			return next
		}
	}
	if end == c.end {
		if mask, ok := sc.mask(c.end, 32); ok {
			if r, ok := canonical(observable.CIDR, w+sc.s[mask.slash:mask.end]); ok {
				sc.add(r, c.start, mask.end, c.fanged)
				return mask.end
			}
		}
	}
	if sc.pathAt(end) && !sc.quadAt(end+1) && !sc.protocol(end+1) {
		return sc.bareURL(c, end)
	}
	if strings.HasSuffix(w, ".0.0") && !c.fanged {
		return c.end
	}
	sc.add(t, c.start, c.end, c.fanged)
	return end
}

// emphasis tells whether underscores before i begin emphasis, as in __192.0.2.1__.
func (sc *scanner) emphasis(i int) bool {
	j := i
	for j > 0 && j > i-3 && sc.s[j-1] == '_' {
		j--
	}
	return j < i && !sc.wordBefore(j)
}

// protocol tells whether the word at i is tcp or udp, as in 192.0.2.1/tcp.
func (sc *scanner) protocol(i int) bool {
	w := lowered(sc.s[min(i, len(sc.s)):min(len(sc.s), i+3)])
	return (w == "tcp" || w == "udp") && !isWordByte(sc.at(i+3)) && sc.at(i+3) != '/'
}

// shouted tells whether a word of capitals or a protocol ends at i: logs write
// DIRECT/192.0.2.1 and tcp/192.0.2.1, while Chrome/120.0.0.1 is a version.
func (sc *scanner) shouted(i int) bool {
	if i >= 3 && !sc.wordBefore(i-3) {
		if w := lowered(sc.s[i-3 : i]); w == "tcp" || w == "udp" {
			return true
		}
	}
	j := i
	for j > 0 && j > i-20 && (upper(sc.s[j-1]) || sc.s[j-1] == '_') {
		j--
	}
	return i-j >= 4 && !sc.wordBefore(j)
}

// quadAt tells whether another address stands at i.
func (sc *scanner) quadAt(i int) bool {
	j := i
	for j < len(sc.s) && j < i+15 && (classes[sc.s[j]] == digit || sc.s[j] == '.') {
		j++
	}
	return strings.Count(sc.s[min(i, j):j], ".") == 3 && !pathByte(sc.at(j))
}

// span is the mask behind an address.
type span struct{ slash, end int }

// mask reads /24 behind an address.
func (sc *scanner) mask(i, most int) (span, bool) {
	j := i
	if sc.at(j) == '[' && sc.at(j+1) == '/' && sc.at(j+2) == ']' {
		return span{}, false
	}
	if sc.at(j) == '\\' {
		j++
	}
	if sc.at(j) != '/' {
		return span{}, false
	}
	k, n := j+1, 0
	for k < len(sc.s) && k < j+4 && classes[sc.s[k]] == digit {
		n = n*10 + int(sc.s[k]-'0')
		k++
	}
	next := sc.at(k)
	if k == j+1 || n > most || n < 1 || isWordByte(next) || next == '/' || next == '_' || next == '-' && isWordByte(sc.at(k+1)) || next == '.' && isWordByte(sc.at(k+1)) || next == '?' && isWordByte(sc.at(k+1)) {
		return span{}, false
	}
	return span{j, k}, true
}

// skipPort gives the end of :8080 or [:]8080 behind i, or i.
func (sc *scanner) skipPort(i int) int {
	j := i
	switch {
	case sc.at(j) == ':':
		j++
	case sc.at(j) == '[' || sc.at(j) == '(':
		sign, end, _ := sc.bracketed(j)
		if sign != ':' {
			return i
		}
		j = end
	default:
		return i
	}
	k := j
	for k < len(sc.s) && k < j+6 && classes[sc.s[k]] == digit {
		k++
	}
	if k == j || k > j+5 || classes[sc.at(k)] == letter {
		return i
	}
	return k
}

// pathAt tells whether a path follows a host: a slash and something in it.
func (sc *scanner) pathAt(i int) bool {
	for sc.at(i) == '\\' {
		i++
	}
	if sc.at(i) == '[' || sc.at(i) == '(' {
		sign, end, _ := sc.bracketed(i)
		return sign == '/' && pathByte(sc.at(end))
	}
	return sc.at(i) == '/' && sc.at(i+1) != '/' && (pathByte(sc.at(i + 1)))
}

func pathByte(c byte) bool {
	return classes[c] != space && strings.IndexByte("\"'`<>|\\,;()[]{}", c) < 0
}

// pathOfAddresses tells whether the slash or hyphen before i stands between addresses.
func (sc *scanner) pathOfAddresses(i int) bool {
	n := len(sc.found)
	return n > 0 && sc.found[n-1].End == i-1
}

// nothingAddress tells addresses that stand for none.
func nothingAddress(a string) bool {
	return strings.HasPrefix(a, "0.") || strings.HasPrefix(a, "127.") || strings.HasPrefix(a, "255.") || a == "::" || a == "::1"
}

// host reads a chain as a host name, alone or with port and path.
func (sc *scanner) host(c chain) int {
	w := string(c.text)
	trimmed := strings.TrimLeft(w, "-_")
	if first, _, _ := strings.Cut(w, "."); serviceLabels[first] {
		trimmed = w
	}
	if c.dots > 30 || len(w) > 260 || trimmed == "" {
		return c.end
	}
	c.start += len(w) - len(trimmed) // what was trimmed is ASCII, one byte each
	w = strings.TrimRight(trimmed, "-_")
	t, ok := canonical(observable.Domain, w)
	if !ok {
		return c.end
	}
	if t.Kind != observable.Onion && (t.Kind != observable.Domain || !sc.known(t.Value)) {
		sc.fileName(c, w)
		return c.end
	}
	if !sc.isHost(c, w, t.Value) {
		return c.end
	}
	end := sc.skipPort(c.end)
	if sc.pathAt(end) && !sc.resolverLine() && (c.fanged || !sc.filePath(t.Value, end)) {
		return sc.bareURL(c, end)
	}
	sc.add(t, c.start, c.end, c.fanged)
	return end
}

// fileName keeps a name that ends as files do, as context.
func (sc *scanner) fileName(c chain, w string) {
	if c.fanged || products[lowered(w)] || strings.IndexByte("/\\@%$=&?", sc.before(c.start)) >= 0 && sc.before(c.start) != '=' {
		return
	}
	t, ok := observable.Guess(w)
	if !ok || t.Kind != observable.FileName {
		return
	}
	f := sc.add(t, c.start, c.end, false)
	f.Context, f.Why = true, "file"
}

// filePath tells whether name, whose path starts at i, is one file and the path
// another, as in main.rs/lib.rs.
func (sc *scanner) filePath(name string, i int) bool {
	dot := strings.LastIndexByte(name, '.')
	if strings.IndexByte(name, '.') != dot || !fileLike[name[dot+1:]] {
		return false
	}
	rest := sc.s[i+1 : min(len(sc.s), i+64)]
	end := strings.IndexAny(rest, " \t\r\n/,;)\"'")
	if end < 0 {
		end = len(rest)
	}
	return end == len(rest) || rest[end] != '/' && strings.HasSuffix(rest[:end], name[dot:])
}

// fileSuffixes are top-level domains that are endings of files, too.
var fileSuffixes = set("py sh pl md ps rs so zip mov cc la mk ml ms java app bat com ai st pm tf cs in do vi pub lib map name id info bz gz me")

// mail reads a mailbox whose local part ends the chain c and whose host starts
// at from. It gives 0 when it is none.
func (sc *scanner) mail(c chain, from int, fanged bool) int {
	local := string(c.text)
	start := sc.localStart(c.start)
	local = sc.s[start:c.start] + local
	if !sc.labelAt(from) {
		return 0
	}
	h := sc.chain(from)
	w := strings.TrimRight(string(h.text), "-_")
	if h.dots == 0 || len(local) > 64 {
		return 0
	}
	if h.numeric {
		return from // user@192.0.2.1 is a way in, not a mailbox: the address counts
	}
	sc.dropFrom(start)
	t, ok := canonical(observable.Email, local+"@"+w)
	if !ok || !sc.known(t.Value) || sc.isPrompt(local, h.end) {
		return h.end
	}
	f := sc.add(t, start, h.end, fanged || h.fanged || c.fanged)
	victim := sc.hints.near(hintVictim, sc.hints.sentence, start) && sc.hints.last[hintVictim] > sc.hints.last[hintNetwork] || sc.addressed(start)
	if victim && !f.Defanged {
		f.Context, f.Why = true, "victim"
	}
	if !f.Defanged && desks[lowered(local)] {
		f.Context, f.Why = true, "contact"
	}
	return h.end
}

// isPrompt tells git@host:path, user@host:~# and the like, which are no mailboxes.
func (sc *scanner) isPrompt(local string, end int) bool {
	if local == "git" {
		return true
	}
	if sc.at(end) != ':' {
		return false
	}
	c := sc.at(end + 1)
	return c == '~' || c == '/' || c == '$' || c == '#' || classes[c] == letter && (local == "root" || local == "git" || local == "ubuntu" || local == "admin")
}

// mailbox reads what stands round an at sign whose local part no chain reached
// ("a+b@host"); else it steps over a mention (@name).
func (sc *scanner) mailbox(at, from int) int {
	start := sc.localStart(at)
	if start == at || !sc.labelAt(from) {
		if sc.labelAt(from) { // a mention
			c := sc.chain(from)
			if c.fanged {
				return from
			}
			return c.end
		}
		return at + 1
	}
	c := chain{start: at, end: at}
	if next := sc.mail(c, from, from > at+1); next > at {
		return next
	}
	return from
}

// localStart goes back over what else may stand in a local part (RFC 5322
// atext), 64 bytes at most, and not into a value that has other letters.
func (sc *scanner) localStart(i int) int {
	low := max(0, i-64)
	j := i
	for j > low && (isWordByte(sc.s[j-1]) || strings.IndexByte("._%+-=", sc.s[j-1]) >= 0) {
		j--
	}
	if j == low && j > 0 && isWordByte(sc.s[j-1]) {
		return i // longer than RFC 5321 section 4.5.3.1.1 allows
	}
	for j < i && !isWordByte(sc.s[j]) {
		j++
	}
	if eq := strings.LastIndexByte(sc.s[j:i], '='); eq >= 0 {
		j += eq + 1
	}
	for n := len(sc.found) - 1; n >= 0 && sc.found[n].End > j; n-- {
		if sc.found[n].Start < j {
			j = min(i, sc.found[n].End)
			break
		}
	}
	return j
}

// dropFrom takes back finds that turned out to be part of a longer value.
func (sc *scanner) dropFrom(start int) {
	for n := len(sc.found); n > 0 && sc.found[n-1].Start >= start; n-- {
		sc.found = sc.found[:n-1]
	}
}
