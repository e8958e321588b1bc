package search

import "testing"

// The test vectors of the paper's authors: the key is 00 01 ... 0f, the input 00 01 ... and so on.
func TestSipHash(t *testing.T) {
	k := key{0x0706050403020100, 0x0f0e0d0c0b0a0908}
	for n, want := range map[int]uint64{0: 0x726fdb47dd0e0e31, 1: 0x74f839c593dc67fd, 8: 0x93f5f5799a932462, 15: 0xa129ca6149be45e5} {
		in := make([]byte, n)
		for i := range in {
			in[i] = byte(i)
		}
		if got := k.sum(string(in)); got != want {
			t.Errorf("of %d bytes: %x, not %x", n, got, want)
		}
	}
}

// Words, types and references never meet, nor do the words of two logs.
func TestWordsAreKeyed(t *testing.T) {
	one, two := Lexicon{key{1, 2}}, Lexicon{key{1, 3}}
	words := map[Word]string{one.word(plainWord, "report"): "a word", one.Type("report"): "a type", one.Ref("report"): "a reference", two.word(plainWord, "report"): "another log's word"}
	if len(words) != 4 {
		t.Errorf("some meet: only %v are left", words)
	}
}
