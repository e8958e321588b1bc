package receipt

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"golang.org/x/mod/sumdb/note"

	"tocsin/fault"
)

// MaxSize bounds the size of a tree that is read from outside. No log gets
// there; below it no index calculation overflows.
const MaxSize = 1 << 52

// Checkpoint is the body of a checkpoint (C2SP tlog-checkpoint).
type Checkpoint struct {
	Origin string
	Size   int64
	Root   [32]byte
}

// Text is the note text: origin, size, root, each on a line of its own.
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, hashString(c.Root))
}

// Sign gives the checkpoint as a signed note. Ed25519 signs the same text
// always with the same bytes.
func (c Checkpoint) Sign(signer note.Signer) ([]byte, error) {
	return note.Sign(&note.Note{Text: c.Text()}, signer)
}

// parseCheckpointText reads the text of a note as a checkpoint. Extension lines
// are refused: we sign none, and nobody could audit them.
func parseCheckpointText(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return Checkpoint{}, fault.New(fault.Invalid, "a checkpoint has three lines (origin, size, root) before its empty line")
	}
	size, ok := parseCount(lines[1])
	root, ok2 := parseHash(lines[2])
	switch {
	case lines[0] == "":
		return Checkpoint{}, fault.New(fault.Invalid, "the first line of the checkpoint, its origin, is empty")
	case !ok:
		return Checkpoint{}, fault.New(fault.Invalid, "the second line of the checkpoint is not a tree size")
	case !ok2:
		return Checkpoint{}, fault.New(fault.Invalid, "the third line of the checkpoint is not a root hash in base64")
	}
	return Checkpoint{Origin: lines[0], Size: size, Root: root}, nil
}

// parseCount reads a size or index: decimal, no leading zeros, at most MaxSize.
func parseCount(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= 0 && n <= MaxSize && strconv.FormatInt(n, 10) == s
}

// splitNote gives the text and the signature lines of a note.
func splitNote(b []byte) (text, signatures string, ok bool) {
	i := strings.LastIndex(string(b), "\n\n")
	if i < 0 {
		return "", "", false
	}
	return string(b[:i+1]), string(b[i+2:]), true
}

// OpenCheckpoint reads a checkpoint and checks its signature by the verifier
// key (C2SP signed-note) and that its origin is the key's name.
func OpenCheckpoint(b []byte, verifierKey string) (Checkpoint, error) {
	v, err := note.NewVerifier(verifierKey)
	if err != nil {
		return Checkpoint{}, fault.Because(err, fault.Invalid, "the log's key is not a C2SP verifier key (NAME+HASH+KEY)")
	}
	n, err := note.Open(b, note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, fault.Because(err, fault.Invalid, "the checkpoint is not signed by %s", v.Name())
	}
	c, err := parseCheckpointText(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != v.Name() {
		return Checkpoint{}, fault.New(fault.Invalid, "the checkpoint is of another log than its key")
	}
	return c, nil
}

// restored is the body of PartRefers in the first entry of a restored log.
type restored struct {
	Checkpoint string `json:"checkpoint"` // newest known one of the old log, verbatim
	Key        string `json:"key"`        // the old log's verifier key
}

// RestorePart makes the part by which the first entry of a restored log commits
// to the newest known checkpoint of the log that it continues: the checkpoint
// verbatim, which must be signed by that log's verifier key, and that key.
func RestorePart(checkpoint []byte, verifierKey string) (Part, error) {
	if _, err := OpenCheckpoint(checkpoint, verifierKey); err != nil {
		return Part{}, err
	}
	body, err := json.Marshal(restored{Checkpoint: string(checkpoint), Key: verifierKey})
	return Part{Name: PartRefers, Body: body}, err
}

// NextOrigin gives the origin of the log that continues another after a restore:
// "tocsin.example/log" becomes "tocsin.example/log-2", that "tocsin.example/log-3".
func NextOrigin(origin string) string {
	if i := strings.LastIndexByte(origin, '-'); i > 0 {
		if n, ok := parseCount(origin[i+1:]); ok && n > 1 {
			return fmt.Sprintf("%s-%d", origin[:i], n+1)
		}
	}
	return origin + "-2"
}
