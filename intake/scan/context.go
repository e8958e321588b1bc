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

// isVersion tells whether four numbers are a version, from what stands before.
func (sc *scanner) isVersion(i int, w string) bool {
	h := &sc.hints
	if v := h.last[hintVersion]; v > h.sentence && v > h.last[hintNetwork] {
		return true
	}
	prev := sc.before(i)
	if prev == '+' || prev == '#' || sc.pinned(i, w) || smallNumbers(w) && sc.numbered(i) {
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
	if strings.IndexByte("/\\@$&", prev) >= 0 && !sc.pathOfAddresses(c.start) && !(prev == '/' && sc.resolverLine()) || prev == '.' && isWordByte(sc.before(c.start-1)) || prev == '%' || prev == '#' && !sc.listLine(c) {
		return false
	}
	if next == '(' || next == '[' && strings.IndexByte(".:/", sc.at(c.end+1)) < 0 || next == '=' && sc.at(c.end+1) != '"' || next == '\\' && isWordByte(sc.at(c.end+1)) && sc.at(c.end+1) != 'n' && sc.at(c.end+1) != 'r' && sc.at(c.end+1) != 't' {
		return false
	}
	labels := strings.Split(w, ".")
	last, first := labels[len(labels)-1], labels[0]
	if products[name] || strings.HasSuffix(name, ".arpa") || len(labels) >= 3 && reversed(labels) || caps(labels) {
		return false
	}
	if c.loose && (len(first) < 3 || commonWords[lowered(first)]) {
		return false
	}
	two := len(labels) == 2
	tld := lowered(last)
	network := sc.hints.says(hintNetwork, hintFile) || sc.typed(c.end) || sc.pathAt(c.end) && !sc.filePath(name, c.end)
	file := sc.hints.says(hintFile, hintNetwork) && !network
	alone := sc.listLine(c) && !file
	switch {
	case two && upper(last[0]) && !upper(last[len(last)-1]) && !strings.ContainsAny(first, "-0123456789"): // a sentence without a space: done.It
		return false
	case !two && upper(last[0]) && !upper(last[len(last)-1]) && !upper(first[0]):
		return false
	case two && upper(last[0]) && upper(first[0]) && (tld == "net" || tld == "io" || len(first) < 3) && !alone:
		return false
	case two && fileLike[tld] && !network, two && file && (fileSuffixes[tld] || codeSuffixes[tld]), !two && documents[lowered(labels[len(labels)-2])], two && sc.command() && !network && (fileSuffixes[tld] || codeSuffixes[tld]):
		sc.fileName(c, w)
		return false
	case shortLabels(labels), sc.property(c, tld):
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
