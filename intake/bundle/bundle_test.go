package bundle

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/stix"
)

const uuid = "3b1e0f4c-6a52-4d0e-9a57-1c2d3e4f5a6b"

// domain gives an observable of 2.1 with a number in it.
func domain(n int) string {
	return fmt.Sprintf(`{"type":"domain-name","id":"domain-name--%08d-6a52-4d0e-9a57-1c2d3e4f5a6b","value":"h%d.example"}`, n, n)
}

// padded gives an observable of exactly n bytes.
func padded(n int) string {
	head, tail := `{"type":"domain-name","id":"domain-name--`+uuid+`","value":"big.example","x_pad":"`, `"}`
	return head + strings.Repeat("a", n-len(head)-len(tail)) + tail
}

func bundleOf(objects ...string) string {
	return `{"type":"bundle","id":"bundle--` + uuid + `","objects":[` + strings.Join(objects, ",") + `]}`
}

func places(b intake.Batch) string {
	var out []string
	for _, it := range b.Items {
		out = append(out, it.Place)
	}
	return strings.Join(out, " ")
}

// Everything comes through byte for byte, in whatever it is wrapped.
func TestWrappings(t *testing.T) {
	a, b := domain(1), `{ "type":"domain-name",  "id":"domain-name--`+uuid+`" , "value":"caf\u00e9.example", "x_new":[{"y":1.50}]}`
	for name, c := range map[string]struct{ in, places string }{
		"bundle":                {bundleOf(a, b), "objects[0] objects[1]"},
		"bundle, names behind":  {`{"objects":[` + a + "\n,\t" + b + ` ], "id":"bundle--` + uuid + `" , "type":"bundle"}`, "objects[0] objects[1]"},
		"envelope of TAXII":     {`{"more":false,"next":"x","objects":[` + a + "," + b + `]}`, "objects[0] objects[1]"},
		"envelope, more behind": {`{"objects":[` + a + "," + b + `],"more":true}`, "objects[0] objects[1]"},
		"list":                  {" [" + a + " , " + b + "]\n", "objects[0] objects[1]"},
		"lines":                 {a + "\n" + b + "\n", "objects[0] objects[1]"},
		"one behind the other":  {a + b, "objects[0] objects[1]"},
		"two bundles":           {bundleOf(a) + "\n" + bundleOf(b), "objects[0] values[1].objects[0]"},
	} {
		for _, r := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in))} {
			got, err := NewReader(r, intake.Options{}).Next()
			if err != nil || len(got.Problems) > 0 || len(got.Items) != 2 {
				t.Errorf("%s: %d items, %v, %v", name, len(got.Items), got.Problems, err)
				continue
			}
			if string(got.Items[0].Raw) != a || string(got.Items[1].Raw) != b || got.Items[0].Made {
				t.Errorf("%s: bytes changed: %v", name, got.Items)
			}
			if places(got) != c.places || string(got.Input) != c.in || got.Format != intake.STIX {
				t.Errorf("%s: places %s, input of %d bytes for %d", name, places(got), len(got.Input), len(c.in))
			}
		}
	}
	one, err := Read([]byte(a), intake.Options{})
	if err != nil || len(one.Items) != 1 || string(one.Items[0].Raw) != a {
		t.Errorf("one object: %v, %v", one.Items, err)
	}
}

