package receipt

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// The steps of docs/receipts.md, "Verifying by hand", with nothing of this package:
// whoever writes a verifier from that page gets the same answer.
func TestByThePage(t *testing.T) {
	texts, vkey := receipts(t, []*Record{record(1, true)}, []PartName{PartKind, PartObjects, PartAccount})
	b64 := func(s string) []byte {
		t.Helper()
		b, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	h := func(key []byte, message ...[]byte) []byte {
		m := hmac.New(sha256.New, key)
		m.Write(bytes.Join(message, nil))
		return m.Sum(nil)
	}
	head, checkpoint, _ := strings.Cut(string(texts[0]), "\n\n")
	lines := strings.Split(head, "\n")

	// 3: the key's last field is 0x01 and 32 bytes; the signature follows four bytes of key hash.
	fields := strings.SplitN(vkey, "+", 3)
	note, signature, _ := strings.Cut(checkpoint, "\n\n")
	of := strings.Fields(signature)
	if of[1] != fields[0] || !ed25519.Verify(b64(fields[2])[1:], []byte(note+"\n"), b64(of[2])[4:]) {
		t.Error("step 3: the checkpoint's signature")
	}
	tree := strings.Split(note, "\n")

	// 4 and 5
	var e struct {
		Key, Leaf string
		Parts     []struct {
			Name, Key, Commitment string
			Body                  *string
		}
	}
	if err := json.Unmarshal(b64(strings.TrimPrefix(lines[1], "extra ")), &e); err != nil {
		t.Fatal(err)
	}
	all := []byte("tocsin leaf v1\n")
	order := []string{"kind", "member", "time", "input", "objects", "account", "facts", "policy", "held", "part", "refers"}
	for i, p := range e.Parts {
		if p.Name != order[i] {
			t.Errorf("step 4: part %d is %s", i, p.Name)
		}
		all = append(all, b64(p.Commitment)...)
	}
	leaf := h(b64(e.Key), all)
	if !bytes.Equal(leaf, b64(e.Leaf)) {
		t.Error("step 5: the leaf")
	}

	// 6
	var proof tlog.RecordProof
	for _, l := range lines[3:] {
		proof = append(proof, tlog.Hash(b64(l)))
	}
	if lines[2] != "index 5" || tree[1] != "21" {
		t.Fatalf("step 6: %s of %s", lines[2], tree[1])
	}
	if err := tlog.CheckRecord(proof, 21, tlog.Hash(b64(tree[2])), 5, tlog.RecordHash(leaf)); err != nil {
		t.Errorf("step 6: %v", err)
	}

	// 7 and 10
	opened := 0
	for _, p := range e.Parts {
		switch {
		case p.Key == "":
		case p.Body == nil && !bytes.Equal(h(b64(p.Key), []byte{0}), b64(p.Commitment)), p.Body != nil && !bytes.Equal(h(b64(p.Key), []byte{1}, []byte(*p.Body)), b64(p.Commitment)):
			t.Errorf("step 7: part %s", p.Name)
		default:
			opened++
		}
		if p.Name == "objects" {
			want := base64.StdEncoding.EncodeToString(h(h(b64(e.Key), []byte("tocsin object v1\n")), []byte(testObject)))
			if !strings.HasPrefix(*p.Body, `[[0,3,"`+want+`"],`) {
				t.Errorf("step 10: %s in %s", want, *p.Body)
			}
		}
	}
	if opened != 4 { // part is always open
		t.Errorf("%d parts are open", opened)
	}
}

// The construction is fixed: another leaf for the same record would refute every receipt that was given out.
func TestLeafIsFixed(t *testing.T) {
	r := record(1, true)
	leaf, object := r.Leaf(), r.ObjectHash([]byte(testObject))
	const wantLeaf, wantObject = "kx7Bh75E9PZW4mphGYaoh9VotKvuyU0gSHfoyUjDGtM=", "QktWE5vNmL6pqVQ5w9vaofxT4o517e0Ko0DJw1nB6M8="
	if hashString(leaf) != wantLeaf || hashString(object) != wantObject {
		t.Errorf("leaf %s and object hash %s are others than in the first release", hashString(leaf), hashString(object))
	}
}
