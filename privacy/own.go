package privacy

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tocsin/stix"
)

// Own is what tells who files a report: the submitter's own names and domains. They are
// no personal values, so the gate takes them out only when it is given them (Order.Own),
// of one who did not agree to be named. It is safe for concurrent use; nil finds nothing.
//
// A host that merely bears the name (login-elmbank.example) is the attack and stays;
// so a name inside somebody else's host doesn't count.
type Own struct {
	forms   *hostForms
	names   []ownName
	domains []string
}

// ownName is a name in one spelling.
type ownName struct {
	look string // its longest word: without it a text needs no search
	re   *regexp.Regexp
}

// What is removed of its own submitter.
const (
	typeOwn     = "organisation"
	byOwnName   = "own-name"
	byOwnDomain = "own-domain"
)

// A name of fewer letters, and one generic word, would destroy texts; a name written
// in one word, as in a login, takes one letter more.
const (
	minOwnName = 4
	minJoined  = 5
)

// genericWords are no name when they stand alone.
const genericWords = " bank banks hospital clinic university college school institute academy city town county state government ministry agency office department council group holding company corporation " +
	"insurance energy power water telecom network networks security systems services service solutions software technology technologies technik digital data cloud center centre media press airport airline " +
	"port railway transport logistics health care medical pharma industries industry international global national federal central union team member exchange cert csirt soc stadt klinik krankenhaus universität banque hôpital banco ville "

// NewOwn reads names and domains; domains in lower case, each in every form that is
// to be found (ASCII and Unicode). nil when nothing of it can be looked for.
func (g *Gate) NewOwn(names, domains []string) *Own {
	o := &Own{forms: g.hosts}
	for _, n := range names {
		n = strings.TrimPrefix(strings.ToLower(n), "the ")
		german := strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss").Replace(n)
		for _, form := range []string{norm.NFC.String(n), norm.NFD.String(n), fold(n), german} {
			o.name(form)
		}
	}
	for _, d := range domains {
		if strings.Contains(d, ".") {
			o.domains = append(o.domains, strings.ToLower(d))
		}
	}
	if len(o.names) == 0 && len(o.domains) == 0 {
		return nil
	}
	return o
}

// between is what may stand between the words of a name.
const between = `(?:[\s\pP\pZ\p{Cf}+|]|%20)`

func (o *Own) name(s string) {
	words := strings.FieldsFunc(s, func(r rune) bool { return !wordRune(r) && !unicode.IsDigit(r) })
	letters, longest := 0, ""
	for i, w := range words {
		letters += utf8.RuneCountInString(w)
		if len(w) > len(longest) {
			longest = w
		}
		words[i] = regexp.QuoteMeta(w)
	}
	wide := strings.ContainsFunc(s, isWide) // two characters are a name there
	if letters < minOwnName && !wide || len(words) == 1 && strings.Contains(genericWords, " "+longest+" ") {
		return
	}
	gap := between + "{1,4}"
	if letters >= minJoined {
		gap = between + "{0,4}"
	}
	if strings.Contains(s, "&") {
		gap = `(?:` + gap + `|\s*(?:&amp;|and|und|et)\s*)`
	}
	expr := "(?i)" + strings.Join(words, gap)
	if !slices.ContainsFunc(o.names, func(n ownName) bool { return n.re.String() == expr }) {
		o.names = append(o.names, ownName{longest, regexp.MustCompile(expr)})
	}
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) }

// Find gives what in a text tells who files it; sorted, without overlaps.
func (o *Own) Find(s string) []Span {
	if o == nil || s == "" {
		return nil
	}
	low := strings.ToLower(s)
	names := slices.ContainsFunc(o.names, func(n ownName) bool { return strings.Contains(low, n.look) })
	domains := slices.ContainsFunc(o.domains, func(d string) bool { return strings.Contains(low, d[:strings.IndexByte(d, '.')]) })
	if !names && !domains {
		return nil
	}
	var out []Span
	var others [][2]int // hosts of somebody else
	for _, at := range o.forms.run.FindAllStringIndex(s, -1) {
		h := o.forms.at(s, at[0], at[1])
		if o.HasDomain(h.name) {
			out = append(out, o.forms.around(s, h.start, h.end))
		} else if h.outside {
			others = append(others, [2]int{h.start, h.end})
		}
	}
	for _, n := range o.names {
		if strings.Contains(low, n.look) {
			out = n.find(s, others, out)
		}
	}
	return settled(out)
}

