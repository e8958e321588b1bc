package privacy

import "testing"

func TestUnitLogForms(t *testing.T) {
	verdicts(t, []verdict{
		// Chats with times, handles.
		{"maribel.s 10:44 AM\nis it ours?", "username=maribel.s"},
		{"tobias 10:45\nnope", "username=tobias"},
		{"uptime 10:45 AM load 3", ""},
		{"opened by Stellan Brodin (@sbrodin)", "person=Stellan Brodin; username=sbrodin"},
		{"the hijacked account @mirabel_official sold coins", "?username=@mirabel_official"},
		{"scammers use @cool_model_x", ""},
		{"npm install @types/node", ""},
		// DICOM.
		{"(0010,0010) PN [FERRARI^LUCIA] (0010,0030) DA [19880214] (0010,0020) LO [PX-22841]", "person=FERRARI^LUCIA; date_of_birth=19880214; medical_record=PX-22841"},
		{"(0008,0060) CS [MR]", ""},
		{"(0010,0010) PN [person", ""},
		// HTTP basic, keys with a joiner, cookies.
		{"Authorization: Basic aGFubmE6V2ludGVyMjAyMyE=", "secret=aGFubmE6V2ludGVyMjAyMyE="},
		{"Visual Basic aGFubmE6V2ludGVyMjAyMyE code", ""},
		{"token glpat-Xy7Kq2LmN8pQrStUvWxZ leaked", "secret=glpat-Xy7Kq2LmN8pQrStUvWxZ"},
		{"the npm-package is fine", ""},
		{"http://evil.example/sk-1234567890abcdefghij12", ""},
		{"(using password: YES)", ""},
		{"Heslo Praha2020 uniklo", "secret=Praha2020"},
		{"password SHA256 hash", ""},
		{"my password (Chicago88!) was typed", "secret=Chicago88!"},
		// Cloud roles, audit logs, other logs.
		{"arn:aws:sts::111122223333:assumed-role/Admin/yuki.hayashi did it", "username=yuki.hayashi"},
		{"actor=pwozniak action=clone", "username=pwozniak"},
		{`misp-galaxy:threat-actor="Turla"`, ""},
		{"LOGIN_FAILED: User oabdi - Client_ip 203.0.113.217", "username=oabdi"},
		{"user opened - then 203.0.113.217 answered", ""},
		{`203.0.113.4 - lbianchi [10/Mar/2026:13:55:36 +0000] "GET / HTTP/1.1" 200 1`, "username=lbianchi"},
		{`203.0.113.4 - - [10/Mar/2026:13:55:36 +0000] "GET / HTTP/1.1" 200 1`, ""},
		{"krb: TGS_REQ hpark@REALM.EXAMPLE for host/files.realm.example@REALM.EXAMPLE", "email=hpark@REALM.EXAMPLE"},
		{"device Thandis-ThinkPad", "hostname=Thandis-ThinkPad"},
		{"devices: always-iphone", ""},
		// Rows, attributes, addresses, cards.
		{"VALUES (12,'mthompson','5f4dcc3b5aa765d61d8327deb882cf99','m.t@bank.example');", "username=mthompson; secret=5f4dcc3b5aa765d61d8327deb882cf99; email=m.t@bank.example"},
		{"VALUES (12,'evil','x');", ""},
		{`{"street":"Via Verdi 3","zip":"20121"}`, "address=Via Verdi 3; address=20121"},
		{`{"address":"203.0.113.5"}`, ""},
		{"N:Quispe;Wayra;;;", "person=Quispe;Wayra;;;"},
		{"NM1*IL*1*HARGREAVES*WINIFRED", "person=HARGREAVES; person=WINIFRED"},
		{`{"type":"target-user","value":"skowalik"}`, "username=skowalik"},
	})
}

// What figures, code and interfaces write is nobody's.
func TestUnitNobodys(t *testing.T) {
	verdicts(t, []verdict{
		{"| ioc-long | 26 | 1.000 | 1.000 |", ""},
		{"0.035 -> 0.059", ""},
		{"ratio 0.9772, 0.9913", "geo_coordinates=0.9772, 0.9913"}, // four decimals twice are a place
		{"ratio 0.977, 0.991", ""},
		{"lat 52.520, lon 13.404", "geo_coordinates=52.520, lon 13.404"},
		{`HMAC(K, "tocsin part v1\n" || name)`, ""},
		{"c.want[r.level] = nil", ""},
		{"vsftpd: [k.olesen] OK LOGIN", "username=k.olesen"},
		{`REGISTRY\MACHINE\Software`, ""},
		{"GET /users/view/me and GET /users/list", ""},
		{"/Users/petra.k/Library", "username=petra.k"},
		{"ff:ff:ff:ff:ff:ff and 00:00:00:00:00:00", ""},
		{"dates as text 2026-11-23 14:05", ""},
		{`{"name":"DORA article 19"}`, ""},
	})
}

func TestUnitGreetings(t *testing.T) {
	verdicts(t, []verdict{
		{"Hola, soy Rocío Villanueva de aquí", "person=Rocío Villanueva"},
		{"jag heter Gunilla Åkesson", "person=Gunilla Åkesson"},
		{"jmenuji se Vlasta Horáková", "person=Vlasta Horáková"},
		{"nazywam się Grażyna Pawlak", "person=Grażyna Pawlak"},
		{"Merhaba, ben Emine Karaca", "person=Emine Karaca"},
		{"меня зовут Людмила Козлова", "person=Людмила Козлова"},
		{"Hei, olen Marjatta Korhonen", "person=Marjatta Korhonen"},
		{"this is Windows Defender", ""},
		{"I am Legend", ""},
		{"Good morning Ulrike and Tamsin,", "person=Ulrike; person=Tamsin"},
		{"Thanks, Guillermo", "person=Guillermo"},
		{"Viele Grüße, Annabell Thoma", "person=Annabell Thoma"},
		{"Thanks, Microsoft", ""},
		{"Best,\nSiobhán", "person=Siobhán"},
		{"Dear Mr and Mrs Fotheringham", "person=Mr and Mrs Fotheringham"},
		{"Parents of Noor (11) and Jip (12)", "person=Noor; age=11; person=Jip; age=12"},
		{"they got priscilla's card", "person=priscilla"},
		{"the server's card", ""},
		{"a CV of \"Natalie Brooks\", an invented applicant", ""},
		{"(Citation: Anna Keller 2024)", ""},
		{"[Domain or Tenant Policy Modification](https://evil.example/T1)", ""},
		{"Servers in Santa Clara, Alice Springs and Port Elizabeth", ""},
		{"victim Clara Santos", "person=Clara Santos"},
		{"victim Hye-jin Pak", "person=Hye-jin Pak"},
	})
}

func TestUnitAbstract(t *testing.T) {
	for w, want := range map[string]bool{"Modification": true, "Operations": true, "Documents": true, "Awareness": true, "Capability": true, "Malware": true, "Software": true, "Anna": false, "Keller": false, "Nation": false, "Delaware": true, "Clement": false} {
		if abstract(w) != want {
			t.Errorf("%s is abstract: %v", w, !want)
		}
	}
}
