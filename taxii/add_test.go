package taxii_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/exchange"
)

func TestAnAddAnswersWithItsStatus(t *testing.T) {
	w := newWorld(t)
	id, raw := indicator()
	s := w.post(w.alpha, "default", raw)
	if len(s.ID) != 36 || s.ID[14] != '4' || s.Total != 1 || s.Success != 1 || len(s.Requested) != 27 {
		t.Errorf("status %+v", s)
	}
	if it := s.Successes[0]; it.ID != id || it.Version != "2026-11-01T08:00:00.000Z" {
		t.Errorf("success %+v", it)
	}
	var again exchange.Status
	w.get(w.alpha, "/exchange/status/"+s.ID+"/").wantCode(t, "the status", 200).json(t, &again)
	if again.ID != s.ID || again.Status != "complete" || again.Success != 1 || again.Successes[0].ID != id {
		t.Errorf("the status read again: %+v", again)
	}
	w.get(w.beta, "/exchange/status/"+s.ID+"/").wantCode(t, "another member's status", 404)
	w.get(w.alpha, "/exchange/status/"+newUUID()+"/").wantCode(t, "an unknown status", 404)
	w.get(w.alpha, "/exchange/status/nonsense/").wantCode(t, "no status id", 404)
}

func TestTheSameAgainIsASuccessAndChangesNothing(t *testing.T) {
	w := newWorld(t)
	id, raw := indicator()
	w.post(w.alpha, "default", raw)
	before := w.get(w.beta, objectsOf)
	first := manifest(t, w, "?match[id]="+id)
	for range 2 {
		s := w.post(w.alpha, "default", raw)
		if s.Success != 1 || s.Failure != 0 || s.Successes[0].ID != id {
			t.Errorf("the same again: %+v", s)
		}
		w.get(w.alpha, "/exchange/status/"+s.ID+"/").wantCode(t, "the status of an Add that brought nothing new", 200)
	}
	if after := w.get(w.beta, objectsOf); string(after.body) != string(before.body) {
		t.Errorf("from %s to %s", before.body, after.body)
	}
	changed := strings.Replace(raw, `"pattern_type"`, `"name":"other","pattern_type"`, 1)
	s := w.post(w.alpha, "default", changed)
	if s.Failure != 1 || s.Failures[0].ID != id || !strings.Contains(s.Failures[0].Message, "modified") {
		t.Errorf("another content under the same version: %+v", s)
	}
	if got := manifest(t, w, "?match[id]="+id); !slices.Equal(got, first) {
		t.Errorf("from %v to %v", first, got)
	}
}

func TestEachObjectStandsForItself(t *testing.T) {
	w := newWorld(t)
	good, raw := indicator()
	bad := "indicator--" + newUUID()
	s := w.post(w.alpha, "default", raw, `{"type":"indicator","spec_version":"2.1","id":"`+bad+`","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z"}`)
	if s.Success != 1 || s.Failure != 1 || s.Successes[0].ID != good || s.Failures[0].ID != bad || s.Failures[0].Message == "" || s.Failures[0].Version == "" {
		t.Errorf("status %+v", s)
	}
	if e, _ := w.envelope(w.beta, objectsOf+"?match[type]=indicator"); e.ids() != good {
		t.Errorf("kept %s, want %s", e.ids(), good)
	}
	// All refused is an answer too.
	if s := w.post(w.alpha, "default", `{"type":"indicator","spec_version":"2.1","id":"`+bad+`"}`); s.Failure != 1 || s.Success != 0 {
		t.Errorf("all refused: %+v", s)
	}
}

func TestABundleIsTakenAsAnEnvelope(t *testing.T) {
	w := newWorld(t)
	id, raw := indicator()
	body := `{"type":"bundle","id":"bundle--` + newUUID() + `","objects":[` + raw + `]}`
	w.do(w.alpha, "POST", objectsOf, []byte(body)).wantCode(t, "a bundle", 202)
	w.get(w.beta, objectsOf+id+"/").wantCode(t, "its object", 200)
	id, raw = indicator()
	w.do(w.alpha, "POST", objectsOf, []byte(`{"more":false,"objects":[`+raw+`],"x_own":{"a":1}}`)).wantCode(t, "an envelope with more in it", 202)
	w.get(w.beta, objectsOf+id+"/").wantCode(t, "its object", 200)
}

