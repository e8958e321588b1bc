package privacy

import "testing"

// Names that a title, a role or a label announces.
func TestUnitAnnouncedNames(t *testing.T) {
	verdicts(t, []verdict{
		{"Mr. Castellano called", "person=Mr. Castellano"},
		{"Dr. Hohenstein and Prof. Liu answered", "person=Dr. Hohenstein; person=Prof. Liu"},
		{"Frau Dr. Waltraud Kessler klickte", "person=Frau Dr. Waltraud Kessler"},
		{"Mme Ginette Rousseau", "person=Mme Ginette Rousseau"},
		{"el Sr. Eusebio Carranza", "person=Sr. Eusebio Carranza"},
		{"la Sig.ra Bellini", "person=Sig.ra Bellini"},
		{"pani Halina Wróbel", "person=pani Halina Wróbel"},
		{"nurse Abigail Ferris opened it", "person=Abigail Ferris"},
		{"our accountant Xandrine Qvist", "person=Xandrine Qvist"},
		{"Kundin Roswitha Baum meldete", "person=Roswitha Baum"},
		{"la clienta y su contable Maribel Ortega", "person=Maribel Ortega"},
		{"klientka Grażyna Pawlak", "person=Grażyna Pawlak"},
		{"потерпевшая Козлова Людмила Сергеевна", "person=Козлова Людмила Сергеевна"},
		{"victim: Ludmila Horáková", "person=Ludmila Horáková"},
		{"Reporter: Yolanda Pruitt", "person=Yolanda Pruitt"},
		{"full name: Ewan McAllister", "person=Ewan McAllister"},
		{"Cardholder Name: Norma Feld", "person=Norma Feld"},
		{"my name is Ravi Menon", "person=Ravi Menon"},
		{"ich bin Friederike Ott", "person=Friederike Ott"},
		{"je suis Thibault Chevallier", "person=Thibault Chevallier"},
		{"me llamo Rocío Villanueva", "person=Rocío Villanueva"},
		{"mi chiamo Ludovica Bellini", "person=Ludovica Bellini"},
		{"Felix from IT saw it", "person=Felix"},
		{"Dear Oluwaseun,", "person=Oluwaseun"},
		{"Sehr geehrte Frau Schuster,", "person=Frau Schuster"},
		{"Margit Olsen (54) lost money", "person=Margit Olsen; age=54"},
		{"grandpa Gerrit paid", "person=grandpa Gerrit"},
		{"her daughter Sofie was contacted", "person=Sofie"},
		{"reported by Luc Ferrand", "person=Luc Ferrand"},
		{"spoke with bettina schulze today", "person=bettina schulze"},
		{"Kind regards,\nAlistair Crane\nService Desk", "person=Alistair Crane"},
		{"Mit freundlichen Grüßen\nKarla Obermaier", "person=Karla Obermaier"},
	})
}

// Surnames of several words, joined ones, initials.
func TestUnitShapesOfNames(t *testing.T) {
	verdicts(t, []verdict{
		{"victim Anna Keller-Vogt", "person=Anna Keller-Vogt"},
		{"victim Jean-Luc Moreau", "person=Jean-Luc Moreau"},
		{"victim Joke van den Heuvel", "person=Joke van den Heuvel"},
		{"victim Joaquim Ferreira da Silva", "person=Joaquim Ferreira da Silva"},
		{"victim Maria de la Cruz", "person=Maria de la Cruz"},
		{"victim Saoirse O'Sullivan", "person=Saoirse O'Sullivan"},
		{"victim Robert J. Castellan", "person=Robert J. Castellan"},
		{"victim R. Castellan", "person=R. Castellan"},
		{"victim ANNA KELLER", "person=ANNA KELLER"},
		{"victim Ewan McAllister", "person=Ewan McAllister"},
		{"victim Ludwig von Thalberg", "person=Ludwig von Thalberg"},
	})
}

