package validate

// vocabularies are the open vocabularies (-ov) and enumerations (-enum) of STIX
// 2.1 section 10, from shared/facts/stix21-tables.json.
var vocabularies = map[string]string{
	"account-type-ov":                    "facebook ldap nis openid radius skype tacacs twitter unix windows-domain windows-local",
	"attack-motivation-ov":               "accidental coercion dominance ideology notoriety organizational-gain personal-gain personal-satisfaction revenge unpredictable",
	"attack-resource-level-ov":           "club contest government individual organization team",
	"encryption-algorithm-enum":          "AES-256-GCM ChaCha20-Poly1305 mime-type-indicated",
	"extension-type-enum":                "new-sco new-sdo new-sro property-extension toplevel-property-extension",
	"grouping-context-ov":                "malware-analysis suspicious-activity unspecified",
	"hash-algorithm-ov":                  "MD5 SHA-1 SHA-256 SHA-512 SHA3-256 SHA3-512 SSDEEP TLSH",
	"identity-class-ov":                  "class group individual organization system unknown",
	"implementation-language-ov":         "applescript bash c c# c++ go java javascript lua objective-c perl php powershell python ruby rust scala swift typescript visual-basic x86-32 x86-64",
	"indicator-type-ov":                  "anomalous-activity anonymization attribution benign compromised malicious-activity unknown",
	"industry-sector-ov":                 "aerospace agriculture automotive chemical commercial communications construction dams defense education emergency-services energy entertainment financial-services government government-local government-national government-public-services government-regional healthcare hospitality-leisure infrastructure insurance legal manufacturing mining non-profit nuclear pharmaceuticals retail technology telecommunications transportation utilities water",
	"infrastructure-type-ov":             "amplification anonymization botnet command-and-control control-system exfiltration firewall hosting-malware hosting-target-lists phishing reconnaissance routers-switches staging unknown workstation",
	"malware-capabilities-ov":            "accesses-remote-machines anti-debugging anti-disassembly anti-emulation anti-memory-forensics anti-sandbox anti-vm captures-input-peripherals captures-output-peripherals captures-system-state-data cleans-traces-of-infection commits-fraud communicates-with-c2 compromises-data-availability compromises-data-integrity compromises-system-availability controls-local-machine degrades-security-software degrades-system-updates determines-c2-server emails-spam escalates-privileges evades-av exfiltrates-data fingerprints-host hides-artifacts hides-executing-code infects-files infects-remote-machines installs-other-components persists-after-system-reboot prevents-artifact-access prevents-artifact-deletion probes-network-environment self-modifies steals-authentication-credentials violates-system-operational-integrity",
	"malware-result-ov":                  "benign malicious suspicious unknown",
	"malware-type-ov":                    "adware backdoor bootkit bot ddos downloader dropper exploit-kit keylogger ransomware remote-access-trojan resource-exploitation rogue-security-software rootkit screen-capture spyware trojan unknown virus webshell wiper worm",
	"network-socket-address-family-enum": "AF_APPLETALK AF_BTH AF_INET AF_INET6 AF_IPX AF_IRDA AF_NETBIOS AF_UNSPEC",
	"network-socket-type-enum":           "AF_ISOCK_DGRAMNET SOCK_RAW SOCK_RDM SOCK_SEQPACKET SOCK_STREAM",
	"opinion-enum":                       "agree disagree neutral strongly-agree strongly-disagree",
	"pattern-type-ov":                    "pcre sigma snort stix suricata yara",
	"processor-architecture-ov":          "alpha arm ia-64 mips powerpc sparc x86 x86-64",
	"region-ov":                          "africa americas antarctica asia australia-new-zealand caribbean central-america central-asia eastern-africa eastern-asia eastern-europe europe latin-america-caribbean melanesia micronesia middle-africa northern-africa northern-america northern-europe oceania polynesia south-america south-eastern-asia southern-africa southern-asia southern-europe western-africa western-asia western-europe",
	"report-type-ov":                     "attack-pattern campaign identity incident indicator intrusion-set malware observed-data threat-actor threat-report tool vulnerability",
	"threat-actor-role-ov":               "agent director independent infrastructure-architect infrastructure-operator malware-author sponsor",
	"threat-actor-sophistication-ov":     "advanced expert innovator intermediate minimal none strategic",
	"threat-actor-type-ov":               "activist competitor crime-syndicate criminal hacker insider-accidental insider-disgruntled nation-state private-sector sensationalist spy terrorist unknown",
	"tool-type-ov":                       "credential-exploitation denial-of-service exploitation information-gathering network-capture remote-access unknown vulnerability-scanning",
	"windows-integrity-level-enum":       "high low medium system",
	"windows-pebinary-type-ov":           "dll exe sys",
	"windows-registry-datatype-enum":     "REG_BINARY REG_DWORD REG_DWORD_BIG_ENDIAN REG_DWORD_LITTLE_ENDIAN REG_EXPAND_SZ REG_FULL_RESOURCE_DESCRIPTION REG_INVALID_TYPE REG_LINK REG_MULTI_SZ REG_NONE REG_QWORD REG_RESOURCE_LIST REG_RESOURCE_REQUIREMENTS_LIST REG_SZ",
	"windows-service-start-type-enum":    "SERVICE_AUTO_START SERVICE_BOOT_START SERVICE_DEMAND_START SERVICE_DISABLED SERVICE_SYSTEM_ALERT",
	"windows-service-status-enum":        "SERVICE_CONTINUE_PENDING SERVICE_PAUSED SERVICE_PAUSE_PENDING SERVICE_RUNNING SERVICE_START_PENDING SERVICE_STOPPED SERVICE_STOP_PENDING",
	"windows-service-type-enum":          "SERVICE_FILE_SYSTEM_DRIVER SERVICE_KERNEL_DRIVER SERVICE_WIN32_OWN_PROCESS SERVICE_WIN32_SHARE_PROCESS",
}

