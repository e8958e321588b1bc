package ring_test

import (
	"html"
	"regexp"
	"strings"
	"testing"
)

// TestNumbersLead: each number leads to what it counts, each reason to its first mark,
// also where that stands on another page of the text.
func TestNumbersLead(t *testing.T) {
	s := start(t)
	page := s.get(200, s.ana, s.draft(s.ana, "file:quota-phish.eml", phish))
	leads(t, page)
	for _, link := range []string{`<a href="#objects"><b>3</b> as they are</a>`, `<a href="#why"><b>1</b> replaced or left out</a>`, `<a href="#why-not-sent">2 values of the header are not sent</a>`,
		`<a href="#in-not-sent"><b>2</b>`, `id="in-not-sent" href="#why-not-sent"`, `<a href="#objects"><b>3 values</b></a>`} {
		if !strings.Contains(page, link) {
			t.Errorf("the page has no %s", link)
		}
	}
	if !strings.Contains(page, `&amp;view=stix#doc">1 mailbox, 1 e-mail, 1 identity, 3 indicators, 1 report</a>`) {
		t.Error("the objects lead nowhere")
	}
	at := s.draft(s.ana, "text", doubt("1", "evil.example"))
	page = s.get(200, s.ana, at)
	leads(t, page)
	for _, link := range []string{`<a href="#held"><b>1</b> for a person</a>`, `<a href="#held">1 passage waits for a reviewer.</a>`, `<b>0</b> replaced or left out`} {
		if !strings.Contains(page, link) {
			t.Errorf("the page has no %s", link)
		}
	}
	id := regexp.MustCompile(`name="take" value="([^"]+)"`).FindStringSubmatch(page)[1]
	if !strings.Contains(page, `id="in-`+id+`" href="#`+id+`"`) || !strings.Contains(page, `<a href="#in-`+id+`">`) {
		t.Error("the passage in the text and the choice about it don't lead to each other")
	}

	at = s.draft(s.ana, "text", "Fox\n\nevil[.]example\n"+strings.Repeat("Nothing happened on this day.\n", 2000)+"Victim jane.roe@customer.example clicked.\n")
	page = s.get(200, s.ana, at)
	if strings.Contains(page, "jane.roe") {
		t.Fatal("all of the text is on one page")
	}
	link := regexp.MustCompile(`<li class="up" id="why-[a-z-]+"><a href="([^"#]+)#doc">`).FindStringSubmatch(page)
	if link == nil {
		t.Fatal("the reason of what stands further down leads nowhere")
	}
	if page = s.get(200, s.ana, html.UnescapeString(link[1])); !strings.Contains(page, "jane.roe") {
		t.Errorf("%s doesn't show what it leads to", link[1])
	}
	leads(t, page)
}
