package privacy

import (
	"encoding/json"
	"strings"
	"testing"

	"tocsin/stix"
)

// gated gives the scrubbed form of JSON and checks its spans.
func gated(t testing.TB, g *Gate, raw string) string {
	t.Helper()
	spans, edits := g.JSON([]byte(raw))
	soundSpans(t, raw, spans)
	out := string(stix.Splice([]byte(raw), edits))
	if json.Valid([]byte(raw)) && !json.Valid([]byte(out)) {
		t.Fatalf("no JSON any more:\n%s\n%s", raw, out)
	}
	n := 0
	for _, s := range spans {
		if s.Verdict != Keep {
			n++
		}
	}
	if n != len(edits) {
		t.Fatalf("%d edits for %d removed and held spans of %s", len(edits), n, raw)
	}
	return out
}

func TestJSON(t *testing.T) {
	g := New()
	for _, c := range []struct{ in, want string }{
		{`{"type":"user-account","id":"user-account--` + u1 + `","account_login":"mkowalski"}`, `{"type":"user-account","id":"user-account--` + u1 + `","account_login":"[username]"}`},
		{`{"type":"user-account","id":"user-account--` + u1 + `","account_login":"root"}`, ``},
		{` [ {"type":"x-a","x_note":"victim a\u0040b.example\n\u00fc jane.doe@bank.example"} ] `, ` [ {"type":"x-a","x_note":"victim [email]\n\u00fc [held]"} ] `},
		{`{"type":"bundle","id":"bundle--` + u1 + `","objects":[{"type":"directory","id":"directory--` + u2 + `","path":"C:\\Users\\gkoenig\\AppData"}]}`, `{"type":"bundle","id":"bundle--` + u1 + `","objects":[{"type":"directory","id":"directory--` + u2 + `","path":"C:\\Users\\[username]\\AppData"}]}`},
		{`{"type":"bundle","x_by":"reported by Aisha Rahmani","objects":[]}`, `{"type":"bundle","x_by":"reported by [person-1]","objects":[]}`},
		{`{"type":"x-a","x_contact":{"name":"Colm Gallagher","phone":"+35315550123"}}`, `{"type":"x-a","x_contact":{"name":"[person-1]","phone":"[phone]"}}`},
		{`{"type":"file","name":"\"victim.doc\"","hashes":{"MD5":"d41d8cd98f00b204e9800998ecf8427e"}}`, ``},
		{`no JSON, victim jane.doe@bank.example`, `no JSON, victim [email]`},
		{`{"type":"x-a","x":"victim jane.doe@bank.example"`, `{"type":"x-a","x":"victim [email]"`},
		{`"victim jane.doe@bank.example"`, `"victim [email]"`},
		{``, ``}, {`{}`, ``}, {`[]`, ``}, {`[1,"a",null,true]`, ``}, {`{"a":null}`, ``},
	} {
		if c.want == "" {
			c.want = c.in
		}
		got := gated(t, g, c.in)
		if got != c.want {
			t.Errorf("%s\nbecame %s\nwant   %s", c.in, got, c.want)
		}
		if again := gated(t, g, got); again != got {
			t.Errorf("the second pass made %s of %s", again, got)
		}
	}
}

// A long string with many values must not make mapping of bytes quadratic; the
// edits must still be exact among escapes.
func TestJSONManyEscapes(t *testing.T) {
	one := `ü\"\\\u00e9\ud83d\ude00 victim jane.doe@bank.example\n`
	raw := `{"type":"x-a","x_text":"` + strings.Repeat(one, 2000) + `"}`
	want := `{"type":"x-a","x_text":"` + strings.Repeat(strings.Replace(one, "jane.doe@bank.example", "[email]", 1), 2000) + `"}`
	if got := gated(t, New(), raw); got != want {
		t.Errorf("%d bytes, want %d; begins %.300s", len(got), len(want), got)
	}
}
