package feeds

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"tocsin/member"
)

// copyOf is what a client holds that follows a feed by ?since=.
type copyOf struct {
	w      *world
	path   string
	token  string
	values map[string]bool
	resets int
}

// pull asks for what changed and applies it, as a client does.
func (c *copyOf) pull() (ops []string) {
	c.w.Helper()
	a := c.w.ask("GET", c.path+"?since="+c.token)
	if a.Code != http.StatusOK || a.Header().Get("Content-Type") != jsonLines {
		c.w.Fatalf("since=%s: %d %v %s", c.token, a.Code, a.Header(), a.Body)
	}
	lines := strings.Split(strings.TrimSuffix(a.Body.String(), "\n"), "\n")
	for i, text := range lines {
		var l line
		c.w.must(json.Unmarshal([]byte(text), &l))
		switch l.Op {
		case opReset:
			c.values = map[string]bool{}
			c.resets++
		case opAdd:
			c.values[l.Value] = true
			if l.Until == "" && !slices.ContainsFunc(lines[i:], func(s string) bool { return strings.Contains(s, opRemove) }) {
				c.w.Errorf("an addition without its end: %s", text)
			}
		case opRemove:
			delete(c.values, l.Value)
		case opEnd:
			if i != len(lines)-1 || l.Serial != a.Header().Get("X-Tocsin-Serial") {
				c.w.Errorf("the last line is %s, the header has %s", text, a.Header().Get("X-Tocsin-Serial"))
			}
			c.token = l.Serial
		default:
			c.w.Fatalf("unknown operation in %s", text)
		}
		ops = append(ops, strings.TrimSpace(l.Op+" "+l.Value))
	}
	if lines[len(lines)-1] == "" || !strings.Contains(lines[len(lines)-1], opEnd) {
		c.w.Fatalf("no last line: %q", lines)
	}
	return ops
}

func (c *copyOf) has(names ...string) bool {
	return slices.Equal(slices.Sorted(maps.Keys(c.values)), names)
}

func TestSince(t *testing.T) {
	w := newWorld(t)
	at := w.file(domains("a.example", "b.example")...)
	w.lists("/feeds/domains.txt", "a.example\nb.example\n")
	c := &copyOf{w: w, path: "/feeds/indicators.jsonl"}
	if ops := c.pull(); !slices.Equal(ops, []string{"reset", "add a.example", "add b.example", "end"}) {
		t.Errorf("the first time: %q", ops)
	}
	if ops := c.pull(); !slices.Equal(ops, []string{"end"}) {
		t.Errorf("nothing changed: %q", ops)
	}
	w.file(domains("c.example")...)
	w.lists("/feeds/domains.txt", "a.example\nb.example\nc.example\n")
	w.recall(at)
	w.lists("/feeds/domains.txt", "b.example\nc.example\n")
	if ops := c.pull(); !slices.Equal(ops, []string{"add c.example", "remove a.example", "end"}) || !c.has("b.example", "c.example") {
		t.Errorf("one filed, one recalled: %q, %v", ops, c.values)
	}
	w.file(domains("a.example")...)
	w.lists("/feeds/domains.txt", "a.example\nb.example\nc.example\n")
	if ops := c.pull(); !slices.Equal(ops, []string{"add a.example", "end"}) {
		t.Errorf("filed again: %q", ops)
	}
	if c.resets != 1 {
		t.Errorf("%d resets", c.resets)
	}
}

// TestSinceOfOneKind: a feed's changes are those of its kinds.
func TestSinceOfOneKind(t *testing.T) {
	w := newWorld(t)
	c := map[string]*copyOf{}
	for _, n := range names() {
		c[n] = &copyOf{w: w, path: "/feeds/" + n}
		c[n].pull()
	}
	w.file(everything()...)
	w.lists("/feeds/urls.txt", "http://c.example/x?y=1,2\n")
	for name, want := range map[string]int{"domains.txt": 3, "ips.txt": 3, "urls.txt": 1, "indicators.csv": 9, "indicators.jsonl": 9, "rpz.zone": 6} {
		if ops := c[name].pull(); len(ops) != want+1 || c[name].resets != 1 {
			t.Errorf("%s: %q, want %d changes", name, ops, want)
		}
	}
}

// TestTokensOfOthers: a token that isn't of this view, as it stands or stood,
// gives everything anew and says so; it is never an error, nor half an answer.
func TestTokensOfOthers(t *testing.T) {
	w := newWorld(t)
	w.file(domains("a.example")...)
	w.lists("/feeds/domains.txt", "a.example\n")
	token := w.ask("GET", "/feeds/domains.txt").Header().Get("X-Tocsin-Serial")
	for _, bad := range []string{"", "0", "nonsense", "9" + token, token + "9", "1-1", "-1-1", strings.Repeat("9", 5000)} {
		c := &copyOf{w: w, path: "/feeds/domains.txt", token: bad}
		if ops := c.pull(); !slices.Equal(ops, []string{"reset", "add a.example", "end"}) || c.token != token {
			t.Errorf("since=%.30s: %q", bad, ops)
		}
	}
}

// TestOtherRights: who loses a group has another view: the old token gives the
// list under the present rights, anew.
func TestOtherRights(t *testing.T) {
	w := newWorld(t)
	w.file(domains("a.example")...)
	_, err := w.members.AddGroup(t.Context(), "banks", []string{"acme"})
	w.must(err)
	c := &copyOf{w: w, path: "/feeds/domains.txt"}
	w.until("the list of who is in the group", func() bool { c.pull(); return c.has("a.example") })
	resets := c.resets
	w.must(w.members.RemoveFromGroup(t.Context(), "banks", "acme"))
	c.pull()
	if c.resets != resets+1 || !c.has("a.example") {
		t.Errorf("%d resets after leaving, %v", c.resets-resets, c.values)
	}
	w.must(w.members.SetTrust(t.Context(), "acme", addOther(w), member.TrustNone))
	c.pull()
	if c.resets != resets+2 {
		t.Errorf("%d resets after a change of policy", c.resets-resets)
	}
}

// addOther adds a member, and gives the identity under which others see it.
func addOther(w *world) string {
	s, _ := w.member("borg")
	id, _ := w.members.Pseudonym(s.Member, member.AudienceClear)
	return id
}

// TestSinceIsTagged: what changed since a token is cached like a list, and is
// never taken for the list.
func TestSinceIsTagged(t *testing.T) {
	w := newWorld(t)
	w.file(domains("a.example")...)
	w.lists("/feeds/domains.txt", "a.example\n")
	list := w.ask("GET", "/feeds/domains.txt")
	delta := w.ask("GET", "/feeds/domains.txt?since=")
	later := w.ask("GET", "/feeds/domains.txt?since="+list.Header().Get("X-Tocsin-Serial"))
	tags := []string{list.Header().Get("Etag"), delta.Header().Get("Etag"), later.Header().Get("Etag")}
	if slices.Sort(tags); len(slices.Compact(tags)) != 3 {
		t.Errorf("tags %q", tags)
	}
	if a := w.ask("GET", "/feeds/domains.txt?since=", "If-None-Match", delta.Header().Get("Etag")); a.Code != 304 {
		t.Errorf("the same changes again: %d", a.Code)
	}
}
