package browser

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// pdfPage is how Chromium writes each page of a document (ISO 32000-1 section 7.7.3.3).
const pdfPage = `/Type\s*/Page\b`

// Print prints the page on A4 as a person would, and gives how many sheets it takes.
// With TOCSIN_SHOTS set the document is kept as NAME.pdf.
func (p *Page) Print(name string) (sheets int) {
	p.t.Helper()
	var file []byte
	p.step("printing", func(ctx context.Context) error {
		r, err := chromedp.Call(ctx, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69})
		file = r.Data
		return err
	})
	if folder := os.Getenv("TOCSIN_SHOTS"); folder != "" {
		p.must("making the folder of pictures", os.MkdirAll(folder, 0o755))
		p.must("keeping a print", os.WriteFile(filepath.Join(folder, name+".pdf"), file, 0o644))
	}
	if !bytes.HasPrefix(file, []byte("%PDF-")) {
		p.t.Errorf("printing %s gave no PDF", name)
	}
	return len(regexp.MustCompile(pdfPage).FindAll(file, -1))
}
