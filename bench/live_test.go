package bench

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/app"
	"tocsin/exchange"
	"tocsin/member"
	"tocsin/person"
)

const (
	openPages  = 1000
	perPerson  = 10 // what one person may have
	eventRate  = 100
	eventsTime = 10 * time.Second
)

// BenchmarkLive measures 1,000 open live pages, of 100 people, while 100 events a
// second reach them: memory of the whole process, which holds the readers too, and
// how soon each page has an event after its report was answered.
//
//	go test -run '^$' -bench 'Live$' -benchtime 1x -v ./bench
func BenchmarkLive(b *testing.B) {
	for b.Loop() {
		ctx, cancel := context.WithCancel(b.Context())
		a, _ := inProcess(b, ctx)
		before := residentOf(b)
		seen := make([]*reader, 0, openPages)
		var ended sync.WaitGroup
		for _, secret := range people(b, a, openPages/perPerson) {
			for range perPerson {
				r := newReader(b, strings.TrimPrefix(a.URL(), "http://"), secret)
				seen = append(seen, r)
				ended.Go(r.run)
			}
		}
		opened := residentOf(b)
		who, err := a.Node().Exchange.Members().Session(ctx, "Northwind Bank")
		if err != nil {
			b.Fatal(err)
		}
		var acked []time.Time
		tick := time.NewTicker(time.Second / 20)
		for i := range int(eventsTime / (time.Second / 20)) {
			const at = eventRate / 20
			if _, err := a.Node().Exchange.Accept(ctx, who, strings.NewReader(string(eventsOf(i*at, at))), exchange.Options{}); err != nil {
				b.Fatal(err)
			}
			for range at {
				acked = append(acked, time.Now())
			}
			<-tick.C
		}
		tick.Stop()
		var took []time.Duration
		for i, r := range seen {
			for range len(acked) {
				select {
				case got := <-r.got:
					took = append(took, got.at.Sub(acked[got.n]))
				case <-time.After(30 * time.Second):
					b.Fatalf("page %d has %d events of %d", i, len(took)-i*len(acked), len(acked))
				}
			}
		}
		most := residentOf(b)
		slices.Sort(took)
		at := func(q int) time.Duration {
			return took[min(len(took)-1, len(took)*q/1000)].Round(100 * time.Microsecond)
		}
		b.Logf("\n| what | measured | floor | goal |\n|---|---|---|---|\n"+
			"| %d open live pages, %d events/s for %v | %.0f MB resident with the readers in the same process, %.0f MB once open, %.0f MB before | | under 200 MB |\n"+
			"| receipt to seen by an open page | p50 %v, p99 %v, p99.9 %v of %d | | |", openPages, eventRate, eventsTime, most, opened, before, at(500), at(990), at(999), len(took))
		for _, r := range seen {
			r.conn.Close()
		}
		ended.Wait()
		cancel()
		a.Stop()
	}
}

// eventsOf makes a bundle of indicators that say which event they are.
func eventsOf(from, n int) []byte {
	var b strings.Builder
	b.WriteString(`{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[`)
	for i := from; i < from+n; i++ {
		if i > from {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-%012x","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z",`+
			`"pattern":"[domain-name:value = 'event%d.example']","pattern_type":"stix","valid_from":"2026-11-01T08:00:00Z"}`, i+1, i)
	}
	b.WriteString("]}")
	return []byte(b.String())
}

// people signs so many in and gives the secrets of their sessions.
func people(b *testing.B, a *app.App, n int) (secrets []string) {
	b.Helper()
	ctx, p := b.Context(), a.Node().People
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	token, err := p.Welcome(ctx, app.OperatorName)
	must(err)
	secret, err := p.TakeLink(ctx, token, "Ana", "a benchmark")
	must(err)
	v, err := p.Authenticate(ctx, secret)
	must(err)
	for i := range n {
		_, token, err := p.Invite(ctx, v.Session, person.NewPerson{Member: app.OperatorName, Login: fmt.Sprintf("page-%d", i), Name: "P", Role: member.RoleAnalyst})
		must(err)
		secret, err := p.TakeLink(ctx, token, "P", "a benchmark")
		must(err)
		secrets = append(secrets, secret)
	}
	return secrets
}

// reader is an open page: a connection that is read line by line.
type reader struct {
	conn net.Conn
	in   *bufio.Reader
	got  chan arrived
}

type arrived struct {
	n  int
	at time.Time
}

func newReader(b *testing.B, addr, secret string) *reader {
	b.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	fmt.Fprintf(c, "GET /live/events HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\nCookie: tocsin=%s\r\n\r\n", addr, secret)
	r := &reader{conn: c, in: bufio.NewReaderSize(c, 4096), got: make(chan arrived, int(eventsTime/time.Second)*eventRate+1)}
	if line, err := r.in.ReadString('\n'); err != nil || !strings.Contains(line, " 200 ") {
		b.Fatalf("the stream is answered %q, %v", line, err)
	}
	for { // up to the greeting: it is counted in, and follows from here
		line, err := r.in.ReadString('\n')
		if err != nil {
			b.Fatal(err)
		}
		if strings.HasPrefix(line, ": tocsin") {
			return r
		}
	}
}

func (r *reader) run() {
	for {
		line, err := r.in.ReadString('\n')
		if err != nil {
			return
		}
		if _, rest, ok := strings.Cut(line, `"value":"event`); ok {
			n := 0
			fmt.Sscanf(rest, "%d[", &n)
			r.got <- arrived{n, time.Now()}
		}
	}
}

// residentOf is this process's memory in MB, as the kernel counts it, with what the
// runtime needs no more given back.
func residentOf(b *testing.B) float64 {
	b.Helper()
	debug.FreeOSMemory()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skipf("skipped: memory is read from /proc: %v", err)
	}
	for line := range strings.Lines(string(status)) {
		var kb float64
		if _, err := fmt.Sscanf(line, "VmRSS: %f kB", &kb); err == nil {
			return kb / 1024
		}
	}
	b.Fatal("no VmRSS in /proc/self/status")
	return 0
}
