package house_test

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/member"
)

// maxPage is what a page has at most, in bytes, with style and script (docs/pages.md).
const maxPage = 60_000

// weight is what a page takes with its style and script.
func (h *house) weight(page string) int {
	h.Helper()
	n := len(page)
	for _, m := range regexp.MustCompile(`(?:<link rel="stylesheet" href|<script src)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		answer, err := http.Get(h.URL + m[1])
		if err != nil {
			h.Fatal(err)
		}
		b, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || len(b) == 0 {
			h.Fatalf("%s: %d bytes, %v", m[1], len(b), err)
		}
		n += len(b)
	}
	return n
}

// walk goes through a list by its links, and gives what its rows have of a pattern,
// and how many rows each page had. No page is too large.
func (h *house) walk(who, path, row string) (found []string, pages []int) {
	h.Helper()
	most := 0
	defer func() { h.Logf("%s: %v rows, at most %d bytes", path, pages, most) }()
	at, next := path, regexp.MustCompile(`<a href="([^"]*)" rel="next">`)
	for range 1000 {
		page := h.page(200, who, at)
		n := h.weight(page)
		if most = max(most, n); n > maxPage {
			h.Errorf("%s has %d bytes", at, n)
		}
		rows := regexp.MustCompile(row).FindAllStringSubmatch(page, -1)
		for _, r := range rows {
			found = append(found, r[1])
		}
		pages = append(pages, len(rows))
		m := next.FindStringSubmatch(page)
		if m == nil {
			return found, pages
		}
		if at = html.UnescapeString(m[1]); strings.HasPrefix(at, "?") {
			at = path + at
		}
	}
	h.Fatalf("%s has no end", path)
	return nil, nil
}

// once fails the test when a row is missing or there twice.
func (h *house) once(path string, found []string, want int) {
	h.Helper()
	slices.Sort(found)
	if n := len(slices.Compact(slices.Clone(found))); n != want || len(found) != want {
		h.Errorf("%s: %d rows, %d different ones, want %d", path, len(found), n, want)
	}
}

// town is a node with many members, and one of them with much of everything.
func town(t *testing.T, members, groups, within, keys, people int, name func(i int) string) (h *house, own string) {
	t.Helper()
	h = newHouse(t)
	ctx, r := t.Context(), h.App.Node().Exchange.Members()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var all []string
	for i := range members {
		m, err := r.AddMember(ctx, member.NewMember{Name: name(i)})
		must(err)
		all = append(all, m.Name)
	}
	for i := range groups {
		_, err := r.AddGroup(ctx, name(i), append(all[:within-1:within-1], bank))
		must(err)
	}
	for i := range keys - 1 { // it has one
		_, _, err := r.AddKey(ctx, bank, i%2 == 0)
		must(err)
	}
	own = fmt.Sprintf("/members/%d", h.id(bank))
	for i := range people - 1 { // Ana is one
		h.page(200, h.ana, own+"/invite", "login", fmt.Sprintf("person-%02d", i), "name", name(i), "role", "analyst")
	}
	for _, m := range all[:min(50, members)] {
		must(r.SetNamed(ctx, m, true))
		must(r.SetTrust(ctx, bank, m, member.TrustAlert))
	}
	return h, own
}

// TestManyOfEverything: 1,000 members, 100 groups of 100 members, 100 keys and 100
// people stand on pages of at most 60 kB each, every one of them once; and so do
// fewer with the longest names that there are.
func TestManyOfEverything(t *testing.T) {
	members := 260
	if os.Getenv("CI") != "" {
		members = 1000
	}
	t.Run("usual", func(t *testing.T) {
		testMany(t, members, 100, func(i int) string { return fmt.Sprintf("Water Supply of District %d", i) })
	})
	t.Run("longest", func(t *testing.T) {
		testMany(t, 100, 40, func(i int) string {
			return fmt.Sprintf("%04d", i) + strings.Repeat(`"`, 48) + strings.Repeat("+", 48)
		})
	})
}

