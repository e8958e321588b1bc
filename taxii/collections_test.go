package taxii_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/taxii"
)

type collectionJSON struct {
	ID, Title, Description, Alias string
	CanRead                       *bool    `json:"can_read"`
	CanWrite                      *bool    `json:"can_write"`
	MediaTypes                    []string `json:"media_types"`
}

func collections(t *testing.T, w *world, key string) (out []collectionJSON) {
	t.Helper()
	var list struct{ Collections []collectionJSON }
	w.get(key, "/exchange/collections/").json(t, &list)
	return list.Collections
}

func aliases(cs []collectionJSON) string {
	var out []string
	for _, c := range cs {
		out = append(out, c.Alias)
	}
	return strings.Join(out, " ")
}

func TestDiscoveryAndRoot(t *testing.T) {
	w := newWorld(t)
	var d struct {
		Title, Default string
		Roots          []string `json:"api_roots"`
	}
	w.get(w.alpha, "/taxii2/").json(t, &d)
	if d.Title == "" || d.Default != "/exchange/" || !slices.Equal(d.Roots, []string{"/exchange/"}) {
		t.Errorf("discovery %+v", d)
	}
	var r struct {
		Title    string
		Versions []string
		Max      int64 `json:"max_content_length"`
	}
	w.get(w.alpha, d.Default).json(t, &r)
	if r.Title == "" || !slices.Equal(r.Versions, []string{media}) || r.Max != taxii.MaxBody || r.Max < 16<<20 {
		t.Errorf("root %+v", r)
	}
}

func TestEachMemberSeesTheCommunityAndItsOwnGroups(t *testing.T) {
	w := newWorld(t)
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	alpha, beta := collections(t, w, w.alpha), collections(t, w, w.beta)
	if aliases(alpha) != "clear default amber amber-strict finance" || aliases(beta) != "clear default amber amber-strict" {
		t.Errorf("collections %q and %q", aliases(alpha), aliases(beta))
	}
	ids := map[string]bool{}
	for i, c := range alpha {
		if !uuid.MatchString(c.ID) || ids[c.ID] || c.Title == "" || c.CanRead == nil || !*c.CanRead || c.CanWrite == nil || !*c.CanWrite || !slices.Equal(c.MediaTypes, []string{"application/stix+json;version=2.1"}) {
			t.Errorf("collection %+v", c)
		}
		ids[c.ID] = true
		if i < 4 && beta[i].ID != c.ID {
			t.Errorf("collection %s has the ids %s and %s", c.Alias, c.ID, beta[i].ID)
		}
		for _, name := range []string{c.ID, c.Alias, strings.ToUpper(c.ID), strings.ToUpper(c.Alias), strings.ReplaceAll(c.Title, "+", "%2B")} {
			var one collectionJSON
			if w.get(w.alpha, "/exchange/collections/"+name+"/").wantCode(t, name, 200).json(t, &one); one.ID != c.ID || one.Title != c.Title {
				t.Errorf("%s gives %+v, want %+v", name, one, c)
			}
		}
	}
	finance := alpha[4]
	for _, name := range []string{finance.ID, "finance", "Finance", newUUID(), "nonsense", "red"} {
		for _, path := range []string{"", "objects/", "manifest/", "objects/" + "indicator--" + newUUID() + "/"} {
			a := w.get(w.beta, "/exchange/collections/"+name+"/"+path).wantCode(t, "a collection that isn't for Beta: "+name, 404)
			b := w.get(w.beta, "/exchange/collections/"+newUUID()+"/"+path)
			if string(a.body) != string(b.body) {
				t.Errorf("%s looks different from one that isn't there: %s and %s", name, a.body, b.body)
			}
		}
		w.do(w.beta, "POST", "/exchange/collections/"+name+"/objects/", envelopeOf()).wantCode(t, "an Add to "+name, 404)
		w.do(w.beta, "DELETE", "/exchange/collections/"+name+"/objects/indicator--"+newUUID()+"/", nil).wantCode(t, "a delete in "+name, 404)
	}
}

func TestAGroupsNameNeedNotBeAnAlias(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"Água e Luz", "Energy Sector", "energy-sector"} {
		if _, err := w.x.Members().AddGroup(t.Context(), name, []string{"Beta Energy"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := aliases(collections(t, w, w.beta)); got != "clear default amber amber-strict  energy-sector " {
		t.Errorf("aliases %q", got)
	}
	for _, name := range []string{"%C3%81gua%20e%20Luz", "Energy%20Sector", "energy-sector"} {
		w.get(w.beta, "/exchange/collections/"+name+"/objects/").wantCode(t, name, 200)
	}
}

func TestRightsThatEndEndAtOnce(t *testing.T) {
	w := newWorld(t)
	_, raw := indicator(marked(markRed))
	if s := w.post(w.alpha, "finance", raw); s.Success != 1 {
		t.Fatalf("%+v", s)
	}
	w.get(w.alpha, "/exchange/collections/finance/objects/").wantCode(t, "its group", 200)
	if err := w.x.Members().RemoveFromGroup(t.Context(), "Finance", "Alpha Bank"); err != nil {
		t.Fatal(err)
	}
	w.get(w.alpha, "/exchange/collections/finance/objects/").wantCode(t, "a group that it left", 404)
	if err := w.x.Members().AddToGroup(t.Context(), "Finance", "Beta Energy"); err != nil {
		t.Fatal(err)
	}
	if e, _ := w.envelope(w.beta, "/exchange/collections/finance/objects/?match[type]=indicator"); len(e.Objects) != 1 {
		t.Errorf("who joined reads %s", e.ids())
	}
	if err := w.x.Members().RemoveMember(t.Context(), "Beta Energy"); err != nil {
		t.Fatal(err)
	}
	w.get(w.beta, "/exchange/collections/").wantCode(t, "the key of a removed member", 401)
}
