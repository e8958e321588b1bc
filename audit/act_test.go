package audit

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"tocsin/fault"
	"tocsin/member"
	"tocsin/store/storetest"
)

func TestOnlyIdentifiersGetIntoTheRecord(t *testing.T) {
	const uuid = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
	for text, want := range map[string]bool{
		"": false, "member 5": true, "key 12": true, "entry 0": true, "report-44": true, "decision-1": true,
		"held-0123456789abcdef": true, "held-0123456789abcde": false, "held-0123456789abcdeg": false, "held-0123456789ABCDEF": false,
		"indicator--" + uuid: true, "marking-definition--" + uuid: true, "indicator--" + uuid + "0": false, "indicator--" + strings.ToUpper(uuid): false,
		"indicator--jane.roe@customer.example": false, "Jane Roe": false, "jane 5x": false, "jane.roe@customer.example": false, "198.51.100.7": false,
		"evil.example": false, "member  5": false, "member 5\n": false, "x-jane": false, "--" + uuid: false, " 5": false, "-5": false,
		"member 9223372036854775807": true, "member 92233720368547758070": false, "report-5-6": false,
	} {
		if got := Ref(text); got != "" != want || want && got != text {
			t.Errorf("%q is kept as %q", text, got)
		}
	}
	w := openWorld(t, storetest.Open(t))
	w.did(analyst(3, 1), Recall, "jane.roe@customer.example", nil)
	for _, r := range w.export(auditor, 0) {
		if r.About != "" {
			t.Errorf("the record holds %q", r.About)
		}
	}
}

func FuzzRef(f *testing.F) {
	f.Add("member 5")
	f.Add("indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")
	f.Add("jane.roe@customer.example")
	f.Fuzz(func(t *testing.T, text string) {
		if got := Ref(text); got != "" && (got != text || len(got) > 80 || strings.Trim(got, letters+digits+"- ") != "") {
			t.Errorf("%q is kept as %q", text, got)
		}
	})
}

func TestOutcomes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, "done"}, {errors.New("disk"), "failed"}, {fault.New(fault.Unreachable, "x"), "failed"}, {fault.New(fault.Full, "x"), "failed"},
		{fault.New(fault.Forbidden, "x"), "refused (forbidden)"}, {fault.New(fault.Conflict, "x"), "refused (conflict)"},
	} {
		if got := OutcomeOf(c.err); got != c.want {
			t.Errorf("%v is %q, want %q", c.err, got, c.want)
		}
	}
}

func TestActsStandInTheListOnce(t *testing.T) {
	all := slices.Sorted(slices.Values(Acts()))
	if len(slices.Compact(slices.Clone(all))) != len(all) || slices.Contains(all, "") {
		t.Errorf("%q", all)
	}
}

// A session on the data folder has a member and no key.
func TestTheWayIn(t *testing.T) {
	for want, s := range map[string]member.Session{
		"session": analyst(3, 1), "key 12": machine(3, 12, member.RoleMember), "data folder": machine(3, 0, member.RoleMember), "": {},
	} {
		if got := of(s, File, "").How; got != want {
			t.Errorf("%+v came by %q, want %q", s, got, want)
		}
	}
}
