package stix

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseTime(t *testing.T) {
	for _, c := range []struct {
		s    string
		want time.Time
	}{
		{"2026-01-31T08:15:00Z", time.Date(2026, 1, 31, 8, 15, 0, 0, time.UTC)},
		{"2026-01-31T08:15:00.5Z", time.Date(2026, 1, 31, 8, 15, 0, 500_000_000, time.UTC)},
		{"2026-01-31T08:15:00.123456789Z", time.Date(2026, 1, 31, 8, 15, 0, 123_456_789, time.UTC)},
		{"2026-01-31T08:15:00.1234567899Z", time.Date(2026, 1, 31, 8, 15, 0, 123_456_789, time.UTC)}, // the tenth digit is dropped
		{"2024-02-29T00:00:00Z", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
		{"2016-12-31T23:59:60Z", time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)}, // a leap second
		{"0000-01-01T00:00:00Z", time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"2026-01-31T08:15:00." + strings.Repeat("0", 19) + "Z", time.Date(2026, 1, 31, 8, 15, 0, 0, time.UTC)}, // 40 characters
	} {
		if got, err := ParseTime(c.s); err != nil || !got.Equal(c.want) || got.Location() != time.UTC {
			t.Errorf("%s: %v, %v", c.s, got, err)
		}
	}
	for _, s := range []string{
		"", "2026-01-31", "2026-01-31T08:15Z", "2026-01-31T08:15:00", "2026-01-31T08:15:00z", "2026-01-31t08:15:00Z", "2026-01-31 08:15:00Z", "2026-01-31T08:15:00+00:00", "2026/01/31T08:15:00Z",
		"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
		"2026-01-01T00:00:00.Z", "2026-01-01T00:00:00,5Z", "2026-01-01T00:00:00.5.5Z", "2026-01-01T00:00:00.-5Z", "+026-01-01T00:00:00Z", "2026-1-01T00:00:000Z", "2026-02-30T00:00:60Z", "２026-01-01T00:00:00Z",
		"2026-01-31T08:15:00." + strings.Repeat("0", 20) + "Z",
	} {
		if got, err := ParseTime(s); err == nil {
			t.Errorf("%q is taken as %v", s, got)
		}
	}
}

func TestTimesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		when := time.UnixMicro(rapid.Int64Range(-62_000_000_000_000_000, 253_000_000_000_000_000).Draw(t, "when")).UTC()
		if got, err := ParseTime(FormatMicro(when)); err != nil || !got.Equal(when) {
			t.Fatalf("%s: %v %v", FormatMicro(when), got, err)
		}
		if got, err := ParseTime(FormatTime(when)); err != nil || !got.Equal(when.Truncate(time.Millisecond)) {
			t.Fatalf("%s: %v %v", FormatTime(when), got, err)
		}
	})
	zone := time.FixedZone("east", 3600)
	if got := FormatTime(time.Date(2026, 1, 1, 0, 30, 0, 0, zone)); got != "2025-12-31T23:30:00.000Z" {
		t.Errorf("another zone: %s", got)
	}
	if got := FormatMicro(time.Date(2026, 1, 1, 0, 0, 0, 1500, time.UTC)); got != "2026-01-01T00:00:00.000001Z" {
		t.Errorf("six digits: %s", got)
	}
}

func TestTLP(t *testing.T) {
	names := []string{"", "clear", "green", "amber", "amber-strict", "red"}
	first := map[string]TLP{ // TLP 1
		"613f2e26-407d-48c7-9eca-b8e91df99dc9": Clear, "34098fce-860f-48ae-8e50-ebd3cc5e41da": Green, "f88d31f6-486f-44da-b317-01333bde0b82": Amber, "5e57c739-391a-4eb3-b6be-7d15ca92d5ed": Red,
	}
	second := map[string]TLP{ // TLP 2.0
		"94868c89-83c2-464b-929b-a1a8aa3c8487": Clear, "bab4a63c-aed9-4cf5-a766-dfca5abac2bb": Green, "55d920b0-5e8b-4f79-9ee9-91f868d9b421": Amber,
		"939a9414-2ddd-4d32-a0cd-375ea402b003": AmberStrict, "e828b379-4e03-4974-9ac4-e53a884c97c1": Red,
	}
	for _, ids := range []map[string]TLP{first, second} {
		for uuid, level := range ids {
			if got := TLPOf("marking-definition--" + uuid); got != level {
				t.Errorf("%s is %q, want %q", uuid, got.Name(), level.Name())
			}
			if got := TLPOf("marking-definition--" + strings.ToUpper(uuid)); got != level {
				t.Errorf("%s in capitals is %q", uuid, got.Name())
			}
		}
	}
	for level := TLPNone; level <= Red; level++ {
		if level.Name() != names[level] {
			t.Errorf("level %d is called %q", level, level.Name())
		}
		if level == TLPNone {
			continue
		}
		if got, ok := ParseTLP("TLP:" + strings.ToUpper(level.Name())); !ok || got != level {
			t.Errorf("%s read as %q", level.Name(), got.Name())
		}
		if second[strings.TrimPrefix(level.MarkingID(), "marking-definition--")] != level {
			t.Errorf("%s is written as %s, which is not of TLP 2.0", level.Name(), level.MarkingID())
		}
	}
	if TLPNone.MarkingID() != "" || TLPOf("marking-definition--00000000-0000-4000-8000-000000000001") != TLPNone {
		t.Error("no level has an identifier, or an identifier of another marking has a level")
	}
	for _, c := range []struct {
		s    string
		want TLP
		ok   bool
	}{{"white", Clear, true}, {" tlp:Amber+Strict ", AmberStrict, true}, {"AMBER-STRICT", AmberStrict, true}, {"", TLPNone, false}, {"purple", TLPNone, false}, {"tlp:", TLPNone, false}, {"TLP RED", TLPNone, false}} {
		if got, ok := ParseTLP(c.s); got != c.want || ok != c.ok {
			t.Errorf("%q: %q %v", c.s, got.Name(), ok)
		}
	}
}
