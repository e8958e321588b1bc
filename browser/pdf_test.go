package browser

import (
	"strings"
	"testing"
)

// TestPrint counts sheets: a short page takes one, a long one more.
func TestPrint(t *testing.T) {
	url := site(t, map[string]string{"/": good, "/long": `<main><h1>Harbour</h1>` + strings.Repeat("<p>Every ship is listed.</p>", 200) + `</main>`})
	p := Start(t).Page(t, url)
	for path, one := range map[string]bool{"/": true, "/long": false} {
		p.Go(path)
		if n := p.Print("print"); n < 1 || (n == 1) != one {
			t.Errorf("%s takes %d sheets", path, n)
		}
	}
}
