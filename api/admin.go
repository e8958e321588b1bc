package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/held"
	"tocsin/member"
)

// Thing is what the reader may know of a value.
type Thing struct {
	Kind      string    `json:"kind"`
	Value     string    `json:"value"`
	InForce   bool      `json:"in_force"`
	Reporters int       `json:"reporters"`
	Reports   int       `json:"reports"`
	FirstSeen time.Time `json:"first_seen"`
	LastSeen  time.Time `json:"last_seen"`
	Until     time.Time `json:"valid_until,omitzero"`
}

func (h *handler) thing(w http.ResponseWriter, r *http.Request) {
	h.as(w, r, http.StatusOK, func(ctx context.Context, s member.Session) (any, error) {
		rec, err := h.x.Look(ctx, s, r.URL.Query().Get("value"))
		if err != nil {
			return nil, err
		}
		return Thing{Kind: string(rec.Thing.Kind), Value: rec.Thing.Value, InForce: rec.InForce(), Reporters: rec.Reporters, Reports: rec.Reports,
			FirstSeen: time.UnixMicro(rec.First).UTC(), LastSeen: time.UnixMicro(rec.Last).UTC(), Until: rec.Until}, nil
	})
}

// Passage is a held passage; its text is only in the answer for one passage.
type Passage struct {
	ID      string    `json:"id"`
	Object  string    `json:"object"`
	Path    string    `json:"path"`
	Type    string    `json:"type"`
	Reason  string    `json:"reason"`
	Entry   int64     `json:"entry"`
	Since   time.Time `json:"since"`
	State   string    `json:"state"`
	Text    string    `json:"text,omitempty"`
	Before  string    `json:"before,omitempty"`
	After   string    `json:"after,omitempty"`
	Whole   bool      `json:"whole,omitempty"` // the object's very value: nothing of it is out yet
	Decided int64     `json:"decided,omitempty"`
}

func passageOf(p held.Passage) Passage {
	return Passage{ID: p.ID, Object: p.Object, Path: p.Path, Type: p.Kind, Reason: p.Reason, Entry: p.Index, Since: time.UnixMicro(p.Created).UTC(),
		State: held.StateName(p.State), Whole: p.Whole, Decided: p.Decided}
}

func (h *handler) reviewList(w http.ResponseWriter, r *http.Request) {
	h.as(w, r, http.StatusOK, func(ctx context.Context, s member.Session) (any, error) {
		const most = 1000
		ps, err := h.x.ReviewQueue(ctx, s, most)
		out := make([]Passage, 0, len(ps))
		for _, p := range ps {
			out = append(out, passageOf(p))
		}
		return map[string]any{"passages": out}, err
	})
}

func (h *handler) reviewShow(w http.ResponseWriter, r *http.Request) {
	h.as(w, r, http.StatusOK, func(ctx context.Context, s member.Session) (any, error) {
		p, secret, err := h.x.ReviewShow(ctx, s, r.PathValue("id"))
		if err != nil {
			return nil, err
		}
		out := passageOf(p)
		out.Text, out.Before, out.After = secret.Text, secret.Before, secret.After
		return out, nil
	})
}

func (h *handler) reviewDecide(w http.ResponseWriter, r *http.Request) {
	h.as(w, r, http.StatusCreated, func(ctx context.Context, s member.Session) (any, error) {
		var in struct{ Verdict, Why string }
		if err := body(w, r, &in); err != nil {
			return nil, err
		}
		if in.Verdict != "release" && in.Verdict != "remove" {
			return nil, fault.At(fault.Invalid, "verdict", "is release or remove")
		}
		f, err := h.x.Decide(ctx, s, r.PathValue("id"), in.Verdict == "release", in.Why)
		if err != nil {
			return nil, err
		}
		return AnswerOf(&f), nil
	})
}

// Me is who a key belongs to and what it may read.
type Me struct {
	Member      string   `json:"member"`
	Role        string   `json:"role"`
	Named       bool     `json:"named"`
	FeedOnly    bool     `json:"feed_only,omitempty"`
	Collections []string `json:"collections"`
	LogKey      string   `json:"log_public_key"`
}

