package auto

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf16"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/stix"
)

const uuid = "3b1e0f4c-6a52-4d0e-9a57-1c2d3e4f5a6b"

const (
	domain  = `{"type":"domain-name","id":"domain-name--` + uuid + `","value":"c2.example"}`
	bundle1 = `{"type":"bundle","id":"bundle--` + uuid + `","objects":[` + domain + `]}`
	event   = `{"Event":{"uuid":"` + uuid + `","info":"x","Attribute":[{"type":"domain","value":"c2.example","to_ids":true}]}}`
	list    = "value,type\nc2.example,domain\n192.0.2.1,ip\n"
	prose   = "Report of the week\n\nThe group sent mails that lead to hxxps://c2[.]example/login and then to 192.0.2.1.\n"
	page    = "<!DOCTYPE html>\n<html><body><p>The group uses c2[.]example.</p></body></html>\n"
	mail    = "Received: from mta.example (mta.example [192.0.2.1])\r\nFrom: \"Bank\" <mallory@phish.example>\r\nTo: alice@corp.example\r\nSubject: Your account\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nLog in at http://c2.example/login\r\n"
)

func options(name string) intake.Options {
	n := 0
	return intake.Options{Now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), Name: name, NewID: func(typ string) string {
		n++
		return fmt.Sprintf("%s--00000000-0000-4000-8000-%012d", typ, n)
	}}
}

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s)) // into memory: can't fail
	w.Close()
	return b.String()
}

func utf16Of(s string, order binary.AppendByteOrder, mark bool) string {
	var b []byte
	if mark {
		b = order.AppendUint16(b, 0xfeff)
	}
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

// drain reads a report to its end.
func drain(body io.Reader, format intake.Format, name string) (bs []intake.Batch, f intake.Format, err error) {
	r, err := Open(body, format, options(name))
	if err != nil {
		return nil, "", err
	}
	for {
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			return bs, r.Format(), nil
		}
		if err != nil {
			return bs, r.Format(), err
		}
		bs = append(bs, b)
	}
}

// Contents say what they are, in any packing and encoding; the input of a report
// of one part is the unpacked body.
func TestFormatsByContents(t *testing.T) {
	for _, c := range []struct {
		in   string
		want intake.Format
	}{{bundle1, intake.STIX}, {domain + "\n" + domain, intake.STIX}, {"[" + domain + "]", intake.STIX}, {`{"more":false,"objects":[` + domain + `]}`, intake.STIX}, {event, intake.MISP}, {`{"response":[` + event + `]}`, intake.MISP}, {"[" + event + "]", intake.MISP},
		{list, intake.CSV}, {"192.0.2.1\n192.0.2.2\n", intake.CSV}, {"\n\n192.0.2.1\n", intake.CSV}, {prose, intake.Text}, {page, intake.Text}, {mail, intake.EML}, {"From mallory Tue\n" + mail, intake.EML}} {
		for packing, in := range map[string]string{"plain": c.in, "gzip": zipped(c.in), "gzip twice": zipped(zipped(c.in))} {
			for _, body := range []io.Reader{strings.NewReader(in), iotest.OneByteReader(strings.NewReader(in))} {
				bs, f, err := drain(body, "", "")
				if err != nil || f != c.want || len(bs) != 1 || len(bs[0].Items) == 0 || string(bs[0].Input) != c.in || bs[0].Format != c.want {
					t.Errorf("%s, %.40q: %s in %d parts, %v", packing, c.in, f, len(bs), err)
				}
			}
		}
	}
}

func TestEncodings(t *testing.T) {
	for _, c := range []string{bundle1, list, event, prose} {
		want, _, err := drain(strings.NewReader(c), "", "")
		if err != nil {
			t.Fatal(err)
		}
		for name, in := range map[string]string{"UTF-8 with a mark": "\xef\xbb\xbf" + c, "UTF-16LE": utf16Of(c, binary.LittleEndian, true), "UTF-16BE": utf16Of(c, binary.BigEndian, true),
			"UTF-16LE without a mark": utf16Of(c, binary.LittleEndian, false), "UTF-16BE without a mark": utf16Of(c, binary.BigEndian, false)} {
			got, _, err := drain(strings.NewReader(zipped(in)), "", "")
			if err != nil || len(got) != 1 || len(got[0].Items) != len(want[0].Items) || string(got[0].Items[0].Raw) != string(want[0].Items[0].Raw) {
				t.Errorf("%s, %.30q: %d parts, %v", name, c, len(got), err)
				continue
			}
			if string(got[0].Input) != in {
				t.Errorf("%s, %.30q: the input is not what was sent", name, c)
			}
		}
	}
	var long strings.Builder
	for i := range 10_001 {
		fmt.Fprintf(&long, "h%d.example\n", i)
	}
	got, _, err := drain(strings.NewReader("\xef\xbb\xbf"+long.String()), "", "")
	if err != nil || len(got) != 2 || string(got[0].Input)+string(got[1].Input) != long.String() {
		t.Errorf("a long list with a mark: %d parts, %v", len(got), err)
	}
}

