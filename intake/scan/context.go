package scan

import (
	"strings"

	"tocsin/observable"
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// hint is what a word says about the values behind it.
type hint uint8

const (
	hintNone    hint = iota
	hintVersion      // version numbers follow
	hintNetwork      // addresses and hosts follow
	hintFile         // files follow
	hintObject       // identifiers of commits, transactions, certificates follow
	hintLink         // a publication follows
	hintVictim       // a mailbox of somebody who was written to follows
	hintImphash
	hintJA3
	hintTLSH
	hintMD5
	hintSHA1
	hintSHA256
	hintSHA512
	hintMutex
	hintCount
)

// hints remembers where each kind of hint stood last.
type hints struct {
	line, sentence int // where the current line and sentence start
	last           [hintCount]int
	heading        hint // what the heading above says about the lines of a list
}

var hintWords = map[string]hint{
	"version": hintVersion, "versions": hintVersion, "ver": hintVersion, "v": hintVersion, "build": hintVersion, "builds": hintVersion, "release": hintVersion, "releases": hintVersion, "released": hintVersion,
	"firmware": hintVersion, "revision": hintVersion, "rev": hintVersion, "sdk": hintVersion, "kernel": hintVersion, "section": hintVersion, "sections": hintVersion, "chapter": hintVersion, "clause": hintVersion, "oid": hintVersion,
	"paragraph": hintVersion, "plug-in": hintVersion, "plugin": hintVersion, "ticket": hintVersion, "bulletin": hintVersion, "upgrade": hintVersion, "upgraded": hintVersion, "patch": hintVersion, "hotfix": hintVersion, "fixed": hintVersion,
	"versión": hintVersion, "versione": hintVersion, "versão": hintVersion, "версия": hintVersion, "версии": hintVersion, "driver": hintVersion, "software": hintVersion, "app": hintVersion, "sección": hintVersion, "abschnitt": hintVersion, "appendix": hintVersion, "item": hintVersion,

	"ip": hintNetwork, "ips": hintNetwork, "address": hintNetwork, "addresses": hintNetwork, "host": hintNetwork, "hosts": hintNetwork, "hostname": hintNetwork, "hostnames": hintNetwork, "server": hintNetwork, "servers": hintNetwork,
	"c2": hintNetwork, "c2s": hintNetwork, "c&c": hintNetwork, "cnc": hintNetwork, "from": hintNetwork, "domain": hintNetwork, "domains": hintNetwork, "fqdn": hintNetwork, "dns": hintNetwork, "site": hintNetwork, "sites": hintNetwork, "website": hintNetwork,
	"url": hintNetwork, "urls": hintNetwork, "connect": hintNetwork, "connects": hintNetwork, "connected": hintNetwork, "beacon": hintNetwork, "beacons": hintNetwork, "resolves": hintNetwork, "ping": hintNetwork, "contacted": hintNetwork, "via": hintNetwork,
	"callback": hintNetwork, "dominio": hintNetwork, "dominios": hintNetwork, "domaine": hintNetwork, "domaines": hintNetwork, "домен": hintNetwork, "домены": hintNetwork, "serveur": hintNetwork, "servidor": hintNetwork, "сервер": hintNetwork, "traffic": hintNetwork, "src": hintNetwork, "dst": hintNetwork,
	"nameserver": hintNetwork, "proxy": hintNetwork, "adresse": hintNetwork, "dirección": hintNetwork, "endereço": hintNetwork,

	"file": hintFile, "files": hintFile, "filename": hintFile, "filenames": hintFile, "script": hintFile, "scripts": hintFile, "run": hintFile, "runs": hintFile, "executes": hintFile, "python": hintFile, "module": hintFile, "package": hintFile, "library": hintFile,
	"import": hintFile, "imports": hintFile, "class": hintFile, "named": hintFile, "archive": hintFile, "attachment": hintFile, "drops": hintFile, "dropped": hintFile, "bash": hintFile, "perl": hintFile, "datei": hintFile, "fichier": hintFile, "archivo": hintFile, "файл": hintFile,

	"commit": hintObject, "commits": hintObject, "git": hintObject, "tree": hintObject, "blob": hintObject, "changeset": hintObject, "checkout": hintObject, "cherry-pick": hintObject, "transaction": hintObject, "transactions": hintObject, "tx": hintObject, "txid": hintObject, "txn": hintObject,
	"serial": hintObject, "guid": hintObject, "uuid": hintObject, "block": hintObject, "parent": hintObject, "merge": hintObject, "head": hintObject, "etag": hintObject, "nonce": hintObject, "apikey": hintObject,

	"blog": hintLink, "reference": hintLink, "references": hintLink, "article": hintLink, "advisory": hintLink, "see": hintLink, "read": hintLink, "available": hintLink, "published": hintLink, "documentation": hintLink,
	"credit": hintLink, "writeup": hintLink, "write-up": hintLink, "report": hintLink, "analysis": hintLink, "paper": hintLink, "reported": hintLink, "referenz": hintLink, "voir": hintLink, "fuente": hintLink,

	"victim": hintVictim, "victims": hintVictim, "recipient": hintVictim, "recipients": hintVictim, "user": hintVictim, "employee": hintVictim, "message-id": hintVictim, "author": hintVictim, "delivered-to": hintVictim,

	"imphash": hintImphash, "imphashes": hintImphash, "import-hash": hintImphash, "ja3": hintJA3, "ja3s": hintJA3, "ja3_hash": hintJA3, "tlsh": hintTLSH,
	"md5": hintMD5, "md5s": hintMD5, "sha1": hintSHA1, "sha-1": hintSHA1, "sha256": hintSHA256, "sha-256": hintSHA256, "sha2": hintSHA256, "sha512": hintSHA512, "sha-512": hintSHA512,
	"mutex": hintMutex, "mutexes": hintMutex, "mutant": hintMutex, "mutants": hintMutex, "mutexname": hintMutex,
}

// word remembers a word that says what follows it.
func (h *hints) word(w string, at int) {
	if len(w) > 24 {
		return
	}
	var b [24]byte
	for i := range len(w) {
		b[i] = lower(w[i])
	}
	if k, ok := hintWords[string(b[:len(w)])]; ok {
		h.last[k] = at + 1
	}
}

// near tells whether a hint stood between low and at.
func (h *hints) near(k hint, low, at int) bool { return h.last[k] > low && h.last[k] <= at+1 }

// hash gives the hint on the line that names a kind of hash, the last one.
func (h *hints) hash(at int) hint {
	best := hintNone
	for k := hintImphash; k <= hintSHA512; k++ {
		if h.last[k] > h.line && h.last[k] <= at+1 && (best == hintNone || h.last[k] > h.last[best]) {
			best = k
		}
	}
	if best == hintNone && h.heading >= hintImphash && h.heading <= hintSHA512 {
		return h.heading
	}
	return best
}

// says tells whether the line, or else the heading above it, has the hint k and
// not later the hint other.
func (h *hints) says(k, other hint) bool {
	if h.last[k] > h.line || h.last[other] > h.line {
		return h.last[k] > h.line && h.last[k] > h.last[other]
	}
	return h.heading == k
}

// newest gives the hint of the line that stands last in it.
func (h *hints) newest() hint {
	best := hintNone
	for k := hintNone + 1; k < hintCount; k++ {
		if h.last[k] > h.line && (best == hintNone || h.last[k] > h.last[best]) {
			best = k
		}
	}
	return best
}

// length gives the digits of the kind of hash that the line names, or 0.
func (h *hints) length(at int) int {
	switch h.hash(at) {
	case hintMD5, hintImphash, hintJA3:
		return 32
	case hintSHA1:
		return 40
	case hintSHA256:
		return 64
	case hintSHA512:
		return 128
	}
	return 0
}

// table is what is known about the columns of the lines around.
type table struct {
	plainUntil int // no base64 before this offset
	delim      byte
	column     int // of numbers of autonomous systems, or -1
}

// startLine begins a line at i. A line before it that is a heading says what
// the lines below it are.
func (sc *scanner) startLine(i int) {
	if i > 0 && sc.isHeading(sc.hints.line, i-1) {
		sc.hints.heading = sc.hints.newest()
	}
	sc.hints.line, sc.hints.sentence = i, i
	sc.header(i)
}

// isHeading tells whether the line from start to end introduces what follows: it
// ends in a colon, is marked as a heading, or is a few words without a find.
func (sc *scanner) isHeading(start, end int) bool {
	if end-start > 120 || len(sc.found) > 0 && sc.found[len(sc.found)-1].Start >= start {
		return false
	}
	l := strings.Trim(sc.s[start:end], " \t\r*_`")
	if l == "" {
		return false
	}
	last := l[len(l)-1]
	return last == ':' || l[0] == '#' || l[0] == '=' || last != '.' && last != ',' && strings.Count(l, " ") < 5 && len(l) > 2
}

// header looks whether the line at i is the head of a table with a column asn.
// Only lines that begin with a word and have a separator early can be one.
func (sc *scanner) header(i int) {
	if i == 0 {
		sc.table.column = -1
	}
	end := min(len(sc.s), i+400)
	delim, column, start := byte(0), 0, i
	if i < len(sc.s) && (sc.s[i] == '\n' || sc.s[i] == '\r') {
		sc.table.column = -1
		return
	}
	for j := i; ; j++ {
		atEnd := j >= end || sc.s[j] == '\n'
		if !atEnd && strings.IndexByte(",;\t|", sc.s[j]) < 0 {
			if classes[sc.s[j]] == digit && delim == 0 {
				return
			}
			continue
		}
		if cell := strings.Trim(sc.s[start:j], " \"'`*\r"); len(cell) <= 12 && isASNHead(cell) && (delim != 0 || !atEnd) {
			if delim == 0 {
				delim = sc.s[j]
			}
			sc.table.delim, sc.table.column = delim, column
			return
		}
		if atEnd {
			return
		}
		if delim == 0 {
			delim = sc.s[j]
		}
		if sc.s[j] == delim {
			column++
			start = j + 1
		}
	}
}

func isASNHead(cell string) bool {
	switch lowered(cell) {
	case "asn", "as number", "src_asn", "as_number", "as no", "asnumber":
		return true
	}
	return false
}

// isASN tells whether the number c stands in the column of AS numbers.
func (t *table) isASN(sc *scanner, c chain) bool {
	if t.column < 0 || c.end-c.start > 10 {
		return false
	}
	prev, next := sc.before(sc.skipBack(c.start)), sc.at(sc.blanks(c.end, 8))
	if prev != t.delim && t.column > 0 || next != t.delim && classes[next] != space && next != '"' {
		return false
	}
	line := sc.s[max(sc.hints.line, c.start-2000):c.start]
	n, quoted := 0, false
	for i := range len(line) {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == t.delim && !quoted:
			n++
		}
	}
	return n == t.column
}

