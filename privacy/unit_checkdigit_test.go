package privacy

import (
	"strings"
	"testing"
)

// Each check: numbers that pass, and the same numbers with one digit or letter
// changed, which are others' order numbers and builds.
func TestUnitChecks(t *testing.T) {
	for name, c := range map[string]struct {
		check func(string) bool
		good  string
		bad   string
	}{
		"luhn":           {luhn, "4532015112830366 378282246310005 0 18", "4532015112830367 378282246310006 1 19"},
		"card":           {cardNumber, "4532015112830366 5499995123456780 378282246310005 6011111111111232 2223003122003222 30569309025904 6212345678901232 4222222222222 3530111333300000", "4532015112830361 5499995123456781 378282246310001 1234567890123452 453201511283 45320151128303660000 9999999999999995 7000000000000005"},
		"ssn":            {ssn, "078051120 219099999 665015555 667015555", "000121234 666121234 900121234 123001234 123450000 12345678 1234567890"},
		"german tax":     {mod11_10, "86095742719 47036898160", "86095742718 47036898161 86095742791"},
		"bsn":            {bsn, "123456782 192837461 111222333", "123456783 192837462 000000000 12345678"},
		"pesel":          {pesel, "82051278461 93021566309 44051401359", "82051278462 93021566308 44051401358 8205127846 82131278460"},
		"cpf":            {cpf, "27182845954 31415926590 52998224725", "27182845955 31415926591 11111111111 2718284595"},
		"personnummer":   {personnummer, "8112289874 6408233234 198112289874", "8112289875 6408233235 8113289874 198112289875 811228987"},
		"norwegian":      {norwegian, "15078412302 01018531255 12079045657", "15078412303 01018531256 35078412302 1507841230"},
		"nir":            {nir, "284067511402315 153056912304580", "284067511402316 153056912304581 384067511402315 28406751140231"},
		"belgian":        {belgian, "85073003328", "85073003329 85133003328 8507300332"},
		"ahv":            {ahv, "7569217586439 7569217076985", "7569217586438 7559217586439 756921758643"},
		"chinese":        {chinese, "11010519830712362X 11010519830712362x 310115199103040018", "110105198307123620 310115199103040017 310115199113040018 31011519910304001 31011519910304001A"},
		"dni":            {dni, "48215973S 00000000T X4821597S X1234567L", "48215973A 00000000R X4821597T 4821597S A1234567L 48215973"},
		"codice fiscale": {codiceFiscale, "MRNGLI84H52F205Q BNCLCU71D08H501O RSSMRA80A01H501U", "MRNGLI84H52F205R BNCLCU71D08H501P MRNGLI84H52F205 MRNGL184H52F205Q"},
		"nino":           {nino, "AB123456C JG103759A", "DA123456C QQ123456C AO123456C AB123456E AB12345C 12123456C AB1234567"},
		"hetu":           {hetu, "120585-4120 131052-308T", "120585-4121 131052-308U 321052-308T 131352-308T 131052308T"},
		"aadhaar":        {aadhaar, "548291370641 234567890124", "548291370642 234567890123 134567890124 54829137064 548291370614"},
		"iban": {iban, "DE12500105170648489890 FR1420041010050500013M02606 ES9121000418450200051332 IT60X0542811101000000123456 NL20INGB0001234567 PT50000201231234567890154 PL61109010140000071219812874 SE4550000000058398257466 TR330006100519786457841326 GR1601101250000000012300695 AT611904300234573201 CH9300762011623852957 BE68539007547034 GB15MIDL40051512345678 DK5000400440116243 NO9386011117947 FI2112345600000785 IE29AIBK93115212345678 CZ6508000000192000145399",
			"DE12500105170648489891 FR1420041010050500013M02607 ES9121000418450200051333 IT60X0542811101000000123457 NL20INGB0001234568 PT50000201231234567890155 PL61109010140000071219812875 SE4550000000058398257467 TR330006100519786457841327 AT611904300234573202 CH9300762011623852958 BE68539007547035 GB15MIDL40051512345679 DK5000400440116244 NO9386011117948 XX12500105170648489890 DE1250010517064848989 DE12500105170648489890X DE1250010517064848-890"},
	} {
		for n := range strings.FieldsSeq(c.good) {
			if !c.check(n) {
				t.Errorf("%s: %s is one", name, n)
			}
		}
		for n := range strings.FieldsSeq(c.bad) {
			if c.check(n) {
				t.Errorf("%s: %s is none", name, n)
			}
		}
	}
}

// No check may fall over what is empty, short or not of digits.
func TestUnitChecksOfAnything(t *testing.T) {
	for _, s := range []string{"", "0", "X", "  ", "-", "12345678-", "ABCDEFGHIJKLMNOPQR", "０１２３４５６７８９", "\xff\xff\xff\xff\xff\xff\xff\xff\xff"} {
		if iban(s) || cardNumber(strings.Repeat("0", len(s))) || dni(s) || codiceFiscale(s) || nino(s) || hetu(s) || chinese(s) {
			t.Errorf("%q is a person's number", s)
		}
	}
}

