package observable

import "testing"

// TestSpecialAddresses has for each block its first and last address and the
// ones beside it.
func TestSpecialAddresses(t *testing.T) {
	for _, c := range []struct{ value, reason string }{
		{"0.0.0.0", "unspecified"},
		{"0.255.255.255", "unspecified"},
		{"1.0.0.0", ""},
		{"9.255.255.255", ""},
		{"10.0.0.0", "private"},
		{"10.255.255.255", "private"},
		{"11.0.0.0", ""},
		{"100.63.255.255", ""},
		{"100.64.0.0", "shared"},
		{"100.127.255.255", "shared"},
		{"100.128.0.0", ""},
		{"126.255.255.255", ""},
		{"127.0.0.0", "loopback"},
		{"127.255.255.255", "loopback"},
		{"128.0.0.0", ""},
		{"169.253.255.255", ""},
		{"169.254.0.0", "link-local"},
		{"169.254.255.255", "link-local"},
		{"169.255.0.0", ""},
		{"172.15.255.255", ""},
		{"172.16.0.0", "private"},
		{"172.31.255.255", "private"},
		{"172.32.0.0", ""},
		{"191.255.255.255", ""},
		{"192.0.0.0", "reserved"},
		{"192.0.0.255", "reserved"},
		{"192.0.1.0", ""},
		{"192.0.2.0", "documentation"},
		{"192.0.2.255", "documentation"},
		{"192.0.3.0", ""},
		{"192.88.99.0", "reserved"},
		{"192.88.100.0", ""},
		{"192.167.255.255", ""},
		{"192.168.0.0", "private"},
		{"192.168.255.255", "private"},
		{"192.169.0.0", ""},
		{"198.17.255.255", ""},
		{"198.18.0.0", "benchmarking"},
		{"198.19.255.255", "benchmarking"},
		{"198.20.0.0", ""},
		{"198.51.99.255", ""},
		{"198.51.100.0", "documentation"},
		{"198.51.100.255", "documentation"},
		{"198.51.101.0", ""},
		{"203.0.112.255", ""},
		{"203.0.113.0", "documentation"},
		{"203.0.113.255", "documentation"},
		{"203.0.114.0", ""},
		{"223.255.255.255", ""},
		{"224.0.0.0", "multicast"},
		{"239.255.255.255", "multicast"},
		{"240.0.0.0", "reserved"},
		{"255.255.255.254", "reserved"},
		{"255.255.255.255", "broadcast"},
		{"8.8.8.8", "resolver"},
		{"8.8.8.9", ""},
		{"1.1.1.1", "resolver"},
		{"9.9.9.9", "resolver"},
		{"208.67.222.222", "resolver"},
		{"::", "unspecified"},
		{"::1", "loopback"},
		{"::2", ""},
		{"fc00::", "private"},
		{"fdff::1", "private"},
		{"fe00::", ""},
		{"fe80::1", "link-local"},
		{"fec0::1", ""},
		{"ff02::1", "multicast"},
		{"100::1", "discard"},
		{"100:0:0:1::1", ""},
		{"2001:2::1", "benchmarking"},
		{"64:ff9b:1::1", "private"},
		{"2001:db8::1", "documentation"},
		{"2001:db9::1", ""},
		{"3fff::1", "documentation"},
		{"3fff:1000::1", ""},
		{"2606:4700:4700::1111", "resolver"},
		{"::ffff:10.0.0.1", "private"},
		{"::ffff:203.0.113.1", "documentation"},
	} {
		kind := IPv4
		if th, err := Canonical(IPv6, c.value); err == nil {
			kind = th.Kind
		}
		wantSpecial(t, Thing{kind, c.value}, c.reason)
	}
}

func wantSpecial(t *testing.T, th Thing, reason string) {
	t.Helper()
	if got, ok := Special(th); got != reason || ok != (reason != "") {
		t.Errorf("Special(%v) = %q, %v; want %q", th, got, ok, reason)
	}
}

