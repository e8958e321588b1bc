package stream

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin/fault"
	"tocsin/member"
)

// hub is all sources and readers of one kind of stream on one node.
type hub struct {
	log  Log
	kind Kind

	mu      sync.Mutex
	sources map[string]*source // by audiences and their names
	readers int
	alone   map[member.ID]*lane // of members with readers
	people  map[int64]int       // readers of people who signed in
}

func newHub(log Log, kind Kind) *hub {
	return &hub{log: log, kind: kind, sources: map[string]*source{}, alone: map[member.ID]*lane{}, people: map[int64]int{}}
}

// lane bounds how many readers of one member read on alone at once, so that what
// they hold is bounded, and a member that stalls delays only its own readers.
type lane struct {
	slots   chan struct{}
	readers int
}

// aloneAtOnce is for each member; each holds what one call of Events gives.
const aloneAtOnce = 4

// enter counts a reader in and gives the slots of its member; leave counts it
// out. fault.Busy when the person, the member, or all together, have as many as may be.
func (h *hub) enter(s member.Session) (slots chan struct{}, leave func(), err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.readers >= maxReaders {
		return nil, nil, fault.New(fault.Busy, "%d readers follow the stream already", maxReaders)
	}
	if s.Person != 0 && h.people[s.Person] >= h.kind.OfPerson {
		return nil, nil, fault.New(fault.Busy, "you follow the stream in %d places already; end one of them first", h.kind.OfPerson)
	}
	m := s.Member.ID
	l := h.alone[m]
	if l == nil {
		l = &lane{slots: make(chan struct{}, aloneAtOnce)}
	}
	if l.readers >= h.kind.OfMember {
		return nil, nil, fault.New(fault.Busy, "%d readers of this member follow the stream already; end one of them first", h.kind.OfMember)
	}
	h.alone[m] = l
	h.readers++
	l.readers++
	if s.Person != 0 {
		h.people[s.Person]++
	}
	return l.slots, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.readers--
		if l.readers--; l.readers == 0 {
			delete(h.alone, m)
		}
		if s.Person != 0 {
			if h.people[s.Person]--; h.people[s.Person] == 0 {
				delete(h.people, s.Person)
			}
		}
	}, nil
}

// source reads and encodes the events of one set of audiences while it has readers.
type source struct {
	hub   *hub
	key   string
	auds  []member.Audience
	names map[member.Audience]string
	stop  context.CancelFunc
	done  chan struct{}
	refs  int // guarded by hub.mu

	mu     sync.Mutex
	window window
	rights int64         // of the head when it was last read
	fresh  chan struct{} // closed when window or rights changed
}

// join gives the source of a session's audiences, begun if need be.
func (h *hub) join(ctx context.Context, s member.Session) (*source, error) {
	head, err := h.log.Head(ctx)
	if err != nil {
		return nil, err
	}
	key := sourceKey(s)
	h.mu.Lock()
	defer h.mu.Unlock()
	src := h.sources[key]
	if src == nil {
		run, stop := context.WithCancel(context.WithoutCancel(ctx))
		src = &source{hub: h, key: key, auds: slices.Clone(s.Audiences), names: names(s), stop: stop, done: make(chan struct{}),
			window: newWindow(head.Added), rights: head.Rights, fresh: make(chan struct{})}
		h.sources[key] = src
		go src.run(run, head.Size)
	}
	src.refs++
	return src, nil
}

// sourceKey tells sets of audiences apart, and their names, which stand in events.
func sourceKey(s member.Session) string {
	var b strings.Builder
	for _, a := range s.Audiences {
		fmt.Fprintf(&b, "%d %q\n", a, member.CollectionName(s, a))
	}
	return b.String()
}

// leave ends a source with its last reader, and waits for that.
func (src *source) leave() {
	src.hub.mu.Lock()
	src.refs--
	last := src.refs == 0
	if last {
		delete(src.hub.sources, src.key)
	}
	src.hub.mu.Unlock()
	if last {
		src.stop()
		<-src.done
	}
}

// rightsEvery is how soon a change of rights is seen while nothing is filed.
const rightsEvery = time.Second

// run reads what is new until it is stopped.
func (src *source) run(ctx context.Context, size int64) {
	defer close(src.done)
	for ctx.Err() == nil {
		n, err := src.advance(ctx)
		if err != nil { // the database is away, as every other door says: readers wait for it
			pause(ctx, rightsEvery)
			continue
		}
		size = max(size, n)
		wait, cancel := context.WithTimeout(ctx, rightsEvery)
		_, _ = src.hub.log.Wait(wait, size) // an error is seen again by the next reading
		cancel()
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// advance brings the window up to the head and gives the log's size there.
func (src *source) advance(ctx context.Context) (int64, error) {
	head, err := src.hub.log.Head(ctx)
	if err != nil {
		return 0, err
	}
	for {
		src.mu.Lock()
		after, rights := src.window.upTo, src.rights
		src.mu.Unlock()
		if after >= head.Added {
			if rights != head.Rights {
				src.tell(func() { src.rights = head.Rights })
			}
			return head.Size, nil
		}
		b, err := src.hub.read(ctx, src.auds, src.names, after, head.Added)
		if err != nil {
			return 0, err
		}
		src.tell(func() { src.rights = head.Rights; src.window.add(b) })
	}
}

// tell changes the source and wakes its readers.
func (src *source) tell(change func()) {
	src.mu.Lock()
	defer src.mu.Unlock()
	change()
	close(src.fresh)
	src.fresh = make(chan struct{})
}

// read reads and encodes events.
func (h *hub) read(ctx context.Context, auds []member.Audience, names map[member.Audience]string, after, head int64) (batch, error) {
	events, upTo, err := h.log.Events(ctx, auds, after, head)
	b := batch{after: after, upTo: upTo}
	if err != nil {
		return b, err
	}
	for i := range events {
		b.data = appendFrame(b.data, h.kind.Encode, &events[i], names[events[i].Aud])
		b.ats = append(b.ats, events[i].At)
		b.ends = append(b.ends, len(b.data))
	}
	return b, nil
}