// TestMarkingsDecideTheCollection: contract, "/taxii2/".
func TestMarkingsDecideTheCollection(t *testing.T) {
	w := newWorld(t)
	const refused = "refused"
	for _, c := range []struct{ to, mark, in string }{
		{"default", "", "default"}, {"clear", "", "clear"}, {"amber-strict", "", "amber-strict"}, {"finance", "", "finance"},
		{"default", markGreen, "default"}, {"amber", markAmber, "amber"}, {"amber", markGreen, "default"}, {"default", markClear, "clear"},
		{"default", markAmber, refused}, {"clear", markGreen, refused}, {"default", markRed, refused}, {"amber-strict", markRed, refused},
		{"finance", markRed, "finance"}, {"finance", markClear, "finance"},
	} {
		var more []string
		if c.mark != "" {
			more = []string{marked(c.mark)}
		}
		id, raw := indicator(more...)
		s := w.post(w.alpha, c.to, raw)
		if got := s.Failure == 1; got != (c.in == refused) {
			t.Errorf("%s to %s: %+v", c.mark, c.to, s)
		}
		for _, where := range []string{"clear", "default", "amber", "amber-strict", "finance"} {
			want := 404
			if where == c.in {
				want = 200
			}
			w.get(w.alpha, "/exchange/collections/"+where+"/objects/"+id+"/").wantCode(t, fmt.Sprintf("%s posted to %s, in %s", c.mark, c.to, where), want)
		}
	}
}

func TestOnlyTheFilerGoesOn(t *testing.T) {
	w := newWorld(t)
	id, raw := indicator()
	w.post(w.alpha, "default", raw)
	if s := w.post(w.beta, "default", version(raw, "2026-11-02T08:00:00.000Z")); s.Failure != 1 {
		t.Errorf("somebody else's object re-versioned: %+v", s)
	}
	revoked := strings.Replace(version(raw, "2026-11-03T08:00:00.000Z"), `"pattern_type"`, `"revoked":true,"pattern_type"`, 1)
	if s := w.post(w.beta, "default", revoked); s.Failure != 1 {
		t.Errorf("somebody else's object revoked: %+v", s)
	}
	w.do(w.beta, "DELETE", objectsOf+id+"/", nil).wantCode(t, "somebody else's object deleted", 403)
	if _, a := w.envelope(w.beta, objectsOf+id+"/"); string(a.body) != `{"objects":[`+raw+`]}` {
		t.Errorf("it changed: %s", a.body)
	}
}