// skipBack goes back over blanks and quotes.
func (sc *scanner) skipBack(i int) int {
	for low := i - 8; i > 0 && i > low && strings.IndexByte(" \"'`", sc.s[i-1]) >= 0; {
		i--
	}
	return i
}

// isVersion tells whether four numbers are a version, from what stands before.
func (sc *scanner) isVersion(i int, w string) bool {
	h := &sc.hints
	if v := h.last[hintVersion]; v > h.sentence && v > h.last[hintNetwork] {
		return true
	}
	prev := sc.before(i)
	if prev == '+' || prev == '#' {
		return true
	}
	// A word right before four small numbers is a product (Acrobat 9.3.2.1), unless
	// it leads to an address.
	if i == 0 || prev != ' ' || !smallNumbers(w) {
		return false
	}
	j := i - 1
	for j > 0 && j > i-24 && (isWordByte(sc.s[j-1]) || sc.s[j-1] == '+' || sc.s[j-1] == '-') {
		j--
	}
	word := lowered(sc.s[j : i-1])
	return word != "" && classes[word[0]] == letter && sc.before(j) != '.' && hintWords[word] != hintNetwork && !strings.HasSuffix(word, "-") && !joining[word]
}

// joining are words that may stand right before an address.
var joining = set("to at and or with by is was on in the of as for ipv4 c und oder mit et y e с и an le la el contacts contacting contacted pings pinged blocks block blocked resolving addr remote local peer node gateway target source scanner scans attacker using used hits calls called")

