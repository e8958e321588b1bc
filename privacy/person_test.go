package privacy

import "testing"

// People who are not part of an attack, as reports in several languages name them.
func TestPersons(t *testing.T) {
	g := New()
	for _, s := range []string{
		"Mr. ⟦r:Terence Oduya⟧ phoned the desk at noon.",
		"The accountant ⟦r:Birgit Halvorsen⟧ opened the attachment; her colleague ⟦r:Ola Nyhus⟧ did not.",
		"⟦r:Priya Raman⟧ from HR reported the mail.",
		"Our receptionist, Ms ⟦r:Danuta Krol⟧, typed her password.",
		"Dear ⟦r:Gwendolyn⟧,\nyour parcel is waiting.",
		"please look into this\n\nKind regards\n⟦r:Marek Zielonka⟧",
		"spoke with ⟦r:thomas wilcox⟧ this morning",
		"reported by ⟦r:Aisha Rahmani⟧ on Monday",
		"Grandma ⟦r:Hetty⟧ got a call from her bank.",
		"patient ⟦r:Dolores Quintana⟧, MRN ⟦r:8841207⟧, dx ⟦r:type 2 diabetes⟧",
		"Die Buchhalterin ⟦r:Annegret Sommerfeld⟧ klickte auf ⟦k:http://rechnung-post.example/a⟧.",
		"Frau ⟦r:Dr. Ulrike Tannhauser⟧ hat die Datei geöffnet.",
		"Sehr geehrter Herr ⟦r:Baumgartl⟧,",
		"Geschädigter ist Herr ⟦r:Yusuf Demirel⟧, geb. ⟦r:14.02.1961⟧.",
		"La comptable ⟦r:Mathilde Perrault⟧ a ouvert la pièce jointe.",
		"M. ⟦r:Jean-Yves Kerbrat⟧ a reçu un SMS de ⟦k:+33 700 555 012⟧ (escroc).",
		"El paciente ⟦r:Joaquín Ybarra Soto⟧ recibió un correo de ⟦k:avisos@seg-social.example⟧.",
		"La signora ⟦r:Ornella Bassani⟧ ha cliccato il link.",
		"Medewerker ⟦r:Joost van den Heuvel⟧ ontving een mail van ⟦k:info@pakket-nl.example⟧.",
		"Pracownica ⟦r:Agnieszka Wilk⟧ otworzyła załącznik.",
		"A funcionária ⟦r:Lívia Monteiro⟧ clicou no link.",
		"Сотрудница ⟦r:Ирина Вакулова⟧ открыла письмо.",
		"الموظف ⟦r:خالد السالمي⟧ فتح المرفق.",
		"客户⟦r:张晓明⟧的电话⟦r:13800138000⟧",
		"被害者の⟦r:山本健太⟧さんに電話があった。",
		"피해자 ⟦r:박서연⟧ 씨가 링크를 눌렀다.",
		"Requester: ⟦r:Colm Gallagher⟧",
		"Hi ⟦r:Nia⟧, can you check the gateway?",
		"⟦r:Gus⟧ clicked it, then ⟦r:Nadia⟧ reported it.",
		"Complainant ⟦r:Mrs. Edna Whitcombe⟧, ⟦r:79⟧, lives at ⟦r:17 Harrow Lane, Leeds LS6 2AB⟧.",
	} {
		check(t, g, s)
	}
}

// Names that are no person's, and people who are part of the attack.
func TestNamesThatStay(t *testing.T) {
	g := New()
	for _, s := range []string{
		"The Morris worm and the Luhn algorithm are older than Emotet.",
		"Fancy Bear and Wizard Spider used Cobalt Strike.",
		"⟦k:Hurricane Katrina⟧ donations were the theme of the lure.",
		"Persona \"⟦k:Dr. Alan Mercer⟧\" wrote from ⟦k:a.mercer@clinic-grants.example⟧.",
		"The fake recruiter ⟦k:Emily Stone⟧ offered a job.",
		"posing as ⟦k:Robert Klein⟧ of the tax office",
		"Registrant: ⟦k:Peter Black⟧, ⟦k:pblack77@mailbox.example⟧",
		"alias ⟦k:Viktor K⟧, handle ⟦k:darkvik⟧",
		"Windows Defender flagged it on Monday; Microsoft Office was patched in April.",
		"Johns Hopkins University and the Charlotte Hospital were named in the list.",
		"Madison, Jackson and Austin were the cities with most infections.",
		"Der angebliche Anwalt ⟦k:Dr. Stefan Reuter⟧ verlangte Geld.",
		"Le faux conseiller ⟦k:Julien Moreau⟧ appelait depuis un numéro masqué.",
		"Built with Jenkins by the Hudson pipeline, signed by Adobe Systems.",
		"Operation Ghost Click and the Sandworm Team",
	} {
		check(t, g, s)
	}
}

// People about whom somebody has to decide.
func TestNamesHeld(t *testing.T) {
	g := New()
	for _, s := range []string{
		"The suspect ⟦h:Gerald Fitch⟧ was arrested in May.",
		"Defendant ⟦h:Oksana Marchenko⟧ pleaded not guilty.",
		"The order was signed by Judge ⟦h:Walter Prescott⟧.",
		"rule author: ⟦h:Florian Roth-Lindner⟧",
		"Der Beschuldigte ⟦h:Jens Kruger⟧ wurde festgenommen.",
		"discovered by researcher ⟦h:Claire Dubois⟧",
	} {
		check(t, g, s)
	}
}
