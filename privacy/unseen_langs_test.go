package privacy

// unseenLangs are help-desk mails, police and bank texts in other languages.
const unseenLangs = `
=== helpdesk de
Hallo IT, ich bin ⟦r:Friederike Ott⟧ aus der Buchhaltung und habe auf ⟦k:https://paket-zoll.example⟧ geklickt. Mein Kennwort war ⟦r:Biene2019⟧.
=== police de
Die Geschädigte ⟦r:Waltraud Kessler⟧, geb. ⟦r:14.08.1946⟧, wohnhaft ⟦r:Am Mühlbach 3, 97070 Würzburg⟧, überwies 8.000 € auf ⟦k:AT611904300234573201⟧.
=== police de
Der Beschuldigte ⟦h:Marcel Richter⟧ betrieb die Seite ⟦k:fakeshop-outlet.example⟧.
=== bank de
Kunde: ⟦r:Egon Tischler⟧, Steuer-ID ⟦r:86095742719⟧, IBAN ⟦r:DE12500105170648489890⟧; Empfänger (Finanzagent): ⟦k:LT121000011101001000⟧
=== lure de
Sehr geehrte ⟦r:Frau Dr. Hohenstein⟧, Ihr Konto wurde gesperrt. Rufen Sie ⟦k:0800 555 0199⟧ an.
=== signature de
Mit freundlichen Grüßen
⟦r:Karl-Heinz Obermaier⟧
Telefon: ⟦r:089 5550 1234⟧
=== helpdesk fr
Bonjour, je suis ⟦r:Thibault Chevallier⟧, poste ⟦r:4521⟧, j'ai reçu un courriel de ⟦k:rh@prime-exception.example⟧.
=== police fr
La plaignante, ⟦r:Mme Ginette Rousseau⟧, née le ⟦r:3 juin 1948⟧, demeurant ⟦r:17 avenue Victor-Hugo, 59000 Lille⟧, a versé 2 000 € à un escroc se disant « ⟦k:conseiller Durand⟧ ».
=== hopital fr
Le patient ⟦r:Abdelkader Benali⟧ (NIR ⟦r:1 53 05 69 123 045 80⟧) ne peut être soigné, ⟦k:LockBit⟧ a chiffré les serveurs.
=== lure fr
Cher ⟦r:M. Lefebvre⟧, votre carte vitale expire : ⟦k:https://ameli-renouv.example⟧
=== helpdesk es
Buenos días, soy ⟦r:Rocío Villanueva⟧ de Contabilidad; abrí el adjunto ⟦k:nomina.xlsm⟧ enviado por ⟦k:rrhh@nominas-web.example⟧.
=== police es
El denunciante ⟦r:D. Eusebio Carranza⟧, con DNI ⟦r:48215973S⟧ y domicilio en ⟦r:Calle Olmo 12, 28012 Madrid⟧, recibió una llamada del ⟦k:+34 900 555 012⟧.
=== bank es
Titular: ⟦r:Macarena Utrera⟧. Cuenta de la víctima: ⟦r:ES9121000418450200051332⟧. Teléfono: ⟦r:600 555 123⟧.
=== helpdesk it
Salve, sono ⟦r:Ludovica Bellini⟧, interno ⟦r:227⟧. Ho inserito la password su ⟦k:https://posta-certificata.example⟧.
=== police it
La persona offesa ⟦r:Gaetano Esposito⟧, nato il ⟦r:21/04/1953⟧, C.F. ⟦r:BNCLCU71D08H501O⟧, ha bonificato 4.500 € al truffatore, IBAN ⟦k:IT60X0542811101000000123456⟧.
=== lure it
Gentile ⟦r:Dott.ssa Marchetti⟧, il Suo pacco è in giacenza: ⟦k:http://pacco-giacenza.example⟧
=== helpdesk nl
Hoi, met ⟦r:Joke van den Heuvel⟧ van HR. Ik heb op een link van ⟦k:salaris@hr-portaal.example⟧ geklikt. Mijn mobiel: ⟦r:06 5550 1234⟧
=== police nl
Aangever ⟦r:Dirk Hoogland⟧, BSN ⟦r:123456782⟧, wonende ⟦r:Kerkstraat 41, 3581 RA Utrecht⟧, maakte geld over naar ⟦k:NL20INGB0001234567⟧ (katvanger).
=== helpdesk pt
Bom dia, sou a ⟦r:Filomena Antunes⟧, NIF ⟦r:234567899⟧, e recebi um SMS de ⟦k:+351 800 555 012⟧.
=== police pt
A vítima ⟦r:Joaquim Ferreira da Silva⟧ transferiu 900 € para a conta do burlão ⟦k:PT50000201231234567890154⟧.
=== bank pt
Cliente ⟦r:Thaís Albuquerque⟧, CPF ⟦r:271.828.459-54⟧, celular ⟦r:+55 21 95555-0143⟧, caiu no golpe do PIX.
=== helpdesk pl
Dzień dobry, nazywam się ⟦r:Grażyna Pawlak⟧, kliknęłam w link ⟦k:https://kurier-doplata.example⟧. Mój login: ⟦r:gpawlak⟧
=== police pl
Pokrzywdzony ⟦r:Stanisław Wójcik⟧, PESEL ⟦r:82051278461⟧, zam. ⟦r:ul. Lipowa 5/2, 30-702 Kraków⟧, przelał środki na konto oszusta ⟦k:PL61109010140000071219812874⟧.
=== helpdesk sv
Hej, jag heter ⟦r:Gunilla Åkesson⟧ och fick ett mejl från ⟦k:it@losenord-byte.example⟧. Ring mig på ⟦r:070-174 06 05⟧.
=== police sv
Målsägande: ⟦r:Sven-Erik Lundström⟧, personnummer ⟦r:811228-9874⟧, adress ⟦r:Björkvägen 9, 752 28 Uppsala⟧
=== helpdesk da
Hej, det er ⟦r:Bodil Kjærgaard⟧ fra løn. Jeg klikkede på ⟦k:https://mitid-sikker.example⟧
=== police no
Fornærmede ⟦r:Solveig Tangen⟧, født ⟦r:15.07.1941⟧, betalte til svindleren på konto ⟦k:NO9386011117947⟧.
=== helpdesk fi
Hei, olen ⟦r:Marjatta Korhonen⟧, henkilötunnus ⟦r:120585-4120⟧, ja sain viestin osoitteesta ⟦k:tuki@pankki-turva.example⟧.
=== helpdesk tr
Merhaba, ben ⟦r:Emine Karaca⟧, muhasebe. ⟦k:https://kargo-takip.example⟧ bağlantısına tıkladım. Telefonum ⟦r:0532 555 01 23⟧
=== police tr
Mağdur ⟦r:Hüseyin Aydoğan⟧, T.C. kimlik no ⟦r:28461937550⟧, dolandırıcının ⟦k:TR330006100519786457841326⟧ hesabına para gönderdi.
=== helpdesk cs
Dobrý den, jmenuji se ⟦r:Vlasta Horáková⟧ a klikla jsem na ⟦k:https://balik-cz.example⟧, telefon ⟦r:+420 601 555 012⟧.
=== helpdesk hu
Az áldozat ⟦r:Kovácsné Erzsébet⟧ a csaló számlájára utalt: ⟦k:https://posta-dij.example⟧
=== helpdesk ro
Victima ⟦r:Ionela Dumitrescu⟧ a introdus parola pe ⟦k:https://curier-taxa.example⟧.
=== helpdesk el
Καλημέρα, είμαι η ⟦r:Ελένη Παπαδοπούλου⟧ και πάτησα στο ⟦k:https://elta-pay.example⟧. Τηλέφωνο ⟦r:+30 21 0555 0123⟧
=== police el
Το θύμα ⟦r:Γεώργιος Νικολαΐδης⟧ μετέφερε χρήματα στον απατεώνα.
=== helpdesk ru
Здравствуйте, меня зовут ⟦r:Людмила Сергеевна Козлова⟧, мне пришло письмо от ⟦k:support@gosuslugi-help.example⟧, мой телефон ⟦r:+7 912 555-01-23⟧.
=== police ru
Потерпевший ⟦r:Кузнецов А. В.⟧, СНИЛС ⟦r:148-291-637 88⟧, перевёл деньги на карту мошенника ⟦k:2200 1234 5678 9019⟧.
=== helpdesk uk
Потерпіла ⟦r:Оксана Шевченко⟧ перейшла за посиланням ⟦k:https://dopomoga-ua.example⟧.
=== helpdesk ja
経理部の⟦r:山本美咲⟧です。⟦k:info@amazom-co.example⟧からのメールを開きました。内線⟦r:4471⟧
=== police ja
被害者：⟦r:高橋健太⟧（⟦r:72⟧歳）、電話番号：⟦r:090-5555-0123⟧。犯人の電話は⟦k:+81 50 5555 0199⟧。
=== helpdesk zh
您好，我是财务部的⟦r:刘洋⟧，手机⟦r:13800138000⟧，收到⟦k:hr@bonus-cn.example⟧的邮件。
=== police zh
受害人⟦r:张桂兰⟧，身份证号⟦r:11010519830712362X⟧，向诈骗账户转账五万元。
=== chat zh
客户⟦r:欧阳志远⟧先生说他点击了⟦k:icbc-vip.example⟧
=== helpdesk ko
저는 인사팀 ⟦r:박지영⟧입니다. ⟦k:https://택배-확인.example⟧ 링크를 눌렀습니다.
=== police ko
피해자 ⟦r:최영호⟧(주민등록번호 ⟦r:850712-2345679⟧)는 사기범에게 송금했다.
=== helpdesk ar
مرحبا، أنا ⟦r:فاطمة الزهراني⟧ من قسم المالية، وصلتني رسالة من ⟦k:it@mail-secure.example⟧
=== police ar
المجني عليه ⟦r:خالد بن سعيد⟧ حول مبلغا إلى المحتال، هاتفه ⟦r:+966 55 555 0123⟧
=== helpdesk he
שלום, שמי ⟦r:רחל אברהמי⟧ וקיבלתי הודעה מ ⟦k:info@doar-il.example⟧
=== helpdesk hi
नमस्ते, मेरा नाम ⟦r:सुनीता शर्मा⟧ है और मुझे ⟦k:kyc@bank-update.example⟧ से संदेश मिला।
=== police hi
पीड़ित ⟦r:रमेश यादव⟧ ने ठग को ₹50,000 भेजे, मोबाइल ⟦r:+91 98765 55012⟧
=== helpdesk th
เหยื่อ ⟦r:สมชาย ใจดี⟧ คลิกลิงก์ ⟦k:https://kerry-th.example⟧
=== helpdesk vi
Nạn nhân ⟦r:Nguyễn Thị Hoa⟧ đã chuyển tiền cho kẻ lừa đảo, email ⟦r:hoa.nt@hanoi.example⟧
=== helpdesk id
Korban bernama ⟦r:Siti Rahmawati⟧, nomor HP ⟦r:+62 812 5550 123⟧, mengklik ⟦k:https://hadiah-bank.example⟧
=== log de
Anmeldung fehlgeschlagen: Benutzer ⟦r:hmeister⟧ von ⟦k:203.0.113.113⟧
=== log fr
Échec de connexion pour l'utilisateur ⟦r:cdupuis⟧ depuis ⟦k:198.51.100.113⟧
=== log es
Inicio de sesión correcto del usuario ⟦r:jmaldonado⟧ desde ⟦k:203.0.113.114⟧
=== log pt
Falha de login do usuário ⟦r:rcardoso⟧ a partir de ⟦k:203.0.113.115⟧
=== header de
Von: ⟦k:Volksbank <info@vr-sicherheit.example>⟧
An: ⟦r:Ingeborg Straub⟧ <⟦r:i.straub@gemeinde.example⟧>
Betreff: Kontoaktualisierung
=== header fr
De : ⟦k:Impôts <remb@impots-fr.example>⟧
À : ⟦r:Clément Fournier⟧ <⟦r:c.fournier@mairie.example⟧>
Objet : Remboursement
=== csv de
Nachname;Vorname;Geburtsdatum;Telefon
⟦r:Brinkmann⟧;⟦r:Uwe⟧;⟦r:11.02.1963⟧;⟦r:0211 5550123⟧
=== threat de
Die Gruppe ⟦k:Fancy Bear⟧ nutzt ⟦k:Zebrocy⟧; C2 ist ⟦k:203.0.113.200⟧. Opfer werden nicht genannt.
=== threat fr
Le maliciel ⟦k:Mirai⟧ essaie ⟦k:root⟧/⟦k:xc3511⟧ ; le groupe ⟦k:Turla⟧ n'est pas lié.
=== threat es
El troyano ⟦k:Mekotio⟧ se propaga desde ⟦k:http://factura-cfe.example⟧; autores: ⟦k:@mexi_coder⟧.
=== threat ru
Группировка ⟦k:Cobalt⟧ использует ⟦k:домен cobalt-panel.example⟧, пострадавшие не названы.
=== threat zh
⟦k:海莲花⟧组织使用⟦k:update-cn.example⟧作为C2服务器。
=== threat ja
攻撃グループ⟦k:Tick⟧はマルウェア⟦k:Daserf⟧を使用する。C2は⟦k:203.0.113.91⟧。
`