// relationships are the suggested relationships (STIX 2.1 appendix B), from
// shared/facts/stix21-tables.json: source, kind, targets. * is every observable.
var relationships = map[string]map[string]string{
	"attack-pattern":   {"delivers": "malware", "targets": "identity location vulnerability", "uses": "malware tool"},
	"campaign":         {"attributed-to": "intrusion-set threat-actor", "compromises": "infrastructure", "originates-from": "location", "targets": "identity location vulnerability", "uses": "attack-pattern infrastructure malware tool"},
	"course-of-action": {"investigates": "indicator", "mitigates": "attack-pattern indicator malware tool vulnerability", "remediates": "malware vulnerability"},
	"domain-name":      {"resolves-to": "domain-name ipv4-addr ipv6-addr"},
	"identity":         {"located-at": "location"},
	"indicator":        {"based-on": "observed-data", "indicates": "attack-pattern campaign infrastructure intrusion-set malware threat-actor tool"},
	"infrastructure":   {"communicates-with": "domain-name infrastructure ipv4-addr ipv6-addr url", "consists-of": "* infrastructure observed-data", "controls": "infrastructure malware", "delivers": "malware", "has": "vulnerability", "hosts": "malware tool", "located-at": "location", "uses": "infrastructure"},
	"intrusion-set":    {"attributed-to": "threat-actor", "compromises": "infrastructure", "hosts": "infrastructure", "originates-from": "location", "owns": "infrastructure", "targets": "identity location vulnerability", "uses": "attack-pattern infrastructure malware tool"},
	"ipv4-addr":        {"belongs-to": "autonomous-system", "resolves-to": "mac-addr"},
	"ipv6-addr":        {"belongs-to": "autonomous-system", "resolves-to": "mac-addr"},
	"malware":          {"authored-by": "intrusion-set threat-actor", "beacons-to": "infrastructure", "communicates-with": "domain-name ipv4-addr ipv6-addr url", "controls": "malware", "downloads": "file malware tool", "drops": "file malware tool", "exfiltrates-to": "infrastructure", "exploits": "vulnerability", "originates-from": "location", "targets": "identity infrastructure location vulnerability", "uses": "attack-pattern infrastructure malware tool", "variant-of": "malware"},
	"malware-analysis": {"av-analysis-of": "malware", "characterizes": "malware", "dynamic-analysis-of": "malware", "static-analysis-of": "malware"},
	"threat-actor":     {"attributed-to": "identity", "compromises": "infrastructure", "hosts": "infrastructure", "impersonates": "identity", "located-at": "location", "owns": "infrastructure", "targets": "identity location vulnerability", "uses": "attack-pattern infrastructure malware tool"},
	"tool":             {"delivers": "malware", "drops": "malware", "has": "vulnerability", "targets": "identity infrastructure location vulnerability", "uses": "infrastructure"},
}

// countries are the alpha-2 codes of ISO 3166-1, and the three that it reserves
// for use by everyone who needs them (eu, uk, xk).
const countries = " ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz" +
	" de dj dk dm do dz ec ee eg eh er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp" +
	" ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om" +
	" pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz" +
	" ua ug uk um us uy uz va vc ve vg vi vn vu wf ws xk ye yt za zm zw "
