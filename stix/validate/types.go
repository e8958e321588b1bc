package validate

// The tables of this file were written from shared/facts/stix21-tables.json, which
// was read from the OASIS Standard STIX Version 2.1 with Errata 01; extensions and
// parts from sections 6 and 7 of that text.
//
// A type is one line: its section, then its properties beyond the common ones.
// A property is NAME, or NAME! when required, then :KIND unless it is text.
// Kinds are those of kindOf; =WORDS narrows one: a vocabulary, types that a
// reference may name, a range, or the part that a list holds.

const (
	// commonDomain are the properties of domain and relationship objects (section 3.2).
	commonDomain = "type! spec_version! id! created_by_ref:ref created!:time modified!:time revoked:bool labels:texts confidence:int=0..100 lang:lang " +
		"external_references:parts=external-reference object_marking_refs:refs=marking-definition granular_markings:parts=granular-marking extensions:extensions"
	// commonObservable are those of cyber-observables.
	commonObservable = "type! spec_version id! object_marking_refs:refs=marking-definition granular_markings:parts=granular-marking defanged:bool extensions:extensions"
)

// domain are the domain, relationship and meta objects (sections 4, 5 and 7).
var domain = map[string]string{
	"attack-pattern":       "4.1 name! description aliases:texts kill_chain_phases:parts=kill-chain-phase",
	"campaign":             "4.2 name! description aliases:texts first_seen:time last_seen:time objective",
	"course-of-action":     "4.3 name! description",
	"grouping":             "4.4 name description context!:open=grouping-context-ov object_refs!:refs",
	"identity":             "4.5 name! description roles:texts identity_class:open=identity-class-ov sectors:opens=industry-sector-ov contact_information",
	"incident":             "4.6 name! description kill_chain_phases:parts=kill-chain-phase",
	"indicator":            "4.7 name description indicator_types:opens=indicator-type-ov pattern! pattern_type!:open=pattern-type-ov pattern_version valid_from!:time valid_until:time kill_chain_phases:parts=kill-chain-phase",
	"infrastructure":       "4.8 name! description infrastructure_types:opens=infrastructure-type-ov aliases:texts kill_chain_phases:parts=kill-chain-phase first_seen:time last_seen:time",
	"intrusion-set":        "4.9 name! description aliases:texts first_seen:time last_seen:time goals:texts resource_level:open=attack-resource-level-ov primary_motivation:open=attack-motivation-ov secondary_motivations:opens=attack-motivation-ov",
	"location":             "4.10 name description latitude:float=-90..90 longitude:float=-180..180 precision:float region:open=region-ov country administrative_area city street_address postal_code",
	"malware":              "4.11 name description malware_types:opens=malware-type-ov is_family:bool aliases:texts kill_chain_phases:parts=kill-chain-phase first_seen:time last_seen:time operating_system_refs:refs=software architecture_execution_envs:opens=processor-architecture-ov implementation_languages:opens=implementation-language-ov capabilities:opens=malware-capabilities-ov sample_refs:refs=artifact,file",
	"malware-analysis":     "4.12 product! version host_vm_ref:ref=software operating_system_ref:ref=software installed_software_refs:refs=software configuration_version modules:texts analysis_engine_version analysis_definition_version submitted:time analysis_started:time analysis_ended:time result_name result:open=malware-result-ov analysis_sco_refs:refs sample_ref:ref=artifact,file,network-traffic",
	"note":                 "4.13 abstract content! authors:texts object_refs!:refs",
	"observed-data":        "4.14 first_observed!:time last_observed!:time number_observed!:int=1..999999999 objects:dict object_refs:refs",
	"opinion":              "4.15 explanation authors:texts opinion!:enum=opinion-enum object_refs!:refs",
	"report":               "4.16 name! description report_types:opens=report-type-ov published!:time object_refs!:refs",
	"threat-actor":         "4.17 name! description threat_actor_types:opens=threat-actor-type-ov aliases:texts first_seen:time last_seen:time roles:opens=threat-actor-role-ov goals:texts sophistication:open=threat-actor-sophistication-ov resource_level:open=attack-resource-level-ov primary_motivation:open=attack-motivation-ov secondary_motivations:opens=attack-motivation-ov personal_motivations:opens=attack-motivation-ov",
	"tool":                 "4.18 name! description tool_types:opens=tool-type-ov aliases:texts kill_chain_phases:parts=kill-chain-phase tool_version",
	"vulnerability":        "4.19 name! description",
	"relationship":         "5.1 relationship_type! description source_ref!:ref target_ref!:ref start_time:time stop_time:time",
	"sighting":             "5.2 description first_seen:time last_seen:time count:int=0..999999999 sighting_of_ref!:ref observed_data_refs:refs=observed-data where_sighted_refs:refs=identity,location summary:bool",
	"language-content":     "7.1 object_ref!:ref object_modified:time contents!:dict",
	"marking-definition":   "7.2.1 name definition_type definition:dict",
	"extension-definition": "7.3 name! description schema! version! extension_types!:enums=extension-type-enum extension_properties:texts",
}

