package frame

import (
	"cmp"
	"fmt"
	"html/template"
	"strings"
	"time"
	"unicode"
)

// funcs are what templates may call, in one language.
func (s *Site) funcs(lang string, w words) template.FuncMap {
	word := func(key string, pairs ...any) (string, error) {
		text, ok := w[key]
		if !ok {
			return "", fmt.Errorf("there is no word %q", key)
		}
		return fill(text, lang, pairs)
	}
	return template.FuncMap{
		"t": word,
		"n": func(key string, n any, pairs ...any) (string, error) {
			form := ".other"
			if fmt.Sprint(n) == "1" {
				form = ".one"
			}
			return word(key+form, append(pairs, "n", n)...)
		},
		"num":     func(n any) string { return show(n, lang) },
		"val":     Visible,
		"defang":  func(v string) string { return Visible(Defang(v)) },
		"when":    func(t time.Time) template.HTML { return stamp(t, "2 Jan 2006, 15:04:05.000 UTC", lang) }, // as objects show it: in full; the script adds the reader's own time on focus
		"minute":  func(t time.Time) template.HTML { return stamp(t, "2 Jan 2006, 15:04 UTC", lang) },
		"clock":   func(t time.Time) template.HTML { return stamp(t, "15:04:05.000", lang) }, // as lists show it
		"day":     func(t time.Time) template.HTML { return stamp(t, "2 Jan 2006", lang) },
		"month":   func(m string) (string, error) { return monthName(m, lang) },
		"left":    func(d time.Duration) string { return Left(d) },
		"icon":    icon,
		"marking": func(collection string) template.HTML { return marking(collection, w) },
		"state":   func(name string) (template.HTML, error) { return state(name, w) },
		"bytes":   func(n int64) string { return size(n, lang) },
	}
}

