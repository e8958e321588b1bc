package held

import "tocsin/fault"

// Why is a reason that a reviewer may give, and the one verdict that it speaks
// for: that the two must fit keeps a slip of the finger from deciding.
type Why struct {
	Code    string
	Release bool
}

// Whys gives the reasons, in the order in which a page offers them.
func Whys() []Why {
	return []Why{
		{"needed", true},       // the attack is recognised or blocked by it
		{"attackers", true},    // it belongs to whoever attacks
		{"nobody", true},       // it names no person: a role, a company, a product
		{"bystander", false},   // a person who is not part of the attack
		{"unneeded", false},    // nobody needs it to act
		{"cannot-tell", false}, // who can't tell releases nothing
	}
}

// CheckWhy tells whether a reason may stand beside a verdict; none may beside either.
func CheckWhy(code string, release bool) error {
	if code == "" {
		return nil
	}
	for _, w := range Whys() {
		if w.Code == code && w.Release == release {
			return nil
		}
		if w.Code == code {
			return fault.At(fault.Invalid, "why", "this reason speaks for the other verdict")
		}
	}
	return fault.At(fault.Invalid, "why", "is one of needed, attackers, nobody (to release), bystander, unneeded, cannot-tell (to remove)")
}
