package stix

import (
	"fmt"
	"testing"
)

func marking(id, more string) Object {
	o, err := Parse(fmt.Appendf(nil, `{"type":"marking-definition","spec_version":"2.1","id":%q,"created":"2022-10-01T00:00:00.000Z",%s}`, id, more), Limits{})
	if err != nil {
		panic(err)
	}
	return o
}

// TestTLPDefinitionsAreFixed: what a TLP identifier stands for can't be changed,
// and no other identifier stands for a level.
func TestTLPDefinitionsAreFixed(t *testing.T) {
	const ext = `"extensions":{"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":{"extension_type":"property-extension","tlp_2_0":"%s"}}`
	own := "marking-definition--00000000-0000-4000-8000-000000000001"
	for _, c := range []struct {
		o    Object
		ok   bool
		says TLP
	}{
		{marking(Red.MarkingID(), `"name":"TLP:RED",`+fmt.Sprintf(ext, "red")), true, Red},
		{marking(AmberStrict.MarkingID(), `"name":"TLP:AMBER+STRICT",`+fmt.Sprintf(ext, "amber+strict")), true, AmberStrict},
		{marking("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", `"name":"TLP:WHITE","definition_type":"tlp","definition":{"tlp":"white"}`), true, Clear},
		{marking(Red.MarkingID(), `"name":"TLP:CLEAR",`+fmt.Sprintf(ext, "red")), false, Red},
		{marking(Red.MarkingID(), `"name":"TLP:RED",`+fmt.Sprintf(ext, "clear")), false, Clear},
		{marking(Red.MarkingID(), `"definition_type":"statement","definition":{"statement":"Share with everyone"}`), false, TLPNone},
		{marking(own, `"definition_type":"tlp","definition":{"tlp":"red"}`), false, Red},
		{marking(own, fmt.Sprintf(ext, "red")), false, Red},
		{marking(own, `"definition_type":"statement","definition":{"statement":"Copyright"}`), true, TLPNone},
	} {
		if err := CheckTLP(&c.o); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.o.Raw, err)
		}
		if got := DeclaredTLP(&c.o); got != c.says {
			t.Errorf("%s declares %v", c.o.Raw, got)
		}
	}
}

func TestTLPInText(t *testing.T) {
	for text, want := range map[string]TLP{
		"": TLPNone, "tlp": TLPNone, "TLP:": TLPNone, "TLP:REDACTED": TLPNone, "stlp red": TLPNone, "TLP:RED": Red, "Report (TLP: Amber)": Amber, "tlp:white, then TLP:GREEN.": Green,
		"TLP:AMBER+STRICT": AmberStrict, "TLP:AMBER-STRICT only": AmberStrict, "TLP:CLEAR\nTLP:RED": Red, "a:b:c TLP:GREEN": Green, "TLP:GREENISH": TLPNone,
	} {
		if got := TLPIn(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
