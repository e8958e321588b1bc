package frame

import (
	"fmt"
	"io/fs"
	"strings"
)

// words are the texts of some pages in one language, by key.
type words map[string]string

// readWords reads words.LANG.txt: a line "key: text" for each; lines that begin
// with # and empty lines are for translators.
func readWords(f fs.FS, lang string) (words, error) {
	b, err := fs.ReadFile(f, "words."+lang+".txt")
	if err != nil {
		return nil, err
	}
	return parseWords(string(b))
}

func parseWords(s string) (words, error) {
	w := words{}
	n := 0
	for line := range strings.Lines(s) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		key, text, ok := strings.Cut(line, ": ")
		if !ok || strings.ContainsAny(key, " \t") {
			return nil, fmt.Errorf("words, line %d: write it as \"key: text\"", n)
		}
		if _, twice := w[key]; twice {
			return nil, fmt.Errorf("words, line %d: %q stands there twice", n, key)
		}
		w[key] = text
	}
	return w, nil
}

// fill puts values into the places of a text: fill("{n} left", "n", 7).
func fill(text string, lang string, pairs []any) (string, error) {
	if len(pairs)%2 != 0 {
		return "", fmt.Errorf("%q: a place without a value", text)
	}
	for i := 0; i < len(pairs); i += 2 {
		place := fmt.Sprintf("{%v}", pairs[i])
		if !strings.Contains(text, place) {
			return "", fmt.Errorf("%q has no place %s", text, place)
		}
		text = strings.ReplaceAll(text, place, show(pairs[i+1], lang))
	}
	return text, nil
}

// show writes a value within a text; numbers get their thousands marked.
func show(v any, lang string) string {
	switch v := v.(type) {
	case int:
		return number(int64(v), lang)
	case int64:
		return number(v, lang)
	case string:
		return Visible(v)
	}
	return fmt.Sprint(v)
}

// number writes 48213 as 48,213, in Spanish as 48.213.
func number(n int64, lang string) string {
	s := fmt.Sprint(n)
	sep := ","
	if lang == "es" {
		sep = "."
	}
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return sign + s
}
