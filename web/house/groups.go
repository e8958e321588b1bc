package house

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"tocsin/approval"
	"tocsin/exchange"
	"tocsin/member"
	"tocsin/web/frame"
)

// groupRow is a sharing group in the operator's table.
type groupRow struct {
	member.Group
	Members int
	Full    bool  // something was shared with it
	Closing int64 // the request to close it that waits; 0 for none
}

type groupsPage struct {
	Problem problem
	List    list[groupRow]
	Name    string // as typed, when it wasn't taken
}

func (d *desk) groups(v *frame.Visit) error { return d.showGroups(v, problem{}) }

func (d *desk) showGroups(v *frame.Visit, p problem) error {
	ctx := v.R.Context()
	a, err := d.x.Admin(v.Visitor.Session)
	if err != nil {
		return err
	}
	all, err := a.Groups(ctx)
	if err != nil {
		return err
	}
	closing, err := d.closing(v)
	if err != nil {
		return err
	}
	rows := make([]groupRow, len(all))
	for i, g := range all {
		rows[i] = groupRow{Group: g.Group, Members: len(g.Members), Closing: closing[g.Audience]}
	}
	b := groupsPage{Problem: p}
	b.List = part(rows, after(v), pageRows, pageRoom, func(g groupRow) int64 { return int64(g.Audience) }, func(g groupRow) int { return 550 + width(g.Name) })
	for i := range b.List.Rows {
		if b.List.Rows[i].Full, err = d.x.HasContent(ctx, b.List.Rows[i].Audience); err != nil {
			return err
		}
	}
	if p.Text != "" {
		b.Name = value(v, "name")
	}
	return d.show(v, "groups", d.Word(v, "groups.title"), "members", p, b)
}

// closing gives the requests that wait to close a group, by group.
func (d *desk) closing(v *frame.Visit) (map[member.Audience]int64, error) {
	requests, err := d.x.Requests(v.R.Context(), v.Visitor.Session, approval.MaxList)
	out := map[member.Audience]int64{}
	for _, r := range requests {
		if r.Act != exchange.GraveGroup || r.State != approval.Waiting {
			continue
		}
		if g, err := exchange.GraveOf(r); err == nil {
			out[g.Group] = r.ID
		}
	}
	return out, err
}

func (d *desk) addGroup(v *frame.Visit) error {
	a, err := d.x.Admin(v.Visitor.Session)
	if err != nil {
		return err
	}
	g, err := a.AddGroup(v.R.Context(), value(v, "name"), nil)
	if p, ok := told(err, "name"); ok {
		return d.showGroups(v, p)
	}
	if err != nil {
		return err
	}
	return v.Go(groupPath(g.Audience))
}

func groupPath(a member.Audience) string { return fmt.Sprintf("/groups/%d", a) }

type groupPage struct {
	Problem problem
	groupRow
	List   list[member.Member]
	Others []string // that may be put in: as many as the page has room for
	Hidden int      // more of them
	Typed  string
}

// suggestRoom bounds the names that the field of the page of a group suggests, in
// bytes of HTML.
const suggestRoom = 5_000

// groupOf finds the group of the address, and the acts of who administers it.
func (d *desk) groupOf(v *frame.Visit) (a exchange.Admin, g member.GroupInfo, err error) {
	id, err := number(v)
	if err != nil {
		return a, g, err
	}
	if a, err = d.x.Admin(v.Visitor.Session); err != nil {
		return a, g, err
	}
	g, err = d.groupBy(v.R.Context(), a, id)
	return a, g, err
}

// groupBy finds a group by its number.
func (d *desk) groupBy(ctx context.Context, a exchange.Admin, id int64) (member.GroupInfo, error) {
	groups, err := a.Groups(ctx)
	if err != nil {
		return member.GroupInfo{}, err
	}
	if i := slices.IndexFunc(groups, func(g member.GroupInfo) bool { return int64(g.Audience) == id }); i >= 0 {
		return groups[i], nil
	}
	return member.GroupInfo{}, errNone
}

func (d *desk) group(v *frame.Visit) error { return d.showGroup(v, problem{}) }

func (d *desk) showGroup(v *frame.Visit, p problem) error {
	ctx := v.R.Context()
	a, g, err := d.groupOf(v)
	if err != nil {
		return err
	}
	all, err := a.Members(ctx)
	if err != nil {
		return err
	}
	closing, err := d.closing(v)
	if err != nil {
		return err
	}
	b := groupPage{Problem: p, groupRow: groupRow{Group: g.Group, Members: len(g.Members), Closing: closing[g.Audience]}}
	if b.Full, err = d.x.HasContent(ctx, g.Audience); err != nil {
		return err
	}
	within := make(map[string]bool, len(g.Members))
	for _, name := range g.Members {
		within[name] = true
	}
	var in []member.Member
	room := suggestRoom
	for _, m := range all {
		if within[m.Name] {
			in = append(in, m)
		} else if room -= 30 + width(m.Name); room < 0 {
			b.Hidden++
		} else {
			b.Others = append(b.Others, m.Name)
		}
	}
	b.List = part(in, after(v), pageRows, pageRoom-suggestRoom, func(m member.Member) int64 { return int64(m.ID) }, func(m member.Member) int { return 400 + 3*width(m.Name) })
	if p.Text != "" {
		b.Typed = value(v, "member")
	}
	return d.show(v, "group", frame.Visible(g.Name), "members", p, b)
}

// join puts a member into a group, or takes it out.
func (d *desk) join(v *frame.Visit) error {
	ctx := v.R.Context()
	a, g, err := d.groupOf(v)
	if err != nil {
		return err
	}
	change, kind := a.AddToGroup, "join"
	if value(v, "do") == "out" {
		change, kind = a.RemoveFromGroup, "leave"
	}
	of, err := d.x.Members().Session(ctx, value(v, "member"))
	if within := slices.Contains(g.Members, of.Member.Name); err != nil || within == (kind == "join") {
		word := map[bool]string{true: "group.already", false: "group.out"}[within]
		if err != nil {
			word = "group.unknown"
		}
		return d.showGroup(v, problem{d.Word(v, word), "member"})
	}
	full, err := d.x.HasContent(ctx, g.Audience)
	if err != nil {
		return err
	}
	if full { // what it means stands on a page of its own
		return v.Go(fmt.Sprintf("/remove/%s/%d?member=%s", kind, g.Audience, url.QueryEscape(value(v, "member"))))
	}
	err = change(ctx, g.Name, value(v, "member"))
	if p, ok := told(err, "member"); ok {
		return d.showGroup(v, p)
	}
	if err != nil {
		return err
	}
	return v.Go(groupPath(g.Audience))
}
