package auto

import (
	"bytes"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/intake/csv"
)

// supported ends every error about a format that is not read.
const supported = "Read are: STIX 2.1 and 2.0, MISP events, CSV and lists, text, Markdown, AsciiDoc, HTML and e-mail (.eml), each also packed with gzip."

// detect finds out the format from the beginning of a report, and from its
// name where that leaves a choice.
func detect(head []byte, name string) (intake.Format, error) {
	s := bytes.TrimLeft(head, " \t\r\n\v\f")
	if len(s) == 0 {
		if len(head) == headBytes {
			return "", fault.New(fault.Invalid, "the report begins with %d KiB of white space", headBytes>>10)
		}
		return "", fault.New(fault.Invalid, "the report is empty")
	}
	if what := notText(head); what != "" {
		return "", fault.New(fault.Unsupported, "this is %s, which is not read here. %s", what, supported)
	}
	ext := strings.ToLower(path.Ext(name))
	switch {
	case looksJSON(s):
		f, err := detectJSON(s)
		if err != nil && (ext == ".md" || ext == ".txt" || ext == ".adoc") {
			return intake.Text, nil // a text that begins with a bracket
		}
		return f, err
	case isXML(s):
		return "", fault.New(fault.Unsupported, "this is XML, such as STIX 1; it is not read here. %s", supported)
	case isHTML(s):
		return intake.Text, nil
	case isMail(s):
		return intake.EML, nil
	}
	switch ext {
	case ".csv", ".tsv":
		return intake.CSV, nil
	case ".eml":
		if headerLines(s) > 0 {
			return intake.EML, nil
		}
	case ".md", ".markdown", ".adoc", ".asciidoc", ".rst", ".htm", ".html":
		return intake.Text, nil
	}
	if csv.Looks(head) {
		return intake.CSV, nil
	}
	return intake.Text, nil
}

// agree settles on a format: the one named, if the contents can be in it.
func agree(named, found intake.Format, head []byte, err error) (intake.Format, error) {
	if named == "" || named == found && err == nil {
		return found, err
	}
	if err != nil && fault.KindOf(err) == fault.Invalid && len(bytes.TrimSpace(head)) == 0 || notText(head) != "" {
		return "", err
	}
	isJSON := looksJSON(bytes.TrimSpace(head))
	wrong := func(is string) (intake.Format, error) {
		return "", fault.At(fault.Invalid, "format", "the report was said to be %s, but it is %s; leave the format out, or send what it says", named, is)
	}
	switch named {
	case intake.STIX, intake.MISP:
		switch {
		case !isJSON:
			return wrong("not JSON")
		case err == nil:
			return wrong(string(found))
		}
	case intake.CSV:
		if isJSON {
			return wrong("JSON")
		}
		if found == intake.EML || isHTML(bytes.TrimSpace(head)) {
			return wrong("no list")
		}
	case intake.EML:
		if headerLines(bytes.TrimSpace(head)) == 0 {
			return wrong("not an e-mail: it does not begin with header lines")
		}
	}
	return named, nil
}

// notText names a file that is no text, "" for text.
func notText(head []byte) string {
	for magic, what := range binaries {
		if bytes.HasPrefix(head, []byte(magic)) {
			return what
		}
	}
	odd := 0
	for _, c := range head {
		if c == 0 {
			return "a binary file"
		}
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\v' && c != 0x1b {
			odd++
		}
	}
	if odd > 3 && odd*20 > len(head) {
		return "a binary file"
	}
	return ""
}

// binaries are the first bytes of files that people send by mistake.
var binaries = map[string]string{
	"%PDF-": "a PDF document", "\xd0\xcf\x11\xe0": "an old Office document or an Outlook message", "\x89PNG": "a picture", "\xff\xd8\xff": "a picture", "GIF8": "a picture",
	"MZ": "a Windows program", "\x7fELF": "a program", "{\\rtf": "a rich text document", "\xd4\xc3\xb2\xa1": "a packet capture", "\xa1\xb2\xc3\xd4": "a packet capture", "\x0a\x0d\x0d\x0a": "a packet capture",
	"SQLite format 3": "a database", "bplist00": "a binary property list",
}

