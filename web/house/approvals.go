package house

import (
	"fmt"
	"time"

	"tocsin/approval"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/web/frame"
)

// request is something that a second person decides, as the page shows it.
type request struct {
	approval.Request
	What   string // key of its word
	Name   string // what it is about; "" when that is gone
	Asker  string
	Second string
	Mine   bool // the visitor asked for it
	Open   bool
	Left   time.Duration
	State  string // word of state
	Loss   loss
	Done   string
}

type approvalsPage struct {
	Problem problem
	List    list[request]
	Waiting int
	Full    bool // older requests than the list has may be there
}

// kinds are the kinds of loss of the gravest acts.
var kinds = map[string]string{exchange.GraveMember: "member", exchange.GraveKey: "key", exchange.GraveGroup: "group", exchange.GravePerson: "person",
	exchange.GraveRole: "role", exchange.GraveRaise: "raise", exchange.GraveAddKey: "newkey", exchange.GraveRotate: "rotate", exchange.GraveRelease: "passage",
	exchange.GraveJoin: "join", exchange.GraveLeave: "leave"}

// states are the words of state of requests.
var states = map[approval.State]string{approval.Waiting: "waits", approval.Expired: "expired", approval.Doing: "unknown", approval.Done: "done", approval.Refused: "refused", approval.Failed: "failed"}

// read makes a request ready to be shown.
func (d *desk) read(v *frame.Visit, r approval.Request) (out request, err error) {
	ctx := v.R.Context()
	out = request{Request: r, What: "what." + kinds[r.Act], Mine: r.Asker == v.Visitor.Session.Person, Open: r.State == approval.Waiting, State: states[r.State], Left: time.Until(r.Until)}
	if out.Asker, err = d.people.Name(ctx, r.Asker); err != nil {
		return out, err
	}
	if out.Second, err = d.people.Name(ctx, r.Decider); err != nil {
		return out, err
	}
	g, err := exchange.GraveOf(r)
	if err != nil {
		return out, err
	}
	id := int64(g.Member) + g.Key + int64(g.Group) + g.Person // one of them
	switch kind := kinds[r.Act]; kind {
	case "passage":
		out.Name = g.Passage
	case "join", "leave":
		m, _ := d.memberBy(v, g.Member) // one that is gone has no name any more
		group, _ := d.x.GroupName(ctx, g.Group)
		out.Name = m.Name + ", " + group
		out.Loss.Lines = []line{{"eye", kind + ".reads", plain, ""}}
	case "role", "raise":
		out.Name, err = d.people.Name(ctx, g.Person)
		out.Loss.Lines = []line{{"people", "then." + string(g.Role), plain, ""}}
	case "newkey", "rotate":
		m, err := d.memberBy(v, g.Member)
		if out.Name = m.Name; fault.KindOf(err) == fault.NotFound {
			out.Name, err = fmt.Sprintf("member %d", g.Member), nil
		}
		out.Loss.Lines = []line{{"key", "come.key", plain, ""}, {"people", "come.shown", plain, ""}}
		if kind == "rotate" {
			out.Loss.Lines[0] = line{"key", "rotate.old", plain, ""}
		}
		return out, err
	default:
		out.Loss, err = d.lossOf(v, kind, id)
		if fault.KindOf(err) == fault.NotFound { // it is gone, or was never the visitor's
			out.Name, err = fmt.Sprintf("%s %d", kind, id), nil
		} else {
			out.Name = out.Loss.Name
		}
	}
	return out, err
}

// requestRows is how many requests stand on one page: each is looked up with what it is about.
const requestRows = 20

func (d *desk) approvals(v *frame.Visit) error {
	all, err := d.x.Requests(v.R.Context(), v.Visitor.Session, approval.MaxList)
	if err != nil {
		return err
	}
	b := approvalsPage{Full: len(all) == approval.MaxList}
	for _, r := range all {
		if r.State == approval.Waiting {
			b.Waiting++
		}
	}
	page := part(all, after(v), requestRows, pageRoom, func(r approval.Request) int64 { return -r.ID }, func(approval.Request) int { return 0 })
	b.List = list[request]{Total: page.Total, Next: page.Next, More: page.More, Later: page.Later}
	for _, r := range page.Rows {
		out, err := d.read(v, r)
		if err != nil {
			return err
		}
		b.List.Rows = append(b.List.Rows, out)
	}
	return d.show(v, "approvals", d.Word(v, "approvals.title"), "members", problem{}, b)
}

type approvalPage struct {
	Problem problem
	R       request
}

func (d *desk) approval(v *frame.Visit) error { return d.showApproval(v, problem{}) }

func (d *desk) showApproval(v *frame.Visit, p problem) error {
	id, err := number(v)
	if err != nil {
		return err
	}
	r, err := d.x.Request(v.R.Context(), v.Visitor.Session, id)
	if err != nil {
		return err
	}
	out, err := d.read(v, r)
	if err != nil {
		return err
	}
	return d.show(v, "approval", d.Word(v, "approval.title"), "members", p, approvalPage{p, out})
}

// decide is the second person's word, or the first one's who takes it back.
func (d *desk) decide(v *frame.Visit) error {
	id, err := number(v)
	if err != nil {
		return err
	}
	ctx, s := v.R.Context(), v.Visitor.Session
	switch value(v, "do") {
	case "approve":
		var done exchange.Approved
		if done, err = d.x.Approve(ctx, s, d.people, id); err == nil && done.Secret != "" {
			return d.showKey(v, done)
		}
	case "refuse":
		_, err = d.x.RefuseRequest(ctx, s, id)
	default:
		err = fault.New(fault.Invalid, "say whether you approve or refuse")
	}
	if fault.KindOf(err) == fault.NotFound {
		if _, gone := d.x.Request(ctx, s, id); gone != nil {
			return err
		}
	}
	if p, ok := told(err, "do"); ok || fault.KindOf(err) == fault.Gone {
		if !ok {
			p = problem{frame.Said(err), "do"}
		}
		return d.showApproval(v, p)
	}
	if err != nil {
		return err
	}
	return v.Go("/approvals")
}

// showKey shows a key to whoever approved that it is made: once, and to nobody else.
func (d *desk) showKey(v *frame.Visit, done exchange.Approved) error {
	g, err := exchange.GraveOf(done.Request)
	if err != nil {
		return err
	}
	m, err := d.memberBy(v, g.Member)
	if err != nil {
		return err
	}
	return d.showOnce(v, once{What: "key", Name: m.Name, Value: done.Secret, Asked: true, Back: "/approvals"})
}