func TestSpecialRanges(t *testing.T) {
	for _, c := range []struct{ value, reason string }{
		{"128.0.0.0/1", "wide"},
		{"44.0.0.0/7", "wide"},
		{"44.0.0.0/8", ""},
		{"45.0.0.0/9", ""},
		{"10.1.0.0/16", "private"},
		{"198.51.100.0/25", "documentation"},
		{"192.0.0.0/22", "reserved"}, // touches documentation and reserved: the latter weighs more
		{"2000::/3", "wide"},
		{"2400::/18", "wide"},
		{"2400::/19", ""},
		{"2001:db8:1::/48", "documentation"},
		{"fd00::/8", "wide"},
		{"fd12::/32", "private"},
	} {
		wantSpecial(t, Thing{CIDR, c.value}, c.reason)
	}
}

func TestSpecialNames(t *testing.T) {
	for _, c := range []struct {
		kind          Kind
		value, reason string
	}{
		{Domain, "evil.example", "documentation"},
		{Domain, "a.b.test", "documentation"},
		{Domain, "x.invalid", "documentation"},
		{Domain, "example.com", "documentation"},
		{Domain, "sub.example.org", "documentation"},
		{Domain, "notexample.com", ""},
		{Domain, "printer.local", "private"},
		{Domain, "nas.lan", "private"},
		{Domain, "a.internal", "private"},
		{Domain, "x.home.arpa", "private"},
		{Domain, "1.2.0.192.in-addr.arpa", "infrastructure"},
		{Domain, "a.localhost", "loopback"},
		{Domain, "dns.google", "resolver"},
		{Domain, "co.uk", "suffix"},
		{Domain, "github.io", "suffix"},
		{Domain, "evil.github.io", ""},
		{Domain, "evil.co.uk", ""},
		{Email, "a@evil.example", "documentation"},
		{Email, "a@printer.local", "private"},
		{Email, "a@other-site.com", ""},
		{URL, "http://10.0.0.1/a", "private"},
		{URL, "http://evil.example/", "documentation"},
		{URL, "http://8.8.8.8/x", ""},
		{URL, "http://dns.google/x", ""},
		{URL, "http://[fe80::1]/", "link-local"},
		{URL, "http://other-site.com/", ""},
		{URL, "http://expyuzz4wqqyqhjn.onion/", ""},
		{Onion, "expyuzz4wqqyqhjn.onion", ""},
	} {
		wantSpecial(t, Thing{c.kind, c.value}, c.reason)
	}
}

func TestSpecialOthers(t *testing.T) {
	for _, c := range []struct {
		kind          Kind
		value, reason string
	}{
		{MD5, "d41d8cd98f00b204e9800998ecf8427e", "empty"},
		{MD5, "00000000000000000000000000000000", "empty"},
		{MD5, "00000000000000000000000000000001", ""},
		{SHA1, "da39a3ee5e6b4b0d3255bfef95601890afd80709", "empty"},
		{SHA256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "empty"},
		{SHA512, "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e", "empty"},
		{ETH, "0x0000000000000000000000000000000000000000", "empty"},
		{ETH, "0x0000000000000000000000000000000000000001", ""},
		{ASN, "AS0", "reserved"},
		{ASN, "AS1", ""},
		{ASN, "AS23456", "reserved"},
		{ASN, "AS64495", ""},
		{ASN, "AS64496", "documentation"},
		{ASN, "AS64511", "documentation"},
		{ASN, "AS64512", "private"},
		{ASN, "AS65534", "private"},
		{ASN, "AS65535", "reserved"},
		{ASN, "AS65536", "documentation"},
		{ASN, "AS65551", "documentation"},
		{ASN, "AS65552", ""},
		{ASN, "AS4199999999", ""},
		{ASN, "AS4200000000", "private"},
		{ASN, "AS4294967295", "reserved"},
		{MAC, "ff:ff:ff:ff:ff:ff", "broadcast"},
		{MAC, "00:00:00:00:00:00", "empty"},
		{MAC, "00:00:5e:00:53:01", "documentation"},
		{MAC, "00:00:5e:00:54:01", ""},
		{Mutex, "x", ""},
		{FilePath, `C:\x`, ""},
		{CVE, "CVE-2026-1234", ""},
		{IPv4, "no address", ""},
		{CIDR, "no range", ""},
		{ASN, "ASx", ""},
		{URL, "no url", ""},
	} {
		wantSpecial(t, Thing{c.kind, c.value}, c.reason)
	}
}
