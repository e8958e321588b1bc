package scan

// hint is what a word says about the values behind it.
type hint uint8

const (
	hintNone    hint = iota
	hintVersion      // version numbers follow
	hintNetwork      // addresses and hosts follow
	hintFile         // files follow
	hintObject       // identifiers of commits, transactions, certificates follow
	hintLink         // a publication follows
	hintVictim       // a mailbox of somebody who was written to follows
	hintImphash
	hintJA3
	hintTLSH
	hintMD5
	hintSHA1
	hintSHA256
	hintSHA512
	hintMutex
	hintCount
)

// hints remembers where each kind of hint stood last.
type hints struct {
	line, sentence int // where the current line and sentence start
	last           [hintCount]int
	heading        hint // what the heading above says about the lines of a list
}

var hintWords = map[string]hint{
	"version": hintVersion, "versions": hintVersion, "ver": hintVersion, "v": hintVersion, "build": hintVersion, "builds": hintVersion, "release": hintVersion, "releases": hintVersion, "released": hintVersion,
	"firmware": hintVersion, "revision": hintVersion, "rev": hintVersion, "sdk": hintVersion, "kernel": hintVersion, "section": hintVersion, "sections": hintVersion, "chapter": hintVersion, "clause": hintVersion, "oid": hintVersion,
	"paragraph": hintVersion, "plug-in": hintVersion, "plugin": hintVersion, "ticket": hintVersion, "bulletin": hintVersion, "upgrade": hintVersion, "upgraded": hintVersion, "patch": hintVersion, "hotfix": hintVersion, "fixed": hintVersion,
	"versión": hintVersion, "versione": hintVersion, "versão": hintVersion, "версия": hintVersion, "версии": hintVersion, "driver": hintVersion, "software": hintVersion, "app": hintVersion, "sección": hintVersion, "abschnitt": hintVersion, "appendix": hintVersion, "item": hintVersion,

	"ip": hintNetwork, "ips": hintNetwork, "address": hintNetwork, "addresses": hintNetwork, "host": hintNetwork, "hosts": hintNetwork, "hostname": hintNetwork, "hostnames": hintNetwork, "server": hintNetwork, "servers": hintNetwork,
	"c2": hintNetwork, "c2s": hintNetwork, "c&c": hintNetwork, "cnc": hintNetwork, "from": hintNetwork, "domain": hintNetwork, "domains": hintNetwork, "fqdn": hintNetwork, "dns": hintNetwork, "site": hintNetwork, "sites": hintNetwork, "website": hintNetwork,
	"url": hintNetwork, "urls": hintNetwork, "connect": hintNetwork, "connects": hintNetwork, "connected": hintNetwork, "beacon": hintNetwork, "beacons": hintNetwork, "resolves": hintNetwork, "ping": hintNetwork, "contacted": hintNetwork, "via": hintNetwork,
	"callback": hintNetwork, "dominio": hintNetwork, "dominios": hintNetwork, "domaine": hintNetwork, "domaines": hintNetwork, "домен": hintNetwork, "домены": hintNetwork, "serveur": hintNetwork, "servidor": hintNetwork, "сервер": hintNetwork, "traffic": hintNetwork, "src": hintNetwork, "dst": hintNetwork,
	"nameserver": hintNetwork, "proxy": hintNetwork, "adresse": hintNetwork, "dirección": hintNetwork, "endereço": hintNetwork,

	"file": hintFile, "files": hintFile, "filename": hintFile, "filenames": hintFile, "script": hintFile, "scripts": hintFile, "run": hintFile, "runs": hintFile, "executes": hintFile, "python": hintFile, "module": hintFile, "package": hintFile, "library": hintFile,
	"import": hintFile, "imports": hintFile, "class": hintFile, "named": hintFile, "archive": hintFile, "attachment": hintFile, "drops": hintFile, "dropped": hintFile, "bash": hintFile, "perl": hintFile, "datei": hintFile, "fichier": hintFile, "archivo": hintFile, "файл": hintFile,

	"commit": hintObject, "commits": hintObject, "git": hintObject, "tree": hintObject, "blob": hintObject, "changeset": hintObject, "checkout": hintObject, "cherry-pick": hintObject, "transaction": hintObject, "transactions": hintObject, "tx": hintObject, "txid": hintObject, "txn": hintObject,
	"serial": hintObject, "guid": hintObject, "uuid": hintObject, "block": hintObject, "parent": hintObject, "merge": hintObject, "head": hintObject, "etag": hintObject, "nonce": hintObject, "apikey": hintObject,

	"blog": hintLink, "reference": hintLink, "references": hintLink, "article": hintLink, "advisory": hintLink, "see": hintLink, "read": hintLink, "available": hintLink, "published": hintLink, "documentation": hintLink,
	"credit": hintLink, "writeup": hintLink, "write-up": hintLink, "report": hintLink, "analysis": hintLink, "paper": hintLink, "reported": hintLink, "referenz": hintLink, "voir": hintLink, "fuente": hintLink,

	"victim": hintVictim, "victims": hintVictim, "recipient": hintVictim, "recipients": hintVictim, "user": hintVictim, "employee": hintVictim, "message-id": hintVictim, "author": hintVictim, "delivered-to": hintVictim,

	"imphash": hintImphash, "imphashes": hintImphash, "import-hash": hintImphash, "ja3": hintJA3, "ja3s": hintJA3, "ja3_hash": hintJA3, "tlsh": hintTLSH,
	"md5": hintMD5, "md5s": hintMD5, "sha1": hintSHA1, "sha-1": hintSHA1, "sha256": hintSHA256, "sha-256": hintSHA256, "sha2": hintSHA256, "sha512": hintSHA512, "sha-512": hintSHA512,
	"mutex": hintMutex, "mutexes": hintMutex, "mutant": hintMutex, "mutants": hintMutex, "mutexname": hintMutex,
}

