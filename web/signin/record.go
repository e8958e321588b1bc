package signin

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tocsin/audit"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/person"
	"tocsin/web/frame"
)

// This file joins what people do here with the audit record: it is told before it
// is done. A session is recorded by frame's Visit.Enter.

// record does f as an act of the visitor's. about is an identifier, or "".
func (d *desk) record(v *frame.Visit, act audit.Act, about string, f func() error) error {
	return d.site.Exchange.Record(v.R.Context(), v.Visitor.Session, act, about, func() (string, error) { return "", f() })
}

// session refers to a session.
func session(id int64) string { return fmt.Sprint("session ", id) }

// recoveryLeft refers to the recovery codes that are left, as in "recovery 9".
func recoveryLeft(n int) string { return fmt.Sprint("recovery ", n) }

// isRecovery tells a recovery code, of those that were taken, from six digits.
func isRecovery(code string) bool {
	n := 0
	for _, r := range code {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			n++
		}
	}
	return n > 6
}

// noteRecovery notes that a recovery code was used, if the code was one.
func (d *desk) noteRecovery(v *frame.Visit, s member.Session, code string) error {
	if !isRecovery(code) {
		return nil
	}
	ctx := v.R.Context()
	f, err := d.people.Factors(ctx, s.Person)
	if err != nil {
		return err
	}
	return d.site.Exchange.Note(ctx, s, audit.FactorChange, recoveryLeft(f.Recovery), nil)
}

const (
	// failuresNoted is how many failed sign-ins of one person a minute are recorded:
	// more say nothing new, and the record is never erased.
	failuresNoted = 5
	// failuresWaiting bounds the logins that wait to be looked up.
	failuresWaiting = 100
)

// failures records sign-ins that failed, of people who are here. It does so beside
// the answer: a record that is written for those alone who are here would tell by
// its time who is. Strangers fill the record with nothing.
type failures struct {
	exchange *exchange.Exchange
	people   *person.People
	log      *slog.Logger

	mu      sync.Mutex
	waiting []string // logins as typed
	running bool
	minute  int64         // since 1970
	noted   map[int64]int // in this minute, by person
}

// tell takes the login of a failed sign-in.
func (f *failures) tell(login string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.waiting) >= failuresWaiting {
		return
	}
	f.waiting = append(f.waiting, login)
	if !f.running {
		f.running = true
		go f.work()
	}
}

// work notes what waits, one after the other, and ends when nothing does.
func (f *failures) work() {
	for {
		f.mu.Lock()
		if len(f.waiting) == 0 {
			f.running = false
			f.mu.Unlock()
			return
		}
		login := f.waiting[0]
		f.waiting = f.waiting[1:]
		f.mu.Unlock()
		ctx, done := context.WithTimeout(context.Background(), 10*time.Second) // who asked may have gone
		if err := f.note(ctx, login); err != nil {
			f.log.WarnContext(ctx, "a sign-in that failed could not be recorded", "err", err)
		}
		done()
	}
}

func (f *failures) note(ctx context.Context, login string) error {
	who, err := f.people.ByLogin(ctx, login)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if !f.may(who.ID, time.Now().UTC()) {
		return nil
	}
	s := member.Session{Member: member.Member{ID: who.Member}, Person: who.ID, Role: who.Role}
	return f.exchange.Note(ctx, s, audit.SignIn, "", fault.New(fault.Unauthenticated, "wrong"))
}

// may counts a failure, and says whether it is to be noted.
func (f *failures) may(who int64, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m := now.Unix() / 60; m != f.minute || f.noted == nil {
		f.minute, f.noted = m, map[int64]int{}
	}
	f.noted[who]++
	return f.noted[who] <= failuresNoted
}
