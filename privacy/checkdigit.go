package privacy

// Check digits of the numbers that states, banks and card schemes give to persons.

// luhn is ISO/IEC 7812-1 annex B.
func luhn(d string) bool {
	sum := 0
	for i := range len(d) {
		v := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

// cardNumber checks length, issuer range (ISO/IEC 7812) and check digit.
func cardNumber(d string) bool {
	if len(d) < 13 || len(d) > 19 || !luhn(d) {
		return false
	}
	two, four := num(d[:2]), num(d[:4])
	switch {
	case d[0] == '4':
		return len(d) == 13 || len(d) == 16 || len(d) == 19
	case two >= 51 && two <= 55, four >= 2221 && four <= 2720:
		return len(d) == 16
	case two == 34 || two == 37:
		return len(d) == 15
	case two == 36 || two == 38 || two == 39 || num(d[:3]) >= 300 && num(d[:3]) <= 305:
		return len(d) == 14 || len(d) == 16
	case four == 6011 || two == 65 || two == 64 || two == 62 || two == 35 || two == 50 || two >= 56 && two <= 58 || two == 60 || two == 63 || two == 67:
		return len(d) >= 16
	}
	return false
}

func num(d string) int {
	n := 0
	for i := range len(d) {
		n = n*10 + int(d[i]-'0')
	}
	return n
}

// ibanLengths are the lengths of the SWIFT registry, ISO 13616.
var ibanLengths = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27,
	"GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22,
	"MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}

// iban checks an account number in upper case without spaces by ISO 7064 mod 97.
func iban(s string) bool {
	if len(s) < 15 || ibanLengths[s[:2]] != len(s) {
		return false
	}
	rest := 0
	for i := range len(s) {
		switch c := s[(i+4)%len(s)]; {
		case c >= '0' && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}

// ssn checks the area, group and serial of a US social security number: the
// ranges that were never given out (SSA, Program Operations Manual RM 10201).
func ssn(d string) bool {
	return len(d) == 9 && d[:3] != "000" && d[:3] != "666" && d[0] != '9' && d[3:5] != "00" && d[5:] != "0000"
}

// weighted sums digits times weights.
func weighted(d string, w ...int) int {
	sum := 0
	for i, x := range w {
		sum += int(d[i]-'0') * x
	}
	return sum
}

// mod11_10 is ISO 7064 MOD 11,10: the German tax number and the Croatian OIB.
func mod11_10(d string) bool {
	p := 10
	for i := range len(d) - 1 {
		s := (int(d[i]-'0') + p) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return (11-p)%10 == int(d[len(d)-1]-'0')
}

// bsn is the Dutch eleven test; its last digit counts negatively.
func bsn(d string) bool {
	return len(d) == 9 && d != "000000000" && weighted(d, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0
}

func pesel(d string) bool {
	return len(d) == 11 && weighted(d, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)%10 == 0 && dayMonth(d[4:6], d[2:4], 20)
}

// dayMonth checks a day and a month, the latter modulo step (centuries are coded there).
func dayMonth(day, month string, step int) bool {
	d, m := num(day), num(month)%step
	return d >= 1 && d <= 31 && m >= 1 && m <= 12
}

func cpf(d string) bool {
	if len(d) != 11 || luckyRun(d) {
		return false
	}
	check := func(n int) bool {
		sum := 0
		for i := range n {
			sum += int(d[i]-'0') * (n + 1 - i)
		}
		return sum*10%11%10 == int(d[n]-'0')
	}
	return check(9) && check(10)
}

// luckyRun tells numbers of one digit only.
func luckyRun(d string) bool {
	for i := range len(d) {
		if d[i] != d[0] {
			return false
		}
	}
	return true
}

// personnummer is the Swedish number: a date and a Luhn digit.
func personnummer(d string) bool {
	if len(d) == 12 {
		d = d[2:]
	}
	return len(d) == 10 && dayMonth(d[4:6], d[2:4], 100) && luhn(d)
}

// norwegian checks both digits of a fodselsnummer.
func norwegian(d string) bool {
	return len(d) == 11 && weighted(d, 3, 7, 6, 1, 8, 9, 4, 5, 2, 1)%11 == 0 && weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0 && dayMonth(d[:2], d[2:4], 40)
}

// nir checks the French number of 15 digits.
func nir(d string) bool {
	if len(d) != 15 || d[0] != '1' && d[0] != '2' {
		return false
	}
	return 97-int(mod(d[:13], 97)) == num(d[13:])
}

func mod(d string, m int) int {
	rest := 0
	for i := range len(d) {
		rest = (rest*10 + int(d[i]-'0')) % m
	}
	return rest
}

// belgian checks the national register number; of those born since 2000 a 2 stands before.
func belgian(d string) bool {
	return len(d) == 11 && (97-mod(d[:9], 97) == num(d[9:]) || 97-mod("2"+d[:9], 97) == num(d[9:])) && dayMonth(d[4:6], d[2:4], 20)
}

// ahv is the Swiss number, an EAN-13 that begins with 756.
func ahv(d string) bool {
	return len(d) == 13 && d[:3] == "756" && weighted(d, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0
}

// chinese is GB 11643: ISO 7064 MOD 11-2 over 17 digits.
func chinese(s string) bool {
	if len(s) != 18 || !allDigits(s[:17]) || !dayMonth(s[12:14], s[10:12], 100) {
		return false
	}
	sum := weighted(s, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
	c := s[17]
	if c == 'x' {
		c = 'X'
	}
	return "10X98765432"[sum%11] == c
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// dni is the Spanish number: eight digits, or X, Y, Z and seven, and a letter.
func dni(s string) bool {
	if len(s) != 9 {
		return false
	}
	d := s[:8]
	switch s[0] {
	case 'X', 'Y', 'Z':
		d = string('0'+s[0]-'X') + s[1:8]
	}
	return allDigits(d) && "TRWAGMYFPDXBNJZSQVHLCKE"[num(d)%23] == s[8]
}

// codiceFiscale checks the form and the last letter (DM 23 December 1976).
func codiceFiscale(s string) bool {
	if len(s) != 16 {
		return false
	}
	const odd = "\x01\x00\x05\x07\x09\x0d\x0f\x11\x13\x15\x02\x04\x12\x14\x0b\x03\x06\x08\x0c\x0e\x10\x0a\x16\x19\x18\x17"
	for i := range 16 {
		letter := s[i] >= 'A' && s[i] <= 'Z'
		if want := i < 6 || i == 8 || i == 11 || i == 15; want != letter || !want && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	sum := 0
	for i := range 15 {
		v := int(s[i] - 'A')
		if s[i] <= '9' {
			v = int(s[i] - '0')
		}
		if i%2 == 0 {
			v = int(odd[v])
		}
		sum += v
	}
	return byte('A'+sum%26) == s[15]
}

// nino checks the form of the British number: letters that are given out (HMRC NIM39110).
func nino(s string) bool {
	if len(s) != 9 || !allDigits(s[2:8]) || s[8] < 'A' || s[8] > 'D' {
		return false
	}
	for _, c := range []byte(s[:2]) {
		switch c {
		case 'D', 'F', 'I', 'Q', 'U', 'V':
			return false
		}
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return s[1] != 'O'
}

// hetu checks the Finnish number ddmmyy-nnnc.
func hetu(s string) bool {
	if len(s) != 11 || !allDigits(s[:6]) || !allDigits(s[7:10]) || !dayMonth(s[:2], s[2:4], 100) {
		return false
	}
	return "0123456789ABCDEFHJKLMNPRSTUVWXY"[num(s[:6]+s[7:10])%31] == s[10]
}

// aadhaar is Verhoeff's check over twelve digits.
func aadhaar(d string) bool {
	if len(d) != 12 || d[0] < '2' {
		return false
	}
	c := 0
	for i := range len(d) {
		v := int(d[len(d)-1-i] - '0')
		for range i % 8 {
			v = int("1576283094"[v] - '0')
		}
		c = dihedral(c, v)
	}
	return c == 0
}

// dihedral multiplies in the dihedral group of order ten.
func dihedral(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return (a+b)%5 + 5
	case b < 5:
		return (a-b+5)%5 + 5
	}
	return (a - b + 5) % 5
}
