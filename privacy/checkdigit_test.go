package privacy

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// checks are the rules whose last characters are computed from the others: how
// many there are, and out of which.
var checks = []struct {
	name     string
	ok       func(string) bool
	body     string // 0 a digit, A a letter, others as they stand
	tail     int
	alphabet string
}{
	{"luhn", luhn, "000000000000000", 1, "0123456789"},
	{"card visa", cardNumber, "400000000000000", 1, "0123456789"},
	{"card mastercard", cardNumber, "520000000000000", 1, "0123456789"},
	{"card amex", cardNumber, "37000000000000", 1, "0123456789"},
	{"card diners", cardNumber, "3600000000000", 1, "0123456789"},
	{"card discover", cardNumber, "601100000000000", 1, "0123456789"},
	{"Steuer-ID", mod11_10, "2000000000", 1, "0123456789"},
	{"BSN", bsn, "10000000", 1, "0123456789"},
	{"PESEL", pesel, "7001010000", 1, "0123456789"},
	{"personnummer", personnummer, "700101000", 1, "0123456789"},
	{"personnummer of 12", personnummer, "19700101000", 1, "0123456789"},
	{"CPF", cpf, "100000000", 2, "0123456789"},
	{"fodselsnummer", norwegian, "010170000", 2, "0123456789"},
	{"NIR", nir, "1700100000000", 2, "0123456789"},
	{"Rijksregisternummer", belgian, "700101000", 2, "0123456789"},
	{"AHV", ahv, "756000000000", 1, "0123456789"},
	{"Chinese", chinese, "11010519700101000", 1, "0123456789X"},
	{"DNI", dni, "00000000", 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	{"NIE", dni, "X0000000", 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	{"codice fiscale", codiceFiscale, "AAAAAA00A00A000", 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	{"henkilotunnus", hetu, "010170-000", 1, "0123456789ABCDEFHJKLMNPRSTUVWXY"},
	{"Aadhaar", aadhaar, "20000000000", 1, "0123456789"},
}

// fill draws a body: zeros become digits and As letters, where the rule lets them.
func fill(t *rapid.T, body string, keep int) string {
	b := []byte(body)
	for i := keep; i < len(b); i++ {
		switch b[i] {
		case '0':
			b[i] = byte('0' + rapid.IntRange(0, 9).Draw(t, "digit"))
		case 'A':
			b[i] = byte('A' + rapid.IntRange(0, 25).Draw(t, "letter"))
		}
	}
	return string(b)
}

// tails gives all endings of n characters.
func tails(alphabet string, n int) []string {
	if n == 0 {
		return []string{""}
	}
	var out []string
	for _, rest := range tails(alphabet, n-1) {
		for _, c := range alphabet {
			out = append(out, string(c)+rest)
		}
	}
	return out
}

// Each body has at most one right ending, and a single wrong digit is noticed.
func TestCheckDigits(t *testing.T) {
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			found := 0
			rapid.Check(t, func(t *rapid.T) {
				keep := 6 // dates, issuers and regions stay
				if !strings.Contains(c.body, "70") {
					keep = 4
				}
				if len(c.body) == 17 {
					keep = 14
				}
				body := fill(t, c.body, keep)
				if strings.HasPrefix(c.body, "1970") {
					body = c.body[:8] + body[8:]
				}
				var right []string
				for _, e := range tails(c.alphabet, c.tail) {
					if c.ok(body + e) {
						right = append(right, e)
					}
				}
				if len(right) > 1 && c.name != "Rijksregisternummer" {
					t.Fatalf("%s may end in %v", body, right)
				}
				if len(right) == 0 {
					return
				}
				found++
				good := body + right[0]
				i := len(body) - 1
				for _, d := range "0123456789" {
					if bad := good[:i] + string(d) + good[i+1:]; bad != good && body[i] >= '0' && body[i] <= '9' && c.ok(bad) && c.name != "Rijksregisternummer" {
						t.Fatalf("%s and %s are both right", good, bad)
					}
				}
			})
			if enough := map[bool]int{false: 20, true: 5}[testing.Short()]; found < enough { // rapid draws a fifth then
				t.Errorf("only %d numbers of this kind", found)
			}
		})
	}
}

