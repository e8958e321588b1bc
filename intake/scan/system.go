package scan

import (
	"strings"
	"unicode/utf8"

	"tocsin/observable"
)

// system reads registry keys, Windows paths and named objects at i.
func (sc *scanner) system(i int) int {
	if sc.wordBefore(i) || sc.before(i) == '_' {
		return i
	}
	switch sc.s[i] | 0x20 {
	case 'h', 'r', 'c':
		if end := sc.registry(i); end > i {
			return end
		}
	case 'g', 'l':
		if end := sc.object(i); end > i {
			return end
		}
	}
	if classes[sc.s[i]] == letter && sc.at(i+1) == ':' && (sc.at(i+2) == '\\' || sc.at(i+2) == '/' && sc.at(i+3) != '/' && sc.at(i+3) != '\\') && upperOrAlone(sc, i) {
		return sc.path(i, i+2)
	}
	return i
}

// upperOrAlone tells a drive from the end of a scheme or a label such as "a:/x".
func upperOrAlone(sc *scanner, i int) bool {
	return sc.at(i+2) == '\\' || upper(sc.s[i]) || sc.before(i) == '"' || sc.before(i) == '\'' || sc.before(i) == ' '
}

// roots are the beginnings of registry keys.
var roots = []string{`HKEY_LOCAL_MACHINE`, `HKEY_CURRENT_USER`, `HKEY_CLASSES_ROOT`, `HKEY_USERS`, `HKEY_CURRENT_CONFIG`, `HKLM`, `HKCU`, `HKCR`, `HKU`, `HKCC`, `REGISTRY\MACHINE`, `REGISTRY\USER`, `Computer\HKEY_LOCAL_MACHINE`, `Computer\HKEY_CURRENT_USER`}

func (sc *scanner) registry(i int) int {
	for _, r := range roots {
		if len(sc.s)-i <= len(r) || !strings.EqualFold(sc.s[i:i+len(r)], r) {
			continue
		}
		j := i + len(r)
		if sc.at(j) == ']' {
			j++
		}
		if sc.at(j) == ':' {
			j++
		}
		if sc.at(j) != '\\' {
			continue
		}
		end := sc.extent(i, j, false)
		raw := strings.Replace(sc.s[i:end], "]", "", 1)
		if t, ok := canonical(observable.Registry, raw); ok {
			if f := sc.add(t, i, end, false); strings.Contains(raw, "...") {
				f.Context, f.Why = true, "placeholder"
			}
			return end
		}
	}
	return i
}

// object reads Global\NAME and Local\NAME.
func (sc *scanner) object(i int) int {
	j := i
	switch {
	case strings.HasPrefix(sc.s[i:], `Global\`):
		j = i + 7
	case strings.HasPrefix(sc.s[i:], `Local\`):
		j = i + 6
	default:
		return i
	}
	if sc.before(i) == '\\' || sc.before(i) == '%' || sc.before(i) == '/' {
		return i
	}
	for sc.at(j) == '\\' {
		j++
	}
	end := j
	closing := closer(sc.before(i))
	for end < len(sc.s) && end < j+260 {
		c := sc.s[end]
		if closing != 0 && c == closing || c < ' ' || closing == 0 && (classes[c] == space || strings.IndexByte("\"'`<>|,;)", c) >= 0) || c == '\\' {
			break
		}
		end++
	}
	end = sc.unpoint(j, end)
	if end-j < 2 {
		return i
	}
	if t, ok := canonical(observable.Mutex, strings.ReplaceAll(sc.s[i:end], `\\`, `\`)); ok {
		sc.add(t, i, end, false)
		return end
	}
	return i
}

// closer gives the quote that ends what b opens, or 0.
func closer(b byte) byte {
	switch b {
	case '"', '\'', '`', '|':
		return b
	}
	return 0
}

// unpoint takes punctuation off the end.
func (sc *scanner) unpoint(low, end int) int {
	for end > low && strings.IndexByte(".,;:!?)]}'\"`*+", sc.s[end-1]) >= 0 {
		c := sc.s[end-1]
		if c == '}' && strings.IndexByte(sc.s[low:end], '{') >= 0 || c == ')' && strings.IndexByte(sc.s[low:end], '(') >= 0 || c == ']' && strings.IndexByte(sc.s[low:end], '[') >= 0 {
			break
		}
		end--
	}
	return end
}