// What is called after a person is no person.
func TestUnitThingsWithNames(t *testing.T) {
	verdicts(t, []verdict{
		{"the Morris worm spread", ""},
		{"the Martin Luther King High School was hit", ""},
		{"Johns Hopkins University and Wells Fargo", ""},
		{"St. Thomas Hospital", ""},
		{"Hurricane Katrina lures", ""},
		{"the Robin Banks kit", ""},
		{"Operation Emma", ""},
		{"Charming Kitten and Fancy Bear", ""},
		{"Emotet, Melissa and Michelangelo", ""},
		{"Jenkins, Hudson and Tomcat", ""},
		{"Ernst & Young", ""},
		{"Cities hit: Jackson, Charlotte, Madison.", ""},
		{"In May and June, Will and Grace", ""},
		{"Mark the alert. Chase the lead. Rob the bank.", ""},
		{"rule Loader_Rosa", ""},
		{"anna-bell.example and rosa.example", ""},
		{"http://evil.example/Anna/Keller", ""},
		{"C:\\Anna\\Keller.exe", ""},
		{"Agent Tesla", ""},
		{"John the Ripper", ""},
		{"Mutex: Igor", ""},
		{"BlackCat, LockBit and Conti", ""},
		{"The Carter Group and Austin Logistics Ltd", ""},
		{"Visual Basic, Active Directory, Cobalt Strike", ""},
	})
}

// The attacker's names stay, the doubtful ones wait.
func TestUnitSidesOfNames(t *testing.T) {
	verdicts(t, []verdict{
		{`persona "Dr. Susan Whitlock"`, ""},
		{`alias "Tommy Lee"`, ""},
		{`he said he was "Officer James Porter"`, ""},
		{"the scammer Brian Hughes wrote", ""},
		{"Registrant Name: Ivan Drago", ""},
		{"the suspect Igor Lebedenko", "?person=Igor Lebedenko"},
		{"defendant Gregor Malinov was indicted", "?person=Gregor Malinov"},
		{"Judge Marian Whitfield", "?person=Marian Whitfield"},
		{"author: Nora Feldman", "?person=Nora Feldman"},
		{"vulnerability discovered by Minh Tran", "?person=Minh Tran"},
		{"the scammer called Philippa Thornton", "person=Philippa Thornton"},
		{"attacker phished accountant Nigel Ashworth", "person=Nigel Ashworth"},
		{"the angry analyst Tuuli Saarinen", "person=Tuuli Saarinen"},
	})
}

// loose tells words of prose from parts of identifiers.
func TestUnitLoose(t *testing.T) {
	for in, want := range map[string]bool{
		"Anna": true, "Anna.": true, "(Anna)": true, "\"Anna\"": true, "Anna,": true, "Anna's": true, "Anna@": false, "Anna/x": false, "Anna\\x": false, "Anna=1": false, "Anna%20": false, "Anna.Keller": false, "A.Keller": true, "anna(": true, "anna(1)": false,
	} {
		if got := segmentFor(in); got.loose(firstWord(got)) != want {
			t.Errorf("%q: loose is %v", in, !want)
		}
	}
}

func firstWord(t *text) int {
	for i := range t.toks {
		if t.toks[i].kind == word {
			return i
		}
	}
	return -1
}

// A name's end: not over a line, a comma, a word without capital, or five words.
func TestUnitExtent(t *testing.T) {
	for in, want := range map[string]string{
		"Anna": "Anna", "Anna Keller went": "Anna Keller", "Anna\nKeller": "Anna", "Anna, Keller": "Anna", "Anna van der Berg": "Anna van der Berg", "Anna J. Keller": "Anna J. Keller", "J. Keller": "J. Keller", "Anna Keller-Vogt": "Anna Keller-Vogt",
		"Anna Bert Carl Dirk Egon Fritz": "Anna Bert Carl Dirk Egon", "Anna d'Angelo": "Anna d'Angelo", "Anna Windows": "Anna", "Anna de": "Anna", "Anna.Keller": "Anna",
	} {
		tx := segmentFor(in)
		j, n := tx.extent(0)
		if got := in[:tx.toks[j].end]; got != want || n < 1 || n > 5 {
			t.Errorf("%q ends after %q (%d words), want %q", in, got, n, want)
		}
	}
}

// Once named, a person is the same one through the text, also by one word of the name.
func TestUnitSamePerson(t *testing.T) {
	for in, want := range map[string]string{
		"victim Anna Keller paid. Keller called. Anna cried.":              "victim [person-1] paid. [person-1] called. [person-1] cried.",
		"victim Anna Keller and victim Tobias Wren; Wren phoned Keller":    "victim [person-1] and victim [person-2]; [person-2] phoned [person-1]",
		"Dear Mr. Castellano, Castellano's account":                        "Dear [person-1], [person-1]'s account",
		"受害者王小明报警，王小明说":                                                    "受害者[person-1]报警，[person-1]说",
		"victim Anna Keller used http://evil.example/login?u=keller there": "victim [person-1] used http://evil.example/login?u=[person-1] there",
	} {
		if got := Scrub(in, New().Text(in)); got != want {
			t.Errorf("%q\n  became %s\n  want   %s", in, got, want)
		}
	}
}