func TestIBAN(t *testing.T) {
	for s, want := range map[string]bool{
		"GB82WEST12345698765432": true, "DE89370400440532013000": true, "FR1420041010050500013M02606": true, "NL91ABNA0417164300": true, "ES9121000418450200051332": true, "NO9386011117947": true, "MT84MALT011000012345MTLCAST001S": true,
		"GB82WEST12345698765433": false, "DE8937040044053201300": false, "DE893704004405320130000": false, "XX82WEST12345698765432": false, "gb82west12345698765432": false, "": false, "DE": false, "NO938601111794a": false,
	} {
		if got := len(s) >= 2 && iban(s); got != want {
			t.Errorf("iban(%s) is %v", s, got)
		}
	}
}

func TestRangesOfNumbers(t *testing.T) {
	for s, want := range map[string]bool{"123456789": true, "666456789": false, "000456789": false, "900456789": false, "123006789": false, "123450000": false, "12345678": false} {
		if ssn(s) != want {
			t.Errorf("ssn(%s) is %v", s, !want)
		}
	}
	for s, want := range map[string]bool{"AB123456C": true, "QQ123456C": false, "AO123456C": false, "AB123456E": false, "AB12345C": false, "A1123456C": false, "DA123456A": false} {
		if nino(s) != want {
			t.Errorf("nino(%s) is %v", s, !want)
		}
	}
	for s, want := range map[string]bool{"4111111111111111": true, "4111111111111112": false, "1111111111111117": false, "411111111111111": false, "5555555555554444": true, "2223003122003222": true, "378282246310005": true, "6011111111111117": true, "30569309025904": true, "0000000000000000": false} {
		if cardNumber(s) != want {
			t.Errorf("cardNumber(%s) is %v", s, !want)
		}
	}
	if cpf("11111111111") || dayMonth("32", "01", 100) || dayMonth("01", "13", 100) || !dayMonth("31", "92", 20) {
		t.Error("nonsense passes")
	}
}

// Each number in its usual form is found where a text names it, and stays where
// it is something else.
func TestNationalNumbersInText(t *testing.T) {
	g := New()
	for _, s := range []string{
		"her SSN is ⟦r:219-09-9998⟧", "Steueridentifikationsnummer: ⟦r:86095742719⟧", "numéro INSEE ⟦r:255081416802538⟧", "DNI ⟦r:12345678Z⟧", "NIE: ⟦r:X1234567L⟧",
		"C.F. ⟦r:RSSMRA85T10A562S⟧", "NINO ⟦r:AB123456C⟧", "burgerservicenummer ⟦r:111222333⟧", "PESEL: ⟦r:44051401359⟧", "o CPF ⟦r:52998224725⟧ do cliente",
		"personnummer ⟦r:19811228-9874⟧", "fødselsnummer ⟦r:01017000027⟧", "CPR ⟦r:070761-4285⟧", "rijksregisternummer ⟦r:85.07.30-033.28⟧", "AVS ⟦r:756.9217.0769.85⟧", "身份证⟦r:11010519491231002X⟧",
		"passport number ⟦r:987654321⟧", "driver license ⟦r:D1234567⟧", "Reisepass ⟦r:C01X00T47⟧", "주민등록번호 ⟦r:800101-1234567⟧",
		"order 219-09-99981", "file 12345678.dat of 111222333 bytes", "hash 86095742719abcdef and offset 44051401359", "ports 52998, 22472 and 5", "route 756.9 to 10.1.2.3", "build 070761.4285.1",
	} {
		check(t, g, s)
	}
}
