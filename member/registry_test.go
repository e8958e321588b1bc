package member_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/fault"
	"tocsin/member"
	"tocsin/store"
	"tocsin/store/storetest"
)

// mac is a keyed hash as the keys folder gives it; parts can't run into each other.
func mac(purpose string, parts ...[]byte) [32]byte {
	h := hmac.New(sha256.New, []byte("a secret of this test"))
	fmt.Fprintf(h, "%d:%s", len(purpose), purpose)
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return [32]byte(h.Sum(nil))
}

// noLeaves stands for the ledger, which these tests don't need.
type noLeaves struct{}

func (noLeaves) Seal(context.Context, *store.Tx, store.Head, []store.Job) error { return nil }

const logID = 1

// registry gives a register over a fresh database, and the sequencer whose head row it uses.
func registry(t *testing.T, db *store.DB) (*member.Registry, *store.Sequencer) {
	t.Helper()
	if err := member.Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	seq, err := store.NewSequencer(t.Context(), db, logID, noLeaves{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { seq.Close() })
	return member.New(db, logID, mac), seq
}

// onBoth runs a test on each engine.
func onBoth(t *testing.T, f func(t *testing.T, r *member.Registry, seq *store.Sequencer, db *store.DB)) {
	t.Helper()
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		db := open(t)
		r, seq := registry(t, db)
		f(t, r, seq, db)
	})
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func add(t *testing.T, r *member.Registry, names ...string) {
	t.Helper()
	for _, n := range names {
		must(r.AddMember(t.Context(), member.NewMember{Name: n}))(t)
	}
}

func key(t *testing.T, r *member.Registry, name string, feed bool) (string, member.Key) {
	t.Helper()
	secret, k, err := r.AddKey(t.Context(), name, feed)
	if err != nil {
		t.Fatal(err)
	}
	return secret, k
}

func wantKind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("%s: %v; want %v", what, err, want)
	}
}

func TestAKeyOpensASession(t *testing.T) {
	onBoth(t, func(t *testing.T, r *member.Registry, _ *store.Sequencer, db *store.DB) {
		m := must(r.AddMember(t.Context(), member.NewMember{Name: " Alpha Bank ", Role: member.RoleReviewer, Publisher: true, Domains: []string{"Alpha.Example.", "alpha.example", "cert.alpha.example"}}))(t)
		add(t, r, "Beta")
		must(r.AddGroup(t.Context(), "Finance", []string{"alpha bank"}))(t)
		must(r.AddGroup(t.Context(), "Energy", []string{"Beta"}))(t)
		secret, k := key(t, r, "ALPHA BANK", false)
		if !strings.HasPrefix(secret, "tocsin_") || len(secret) < 7+32 || k.Hint != secret[:len(k.Hint)] || len(k.Hint) > 12 {
			t.Errorf("key %q with hint %q", secret, k.Hint)
		}
		s := must(r.Authenticate(t.Context(), secret))(t)
		if s.Member.Name != "Alpha Bank" || s.Member.ID != m.ID || s.Member.Role != member.RoleReviewer || !s.Member.Publisher || s.Member.Named || s.FeedOnly || s.KeyID != k.ID {
			t.Errorf("session %+v", s)
		}
		if want := []string{"alpha.example", "cert.alpha.example"}; !slices.Equal(s.Member.Domains, want) || !slices.Equal(m.Domains, want) {
			t.Errorf("domains %v and %v", s.Member.Domains, m.Domains)
		}
		if !s.Member.Created.Equal(m.Created) || s.Member.Created.IsZero() {
			t.Errorf("created %v and %v", s.Member.Created, m.Created)
		}
		if want := []member.Audience{1, 2, 3, 4, 16}; !slices.Equal(s.Audiences, want) || len(s.Groups) != 1 || s.Groups[0].Name != "Finance" {
			t.Errorf("audiences %v, groups %v", s.Audiences, s.Groups)
		}
		s.Audiences[0], s.Groups[0].Audience = 99, 99 // a caller's change is its own
		if again := must(r.Authenticate(t.Context(), secret))(t); again.Audiences[0] != 1 || again.Groups[0].Audience != 16 {
			t.Errorf("a caller changed the session of the next one: %+v", again)
		}
		feed, _ := key(t, r, "Beta", true)
		if s := must(r.Authenticate(t.Context(), feed))(t); !s.FeedOnly || !strings.HasPrefix(feed, "tocsin_feed_") {
			t.Errorf("feed key %q opens %+v", feed, s)
		}
		byName := must(r.Session(t.Context(), "beta"))(t)
		if byName.Member.Name != "Beta" || byName.KeyID != 0 || !byName.CanRead(17) || byName.CanRead(16) {
			t.Errorf("session by name: %+v", byName)
		}
		_, err := r.Session(t.Context(), "Gamma")
		wantKind(t, "a session of nobody", err, fault.NotFound)
	})
}

