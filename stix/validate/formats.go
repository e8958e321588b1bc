package validate

import (
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// isLanguage tells whether a text has the form of a language tag (RFC 5646).
func isLanguage(s string) bool {
	for i, part := range strings.Split(s, "-") {
		letters := "abcdefghijklmnopqrstuvwxyz"
		if i > 0 {
			letters += "0123456789"
		}
		if part == "" || len(part) > 8 || strings.Trim(strings.ToLower(part), letters) != "" {
			return false
		}
		if i == 0 && len(part) == 1 && s[0]|0x20 != 'x' && s[0]|0x20 != 'i' {
			return false
		}
	}
	return true
}

func isHex(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && s != ""
}

func isBase64(s string) bool {
	_, err := base64.StdEncoding.DecodeString(s)
	return err == nil && !strings.ContainsAny(s, "\r\n")
}

// isKey tells whether a text may be a dictionary's key (section 2.4).
func isKey(s string, most int) bool {
	return s != "" && len(s) <= most && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

func (c *checker) dictionary(path string, d map[string]any, most int) {
	c.in("2.4", func() {
		if len(d) == 0 {
			c.wrong(path, "is an empty dictionary; leave it out")
		}
		for _, key := range slices.Sorted(maps.Keys(d)) {
			if !isKey(key, most) {
				c.wrong(join(path, key), "a key is 1 to %d of ASCII letters, digits, hyphen and underscore", most)
			}
		}
	})
}

// hashLengths are the hex digits of the vocabulary's hashes.
var hashLengths = map[string][]int{
	"MD5": {32}, "SHA-1": {40}, "SHA-256": {64}, "SHA-512": {128}, "SHA3-256": {64}, "SHA3-512": {128}, "TLSH": {70, 72},
}

func (c *checker) hashes(path string, h map[string]any) {
	c.in("2.7", func() {
		if len(h) == 0 {
			c.wrong(path, "is an empty dictionary; leave it out")
		}
		for _, name := range slices.Sorted(maps.Keys(h)) {
			at := join(path, name)
			if !isKey(name, 250) || len(name) < 3 {
				c.wrong(at, "the name of a hash is 3 to 250 of ASCII letters, digits, hyphen and underscore")
			} else if !hasWord(vocabularies["hash-algorithm-ov"], name) && !strings.HasPrefix(name, "x_") {
				c.should(at, "is allowed, but not in the vocabulary hash-algorithm-ov")
			}
			s, ok := h[name].(string)
			lengths := hashLengths[name]
			switch {
			case !ok || s == "":
				c.wrong(at, "is not a string")
			case lengths != nil && (!slices.Contains(lengths, len(s)) || !isHex(strings.TrimPrefix(s, "T1"))):
				c.wrong(at, "does not have the form of this hash: %d hex digits", lengths[0])
			}
		}
	})
}

// observableValue checks value of the observables that are one (section 6).
func (c *checker) observableValue(typ, s string) {
	if c.defanged {
		return // it says itself that it isn't in its form
	}
	switch typ {
	case "ipv4-addr":
		if !isNetwork(s, 32) {
			c.wrong("value", "is not an IPv4 address or CIDR range")
		}
	case "ipv6-addr":
		if !isNetwork(s, 128) {
			c.wrong("value", "is not an IPv6 address or CIDR range")
		}
	case "mac-addr":
		ok := len(s) == 17
		for i := 0; ok && i < len(s); i++ {
			ok = i%3 == 2 && s[i] == ':' || i%3 != 2 && strings.IndexByte("0123456789abcdef", s[i]) >= 0
		}
		if !ok {
			c.wrong("value", "is not six lower-case hex pairs joined by colons")
		}
	case "email-addr":
		local, host, ok := strings.Cut(s, "@")
		if !ok || local == "" || host == "" || strings.ContainsAny(s, " \t\r\n<>") {
			c.wrong("value", "is not an address (RFC 5322 addr-spec, without a display name)")
		}
	case "domain-name":
		if s == "" || strings.ContainsAny(s, " \t\r\n/:@") {
			c.wrong("value", "is not a domain name (RFC 1034, RFC 5890)")
		}
	case "url":
		u, err := url.Parse(s)
		if err != nil || u.Scheme == "" || strings.ContainsAny(s, " \t\r\n") {
			c.wrong("value", "is not a URL (RFC 3986)")
		}
	}
}

// isNetwork tells whether a text is an address or a CIDR range of a family by its bits.
func isNetwork(s string, bits int) bool {
	if strings.Contains(s, "/") {
		p, err := netip.ParsePrefix(s)
		return err == nil && p.Addr().BitLen() == bits
	}
	a, err := netip.ParseAddr(s)
	return err == nil && a.BitLen() == bits && a.Zone() == ""
}

// isMediaType tells whether a text has the form type/subtype (RFC 6838).
func isMediaType(s string) bool {
	kind, sub, ok := strings.Cut(strings.ToLower(s), "/")
	sub, _, _ = strings.Cut(sub, ";")
	return ok && sub != "" && hasWord("application audio font example haptics image message model multipart text video chemical inode", kind)
}

// isLowerHyphens tells whether a text is in lower case with hyphens between its
// words, as names of vocabularies and kill chains should be.
func isLowerHyphens(s string) bool { return s == strings.ToLower(s) && !strings.ContainsAny(s, " _") }