// A bad object is named with place and id, and the others are taken.
func TestBadObjects(t *testing.T) {
	good := domain(7)
	nested := func(n int) string { // x_deep holds n lists
		return strings.Replace(domain(2), `"value"`, `"x_deep":`+strings.Repeat("[", n)+"1"+strings.Repeat("]", n)+`,"value"`, 1)
	}
	keys := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"k%d":1,`, i)
		}
		return strings.Replace(domain(2), `"value"`, `"x_keys":{`+strings.TrimSuffix(b.String(), ",")+`},"value"`, 1)
	}
	for name, c := range map[string]struct {
		object string
		says   string // "" when it is taken
	}{
		"duplicate name":     {`{"type":"domain-name","id":"domain-name--` + uuid + `","value":"a.example","value":"b.example"}`, "twice"},
		"bad UTF-8":          {`{"type":"domain-name","id":"domain-name--` + uuid + `","value":"` + "\xff" + `.example"}`, "UTF-8"},
		"null":               {`{"type":"domain-name","id":"domain-name--` + uuid + `","value":null}`, "null"},
		"empty list":         {`{"type":"domain-name","id":"domain-name--` + uuid + `","value":"a.example","x_l":[]}`, "empty"},
		"no object":          {`17`, "object"},
		"a text":             {`"[{"`, "object"},
		"a bundle inside":    {bundleOf(good), "bundle"},
		"wrong identifier":   {`{"type":"domain-name","id":"url--` + uuid + `","value":"a.example"}`, "id"},
		"missing version":    {`{"type":"identity","id":"identity--` + uuid + `","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"X"}`, "spec_version"},
		"broken inside":      {`{"type":"domain-name",,"id":7}`, "JSON"},
		"depth 64":           {nested(62), ""},
		"depth 65":           {nested(64), "deep"},
		"8 MiB":              {padded(8 << 20), ""},
		"8 MiB and a byte":   {padded(8<<20 + 1), "bytes"},
		"100,000 keys":       {keys(100_000), "names"},
		"a few keys":         {keys(1000), ""},
		"over a part's size": {padded(intake.MaxBytes + 5), "bytes"},
	} {
		r := NewReader(strings.NewReader(bundleOf(good, c.object, domain(8))), intake.Options{})
		var items, problems int
		var last intake.Problem
		for {
			b, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			items += len(b.Items)
			problems += len(b.Problems)
			if len(b.Problems) > 0 {
				last = b.Problems[0]
			}
			if len(b.Input) > intake.MaxBytes {
				t.Errorf("%s: a part of %d bytes", name, len(b.Input))
			}
		}
		if c.says == "" {
			if items != 3 || problems != 0 {
				t.Errorf("%s: %d items, %v", name, items, last)
			}
			continue
		}
		tooLarge := strings.Contains("depth 65, 8 MiB and a byte, 100,000 keys, over a part's size", name)
		if tooLarge != (last.Kind == fault.TooLarge) {
			t.Errorf("%s: of the kind %s", name, last.Kind)
		}
		if items != 2 || problems != 1 || last.Place != "objects[1]" || !strings.Contains(last.Detail, c.says) {
			t.Errorf("%s: %d items, %d problems, the last %v", name, items, problems, last)
		}
	}
	b, err := Read([]byte(bundleOf(`{"type":"domain-name","id":"domain-name--`+uuid+`"}`)), intake.Options{})
	if err != nil || len(b.Problems) != 1 || b.Problems[0].ID != "domain-name--"+uuid {
		t.Errorf("the problem has no id: %v, %v", b.Problems, err)
	}
}

// What is wrong with the whole is an error that says where.
func TestBrokenReports(t *testing.T) {
	a := domain(1)
	whole := bundleOf(a, domain(2))
	for name, c := range map[string]struct{ in, says string }{
		"half an object":        {whole[:len(whole)-20], "objects[1]: the JSON ends too early"},
		"no end":                {whole[:len(whole)-1], "too early"},
		"half a name":           {`{"type":"bundle","obj`, "too early"},
		"nothing":               {"", "no STIX objects"},
		"white space":           {" \n ", "no STIX objects"},
		"an empty bundle":       {`{"type":"bundle","id":"bundle--` + uuid + `"}`, "no STIX objects"},
		"a bundle of no list":   {`{"type":"bundle","id":"bundle--` + uuid + `","objects":{}}`, ""},
		"an empty list":         {`[]`, "no STIX objects"},
		"no JSON":               {"hello", "byte 0: this is not valid JSON"},
		"something behind":      {whole + " hello", "not valid JSON"},
		"a comma too many":      {bundleOf(a, ""), "not valid JSON"},
		"no comma":              {strings.Replace(whole, "},{", "} {", 1), "not valid JSON"},
		"a zero byte":           {whole[:len(whole)-2] + "\x00]}", "not valid JSON"},
		"two lists":             {`{"objects":[` + a + `],"objects":[` + a + `]}`, "twice"},
		"a name twice":          {`{"id":"x","id":"y","objects":[` + a + `]}`, "not valid JSON"},
		"a name before, behind": {`{"more":true,"objects":[` + a + `],"more":false}`, "twice"},
		"broken tail":           {`{"objects":[` + a + `],"more":flase}`, "not valid JSON"},
	} {
		b, err := Read([]byte(c.in), intake.Options{})
		if c.says == "" {
			if err != nil || len(b.Problems) != 1 {
				t.Errorf("%s: %v, %v", name, b.Problems, err)
			}
			continue
		}
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Public(err), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := io.MultiReader(strings.NewReader(whole[:100]), iotest.ErrReader(errors.New("reset by peer")))
	if _, err := NewReader(broken, intake.Options{}).Next(); fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Public(err), "broke off") {
		t.Errorf("a connection that broke: %v", err)
	}
}

// A report may hold many bad objects, but not nothing else for ever.
func TestManyBadObjects(t *testing.T) {
	for _, n := range []int{maxBad, maxBad + 1} {
		r := NewReader(strings.NewReader("["+strings.Repeat("7,", n)+domain(1)+"]"), intake.Options{})
		problems := 0
		for {
			b, err := r.Next()
			if err != nil {
				if n > maxBad != (fault.KindOf(err) == fault.Invalid && strings.Contains(fault.Public(err), "objects[10000]: is the last")) {
					t.Errorf("%d bad objects: %v", n, err)
				}
				break
			}
			problems += len(b.Problems)
		}
		if problems != maxBad {
			t.Errorf("%d bad objects: %d problems", n, problems)
		}
	}
}