// addressed tells whether the mailbox at i is that of somebody who got the mail:
// behind To: and Cc:, or behind "sent to", or the second one of from and to.
func (sc *scanner) addressed(i int) bool {
	s := strings.TrimRight(sc.s[max(0, i-48):i], " \t<\"'(`")
	if rest, ok := strings.CutSuffix(s, ":"); ok {
		switch lowered(rest[strings.LastIndexAny(rest, " \t\n\"")+1:]) {
		case "to", "cc", "bcc", "delivered-to", "envelope-to", "recipient", "recipients", "an", "para":
			return true
		}
		return false
	}
	words := strings.Fields(s)
	if len(words) < 2 || lowered(words[len(words)-1]) != "to" {
		return false
	}
	switch lowered(words[len(words)-2]) {
	case "sent", "delivered", "addressed", "forwarded", "mailed", "targeted", "went", "emailed":
		return true
	}
	n := len(sc.found) - 1 // the last one is the mailbox itself
	return n > 0 && sc.found[n-1].Thing.Kind == observable.Email && sc.found[n-1].Start >= sc.hints.sentence
}

// smallNumbers tells whether each of the numbers is small, as in versions.
func smallNumbers(w string) bool {
	for p := range strings.SplitSeq(w, ".") {
		if len(p) > 2 || len(p) == 2 && p[0] > '3' {
			return false
		}
	}
	return true
}

