package taxii

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"tocsin/fault"
)

// acceptable makes sure that the client takes the media type that we write (TAXII
// 2.1 section 1.6.8.1, RFC 9110 section 12.5.1): TAXII's with version 2.1 or
// without a version, or any type. No Accept at all means any type.
func acceptable(r *http.Request) error {
	headers := r.Header.Values("Accept")
	if len(headers) == 0 {
		return nil
	}
	for _, item := range splitQuoted(strings.Join(headers, ",")) {
		typ, params, err := mime.ParseMediaType(item)
		if err != nil || params["q"] != "" && !positive(params["q"]) {
			continue
		}
		switch typ {
		case "*/*", "application/*":
			return nil
		case "application/taxii+json":
			if v := params["version"]; v == "" || v == "2.1" {
				return nil
			}
		}
	}
	return fault.At(fault.NotAcceptable, "Accept", "answers are %s; ask for that", mediaTAXII)
}

func positive(q string) bool {
	f, err := strconv.ParseFloat(q, 64)
	return err == nil && f > 0 && f <= 1
}

// splitQuoted splits at commas outside quotes.
func splitQuoted(s string) []string {
	var out []string
	from, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			out = append(out, s[from:i])
			from = i + 1
		}
	}
	return append(out, s[from:])
}

// sentAs makes sure that a body is what an Add takes.
func sentAs(r *http.Request) error {
	typ, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if v := params["version"]; err != nil || typ != "application/taxii+json" || v != "" && v != "2.1" || len(r.Header.Values("Content-Type")) > 1 {
		return fault.At(fault.Unsupported, "Content-Type", "an Add takes %s", mediaTAXII)
	}
	return nil
}
