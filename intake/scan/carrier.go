package scan

import (
	"math/bits"
	"net/netip"
	"strconv"
	"strings"

	"tocsin/observable"
)

// What stands here are habits of single carriers: shells, resolvers' settings,
// sensors' logs, rules on raw packets.

// shellSocket reads /dev/tcp/HOST/PORT, which is a connection in bash and no path.
func (sc *scanner) shellSocket(i int) int {
	if !strings.HasPrefix(sc.s[i:], "/dev/tcp/") && !strings.HasPrefix(sc.s[i:], "/dev/udp/") {
		return i
	}
	from := i + len("/dev/tcp/")
	if !sc.labelAt(from) {
		return i
	}
	c := sc.chain(from)
	t, ok := canonical(observable.Domain, string(c.text))
	if c.dots == 0 || !ok || t.Kind == observable.Domain && !sc.known(t.Value) || t.Kind == observable.IPv4 && nothingAddress(t.Value) {
		return i
	}
	sc.add(t, c.start, c.end, c.fanged)
	end := c.end
	if sc.at(end) == '/' {
		end++
	}
	for end < len(sc.s) && end < c.end+6 && classes[sc.s[end]] == digit {
		end++
	}
	return end
}

// option gives where the value of an option such as /i:http://host starts, or i.
func (sc *scanner) option(i int) int {
	k := i + 1
	for k < len(sc.s) && k < i+12 && classes[sc.s[k]] == letter {
		k++
	}
	if k > i+1 && sc.at(k) == ':' && classes[sc.before(i)] == space && sc.at(k+1) != '/' {
		return k + 1
	}
	return i
}

// resolverLines begin a setting of dnsmasq, which sets names between slashes.
var resolverLines = [...]string{"address=/", "server=/", "local=/", "ipset=/", "nftset=/", "rebind-domain-ok=/"}

// resolverLine tells whether the current line is such a setting.
func (sc *scanner) resolverLine() bool {
	for _, p := range resolverLines {
		if strings.HasPrefix(sc.s[sc.hints.line:], p) {
			return true
		}
	}
	return false
}

// sensorVersion tells whether i is the fourth field of a CEF or LEEF header, the
// version of the product that writes the log.
func (sc *scanner) sensorVersion(i int) bool {
	line := sc.s[max(sc.hints.line, i-300):i]
	_, head, ok := strings.Cut(line, "CEF:")
	if !ok {
		_, head, ok = strings.Cut(line, "LEEF:")
	}
	return ok && strings.Count(head, "|") == 3
}

// secretField tells whether the value at i is a password or a user's name: its
// field says so ("password":"1.2.3.4", user=10.1).
func (sc *scanner) secretField(i int) bool {
	j := sc.skipBack(i)
	if j == 0 || sc.s[j-1] != ':' && sc.s[j-1] != '=' {
		return false
	}
	j = sc.skipBack(j - 1)
	k := j
	for k > 0 && k > j-16 && (isWordByte(sc.s[k-1]) || sc.s[k-1] == '_') {
		k--
	}
	switch lowered(sc.s[k:j]) {
	case "password", "passwd", "pass", "pwd", "passphrase", "username", "user", "login":
		return true
	}
	return false
}

// packetDot reads the length of a label as it stands in a DNS packet, in a rule's
// hexadecimal (tunl|07|example): it must be that of the label behind it.
func (sc *scanner) packetDot(i int) int {
	if i+4 > len(sc.s) || sc.s[i+3] != '|' || !hexDigits(sc.s[i+1:i+3]) {
		return i
	}
	n := int(unhex(sc.s[i+1])<<4 | unhex(sc.s[i+2]))
	end := i + 4
	for end < len(sc.s) && end < i+4+64 && (isWordByte(sc.s[end]) || sc.s[end] == '-' || sc.s[end] == '_') {
		end++
	}
	if n == 0 || n > 63 || end-i-4 != n {
		return i
	}
	return i + 4
}

// serviceLabels are labels with an underscore under which names hold settings
// (RFC 8552); elsewhere an underscore before a name is emphasis.
var serviceLabels = set("_dmarc _domainkey _acme-challenge _mta-sts _smtp _tls _sip _ldap _kerberos _xmpp _http _https _tcp _udp _spf _report _dns _dns-sd")