// observables are the cyber-observables (section 6).
var observables = map[string]string{
	"artifact":             "6.1 mime_type payload_bin:base64 url hashes:hashes encryption_algorithm:enum=encryption-algorithm-enum decryption_key",
	"autonomous-system":    "6.2 number!:int=0.. name rir",
	"directory":            "6.3 path! path_enc ctime:time mtime:time atime:time contains_refs:refs=file,directory",
	"domain-name":          "6.4 value! resolves_to_refs:refs=ipv4-addr,ipv6-addr,domain-name",
	"email-addr":           "6.5 value! display_name belongs_to_ref:ref=user-account",
	"email-message":        "6.6 is_multipart!:bool date:time content_type from_ref:ref=email-addr sender_ref:ref=email-addr to_refs:refs=email-addr cc_refs:refs=email-addr bcc_refs:refs=email-addr message_id subject received_lines:texts additional_header_fields:dict body body_multipart:parts=mime-part raw_email_ref:ref=artifact",
	"file":                 "6.7 hashes:hashes size:int=0.. name name_enc magic_number_hex:hex mime_type ctime:time mtime:time atime:time parent_directory_ref:ref=directory contains_refs:refs content_ref:ref=artifact",
	"ipv4-addr":            "6.8 value! resolves_to_refs:refs=mac-addr belongs_to_refs:refs=autonomous-system",
	"ipv6-addr":            "6.9 value! resolves_to_refs:refs=mac-addr belongs_to_refs:refs=autonomous-system",
	"mac-addr":             "6.10 value!",
	"mutex":                "6.11 name!",
	"network-traffic":      "6.12 start:time end:time is_active:bool src_ref:ref=ipv4-addr,ipv6-addr,mac-addr,domain-name dst_ref:ref=ipv4-addr,ipv6-addr,mac-addr,domain-name src_port:int=0..65535 dst_port:int=0..65535 protocols!:texts src_byte_count:int=0.. dst_byte_count:int=0.. src_packets:int=0.. dst_packets:int=0.. ipfix:dict src_payload_ref:ref=artifact dst_payload_ref:ref=artifact encapsulates_refs:refs=network-traffic encapsulated_by_ref:ref=network-traffic",
	"process":              "6.13 is_hidden:bool pid:int created_time:time cwd command_line environment_variables:dict opened_connection_refs:refs=network-traffic creator_user_ref:ref=user-account image_ref:ref=file parent_ref:ref=process child_refs:refs=process",
	"software":             "6.14 name! cpe swid languages:texts vendor version",
	"url":                  "6.15 value!",
	"user-account":         "6.16 user_id credential account_login account_type:open=account-type-ov display_name is_service_account:bool is_privileged:bool can_escalate_privs:bool is_disabled:bool account_created:time account_expires:time credential_last_changed:time account_first_login:time account_last_login:time",
	"windows-registry-key": "6.17 key values:parts=registry-value modified_time:time creator_user_ref:ref=user-account number_of_subkeys:int=0..",
	"x509-certificate":     "6.18 is_self_signed:bool hashes:hashes version serial_number signature_algorithm issuer validity_not_before:time validity_not_after:time subject subject_public_key_algorithm subject_public_key_modulus subject_public_key_exponent:int x509_v3_extensions:part=x509-v3",
}

