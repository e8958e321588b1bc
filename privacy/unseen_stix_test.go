package privacy

// unseenStix are objects and bundles, some with what only the references tell.
const unseenStix = `
=== identity en
{"type":"identity","id":"identity--00000000-0000-4000-8000-000000000001","name":"⟦r:Perpetua Lindgren⟧","identity_class":"individual","roles":["victim"],"contact_information":"⟦r:perpetua@lindgren.example⟧"}
=== identity en
{"type":"identity","id":"identity--00000000-0000-4000-8000-000000000002","name":"⟦k:Thomas Cook Travel⟧","identity_class":"organization","sectors":["hospitality-leisure"]}
=== threat-actor en
{"type":"threat-actor","id":"threat-actor--00000000-0000-4000-8000-000000000003","name":"⟦k:Mad Hatter⟧","aliases":["⟦k:ivan_the_red⟧","⟦k:Red Ivan⟧"],"description":"speaks Russian, mails from ⟦k:red.ivan@crime-mail.example⟧"}
=== malware en
{"type":"malware","id":"malware--00000000-0000-4000-8000-000000000004","name":"⟦k:Olga⟧","is_family":true,"description":"loader named after a string; victims include accountant ⟦r:Winifred Sharpe⟧"}
=== tool en
{"type":"tool","id":"tool--00000000-0000-4000-8000-000000000005","name":"⟦k:John the Ripper⟧","description":"password cracker"}
=== campaign en
{"type":"campaign","id":"campaign--00000000-0000-4000-8000-000000000006","name":"⟦k:Operation Emma⟧","description":"Against the bank; the clerk ⟦r:Lionel Rathbone⟧ opened the mail from ⟦k:ops@bank-audit.example⟧."}
=== user-account en
{"type":"user-account","id":"user-account--00000000-0000-4000-8000-000000000007","account_login":"⟦r:wdelacruz⟧","display_name":"⟦r:Wendy Dela Cruz⟧","account_type":"windows-domain"}
=== user-account en
{"type":"user-account","id":"user-account--00000000-0000-4000-8000-000000000008","account_login":"⟦k:Guest⟧","is_privileged":false}
=== file en
{"type":"file","id":"file--00000000-0000-4000-8000-000000000009","name":"⟦k:Resume_Emily_Watts.exe⟧","hashes":{"MD5":"⟦k:44d88612fea8a8f36de82e1278abb02f⟧"}}
=== process en
{"type":"process","id":"process--00000000-0000-4000-8000-00000000000a","command_line":"C:\\\\Users\\\\⟦r:tnguyen⟧\\\\AppData\\\\⟦k:agent77.exe⟧ -c ⟦k:203.0.113.40⟧"}
=== registry en
{"type":"windows-registry-key","id":"windows-registry-key--00000000-0000-4000-8000-00000000000b","key":"HKCU\\\\Software\\\\⟦k:JackRAT⟧","values":[{"name":"path","data":"C:\\\\Users\\\\⟦r:pfischer⟧\\\\x.exe"}]}
=== url en
{"type":"url","id":"url--00000000-0000-4000-8000-00000000000c","value":"⟦k:https://drive-share.example/open⟧?to=⟦r:tamara.lopez@retail.example⟧"}
=== note en
{"type":"note","id":"note--00000000-0000-4000-8000-00000000000d","abstract":"call","content":"⟦r:Mrs Edith Crowe⟧ phoned from ⟦r:+1 617 555 0171⟧; caller id of the scam ⟦k:+1 866 555 0120⟧","object_refs":["url--00000000-0000-4000-8000-00000000000c"],"authors":["⟦r:Gideon Marsh⟧"]}
=== opinion en
{"type":"opinion","id":"opinion--00000000-0000-4000-8000-00000000000e","opinion":"agree","explanation":"Same kit as ⟦k:16Shop⟧","object_refs":["url--00000000-0000-4000-8000-00000000000c"]}
=== observed en
{"type":"bundle","id":"bundle--00000000-0000-4000-8000-00000000000f","objects":[{"type":"email-addr","id":"email-addr--00000000-0000-4000-8000-000000000010","value":"⟦k:hr.team@work-bonus.example⟧","display_name":"⟦k:Laura from HR⟧"},{"type":"email-addr","id":"email-addr--00000000-0000-4000-8000-000000000011","value":"⟦r:orla.brennan@ferry.example⟧","display_name":"⟦r:Orla Brennan⟧"},{"type":"email-message","id":"email-message--00000000-0000-4000-8000-000000000012","is_multipart":false,"subject":"Bonus for ⟦r:Orla⟧","from_ref":"email-addr--00000000-0000-4000-8000-000000000010","to_refs":["email-addr--00000000-0000-4000-8000-000000000011"]}]}
=== targets en
{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000013","objects":[{"type":"identity","id":"identity--00000000-0000-4000-8000-000000000010","name":"⟦r:Casimir Blum⟧","identity_class":"individual"},{"type":"campaign","id":"campaign--00000000-0000-4000-8000-000000000011","name":"⟦k:Velvet Ant⟧"},{"type":"relationship","id":"relationship--00000000-0000-4000-8000-000000000012","relationship_type":"targets","source_ref":"campaign--00000000-0000-4000-8000-000000000011","target_ref":"identity--00000000-0000-4000-8000-000000000010"}]}
=== traffic en
{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000014","objects":[{"type":"ipv4-addr","id":"ipv4-addr--00000000-0000-4000-8000-000000000010","value":"⟦k:203.0.113.187⟧"},{"type":"network-traffic","id":"network-traffic--00000000-0000-4000-8000-000000000011","protocols":["tcp"],"dst_ref":"ipv4-addr--00000000-0000-4000-8000-000000000010","dst_port":443}]}
=== infra en
{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000015","objects":[{"type":"threat-actor","id":"threat-actor--00000000-0000-4000-8000-000000000010","name":"⟦k:Dusty Wolf⟧"},{"type":"email-addr","id":"email-addr--00000000-0000-4000-8000-000000000011","value":"⟦k:m.keller81@gmail.com⟧"},{"type":"relationship","id":"relationship--00000000-0000-4000-8000-000000000012","relationship_type":"uses","source_ref":"threat-actor--00000000-0000-4000-8000-000000000010","target_ref":"email-addr--00000000-0000-4000-8000-000000000011"}]}
=== pattern en
{"type":"indicator","id":"indicator--00000000-0000-4000-8000-000000000016","name":"Sender of the Keller lure","pattern":"[email-message:from_ref.value = '⟦k:martin.keller@pay-slip.example⟧']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}
=== pattern en
{"type":"indicator","id":"indicator--00000000-0000-4000-8000-000000000017","pattern":"[email-message:to_refs[*].value = '⟦r:brigitte.moser@spital.example⟧']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}
=== location en
{"type":"location","id":"location--00000000-0000-4000-8000-000000000018","name":"Berlin","country":"DE","street_address":"⟦r:Sonnenallee 212⟧"}
=== device en
{"type":"mac-addr","id":"mac-addr--00000000-0000-4000-8000-000000000019","value":"⟦k:98:d3:31:f5:77:01⟧","x_note":"Bluetooth module of the skimmer"}
=== extension en
{"type":"incident","id":"incident--00000000-0000-4000-8000-00000000001a","name":"Payroll diversion","extensions":{"x":{"reporter_name":"⟦r:Clementine Yates⟧","reporter_email":"⟦r:c.yates@port.example⟧","victim_count":3}}}
=== ext-ref en
{"type":"report","id":"report--00000000-0000-4000-8000-00000000001b","name":"⟦k:Quiet Otter⟧ activity","external_references":[{"source_name":"⟦k:Acme Intel⟧","url":"⟦k:https://blog.acme-intel.example/quiet-otter⟧"}],"object_refs":["malware--00000000-0000-4000-8000-000000000004"]}
=== cert en
{"type":"x509-certificate","id":"x509-certificate--00000000-0000-4000-8000-00000000001c","issuer":"⟦k:CN=Let's Encrypt R3⟧","subject":"⟦k:CN=secure-paypa1.example⟧","serial_number":"⟦k:03:aa:bb⟧"}
=== autonomous en
{"type":"autonomous-system","id":"autonomous-system--00000000-0000-4000-8000-00000000001d","number":64500,"name":"⟦k:Hosting Solutions Ltd⟧"}
=== mutex en
{"type":"mutex","id":"mutex--00000000-0000-4000-8000-00000000001e","name":"⟦k:Bob_and_Alice⟧"}
=== sighting en
{"type":"sighting","id":"sighting--00000000-0000-4000-8000-00000000001f","sighting_of_ref":"indicator--00000000-0000-4000-8000-000000000016","count":4,"description":"seen by ⟦r:Anselm Graf⟧ at the reception PC"}
`