// In tells whether a text tells who files it.
func (o *Own) In(s string) bool { return len(o.Find(s)) > 0 }

// HasDomain tells a host, in lower case, that is at one of the domains or below.
func (o *Own) HasDomain(host string) bool {
	return o != nil && slices.ContainsFunc(o.domains, func(d string) bool { return host == d || strings.HasSuffix(host, "."+d) })
}

// find adds the places of a name, but for those inside somebody else's host.
func (n ownName) find(s string, others [][2]int, out []Span) []Span {
	for at := 0; at < len(s); {
		m := n.re.FindStringIndex(s[at:])
		if m == nil {
			break
		}
		from, to := at+m[0], at+m[1]
		if !bounded(s, from, to) {
			_, w := utf8.DecodeRuneInString(s[from:])
			at = from + w
			continue
		}
		at = to
		i, _ := slices.BinarySearchFunc(others, from, func(h [2]int, p int) int { return h[1] - p - 1 })
		if i < len(others) && others[i][0] <= from && to < others[i][1] {
			continue
		}
		out = append(out, Span{Start: from, End: to, Type: typeOwn, Verdict: Remove, Reason: byOwnName})
	}
	return out
}

// bounded tells whether no word goes on at either end. Scripts without spaces have no
// such ends, and an escape (\n) is no letter.
func bounded(s string, from, to int) bool {
	first, _ := utf8.DecodeRuneInString(s[from:])
	last, _ := utf8.DecodeLastRuneInString(s[:to])
	if before, w := utf8.DecodeLastRuneInString(s[:from]); !isWide(first) && joins(first, before) {
		escape := from-w > 0 && s[from-w-1] == '\\' && strings.ContainsRune("nrt", before)
		hex := from >= 3 && (s[from-3] == '%' || s[from-3] == '=')
		if !escape && !hex {
			return false
		}
	}
	after, _ := utf8.DecodeRuneInString(s[to:])
	return isWide(last) || !joins(last, after)
}

// joins tells whether a character beside the end of a name makes another word of it:
// elmbanking, but not elmbank01.
func joins(end, beside rune) bool {
	return wordRune(beside) || unicode.IsDigit(end) && unicode.IsDigit(beside)
}

// dots are the ways to write the dot of a host, also so that nobody clicks on it.
const dots = `(?:\\{0,2}\.|[。．]|\s?[\[({]\s?(?:\.|dot)\s?[\])}]\s?|%2e)`

// hostForms reads hosts, and what stands around them.
type hostForms struct {
	run, dot *regexp.Regexp
	pathTail *regexp.Regexp // right behind a host
}

func newHostForms() *hostForms {
	return &hostForms{
		run:      regexp.MustCompile(`(?i)[\pL\pM\pN-]+(?:` + dots + `[\pL\pM\pN-]+)+`),
		dot:      regexp.MustCompile(`(?i)` + dots),
		pathTail: regexp.MustCompile(`^(?::[0-9]{1,5})?(?:[/?#][^\s'"<>` + "`" + `\])}]*)?`),
	}
}

// host is what reads as the name of a host in a text.
type host struct {
	start, end int
	name       string // refanged, lower case
	outside    bool   // it may be somebody else's: no file, and no name that only a local network knows
}

// notHosts are last labels of files and of networks that nobody else reaches.
const notHosts = " pdf doc docx docm xls xlsx xlsm ppt pptx rtf txt md csv json xml html htm eml msg zip rar 7z gz tar iso img exe dll scr js vbs ps1 bat cmd lnk hta jar apk png jpg jpeg gif svg log bak sql cfg conf ini yml yaml evtx pcap php asp aspx jsp " +
	"local localdomain internal intranet lan corp home private "

