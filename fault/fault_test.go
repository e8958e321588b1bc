package fault

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestKindTravels(t *testing.T) {
	base := At(Invalid, "objects[3].id", "is not TYPE--UUID")
	for name, err := range map[string]error{"plain": base, "wrapped": fmt.Errorf("filing: %w", base), "twice": fmt.Errorf("a: %w", fmt.Errorf("b: %w", base)), "joined": errors.Join(io.EOF, base)} {
		if KindOf(err) != Invalid {
			t.Errorf("%s: kind %v", name, KindOf(err))
		}
		if Public(err) != "objects[3].id: is not TYPE--UUID" {
			t.Errorf("%s: %q", name, Public(err))
		}
	}
	if KindOf(nil) != Internal || KindOf(io.EOF) != Internal {
		t.Error("an error without a kind is not internal")
	}
}

// TestNothingInternalLeaves: the cause and the text of an unclassified error stay with the operator.
func TestNothingInternalLeaves(t *testing.T) {
	secret := errors.New("password hunter2 in /var/lib")
	for name, err := range map[string]error{"unclassified": secret, "a cause": Because(secret, Full, "the disk is full"), "internal": Because(secret, Internal, "kek of 2026-11 lost")} {
		if strings.Contains(Public(err), "hunter2") || strings.Contains(Public(err), "kek") {
			t.Errorf("%s: %q", name, Public(err))
		}
		if !strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the operator does not see the cause: %q", name, err.Error())
		}
	}
	if !errors.Is(Because(secret, Full, "x"), secret) {
		t.Error("the cause is lost")
	}
}

func TestWithin(t *testing.T) {
	for _, c := range []struct{ place, prefix, want string }{
		{"", "objects[1]", "objects[1]"}, {"id", "objects[1]", "objects[1].id"}, {"[2].id", "objects", "objects[2].id"},
	} {
		err := Within(c.prefix, At(TooLarge, c.place, "too much"))
		if e, ok := errors.AsType[*Error](err); !ok || e.Place != c.want || e.Kind != TooLarge {
			t.Errorf("%q within %q: %v", c.place, c.prefix, err)
		}
	}
	if err := Within("x", io.EOF); err != io.EOF {
		t.Errorf("an error without a kind became %v", err)
	}
	if err := Within("x", nil); err != nil {
		t.Errorf("nil became %v", err)
	}
	inner := At(Invalid, "id", "wrong")
	Within("a", inner)
	if Public(inner) != "id: wrong" {
		t.Errorf("the error itself was changed: %q", Public(inner))
	}
}

func TestWrap(t *testing.T) {
	f := func(err error) (out error) {
		defer Wrap(&out, "reading %s", "x")
		return err
	}
	if f(nil) != nil {
		t.Error("nil was wrapped")
	}
	err := f(New(NotFound, "no such thing"))
	if err.Error() != "reading x: no such thing" || KindOf(err) != NotFound || Public(err) != "no such thing" {
		t.Errorf("%q, %v, %q", err, KindOf(err), Public(err))
	}
}

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for k := Internal; k <= Gone; k++ {
		if s := k.String(); s == "" || seen[s] {
			t.Errorf("kind %d is named %q", k, s)
		} else {
			seen[s] = true
		}
	}
	if Kind(200).String() != "internal" {
		t.Error("an unknown kind is not internal")
	}
}