// commonWords are English words that are also suffixes of two letters.
var commonWords = set("in is it so at to no me my be as am us do by an de la")

// codeWords are names of variables and objects in programs.
var codeWords = set("this self user document window console obj req res request response event system java javax math os sys node foo bar e i args arg params param options config settings item items elem element el data row rows result results module exports process app client server socket session ctx context str string list array dict map path file object json xml html http net io util utils test math random time date person customer order product account db query model view controller request entity instance")

// programs are the objects that programs begin a chain of properties with.
var programs = set("window document console this self e obj req res request response event java javax os sys process module exports props state")

// products are names that end in a suffix and are no hosts.
var products = set("node.js vue.js next.js react.js angular.js express.js three.js d3.js chart.js asp.net vb.net ado.net command.com socket.io boost.asio node.io paint.net ml.net next.is crypto.net readme.md system.io booking.app draw.io")

// codeSuffixes are suffixes that are also names of properties.
var codeSuffixes = set("name id info me is in to it so no as at host link page date style data app io net zip py sh pl md rs so cc java map do ps mov be call cat now one open play run search select show save store stream target top watch work zone site online email download events media network space")

// isHost decides whether a chain with a suffix that exists is a host: c as it
// stands, w refanged, name canonical.
func (sc *scanner) isHost(c chain, w, name string) bool {
	prev, next := sc.before(c.start), sc.at(c.end)
	if sc.receives(c) || !c.fanged && lookup(name) {
		return false
	}
	if c.fanged && !c.loose {
		return prev != '@' || c.start < 2 || !isWordByte(sc.s[c.start-2])
	}
	if strings.IndexByte("/\\@$&", prev) >= 0 && !sc.pathOfAddresses(c.start) || prev == '.' && isWordByte(sc.before(c.start-1)) || prev == '%' || prev == '#' && !sc.listLine(c) {
		return false
	}
	if next == '(' || next == '[' && sc.at(c.end+1) != '.' && sc.at(c.end+1) != ':' || next == '=' && sc.at(c.end+1) != '"' || next == '\\' && isWordByte(sc.at(c.end+1)) && sc.at(c.end+1) != 'n' && sc.at(c.end+1) != 'r' && sc.at(c.end+1) != 't' {
		return false
	}
	labels := strings.Split(w, ".")
	last, first := labels[len(labels)-1], labels[0]
	if products[name] || len(labels) >= 3 && reversed(labels) || caps(labels) {
		return false
	}
	if c.loose && (len(first) < 3 || commonWords[lowered(first)]) {
		return false
	}
	two := len(labels) == 2
	tld := lowered(last)
	network := sc.hints.says(hintNetwork, hintFile) || sc.typed(c.end)
	file := sc.hints.says(hintFile, hintNetwork) && !network
	alone := sc.listLine(c) && !file
	switch {
	case two && upper(last[0]) && !upper(last[len(last)-1]): // a sentence without a space: done.It
		return false
	case !two && upper(last[0]) && !upper(last[len(last)-1]) && !upper(first[0]):
		return false
	case two && upper(last[0]) && upper(first[0]) && (tld == "net" || tld == "io" || len(first) < 3) && !alone:
		return false
	case two && fileLike[tld] && !network, two && file && (fileSuffixes[tld] || codeSuffixes[tld]), !two && documents[lowered(labels[len(labels)-2])], two && sc.command() && !network && (fileSuffixes[tld] || codeSuffixes[tld]):
		sc.fileName(c, w)
		return false
	case shortLabels(labels):
		return false
	case codeSuffixes[tld] && (codeWords[lowered(first)] || camel(w)) && !alone && two, !two && codeSuffixes[tld] && programs[lowered(first)]:
		return false
	case two && commonWords[tld] && !alone && !network && !strings.ContainsAny(first, "-0123456789") && sc.wordAfter(c.end):
		return false
	case isDigits(strings.Join(labels[:len(labels)-1], "")) && len(tld) == 2 && !alone && !network && two && len(first) < 3:
		return false
	}
	return true
}

// fileLike are the suffixes that are files rather than hosts when nothing says
// otherwise.
var fileLike = set("py sh pl md ps rs so zip mov java cs vi bat")