// TestWhatCannotBeReadIsRefusedWhole: the list of bad input. Nothing of
// it is kept, nothing of it comes back, and nothing is a 500.
func TestWhatCannotBeReadIsRefusedWhole(t *testing.T) {
	w := newWorld(t)
	_, raw := indicator()
	var keys strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&keys, `,"x_k%d":1`, i)
	}
	deep := strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000)
	for name, c := range map[string]struct {
		body string
		want []int
	}{
		"nothing":                   {"", []int{400, 422}},
		"no JSON":                   {"hello", []int{400, 422}},
		"a number":                  {"7", []int{400, 422}},
		"a text":                    {`"objects"`, []int{400, 422}},
		"an empty envelope":         {"{}", []int{202, 400, 422}},
		"an empty list":             {`{"objects":[]}`, []int{400, 422}},
		"no list":                   {`{"objects":{}}`, []int{202, 400, 422}},
		"half a body":               {`{"objects":[` + raw[:len(raw)/2], []int{400, 422}},
		"something after the end":   {string(envelopeOf(raw)) + "x", []int{400, 422}},
		"the same name twice":       {`{"objects":[` + raw + `],"objects":[` + raw + `]}`, []int{400, 422}},
		"a name twice in an object": {`{"objects":[` + strings.Replace(raw, "{", `{"name":"a","name":"b",`, 1) + `]}`, []int{202, 400, 422}},
		"not UTF-8":                 {`{"objects":[` + strings.Replace(raw, "{", "{\"name\":\"a\xff\",", 1) + `]}`, []int{202, 400, 422}},
		"a surrogate alone":         {`{"objects":[` + strings.Replace(raw, "{", `{"name":"\ud800",`, 1) + `]}`, []int{202, 400, 422}},
		"100,000 keys":              {`{"objects":[` + strings.TrimSuffix(raw, "}") + keys.String() + `}]}`, []int{202, 400, 413, 422}},
		"too deep":                  {`{"objects":[` + strings.TrimSuffix(raw, "}") + `,"x_deep":` + deep + `}]}`, []int{202, 400, 413, 422}},
		"too deep around it":        {strings.Repeat("[", 100_000), []int{400, 413, 422}},
		"no object":                 {`{"objects":[7]}`, []int{202, 400, 422}},
		"null":                      {`{"objects":[null]}`, []int{202, 400, 422}},
		"a list":                    {`{"objects":[[]]}`, []int{202, 400, 422}},
		"text with an address":      {"The dropper called 198.51.100.7 and evil.test", []int{400, 422}},
		"CSV":                       {"indicator\n198.51.100.7\n", []int{400, 422}},
		"a MISP event":              {`{"Event":{"info":"x","Attribute":[{"type":"ip-dst","value":"198.51.100.7"}]}}`, []int{400, 422}},
	} {
		a := w.do(w.alpha, "POST", objectsOf, []byte(c.body))
		if !slices.Contains(c.want, a.code) {
			t.Errorf("%s: %d %.300s", name, a.code, a.body)
		}
		a.wantCode(t, name, a.code)
		if a.code == 202 {
			var s exchange.Status
			if a.json(t, &s); s.Success != 0 || s.Failure == 0 || s.Failures[0].Message == "" {
				t.Errorf("%s: %.300s", name, a.body)
			}
		}
		if strings.Contains(string(a.body), "198.51") {
			t.Errorf("%s: the answer quotes it: %s", name, a.body)
		}
	}
	if e, _ := w.envelope(w.beta, objectsOf); len(e.Objects) != 0 {
		t.Errorf("something was kept: %s", e.ids())
	}
}

// TestPersonalInformationStaysBehind: the victim's mailbox is gone from what is
// read, and the rest of the object is there.
func TestPersonalInformationStaysBehind(t *testing.T) {
	w := newWorld(t)
	id, raw := indicator(`"description":"The mail was opened by our customer, jane.roe@customer.example, on her laptop."`)
	if s := w.post(w.alpha, "default", raw); s.Success != 1 {
		t.Fatalf("%+v", s)
	}
	e, a := w.envelope(w.beta, objectsOf+id+"/")
	if strings.Contains(string(a.body), "jane.roe") {
		t.Errorf("another member reads %s", a.body)
	}
	var o struct{ Pattern string }
	if err := json.Unmarshal(e.Objects[0], &o); err != nil || !strings.Contains(raw, o.Pattern) || o.Pattern == "" {
		t.Errorf("its pattern is %q, %v", o.Pattern, err)
	}
}

