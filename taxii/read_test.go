package taxii_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const objectsOf = "/exchange/collections/default/objects/"

// filed is what one test files: 7 indicators, a malware, a domain-name, in three Adds.
func filed(t *testing.T, w *world) (ids, raws []string) {
	t.Helper()
	for range 7 {
		id, raw := indicator()
		ids, raws = append(ids, id), append(raws, raw)
	}
	malware := "malware--" + newUUID()
	ids = append(ids, malware, "domain-name--ecb120bf-2694-4902-a737-62b74539a41b")
	raws = append(raws, `{"type":"malware","spec_version":"2.1","id":"`+malware+`","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.123456Z","is_family":true,"name":"Tinbell", "x_example_number": 9007199254740991,"x_example_float":1.50 }`,
		`{"type":"domain-name","spec_version":"2.1","id":"domain-name--ecb120bf-2694-4902-a737-62b74539a41b","value":"example.com"}`)
	for part := range slices.Chunk(raws, 3) {
		if s := w.post(w.alpha, "default", part...); s.Success != len(part) || s.Failure != 0 {
			t.Fatalf("filing: %+v", s)
		}
	}
	return ids, raws
}

// only gives the ids among a page's that a test filed: the pseudonym of the submitter, if it is there, is not of interest.
func (e envelopeJSON) only(ids []string) string {
	var out []string
	for id := range strings.FieldsSeq(e.ids()) {
		if slices.Contains(ids, id) {
			out = append(out, id)
		}
	}
	return strings.Join(out, " ")
}

func TestObjectsComeBackByteForByteInTheOrderOfTheLog(t *testing.T) {
	w := newWorld(t)
	ids, raws := filed(t, w)
	for who, key := range map[string]string{"its submitter": w.alpha, "another member": w.beta} {
		e, a := w.envelope(key, objectsOf)
		if e.only(ids) != strings.Join(ids, " ") || e.More {
			t.Errorf("%s reads %s, more %v", who, e.ids(), e.More)
		}
		for i, raw := range raws {
			if !strings.Contains(string(a.body), raw) {
				t.Errorf("%s reads object %d changed: %s", who, i, a.body)
			}
			if one, b := w.envelope(key, objectsOf+ids[i]+"/"); len(one.Objects) != 1 || string(b.body) != `{"objects":[`+raw+`]}` {
				t.Errorf("%s reads object %d by itself as %s", who, i, b.body)
			}
		}
	}
	w.get(w.alpha, objectsOf+"indicator--"+newUUID()+"/").wantCode(t, "an unknown object", 404)
	w.get(w.alpha, objectsOf+"nonsense/").wantCode(t, "no identifier", 404)
	w.get(w.alpha, objectsOf+"indicator--"+newUUID()+"/versions/").wantCode(t, "versions of an unknown object", 404)
	w.get(w.alpha, "/exchange/collections/amber/objects/"+ids[0]+"/").wantCode(t, "an object of another collection", 404)
	if e, _ := w.envelope(w.alpha, "/exchange/collections/amber/objects/"); len(e.Objects) != 0 {
		t.Errorf("an empty collection holds %s", e.ids())
	}
}

// rows are the lines of a manifest.
type row struct {
	ID    string `json:"id"`
	Added string `json:"date_added"`
	Ver   string `json:"version"`
	Media string `json:"media_type"`
}

