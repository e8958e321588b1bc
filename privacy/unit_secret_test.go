package privacy

import "testing"

func TestUnitSecrets(t *testing.T) {
	verdicts(t, []verdict{
		{"password: Winter!2024", "secret=Winter!2024"},
		{"Passwort: Biene2019", "secret=Biene2019"},
		{"password=Juventus9&x=1", "secret=Juventus9"},
		{"her password is Kanelbulle77.", "secret=Kanelbulle77"},
		{"Bluebird77 is your password", "secret=Bluebird77"},
		{"Cookie: session=c9f1a2b77e0d4412aa93; theme=dark", "secret=c9f1a2b77e0d4412aa93"},
		{"Set-Cookie: JSESSIONID=A1B2C3D4E5F60718; Path=/", "secret=A1B2C3D4E5F60718"},
		{"Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqIn0.c2ln", "secret=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqIn0.c2ln"},
		{"key AKIAIOSFODNN7EXAMPLE of the victim", "secret=AKIAIOSFODNN7EXAMPLE"},
		{"ghp_0123456789abcdefghijklmnopqrstuvwxyz", "secret=ghp_0123456789abcdefghijklmnopqrstuvwxyz"},
		{"sk_live_4eC39HqLyjWDarjtT1zdp7dc", "secret=sk_live_4eC39HqLyjWDarjtT1zdp7dc"},
		{"cvv 737", "secret=737"},
		{"PIN: 4821", "secret=4821"},
		{"motdepasse: Soleil2023", "secret=Soleil2023"},
		{"hasło: Krakow123", "secret=Krakow123"},
		{"пароль: Moskva77", "secret=Moskva77"},
		{"password: the user must change it", ""},
		{"password policy applies", ""},
		{"the session was long", ""},
		{"token ring and secret sauce", ""},
		{"Session: 3 of 5", ""},
		{"malware config password: infected1!", ""},
		{"attacker's password: Hacked#2026", ""},
		{"the actor's panel password: l33t!xx", ""},
		{"password: [secret]", ""},
	})
}

func TestUnitForms(t *testing.T) {
	verdicts(t, []verdict{
		{"POST u=annk&p=Hilltop42", "username=annk; secret=Hilltop42"},
		{"GET /reset?user=annk&token=8f2d11ac09be77d1", "username=annk; secret=8f2d11ac09be77d1"},
		{"http://evil.example/?p=1640", ""},
		{"http://evil.example/?name=index&id=7", ""},
		{"http://evil.example/?fname=Ann&lname=Keller&x=1", "person=Ann; person=Keller"},
		{"GET /login?user=admin&x=1", ""},
		{"x=1&y=2&z=3", ""},
	})
}

func TestUnitDevices(t *testing.T) {
	verdicts(t, []verdict{
		{"dhcpd: DHCPACK on 192.168.1.20 to a8:51:ab:10:fe:22", "mac_address=a8:51:ab:10:fe:22"},
		{"victim's laptop A8-51-AB-10-FE-22", "mac_address=A8-51-AB-10-FE-22"},
		{"skimmer with MAC 98:d3:31:f5:10:aa", ""},
		{"MAC 98:d3:31:f5:10:aa seen", "?mac_address=98:d3:31:f5:10:aa"},
		{"a8:51:ab:10:fe", ""},
		{"a8:51:ab:10:fe:22:33:44", ""},
		{"zz:51:ab:10:fe:22", ""},
		{"serial number: a8:51:ab:10:fe:22", ""},
		{"Petras-MacBook joined", "hostname=Petras-MacBook"},
		{"host Annas-iPhone", "hostname=Annas-iPhone"},
		{"DESKTOP-4F2K9L", ""},
		{"LAPTOP-XYZ and PC-0012", ""},
		{"victim's IMEI 490154203237518", "imei=490154203237518"},
		{"home address 198.51.100.131 of the subscriber", "ip_address=198.51.100.131"},
		{"198.51.100.131 (victim at home)", "ip_address=198.51.100.131"},
		{"C2 198.51.100.131", ""},
		{"private 192.168.1.20 (home)", ""},
		{"version 1.2.3.4 (home edition)", "ip_address=1.2.3.4"}, // an address by its form
		{"999.1.1.1 (home)", ""},
	})
}

func TestUnitLabelledNumbers(t *testing.T) {
	verdicts(t, []verdict{
		{"badge N-4471", "employee_id=N-4471"},
		{"Personalnummer: 20418", "employee_id=20418"},
		{"MRN 552018", "medical_record=552018"},
		{"MRN: 00881273", "medical_record=00881273"},
		{"passport no. C01X00T47", "national_id=C01X00T47"},
		{"Reisepass C01X00T47", "national_id=C01X00T47"},
		{"badge of honour", ""},
		{"badge\nN-4471", ""},
		{"MRN [medical_record]", ""},
		{"patient Ralph Odom, diagnosis: opioid dependence", "person=Ralph Odom; health=opioid dependence"},
		{"diagnosis of the crash: stack overflow", ""},
	})
}