// Two neighbours swapped, the commonest mistake of typing, is seen by each check
// that promises it.
func TestUnitSwappedDigits(t *testing.T) {
	for name, c := range map[string]struct {
		check func(string) bool
		n     string
	}{"aadhaar": {aadhaar, "548291370641"}, "bsn": {bsn, "192837461"}, "cpf": {cpf, "27182845954"}, "norwegian": {norwegian, "12079045657"}, "german": {mod11_10, "86095742719"}} {
		for i := 1; i < len(c.n); i++ {
			if c.n[i] == c.n[i-1] {
				continue
			}
			b := []byte(c.n)
			b[i], b[i-1] = b[i-1], b[i]
			if c.check(string(b)) {
				t.Errorf("%s: %s passes with digits %d and %d swapped", name, b, i-1, i)
			}
		}
	}
}

// Identity numbers in a sentence: of a person's kind, with the label of their country.
func TestUnitNationalNumbers(t *testing.T) {
	verdicts(t, []verdict{
		{"her SSN 078-05-1120 leaked", "national_id=078-05-1120"},
		{"078-05-1120", "national_id=078-05-1120"}, // the form says it
		{"SSN: 078051120", "national_id=078051120"},
		{"order 000-12-1234 shipped", ""},
		{"Steuer-ID 86095742719", "national_id=86095742719"},
		{"BSN 123456782", "national_id=123456782"},
		{"PESEL: 82051278461", "national_id=82051278461"},
		{"CPF 271.828.459-54", "national_id=271.828.459-54"},
		{"271.828.459-54", "national_id=271.828.459-54"},
		{"personnummer 811228-9874", "national_id=811228-9874"},
		{"personnummer 19811228-9874", "national_id=19811228-9874"},
		{"fødselsnummer 15078412302", "national_id=15078412302"},
		{"NIR 2 84 06 75 114 023 15", "national_id=2 84 06 75 114 023 15"},
		{"numéro de sécurité sociale 284067511402315", "national_id=284067511402315"},
		{"AVS 756.9217.5864.39", "national_id=756.9217.5864.39"},
		{"rijksregisternummer 85.07.30-033.28", "national_id=85.07.30-033.28"},
		{"身份证 11010519830712362X", "national_id=11010519830712362X"},
		{"DNI 48215973S", "national_id=48215973S"},
		{"NIE X4821597S", "national_id=X4821597S"},
		{"codice fiscale MRNGLI84H52F205Q", "national_id=MRNGLI84H52F205Q"},
		{"NINO AB 12 34 56 C", "national_id=AB 12 34 56 C"},
		{"henkilötunnus 120585-4120", "national_id=120585-4120"},
		{"Aadhaar 5482 9137 0641", "national_id=5482 9137 0641"},
		{"주민등록번호 850712-2345679", "national_id=850712-2345679"},
		{"СНИЛС 148-291-637 88", "national_id=148-291-637 88"},
		{"passport C01X00T47", "national_id=C01X00T47"},
		{"kimlik no 28461937550", "national_id=28461937550"},
		// What only looks like one.
		{"build 86095742718 of the kernel", ""},
		{"PID 123456783, TID 44", ""},
		{"at offset 82051278462 bytes", ""},
		{"12.03.2026 14:15:16", ""},
		{"MD5 0cc175b9c0f1b6a831c399e269772661", ""},
		{"CVE-2026-123456", ""},
		{"S-1-5-21-1004336348-1177238915-682003330-512", ""},
		{"6f9619ff-8b86-d011-b42d-00c04fc964ff", ""},
	})
}

func TestUnitCards(t *testing.T) {
	verdicts(t, []verdict{
		{"card 4532015112830366", "payment_card=4532015112830366"},
		{"4532 0151 1283 0366", "payment_card=4532 0151 1283 0366"},
		{"4532-0151-1283-0366", "payment_card=4532-0151-1283-0366"},
		{"amex 3782 822463 10005", "payment_card=3782 822463 10005"},
		{"his Visa 4532015112830366 was charged", "payment_card=4532015112830366"},
		{"attacker's own card: 4532015112830366", "?payment_card=4532015112830366"},
		{"4532015112830367", ""},
		{"tracking 4532015112830366000", ""},
		{"id=94532015112830366", ""},
		{"v4532015112830366", ""},
		{"1717382211000", ""},
		{"XXXX-XXXX-XXXX-0366", ""},
		{"hash 4532015112830366ab", ""},
	})
}

