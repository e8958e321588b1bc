package validate

import "testing"

// TestListOfBundles: a bundle within a list is checked with everything in it.
func TestListOfBundles(t *testing.T) {
	good := `{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-000000000001","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","name":"Tinbell","is_family":true}`
	bad := `{"type":"identity","spec_version":"2.1","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","name":"x","identity_class":"group"}`
	wrap := func(o string) string {
		return `{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000002","objects":[` + o + `]}`
	}
	got := File([]byte("[" + wrap(good) + "," + wrap(good+","+bad) + "," + good + "]"))
	if len(got) != 3 || !got[0].Valid || got[1].Valid || !got[2].Valid {
		t.Fatalf("%+v", got)
	}
	if len(got[1].Errors) == 0 || got[1].Errors[0].Path != "objects[1].id" {
		t.Errorf("errors %+v; want the place in the bundle", got[1].Errors)
	}
}
