package observable

import "strings"

// paths gives the STIX object path that holds the value of a kind, for kinds
// whose pattern is one equality test. Fingerprints of TLS clients have no
// property in STIX 2.1: theirs is a custom one.
var paths = map[Kind]string{
	IPv4: "ipv4-addr:value", IPv6: "ipv6-addr:value", Domain: "domain-name:value", Onion: "domain-name:value", URL: "url:value", Email: "email-addr:value",
	MD5: "file:hashes.MD5", SHA1: "file:hashes.'SHA-1'", SHA256: "file:hashes.'SHA-256'", SHA512: "file:hashes.'SHA-512'", SSDEEP: "file:hashes.SSDEEP", TLSH: "file:hashes.TLSH",
	Imphash: "file:extensions.'windows-pebinary-ext'.imphash", JA3: "network-traffic:x_ja3", JA4: "network-traffic:x_ja4",
	BTC: "x-cryptocurrency-wallet:address", ETH: "x-cryptocurrency-wallet:address", XMR: "x-cryptocurrency-wallet:address",
	Registry: "windows-registry-key:key", FileName: "file:name", Mutex: "mutex:name", MAC: "mac-addr:value",
	UserAgent: "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'",
}

// Pattern gives the STIX pattern that matches the thing, and false for kinds
// that have none (cve, attack).
func (t Thing) Pattern() (string, bool) {
	switch t.Kind {
	case CIDR:
		typ := "ipv4-addr"
		if strings.IndexByte(t.Value, ':') >= 0 {
			typ = "ipv6-addr"
		}
		return "[" + typ + ":value ISSUBSET '" + t.Value + "']", true
	case ASN:
		return "[autonomous-system:number = " + strings.TrimPrefix(t.Value, "AS") + "]", true
	case FilePath:
		dir, name := splitPath(t.Value)
		return "[file:name = " + literal(name) + " AND file:parent_directory_ref.path = " + literal(dir) + "]", true
	}
	path, ok := paths[t.Kind]
	if !ok {
		return "", false
	}
	return "[" + path + " = " + literal(t.Value) + "]", true
}

var escaper = strings.NewReplacer(`\`, `\\`, `'`, `\'`)

// literal writes a string literal of the pattern language (STIX 2.1 section 9.3).
func literal(s string) string {
	if strings.IndexByte(s, '\\') < 0 && strings.IndexByte(s, '\'') < 0 {
		return "'" + s + "'"
	}
	return "'" + escaper.Replace(s) + "'"
}
