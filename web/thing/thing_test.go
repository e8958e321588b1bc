package thing_test

import (
	"testing"

	"tocsin/observable"
)

func thingOf(t *testing.T, value string) observable.Thing {
	t.Helper()
	th, ok := observable.Guess(value)
	if !ok {
		t.Fatalf("%s is no value", value)
	}
	return th
}
