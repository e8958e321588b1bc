package taxii

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// TestDeclared: a body whose size is known takes that much of what may be in work,
// instead of a whole part; one that is packed may be anything once it is unpacked.
func TestDeclared(t *testing.T) {
	for _, c := range []struct {
		coding string
		length int64
		want   int64
	}{
		{"", 5, 5}, {"identity", 5, 5}, {" Identity ", 5, 5}, {"gzip", 5, 0}, {"x-gzip", 5, 0}, {"", -1, 0}, {"gzip", -1, 0},
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader("12345"))
		r.ContentLength = c.length
		r.Header.Set("Content-Encoding", c.coding)
		if got := declared(r); got != c.want {
			t.Errorf("Content-Encoding %q, Content-Length %d: %d, want %d", c.coding, c.length, got, c.want)
		}
	}
}
