package stix

import "strings"

// TLP is a level of the Traffic Light Protocol 2.0. Levels of TLP 1 map onto it:
// WHITE is Clear.
type TLP uint8

// The levels, from widest to narrowest. TLPNone means that no TLP marking is there.
const (
	TLPNone TLP = iota
	Clear
	Green
	Amber
	AmberStrict
	Red
)

// tlpIDs are the fixed identifiers: TLP 1 (STIX 2.1 section 7.2.1.4) and TLP 2.0
// (OASIS common objects).
var tlpIDs = map[string]TLP{
	"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": Clear,
	"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": Green,
	"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": Amber,
	"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": Red,
	"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": Clear,
	"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": Green,
	"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": Amber,
	"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": AmberStrict,
	"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": Red,
}

// TLPOf gives the level that a marking-definition identifier stands for, or TLPNone.
func TLPOf(markingID string) TLP { return tlpIDs[strings.ToLower(markingID)] }

// MarkingID gives the TLP 2.0 marking-definition identifier of a level, "" for TLPNone.
func (t TLP) MarkingID() string {
	return [...]string{"", "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
		"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
		"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"}[t]
}

// Name gives clear, green, amber, amber-strict or red; "" for TLPNone.
func (t TLP) Name() string {
	return [...]string{"", "clear", "green", "amber", "amber-strict", "red"}[t]
}

// ParseTLP reads a level's name in any case, with or without "TLP:"; white is
// Clear, amber+strict is amber-strict.
func ParseTLP(s string) (TLP, bool) {
	s = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(s)), "tlp:")
	switch s {
	case "white":
		return Clear, true
	case "amber+strict":
		return AmberStrict, true
	}
	for t := Clear; t <= Red; t++ {
		if t.Name() == s {
			return t, true
		}
	}
	return TLPNone, false
}
