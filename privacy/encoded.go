package privacy

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bounds of what is decoded: one value, and how deep codes may be nested.
const (
	maxEncoded = 16 << 10 // bytes of one value; what is longer is judged by its beginning
	maxNested  = 2
	maxTries   = 8 // beginnings tried in one run of characters
)

// encodings looks into base64, hex, percent signs and escapes. Encoded text is one
// value: with a person inside all of it goes.
func (t *text) encodings() {
	if t.m.nested >= maxNested {
		return
	}
	last, tries := -1, 0
	for i := 0; i < len(t.toks); i++ {
		k := &t.toks[i]
		if i <= last && tries >= maxTries || k.in == inPlaceholder || k.lead == 0 && i > 0 && !t.startsCode(i) {
			continue
		}
		j := t.codeEnd(i)
		if j == last {
			tries++
		} else {
			last, tries = j, 0
		}
		if t.toks[j].end-k.start < 12 {
			continue
		}
		t.work += j - i
		from, to := k.start, t.toks[j].end
		code := t.s[from:min(to, from+maxEncoded)]
		if plain, ok := decode(code); ok && t.personIn(plain) {
			t.span(from, to, "encoded_personal", Remove, "encoded-person")
			i = j
		}
	}
}

// startsCode tells whether a code may begin at token i behind a separator.
func (t *text) startsCode(i int) bool {
	p := &t.toks[i-1]
	return p.kind == mark && strings.IndexByte("=:\"'(>,;[|&?", p.c) >= 0 && p.c != 0
}

// codeEnd gives the last token of a run of the characters that codes have.
func (t *text) codeEnd(i int) int {
	j := i
	for j+1 < len(t.toks) && t.toks[j+1].lead == 0 {
		n := &t.toks[j+1]
		if n.kind == ideo || n.kind == mark && (n.c == 0 || strings.IndexByte("+/=%-\\.", n.c) < 0) {
			break
		}
		j++
	}
	return j
}

// decode tries the codes one after the other; false if none gives text.
func decode(s string) (string, bool) {
	if strings.Contains(s, "%") && strings.Count(s, "%") >= 3 {
		if p, err := url.QueryUnescape(s); err == nil {
			return p, printable(p)
		}
	}
	if strings.Contains(s, `\u`) || strings.Contains(s, `\x`) {
		p := unescape(s)
		return p, p != s && printable(p)
	}
	if strings.ContainsAny(s, ".\\%") {
		return "", false
	}
	if len(s)%2 == 0 && len(s) >= 16 {
		if b, err := hex.DecodeString(s); err == nil {
			return string(b), printable(string(b))
		}
	}
	trimmed := strings.TrimRight(s, "=")
	if len(trimmed) < 11 || len(trimmed)%4 == 1 {
		return "", false
	}
	if strings.IndexByte(trimmed, '=') >= 0 {
		return "", false
	}
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if b, err := enc.DecodeString(trimmed); err == nil {
			if p := utf16Text(b); p != "" {
				return p, true
			}
			return string(b), printable(string(b))
		}
	}
	return "", false
}

// utf16Text reads text as PowerShell encodes it, or "".
func utf16Text(b []byte) string {
	if len(b) < 8 || len(b)%2 == 1 {
		return ""
	}
	out := make([]byte, 0, len(b)/2)
	for i := 0; i < len(b); i += 2 {
		if b[i+1] != 0 || b[i] == 0 || b[i] >= 0x80 {
			return ""
		}
		out = append(out, b[i])
	}
	return string(out)
}

// printable tells text from other bytes.
func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f {
			return false
		}
	}
	return s != ""
}

// unescape undoes \uXXXX and \xXX.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		n := 0
		if s[i] == '\\' && i+1 < len(s) {
			switch s[i+1] {
			case 'u':
				n = 4
			case 'x':
				n = 2
			}
		}
		if n > 0 && i+2+n <= len(s) {
			if v, err := strconv.ParseUint(s[i+2:i+2+n], 16, 32); err == nil {
				b.WriteRune(rune(v))
				i += 1 + n
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// personIn tells whether decoded text has anything that would not be released.
func (t *text) personIn(plain string) bool {
	if t.m.own.In(plain) {
		return true
	}
	m := newMemory(t.g)
	m.own = t.m.own
	m.nested = t.m.nested + 1
	at := t.at
	at.label = ""
	for _, sp := range t.g.judge(plain, at, m) {
		if sp.Verdict != Keep {
			return true
		}
	}
	t.m.work += m.work
	return false
}