// A name decides where contents leave a choice, and nowhere else.
func TestNames(t *testing.T) {
	for _, c := range []struct {
		in, name string
		want     intake.Format
	}{{prose, "x.csv", intake.CSV}, {list, "x.md", intake.Text}, {list, "x.csv.gz", intake.CSV}, {bundle1, "x.csv", intake.STIX}, {event, "x.txt", intake.MISP}, {mail, "x.txt", intake.EML}, {"Subject: x\n\nhttp://c2.example/\n", "x.EML", intake.EML},
		{"[{not} json], says c2[.]example.\n", "x.md", intake.Text}, {list, "", intake.CSV}, {list, "x.unknown", intake.CSV}} {
		r, err := Open(strings.NewReader(c.in), "", options(c.name))
		if err != nil || r.Format() != c.want {
			t.Errorf("%.30q as %s: %v, %v", c.in, c.name, r, err)
		}
	}
}

// The format that a sender names wins, unless the contents can't be in it.
func TestNamedFormats(t *testing.T) {
	all := map[string]string{"stix": bundle1, "misp": event, "csv": list, "text": prose, "html": page, "eml": mail}
	may := map[intake.Format]string{intake.STIX: "stix", intake.MISP: "misp", intake.CSV: "csv text", intake.Text: "stix misp csv text html eml", intake.EML: "eml"}
	for f, fits := range may {
		for name, in := range all {
			r, err := Open(strings.NewReader(in), f, options(""))
			ok := strings.Contains(fits, name)
			switch {
			case ok && (err != nil || r.Format() != f):
				t.Errorf("%s as %s: %v", name, f, err)
			case !ok && (fault.KindOf(err) != fault.Invalid || !strings.HasPrefix(fault.Public(err), "format: the report was said to be "+string(f))):
				t.Errorf("%s as %s: %v", name, f, err)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	half := zipped(list + strings.Repeat("h.example,domain\n", 50))
	for name, c := range map[string]struct {
		in   string
		kind fault.Kind
		says string
	}{
		"nothing":            {"", fault.Invalid, "empty"},
		"white space":        {" \r\n\t", fault.Invalid, "empty"},
		"much white space":   {strings.Repeat(" ", headBytes) + list, fault.Invalid, "white space"},
		"only a mark":        {"\xef\xbb\xbf", fault.Invalid, "empty"},
		"nothing, packed":    {zipped(""), fault.Invalid, "empty"},
		"packed three times": {zipped(zipped(zipped(list))), fault.Unsupported, "more than 2 times"},
		"half of gzip":       {half[:len(half)-12], fault.Invalid, "ends too early"},
		"damaged gzip":       {half[:15] + "\xff\xff\xff" + half[18:], fault.Invalid, "gzip"},
		"a head of gzip":     {"\x1f\x8b\x08", fault.Invalid, "ends too early"},
		"zip":                {"PK\x03\x04xxxx", fault.Unsupported, "zip"},
		"zip in gzip":        {zipped("PK\x03\x04xxxx"), fault.Unsupported, "zip"},
		"PDF":                {"%PDF-1.7\n%\xe2\xe3", fault.Unsupported, "PDF"},
		"a picture":          {"\x89PNG\r\n\x1a\n\x00\x00", fault.Unsupported, "picture"},
		"any binary":         {"abc\x00\x01\x02\x03", fault.Unsupported, "Read are: STIX"},
		"STIX 1":             {"<?xml version=\"1.0\"?>\n<stix:STIX_Package/>", fault.Unsupported, "XML"},
		"other JSON":         {`{"hello":"world"}`, fault.Unsupported, "neither STIX nor"},
		"half a bundle":      {bundle1[:len(bundle1)-9], fault.Invalid, "too early"},
	} {
		for _, format := range []intake.Format{"", intake.Text} {
			if format == intake.Text && (name == "STIX 1" || name == "other JSON" || name == "half a bundle") {
				continue // as text, anything may be read that is one
			}
			_, _, err := drain(strings.NewReader(c.in), format, "")
			if err == nil || fault.KindOf(err) != c.kind || !strings.Contains(fault.Public(err), c.says) {
				t.Errorf("%s as %q: %v", name, format, err)
			}
		}
	}
}

// A connection that breaks off is said to, wherever it does.
func TestBrokenOff(t *testing.T) {
	for _, in := range []string{bundle1, event, list, prose, mail, zipped(strings.Repeat(list, 100))} {
		for _, n := range []int{0, 1, 5, 20, len(in) - 5} {
			body := io.MultiReader(strings.NewReader(in[:n]), iotest.ErrReader(errors.New("secret of the network")))
			_, _, err := drain(body, "", "")
			if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Public(err), "broke off") || strings.Contains(fault.Public(err), "secret") {
				t.Errorf("%.20q after %d bytes: %v", in, n, err)
			}
		}
		busy := fault.New(fault.Busy, "come back later")
		if _, _, err := drain(io.MultiReader(strings.NewReader(in[:20]), iotest.ErrReader(busy)), "", ""); fault.KindOf(err) != fault.Busy {
			t.Errorf("%.20q: the kind of an error is lost: %v", in, err)
		}
	}
}

// Text and mail are read whole: 16 MB are taken, a byte more is refused.
func TestLimitOfText(t *testing.T) {
	for _, start := range []string{prose, mail} {
		for _, more := range []int{0, 1} {
			in := start + strings.Repeat(strings.Repeat(" ", 999)+"\n", intake.MaxBytes/1000+1)
			in = in[:intake.MaxBytes+more]
			bs, _, err := drain(strings.NewReader(in), "", "")
			if more == 0 && (err != nil || len(bs) != 1 || len(bs[0].Input) != len(in)) || more == 1 && (fault.KindOf(err) != fault.TooLarge || err == nil) {
				t.Errorf("%.10q, %d bytes over: %v", start, more, err)
			}
		}
	}
}

// What unpacks to far more than it is, is not unpacked to its end.
func TestBombs(t *testing.T) {
	bomb := func(size int64) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := io.CopyN(w, io.MultiReader(strings.NewReader("192.0.2.1\n"), spaces{}), size); err != nil {
			t.Fatal(err)
		}
		w.Close()
		return b.String()
	}
	one := bomb(18 << 20)
	for name, in := range map[string]string{"once": one, "twice": zipped(one), "twice, most outside": zipped(strings.Repeat(one, 100))} {
		_, _, err := drain(strings.NewReader(in), "", "")
		if err == nil || fault.KindOf(err) != fault.TooLarge || !strings.Contains(fault.Public(err), "times its size") {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Up to one part, any ratio is fine: it takes no more memory than any other report.
	if _, _, err := drain(strings.NewReader(zipped("192.0.2.1\n"+strings.Repeat(" \n", intake.MaxBytes/2-10))), "", ""); err != nil {
		t.Errorf("16 MB of white space: %v", err)
	}
	z := &bounded{z: spaces{}, packed: &counter{n: 1 << 40}, n: maxUnpacked}
	if n, err := z.Read(make([]byte, 1)); n != 1 || fault.KindOf(err) != fault.TooLarge {
		t.Errorf("a report over the limit of all: %v", err)
	}
	z = &bounded{z: spaces{}, packed: &counter{n: 1 << 40}, n: maxUnpacked - 1}
	if _, err := z.Read(make([]byte, 1)); err != nil {
		t.Errorf("a report of the greatest size: %v", err)
	}
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '\n'
	}
	return len(p), nil
}

// Any bytes under any name give an error with a kind or valid objects.
func FuzzOpen(f *testing.F) {
	for _, s := range []string{bundle1, event, list, prose, page, mail, zipped(list), zipped(zipped(bundle1)), "\xff\xfea\x00", "\xef\xbb\xbf" + list, "%PDF", "[", "{", `{"type"`, "<?xml?>", "From x\n"} {
		f.Add([]byte(s), "")
		f.Add([]byte(s), "x.csv")
	}
	f.Fuzz(func(t *testing.T, in []byte, name string) {
		bs, _, err := drain(bytes.NewReader(in), "", name)
		if err != nil && fault.KindOf(err) == fault.Internal {
			t.Fatalf("an error without a kind: %v", err)
		}
		for _, b := range bs {
			for _, it := range b.Items {
				if _, err := stix.Parse(it.Raw, stix.Limits{}); err != nil {
					t.Fatalf("%s: %v", it.Raw, err)
				}
			}
		}
	})
}