// path reads a Windows path whose first separator is at sep.
func (sc *scanner) path(i, sep int) int {
	end := sc.extent(i, sep, true)
	raw := sc.s[i:end]
	t, ok := canonical(observable.FilePath, strings.TrimRight(raw, `\/`))
	if !ok || len(t.Value) < 5 {
		return end
	}
	if strings.HasSuffix(raw, `\`) || strings.HasSuffix(raw, "/") || sc.at(end) == '>' && strings.HasSuffix(sc.s[:i], "PS ") {
		return end // a folder, or a prompt
	}
	f := sc.add(t, i, end, false)
	sc.judgePath(f)
	return end
}

// extent gives the end of a key or path that starts at i and whose first
// separator is at j. Blanks belong to it inside quotes, or when another
// separator or the end of a file name follows on the same line.
func (sc *scanner) extent(i, j int, file bool) int {
	quote := closer(sc.before(i))
	if quote == '|' {
		quote = 0
	}
	if quote != 0 {
		if end := sc.quoted(j, quote); end > 0 {
			return sc.trimPath(j, end)
		}
	}
	for j < len(sc.s) && j < i+1024 {
		c := sc.s[j]
		switch {
		case c == ' ':
			next := sc.blankInPath(j, file)
			if next == j {
				return sc.unpoint(i, j)
			}
			j = next
			continue
		case classes[c] == space, strings.IndexByte("\"<>|*?`,;", c) >= 0, c == '\'' && !isWordByte(sc.at(j+1)), c == ':' && j > i+2:
			return sc.unpoint(i, j)
		case c == '(' && sc.at(j-1) == ' ':
			return sc.unpoint(i, j)
		case c == '\\' && sc.at(j+1) == 'n' && !isWordByte(sc.at(j+2)), c == '\\' && sc.at(j+1) == '"':
			return sc.unpoint(i, j)
		case c >= 0x80 && strings.ContainsAny(sc.s[j:min(len(sc.s), j+3)], "”’»，。、；）"):
			return sc.unpoint(i, j)
		}
		j++
	}
	return sc.unpoint(i, j)
}

// quoted finds the closing quote on the same line.
func (sc *scanner) quoted(j int, quote byte) int {
	for k := j; k < len(sc.s) && k < j+512; k++ {
		switch c := sc.s[k]; {
		case c == quote:
			return k
		case c == '\n' || c == '\r':
			return 0
		}
	}
	return 0
}

// trimPath cuts what follows a file name inside quotes: arguments.
func (sc *scanner) trimPath(j, end int) int {
	s := sc.s[j:end]
	for _, mark := range [...]string{".exe ", ".dll,", ".dll ", ".ps1 ", ".bat ", ".vbs ", ".js ", ".EXE ", ".cmd "} {
		if k := strings.Index(s, mark); k >= 0 {
			return j + k + len(mark) - 1
		}
	}
	if k := strings.IndexAny(s, `"<>|`); k >= 0 {
		return j + k
	}
	return sc.unpoint(j, end)
}

// blankInPath gives where a path goes on behind the blank at j, or j when it ends.
func (sc *scanner) blankInPath(j int, file bool) int {
	// What stood before the blank must not be a whole file name already.
	if file && sc.endsFile(j) {
		return j
	}
	end := min(len(sc.s), j+80)
	words := 0
	for k := j + 1; k < end; k++ {
		switch c := sc.s[k]; {
		case c == '\\':
			if isHive(sc.s[j+1:k]) || sc.at(k-1) == ' ' || words > 4 || sc.at(k-1) == ':' {
				return j
			}
			return k
		case c == ' ':
			words++
			if sc.at(k+1) == ' ' {
				return j
			}
		case strings.IndexByte("\"<>|*?`,;:%/\r\n\t'[]=", c) >= 0:
			return j
		case c == '.' && classes[sc.at(k+1)] == space:
			return j
		case file && c == '.' && words <= 2 && sc.fileEndingAt(k):
			// The last part may have blanks, too.
			if !connects(sc.s[j+1 : k]) {
				return k
			}
			return j
		}
	}
	return j
}

// connects tells whether one of the words joins parts of a sentence, so that the
// file behind it is another one.
func connects(s string) bool {
	for w := range strings.FieldsSeq(s) {
		if connectors[lowered(w)] || w[0] == '-' || w[0] == '&' {
			return true
		}
	}
	return false
}

var connectors = set("and or to with via from using then which the a an is was were are in into as by for on of through called named runs run executes loads drops und oder mit y o et и")

func isHive(s string) bool {
	s = s[strings.LastIndexByte(s, ' ')+1:]
	return strings.HasPrefix(s, "HK") || s == "Global" || s == "Local" || len(s) > 0 && s[len(s)-1] == '%'
}

// endsFile tells whether the part before i ends in a dot and two to four letters.
func (sc *scanner) endsFile(i int) bool {
	for k := i - 1; k > 0 && k > i-6; k-- {
		switch c := sc.s[k]; {
		case c == '.':
			return i-k >= 2 && !isDigits(sc.s[k+1:i])
		case !isWordByte(c):
			return false
		}
	}
	return false
}

// fileEndingAt tells whether the dot at k starts an ending such as .exe.
func (sc *scanner) fileEndingAt(k int) bool {
	end := k + 1
	for end < len(sc.s) && end < k+6 && isWordByte(sc.s[end]) {
		end++
	}
	n := end - k - 1
	if n < 2 || n > 4 || isWordByte(sc.at(end)) {
		return false
	}
	t, ok := observable.Guess("a" + lowered(sc.s[k:end]))
	return ok && t.Kind == observable.FileName
}