func (h *handler) me(w http.ResponseWriter, r *http.Request) {
	h.as(w, r, http.StatusOK, func(ctx context.Context, s member.Session) (any, error) {
		m := Me{Member: s.Member.Name, Role: string(s.Member.Role), Named: s.Member.Named, FeedOnly: s.FeedOnly, LogKey: h.x.Keys().VerifierKey()}
		for _, a := range s.Audiences {
			m.Collections = append(m.Collections, member.CollectionName(s, a))
		}
		return m, nil
	})
}

// MemberInfo is a member as lists show it.
type MemberInfo struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	Role      string    `json:"role"`
	Named     bool      `json:"named"`
	Publisher bool      `json:"publisher,omitempty"`
	Domains   []string  `json:"domains,omitempty"`
	Created   time.Time `json:"created"`
}

// MemberInfoOf makes it.
func MemberInfoOf(m member.Member) MemberInfo {
	return MemberInfo{int64(m.ID), m.Name, string(m.Role), m.Named, m.Publisher, m.Domains, m.Created}
}

// operator runs f for an operator only.
func (h *handler) operator(w http.ResponseWriter, r *http.Request, code int, f func(ctx context.Context, a exchange.Admin) (any, error)) {
	h.as(w, r, code, func(ctx context.Context, s member.Session) (any, error) {
		a, err := h.x.Admin(s)
		if err != nil {
			return nil, err
		}
		return f(ctx, a)
	})
}

func (h *handler) members(w http.ResponseWriter, r *http.Request) {
	h.operator(w, r, http.StatusOK, func(ctx context.Context, a exchange.Admin) (any, error) {
		ms, err := a.Members(ctx)
		out := make([]MemberInfo, 0, len(ms))
		for _, m := range ms {
			out = append(out, MemberInfoOf(m))
		}
		return map[string]any{"members": out}, err
	})
}

func (h *handler) memberAdd(w http.ResponseWriter, r *http.Request) {
	h.operator(w, r, http.StatusCreated, func(ctx context.Context, a exchange.Admin) (any, error) {
		var in struct {
			Name, Role string
			Publisher  bool
			Domains    []string
		}
		if err := body(w, r, &in); err != nil {
			return nil, err
		}
		m, err := a.AddMember(ctx, member.NewMember{Name: in.Name, Role: member.Role(in.Role), Publisher: in.Publisher, Domains: in.Domains})
		return MemberInfoOf(m), err
	})
}

func (h *handler) memberRemove(w http.ResponseWriter, r *http.Request) {
	h.operator(w, r, 0, func(ctx context.Context, a exchange.Admin) (any, error) {
		return nil, a.RemoveMember(ctx, r.PathValue("name"))
	})
}

// memberNamed is the member's own consent to be named, or its end.
func (h *handler) memberNamed(w http.ResponseWriter, r *http.Request) {
	h.as(w, r, 0, func(ctx context.Context, s member.Session) (any, error) {
		var in struct{ Named bool }
		if err := body(w, r, &in); err != nil {
			return nil, err
		}
		return nil, h.x.Consent(ctx, s, r.PathValue("name"), in.Named)
	})
}

// trust is a receiver's own word on what a source, named as the receiver sees it, may do at its defences.
func (h *handler) trust(w http.ResponseWriter, r *http.Request) {
	h.as(w, r, 0, func(ctx context.Context, s member.Session) (any, error) {
		var in struct{ Trust string }
		if err := body(w, r, &in); err != nil {
			return nil, err
		}
		return nil, h.x.Trust(ctx, s, r.PathValue("source"), member.Trust(in.Trust))
	})
}

// KeyInfo is a key without its secret, or with it, once.
type KeyInfo struct {
	ID      int64     `json:"id"`
	Member  string    `json:"member"`
	Feed    bool      `json:"feed,omitempty"`
	Hint    string    `json:"hint"`
	Created time.Time `json:"created"`
	Until   time.Time `json:"until,omitzero"` // it was rotated, and ends then
	Used    time.Time `json:"used,omitzero"`  // last, about
	Key     string    `json:"key,omitempty"`
}