func manifest(t *testing.T, w *world, query string) (out []row) {
	t.Helper()
	e, _ := w.envelope(w.beta, "/exchange/collections/default/manifest/"+query)
	for _, raw := range e.Objects {
		var r row
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func TestManifestDatesRiseAndVersionsAreTheObjects(t *testing.T) {
	w := newWorld(t)
	ids, _ := filed(t, w)
	last, seen := "", 0
	for _, r := range manifest(t, w, "") {
		if r.Added <= last || len(r.Added) != len("2026-01-01T00:00:00.000000Z") || r.Media != "application/stix+json;version=2.1" {
			t.Errorf("row %+v after %s", r, last)
		}
		last = r.Added
		i := slices.Index(ids, r.ID)
		if i < 0 {
			continue
		}
		seen++
		want := "2026-11-01T08:00:00.000Z"
		switch {
		case strings.HasPrefix(r.ID, "malware"):
			want = "2026-11-01T08:00:00.123456Z"
		case strings.HasPrefix(r.ID, "domain-name"):
			want = r.Added
		}
		if r.Ver != want {
			t.Errorf("version of %s is %s, want %s", r.ID, r.Ver, want)
		}
	}
	if seen != len(ids) {
		t.Errorf("%d of %d objects stand in the manifest", seen, len(ids))
	}
}

// pages reads all pages of an address and checks the headers of each.
func pages(t *testing.T, w *world, key, path, query string) (all []string) {
	t.Helper()
	added := map[string]string{}
	for _, r := range manifest(t, w, "?match[version]=all") {
		added[r.ID+r.Ver] = r.Added
	}
	next, after := "", ""
	for range 100 {
		e, a := w.envelope(key, path+"?"+query+next)
		first, last := a.header.Get("X-TAXII-Date-Added-First"), a.header.Get("X-TAXII-Date-Added-Last")
		if (len(e.Objects) == 0) != (first == "") || first > last || after != "" && first <= after {
			t.Errorf("%s: page from %q to %q after %q with %d objects", query, first, last, after, len(e.Objects))
		}
		for i, raw := range e.Objects {
			var o struct{ ID, Modified string }
			if err := json.Unmarshal(raw, &o); err != nil {
				t.Fatal(err)
			}
			all = append(all, o.ID)
			if d := added[o.ID+o.Modified]; d != "" && (i == 0 && d != first || i == len(e.Objects)-1 && d != last) {
				t.Errorf("%s: the page says %s to %s, its object %d was added %s", query, first, last, i, d)
			}
		}
		if !e.More {
			return all
		}
		next, after = "&next="+e.Next, last
	}
	t.Fatalf("%s: a hundred pages, and still more", query)
	return nil
}

func TestPagesOfEachSizeGiveTheSame(t *testing.T) {
	w := newWorld(t)
	filed(t, w)
	whole, _ := w.envelope(w.beta, objectsOf)
	for _, query := range []string{"", "match[type]=indicator", "match[version]=all", "match[version]=first", "match[type]=malware,domain-name"} {
		want := strings.Join(pages(t, w, w.beta, objectsOf, query), " ")
		for limit := 1; limit <= 12; limit++ {
			if got := strings.Join(pages(t, w, w.beta, objectsOf, fmt.Sprintf("%s&limit=%d", query, limit)), " "); got != want {
				t.Errorf("%s, %d a page: %s; want %s", query, limit, got, want)
			}
		}
		if query == "" && want != whole.ids() {
			t.Errorf("pages give %s, want %s", want, whole.ids())
		}
	}
	e, _ := w.envelope(w.beta, objectsOf+fmt.Sprintf("?limit=%d", len(whole.Objects)))
	if e.More {
		t.Error("a page that ends with the last object promises more")
	}
}

// TestPagingIsStable: what comes in meanwhile comes last, what is taken back
// is gone, and nothing comes twice or is left out.
func TestPagingIsStable(t *testing.T) {
	w := newWorld(t)
	ids, _ := filed(t, w)
	e, _ := w.envelope(w.beta, objectsOf+"?limit=4&match[type]=indicator")
	late, raw := indicator()
	w.post(w.beta, "default", raw)
	w.do(w.alpha, "DELETE", objectsOf+ids[5]+"/", nil).wantCode(t, "recall", 200)
	w.do(w.alpha, "DELETE", objectsOf+ids[0]+"/", nil).wantCode(t, "recall of one that was read", 200)
	rest, _ := w.envelope(w.beta, objectsOf+"?match[type]=indicator&limit=100&next="+e.Next)
	want := append(slices.Clone(ids[4:5]), ids[6], late)
	if got := rest.only(want); e.ids() != strings.Join(ids[:4], " ") || got != strings.Join(want, " ") {
		t.Errorf("first %s, then %s; want %s", e.ids(), got, strings.Join(want, " "))
	}
	for _, raw := range rest.Objects { // what else came are the revoked versions
		var o struct {
			ID      string
			Revoked bool
		}
		if err := json.Unmarshal(raw, &o); err != nil || !slices.Contains(want, o.ID) && !o.Revoked {
			t.Errorf("came too: %s", raw)
		}
	}
}

func TestNextIsTakenOnlyWhereItBelongs(t *testing.T) {
	w := newWorld(t)
	ids, _ := filed(t, w)
	e, _ := w.envelope(w.beta, objectsOf+"?limit=2&match[type]=indicator")
	token := "&next=" + e.Next
	if got, _ := w.envelope(w.alpha, objectsOf+"?limit=1&match[type]=indicator"+token); got.ids() != ids[2] {
		t.Errorf("with another limit, by another reader: %s", got.ids())
	}
	for name, query := range map[string]string{
		"other filters":    "?match[type]=malware" + token,
		"fewer filters":    "?limit=2" + token,
		"cut":              "?match[type]=indicator&next=" + e.Next[:len(e.Next)-1],
		"longer":           "?match[type]=indicator&next=" + e.Next + "A",
		"invented":         "?next=abc",
		"a number":         "?next=2",
		"empty":            "?next=",
		"not base64":       "?next=%21%21",
		"the last bit set": "?match[type]=indicator&next=" + changeLast(e.Next),
		"the first bit":    "?match[type]=indicator&next=" + changeFirst(e.Next),
	} {
		w.get(w.beta, objectsOf+query).wantCode(t, name, 400)
	}
	w.get(w.beta, "/exchange/collections/default/objects/"+ids[0]+"/?next="+e.Next).wantCode(t, "a list's token for one object", 400)
	// A client in wide use takes the token of the last collection along to the next one.
	var amber []string
	for range 3 {
		id, raw := indicator(marked(markAmber))
		amber = append(amber, id)
		w.post(w.alpha, "amber", raw)
	}
	if got, _ := w.envelope(w.beta, "/exchange/collections/amber/objects/?match[type]=indicator"+token); got.ids() != strings.Join(amber, " ") {
		t.Errorf("with the token of another collection: %s", got.ids())
	}
}

func changeLast(s string) string {
	c := byte('A')
	if s[len(s)-1] == c {
		c = 'Q'
	}
	return s[:len(s)-1] + string(c)
}

func changeFirst(s string) string {
	c := byte('A')
	if s[0] == c {
		c = 'B'
	}
	return string(c) + s[1:]
}

func TestFiltersNarrow(t *testing.T) {
	w := newWorld(t)
	ids, _ := filed(t, w)
	rows := manifest(t, w, "")
	at := func(id string) string {
		for _, r := range rows {
			if r.ID == id {
				return r.Added
			}
		}
		return ""
	}
	malware, domain := ids[7], ids[8]
	for query, want := range map[string][]string{
		"":                                             ids,
		"match[type]=malware":                          {malware},
		"match[type]=domain-name,malware":              {malware, domain},
		"match[type]=tool":                             nil,
		"match[type]=x-unknown,y-unknown":              nil,
		"match[id]=" + ids[3]:                          {ids[3]},
		"match[id]=" + ids[3] + "," + ids[1]:           {ids[1], ids[3]},
		"match[id]=indicator--" + newUUID():            nil,
		"match[id]=nonsense":                           nil,
		"match[id]=" + ids[3] + "&match[type]=malware": nil,
		"match[id]=" + malware + "," + ids[3] + "&match[type]=malware":      {malware},
		"match[version]=2026-11-01T08:00:00Z":                               ids[:7],
		"match[version]=2026-11-01T08:00:00.000000000Z":                     ids[:7],
		"match[version]=2026-11-01T08:00:00.123456Z":                        {malware},
		"match[version]=2026-11-01T08:00:00.1234567Z":                       {malware},
		"match[version]=2001-01-01T00:00:00.000Z":                           nil,
		"match[version]=" + at(domain):                                      {domain},
		"match[id]=" + domain + "&match[version]=" + at(domain):             {domain},
		"match[id]=" + domain + "&match[version]=2026-11-01T08:00:00Z":      nil,
		"match[spec_version]=2.1":                                           ids,
		"match[spec_version]=2.0,2.1":                                       ids,
		"match[spec_version]=2.0":                                           nil,
		"match[spec_version]=2.0&match[id]=" + ids[0]:                       nil,
		"added_after=2001-01-01T00:00:00Z":                                  ids,
		"added_after=2001-01-01T00:00:00.123456789Z":                        ids,
		"added_after=" + at(ids[2]):                                         ids[3:],
		"added_after=" + at(domain):                                         nil,
		"added_after=9999-12-31T23:59:59Z":                                  nil,
		"added_after=" + at(ids[2]) + "&match[type]=malware":                {malware},
		"added_after=" + at(ids[2]) + "&match[id]=" + ids[2]:                nil,
		"added_after=" + at(ids[2]) + "&match[id]=" + ids[3] + "," + ids[0]: {ids[3]},
	} {
		for _, escaped := range []bool{false, true} {
			q := query
			if escaped {
				q = strings.NewReplacer("[", "%5B", "]", "%5D", ",", "%2C", ":", "%3A").Replace(query)
			}
			if e, _ := w.envelope(w.beta, objectsOf+"?"+q); e.only(ids) != strings.Join(want, " ") {
				t.Errorf("%s: %s; want %s", q, e.only(ids), strings.Join(want, " "))
			}
			m, _ := w.envelope(w.beta, "/exchange/collections/default/manifest/?"+q)
			if m.only(ids) != strings.Join(want, " ") {
				t.Errorf("manifest, %s: %s; want %s", q, m.only(ids), strings.Join(want, " "))
			}
		}
	}
	w.get(w.beta, objectsOf+"?match[version]=yesterday").wantCode(t, "a version that is no time", 400)
	w.get(w.beta, objectsOf+ids[0]+"/?match[type]=indicator").wantCode(t, "match[type] of one object", 400)
	w.get(w.beta, objectsOf+ids[0]+"/versions/?match[version]=all").wantCode(t, "match[version] of versions", 400)
	w.get(w.beta, objectsOf+ids[0]+"/?match[spec_version]=2.0").wantCode(t, "a version of STIX that is not kept", 200)
}

// TestVersionsAreFirstAndLastByTheirTime: the middle one came last.
func TestVersionsAreFirstAndLastByTheirTime(t *testing.T) {
	w := newWorld(t)
	id, raw := indicator()
	one, two, three := "2026-11-01T08:00:00.000Z", "2026-11-02T08:00:00.000Z", "2026-11-03T08:00:00.000Z"
	for _, v := range []string{one, three, two} {
		if s := w.post(w.alpha, "default", version(raw, v)); s.Success != 1 {
			t.Fatalf("version %s: %+v", v, s)
		}
	}
	_, other := indicator()
	w.post(w.alpha, "default", other)
	for query, want := range map[string][]string{
		"":                                    {three},
		"match[version]=last":                 {three},
		"match[version]=first":                {one},
		"match[version]=all":                  {one, three, two},
		"match[version]=first,last":           {one, three},
		"match[version]=" + two:               {two},
		"match[version]=" + two + ",last":     {three, two},
		"match[version]=" + two + "," + one:   {one, two},
		"match[version]=2026-11-01T08:00:00Z": {one},
		"match[version]=2020-01-01T00:00:00Z": nil,
	} {
		for _, path := range []string{objectsOf + id + "/?" + query, objectsOf + "?match[id]=" + id + "&" + query, objectsOf + "?match[type]=indicator&" + query} {
			e, _ := w.envelope(w.beta, path)
			var got []string
			for _, raw := range e.Objects {
				var o struct{ ID, Modified string }
				if err := json.Unmarshal(raw, &o); err != nil {
					t.Fatal(err)
				}
				if o.ID == id {
					got = append(got, o.Modified)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v; want %v", path, got, want)
			}
		}
	}
	v, a := w.envelope(w.beta, objectsOf+id+"/versions/")
	if !slices.Equal(v.Versions, []string{one, three, two}) || a.header.Get("X-TAXII-Date-Added-First") >= a.header.Get("X-TAXII-Date-Added-Last") {
		t.Errorf("versions %s, %v", a.body, a.header)
	}
	paged, _ := w.envelope(w.beta, objectsOf+id+"/versions/?limit=2")
	rest, _ := w.envelope(w.beta, objectsOf+id+"/versions/?limit=2&next="+paged.Next)
	if !slices.Equal(append(paged.Versions, rest.Versions...), v.Versions) || rest.More {
		t.Errorf("versions by pages: %v and %v", paged.Versions, rest.Versions)
	}
	// A new version after the date is the last one of an object that was there before.
	rows := manifest(t, w, "?match[version]=all")
	i := slices.IndexFunc(rows, func(r row) bool { return r.ID == id && r.Ver == one })
	if e, _ := w.envelope(w.beta, objectsOf+"?match[id]="+id+"&added_after="+rows[i].Added); len(e.Objects) != 1 {
		t.Errorf("added after the first version: %s", e.ids())
	}
}

// TestAnyPagingGivesEverythingOnce: however a client mixes limits, next and
// added_after, it ends with everything, once, in order.
func TestAnyPagingGivesEverythingOnce(t *testing.T) {
	w := newWorld(t)
	filed(t, w)
	whole, _ := w.envelope(w.beta, objectsOf)
	rapid.Check(t, func(rt *rapid.T) {
		var got []string
		query := ""
		for range 50 {
			e, a := w.envelope(w.beta, objectsOf+fmt.Sprintf("?limit=%d", rapid.IntRange(1, 5).Draw(rt, "limit"))+query)
			got = append(got, strings.Fields(e.ids())...)
			if !e.More {
				break
			}
			query = "&added_after=" + a.header.Get("X-TAXII-Date-Added-Last")
			switch rapid.IntRange(0, 2).Draw(rt, "how") {
			case 0:
				query = "&next=" + e.Next
			case 1:
				query += "&next=" + e.Next // a client that sends both
			}
		}
		if strings.Join(got, " ") != whole.ids() {
			rt.Fatalf("%s, want %s", got, whole.ids())
		}
	})
}

// TestAPageIsBoundedInBytes: many large objects come in several pages though
// none was asked for, and each of them once.
func TestAPageIsBoundedInBytes(t *testing.T) {
	w := newWorld(t)
	key := w.member("Publisher", true)
	var want []string
	for range 3 {
		var raws []string
		for range 4 {
			id, raw := indicator(`"x_example_text":"` + strings.Repeat("tinbell ", 64<<10) + `"`)
			want, raws = append(want, id), append(raws, raw)
		}
		if s := w.post(key, "default", raws...); s.Success != 4 {
			t.Fatalf("%+v", s)
		}
	}
	n, next, got := 0, "", ""
	for more := true; more; n++ {
		e, a := w.envelope(w.beta, objectsOf+"?match[type]=indicator"+next)
		if len(a.body) > 1<<20+200 {
			t.Errorf("a page of %d bytes", len(a.body))
		}
		got += e.ids() + " "
		more, next = e.More, "&next="+e.Next
	}
	if strings.TrimSpace(got) != strings.Join(want, " ") || n != 12 {
		t.Errorf("%d pages of 6 MB: %s", n, got)
	}
}