// word remembers a word that says what follows it.
func (h *hints) word(w string, at int) {
	if len(w) > 24 {
		return
	}
	var b [24]byte
	for i := range len(w) {
		b[i] = lower(w[i])
	}
	if k, ok := hintWords[string(b[:len(w)])]; ok {
		h.last[k] = at + 1
	} else if len(w) > 7 && string(b[len(w)-7:len(w)]) == "version" {
		h.last[hintVersion] = at + 1
	}
}

// near tells whether a hint stood between low and at.
func (h *hints) near(k hint, low, at int) bool { return h.last[k] > low && h.last[k] <= at+1 }

// hash gives the hint on the line that names a kind of hash, the last one.
func (h *hints) hash(at int) hint {
	best := hintNone
	for k := hintImphash; k <= hintSHA512; k++ {
		if h.last[k] > h.line && h.last[k] <= at+1 && (best == hintNone || h.last[k] > h.last[best]) {
			best = k
		}
	}
	if best == hintNone && h.heading >= hintImphash && h.heading <= hintSHA512 {
		return h.heading
	}
	return best
}

// says tells whether the line, or else the heading above it, has the hint k and
// not later the hint other.
func (h *hints) says(k, other hint) bool {
	if h.last[k] > h.line || h.last[other] > h.line {
		return h.last[k] > h.line && h.last[k] > h.last[other]
	}
	return h.heading == k
}

// newest gives the hint of the line that stands last in it.
func (h *hints) newest() hint {
	best := hintNone
	for k := hintNone + 1; k < hintCount; k++ {
		if h.last[k] > h.line && (best == hintNone || h.last[k] > h.last[best]) {
			best = k
		}
	}
	return best
}

// length gives the digits of the kind of hash that the line names, or 0.
func (h *hints) length(at int) int {
	switch h.hash(at) {
	case hintMD5, hintImphash, hintJA3:
		return 32
	case hintSHA1:
		return 40
	case hintSHA256:
		return 64
	case hintSHA512:
		return 128
	}
	return 0
}
