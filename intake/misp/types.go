package misp

import "tocsin/observable"

// action is what becomes of a type of attribute.
type action uint8

const (
	note     action = iota // text beside the indicators
	thing                  // a value of a kind that is known here
	path                   // an equality test on a property that has no kind
	rule                   // the text of a rule in another language
	hashOf                 // filename|HASH: the hash decides, the name goes along
	pair                   // two values that are each worth something
	first                  // VALUE|port: the value decides
	registry               // regkey|value: both together
	named                  // an object of the domain that has a name
	link                   // where to read on
	attached               // a file, of which nothing is kept
	personal               // about people: left out
)

// how says what becomes of a type.
type how struct {
	do   action
	kind observable.Kind // of thing, hashOf and first
	text string          // object path; pattern_type of rules; object type of named
}

// types lists the attribute types of MISP 2.5 (describeTypes.json) and what
// becomes of each. A type that is not here becomes a note.
var types = map[string]how{
	"md5": {thing, observable.MD5, ""}, "sha1": {thing, observable.SHA1, ""}, "sha256": {thing, observable.SHA256, ""}, "sha512": {thing, observable.SHA512, ""},
	"ssdeep": {thing, observable.SSDEEP, ""}, "imphash": {thing, observable.Imphash, ""}, "tlsh": {thing, observable.TLSH, ""},
	"ip-src": {thing, observable.IPv4, ""}, "ip-dst": {thing, observable.IPv4, ""}, "hostname": {thing, observable.Domain, ""}, "domain": {thing, observable.Domain, ""},
	"onion-address": {thing, observable.Onion, ""}, "url": {thing, observable.URL, ""}, "uri": {thing, observable.URL, ""},
	"email": {thing, observable.Email, ""}, "email-src": {thing, observable.Email, ""}, "email-reply-to": {thing, observable.Email, ""},
	"filename": {thing, observable.FileName, ""}, "email-attachment": {thing, observable.FileName, ""}, "regkey": {thing, observable.Registry, ""}, "mutex": {thing, observable.Mutex, ""},
	"user-agent": {thing, observable.UserAgent, ""}, "ja3-fingerprint-md5": {thing, observable.JA3, ""}, "AS": {thing, observable.ASN, ""}, "mac-address": {thing, observable.MAC, ""},
	"btc": {thing, observable.BTC, ""}, "xmr": {thing, observable.XMR, ""}, "vulnerability": {thing, observable.CVE, ""},

	"sha224": {path, "", "file:hashes.'SHA-224'"}, "sha384": {path, "", "file:hashes.'SHA-384'"}, "sha512/224": {path, "", "file:hashes.'SHA-512-224'"}, "sha512/256": {path, "", "file:hashes.'SHA-512-256'"},
	"sha3-224": {path, "", "file:hashes.'SHA3-224'"}, "sha3-256": {path, "", "file:hashes.'SHA3-256'"}, "sha3-384": {path, "", "file:hashes.'SHA3-384'"}, "sha3-512": {path, "", "file:hashes.'SHA3-512'"},
	"authentihash": {path, "", "file:hashes.AUTHENTIHASH"}, "vhash": {path, "", "file:hashes.VHASH"}, "telfhash": {path, "", "file:hashes.TELFHASH"}, "pehash": {path, "", "file:hashes.PEHASH"},
	"impfuzzy": {path, "", "file:hashes.IMPFUZZY"}, "cdhash": {path, "", "file:hashes.CDHASH"},
	"x509-fingerprint-sha1": {path, "", "x509-certificate:hashes.'SHA-1'"}, "x509-fingerprint-md5": {path, "", "x509-certificate:hashes.MD5"}, "x509-fingerprint-sha256": {path, "", "x509-certificate:hashes.'SHA-256'"},
	"jarm-fingerprint": {path, "", "network-traffic:x_jarm"}, "hassh-md5": {path, "", "network-traffic:x_hassh"}, "hasshserver-md5": {path, "", "network-traffic:x_hasshserver"},
	"ssh-fingerprint": {path, "", "network-traffic:x_ssh_fingerprint"}, "community-id": {path, "", "network-traffic:x_community_id"}, "favicon-mmh3": {path, "", "url:x_favicon_mmh3"}, "dom-hash": {path, "", "url:x_dom_hash"},
	"dash": {path, "", "x-cryptocurrency-wallet:address"}, "named pipe": {path, "", "file:name"},
	"email-subject": {path, "", "email-message:subject"}, "email-message-id": {path, "", "email-message:message_id"}, "email-x-mailer": {path, "", "email-message:additional_header_fields.'X-Mailer'"},
	"email-mime-boundary": {path, "", "email-message:x_mime_boundary"}, "email-thread-index": {path, "", "email-message:additional_header_fields.'Thread-Index'"},
	"windows-service-name": {path, "", "process:extensions.'windows-service-ext'.service_name"}, "windows-service-displayname": {path, "", "process:extensions.'windows-service-ext'.display_name"},
	"windows-scheduled-task": {path, "", "process:x_scheduled_task"}, "mobile-application-id": {path, "", "software:x_mobile_application_id"}, "azure-application-id": {path, "", "software:x_azure_application_id"},
	"chrome-extension-id": {path, "", "software:x_chrome_extension_id"}, "edge-extension-id": {path, "", "software:x_edge_extension_id"},
	"github-username": {path, "", "user-account:account_login"}, "github-organisation": {path, "", "user-account:account_login"}, "twitter-id": {path, "", "user-account:account_login"}, "jabber-id": {path, "", "user-account:account_login"},

	"snort": {rule, "", "snort"}, "suricata": {rule, "", "suricata"}, "bro": {rule, "", "zeek"}, "zeek": {rule, "", "zeek"}, "yara": {rule, "", "yara"}, "sigma": {rule, "", "sigma"},
	"stix2-pattern": {rule, "", "stix"}, "kusto-query": {rule, "", "kusto"}, "gene": {rule, "", "gene"},

	"filename|md5": {hashOf, observable.MD5, ""}, "filename|sha1": {hashOf, observable.SHA1, ""}, "filename|sha256": {hashOf, observable.SHA256, ""}, "filename|sha512": {hashOf, observable.SHA512, ""},
	"filename|ssdeep": {hashOf, observable.SSDEEP, ""}, "filename|imphash": {hashOf, observable.Imphash, ""}, "filename|tlsh": {hashOf, observable.TLSH, ""}, "malware-sample": {hashOf, observable.MD5, ""},
	"filename|authentihash": {hashOf, "", "file:hashes.AUTHENTIHASH"}, "filename|vhash": {hashOf, "", "file:hashes.VHASH"}, "filename|impfuzzy": {hashOf, "", "file:hashes.IMPFUZZY"}, "filename|pehash": {hashOf, "", "file:hashes.PEHASH"},
	"filename|sha224": {hashOf, "", "file:hashes.'SHA-224'"}, "filename|sha384": {hashOf, "", "file:hashes.'SHA-384'"}, "filename|sha512/224": {hashOf, "", "file:hashes.'SHA-512-224'"}, "filename|sha512/256": {hashOf, "", "file:hashes.'SHA-512-256'"},
	"filename|sha3-224": {hashOf, "", "file:hashes.'SHA3-224'"}, "filename|sha3-256": {hashOf, "", "file:hashes.'SHA3-256'"}, "filename|sha3-384": {hashOf, "", "file:hashes.'SHA3-384'"}, "filename|sha3-512": {hashOf, "", "file:hashes.'SHA3-512'"},
	"domain|ip": {do: pair}, "ip-dst|port": {first, observable.IPv4, ""}, "ip-src|port": {first, observable.IPv4, ""}, "hostname|port": {first, observable.Domain, ""}, "regkey|value": {do: registry},

	"threat-actor": {named, "", "threat-actor"}, "campaign-name": {named, "", "campaign"}, "link": {do: link}, "attachment": {do: attached},

	"target-user": {do: personal}, "target-email": {do: personal}, "target-machine": {do: personal}, "target-org": {do: personal}, "target-location": {do: personal}, "target-external": {do: personal},
	"email-dst": {do: personal}, "email-dst-display-name": {do: personal}, "eppn": {do: personal}, "dns-soa-email": {do: personal},
	"whois-registrant-email": {do: personal}, "whois-registrant-phone": {do: personal}, "whois-registrant-name": {do: personal}, "whois-registrant-org": {do: personal},
	"iban": {do: personal}, "bic": {do: personal}, "bank-account-nr": {do: personal}, "aba-rtn": {do: personal}, "bin": {do: personal}, "cc-number": {do: personal}, "prtn": {do: personal}, "phone-number": {do: personal},
	"first-name": {do: personal}, "middle-name": {do: personal}, "last-name": {do: personal}, "full-name": {do: personal}, "date-of-birth": {do: personal}, "place-of-birth": {do: personal}, "gender": {do: personal},
	"passport-number": {do: personal}, "passport-country": {do: personal}, "passport-expiration": {do: personal}, "redress-number": {do: personal}, "nationality": {do: personal}, "visa-number": {do: personal},
	"issue-date-of-the-visa": {do: personal}, "primary-residence": {do: personal}, "country-of-residence": {do: personal}, "special-service-request": {do: personal}, "frequent-flyer-number": {do: personal},
	"travel-details": {do: personal}, "payment-details": {do: personal}, "place-port-of-original-embarkation": {do: personal}, "place-port-of-clearance": {do: personal},
	"place-port-of-onward-foreign-destination": {do: personal}, "passenger-name-record-locator-number": {do: personal}, "identity-card-number": {do: personal}, "pgp-private-key": {do: personal},

	"pdb": {do: note}, "email-body": {do: note}, "email-header": {do: note}, "email-src-display-name": {do: note}, "float": {do: note}, "git-commit-id": {do: note}, "http-method": {do: note}, "pattern-in-file": {do: note},
	"pattern-in-traffic": {do: note}, "pattern-in-memory": {do: note}, "filename-pattern": {do: note}, "pgp-public-key": {do: note}, "mime-type": {do: note}, "cookie": {do: note}, "cpe": {do: note}, "weakness": {do: note},
	"comment": {do: note}, "text": {do: note}, "hex": {do: note}, "other": {do: note}, "process-state": {do: note}, "campaign-id": {do: note}, "malware-type": {do: note}, "whois-registrar": {do: note},
	"whois-creation-date": {do: note}, "size-in-bytes": {do: note}, "counter": {do: note}, "integer": {do: note}, "datetime": {do: note}, "port": {do: note}, "mac-eui-64": {do: note}, "github-repository": {do: note},
	"dkim": {do: note}, "dkim-signature": {do: note}, "cortex": {do: note}, "boolean": {do: note}, "uuid": {do: note}, "anonymised": {do: note},
}
