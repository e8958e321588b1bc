package privacy

// unseenMail are mails and chats: headers, lures, forwarded phish, help-desk
// tickets, ransom notes, in English.
const unseenMail = `
=== mail-header en
Return-Path: <⟦k:news@flight-refund.example⟧>
Delivered-To: ⟦r:ottoline.grey@shoreline.example⟧
From: "⟦k:Refund Desk⟧" <⟦k:news@flight-refund.example⟧>
Subject: Your refund, ⟦r:Ottoline⟧
=== mail-header en
Received: from ⟦k:vps77.hoster.example⟧ ([⟦k:203.0.113.77⟧]) by mx1.clinic.example with ESMTP for <⟦r:b.achterberg@clinic.example⟧>; Tue, 3 Mar 2026 08:00:00 +0100
=== mail-header en
Cc: "⟦r:Moritz Lang⟧" <⟦r:m.lang@kanzlei.example⟧>, ⟦r:s.kuhn@kanzlei.example⟧
Bcc: ⟦r:partner.vogel@kanzlei.example⟧
Reply-To: ⟦k:ra.fischer@anwalt-post.example⟧
=== mail-forward en
---------- Forwarded message ---------
From: ⟦k:CEO Office⟧ <⟦k:ceo.office@quickpost.example⟧>
To: ⟦r:Priyanka Nair⟧ <⟦r:pnair@textile.example⟧>
Subject: Quick favour
=== mail-forward en
Hi team, forwarding something odd. Thanks, ⟦r:Guillermo⟧
> From: ⟦k:DocuSign <sign@docu-envelope.example>⟧
> Please review and sign.
=== lure en
Dear ⟦r:Ms. Abernathy⟧, this is ⟦k:Officer Daniel Reed⟧ of the Tax Service. Call ⟦k:+1 800 555 0166⟧ within 24 hours or a warrant is issued.
=== lure en
Hello ⟦r:Winston⟧, I am ⟦k:Barrister Emmanuel Koffi⟧, lawyer to a late client with your surname. Write to ⟦k:barr.koffi@chambers-law.example⟧.
=== lure en
Hi Mum, I lost my phone, this is my new number ⟦k:+44 7700 900 456⟧. Can you pay a bill for me? (received by ⟦r:Mrs. Doreen Pickles⟧)
=== lure en
The pretext uses the persona "⟦k:Jessica Lane, HR Business Partner⟧" and the mailbox ⟦k:j.lane@talent-desk.example⟧.
=== lure en
Text of the smish: "Royal Parcel: fee of 1.99 due, ⟦k:https://royal-parcel-fee.example⟧". Sent from ⟦k:+44 7700 900 890⟧ to ⟦r:+44 7700 900 321⟧.
=== sextortion en
I recorded you. Your password is ⟦r:Rover1962⟧. Pay 0.05 BTC to ⟦k:bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq⟧.
=== ransom en
All your files are encrypted by ⟦k:BlackHeron⟧. Contact ⟦k:heron.support@onionmail.example⟧ or Tox ⟦k:76518406F6A9F2217E8DC487CC783C25CC16A15EB36FF32E335A235342C48A39⟧.
=== ransom en
Leak site entry: "We hold 40 GB of Brimstone Foods, incl. passport of CEO ⟦r:Ludovic Sarrazin⟧, phone ⟦r:+33 1 99 00 12 34⟧."
=== ransom en
negotiation chat
[victim] this is ⟦r:Helmut⟧, we need more time
[support] price doubles friday. wallet ⟦k:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa⟧
=== ticket en
Requested by: ⟦r:Shanelle Baptiste⟧ (ext. ⟦r:4417⟧)
Assigned to: ⟦r:Kofi Mensah⟧
Summary: pop-up from ⟦k:pc-cleaner.example⟧ asks to call ⟦k:1-888-555-0188⟧
=== ticket en
INC0044121 | Caller ⟦r:Beatrix Holloway⟧ | Location: Leeds | "my mouse moves by itself" | AnyDesk id given by the scammer: ⟦k:918 273 645⟧
=== ticket en
Ticket #88120 opened by ⟦r:dwayne.carter@city.example⟧: I typed my password (⟦r:Chicago88!⟧) on ⟦k:https://sso-city.example⟧
=== ticket en
Worklog 09:12 ⟦r:A. Rosenthal⟧: reset MFA for ⟦r:l.quist⟧, blocked sender ⟦k:mfa@reset-now.example⟧
=== ticket en
Reporter: ⟦r:Yolanda Pruitt⟧
Mobile: ⟦r:(312) 555-0147⟧
Asset: LT-00982
Details: clicked ⟦k:hxxp://gift-card[.]example⟧
=== chat-slack en
⟦r:maribel.s⟧ 10:44 AM
is ⟦k:198.51.100.66⟧ ours?
⟦r:tobias⟧ 10:45 AM
nope, ⟦k:Cobalt Strike⟧ team server
=== chat-irc en
[21:03] <⟦r:hankw⟧> anyone seen the hash from ⟦r:Lucia⟧?
[21:04] <⟦r:mbo⟧> yes it is ⟦k:QakBot⟧
=== chat-whatsapp en
12/03/2026, 18:22 - ⟦r:Aunt Rosalind⟧: he says he is a doctor in Yemen
12/03/2026, 18:23 - ⟦r:+44 7700 900 777⟧: block him!!
=== chat-telegram en
Channel post by ⟦k:@cardking_shop⟧: fresh CVV, 20$ each, escrow ok, pm ⟦k:@ck_support⟧
=== romance en
Victim ⟦r:Philippa Thornton⟧ (⟦r:67⟧) met "⟦k:Dr. Mark Sullivan⟧" on a dating site; he asked her to send Steam cards to ⟦k:marksullivan.un@mailbox.example⟧.
=== bec en
The fraudster wrote as the CFO from ⟦k:cfo@harb0urline.example⟧; payment clerk ⟦r:Nigel Ashworth⟧ paid 83,000 GBP to ⟦k:GB15MIDL40051512345678⟧.
=== bec en
Genuine mailbox of supplier ⟦h:accounts.marlow@papermill.example⟧ was compromised and used to send the new bank details ⟦k:CZ6508000000192000145399⟧ to ⟦r:t.marek@druck.example⟧.
=== bec en
Vendor e-mail account takeover: the real account ⟦h:Simone Beck⟧ <⟦h:simone.beck@lieferant.example⟧> sent the fraudulent invoice.
=== abuse en
To: abuse@hoster.example
Please take down ⟦k:hxxps://metamask-verify[.]example⟧ hosted at ⟦k:192.0.2.80⟧.
Regards, ⟦r:Florian Achleitner⟧, CERT
=== vishing en
Caller claimed to be "⟦k:Kevin from Windows support⟧", number displayed ⟦k:+1 202 555 0113⟧; the target was ⟦r:Eleanor Vance⟧, ⟦r:14 Hill House Lane, Salem MA 01970⟧.
=== quishing en
QR code on the poster leads to ⟦k:https://parking-pay.example/q⟧; ⟦r:Mr Osgood Perkins⟧ entered card ⟦r:5499 9951 2345 6780⟧ cvc ⟦r:912⟧.
=== job-scam en
"Recruiter" ⟦k:Amelia Frost⟧ (⟦k:amelia.frost@hire-fast.example⟧) sent the coding test ⟦k:task.zip⟧ to developer ⟦r:Ihor Shevchuk⟧.
=== invoice en
Attachment ⟦k:Invoice_Johnson_March.docm⟧ drops ⟦k:update.vbs⟧; user ⟦r:cjohnson⟧ enabled macros.
=== signature en
Thanks and regards,
⟦r:Manoj Pillai⟧
Senior Accountant | Tel: ⟦r:+91 22 5555 0142⟧ | ⟦r:manoj.pillai@exports.example⟧
=== greeting en
Good morning ⟦r:Ulrike⟧ and ⟦r:Tamsin⟧, please find the list of phished users attached.
=== helpdesk en
I am ⟦r:Jacqueline Auberjonois⟧ from Payroll. My login is ⟦r:jaubs⟧ and my date of birth is ⟦r:9 June 1974⟧.
=== lowercase en
talked to ⟦r:bettina schulze⟧ today, her cell is ⟦r:017155501234⟧, she paid into ⟦k:quickloan.example⟧
=== initials en
Statement of witness ⟦r:J. P.⟧: the man at the ATM put in a black device with MAC ⟦k:98:d3:31:f5:44:0b⟧.
=== defanged en
recipient: ⟦r:marta(at)uczelnia[.]example⟧, sender: ⟦k:dziekanat(at)uczelnia-info[.]example⟧
=== gdpr en
Data subject ⟦r:Anneliese Kortmann⟧, customer no. 4471, asks which data of her was leaked by ⟦k:ShadowCrate⟧.
=== newsletter en
Unsubscribe: ⟦k:https://track.bulk.example/u?e=⟧⟦r:roswitha.baum%40heim.example⟧
=== mail-raw en
DKIM-Signature: v=1; d=⟦k:secure-notice.example⟧; s=k1
X-Sender: ⟦k:noreply@secure-notice.example⟧
X-Original-To: ⟦r:frode.bakken@fylke.example⟧
=== quoted-printable en
To: =?utf-8?B?⟦r:SsO8cmdlbiBLw7ZobGVy⟧?= <⟦r:juergen.koehler@stadt.example⟧>
=== calendar en
ORGANIZER;CN="⟦k:Zoom Meetings⟧":mailto:⟦k:invite@zoom-join.example⟧
ATTENDEE;CN="⟦r:Astrid Nyberg⟧":mailto:⟦r:astrid.nyberg@skola.example⟧
=== vcard en
BEGIN:VCARD
FN:⟦r:Leopold Haas⟧
TEL:⟦r:+43 1 5550 1234⟧
EMAIL:⟦r:l.haas@wien-post.example⟧
END:VCARD
`
