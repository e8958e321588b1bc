package operator

import (
	"testing"

	"tocsin/exchange"
)

// TestHeading: the heading says the worst, and says that all is well only when nothing else is to be said.
func TestHeading(t *testing.T) {
	good := exchange.Health{KeysMatch: true}
	for want, bodies := range map[string][]body{
		"well": {{Health: good, Never: true}, {Health: good, Checked: exchange.TreeChecked{OK: true}}},
		"lags": {{Health: good, Never: true, Lag: 1}, {Health: good, Checked: exchange.TreeChecked{OK: true}, Lag: 2}},
		"tree": {{Health: good}, {Health: good, Lag: 1}},
		"keys": {{Never: true}, {Lag: 1}},
	} {
		for _, b := range bodies {
			if got := heading(b); got != want {
				t.Errorf("%+v: %q, want %q", b, got, want)
			}
		}
	}
}
