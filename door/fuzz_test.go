package door_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tocsin/door"
	"tocsin/fault"
)

func FuzzKey(f *testing.F) {
	for _, h := range []string{"Bearer tocsin_a", "Basic YTpi", "Basic !", "tocsin_a", "", " ", "Bearer", "bearer \t x"} {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, header string) {
		key := door.Key(&http.Request{Header: http.Header{"Authorization": {header}}})
		if strings.HasPrefix(header, "Digest ") && key != "" {
			t.Errorf("a scheme that isn't read gives the key %q", key)
		}
		if key != "" && !strings.Contains(header, key) && !strings.EqualFold(header[:min(5, len(header))], "basic") {
			t.Errorf("%q gives a key that isn't in it: %q", header, key)
		}
	})
}

func FuzzBody(f *testing.F) {
	f.Add([]byte("{}"), "")
	f.Add([]byte("\x1f\x8b\x08\x00"), "gzip")
	f.Add([]byte("{}"), "br")
	f.Fuzz(func(t *testing.T, body []byte, encoding string) {
		const max = 1000
		r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
		r.Header.Set("Content-Encoding", encoding)
		b, err := door.Body(httptest.NewRecorder(), r, max)
		var got []byte
		if err == nil {
			got, err = io.ReadAll(b)
		}
		if len(got) > max {
			t.Fatalf("%d bytes came through", len(got))
		}
		if err != nil && fault.KindOf(err) == fault.Internal {
			t.Fatalf("a client's body is our fault: %v", err)
		}
	})
}
