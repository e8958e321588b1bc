package privacy

import "testing"

func TestHasPlaceholder(t *testing.T) {
	for s, want := range map[string]bool{
		"": false, "[": false, "[]": false, "http://evil.example/?u=[email]": true, "[person-12]": true, "[bank_account]x": true, HeldPlaceholder: true,
		"http://[2001:db8::1]/": false, "a[0].b": false, "[Email]": false, "x[email": false, "[[held]": true,
	} {
		if got := HasPlaceholder(s); got != want {
			t.Errorf("HasPlaceholder(%q) = %v", s, got)
		}
	}
}