func TestUnknownKeysOpenNothing(t *testing.T) {
	r, _ := registry(t, storetest.Open(t))
	add(t, r, "Alpha")
	secret, _ := key(t, r, "Alpha", false)
	other := []byte(secret)
	if other[len(other)-1]++; other[len(other)-1] > 'z' || other[len(other)-1] == '8' {
		other[len(other)-1] = 'a'
	}
	for name, k := range map[string]string{
		"empty": "", "another one": string(other), "upper case": strings.ToUpper(secret), "one character less": secret[:len(secret)-1],
		"one more": secret + "a", "with a space": secret + " ", "without its prefix": strings.TrimPrefix(secret, "tocsin_"),
		"as a feed key": "tocsin_feed_" + strings.TrimPrefix(secret, "tocsin_"), "long": strings.Repeat("a", 1<<20), "not UTF-8": "tocsin_\xff",
	} {
		s, err := r.Authenticate(t.Context(), k)
		wantKind(t, name, err, fault.Unauthenticated)
		if s.CanRead(member.AudienceClear) || s.Member.ID != 0 {
			t.Errorf("%s opens %+v", name, s)
		}
	}
}

func TestKeysDiffer(t *testing.T) {
	r, _ := registry(t, storetest.Open(t))
	add(t, r, "Alpha")
	seen := map[string]bool{}
	for range 20 {
		secret, k := key(t, r, "Alpha", false)
		if seen[secret] || seen[fmt.Sprint(k.ID)] {
			t.Fatalf("key %d came twice", k.ID)
		}
		seen[secret], seen[fmt.Sprint(k.ID)] = true, true
	}
}

// TestTheDatabaseHoldsNoKey: whoever reads the database can't sign in.
func TestTheDatabaseHoldsNoKey(t *testing.T) {
	db := storetest.Open(t)
	r, _ := registry(t, db)
	add(t, r, "Alpha")
	secret, _ := key(t, r, "Alpha", false)
	var h []byte
	var hint string
	if err := db.Reader().QueryRowContext(t.Context(), `SELECT h, hint FROM member_key`).Scan(&h, &hint); err != nil {
		t.Fatal(err)
	}
	if plain := sha256.Sum256([]byte(secret)); strings.Contains(string(h), secret[7:]) || slices.Equal(h, plain[:]) {
		t.Error("the key, or a hash that anyone can compute, stands in the database")
	}
	if left := len(secret) - len(hint); left*5 < 160 {
		t.Errorf("the hint %q leaves %d bits to guess", hint, left*5)
	}
}

// TestRightsAreSeenAtOnce: each change that takes something away holds for the
// next request on the same node, and within rightsFor on another one.
func TestRightsAreSeenAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, r *member.Registry, seq *store.Sequencer, db *store.DB) {
		ctx := t.Context()
		other := member.New(db, logID, mac) // another node of the same log
		add(t, r, "Alpha", "Beta")
		must(r.AddGroup(ctx, "Finance", []string{"Alpha", "Beta"}))(t)
		secret, k := key(t, r, "Alpha", false)
		read := func(where *member.Registry) member.Session { return must(where.Authenticate(ctx, secret))(t) }
		before := must(seq.Head(ctx))(t).Rights
		if s := read(r); s.Rights != before || !s.CanRead(16) || !read(other).CanRead(16) {
			t.Fatalf("rights %d of head %d, groups %v", s.Rights, before, s.Groups)
		}
		if err := r.RemoveFromGroup(ctx, "finance", "alpha"); err != nil {
			t.Fatal(err)
		}
		if s := read(r); s.CanRead(16) || s.Rights != before+1 {
			t.Errorf("after leaving the group: %+v", s)
		}
		eventually(t, "the other node shows the group's content no more", func() bool { return !read(other).CanRead(16) })
		if err := r.RemoveKey(ctx, k.ID); err != nil {
			t.Fatal(err)
		}
		_, err := r.Authenticate(ctx, secret)
		wantKind(t, "a removed key", err, fault.Unauthenticated)
		eventually(t, "the other node refuses the removed key", func() bool {
			_, err := other.Authenticate(ctx, secret)
			return fault.KindOf(err) == fault.Unauthenticated && err != nil
		})
	})
}

// eventually asks until it holds; what is asked for is due within 100 ms.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !holds(); {
		if time.Now().After(end) {
			t.Fatalf("not within 5 s: %s", what)
		}
		<-time.After(10 * time.Millisecond)
	}
}