func TestUnitPlaces(t *testing.T) {
	verdicts(t, []verdict{
		{"lives at 4 Rimu Street, Napier 4110", "address=4 Rimu Street, Napier 4110"},
		{"wohnhaft Gartenweg 5, 80331 München", "address=Gartenweg 5, 80331 München"},
		{"8 rue des Lilas, 69003 Lyon", "address=8 rue des Lilas, 69003 Lyon"},
		{"domicilio: Calle Olmo 12, 28012 Madrid", "address=Calle Olmo 12, 28012 Madrid"},
		{"via Garibaldi 7, 10122 Torino", "address=via Garibaldi 7, 10122 Torino"},
		{"Kerkstraat 41, Utrecht", "address=Kerkstraat 41, Utrecht"},
		{"ul. Lipowa 5", "address=ul. Lipowa 5"},
		{"Storgata 12, 0155 Oslo", "address=Storgata 12, 0155 Oslo"},
		{"Wall Street banks", ""},
		{"the street was empty", ""},
		{"a drive with 4 GB", ""},
		{"way 5 of attack", ""},
		{"GPS 40.7127, -74.0059", "geo_coordinates=40.7127, -74.0059"},
		{"at 48.85837, 2.29448", "geo_coordinates=48.85837, 2.29448"},
		{"-33.86785, 151.20732", "geo_coordinates=-33.86785, 151.20732"},
		{"lat: 52.520008, lon: 13.404954", "geo_coordinates=52.520008, lon: 13.404954"},
		{"scores 0.5, 0.7", ""},
		{"200.1234, 12.3456", ""},
		{"1.2.3, 4.5.6", ""},
		{"victim Anna Keller, 54, paid", "person=Anna Keller; age=54"},
		{"Mr. Ngata, aged 82", "person=Mr. Ngata; age=82"},
		{"pupil Anna Keller (13 years)", "person=Anna Keller; age=13"},
		{"aged 82 days, the domain", ""},
	})
}

func TestUnitEncodings(t *testing.T) {
	verdicts(t, []verdict{
		{"body dT1hbm5rJnA9SGlsbHRvcDQy end", "encoded_personal=dT1hbm5rJnA9SGlsbHRvcDQy"},                                                            // u=annk&p=Hilltop42
		{"hex 76696374696d206a616e652e646f654062616e6b2e6578616d706c65", "encoded_personal=76696374696d206a616e652e646f654062616e6b2e6578616d706c65"}, // victim jane.doe@bank.example
		{`\u0076\u0069\u0063\u0074\u0069\u006d\u0020\u006a\u0061\u006e\u0065\u0040\u0062\u002e\u0065\u0078`, `encoded_personal=\u0076\u0069\u0063\u0074\u0069\u006d\u0020\u006a\u0061\u006e\u0065\u0040\u0062\u002e\u0065\u0078`},
		{"powershell -enc aQBlAHgAIABoAHQAdABwADoALwAvAGUAdgBpAGwALgBlAHgAYQBtAHAAbABlAA==", ""}, // iex http://evil.example
		{"hash e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", ""},
		{"TVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQAAAAAAAAAA=", ""},
		{"short dTph", ""},
		{"aGVsbG8gd29ybGQsIG5vdGhpbmcgaGVyZQ==", ""}, // hello world, nothing here
	})
}

func TestUnitDecode(t *testing.T) {
	for in, want := range map[string]string{
		"aGVsbG8gd29ybGQ=": "hello world", "aGVsbG8gd29ybGQ": "hello world", "68656c6c6f20776f726c64": "hello world", "%68%65%6c%6c%6f": "hello", `\x68\x65\x6c\x6c\x6f`: "hello", "aABlAGwAbABvAA==": "hello", "e3b0c44298fc1c149afbf4c8996fb924": "", "": "", "====": "", "hello": "", "%zz%zz%zz": "", "AAAAAAAAAAAAAAAA": "",
	} {
		got, ok := decode(in)
		if !ok {
			got = ""
		}
		if got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

// A code inside a code is looked into twice, not for ever.
func TestUnitNestedCodes(t *testing.T) {
	verdicts(t, []verdict{
		{"dmljdGltIGphbmUuZG9lQGJhbmsuZXhhbXBsZQ==", "encoded_personal=dmljdGltIGphbmUuZG9lQGJhbmsuZXhhbXBsZQ=="},
		{"ZG1samRHbHRJR3BoYm1VdVpHOWxRR0poYm1zdVpYaGhiWEJzWlE9PQ==", "encoded_personal=ZG1samRHbHRJR3BoYm1VdVpHOWxRR0poYm1zdVpYaGhiWEJzWlE9PQ=="},
	})
}

func TestUnitUnescape(t *testing.T) {
	for in, want := range map[string]string{`\u0041b`: "Ab", `\x41`: "A", `\u00`: `\u00`, `\`: `\`, `\n`: `\n`, "": "", `\uZZZZ`: `\uZZZZ`, `\u0041\u0042`: "AB"} {
		if got := unescape(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}