// looksJSON tells whether a text begins as JSON does, and as no prose.
func looksJSON(s []byte) bool {
	if len(s) == 0 || s[0] != '{' && s[0] != '[' {
		return false
	}
	rest := bytes.TrimLeft(s[1:], " \t\r\n")
	switch {
	case len(rest) == 0:
		return true
	case s[0] == '{':
		return rest[0] == '"' || rest[0] == '}'
	}
	return rest[0] == '{' || rest[0] == ']' || rest[0] == '['
}

// detectJSON tells STIX and MISP apart by the names of the outermost object, or
// of the first in a list.
func detectJSON(s []byte) (intake.Format, error) {
	dec := jsontext.NewDecoder(bytes.NewReader(s), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for dec.PeekKind() == '[' {
		if _, err := dec.ReadToken(); err != nil || dec.StackDepth() > 3 {
			break
		}
	}
	if dec.PeekKind() == '{' {
		_, _ = dec.ReadToken() // peeked
	}
	maybe := false
	for dec.PeekKind() == '"' {
		t, err := dec.ReadToken()
		if err != nil {
			break
		}
		switch t.String() {
		case "Event", "response":
			return intake.MISP, nil
		case "objects", "spec_version":
			return intake.STIX, nil
		case "Attribute", "Orgc", "event_creator_email", "threat_level_id":
			return intake.MISP, nil // an event without anything around it
		case "type", "id", "created", "modified", "more", "next":
			maybe = true
		}
		if dec.SkipValue() != nil {
			break
		}
	}
	if maybe {
		return intake.STIX, nil
	}
	return "", fault.New(fault.Unsupported, "this is JSON, but neither STIX nor a MISP event. %s", supported)
}

func isXML(s []byte) bool {
	return bytes.HasPrefix(s, []byte("<?xml")) && !isHTML(s) || bytes.HasPrefix(s, []byte("<stix:"))
}

func isHTML(s []byte) bool {
	lower := bytes.ToLower(s[:min(len(s), 1024)])
	return bytes.HasPrefix(lower, []byte("<")) && (bytes.Contains(lower, []byte("<!doctype html")) || bytes.Contains(lower, []byte("<html")) || bytes.Contains(lower, []byte("<body")) || bytes.Contains(lower, []byte("<head")))
}

// mailHeaders are header fields that a message begins with (RFC 5322, and what carriers add).
const mailHeaders = " received return-path delivered-to from to subject date message-id mime-version content-type reply-to sender x-originating-ip dkim-signature authentication-results arc-seal x-mailer envelope-to cc x-received received-spf thread-topic list-id list-unsubscribe x-spam-status "

// isMail tells a message by two header fields that it begins with.
func isMail(s []byte) bool {
	return headerLines(s) >= 2 || bytes.HasPrefix(s, []byte("From ")) && headerLines(s) >= 1
}

// headerLines counts the known header fields at the beginning, up to the first
// line that is none.
func headerLines(s []byte) int {
	n := 0
	for i, line := range bytes.Split(s[:min(len(s), 16<<10)], []byte("\n")) {
		line = bytes.TrimRight(line, "\r")
		if i == 0 && bytes.HasPrefix(line, []byte("From ")) {
			continue // mbox
		}
		if len(line) > 0 && (line[0] == ' ' || line[0] == '\t') && n > 0 {
			continue // folded
		}
		name, _, ok := bytes.Cut(line, []byte(":"))
		if !ok || len(name) == 0 || len(name) > 60 || bytes.ContainsAny(name, " \t") || !utf8.Valid(name) {
			break
		}
		if strings.Contains(mailHeaders, " "+strings.ToLower(string(name))+" ") {
			n++
		}
	}
	return n
}
