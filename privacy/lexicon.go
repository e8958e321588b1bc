package privacy

import (
	_ "embed" // the word lists
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// flags are the classes of a word.
type flags uint64

const (
	fGiven flags = 1 << iota
	fSurname
	fWeak     // a given name that is also a word of the trade
	fTitle    // stands before a name
	fRole     // what a person who isn't part of the attack is called
	fVictim   // speaks for the victim's side
	fAttacker // speaks for the attacker's side
	fDoubt    // speaks for somebody about whom a person must decide
	fFrom     // a preposition of origin
	fTo       // a preposition of direction
	fReply    // with a preposition of direction, the attacker's end
	fParticle // stands inside a surname
	fVerb     // what a person does
	fKin
	fMeet // stands before a person's name in prose, greetings and farewells
	fDear
	fBye
	fStop  // begins no name
	fThing // makes a thing of a name
	fBuiltin
	fUser
	fSecret
	fPhone
	fCall // a number to be called
	fBirth
	fID
	fEmployee
	fMedical
	fHealth
	fCard
	fBank
	fAddress
	fStreet
	fAge
	fDevice
	fIMEI
	fHome
	fLetter      // a mail or message
	fNoun        // what a value of these kinds is called, between a preposition and the value
	fGeo         // an exact position
	fGeneric     // a role word that also stands before other words than names
	fAct         // what a person does at a desk
	fWeakSurname // a surname that is also a word
	fPoss        // whose it is
	fUse         // what an attacker does with what is his
	fSeen        // what somebody did with a report, before by
	fPart        // a label of a part of a name: lastName
	fOrg         // a department: "Felix from IT"
	fNamed       // set on tokens of a name that was found
	fAnyName     = fGiven | fSurname

	// fLabels are the classes that a part of a property's name gives to all of it.
	fLabels = fRole | fVictim | fAttacker | fUser | fSecret | fPhone | fBirth | fID | fIMEI | fCard | fBank | fGeo
)

// classes names the flags in words.txt.
var classes = map[string]flags{
	"title": fTitle, "role": fRole, "victim": fVictim, "attacker": fAttacker, "doubt": fDoubt, "from": fFrom, "to": fTo, "to2": fReply,
	"particle": fParticle, "verb": fVerb, "kin": fKin, "meet": fMeet, "dear": fDear, "bye": fBye, "stop": fStop, "thing": fThing, "builtin": fBuiltin,
	"user": fUser, "secret": fSecret, "phone": fPhone, "call": fCall, "birth": fBirth, "id": fID, "employee": fEmployee, "medical": fMedical,
	"health": fHealth, "card": fCard, "bank": fBank, "address": fAddress, "street": fStreet, "age": fAge, "device": fDevice, "imei": fIMEI, "home": fHome, "org": fOrg, "part": fPart, "letter": fLetter, "noun": fNoun, "seen": fSeen, "use": fUse, "poss": fPoss, "act": fAct, "weaksurname": fWeakSurname, "generic": fGeneric, "geo": fGeo,
}

//go:embed lexicon/given.txt
var givenNames string

//go:embed lexicon/surnames.txt
var surnames string

//go:embed lexicon/weak.txt
var weakNames string

//go:embed lexicon/words.txt
var wordList string

// readLexicon makes one table of all lists.
func readLexicon() map[string]flags {
	words := make(map[string]flags, 8192)
	add := func(list string, f flags) {
		for line := range strings.Lines(list) {
			if strings.HasPrefix(line, "#") {
				continue
			}
			for w := range strings.FieldsSeq(line) {
				words[w] |= f
			}
		}
	}
	add(givenNames, fGiven)
	add(surnames, fSurname)
	add(weakNames, fGiven|fWeak)
	for line := range strings.Lines(wordList) {
		if class, list, ok := strings.Cut(line, ": "); ok && line[0] != '#' {
			add(list, classes[class])
		}
	}
	return words
}

// maxWord is the longest word that is looked up, in bytes after folding.
const maxWord = 32

// look gives the classes of a word as it stands in a text.
func (g *Gate) look(w string) flags {
	if len(w) > 2*maxWord {
		return 0
	}
	var buf [2 * maxWord]byte
	n := 0
	for i := range len(w) {
		c := w[i]
		switch {
		case c >= 0x80:
			return g.words[fold(w)]
		case c == '_':
			continue
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		}
		buf[n] = c
		n++
	}
	if f := g.words[string(buf[:n])]; f != 0 || n == len(w) {
		return f
	}
	var f flags
	for p := range strings.SplitSeq(w, "_") { // victim_email, event_creator
		if len(p) < len(w) {
			f |= g.look(p) & fLabels
		}
	}
	return f
}

// letters that do not decompose.
var plainLetters = strings.NewReplacer("ß", "ss", "ø", "o", "ł", "l", "đ", "d", "æ", "ae", "œ", "oe", "þ", "th", "ð", "d", "ı", "i", "_", "")

// fold brings a word to the form of the lists: lower case, without accents.
func fold(w string) string {
	ascii := true
	for i := range len(w) {
		if w[i] >= 0x80 || w[i] == '_' {
			ascii = false
			break
		}
	}
	if ascii {
		return strings.ToLower(w)
	}
	w = strings.ToLower(w)
	latin := false
	for _, r := range w {
		latin = latin || r >= 0xc0 && r < 0x250 || r >= 0x1e00 && r < 0x1f00 || r == '_' || r >= 0x300 && r < 0x370
	}
	if !latin {
		return w
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(w) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return plainLetters.Replace(b.String())
}