// parts are objects inside objects.
var parts = map[string]string{
	"external-reference": "2.5 source_name! description url hashes:hashes external_id",
	"kill-chain-phase":   "2.11 kill_chain_name! phase_name!",
	"granular-marking":   "7.2.3 lang:lang marking_ref:ref=marking-definition selectors!:texts",
	"mime-part":          "6.6.2 body body_raw_ref:ref=artifact,file content_type content_disposition",
	"registry-value":     "6.17.2 name data data_type:enum=windows-registry-datatype-enum",
	"x509-v3": "6.18.2 basic_constraints name_constraints policy_constraints key_usage extended_key_usage subject_key_identifier authority_key_identifier " +
		"subject_alternative_name issuer_alternative_name subject_directory_attributes crl_distribution_points inhibit_any_policy " +
		"private_key_usage_period_not_before:time private_key_usage_period_not_after:time certificate_policies policy_mappings",
	"data-stream": "6.7.3 name! hashes:hashes size:int=0..",
	"pe-optional": "6.7.6.2 magic_hex:hex major_linker_version:int minor_linker_version:int size_of_code:int size_of_initialized_data:int size_of_uninitialized_data:int " +
		"address_of_entry_point:int base_of_code:int base_of_data:int image_base:int section_alignment:int file_alignment:int major_os_version:int minor_os_version:int " +
		"major_image_version:int minor_image_version:int major_subsystem_version:int minor_subsystem_version:int win32_version_value_hex:hex size_of_image:int size_of_headers:int " +
		"checksum_hex:hex subsystem_hex:hex dll_characteristics_hex:hex size_of_stack_reserve:int size_of_stack_commit:int size_of_heap_reserve:int size_of_heap_commit:int " +
		"loader_flags_hex:hex number_of_rva_and_sizes:int hashes:hashes",
	"pe-section": "6.7.6.3 name! size:int=0.. entropy:float hashes:hashes",
}

// extensions are the predefined extensions, by the type that has them and their key.
var extensions = map[string]map[string]string{
	"file": {
		"archive-ext":      "6.7.2 contains_refs!:refs=file,directory comment",
		"ntfs-ext":         "6.7.3 sid alternate_data_streams:parts=data-stream",
		"pdf-ext":          "6.7.4 version is_optimized:bool document_info_dict:dict pdfid0 pdfid1",
		"raster-image-ext": "6.7.5 image_height:int image_width:int bits_per_pixel:int exif_tags:dict",
		"windows-pebinary-ext": "6.7.6 pe_type!:open=windows-pebinary-type-ov imphash machine_hex:hex number_of_sections:int=0.. time_date_stamp:time pointer_to_symbol_table_hex:hex " +
			"number_of_symbols:int=0.. size_of_optional_header:int=0.. characteristics_hex:hex file_header_hashes:hashes optional_header:part=pe-optional sections:parts=pe-section",
	},
	"network-traffic": {
		"http-request-ext": "6.12.2 request_method! request_value! request_version request_header:dict message_body_length:int message_body_data_ref:ref=artifact",
		"icmp-ext":         "6.12.3 icmp_type_hex!:hex icmp_code_hex!:hex",
		"socket-ext":       "6.12.4 address_family!:enum=network-socket-address-family-enum is_blocking:bool is_listening:bool options:dict socket_type:enum=network-socket-type-enum socket_descriptor:int=0.. socket_handle:int",
		"tcp-ext":          "6.12.5 src_flags_hex:hex dst_flags_hex:hex",
	},
	"process": {
		"windows-process-ext": "6.13.2 aslr_enabled:bool dep_enabled:bool priority owner_sid window_title startup_info:dict integrity_level:enum=windows-integrity-level-enum",
		"windows-service-ext": "6.13.3 service_name descriptions:texts display_name group_name start_type:enum=windows-service-start-type-enum service_dll_refs:refs=file service_type:enum=windows-service-type-enum service_status:enum=windows-service-status-enum",
	},
	"user-account": {"unix-account-ext": "6.16.2 gid:int groups:texts home_dir shell"},
}
