package archive

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	mrand "math/rand/v2"
	"strings"

	"tocsin/fault"
)

// testKeys is a wrapper with one real key per month in memory.
type testKeys struct {
	secret [32]byte
	months map[string]cipher.AEAD
}

func newTestKeys() *testKeys {
	k := &testKeys{months: map[string]cipher.AEAD{}}
	rand.Read(k.secret[:])
	return k
}

func (k *testKeys) aead(month string) cipher.AEAD {
	sum := k.MAC("month", []byte(month))
	c, err := aes.NewCipher(sum[:])
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	g, err := cipher.NewGCMWithRandomNonce(c)
	if err != nil {
		panic(err) // AES has the block size that GCM needs
	}
	return g
}

func (k *testKeys) Wrap(month string, plain []byte) ([]byte, error) {
	return k.aead(month).Seal(nil, nil, plain, []byte(month)), nil
}

func (k *testKeys) Unwrap(month string, sealed []byte) ([]byte, error) {
	plain, err := k.aead(month).Open(nil, nil, sealed, []byte(month))
	if err != nil {
		return nil, fault.Because(err, fault.Gone, "no key opens this")
	}
	return plain, nil
}

func (k *testKeys) MAC(purpose string, parts ...[]byte) (out [32]byte) {
	m := hmac.New(sha256.New, k.secret[:])
	m.Write([]byte(purpose))
	for _, p := range parts {
		fmt.Fprintf(m, "%d:", len(p))
		m.Write(p)
	}
	m.Sum(out[:0])
	return out
}

// generator invents objects: mostly indicators, with relations, malware and reports
// among them, some 924 bytes each on average, about as compressible as real ones.
type generator struct {
	r     *mrand.Rand
	words []string
	made  int
	ids   []string // the last ones, which relations name
}

func newGenerator(seed uint64) *generator {
	g := &generator{r: mrand.New(mrand.NewPCG(seed, 7))}
	const onsets, vowels, codas = "b br c cl d dr f g gr k l m n p pl r s st t tr v w", "a e i o u ea ou", "n r st l ck t nd m s x"
	for range 900 {
		var b strings.Builder
		for range 1 + g.r.IntN(3) {
			b.WriteString(g.pick(strings.Fields(onsets)) + g.pick(strings.Fields(vowels)))
		}
		g.words = append(g.words, b.String()+g.pick(strings.Fields(codas)))
	}
	return g
}

func (g *generator) pick(from []string) string { return from[g.r.IntN(len(from))] }

func (g *generator) text(bytes int) string {
	var b strings.Builder
	for b.Len() < bytes {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(g.words[int(float64(len(g.words))*g.r.Float64()*g.r.Float64())]) // some words are frequent
	}
	return b.String()
}

func (g *generator) uuid() string {
	a, b := g.r.Uint64(), g.r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>52, b&0xffffffffffff)
}

func (g *generator) hex(n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte("0123456789abcdef"[g.r.IntN(16)])
	}
	return b.String()
}

// object invents one object for an audience.
func (g *generator) object(aud int32) Slot {
	g.made++
	stamp := fmt.Sprintf("2026-%02d-%02dT%02d:%02d:%02d.%03dZ", 1+g.r.IntN(11), 1+g.r.IntN(28), g.r.IntN(24), g.r.IntN(60), g.r.IntN(60), g.r.IntN(1000))
	typ, body := "", ""
	switch n := g.r.IntN(100); {
	case n < 60:
		typ = "indicator"
		pattern := fmt.Sprintf("[domain-name:value = '%s%d.%s.example']", g.pick(g.words), g.r.IntN(1000), g.pick(g.words))
		if n < 20 {
			pattern = fmt.Sprintf("[file:hashes.'SHA-256' = '%s']", g.hex(64))
		}
		body = fmt.Sprintf(`"name":%q,"description":%q,"indicator_types":["malicious-activity"],"pattern":%q,"pattern_type":"stix","valid_from":"%s","confidence":%d,"labels":["%s","%s"]`,
			g.text(20), g.text(300), pattern, stamp, g.r.IntN(100), g.pick(g.words), g.pick(g.words))
	case n < 80 && len(g.ids) > 1:
		typ = "relationship"
		body = fmt.Sprintf(`"relationship_type":"indicates","description":%q,"source_ref":"%s","target_ref":"%s"`, g.text(400), g.pick(g.ids), g.pick(g.ids))
	case n < 92:
		typ = "malware"
		body = fmt.Sprintf(`"name":%q,"description":%q,"malware_types":["remote-access-trojan"],"is_family":false`, g.text(12), g.text(440))
	default:
		typ = "report"
		refs := make([]string, 0, 12)
		for range min(12, len(g.ids)) {
			refs = append(refs, `"`+g.pick(g.ids)+`"`)
		}
		body = fmt.Sprintf(`"name":%q,"description":%q,"report_types":["threat-report"],"published":"%s","object_refs":[%s]`, g.text(40), g.text(400), stamp, strings.Join(refs, ","))
	}
	id := typ + "--" + g.uuid()
	if g.ids = append(g.ids, id); len(g.ids) > 50 {
		g.ids = g.ids[1:]
	}
	raw := fmt.Sprintf(`{"type":"%s","spec_version":"2.1","id":"%s","created":"%s","modified":"%s","created_by_ref":"identity--%s",%s,"object_marking_refs":["marking-definition--a4bd0a7e-33c1-4c5c-9a1a-8bd4ccf1c3d5"]}`,
		typ, id, stamp, stamp, "5f9f2fb6-3c9b-4f0e-8b59-0a6a3c6f2f11", body)
	return Slot{Aud: aud, ID: id, Version: stamp, Raw: []byte(raw)}
}

// envelope invents n objects for one audience.
func (g *generator) envelope(n int, aud int32) []Slot {
	out := make([]Slot, n)
	for i := range out {
		out[i] = g.object(aud)
	}
	return out
}
