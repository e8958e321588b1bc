package stix

import (
	"time"

	"tocsin/fault"
)

// ParseTime reads a STIX timestamp (STIX 2.1 section 3.2): RFC 3339, UTC with Z,
// any number of fraction digits (those past the ninth are dropped).
func ParseTime(s string) (time.Time, error) {
	t, ok := readTime(s)
	if !ok {
		return time.Time{}, fault.New(fault.Invalid, "is not a timestamp such as 2026-01-31T08:15:00.000Z")
	}
	return t, nil
}

func readTime(s string) (t time.Time, ok bool) {
	if len(s) < 20 || len(s) > 40 || s[len(s)-1] != 'Z' || s[10] != 'T' {
		return t, false
	}
	n := func(from, to int) int {
		v := 0
		for _, c := range []byte(s[from:to]) {
			if c < '0' || c > '9' {
				return -1 << 30
			}
			v = v*10 + int(c-'0')
		}
		return v
	}
	if s[4] != '-' || s[7] != '-' || s[13] != ':' || s[16] != ':' {
		return t, false
	}
	year, month, day, hour, min, sec := n(0, 4), n(5, 7), n(8, 10), n(11, 13), n(14, 16), n(17, 19)
	nano := 0
	if frac := s[19 : len(s)-1]; frac != "" {
		if frac[0] != '.' || len(frac) < 2 {
			return t, false
		}
		scale := 100_000_000
		for _, c := range []byte(frac[1:]) {
			if c < '0' || c > '9' {
				return t, false
			}
			nano += int(c-'0') * scale
			scale /= 10
		}
	}
	if year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || min < 0 || min > 59 || sec < 0 || sec > 60 {
		return t, false
	}
	if time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Day() != day {
		return t, false // the 30th of February
	}
	return time.Date(year, time.Month(month), day, hour, min, sec, nano, time.UTC), true
}

// FormatTime writes a STIX timestamp with milliseconds.
func FormatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// FormatMicro writes a TAXII timestamp: exactly six fraction digits (TAXII 2.1 section 1.6.5).
func FormatMicro(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }
