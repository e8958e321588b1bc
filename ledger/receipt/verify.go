package receipt

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tocsin/fault"
)

// Check is one thing that verification looked at.
type Check struct {
	OK     bool   `json:"ok"`
	Name   string `json:"check"`
	Detail string `json:"detail,omitempty"`
}

// Holds tells whether all checks are OK.
func Holds(checks []Check) bool {
	return len(checks) > 0 && !slices.ContainsFunc(checks, func(c Check) bool { return !c.OK })
}

// verification is one run over one file.
type verification struct {
	checks   []Check
	prefix   string // names the receipt within the file
	verifier note.Verifier
	object   []byte
	found    string // where the object was found
	blind    bool   // some receipt doesn't open its list of objects
	vouched  bool   // key, signature, proof and leaf of this receipt hold, so what it opens means something
	parts    []part
}

// part is what completeness needs to know of one receipt.
type part struct {
	at    int // in the file, from 1
	of    PartOf
	alone bool // the record has no such part: the entry is no part of a report
	known bool
}

// Verify checks a receipt file (one or more parts) with the log's verifier key
// and no network. object, if not nil, must be one of its objects. It lists each
// thing that it checked; the receipt holds when all are OK (Holds).
//
// It reads any bytes without failing; memory is a few times that of one part.
func Verify(file []byte, verifierKey string, object []byte) []Check {
	v := &verification{object: object}
	v.key(verifierKey)
	texts, err := Split(file)
	if err != nil {
		v.fail("form", "%s", fault.Public(err))
		return v.checks
	}
	for i, text := range texts {
		if len(texts) > 1 {
			v.prefix = fmt.Sprintf("receipt %d of %d: ", i+1, len(texts))
		}
		v.one(i+1, text)
	}
	v.prefix = ""
	v.complete()
	if object != nil {
		switch {
		case v.found != "":
			v.pass("object", "%s", v.found)
		case v.blind:
			v.fail("object", "no list of objects that is opened here has this object, and not every receipt opens its list")
		default:
			v.fail("object", "these bytes are none of the objects of this receipt: another object, or one that was changed (a byte more or less is enough)")
		}
	}
	return v.checks
}

func (v *verification) pass(name, detail string, args ...any) {
	v.checks = append(v.checks, Check{OK: true, Name: v.prefix + name, Detail: fmt.Sprintf(detail, args...)})
}

func (v *verification) fail(name, detail string, args ...any) {
	v.checks = append(v.checks, Check{Name: v.prefix + name, Detail: fmt.Sprintf(detail, args...)})
}

// shows passes a part and says what is in it, if anything vouches for that.
func (v *verification) shows(name, detail string, args ...any) {
	if !v.vouched {
		v.pass(name, "it fits its commitment, but nothing vouches for that one")
		return
	}
	v.pass(name, detail, args...)
}

// key reads the verifier key: what all the rest stands on.
func (v *verification) key(text string) {
	if text = strings.TrimSpace(text); text == "" {
		v.fail("key", "nobody vouches for this key: give the log's verifier key, obtained from somebody other than who gave you the receipt")
		return
	}
	verifier, err := note.NewVerifier(text)
	if err != nil {
		v.fail("key", "the key is not a C2SP verifier key (NAME+HASH+KEY, Ed25519)")
		return
	}
	v.verifier = verifier
	v.pass("key", "you vouch for %s+%08x", verifier.Name(), verifier.KeyHash())
}

// one checks the receipt of one entry.
func (v *verification) one(at int, text []byte) {
	from := len(v.checks)
	p, err := ParseProof(text)
	if err != nil {
		v.fail("form", "%s", fault.Public(err))
		return
	}
	c, ok := v.checkpoint(p.Checkpoint)
	if !ok {
		return
	}
	if p.Extra == nil {
		v.fail("form", "the line \"extra ...\" is missing: this proves that some leaf is in the log, but not of what")
		return
	}
	e, err := parseExtra(p.Extra)
	if err != nil {
		v.fail("form", "%s", fault.Public(err))
		return
	}
	v.pass("form", "a C2SP tlog-proof with the record's commitments, %d bytes", len(text))
	leaf, ok := parseHash(e.Leaf)
	key, ok2 := parseHash(e.Key)
	if !ok || !ok2 {
		v.fail("form", "leaf or key in the extra line are not 32 bytes in base64")
		return
	}
	v.included(p, c, leaf)
	v.opens(at, from, e, key, leaf)
}

// checkpoint checks the signed note and gives what it says, also when the
// signature fails, so that the rest can still be looked at.
func (v *verification) checkpoint(b []byte) (Checkpoint, bool) {
	text, _, ok := splitNote(b)
	if !ok {
		v.fail("checkpoint", "it is not a signed note: no empty line before the signatures")
		return Checkpoint{}, false
	}
	c, err := parseCheckpointText(text)
	if err != nil {
		v.fail("checkpoint", "%s", fault.Public(err))
		return c, false
	}
	if v.verifier == nil {
		v.fail("signature", "not checked: there is no key to check it with")
		return c, true
	}
	n, err := note.Open(b, note.VerifierList(v.verifier))
	switch err.(type) {
	case nil:
		if !strictBase64(n) {
			v.fail("signature", "the base64 of a signature has bits that mean nothing: it was changed, if without effect")
			break
		}
		v.pass("signature", "%s+%08x signed this checkpoint", v.verifier.Name(), v.verifier.KeyHash())
	case *note.UnverifiedNoteError:
		v.fail("signature", "the checkpoint bears no signature by the key that you gave (%s+%08x): it is of another log, or its name or key hash was changed", v.verifier.Name(), v.verifier.KeyHash())
	case *note.InvalidSignatureError:
		v.fail("signature", "the signature doesn't fit: origin, size or root of the checkpoint, or the signature itself, was changed after signing")
	default:
		v.fail("signature", "the signature lines of the checkpoint are malformed")
	}
	if c.Origin == v.verifier.Name() {
		v.pass("origin", "%s", c.Origin)
	} else {
		v.fail("origin", "the checkpoint is of the log %q, the key is for %q", short(c.Origin), v.verifier.Name())
	}
	return c, true
}

// strictBase64 refuses a second text for the same signature, which package note lets pass.
func strictBase64(n *note.Note) bool {
	return !slices.ContainsFunc(slices.Concat(n.Sigs, n.UnverifiedSigs), func(s note.Signature) bool {
		_, err := base64.StdEncoding.Strict().DecodeString(s.Base64)
		return err != nil
	})
}

// included runs the inclusion proof.
func (v *verification) included(p Proof, c Checkpoint, leaf [32]byte) {
	if p.Index >= c.Size {
		v.fail("inclusion", "index %d lies outside of a tree of size %d", p.Index, c.Size)
		return
	}
	hashes := make(tlog.RecordProof, len(p.Hashes))
	for i, h := range p.Hashes {
		hashes[i] = h
	}
	if err := tlog.CheckRecord(hashes, c.Size, c.Root, p.Index, tlog.RecordHash(leaf[:])); err != nil {
		v.fail("inclusion", "the proof doesn't lead from this leaf at index %d to the root of the tree of size %d: the leaf, the index, a hash of the proof, or the checkpoint was changed", p.Index, c.Size)
		return
	}
	v.pass("inclusion", "the leaf is entry %d of a log of %d entries", p.Index, c.Size)
}

// opens checks the leaf against the commitments, and each opened part against
// its own. The checks of this receipt begin at from.
func (v *verification) opens(at, from int, e extra, key, leaf [32]byte) {
	var commitments [len(names)][32]byte
	for i, o := range e.Parts {
		var ok bool
		if commitments[i], ok = parseHash(o.Commitment); !ok {
			v.fail("leaf", "the commitment of part %q is not 32 bytes in base64", string(o.Name))
			return
		}
	}
	if leafOf(key, commitments) == leaf {
		v.pass("leaf", "it recomputes from the commitments of the record's parts")
	} else {
		v.fail("leaf", "it doesn't recompute: the leaf, its key, or the commitment of a part was changed")
	}
	v.vouched = v.verifier != nil && Holds(v.checks[from:])
	about := part{at: at}
	kind := ""
	var closed, absent []string
	for i, o := range e.Parts {
		if o.Key == "" {
			if closed = append(closed, string(o.Name)); o.Body != nil {
				v.fail("part "+string(o.Name), "it has a body but no key to check it with")
			}
			v.blind = v.blind || o.Name == PartObjects
			continue
		}
		body, ok := v.opensTo(o, commitments[i])
		switch {
		case !ok:
		case o.Body == nil:
			absent = append(absent, string(o.Name))
			if o.Name == PartPart {
				about.alone, about.known = true, true
			}
		default:
			if o.Name == PartKind {
				kind = body
			}
			v.meaning(o.Name, body, key, &about)
		}
	}
	if len(absent) > 0 {
		v.pass("absent parts", "%s: the record has none of these", strings.Join(absent, ", "))
	}
	if len(closed) > 0 {
		v.pass("closed parts", "%s: this receipt doesn't open them, and shows nothing of them", strings.Join(closed, ", "))
	}
	if about.alone && kind == `"report"` {
		v.fail("part part", "a report says which part of it an entry is; this one doesn't")
	}
	v.parts = append(v.parts, about)
}

// opensTo checks one opened part against its commitment.
func (v *verification) opensTo(o opened, commitment [32]byte) (body string, ok bool) {
	key, ok := parseHash(o.Key)
	if !ok {
		v.fail("part "+string(o.Name), "its key is not 32 bytes in base64")
		return "", false
	}
	if o.Body != nil {
		body = *o.Body
	}
	if commitTo(key, []byte(body), o.Body != nil) != commitment {
		v.fail("part "+string(o.Name), "it is not what was committed to: its text or its key was changed")
		return "", false
	}
	return body, true
}

