package exchange

import (
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"tocsin/member"
	"tocsin/observable"
	"tocsin/privacy"
)

// ours is what tells who a member is: its registered name, also without its legal form,
// and its registered domains. nil when it may be named: by its consent, by its choice for
// this report, or as a publisher, whose material is kept byte for byte.
func (x *Exchange) ours(m member.Member, named bool) *privacy.Own {
	if named || m.Named || m.Publisher {
		return nil
	}
	domains := slices.Clone(m.Domains)
	for _, d := range m.Domains {
		if u, err := idna.Lookup.ToUnicode(d); err == nil && u != d {
			domains = append(domains, u)
		}
	}
	return x.gate.NewOwn([]string{m.Name, member.BareName(m.Name)}, domains)
}

// atOwn tells the values that are at a domain of who files: whatever was done to it, it
// is no indicator of its own report.
func atOwn(own *privacy.Own) func(observable.Thing) bool {
	if own == nil {
		return nil
	}
	return func(t observable.Thing) bool {
		switch t.Kind {
		case observable.Domain:
			return own.HasDomain(strings.ToLower(t.Value))
		case observable.URL, observable.Email:
			at := own.Find(t.Value)
			return len(at) > 0 && at[0].Start == 0 && at[0].End == len(t.Value)
		}
		return false
	}
}

// scrub gives a reason as everybody reads it. Nothing of a reason waits for a reviewer,
// so what is in doubt goes too; and who takes a report back may have been wrong about
// who attacked, so that persons' values of an attacker go with the others.
func (x *Exchange) scrub(m member.Member, reason string) string {
	spans := x.gate.Text(reason)
	out := spans[:0]
	for _, sp := range spans {
		switch {
		case sp.Verdict == privacy.Keep && slices.Contains(nobodys[:], sp.Reason):
			continue
		default:
			sp.Verdict = privacy.Remove
		}
		out = append(out, sp)
	}
	once := privacy.Scrub(reason, out)
	return privacy.Scrub(once, x.ours(m, false).Find(once))
}

// nobodys are the reasons of the gate for values that are no person's.
var nobodys = [...]string{"mail-function", "no-person", "login-builtin", "login-tried", "build-path"}