// Visible gives a text that somebody else wrote as it may be shown: what would
// change how the rest is read (control characters, direction overrides, invisible
// characters) stands as its code point, as in "U+202E".
func Visible(s string) string {
	if !strings.ContainsFunc(s, hidden) && strings.ToValidUTF8(s, "") == s {
		return s
	}
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		if hidden(r) {
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden tells the characters that are not what they show: controls but the ends
// of lines and tabs, format characters (Unicode category Cf, with the overrides of
// direction), separators of lines and paragraphs.
func hidden(r rune) bool {
	if r == '\n' || r == '\t' || r == '\r' {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)
}

// Defang writes a value so that no program makes a link of it: a dot of its host
// in brackets, hxxp for http.
func Defang(v string) string {
	scheme, rest, isURL := strings.Cut(v, "://")
	if isURL {
		switch strings.ToLower(scheme) {
		case "http", "https":
			scheme = "hxxp" + strings.ToLower(scheme)[4:]
		}
		host, path, _ := strings.Cut(rest, "/")
		if path != "" || strings.HasSuffix(rest, "/") {
			path = "/" + path
		}
		return scheme + "://" + lastDot(host) + path
	}
	if local, host, ok := strings.Cut(v, "@"); ok {
		return local + "[@]" + lastDot(host)
	}
	return lastDot(v)
}

func lastDot(host string) string {
	if i := strings.LastIndexByte(host, '.'); i > 0 && i < len(host)-1 {
		return host[:i] + "[.]" + host[i+1:]
	}
	return host
}

// Left says how long something is, in its two largest units.
func Left(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	d = d.Round(time.Second)
	day, hour, minute, second := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60, int(d/time.Second)%60
	switch {
	case day > 0 && hour > 0:
		return fmt.Sprintf("%d d %d h", day, hour)
	case day > 0:
		return fmt.Sprintf("%d d", day)
	case hour > 0 && minute > 0:
		return fmt.Sprintf("%d h %d min", hour, minute)
	case hour > 0:
		return fmt.Sprintf("%d h", hour)
	case minute > 0:
		return fmt.Sprintf("%d min", minute)
	}
	return fmt.Sprintf("%d s", second)
}

// Bytes writes a size in its largest unit, in English.
func Bytes(n int64) string { return size(n, "en") }

// size is Bytes in a language: Spanish writes a decimal comma.
func size(n int64, lang string) string {
	units := []string{"bytes", "kB", "MB", "GB", "TB"}
	f, i := float64(n), 0
	for ; f >= 1000 && i < len(units)-1; i++ {
		f /= 1000
	}
	if i == 0 || f >= 100 {
		return fmt.Sprintf("%.0f %s", f, units[i])
	}
	out := fmt.Sprintf("%.1f %s", f, units[i])
	if lang == "es" {
		return strings.Replace(out, ".", ",", 1)
	}
	return out
}

// months are the names of the months by language; their first three letters are
// the short ones.
var months = map[string]string{
	"en": "January February March April May June July August September October November December",
	"es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}

// monthName writes 2026-11 as November 2026, in Spanish as noviembre de 2026.
func monthName(m, lang string) (string, error) {
	t, err := time.Parse("2006-01", m)
	of := " "
	if lang == "es" {
		of = " de "
	}
	return monthOf(t, lang) + of + t.Format("2006"), err
}

func monthOf(t time.Time, lang string) string {
	return strings.Fields(cmp.Or(months[lang], months["en"]))[t.Month()-1]
}

// stamp writes a time in UTC, in a form of package time whose words are English.
func stamp(t time.Time, form, lang string) template.HTML {
	t = t.UTC()
	return template.HTML(`<time datetime="` + t.Format("2006-01-02T15:04:05.000Z") + `">` + strings.Replace(t.Format(form), t.Format("Jan"), monthOf(t, lang)[:3], 1) + `</time>`)
}

// icons are our own strokes on a field of 24 by 24.
var icons = map[string]string{
	"bell":   "M7 17v-6a5 5 0 0 1 10 0v6l2 2H5zM10.500 21h3M12 6V3.500",
	"live":   "M3 13h4l2.500-7 5 13 2.500-6h4",
	"search": "M10.500 4.500a6 6 0 1 0 0 12a6 6 0 0 0 0-12zM15 15l5.500 5.500",
	"list":   "M9 6h11M9 12h11M9 18h11M4.500 6h.01M4.500 12h.01M4.500 18h.01",
	"eye":    "M2.500 12c2-4 5.500-6.500 9.500-6.500s7.500 2.500 9.500 6.500c-2 4-5.500 6.500-9.500 6.500S4.500 16 2.500 12zM12 9.500a2.500 2.500 0 1 0 0 5a2.500 2.500 0 0 0 0-5z",
	"key":    "M8 11.500a3.750 3.750 0 1 0 0 7.500a3.750 3.750 0 0 0 0-7.500zM11 12.500l8.500-8.500M16 7.500l3 3",
	"book":   "M5 4.500h9a3 3 0 0 1 3 3V20H8a3 3 0 0 1-3-3zM8.500 9h5M8.500 13h5",
	"gauge":  "M4 17a8.500 8.500 0 1 1 16 0M12 14l4-5",
	"globe":  "M12 3.500a8.500 8.500 0 1 0 0 17a8.500 8.500 0 0 0 0-17zM3.500 12h17M12 3.500c4.500 5 4.500 12 0 17M12 3.500c-4.500 5-4.500 12 0 17",
	"check":  "M5 12.500l4.500 4.500L19 7",
	"cross":  "M6.500 6.500l11 11M17.500 6.500l-11 11",
	"doubt":  "M9 9a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.400M12 18h.01",
	"back":   "M9 6.500L4 11.500l5 5M4 11.500h11a4.500 4.500 0 0 1 0 9h-2",
	"warn":   "M12 4L3 19.500h18zM12 10v4.500M12 17.200h.01",
	"clock":  "M12 3.500a8.500 8.500 0 1 0 0 17a8.500 8.500 0 0 0 0-17zM12 7.500V12l3 2",
	"down":   "M12 4v11M7 10.500l5 5 5-5M4.500 20h15",
	"shield": "M12 3.500L5.500 6v5.500c0 4.500 2.700 7.500 6.500 9 3.800-1.500 6.500-4.500 6.500-9V6z",
	"people": "M9 5a3.250 3.250 0 1 0 0 6.500a3.250 3.250 0 0 0 0-6.500zM3 20c0-3.500 2.700-5.500 6-5.500s6 2 6 5.500M15.500 5.200a3.250 3.250 0 0 1 0 6.100M17.500 14.800c2 .8 3.500 2.600 3.500 5.200",
	"minus":  "M6 12h12",
}

func icon(name string) (template.HTML, error) {
	d, ok := icons[name]
	if !ok {
		return "", fmt.Errorf("there is no icon %q", name)
	}
	return template.HTML(`<svg class="i" viewBox="0 0 24 24" aria-hidden="true"><path d="` + d + `"/></svg>`), nil
}

// tlps gives the label of each collection of the community (FIRST TLP 2.0) and
// the class of its colour.
var tlps = map[string][2]string{
	"clear": {"TLP:CLEAR", "clear"}, "default": {"TLP:GREEN", "green"}, "green": {"TLP:GREEN", "green"},
	"amber": {"TLP:AMBER", "amber"}, "amber-strict": {"TLP:AMBER+STRICT", "amber"}, "red": {"TLP:RED", "red"},
}

// marking shows who may see something: the TLP label of a collection, or the
// sharing group.
func marking(collection string, w words) template.HTML {
	if tlp, ok := tlps[collection]; ok {
		return template.HTML(`<span class="tlp ` + tlp[1] + `">` + tlp[0] + `</span>`)
	}
	i, _ := icon("people") // it is there
	return template.HTML(`<span class="tag">`) + i + template.HTML(template.HTMLEscapeString(w["group"]+" "+Visible(collection))+`</span>`)
}

// states give each word of state its icon and the class of its colour: never
// colour alone.
var states = map[string][2]string{
	"shared": {"check", "go"}, "removed": {"minus", "cut"}, "held": {"doubt", "held"},
	"in-force": {"check", "go"}, "lags": {"clock", "warn"}, "taken-back": {"back", ""}, "expired": {"clock", ""}, "ended": {"minus", ""},
	"met": {"check", "go"}, "not-met": {"cross", "stop"}, "unknown": {"doubt", "warn"},
	"due": {"clock", "warn"}, "late": {"warn", "stop"}, "waits": {"clock", "warn"}, "refused": {"cross", "stop"}, "repeat": {"list", ""},
}

// state shows one of the fixed words of state.
func state(name string, w words) (template.HTML, error) {
	s, ok := states[name]
	if !ok {
		return "", fmt.Errorf("there is no state %q", name)
	}
	i, err := icon(s[0])
	return template.HTML(`<span class="tag `+s[1]+`">`) + i + template.HTML(template.HTMLEscapeString(w["state."+name])+`</span>`), err
}
