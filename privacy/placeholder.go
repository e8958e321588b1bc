package privacy

import "strings"

// HasPlaceholder tells whether a value has something in it that the gate put
// there: [held], [email], [person-1], a mailbox at removed.invalid. A host in brackets (IPv6) is none.
func HasPlaceholder(s string) bool {
	if strings.Contains(s, "removed.invalid") {
		return true
	}
	for {
		i := strings.IndexByte(s, '[')
		if i < 0 {
			return false
		}
		s = s[i+1:]
		n := strings.IndexFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' })
		if n > 0 && s[n] == ']' && s[0] >= 'a' {
			return true
		}
	}
}