// folder reads %VARIABLE%\name and ~/name.
func (sc *scanner) folder(i int) int {
	if sc.wordBefore(i) {
		return i
	}
	if sc.s[i] == '~' {
		if sc.at(i+1) != '/' || !isWordByte(sc.at(i+2)) && sc.at(i+2) != '.' {
			return i
		}
		return sc.unix(i, i+1)
	}
	for k := i + 1; k < len(sc.s) && k < i+40; k++ {
		c := sc.s[k]
		if c == '%' {
			if k > i+1 && sc.at(k+1) == '\\' && classes[sc.at(k+2)] != space {
				return sc.path(i, k+1)
			}
			return i
		}
		if !isWordByte(c) && c != '_' && c != '(' && c != ')' {
			return i
		}
	}
	return i
}

// share reads \\server\share\file.
func (sc *scanner) share(i int) int {
	if sc.at(i+1) != '\\' || !isWordByte(sc.at(i+2)) || sc.wordBefore(i) || sc.before(i) == '\\' || sc.before(i) == ':' || sc.before(i) == '%' {
		return i
	}
	k := i + 2
	for k < len(sc.s) && k < i+80 && (isWordByte(sc.s[k]) || sc.s[k] == '.' || sc.s[k] == '-' || sc.s[k] == '_') {
		k++
	}
	if sc.at(k) != '\\' || !isWordByte(sc.at(k+1)) {
		return i
	}
	return sc.path(i, k)
}

// unixFolders are the first parts of Unix paths that malware lies under.
var unixFolders = set("etc usr tmp var opt home bin sbin dev root lib lib64 proc run mnt srv boot sys Library Users Applications System private Volumes sdcard storage data")

// unixPath reads an absolute path at the slash at i.
func (sc *scanner) unixPath(i int) int {
	p := sc.before(i)
	if classes[p] == letter || classes[p] == digit || sc.lettersBefore(i) || strings.IndexByte("/\\.<:-_~%)]}?&", p) >= 0 && !(p == ':' && sc.at(i+1) != '/') {
		return i
	}
	if end := sc.shellSocket(i); end > i {
		return end
	}
	if end := sc.option(i); end > i {
		return end
	}
	k := i + 1
	for k < len(sc.s) && k < i+14 && isWordByte(sc.s[k]) {
		k++
	}
	if sc.at(k) == '/' && unixFolders[sc.s[i+1:k]] && classes[sc.at(k+1)] != space && !sc.request(i) {
		return sc.unix(i, k)
	}
	if classes[p] != space && p != '"' && p != '\'' && p != '`' || k == i+1 {
		return i
	}
	// The path of a request: what looks like a host or a hash in it is none.
	for k < len(sc.s) && classes[sc.s[k]] != space && strings.IndexByte("\"'`<>|,;", sc.s[k]) < 0 {
		k++
	}
	return k
}

// lettersBefore tells whether a letter beyond ASCII stands right before i, of a
// script that has spaces between words.
func (sc *scanner) lettersBefore(i int) bool {
	if classes[sc.before(i)] != high {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(sc.s[:i])
	return isLetter(r) && !spaceless(r)
}

// request tells whether the word before i is a method of HTTP.
func (sc *scanner) request(i int) bool {
	for _, m := range [...]string{"GET ", "POST ", "HEAD ", "PUT "} {
		if strings.HasSuffix(sc.s[max(0, i-5):i], m) {
			return true
		}
	}
	return false
}

func (sc *scanner) unix(i, k int) int {
	start := k
	quote := closer(sc.before(i))
	for k < len(sc.s) && k < i+512 {
		c := sc.s[k]
		if quote != 0 && quote != '|' && c == quote {
			break
		}
		if c == '\\' && sc.at(k+1) == ' ' {
			k += 2
			continue
		}
		if c == ' ' && sc.spaceInUnix(k) {
			k++
			continue
		}
		if classes[c] == space || strings.IndexByte("\"'`<>|,;()\\:*?&=[", c) >= 0 {
			break
		}
		if c >= 0x80 && strings.ContainsAny(sc.s[k:min(len(sc.s), k+3)], "”’»，。、；）") {
			break
		}
		k++
	}
	end := sc.unpoint(start, k)
	raw := sc.s[i:end]
	if strings.HasSuffix(raw, "/") || sc.at(k) == '*' || sc.before(i) == '!' || folders[raw] || sc.changesTo(i) {
		return end // a folder, a pattern, or the first line of a script
	}
	t, ok := canonical(observable.FilePath, raw)
	if !ok {
		return end
	}
	f := sc.add(t, i, end, false)
	sc.judgePath(f)
	return end
}

// spaceInUnix knows the blanks that Apple's systems have in paths: in Application
// Support, and in the names of programs (Some Thing.app/).
func (sc *scanner) spaceInUnix(k int) bool {
	for j := k + 1; j < len(sc.s) && j < k+40 && (isWordByte(sc.s[j]) || sc.s[j] == ' ' || sc.s[j] == '-'); j++ {
		if strings.HasPrefix(sc.s[j+1:], ".app/") {
			return true
		}
	}
	return strings.HasSuffix(sc.s[:k], "/Application") && strings.HasPrefix(sc.s[k:], " Support/")
}
