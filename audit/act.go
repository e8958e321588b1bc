package audit

import (
	"strings"
)

// Act is what was done, in words of the program.
type Act string

// The acts that are recorded.
const (
	File         Act = "file"
	Recall       Act = "recall"
	LookHeld     Act = "look at held passage"
	Release      Act = "release held passage"
	Remove       Act = "remove held passage"
	Consent      Act = "consent to be named"
	Trust        Act = "trust a source"
	MemberAdd    Act = "add member"
	MemberRemove Act = "remove member"
	KeyAdd       Act = "add key"
	KeyRemove    Act = "remove key"
	KeyRotate    Act = "rotate key"
	GroupAdd     Act = "add group"
	GroupRemove  Act = "remove group"
	GroupJoin    Act = "put into group"
	GroupLeave   Act = "take out of group"
	Export       Act = "export audit record"

	PersonInvite Act = "invite person"
	PersonRemove Act = "remove person"
	PersonRole   Act = "change role of person"
	PersonLink   Act = "make sign-in link"
	PersonName   Act = "change own name"
	FactorChange Act = "change way to sign in"
	SignIn       Act = "sign in"
	SignOut      Act = "sign out"
	SessionEnd   Act = "end session"
	StepUp       Act = "prove identity"

	Ask     Act = "ask for second person"
	Approve Act = "approve as second person"
	Refuse  Act = "refuse as second person"
)

// Acts gives all acts, in the order in which pages list them.
func Acts() []Act {
	return []Act{File, Recall, LookHeld, Release, Remove, Consent, Trust, MemberAdd, MemberRemove, KeyAdd, KeyRemove, KeyRotate, GroupAdd, GroupRemove, GroupJoin, GroupLeave, Export,
		PersonInvite, PersonRemove, PersonRole, PersonLink, PersonName, FactorChange, SignIn, SignOut, SessionEnd, StepUp, Ask, Approve, Refuse}
}

// Ref gives a reference as the record keeps it, and "" for every other text: a
// value that somebody typed where an identifier belongs, such as a mailbox, must
// not get into a record that is never erased. References are "WORD NUMBER"
// (member 5, key 12, entry 44), WORD-NUMBER (report-44), held-HEX and STIX
// identifiers (TYPE--UUID).
func Ref(s string) string {
	if word, number, ok := strings.Cut(s, " "); ok {
		return keep(s, isWord(word) && isNumber(number))
	}
	if typ, uuid, ok := strings.Cut(s, "--"); ok {
		return keep(s, isWord(strings.ReplaceAll(typ, "-", "")) && isUUID(uuid))
	}
	word, rest, ok := strings.Cut(s, "-")
	return keep(s, ok && (isWord(word) && isNumber(rest) || word == "held" && len(rest) == 16 && only(rest, hexDigits)))
}

const (
	digits    = "0123456789"
	hexDigits = digits + "abcdef"
	letters   = "abcdefghijklmnopqrstuvwxyz"
)

func keep(s string, yes bool) string {
	if yes {
		return s
	}
	return ""
}

func only(s, chars string) bool { return s != "" && strings.Trim(s, chars) == "" }

func isWord(s string) bool   { return len(s) <= 30 && only(s, letters+digits) }
func isNumber(s string) bool { return len(s) <= 19 && only(s, digits) }

func isUUID(s string) bool {
	return len(s) == 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-' && only(strings.ReplaceAll(s, "-", ""), hexDigits) && strings.Count(s, "-") == 4
}