// TestAKnownKeyCostsNoReading: sessions come from memory, and the rights counter
// is read again once the last reading is 100 ms old.
func TestAKnownKeyCostsNoReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := storetest.Open(t)
		r, seq := registry(t, db)
		add(t, r, "Alpha")
		secret, _ := key(t, r, "Alpha", false)
		must(r.Authenticate(t.Context(), secret))(t)
		closed, cancel := context.WithCancel(t.Context())
		cancel() // any access to the database fails now
		<-time.After(99 * time.Millisecond)
		if _, err := r.Authenticate(closed, secret); err != nil {
			t.Errorf("the database was read: %v", err)
		}
		<-time.After(time.Millisecond)
		if _, err := r.Authenticate(closed, secret); err == nil {
			t.Error("rights of 100 ms ago were taken for current")
		}
		seq.Close()
	})
}

func TestRecheckFindsWhatWasTakenAway(t *testing.T) {
	onBoth(t, func(t *testing.T, r *member.Registry, _ *store.Sequencer, db *store.DB) {
		ctx := t.Context()
		recheck := func(s member.Session) error {
			return db.Write(ctx, func(tx *store.Tx) error { return r.Recheck(ctx, tx, s) })
		}
		for name, c := range map[string]struct {
			take func(who string, k member.Key) error
			want fault.Kind
			fine bool
		}{
			"nothing": {take: func(string, member.Key) error { return nil }, fine: true},
			"more was granted": {take: func(who string, _ member.Key) error {
				_, err := r.AddGroup(ctx, "more of "+who, []string{who})
				return err
			}, fine: true},
			"the key":            {take: func(_ string, k member.Key) error { return r.RemoveKey(ctx, k.ID) }, want: fault.Unauthenticated},
			"the member":         {take: func(who string, _ member.Key) error { return r.RemoveMember(ctx, who) }, want: fault.Unauthenticated},
			"a membership":       {take: func(who string, _ member.Key) error { return r.RemoveFromGroup(ctx, "group of "+who, who) }, want: fault.Forbidden},
			"a group":            {take: func(who string, _ member.Key) error { return r.RemoveGroup(ctx, "group of "+who) }, want: fault.Forbidden},
			"the name's consent": {take: func(who string, _ member.Key) error { return r.SetNamed(ctx, who, false) }, want: fault.Forbidden},
			"another's key": {take: func(string, member.Key) error {
				add(t, r, "Somebody")
				_, k := key(t, r, "Somebody", false)
				return r.RemoveKey(ctx, k.ID)
			}, fine: true},
		} {
			who := "Member " + name
			add(t, r, who)
			must(r.AddGroup(ctx, "group of "+who, []string{who}))(t)
			if err := r.SetNamed(ctx, who, true); err != nil {
				t.Fatal(err)
			}
			secret, k := key(t, r, who, false)
			s := must(r.Authenticate(ctx, secret))(t)
			if err := c.take(who, k); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := recheck(s); c.fine && err != nil {
				t.Errorf("%s: %v", name, err)
			} else if !c.fine {
				wantKind(t, "taken away: "+name, err, c.want)
			}
		}
		if err := recheck(member.Session{Exchange: true}); err != nil {
			t.Errorf("the exchange itself: %v", err)
		}
		wantKind(t, "the zero session", recheck(member.Session{}), fault.Unauthenticated)
		byName := must(r.Session(ctx, "Member nothing"))(t)
		if err := recheck(byName); err != nil {
			t.Errorf("administration: %v", err)
		}
		if err := r.RemoveMember(ctx, "Member nothing"); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "administration for a removed member", recheck(byName), fault.Unauthenticated)
	})
}

func TestAKeysNumberIsNeverGivenAgain(t *testing.T) {
	db := storetest.Open(t)
	r, _ := registry(t, db)
	add(t, r, "Alpha", "Beta")
	secret, k := key(t, r, "Alpha", false)
	s := must(r.Authenticate(t.Context(), secret))(t)
	if err := r.RemoveKey(t.Context(), k.ID); err != nil {
		t.Fatal(err)
	}
	if _, next := key(t, r, "Beta", false); next.ID == k.ID {
		t.Errorf("key %d came back", k.ID)
	}
	err := db.Write(t.Context(), func(tx *store.Tx) error { return r.Recheck(t.Context(), tx, s) })
	wantKind(t, "a session of the removed key", err, fault.Unauthenticated)
	wantKind(t, "removing it again", r.RemoveKey(t.Context(), k.ID), fault.NotFound)
}