// meaning looks at what an opened part says.
func (v *verification) meaning(n PartName, body string, key [32]byte, about *part) {
	name := "part " + string(n)
	switch n {
	case PartTime:
		v.time(name, body)
	case PartObjects:
		refs, err := UnmarshalObjects([]byte(body))
		if err != nil {
			v.fail(name, "%s", fault.Public(err))
			return
		}
		v.shows(name, "%d objects", len(refs))
		if v.object == nil {
			return
		}
		want := objectHash(key, v.object)
		for _, r := range refs {
			if r.Hash == want {
				v.found = cmp.Or(v.found, v.prefix+v.is(r))
			}
		}
	case PartPart:
		if err := json.Unmarshal([]byte(body), &about.of, json.RejectUnknownMembers(true)); err != nil || about.of.Part < 1 || about.of.Report == "" {
			v.fail(name, "it doesn't say which part of which report this is")
			return
		}
		about.known = true
		v.shows(name, "part %d of report %q", about.of.Part, short(about.of.Report))
	case PartRefers:
		v.refers(name, body)
	default:
		v.shows(name, "%s", short(body))
	}
}

func (v *verification) is(r ObjectRef) string {
	if !v.vouched {
		return "it is in the list of objects, but nothing vouches for that"
	}
	return fmt.Sprintf("it is object %d of the entry", r.N)
}

// refers also opens the old checkpoint that the first entry of a restored log names.
func (v *verification) refers(name, body string) {
	var old restored
	if err := json.Unmarshal([]byte(body), &old, json.RejectUnknownMembers(true)); err != nil {
		v.shows(name, "%s", short(body)) // indexes of other entries
		return
	}
	c, err := OpenCheckpoint([]byte(old.Checkpoint), old.Key)
	if err != nil {
		v.fail(name, "the checkpoint of the log that this one continues: %s", fault.Public(err))
		return
	}
	v.shows(name, "this log continues %s at size %d, whose key is %s", c.Origin, c.Size, old.Key)
}

// slack is how far a clock may be ahead of the verifier's; a year before oldest
// is what a clock shows that was never set.
const (
	slack  = 24 * time.Hour
	oldest = 2000
)

// time checks that the entry's time can be one: RFC 3339 in UTC, of a clock that
// was set, not in the future.
func (v *verification) time(name, body string) {
	var text string
	if err := json.Unmarshal([]byte(body), &text); err != nil {
		v.fail(name, "it is not a text")
		return
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	switch {
	case err != nil || !strings.HasSuffix(text, "Z"):
		v.fail(name, "it is not a time in UTC (RFC 3339)")
	case t.Year() < oldest:
		v.fail(name, "%s comes from a clock that was not set", text)
	case t.After(time.Now().UTC().Add(slack)):
		v.fail(name, "%s lies in the future by this machine's clock", text)
	default:
		v.shows(name, "%s, as the log's clock said", text)
	}
}

// complete demands every part of the report, each once.
func (v *verification) complete() {
	if len(v.parts) == 0 {
		return // no receipt could be read, which has been said
	}
	seen := map[int]int{} // part: receipt
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	last, report := 0, v.parts[0].of.Report
	for _, p := range v.parts {
		switch {
		case !p.known:
			say("receipt %d doesn't show which part of a report it is", p.at)
		case p.alone:
			if len(v.parts) > 1 {
				say("receipt %d is of an entry that is no part of a report", p.at)
			}
		case p.of.Report != report:
			say("receipt %d is of another report", p.at)
		case seen[p.of.Part] != 0:
			say("part %d is there twice (receipts %d and %d)", p.of.Part, seen[p.of.Part], p.at)
		default:
			seen[p.of.Part] = p.at
			if p.of.Last && last != 0 {
				say("parts %d and %d both say that they are the last", last, p.of.Part)
			}
			if p.of.Last {
				last = max(last, p.of.Part)
			}
		}
	}
	v.missing(seen, last, say)
	switch {
	case len(wrong) > 0:
		v.fail("complete", "%s", strings.Join(wrong[:min(10, len(wrong))], "; "))
	case len(seen) == 0:
		v.pass("complete", "one entry, which is no report")
	default:
		v.pass("complete", "all parts of the report: %d", len(seen))
	}
}

// missing names the parts that aren't there.
func (v *verification) missing(seen map[int]int, last int, say func(string, ...any)) {
	if len(seen) == 0 {
		return
	}
	most := last
	for p := range seen {
		most = max(most, p)
	}
	named := 0
	for p := 1; p <= most && named < 10; p++ {
		if seen[p] == 0 {
			say("part %d is missing", p)
			named++
		}
	}
	switch {
	case last == 0:
		say("the last part is missing: part %d says that more follow", most)
	case most > last:
		say("part %d is there, though part %d says that it is the last", most, last)
	}
}

// short keeps a detail to a line.
func short(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}
