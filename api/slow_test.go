package api_test

import (
	"io"
	"net/http"
	"testing"

	"tocsin/apptest"
)

// TestSlowBody: who loses their key while their body is still on its way does
// nothing with it.
func TestSlowBody(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	reg := n.App.Node().Exchange.Members()
	keys, err := reg.Keys(t.Context(), apptest.Operator)
	if err != nil || len(keys) != 1 {
		t.Fatalf("%v, %v", keys, err)
	}
	read, write := io.Pipe()
	r, err := http.NewRequestWithContext(t.Context(), "POST", n.URL+"/api/v1/members", read)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+n.Keys[apptest.Operator])
	answer := make(chan int)
	go func() {
		a, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			answer <- 0
			return
		}
		a.Body.Close()
		answer <- a.StatusCode
	}()
	write.Write([]byte(`{"name":"Mole Ltd",`))
	if err := reg.RemoveKey(t.Context(), keys[0].ID); err != nil {
		t.Fatal(err)
	}
	write.Write([]byte(`"role":"operator"}`))
	write.Close()
	if code := <-answer; code != 401 {
		t.Errorf("a key that was removed got %d", code)
	}
	ms, err := reg.Members(t.Context())
	if err != nil || len(ms) != 2 {
		t.Errorf("%d members, %v; want two", len(ms), err)
	}
}
