package signin

import (
	"fmt"
	"testing"
	"time"
)

// TestFailuresBound: of one person five failures a minute are noted, whatever those
// of others; and so many logins wait at most.
func TestFailuresBound(t *testing.T) {
	f := &failures{}
	now := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
	for _, who := range []int64{1, 2} {
		for i := range failuresNoted + 3 {
			if got := f.may(who, now); got != (i < failuresNoted) {
				t.Errorf("failure %d of person %d: %v", i+1, who, got)
			}
		}
	}
	if f.may(1, now.Add(time.Minute-time.Nanosecond)) || !f.may(1, now.Add(time.Minute)) {
		t.Error("a minute is no minute")
	}
	if len(f.noted) != 1 {
		t.Errorf("%d people are kept from the minute before", len(f.noted)-1)
	}
	f.running = true // somebody is at work, and slow
	for i := range failuresWaiting + 1 {
		f.tell(fmt.Sprint("login-", i))
	}
	if len(f.waiting) != failuresWaiting || f.waiting[0] != "login-0" {
		t.Errorf("%d wait", len(f.waiting))
	}
}

func TestIsRecovery(t *testing.T) {
	for code, want := range map[string]bool{"ABCD-EFGH-2345": true, "abcd efgh 2345": true, "012345": false, "012 345": false, "012–345": false, "": false} {
		if isRecovery(code) != want {
			t.Errorf("%q: %v", code, !want)
		}
	}
}
