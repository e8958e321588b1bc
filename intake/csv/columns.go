package csv

import (
	"strings"

	"tocsin/observable"
)

// role is what a column is for.
type role uint8

const (
	other    role = iota // not looked at
	shaped               // of no known name: taken when its cells look like indicators
	value                // indicators
	typed                // says what kind the row's value is
	describe             // free text about the value
	titled               // text that needs the column's name to be understood
	fileName             // of the file whose hash stands beside it
	confidence
	firstSeen
	validUntil
	tags
	tlp
	toIDs // MISP's flag: false for what is context and not to be detected
)

// column is what is known of a column from its name.
type column struct {
	role role
	kind observable.Kind // of value columns that hold one kind; "" goes by the type column, then by shape
	name string          // as in the file
}

// rolesNamed and kindsNamed are the tables below by word: they are asked for each cell.
var (
	rolesNamed = byWord(names)
	kindsNamed = byWord(kinds)
)

func byWord[K comparable](lists map[K]string) map[string]K {
	out := map[string]K{}
	for k, list := range lists {
		for w := range strings.FieldsSeq(list) {
			out[w] = k
		}
	}
	return out
}

// names gives roles by name, in lower case with everything but letters and digits left out.
var names = map[role]string{
	value: "indicator indicators indicatorvalue value values ioc iocs iocvalue entity entityvalue observable observables observablevalue artifact artefact atom selector data c2 c2s c2server c2domain c2ip c2address cnc cc callback hash hashes filehash samplehash " +
		"ioccontent indicatorofcompromise address addresses badactor attacker attackerip blocked network networks netblock range server servers infrastructure site phishurl phishingurl maliciousurl dropurl payloadurl downloadurl iocvalues host hosts hostname hostnames " +
		"ipordomain domainip domainorip ipport destination dst dest remote remotehost",
	typed:      "type types entitytype ioctype indicatortype observabletype datatype valuetype kind artifacttype attributetype hashtype selectortype",
	describe:   "description descriptions desc comment comments note notes context detail details remark remarks info information summary explanation reason",
	titled:     "malware malwarefamily malwarename malwareprintable family tool toolname threat threattype threatname threatactor actor actorname campaign campaignname group taskname task pdb pdbpath signature detection detections detectionname virusname classification category role purpose stage phase reference references link title name label",
	fileName:   "filename filenames file files samplename originalname originalfilename",
	confidence: "confidence confidencelevel certainty confidencescore",
	firstSeen:  "firstseen firstseenutc firstobserved validfrom firstdetected dateadded date datefirstseen discovered added created createdat seen timestamp firstseenat",
	validUntil: "validuntil expires expiration expirationdate expiry expirydate expireson validto",
	tags:       "tags tag labels keywords",
	tlp:        "tlp tlplevel tlpcolor tlpcolour marking markings sharing handling trafficlightprotocol",
	toIDs:      "toids ids",
	other: "victim victims victimip victimurl targetip target sourceurl reporter reportedby submitter analyst contact asn as asname asnumber country countrycode geo city port protocol count hits score rank id uuid eventid number numberofblacklists lastseen lastonline status source sources " +
		"provider feed size filesize reporturl user username account",
}

// kinds gives the kind that a column's name, or a word in a type column,
// promises; short and long words alike, in lower case letters and digits.
var kinds = map[observable.Kind]string{
	observable.IPv4:      "ip ips ipv4 ipaddress ipaddresses ipv4addr ipv4address ipaddr ipdst ipsrc srcip dstip destip destinationip sourceip c2ip attackerip ipv6 ipv6addr ipv6address addr",
	observable.CIDR:      "cidr ipnet subnet network ipv4net ipv6net iprange netblock prefix ipv4cidr",
	observable.Domain:    "domain domains domainname fqdn hostname hostnames dns dnsname host subdomain",
	observable.URL:       "url urls uri uris phishingurl phishurl maliciousurl payloadurl downloadurl",
	observable.Email:     "email emails emailaddr emailaddress emailsrc emaildst mail sender senderemail from replyto emailsender fromaddress",
	observable.MD5:       "md5 md5hash hashmd5 filehashmd5 filemd5",
	observable.SHA1:      "sha1 sha1hash hashsha1 filehashsha1 filesha1",
	observable.SHA256:    "sha256 sha256hash hashsha256 filehashsha256 filesha256 sha2",
	observable.SHA512:    "sha512 sha512hash hashsha512 filehashsha512",
	observable.SSDEEP:    "ssdeep fuzzyhash",
	observable.TLSH:      "tlsh tlshhash",
	observable.Imphash:   "imphash pehash",
	observable.JA3:       "ja3 ja3fingerprint ja3md5 ja3hash ja3fingerprintmd5",
	observable.JA4:       "ja4 ja4fingerprint",
	observable.CVE:       "cve cves vulnerability cveid",
	observable.Attack:    "technique techniqueid attackid mitreattack ttp attackpattern mitre mitretechnique",
	observable.BTC:       "btc bitcoin bitcoinaddress btcaddress",
	observable.ETH:       "eth ethereum ethaddress",
	observable.XMR:       "xmr monero",
	observable.Registry:  "regkey registry registrykey windowsregistrykey",
	observable.FilePath:  "filepath path filepathname fullpath",
	observable.FileName:  "filename",
	observable.Mutex:     "mutex mutexname",
	observable.ASN:       "asn autonomoussystem",
	observable.MAC:       "mac macaddress macaddr",
	observable.UserAgent: "useragent httpuseragent",
	observable.Onion:     "onion onionaddress tor",
}

// notIndicators are words of type columns whose rows are no indicators, and no
// loss. Any word that stands in neither list leaves the kind to the value's shape.
const notIndicators = " link text comment note yara sigma snort suricata targetuser targetemail targetmachine targetorg reference externallink person phone phonenumber "

// plain gives a name without its punctuation, in lower case.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, s)
}

// named gives what a column with this name is for.
func named(name string) column {
	p := plain(name)
	c := column{role: shaped, name: strings.TrimSpace(strings.TrimLeft(name, "# "))}
	if r, ok := rolesNamed[p]; ok {
		c.role = r
	}
	if c.role != shaped && c.role != value {
		return c
	}
	if k := kindsNamed[p]; k != "" {
		c.role, c.kind = value, k
	}
	return c
}

// known tells whether a name says what its column is for.
func known(name string) bool { return len(name) < 64 && named(name).role != shaped }