// Parts end at 10,000 objects and at 16 MB, and together are the whole input.
func TestParts(t *testing.T) {
	for _, c := range []struct{ objects, parts int }{{9_999, 1}, {10_000, 1}, {10_001, 2}, {20_000, 2}, {25_000, 3}} {
		objects := make([]string, c.objects)
		for i := range objects {
			objects[i] = domain(i)
		}
		in := bundleOf(objects...)
		r := NewReader(strings.NewReader(in), intake.Options{})
		var input []byte
		n, parts := 0, 0
		for {
			b, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, it := range b.Items {
				if string(it.Raw) != objects[n] || it.Place != fmt.Sprintf("objects[%d]", n) {
					t.Fatalf("object %d came as %s at %s", n, it.Raw, it.Place)
				}
				n++
			}
			input = append(input, b.Input...)
			parts++
		}
		if n != c.objects || parts != c.parts || string(input) != in {
			t.Errorf("%d objects: %d in %d parts, input of %d for %d bytes", c.objects, n, parts, len(input), len(in))
		}
		_, err := Read([]byte(in), intake.Options{})
		if tooMany := c.parts > 1; tooMany != (fault.KindOf(err) == fault.TooLarge && err != nil) {
			t.Errorf("%d objects read at once: %v", c.objects, err)
		}
	}
	if _, err := Read(make([]byte, intake.MaxBytes+1), intake.Options{}); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("a report over the limit read at once: %v", err)
	}
}

func TestPartsOfLargeObjects(t *testing.T) {
	for _, wrap := range []func(...string) string{bundleOf, func(o ...string) string { return strings.Join(o, "\n") }, func(o ...string) string { return "[" + strings.Join(o, ",") + "]" }} {
		in := wrap(padded(7<<20), padded(7<<20), padded(7<<20), padded(5<<20), domain(1))
		r := NewReader(strings.NewReader(in), intake.Options{})
		var input []byte
		n := 0
		for {
			b, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || len(b.Problems) > 0 || len(b.Input) > intake.MaxBytes {
				t.Fatal(err, b.Problems, len(b.Input))
			}
			n += len(b.Items)
			input = append(input, b.Input...)
		}
		if n != 5 || string(input) != in {
			t.Errorf("%d objects, %d of %d bytes", n, len(input), len(in))
		}
	}
}

// The walk over a report's outside never panics, never repeats or loses bytes of
// a one-part report, and what it takes is valid.
func FuzzReader(f *testing.F) {
	a := domain(1)
	for _, s := range []string{bundleOf(a, domain(2)), "[" + a + "]", a + "\n" + a, `{"objects":[` + a + `],"more":true}`, `{"type":"bundle","spec_version":"2.0","objects":[` + observed20 + `]}`,
		`[{"a":"\"}"},[[]],{}]`, `{"objects":[1,2`, "{}{}", `{"objects":{}}`, "[,]", `{"type":1,"objects":[]}`, `{"":"","objects":[` + a + `],"":0}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		b, err := NewReader(bytes.NewReader(in), intake.Options{}).Next()
		slow, slowErr := NewReader(iotest.OneByteReader(bytes.NewReader(in)), intake.Options{}).Next()
		if (err == nil) != (slowErr == nil) || len(b.Items) != len(slow.Items) || len(b.Problems) != len(slow.Problems) {
			t.Fatalf("read at once: %d items, %v; byte by byte: %d, %v", len(b.Items), err, len(slow.Items), slowErr)
		}
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Fatalf("an error without a kind: %v", err)
			}
			return
		}
		if !bytes.Equal(b.Input, in) {
			t.Fatalf("input of %d bytes for %d", len(b.Input), len(in))
		}
		for _, it := range b.Items {
			if _, err := stix.Parse(it.Raw, stix.Limits{}); err != nil || !it.Made && !bytes.Contains(in, it.Raw) {
				t.Fatalf("%s: %v", it.Raw, err)
			}
		}
	})
}

// A report of any length takes the memory of a part or two.
func TestMemoryOfALongStream(t *testing.T) {
	const total = 50 << 20
	one := padded(1000) + ","
	body := io.MultiReader(strings.NewReader(`{"objects":[`), io.LimitReader(&loop{text: one}, total/int64(len(one))*int64(len(one))), strings.NewReader(domain(1)+"]}"))
	r := NewReader(body, intake.Options{})
	var most uint64
	n := 0
	for {
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		n += len(b.Items)
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapAlloc)
	}
	if want := total/len(one) + 1; n != want || most > 3*intake.MaxBytes {
		t.Errorf("%d of %d objects, %d MB", n, want, most>>20)
	}
}

// loop gives a text again and again.
type loop struct {
	text string
	at   int
}

func (l *loop) Read(p []byte) (int, error) {
	n := copy(p, l.text[l.at:])
	l.at = (l.at + n) % len(l.text)
	return n, nil
}
