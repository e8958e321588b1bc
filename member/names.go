package member

import (
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"

	"tocsin/fault"
)

// maxName bounds names of members and groups, in characters.
const maxName = 100

// maxDomains bounds the registered domains of one member.
const maxDomains = 100

// fold gives the form in which names are compared: compatibility forms and
// letter case made one, white space collapsed.
func fold(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(s))), " ")
}

// cleanName gives a name without white space around it, or fault.Invalid.
func cleanName(what, s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", fault.At(fault.Invalid, what, "the name is not UTF-8")
	}
	s = strings.TrimSpace(norm.NFC.String(s))
	n := utf8.RuneCountInString(s)
	switch {
	case n == 0:
		return "", fault.At(fault.Invalid, what, "the name is empty")
	case n > maxName:
		return "", fault.At(fault.Invalid, what, "the name has %d characters; at most %d are allowed", n, maxName)
	}
	for _, c := range s {
		// Format characters too: names that look alike must be alike.
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == '\u2028' || c == '\u2029' {
			return "", fault.At(fault.Invalid, what, "the name holds a control or invisible character")
		}
	}
	return s, nil
}

// reserved names would read as something else where a group's name stands.
var reserved = []string{"clear", "default", "green", "white", "amber", "amber-strict", "amber+strict", "red", "community", "all", ".", ".."}

// cleanGroup is cleanName for groups: their names stand in URLs beside the
// community's collections.
func cleanGroup(s string) (string, error) {
	s, err := cleanName("group", s)
	if err != nil {
		return "", err
	}
	f := fold(s)
	switch {
	case slices.Contains(reserved, f) || strings.HasPrefix(f, "tlp:"):
		return "", fault.At(fault.Invalid, "group", "this name is the community's; choose another one")
	case strings.ContainsAny(s, "/\\?#%"):
		return "", fault.At(fault.Invalid, "group", `the name holds one of / \ ? # %%, which can't stand in an address`)
	case uuidShaped(f):
		return "", fault.At(fault.Invalid, "group", "the name looks like the id of a collection; choose another one")
	}
	return s, nil
}

func uuidShaped(s string) bool {
	return len(s) == 36 && strings.Trim(s, "0123456789abcdef-") == "" && strings.Count(s, "-") == 4
}

// cleanDomains gives domains in canonical form, sorted, each once.
func cleanDomains(domains []string) ([]string, error) {
	if len(domains) > maxDomains {
		return nil, fault.At(fault.Invalid, "domains", "there are %d; at most %d are allowed", len(domains), maxDomains)
	}
	var out []string
	for _, d := range domains {
		c, ok := canonicalDomain(d)
		if !ok {
			return nil, fault.At(fault.Invalid, "domains", "one of them is not a domain such as company.example")
		}
		// Whoever registered a suffix would own the identities of everyone below it. What is on no
		// list of suffixes (icann is false, one label managed) passes: reserved names, inside names.
		if suffix, icann := publicsuffix.PublicSuffix(c); suffix == c && (icann || strings.Contains(c, ".")) {
			return nil, fault.At(fault.Invalid, "domains", "one of them is a public suffix, which belongs to nobody alone")
		}
		out = append(out, c)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// canonicalDomain gives a domain in lower case, in its ASCII form, without a dot
// at its end; false when it is none. It has two labels at least.
func canonicalDomain(s string) (string, bool) {
	s = strings.TrimSuffix(strings.TrimSpace(s), ".")
	if len(s) > 1000 {
		return "", false
	}
	c, err := idna.Lookup.ToASCII(s)
	if err != nil || len(c) > 253 || !strings.Contains(c, ".") {
		return "", false
	}
	if _, err := netip.ParseAddr(c); err == nil {
		return "", false
	}
	for label := range strings.SplitSeq(c, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "", false
		}
	}
	return c, true
}
