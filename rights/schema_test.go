package rights_test

import (
	"context"
	"slices"
	"testing"

	"tocsin/approval"
	"tocsin/archive"
	"tocsin/defence"
	"tocsin/draft"
	"tocsin/exchange"
	"tocsin/held"
	"tocsin/member"
	people "tocsin/person"
	"tocsin/rights"
	"tocsin/store"
	"tocsin/store/storetest"
	"tocsin/submission"
	"tocsin/thing"
)

// holders are all ideas that keep personal data. They are asked only for their
// tables here, so they stand over nothing.
func holders() []rights.Holder {
	return []rights.Holder{archive.Holder{}, held.Holder{}, member.Holder{}, people.Holder{}, draft.Holder{}, approval.Holder{}, submission.Holder{}, thing.Holder{}}
}

// free are the tables without personal data, each with the reason.
var free = map[string]string{
	"head":           "counters and the fingerprint of the keys folder",
	"follower":       "names of the program's own jobs, and how far each has come",
	"migration":      "which schema files were applied",
	"migration_lock": "a lock",
	"tree":           "hashes of commitments under keys that are not there",
	// What defences read is folded from things: it follows each recall and expiry by itself, so who
	// asks is answered, and what is erased is erased, at thing.Holder.
	"defence_head":   "counters",
	"defence_view":   "audiences, numbers of members and a policy",
	"defence_item":   "a copy of things in force, taken out when the thing goes",
	"defence_change": "keyed hashes of things",
	"audit":          "numbers of people, members, entries and passages; names stand in person",
	"audit_head":     "the last number and hash of the audit record",
	"audit_commit":   "numbers of entries that commit to it",
	// What people look for is found by keyed hashes of the words of released objects; those of what was
	// taken back go within an hour or so (search.Forget), and what is shown is read from the archive.
	"search_segment": "numbers and dates of objects",
	"search_block":   "keyed hashes of words, and which objects hold them",
	"search_head":    "counters",
	"search_gone":    "dates of objects that were taken back, until their words are gone",
}

// TestEveryTableIsClaimedOrFree reads the live schema of both engines: a new table
// needs a Holder, or a line above that says why it holds nothing on a person.
func TestEveryTableIsClaimedOrFree(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		db := open(t)
		if err := exchange.Migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		for _, migrate := range []func(context.Context, *store.DB) error{defence.Migrate, people.Migrate, draft.Migrate} {
			if err := migrate(t.Context(), db); err != nil {
				t.Fatal(err)
			}
		}
		tables, err := db.Tables(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(tables) < 15 {
			t.Fatalf("the schema has only the tables %v", tables)
		}
		for _, f := range findings(tables, holders(), free) {
			t.Error(f)
		}
	})
}

// findings says what is wrong between tables, those who claim them, and the list.
func findings(tables []string, hs []rights.Holder, free map[string]string) (out []string) {
	claimed := map[string]bool{}
	for _, h := range hs {
		for _, name := range h.Tables() {
			if claimed[name] {
				out = append(out, name+" is claimed twice")
			}
			claimed[name] = true
			if !slices.Contains(tables, name) {
				out = append(out, name+" is claimed and isn't there")
			}
			if free[name] != "" {
				out = append(out, name+" is claimed, and said to be free of personal data")
			}
		}
	}
	for _, name := range tables {
		if !claimed[name] && free[name] == "" {
			out = append(out, name+" is neither claimed by a rights.Holder nor said, with a reason, to be free of personal data")
		}
	}
	for name := range free {
		if !slices.Contains(tables, name) {
			out = append(out, name+" stands in the list and isn't there")
		}
	}
	slices.Sort(out)
	return out
}

// TestATableThatNobodyClaimsIsFound makes sure that the test above can fail.
func TestATableThatNobodyClaimsIsFound(t *testing.T) {
	got := findings([]string{"held", "visitors", "head"}, []rights.Holder{held.Holder{}, held.Holder{}, member.Holder{}}, map[string]string{"head": "counters", "gone": "why", "held": "no"})
	want := []string{
		"gone stands in the list and isn't there", "group_member is claimed and isn't there", "held is claimed twice", "held is claimed, and said to be free of personal data", "held is claimed, and said to be free of personal data",
		"member is claimed and isn't there", "member_domain is claimed and isn't there", "member_key is claimed and isn't there", "sharing_group is claimed and isn't there", "trust is claimed and isn't there",
		"visitors is neither claimed by a rights.Holder nor said, with a reason, to be free of personal data",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