func testMany(t *testing.T, members, many int, name func(int) string) {
	h, own := town(t, members, many, many, many, many, name)
	for _, list := range []struct {
		who, path, row string
		want           int
	}{
		{h.first, "/members", `<td role="cell"><a href="/members/(\d+)">`, members + 3},
		{h.first, "/groups", `<td role="cell"><a href="/groups/(\d+)">`, many},
		{h.first, "/groups/16", `<td role="cell"><a href="/members/(\d+)">`, many},
		{h.first, own + "/people", `/remove/person/(\d+)`, many},
		{h.ana, own + "/people", `/remove/person/(\d+)`, many},
		{h.ana, own + "/keys", `/remove/key/(\d+)`, many},
		{h.first, own + "/groups", `<li><a href="/groups/(\d+)"`, many},
		{h.ana, own + "/trust", `<select id="w(\d+)"`, 50},
	} {
		found, pages := h.walk(list.who, list.path, list.row)
		h.once(list.path, found, list.want)
		if slices.Max(pages) > 50 {
			t.Errorf("%s: pages of %v rows", list.path, pages)
		}
	}
	h.walk(h.first, "/audit", `<tr role="(row)">`)
	for _, who := range []string{h.first, h.ana} {
		page := h.page(200, who, own)
		if n := h.weight(page); n > maxPage {
			t.Errorf("%s has %d bytes", own, n)
		}
		for _, part := range []string{"people", "keys", "groups"} {
			h.says(page, fmt.Sprintf("All %d %s", many, part))
			if !strings.Contains(page, `href="`+own+"/"+part+`"`) {
				t.Errorf("no way to all %s", part)
			}
		}
	}
	h.says(h.page(200, h.first, "/groups/16"), "more members aren't suggested here")
}

// TestBoundsOfLists: one row too many gets a page of its own, and the way there.
func TestBoundsOfLists(t *testing.T) {
	h := newHouse(t)
	ctx, r := t.Context(), h.App.Node().Exchange.Members()
	own := fmt.Sprintf("/members/%d", h.id(bank))
	groups := 0
	fill := func(n int) {
		for ; groups < n; groups++ {
			if _, err := r.AddGroup(ctx, fmt.Sprintf("group %d", groups), []string{bank}); err != nil {
				t.Fatal(err)
			}
		}
	}
	fill(10)
	if page := h.page(200, h.first, own); strings.Contains(page, own+"/groups") || strings.Count(page, `<li><a href="/groups/`) != 10 {
		t.Errorf("with 10 groups: %s", text(page))
	}
	fill(11)
	if page := h.page(200, h.first, own); !strings.Contains(page, own+"/groups") || strings.Count(page, `<li><a href="/groups/`) != 10 {
		t.Errorf("with 11 groups: %s", text(page))
	}
	fill(50)
	if page := h.page(200, h.first, "/groups"); strings.Contains(page, "after=") || strings.Count(page, "<tr role") != 50 {
		t.Errorf("with 50 groups: %s", text(page))
	}
	fill(51)
	for i, want := range []int{50, 1} {
		if _, pages := h.walk(h.first, "/groups", `<tr role="(row)">`); len(pages) != 2 || pages[i] != want {
			t.Errorf("with 51 groups: pages of %v", pages)
		}
	}
	h.says(h.page(200, h.first, "/groups?after=65"), "From the beginning", "group 50")
	for _, cursor := range []string{"x", "", "99999999999999999999"} { // no number is the first page
		h.says(h.page(200, h.first, "/groups?after="+cursor), "group 0")
	}
	if page := h.page(200, h.first, "/groups?after=9999"); !strings.Contains(page, `href="?"`) {
		t.Errorf("behind the end there is no way back: %s", text(page))
	}
	// The names that the field of a group suggests: 5,000 bytes of them.
	hidden := regexp.MustCompile(`(\d+) more member`)
	for i := 0; ; i++ {
		if _, err := r.AddMember(ctx, member.NewMember{Name: fmt.Sprintf("%03d%s", i, strings.Repeat("x", 97))}); err != nil {
			t.Fatal(err)
		}
		page := h.page(200, h.first, "/groups/16")
		if offered := strings.Count(page, "</option>"); offered != i+3 { // the operator and the hospital beside the new ones
			if m := hidden.FindStringSubmatch(text(page)); m == nil || m[1] != "1" || offered != 39 {
				t.Errorf("%d are offered, then: %s", offered, text(page))
			}
			break
		} else if hidden.MatchString(text(page)) || i > 60 {
			t.Fatalf("%d of all are offered: %s", offered, text(page))
		}
	}
}