// at reads the host at some bytes: what is glued to its beginning (the end of an
// escape) or to its end (the next sentence, the end of a file's name) is none of it.
func (f *hostForms) at(s string, start, end int) host {
	switch {
	case start > 0 && s[start-1] == '\\' && strings.IndexByte("nrt", s[start]) >= 0:
		start++
	case start > 0 && (s[start-1] == '%' || s[start-1] == '=') && end-start > 2 && isHex(s[start]) && isHex(s[start+1]):
		start += 2
	}
	h := host{start: start, end: end}
	labels := f.dot.FindAllStringIndex(s[start:end], -1)
	if n := len(labels); n > 0 {
		tail := s[start+labels[n-1][1] : end]
		first, w := utf8.DecodeRuneInString(tail)
		sentence := unicode.IsUpper(first) && len(tail) > w && tail[w:] == strings.ToLower(tail[w:])
		h.outside = !sentence && !strings.Contains(notHosts, " "+strings.ToLower(tail)+" ")
		if !h.outside && n > 1 {
			h.end = start + labels[n-1][0]
		}
	}
	h.name = norm.NFC.String(strings.ToLower(strings.Trim(f.dot.ReplaceAllString(s[start:h.end], "."), "-")))
	return h
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// around takes in the mailbox or the URL that a host of the submitter belongs to.
func (f *hostForms) around(s string, from, to int) Span {
	from = before(s, from)
	if m := f.pathTail.FindStringIndex(s[to:]); m[1] > 0 {
		to += len(strings.TrimRight(s[to:to+m[1]], ".,;:!?*"))
	}
	return Span{Start: from, End: to, Type: typeOwn, Verdict: Remove, Reason: byOwnDomain}
}

// atSigns and schemeEnds are what stands right before a host in a mailbox and in a URL.
var (
	atSigns    = [...]string{"@", "%40", "[@]", "(@)", "{@}", "[at]", "(at)", "{at}"}
	schemeEnds = [...]string{"://", "[:]//", "[://]", ":]//", "%3a%2f%2f"}
)

// before gives where the mailbox or the URL begins that a host belongs to.
func before(s string, host int) int {
	low := strings.ToLower(s[max(0, host-16):host])
	for _, sign := range atSigns {
		if trimmed := strings.TrimRight(low, " "); strings.HasSuffix(trimmed, sign) {
			end := host - (len(low) - len(trimmed)) - len(sign)
			if len(sign) == 3 || len(sign) == 4 {
				end = len(strings.TrimRight(s[:end], " "))
			}
			from := end
			for from > 0 && end-from < 64 && (s[from-1] >= 0x80 || localByte(s[from-1])) {
				from--
			}
			for from < end && !utf8.RuneStart(s[from]) {
				from++
			}
			if from < end {
				return from
			}
		}
	}
	for _, sign := range schemeEnds {
		if strings.HasSuffix(low, sign) {
			from := host - len(sign)
			for from > 0 && host-from < 32 && (isLetter(s[from-1]) || s[from-1] == '[') {
				from--
			}
			return from
		}
	}
	return host
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func localByte(c byte) bool {
	return isLetter(c) || c >= '0' && c <= '9' || strings.IndexByte("._+'~=-", c) >= 0
}

// takeOwn removes what tells who files from the fields of object i. Identifiers and
// types are left: whoever asks for it refuses a type that tells.
func (r *report) takeOwn(i int, fields []judged) {
	o := &r.objs[i]
	for k := range fields {
		f := &fields[k]
		if f.key || f.kind != stix.String || f.path == "id" || f.path == "type" {
			continue
		}
		if _, id := stix.CheckID(f.value); id {
			continue
		}
		found := r.m.own.Find(f.value)
		if len(found) == 0 {
			r.ownPayload(f)
			continue
		}
		if sub := substitutes[o.Type]; sub != "" && f.path == "value" {
			// What the object is about keeps its type; of a URL of somebody else only the part goes.
			if all := found[0].Start == 0 && found[0].End == len(f.value); f.instead != "" || all || o.Type == "email-addr" {
				if len(f.spans) == 1 && f.spans[0].Verdict == Remove {
					continue
				}
				f.instead, f.spans = sub, []Span{{0, len(f.value), typeOwn, Remove, found[0].Reason, 0}}
				continue
			}
		}
		if f.instead != "" {
			found = []Span{{0, len(f.value), typeOwn, Remove, found[0].Reason, 0}}
		}
		f.spans = settled(append(slices.Clone(f.spans), found...))
	}
}

// ownPayload looks into content in base64.
func (r *report) ownPayload(f *judged) {
	if f.top != "payload_bin" || len(f.spans) > 0 && f.spans[0].Verdict == Remove {
		return
	}
	if b, err := base64.StdEncoding.DecodeString(f.value); err == nil && r.m.own.In(string(b)) {
		f.instead, f.spans = removedBytes, []Span{{0, len(f.value), typeOwn, Remove, byOwnName, 0}}
	}
}
