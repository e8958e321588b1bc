package exchange

import (
	"time"

	"tocsin/archive"
	"tocsin/held"
	"tocsin/intake"
	"tocsin/member"
	"tocsin/observable"
	"tocsin/privacy"
	"tocsin/stix"
)

// The doors that a report comes through; the facts name them.
const (
	DoorAPI   = "api"
	DoorTAXII = "taxii"
	DoorWeb   = "web"
)

// work is one part of a report on its way in.
type work struct {
	session member.Session
	options Options
	target  member.Target
	own     *privacy.Own // what tells who files; nil when it may be named
	batch   intake.Batch
	report  *Filed // the parts before this one
	shown   *Shown // of a preview that a person looks at; else nil
	part    int    // from 1
	last    bool

	declared map[string]stix.TLP // levels that marking-definitions of the part declare, by identifier
	written  stix.TLP            // level that its text names
	// renewals are fresh identifiers for what its member took back and files again,
	// by submitted identifier: found in step 4, applied when the steps are done over.
	renewals map[string]string
}

// item is one object of a part on its way.
type item struct {
	place     string
	submitted string      // identifier as it came
	obj       stix.Object // as it will be published
	aud       member.Audience
	made      bool   // by the reader of its format, not as received
	own       bool   // created by its submitter (no creator, or the submitter's own identity)
	renamed   bool   // published under another identifier than submitted
	creator   string // created_by_ref as it came
	implied   bool   // an identity that the exchange adds by itself: the answer doesn't list it
	stripped  privacy.Stripped
	original  []byte // before the gate, for the context of held passages

	things   []observable.Thing
	until    time.Time
	expired  bool
	previous *archive.Stored // the newest version that is there; nil for a new object
	versions []archive.Stored
	older    bool // a newer version is there already
}

// kept is the outcome of one part: what will be written, and what is answered.
type kept struct {
	work      *work
	previewed []*item // what step 3 left, for Show
	results   []ObjectResult
	failures  []Failure
	removed   []Removed
	lines     map[Removed]int // where a line of removed stands, its count left out
	passages  []held.Passage
	recorded  int // what the gate would have removed from a publisher's material

	published map[string]string // submitted identifier to published one
	before    map[string]string // the same, as it was known before this part
	taken     map[string]string // removed identifiers, and their UUIDs alone, to published ones
	filers    []filedAgain
	facts     facts
	snapshot  int64 // date of the head when step 4 looked, and the log's size then
	since     int64
	slots     []archive.Slot
	items     []*item // of the slots, in their order
	job       *job
	reportID  string
	index     int64
	repeat    bool
	receipt   []byte
}

// filedAgain is an object that was there already and that another member filed too.
type filedAgain struct {
	id  string
	aud int32
	at  int64
}

// facts is what legal conditions need, frozen when the report is filed. What a
// member merely declares is marked so (invariant 8).
type facts struct {
	Door      string `json:"door,omitempty"`
	Format    string `json:"format"`
	Objects   int    `json:"objects"`
	Indicator int    `json:"indicators"`
	Removed   int    `json:"removed"`
	Held      int    `json:"held"`
	Recorded  int    `json:"recorded_only,omitempty"`
	Refused   int    `json:"refused"`
	Named     bool   `json:"named"`
	Publisher bool   `json:"publisher,omitempty"`
	Reason    string `json:"reason,omitempty"`
	Why       string `json:"why,omitempty"` // of a decision: what its reviewer chose
}

// nothingNew tells whether everything in the part was there already.
func (k *kept) nothingNew() bool {
	return len(k.slots) == 0 && len(k.passages) == 0 && len(k.filers) == 0
}

func (k *kept) fail(f Failure) { k.failures = append(k.failures, f) }

func (k *kept) heldResults() []HeldResult {
	out := make([]HeldResult, 0, len(k.passages))
	for _, p := range k.passages {
		out = append(out, HeldResult{ID: p.ID, Object: p.Object, Path: p.Path, Type: p.Kind, Reason: p.Reason})
	}
	return out
}
