package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/audit"
)

// TestAudit: the record over the API, line by line, checked as its reader would.
func TestAudit(t *testing.T) {
	n := apptest.Start(t, bank)
	op := apptest.Operator
	n.Want(201, op, "POST", "/api/v1/members", `{"name":"Jane Roe Consulting"}`)
	n.Want(403, bank, "POST", "/api/v1/members", `{"name":"Another"}`)
	n.Want(404, op, "DELETE", "/api/v1/members/jane.roe@customer.example", "")
	n.Want(404, bank, "POST", "/api/v1/recalls", `{"ref":"jane.roe@customer.example","reason":"a test"}`)
	code, all := n.Do(op, "GET", "/api/v1/audit", "")
	if code != 200 || strings.Contains(strings.ToLower(all), "jane") {
		t.Fatalf("%d %s", code, all)
	}
	rows := []audit.Row{}
	before := strings.Repeat("0", 64)
	for line := range strings.Lines(all) {
		line = strings.TrimSuffix(line, "\n")
		var r audit.Row
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err, line)
		}
		sum := sha256.Sum256([]byte(strings.Replace(line, `,"hash":"`+r.Hash+`"`, "", 1)))
		if hex.EncodeToString(sum[:]) != r.Hash || r.Before != before {
			t.Errorf("row %d doesn't check", r.N)
		}
		before = r.Hash
		rows = append(rows, r)
	}
	last := rows[len(rows)-1]
	if last.Act != audit.Export || last.Outcome != "" {
		t.Errorf("the last row is %+v, want that it is exported now", last)
	}
	var text []string
	for _, r := range rows {
		text = append(text, strings.Join([]string{string(r.Act), r.About, r.Outcome}, " "))
	}
	for _, want := range []string{"add member member 3 done", "remove member  refused (not found)", "recall  refused (not found)"} {
		if !strings.Contains(strings.Join(text, "\n"), want) {
			t.Errorf("the record lacks %q: %q", want, text)
		}
	}
	since := n.Want(200, op, "GET", "/api/v1/audit?since=2", "")
	if !strings.HasPrefix(since, `{"n":3,`) {
		t.Errorf("since 2 begins with %.40s", since)
	}
	if own := n.Want(200, bank, "GET", "/api/v1/audit", ""); own != "" { // it has no people yet
		t.Errorf("a company's key reads %s", own)
	}
	decode[problem](t, n.Want(400, op, "GET", "/api/v1/audit?since=x", "")).check(t, 400, "number")
	decode[problem](t, n.Want(400, op, "GET", "/api/v1/audit?since=-1", "")).check(t, 400, "number")
	n.Want(401, "", "GET", "/api/v1/audit", "")
}

// TestKeysOfOnesOwn: a company's key has its own keys in hand, and no other's.
func TestKeysOfOnesOwn(t *testing.T) {
	n := apptest.Start(t, bank, hospital)
	added := n.Want(201, bank, "POST", "/api/v1/keys", `{"feed":true}`)
	if !strings.Contains(added, `"member":"Harbor Bank"`) {
		t.Errorf("added %s", added)
	}
	list := n.Want(200, bank, "GET", "/api/v1/keys", "")
	if strings.Contains(list, hospital) || strings.Count(list, `"hint"`) != 2 {
		t.Errorf("its keys are %s", list)
	}
	n.Want(403, bank, "POST", "/api/v1/keys", `{"member":"Lakeside Hospital"}`)
	n.Want(403, bank, "GET", "/api/v1/keys?member=Lakeside+Hospital", "")
	other := n.Want(200, hospital, "GET", "/api/v1/keys", "")
	var ks struct{ Keys []struct{ ID json.Number } }
	if err := json.Unmarshal([]byte(other), &ks); err != nil || len(ks.Keys) != 1 {
		t.Fatal(err, other)
	}
	n.Want(404, bank, "DELETE", "/api/v1/keys/"+ks.Keys[0].ID.String(), "")
	n.Want(200, hospital, "GET", "/api/v1/me", "")
}