// KeyInfoOf makes it.
func KeyInfoOf(k member.Key, secret string) KeyInfo {
	return KeyInfo{k.ID, k.Member, k.Feed, k.Hint, k.Created, k.Until, k.Used, secret}
}

func (h *handler) keys(w http.ResponseWriter, r *http.Request) {
	h.as(w, r, http.StatusOK, func(ctx context.Context, s member.Session) (any, error) {
		name := r.URL.Query().Get("member")
		list := func() ([]member.Key, error) { return h.x.KeysOf(ctx, s, name) }
		if a, err := h.x.Admin(s); err == nil {
			list = func() ([]member.Key, error) { return a.Keys(ctx, name) } // "" for everybody's
		}
		ks, err := list()
		out := make([]KeyInfo, 0, len(ks))
		for _, k := range ks {
			out = append(out, KeyInfoOf(k, ""))
		}
		return map[string]any{"keys": out}, err
	})
}

func (h *handler) keyAdd(w http.ResponseWriter, r *http.Request) {
	h.as(w, r, http.StatusCreated, func(ctx context.Context, s member.Session) (any, error) {
		var in struct {
			Member string // "" for one's own
			Feed   bool
		}
		if err := body(w, r, &in); err != nil {
			return nil, err
		}
		secret, k, err := h.x.AddKey(ctx, s, in.Member, in.Feed)
		return KeyInfoOf(k, secret), err
	})
}

func (h *handler) keyRemove(w http.ResponseWriter, r *http.Request) {
	h.as(w, r, 0, func(ctx context.Context, s member.Session) (any, error) {
		id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err != nil {
			return nil, fault.New(fault.Invalid, "a key is removed by its number; `key list` shows it")
		}
		return nil, h.x.RemoveKey(ctx, s, id)
	})
}

func (h *handler) keyRotate(w http.ResponseWriter, r *http.Request) {
	h.as(w, r, http.StatusCreated, func(ctx context.Context, s member.Session) (any, error) {
		id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err != nil {
			return nil, fault.New(fault.Invalid, "a key is rotated by its number; `key list` shows it")
		}
		secret, k, err := h.x.RotateKey(ctx, s, nil, id)
		return KeyInfoOf(k, secret), err
	})
}

// GroupInfo is a sharing group and who is in it.
type GroupInfo struct {
	Name    string   `json:"name"`
	Members []string `json:"members"`
}

func (h *handler) groups(w http.ResponseWriter, r *http.Request) {
	h.operator(w, r, http.StatusOK, func(ctx context.Context, a exchange.Admin) (any, error) {
		gs, err := a.Groups(ctx)
		out := make([]GroupInfo, 0, len(gs))
		for _, g := range gs {
			out = append(out, GroupInfo{g.Name, g.Members})
		}
		return map[string]any{"groups": out}, err
	})
}

func (h *handler) groupAdd(w http.ResponseWriter, r *http.Request) {
	h.operator(w, r, http.StatusCreated, func(ctx context.Context, a exchange.Admin) (any, error) {
		var in GroupInfo
		if err := body(w, r, &in); err != nil {
			return nil, err
		}
		g, err := a.AddGroup(ctx, in.Name, in.Members)
		return GroupInfo{g.Name, in.Members}, err
	})
}

func (h *handler) groupRemove(w http.ResponseWriter, r *http.Request) {
	h.operator(w, r, 0, func(ctx context.Context, a exchange.Admin) (any, error) {
		return nil, a.RemoveGroup(ctx, r.PathValue("name"))
	})
}

func (h *handler) groupJoin(w http.ResponseWriter, r *http.Request) {
	h.operator(w, r, 0, func(ctx context.Context, a exchange.Admin) (any, error) {
		return nil, a.AddToGroup(ctx, r.PathValue("name"), r.PathValue("member"))
	})
}

func (h *handler) groupLeave(w http.ResponseWriter, r *http.Request) {
	h.operator(w, r, 0, func(ctx context.Context, a exchange.Admin) (any, error) {
		return nil, a.RemoveFromGroup(ctx, r.PathValue("name"), r.PathValue("member"))
	})
}
