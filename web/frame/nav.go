package frame

import "tocsin/member"

// NavGroup is a part of the navigation with its heading.
type NavGroup struct {
	Heading string // key of its word
	Items   []NavItem
}

// NavItem is one place to go.
type NavItem struct {
	Key   string // of its word, and of Page.Active
	Path  string
	Icon  string
	Waits int64 // how much waits there; 0 shows nothing
}

// nav gives what a visitor may use, and nothing else (interface.md section 3).
func nav(s member.Session, waiting int64) []NavGroup {
	may := func(a member.Act, items ...NavItem) []NavItem {
		if s.May(a) != nil {
			return nil
		}
		return items
	}
	share := may(member.ActFile, NavItem{Key: "ring", Path: "/ring", Icon: "bell"})
	share = append(share, may(member.ActRead,
		NavItem{Key: "live", Path: "/live", Icon: "live"}, NavItem{Key: "search", Path: "/search", Icon: "search"})...)
	share = append(share, may(member.ActFile, NavItem{Key: "reports", Path: "/reports", Icon: "list"})...)
	desks := may(member.ActReview, NavItem{Key: "review", Path: "/review", Icon: "eye", Waits: waiting})
	house := may(member.ActOwn, NavItem{Key: "members", Path: "/members", Icon: "key"})
	house = append(house, may(member.ActAudit, NavItem{Key: "audit", Path: "/audit", Icon: "book"})...)
	house = append(house, may(member.ActOperate, NavItem{Key: "operator", Path: "/operator", Icon: "gauge"})...)
	house = append(house, NavItem{Key: "public", Path: "/public", Icon: "globe"})
	var out []NavGroup
	for _, g := range []NavGroup{{"nav.share", share}, {"nav.desks", desks}, {"nav.house", house}} {
		if len(g.Items) > 0 {
			out = append(out, g)
		}
	}
	return out
}