// property tells a variable's member from a host: opts.host as the argument of a
// call, dns.question.name: "x" as a field.
func (sc *scanner) property(c chain, tld string) bool {
	if c.fanged || !codeSuffixes[tld] {
		return false
	}
	next := sc.at(c.end + 1)
	if sc.at(c.end) == ':' && (next == '"' || next == '\'' || next == ' ' && c.dots > 1 && sc.at(c.end+2) == '"') {
		return true
	}
	if c.dots == 1 && len(c.text) > 1 && c.text[1] == '.' {
		return true // p.name
	}
	return c.dots == 1 && sc.before(c.start) == '(' && sc.at(c.end) == ')' && c.start >= 2 && isWordByte(sc.s[c.start-2])
}

// folders are places that every system has: a path that ends there names no file.
var folders = set("/var/run /var/tmp /var/log /var/www /var/lib /dev/shm /usr/bin /usr/sbin /usr/lib /usr/local /usr/local/bin /usr/share /etc/init.d /etc/cron.d /etc/systemd/system /opt/local /home/user")

// changesTo tells whether the path at i is where a command goes.
func (sc *scanner) changesTo(i int) bool {
	for _, command := range [...]string{"cd ", "pushd ", "chdir "} {
		if from := i - len(command); from >= 0 && sc.s[from:i] == command && !sc.wordBefore(from) {
			return true
		}
	}
	return false
}

// quadWithPort reads an address whose port stands behind a fifth dot, as tcpdump
// writes it: IP 192.0.2.1.49712 > 198.51.100.7.443. The arrow must be there.
func (sc *scanner) quadWithPort(c chain, w string) int {
	dot := strings.LastIndexByte(w, '.')
	arrow := strings.HasPrefix(sc.s[c.end:], " > ") || strings.HasSuffix(sc.s[max(0, c.start-2):c.start], "> ")
	if !arrow || c.end-c.start != len(w) || len(w)-dot > 6 {
		return c.end
	}
	if t, ok := canonical(observable.IPv4, w[:dot]); ok && !nothingAddress(t.Value) {
		sc.add(t, c.start, c.start+dot, false)
	}
	return c.end
}

// pinned tells whether a requirement gives a version: name==1.2.3.4, >=1.2.3.4. A
// filter compares addresses in the same way (ip.addr==192.0.2.1).
func (sc *scanner) pinned(i int, w string) bool {
	if i < 3 || sc.s[i-1] != '=' {
		return false
	}
	switch sc.s[i-2] {
	case '>', '<', '~':
		return smallNumbers(w)
	case '=':
	default:
		return false
	}
	j := i - 2
	for j > 0 && j > i-24 && isWordByte(sc.s[j-1]) {
		j--
	}
	name := lowered(sc.s[j : i-2])
	return smallNumbers(w) && name != "" && hintWords[name] != hintNetwork && name != "addr" && sc.before(j) != '.'
}

// numbered tells whether i begins a heading of Markdown or AsciiDoc: what stands
// there is the number of a section or release.
func (sc *scanner) numbered(i int) bool {
	head := sc.s[sc.hints.line:i]
	if len(head) < 2 || len(head) > 16 {
		return false
	}
	head = strings.TrimLeft(head, " \t>\ufeff") // also in a quoted mail
	marks := strings.TrimLeft(head, "#=")
	return len(marks) < len(head) && strings.Trim(marks, " [v") == ""
}

// netmask reads a mask that is written as an address behind a slash, as routers
// have it (198.51.100.0/255.255.255.0), and gives it as /24. The ones of a mask
// stand together in front.
func (sc *scanner) netmask(i int) (prefix string, end int) {
	if !strings.HasPrefix(sc.s[i:], "/255.") {
		return "", i
	}
	end = i + 1
	for end < len(sc.s) && end < i+17 && (classes[sc.s[end]] == digit || sc.s[end] == '.') {
		end++
	}
	end = i + 1 + len(strings.TrimRight(sc.s[i+1:end], "."))
	a, err := netip.ParseAddr(sc.s[i+1 : end])
	if err != nil || pathByte(sc.at(end)) && strings.IndexByte(".:!?", sc.at(end)) < 0 {
		return "", i
	}
	q := a.As4()
	m := uint32(q[0])<<24 | uint32(q[1])<<16 | uint32(q[2])<<8 | uint32(q[3])
	ones := bits.LeadingZeros32(^m)
	if bits.OnesCount32(m) != ones {
		return "", i
	}
	return "/" + strconv.Itoa(ones), end
}