// documents are endings in front of a last label that is then an ending, too:
// report.pdf.com is a program with two endings.
var documents = set("pdf doc docx xls xlsx ppt pptx rtf txt jpg jpeg png gif exe dll zip rar iso lnk js vbs hta")

// typed tells whether a cell or a word right behind i calls what stood before a host.
func (sc *scanner) typed(i int) bool {
	for n := 0; n < 6 && i < len(sc.s) && strings.IndexByte(" \t,;|\"'`:=(", sc.s[i]) >= 0; n++ {
		i++
	}
	j := i
	for j < len(sc.s) && j < i+12 && classes[sc.s[j]] == letter {
		j++
	}
	switch lowered(sc.s[i:j]) {
	case "hostname", "domain", "fqdn", "host", "domains", "c", "resolves", "resolved", "resolving":
		return j-i > 1
	}
	return false
}

// command tells whether a path or registry key stands earlier on the line, as in
// a command and its arguments.
func (sc *scanner) command() bool {
	for n := len(sc.found) - 1; n >= 0 && sc.found[n].Start >= sc.hints.line; n-- {
		if k := sc.found[n].Thing.Kind; k == observable.FilePath || k == observable.Registry {
			return true
		}
		if len(sc.found)-n > 4 {
			break
		}
	}
	return false
}

// receives tells the server that took a mail in: "by HOST with ESMTP" in a field
// Received (RFC 5321 section 4.4).
func (sc *scanner) receives(c chain) bool {
	if c.start < 3 || sc.s[c.start-3:c.start] != "by " {
		return false
	}
	rest := strings.TrimLeft(sc.s[c.end:min(len(sc.s), c.end+24)], " ")
	return strings.HasPrefix(rest, "with ") || strings.HasPrefix(rest, "(Postfix") || strings.HasPrefix(rest, "(8.") || strings.HasPrefix(rest, "id ") || strings.HasPrefix(rest, "via ")
}

// listLine tells whether the line holds the chain and nothing else but a bullet
// or quotes, so that it stands in a list of values.
func (sc *scanner) listLine(c chain) bool {
	for i := c.start - 1; i >= sc.hints.line; i-- {
		if strings.IndexByte(" \t-*•\"'`>#|,+", sc.s[i]) < 0 || c.start-i > 16 {
			return false
		}
	}
	i := c.end
	for n := 0; i < len(sc.s) && n < 16 && strings.IndexByte(" \t\"'`,;|\r+", sc.s[i]) >= 0; n++ {
		i++
	}
	return i >= len(sc.s) || sc.s[i] == '\n'
}

// wordAfter tells whether a lower-case word follows after a space.
func (sc *scanner) wordAfter(i int) bool {
	return sc.at(i) == ' ' && classes[sc.at(i+1)] == letter && !upper(sc.at(i+1))
}

// shortLabels tells abbreviations (e.g, U.S.A, p.m) from names.
func shortLabels(labels []string) bool {
	for _, l := range labels {
		if len(l) > 1 {
			return len(labels) == 2 && len(labels[0]) == 1 && len(labels[1]) == 2
		}
	}
	return true
}

// reversed tells names of packages, which have their domain backwards.
func reversed(labels []string) bool {
	switch labels[0] {
	case "com", "org", "net", "io", "edu", "gov", "java", "javax", "android", "androidx", "de", "uk", "cn", "ru", "jp", "fr", "dev", "me", "app", "system", "microsoft", "sun":
		for _, l := range labels {
			if strings.ContainsAny(l, "-") {
				return false
			}
		}
		return labels[0] != "me" && labels[0] != "app" && labels[0] != "dev" && labels[0] != "microsoft" && labels[0] != "system" || labels[0] == "system" && codeSuffixes[lowered(labels[len(labels)-1])]
	}
	return false
}

// caps tells names of classes and detections: two labels or more begin with a
// capital, and one of them goes on in small letters (Trojan.Win32.Agent.ml).
func caps(labels []string) bool {
	n, camel := 0, false
	for _, l := range labels {
		if l != "" && upper(l[0]) {
			n++
			camel = camel || len(l) > 1 && !upper(l[1]) && classes[l[1]] == letter
		}
	}
	return n >= 2 && camel
}

// camel tells words with a capital inside.
func camel(w string) bool {
	for i := 1; i < len(w); i++ {
		if upper(w[i]) && classes[w[i-1]] == letter && !upper(w[i-1]) {
			return true
		}
	}
	return false
}

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