func TestUnitAccounts(t *testing.T) {
	verdicts(t, []verdict{
		{"the victim's account DE12500105170648489890", "bank_account=DE12500105170648489890"},
		{"her IBAN DE12 5001 0517 0648 4898 90", "bank_account=DE12 5001 0517 0648 4898 90"},
		{"mule account DE12500105170648489890", ""},
		{"money went to the mule GB15MIDL40051512345678", ""},
		{"scammer's IBAN: NL20INGB0001234567", ""},
		{"IBAN of the mule (NL20 INGB 0001 2345 67)", ""},
		{"transfer from NL20INGB0001234567 of the customer", "bank_account=NL20INGB0001234567"},
		{"the account NL20INGB0001234567 is named", "?bank_account=NL20INGB0001234567"},
		{"DE12500105170648489891", ""},
		{"Kontonummer des Kunden: 0648489890", "bank_account=0648489890"},
		{"malware config DE1250010517064848989000", ""},
	})
}

func TestUnitPhones(t *testing.T) {
	verdicts(t, []verdict{
		{"victim's phone +44 20 7946 0958", "phone=+44 20 7946 0958"},
		{"reach her on (415) 555-0132", "?phone=(415) 555-0132"},
		{"Mobile: 415-555-0132", "phone=415-555-0132"},
		{"Tel. 06 39 98 12 34", "phone=06 39 98 12 34"},
		{"cell 0044 7700 900123", "phone=0044 7700 900123"},
		{"Telefon 030 23125012", "phone=030 23125012"},
		{"ext. 4471 of the victim", "phone=4471"},
		{"call 1-888-555-0119 now", ""},
		{"hotline +1 (800) 555-0101", ""},
		{"scammer phoned from +1 202 555 0113", ""},
		{"the number +1 202 555 0113 (spoofed)", ""},
		{"a number +1 202 555 0113 occurs", "?phone=+1 202 555 0113"},
		{"port 4155550132", ""},
		{"version 10.0.19045.1234", ""},
		{"2026-03-01 10:00:00", ""},
		{"203.0.113.77", ""},
		{"between 100-200 and 300-4000", ""},
		{"+5 points", ""},
		{"(2026) 12", ""},
		{"手机：13800138000", "phone=13800138000"},
		{"전화 010-5555-0123", "phone=010-5555-0123"},
		{"電話番号：090-5555-0123", "phone=090-5555-0123"},
		{"тел. +7 912 555-01-23", "phone=+7 912 555-01-23"},
	})
}

func TestUnitGather(t *testing.T) {
	for in, want := range map[string]string{
		"4532": "4532|1", "45 32": "4532|2", "45-32-1": "45321|3", "+49 30 1": "49301|3", "(415) 555-0132": "4155550132|3", "1.2.3.4": "", "1-2/3": "123|3", "x": "", "+": "", "(": "", "+ 1": "", "( 1": "", "1\n2": "1|1", "1  2": "12|2", "1a": "", "(((1": "", "+(1)2": "12|2",
		"1 2 3 4 5 6 7 8 9 0 1 2": "1234567890|10",
	} {
		tx := segmentFor(in)
		got := ""
		if len(tx.toks) > 0 {
			if d, ok := tx.gather(0); ok {
				got = d.all + "|" + itoa(len(d.groups))
				if len(d.seps) != len(d.groups)-1 {
					t.Errorf("%q: %d gaps between %d groups", in, len(d.seps), len(d.groups))
				}
			}
		}
		if got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}

// A number whose digits another detector had already taken made the gate fall
// over: no group was left, and there was a gap fewer than none.
func TestUnitGatherAfterAnother(t *testing.T) {
	for _, in := range []string{"(203.0.113.5", "+203.0.113.5", "(1.2.3.4)", "+[person-1]1", "(4532015112830366", "+1(http://a.example/1", "Street (4 Rimu Street 5", "(48.85837, 2.29448", "+http://1.example/2", "Tel (a8:51:ab:10:fe:22"} {
		tx := segmentFor(in)
		for i := range tx.toks {
			if tx.toks[i].kind == number {
				tx.toks[i].in = inValue
			}
		}
		for i := range tx.toks {
			if d, ok := tx.gather(i); ok {
				t.Errorf("%q: %q was taken twice", in, d.all)
			}
		}
		soundSpans(t, in, New().Text(in))
	}
}

func TestUnitDates(t *testing.T) {
	verdicts(t, []verdict{
		{"born 1984-03-07", "date_of_birth=1984-03-07"},
		{"Patient, geb. 14.08.1946", "date_of_birth=14.08.1946"},
		{"DOB: 04/17/1966", "date_of_birth=04/17/1966"},
		{"née le 3 juin 1948", "date_of_birth=3 juin 1948"},
		{"nato il 21/04/1953", "date_of_birth=21/04/1953"},
		{"nacida el 5 de mayo de 1960", "date_of_birth=5 de mayo de 1960"},
		{"born on March 7, 1984 in Leeds", "date_of_birth=March 7, 1984"},
		{"born on the 3rd of May 1948", "date_of_birth=3rd of May 1948"},
		{"born 19840307", "date_of_birth=19840307"},
		{"the campaign was seen 1984-03-07", ""},
		{"on 14.08.2026 the mail arrived", ""},
		{"first seen: 2026-01-03", ""},
		{"born from the Zeus code", ""},
	})
}
