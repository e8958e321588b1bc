package intake_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"tocsin/fault"
	"tocsin/intake"
)

// However the bytes arrive and wherever parts are cut, the parts put together
// are the input, and none is longer than one may be.
func TestSourceLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOfN(rapid.Byte(), 0, 5000).Draw(t, "input")
		s := intake.NewSource(iotest.OneByteReader(bytes.NewReader(in)))
		var out []byte
		for s.More() {
			if rapid.IntRange(0, 40).Draw(t, "cut") == 0 {
				out = append(out, s.Cut(rapid.IntRange(0, len(s.Bytes())).Draw(t, "n"))...)
			}
		}
		out = append(out, s.Cut(len(s.Bytes()))...)
		if !bytes.Equal(out, in) || !s.Ended() || s.Err() != nil {
			t.Fatalf("%d bytes in, %d out, ended %v, error %v", len(in), len(out), s.Ended(), s.Err())
		}
	})
}

func TestSourcePartStaysWhenReadingGoesOn(t *testing.T) {
	s := intake.NewSource(strings.NewReader("first" + strings.Repeat("x", 200_000)))
	s.More()
	part := s.Cut(5)
	for s.More() {
	}
	if string(part) != "first" {
		t.Fatalf("the part became %q", part)
	}
}

func TestSourceHoldsOnePart(t *testing.T) {
	s := intake.NewSource(io.LimitReader(zeros{}, intake.MaxBytes+10))
	for s.More() {
	}
	if !s.Full() || len(s.Bytes()) != intake.MaxBytes || s.Ended() {
		t.Fatalf("full %v, %d bytes, ended %v", s.Full(), len(s.Bytes()), s.Ended())
	}
	s.Cut(intake.MaxBytes)
	for s.More() {
	}
	if len(s.Bytes()) != 10 || !s.Ended() {
		t.Fatalf("%d bytes are left, ended %v", len(s.Bytes()), s.Ended())
	}
}

func TestSourceSaysWhatWentWrong(t *testing.T) {
	own := fault.New(fault.Busy, "later")
	for _, c := range []struct {
		err  error
		kind fault.Kind
	}{{errors.New("connection reset"), fault.Invalid}, {own, fault.Busy}} {
		s := intake.NewSource(io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(c.err)))
		for s.More() {
		}
		if fault.KindOf(s.Err()) != c.kind || string(s.Bytes()) != "abc" {
			t.Errorf("%v: %v after %q", c.err, s.Err(), s.Bytes())
		}
	}
	s := intake.NewSource(silent{})
	if s.More() || s.Err() == nil {
		t.Error("a reader that gives nothing for ever is waited for")
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }
