package exchange_test

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
)

// TestFiledAgainDuringRecall: whoever is told that his report is kept is kept,
// also when its first filer takes it back in the same moment.
func TestFiledAgainDuringRecall(t *testing.T) {
	n := newNode(t)
	for i := range 60 {
		value := fmt.Sprintf("r%d.example", i)
		body := bundle(indicator(fmt.Sprint(1000+i), value, `"created_by_ref":"identity--`+uuid("77")+`"`))
		first := n.file(n.bank, body, exchange.Options{})
		var wg sync.WaitGroup
		var filed, back error
		wg.Go(func() {
			_, filed = n.x.Accept(t.Context(), n.city, strings.NewReader(body), exchange.Options{})
		})
		wg.Go(func() { _, back = n.x.Recall(t.Context(), n.bank, first.ID, "a test") })
		wg.Wait()
		rec, err := n.x.Look(t.Context(), n.hospital, value)
		if filed != nil || back != nil || err != nil || !rec.InForce() {
			t.Fatalf("round %d: filed %v, recalled %v, in force %v (%v)", i, filed, back, rec.InForce(), err)
		}
	}
	n.clean()
}

// TestOneKeyAtOnce: of requests under one idempotency key at the same time one is
// kept, its repeats get the same receipt, and another body is refused.
func TestOneKeyAtOnce(t *testing.T) {
	n := newNode(t)
	for round := range int64(20) { // one round may be lucky
		oneKeyAtOnce(t, n, round)
	}
}

// together is the end of a body that comes only when all bodies are there.
type together struct {
	all  *sync.WaitGroup
	once sync.Once
}

func (e *together) Read([]byte) (int, error) {
	e.once.Do(e.all.Done)
	e.all.Wait()
	return 0, io.EOF
}

func oneKeyAtOnce(t *testing.T, n *node, round int64) {
	var wg, begun sync.WaitGroup
	begun.Add(5)
	receipts := make([]string, 5)
	errs := make([]error, 5)
	for i := range 5 {
		body := "domain\nevil1.example\nevil2.example\n"
		if i == 4 {
			body = "domain\nother.example\n"
		}
		wg.Go(func() {
			r := io.MultiReader(strings.NewReader(body), &together{all: &begun})
			f, err := n.x.Accept(t.Context(), n.bank, r, exchange.Options{Idempotent: fmt.Sprint("key ", round), Size: 100})
			receipts[i], errs[i] = string(f.Receipt), err
		})
	}
	wg.Wait()
	if head, _ := n.x.Head(t.Context()); head.Size != round+1 {
		t.Fatalf("round %d: %d entries were made in all; want one a round", round, head.Size)
	}
	if errs[4] == nil {
		for _, err := range errs[:4] {
			if fault.KindOf(err) != fault.Conflict {
				t.Errorf("another body won, and then %v", err)
			}
		}
		return
	}
	for i := range 4 {
		if errs[i] != nil || receipts[i] != receipts[0] {
			t.Errorf("repeat %d: %v, the same receipt: %v", i, errs[i], receipts[i] == receipts[0])
		}
	}
	if fault.KindOf(errs[4]) != fault.Conflict {
		t.Errorf("another body under the same key: %v", errs[4])
	}
}

// TestRecallAndAgain: report, take back, report, take back ... each under the
// submitted identifier; what takes back is never taken back, and references follow.
func TestRecallAndAgain(t *testing.T) {
	n := newNode(t)
	id := "indicator--" + uuid("1")
	rel := object("relationship", "5", `"relationship_type":"related-to","source_ref":"`+id+`","target_ref":"indicator--`+uuid("2")+`"`)
	body := bundle(indicator("1", "a.example", ""), indicator("2", "b.example", ""), rel)
	for round := range 3 {
		f := n.file(n.bank, body, exchange.Options{})
		if f.Repeat || len(f.Objects) != 3 {
			t.Fatalf("round %d: %+v", round, f.Objects)
		}
		got := n.sees(n.hospital, member.AudienceGreen)
		for _, o := range f.Objects {
			if strings.HasPrefix(o.ID, "relationship") {
				src := property(t, got[o.ID], "source_ref")
				if strings.Contains(got[src], `"revoked"`) || got[src] == "" {
					t.Errorf("round %d: the relationship leads to %s", round, got[src])
				}
			}
		}
		if _, err := n.x.Recall(t.Context(), n.bank, id, "a test"); err != nil {
			t.Fatalf("round %d: by the submitted identifier: %v", round, err)
		}
		if _, err := n.x.Look(t.Context(), n.hospital, "a.example"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("round %d: still there after the recall: %v", round, err)
		}
		if _, err := n.x.Recall(t.Context(), n.bank, id, "again"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("round %d: recalled twice: %v", round, err)
		}
		if _, err := n.x.Recall(t.Context(), n.bank, f.ID, "the rest"); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if !strings.Contains(n.sees(n.hospital, member.AudienceGreen)[id], `"revoked":true`) {
			t.Errorf("round %d: the first revocation is gone", round)
		}
	}
	n.clean()
}

// TestObservableAgain: an observable that one member took back may be filed by
// anyone, under its one identifier.
func TestObservableAgain(t *testing.T) {
	n := newNode(t)
	sco := `{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd","value":"198.51.100.3"}`
	for _, s := range []member.Session{n.city, n.bank, n.city} {
		f := n.file(s, bundle(sco), exchange.Options{})
		if got := n.sees(n.hospital, member.AudienceGreen)[f.Objects[0].ID]; got != sco {
			t.Errorf("%s: readers see %q", s.Member.Name, got)
		}
		if _, err := n.x.Recall(t.Context(), s, f.ID, "a test"); err != nil {
			t.Fatal(err)
		}
	}
	n.clean()
}

// TestHandedOverAndBack: who took his report back and files it again counts again.
func TestHandedOverAndBack(t *testing.T) {
	n := newNode(t)
	body := bundle(indicator("1", "a.example", `"created_by_ref":"identity--`+uuid("77")+`"`))
	a := n.file(n.bank, body, exchange.Options{})
	n.file(n.city, body, exchange.Options{})
	if _, err := n.x.Recall(t.Context(), n.bank, a.ID, "a test"); err != nil {
		t.Fatal(err)
	}
	if f := n.file(n.bank, body, exchange.Options{}); f.Repeat {
		t.Error("a report that was taken back is a repeat")
	}
	if _, err := n.x.Recall(t.Context(), n.city, "a.example", "a test"); err != nil {
		t.Fatal(err)
	}
	if rec, err := n.x.Look(t.Context(), n.hospital, "a.example"); err != nil || !rec.InForce() {
		t.Errorf("in force %v, %v; want it through the bank", rec.InForce(), err)
	}
	n.clean()
}

// TestPublishersMaterial: a publisher's versions come first, whoever filed one of its objects before.
func TestPublishersMaterial(t *testing.T) {
	n := newNode(t)
	obj := indicator("1", "a.example", `"created_by_ref":"identity--`+uuid("8")+`","name":"A copy"`)
	n.file(n.city, bundle(obj), exchange.Options{})
	if _, err := n.x.Members().AddMember(t.Context(), member.NewMember{Name: "Knowledge Base", Publisher: true}); err != nil {
		t.Fatal(err)
	}
	s, err := n.x.Members().Session(t.Context(), "Knowledge Base")
	if err != nil {
		t.Fatal(err)
	}
	next := later(strings.Replace(obj, "A copy", "The original", 1), 5)
	n.file(s, bundle(next), exchange.Options{})
	if got := n.sees(n.bank, member.AudienceGreen)["indicator--"+uuid("1")]; got != next {
		t.Errorf("readers see %s", got)
	}
	mine := indicator("2", "b.example", `"created_by_ref":"identity--`+uuid("9")+`"`)
	n.file(n.city, bundle(mine), exchange.Options{})
	n.refused(s, bundle(later(strings.Replace(mine, uuid("9"), uuid("8"), 1), 5)), exchange.Options{}, fault.Forbidden, "first filed")
	n.clean()
}

// TestManyPassages and chains take time in proportion to their size.
func TestTimeIsInProportion(t *testing.T) {
	if testing.Short() {
		t.Skip("large inputs are slow under the race detector")
	}
	n := newNode(t)
	chain := func(k int) string {
		var objs []string
		by := `"created_by_ref":"identity--` + uuid("77") + `"`
		for i := range k {
			objs = append(objs, object("note", fmt.Sprint(100000+i), by+`,"content":"x","object_refs":["note--`+uuid(fmt.Sprint(100000+i+1))+`"]`))
		}
		return bundle(append(objs, object("note", fmt.Sprint(100000+k), by+`,"content":"The victim marta.oliveira@customer.example clicked.","object_refs":["identity--`+uuid("77")+`"]`))...)
	}
	doubts := func(k int) string {
		var b strings.Builder
		for i := range k {
			fmt.Fprintf(&b, `,"x_p%d":"The indicted suspect is named Viktor Petrovich Sokolov."`, i)
		}
		return bundle(object("note", "9", `"object_refs":["indicator--`+uuid("1")+`"],"content":"x"`+b.String()))
	}
	for name, body := range map[string]func(int) string{"a chain of references": chain, "held passages": doubts} {
		took := func(k int) time.Duration {
			began := time.Now()
			if _, err := n.x.Preview(t.Context(), n.bank, strings.NewReader(body(k)), exchange.Options{}); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			return time.Since(began)
		}
		took(100)
		// Sixteen times the input may take forty times as long, never two hundred and fifty.
		if small, large := took(60), took(960); large > 40*max(small, 5*time.Millisecond) {
			t.Errorf("%s: %v for 60, %v for 960", name, small, large)
		}
	}
}

// TestAccountIsFolded: the account of a text full of mailboxes is a line with a count.
func TestAccountIsFolded(t *testing.T) {
	n := newNode(t)
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "victim%d@customer.example, ", i)
	}
	f := n.file(n.bank, bundle(object("note", "9", `"object_refs":["indicator--`+uuid("1")+`"],"content":"The victims are `+b.String()+`"`)), exchange.Options{})
	if len(f.Removed) > 10 || f.Removed[0].Count < 4000 {
		t.Errorf("%d lines, the first counts %d", len(f.Removed), f.Removed[0].Count)
	}
	if len(f.Receipt) > 10_000 {
		t.Errorf("the receipt has %d bytes", len(f.Receipt))
	}
}
