package receipt

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
)

const (
	firstLine = "c2sp.org/tlog-proof@v1"
	// separator stands on a line of its own between the receipts of a report's parts.
	separator = "--- next part ---"
	// MaxReceipt bounds the receipt of one entry, in bytes.
	MaxReceipt = 64 << 20
	// MaxParts bounds the receipts in one file: 10,000 parts of 10,000 objects.
	MaxParts = 10000
	// maxProof is the most hashes that a proof can have: a tree has at most 2^52 leaves.
	maxProof = 52
)

// Proof is a C2SP tlog-proof: that a leaf stands at an index of the tree that
// the checkpoint signs.
type Proof struct {
	Extra      []byte // not authenticated by the proof; nil for none
	Index      int64
	Hashes     [][32]byte // from the leaf's sibling up to the root's child
	Checkpoint []byte     // signed note, verbatim
}

// Marshal writes the proof.
func (p Proof) Marshal() []byte {
	out := make([]byte, 0, len(firstLine)+len(p.Extra)*4/3+len(p.Hashes)*(hashText+1)+len(p.Checkpoint)+64)
	out = append(out, firstLine+"\n"...)
	if p.Extra != nil {
		out = append(out, "extra "...)
		out = base64.StdEncoding.AppendEncode(out, p.Extra)
		out = append(out, '\n')
	}
	out = fmt.Appendf(out, "index %d\n", p.Index)
	for _, h := range p.Hashes {
		out = append(base64.StdEncoding.AppendEncode(out, h[:]), '\n')
	}
	return append(append(out, '\n'), p.Checkpoint...)
}

// ParseProof reads exactly what Marshal writes.
func ParseProof(b []byte) (p Proof, err error) {
	if len(b) > MaxReceipt {
		return p, fault.New(fault.TooLarge, "a receipt of one entry has at most %d MB", MaxReceipt>>20)
	}
	rest := b
	line := func() string {
		l, after, found := bytes.Cut(rest, []byte("\n"))
		if !found {
			l, after = nil, nil
		}
		rest = after
		return string(l)
	}
	if line() != firstLine {
		return p, fault.New(fault.Invalid, "the first line is not %s: this is no receipt", firstLine)
	}
	next := line()
	if text, ok := strings.CutPrefix(next, "extra "); ok {
		if p.Extra, err = base64.StdEncoding.Strict().DecodeString(text); err != nil || strings.ContainsRune(text, '\r') {
			return p, fault.New(fault.Invalid, "the extra line is not base64")
		}
		next = line()
	}
	index, found := strings.CutPrefix(next, "index ")
	var ok bool
	if p.Index, ok = parseCount(index); !ok || !found {
		return p, fault.New(fault.Invalid, "the line \"index N\" is missing or N is not a number")
	}
	for next = line(); next != ""; next = line() {
		h, ok := parseHash(next)
		if !ok || len(p.Hashes) == maxProof {
			return p, fault.New(fault.Invalid, "line %d of the proof is not a hash in base64, or there are too many", len(p.Hashes)+1)
		}
		p.Hashes = append(p.Hashes, h)
	}
	if len(rest) == 0 {
		return p, fault.New(fault.Invalid, "the checkpoint is missing: this is not a whole receipt")
	}
	p.Checkpoint = rest
	return p, nil
}

// opened is what a receipt says of one part. Key and body are there when its
// holder may open it; a key alone opens a part that the record doesn't have.
// Members stand in alphabetical order (RFC 8785).
type opened struct {
	Body       *string  `json:"body,omitzero"`
	Commitment string   `json:"commitment"`
	Key        string   `json:"key,omitzero"`
	Name       PartName `json:"name"`
}

// extra is the JSON in the extra line. Nothing in it counts unless the leaf recomputes.
type extra struct {
	Key   string   `json:"key"` // of the leaf and of objects
	Leaf  string   `json:"leaf"`
	Parts []opened `json:"parts"` // all, in their order
}

// extraOf writes what a receipt shows of a record.
func extraOf(r *Record, open []PartName) ([]byte, error) {
	commitments := r.commitments()
	key, leaf := r.leafKey(), leafOf(r.leafKey(), commitments)
	e := extra{Key: hashString(key), Leaf: hashString(leaf)}
	for i, n := range names {
		o := opened{Name: n, Commitment: hashString(commitments[i])}
		if open == nil || n == PartPart || slices.Contains(open, n) {
			o.Key = hashString(r.partKey(n))
			if body, ok := r.Part(n); ok {
				o.Body = new(string(body))
			}
		}
		e.Parts = append(e.Parts, o)
	}
	b, err := canonical(e)
	if err != nil {
		return nil, fmt.Errorf("receipt: a part is not UTF-8: %w", err)
	}
	return b, nil
}

func canonical(e extra) ([]byte, error) {
	b, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	v := jsontext.Value(b)
	err = v.Canonicalize()
	return v, err
}

// parseExtra reads the JSON strictly, in its canonical form only (RFC 8785), so
// that a receipt has one text and no more.
func parseExtra(b []byte) (e extra, err error) {
	if err := json.Unmarshal(b, &e, json.RejectUnknownMembers(true)); err != nil {
		return e, fault.Because(err, fault.Invalid, "the extra line doesn't hold what a receipt of this kind holds")
	}
	if again, err := canonical(e); err != nil || !bytes.Equal(again, b) {
		return e, fault.New(fault.Invalid, "the JSON of the extra line is not in canonical form (RFC 8785)")
	}
	if len(e.Parts) != len(names) {
		return e, fault.New(fault.Invalid, "the extra line names %d parts of the record, not %d", len(e.Parts), len(names))
	}
	for i, p := range e.Parts {
		if p.Name != names[i] {
			return e, fault.New(fault.Invalid, "part %d of the record is not %q", i+1, names[i])
		}
	}
	return e, nil
}

// Make writes the receipt of an entry: its proof and checkpoint, and of its
// record the parts that are to be opened (nil: all). Which part of which report
// an entry is always stands open: without it nobody could tell a whole receipt
// from half of one. The same arguments give the same bytes.
func Make(r *Record, open []PartName, index int64, hashes [][32]byte, checkpoint []byte) ([]byte, error) {
	for _, n := range open {
		if !slices.Contains(names[:], n) {
			return nil, fault.New(fault.Invalid, "a record has no part %q", string(n))
		}
	}
	extra, err := extraOf(r, open)
	if err != nil {
		return nil, err
	}
	return Proof{Extra: extra, Index: index, Hashes: hashes, Checkpoint: checkpoint}.Marshal(), nil
}

// Join makes one receipt file of the receipts of a report's parts, in order.
func Join(parts [][]byte) []byte { return bytes.Join(parts, []byte(separator+"\n")) }

// Split gives the receipts of a file, at most MaxParts. They are pieces of file, not copies.
func Split(file []byte) (parts [][]byte, err error) {
	sep := []byte("\n" + separator + "\n")
	for {
		i := bytes.Index(file, sep)
		if i < 0 {
			return append(parts, file), nil
		}
		if len(parts) == MaxParts-1 {
			return nil, fault.New(fault.TooLarge, "a receipt file has at most %s parts", strconv.Itoa(MaxParts))
		}
		parts = append(parts, file[:i+1:i+1])
		file = file[i+len(sep):]
	}
}