// TestADeleteIsARecall: nothing of any version can be read any more; an object of
// the submitter's own leaves a revoked version without content.
func TestADeleteIsARecall(t *testing.T) {
	w := newWorld(t)
	id, raw := indicator(`"name":"Tinbell"`)
	w.post(w.alpha, "default", raw)
	w.post(w.alpha, "default", strings.Replace(raw, `"modified":"2026-11-01T`, `"modified":"2026-11-02T`, 1))
	sco := `{"type":"domain-name","spec_version":"2.1","id":"domain-name--ecb120bf-2694-4902-a737-62b74539a41b","value":"example.com"}`
	w.post(w.alpha, "default", sco)
	for query, want := range map[string]int{
		"?match[version]=first": 403, "?match[version]=last": 403, "?match[version]=2026-11-02T08:00:00.000Z": 403,
		"?match[version]=2020-01-01T00:00:00.000Z": 404, "?match[spec_version]=2.0": 404,
		"?match[version]=nonsense": 400, "?match[type]=indicator": 400, "?limit=1": 400,
	} {
		w.do(w.alpha, "DELETE", objectsOf+id+"/"+query, nil).wantCode(t, "DELETE "+query, want)
	}
	if e, _ := w.envelope(w.beta, objectsOf+id+"/?match[version]=all"); len(e.Objects) != 2 {
		t.Fatalf("a refused delete took something: %s", e.ids())
	}
	w.do(w.alpha, "DELETE", objectsOf+id+"/?match[version]=all", nil).wantCode(t, "DELETE", 200)
	for who, key := range map[string]string{"its submitter": w.alpha, "another member": w.beta} {
		e, a := w.envelope(key, objectsOf+id+"/?match[version]=all")
		if len(e.Objects) != 1 || !strings.Contains(string(a.body), `"revoked":true`) || strings.Contains(string(a.body), "Tinbell") {
			t.Errorf("%s reads %s", who, a.body)
		}
	}
	w.do(w.alpha, "DELETE", objectsOf+"domain-name--ecb120bf-2694-4902-a737-62b74539a41b/", nil).wantCode(t, "DELETE of an observable", 200)
	for _, path := range []string{"domain-name--ecb120bf-2694-4902-a737-62b74539a41b/", "domain-name--ecb120bf-2694-4902-a737-62b74539a41b/versions/"} {
		w.get(w.beta, objectsOf+path).wantCode(t, path, 404)
	}
	for _, r := range manifest(t, w, "?match[version]=all") {
		if strings.HasPrefix(r.ID, "domain-name") {
			t.Errorf("the manifest shows %v", r)
		}
	}
	w.do(w.alpha, "DELETE", objectsOf+"domain-name--ecb120bf-2694-4902-a737-62b74539a41b/", nil).wantCode(t, "DELETE again", 404)
	w.do(w.alpha, "DELETE", objectsOf+"nonsense/", nil).wantCode(t, "DELETE of nothing", 404)
	w.do(w.feed, "DELETE", objectsOf+id+"/", nil).wantCode(t, "DELETE with a feed key", 403)
}

// TestRenamedObjectsAnswerTheirSubmitter: what somebody else created and the gate
// changed is published under another identifier; its submitter finds it under both.
func TestRenamedObjectsAnswerTheirSubmitter(t *testing.T) {
	w := newWorld(t)
	id, raw := indicator(`"created_by_ref":"identity--`+newUUID()+`"`, `"description":"Opened by our customer, jane.roe@customer.example, on her laptop."`)
	s := w.post(w.alpha, "default", raw)
	if s.Failure != 0 || s.Successes[0].ID != id || !strings.HasPrefix(s.Successes[0].Message, "published as indicator--") {
		t.Fatalf("status %+v", s)
	}
	pub, _, _ := strings.Cut(strings.TrimPrefix(s.Successes[0].Message, "published as "), ";")
	for _, ask := range []string{id, pub} {
		if e, _ := w.envelope(w.alpha, objectsOf+ask+"/"); e.ids() != pub {
			t.Errorf("its submitter reads %s under %s", e.ids(), ask)
		}
		if e, _ := w.envelope(w.alpha, objectsOf+"?match[id]="+ask); e.ids() != pub {
			t.Errorf("its submitter filters %s with %s", e.ids(), ask)
		}
	}
	w.get(w.beta, objectsOf+pub+"/").wantCode(t, "another member, under the published identifier", 200)
	w.get(w.beta, objectsOf+id+"/").wantCode(t, "another member, under the submitted identifier", 404)
	w.do(w.alpha, "DELETE", objectsOf+id+"/", nil).wantCode(t, "DELETE under the submitted identifier", 200)
}
