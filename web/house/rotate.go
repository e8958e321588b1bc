package house

import (
	"fmt"
	"slices"

	"tocsin/exchange"
	"tocsin/member"
	"tocsin/web/frame"
)

type rotatePage struct {
	Problem problem
	Key     member.Key
	Member  member.Member
	Two     bool
	Reason  string
}

// keyOf finds a key of one's own, or, for an operator, any.
func (d *desk) keyOf(v *frame.Visit, id int64) (b rotatePage, err error) {
	ctx, s := v.R.Context(), v.Visitor.Session
	keys, err := d.x.KeysOf(ctx, s, "")
	if a, no := d.x.Admin(s); no == nil {
		keys, err = a.Keys(ctx, "")
	}
	if err != nil {
		return b, err
	}
	i := slices.IndexFunc(keys, func(k member.Key) bool { return k.ID == id })
	if i < 0 {
		return b, errNone
	}
	b.Key = keys[i]
	of, err := d.x.Members().Session(ctx, b.Key.Member)
	if err != nil {
		return b, err
	}
	b.Member = of.Member
	n, err := d.people.Operators(ctx)
	b.Two = n >= 2 && b.Member.Role == member.RoleOperator && !b.Key.Feed
	return b, err
}

func (d *desk) askRotate(v *frame.Visit) error { return d.showRotate(v, problem{}) }

func (d *desk) showRotate(v *frame.Visit, p problem) error {
	id, err := number(v)
	if err != nil {
		return err
	}
	b, err := d.keyOf(v, id)
	if err != nil {
		return err
	}
	if b.Problem = p; p.Text != "" {
		b.Reason = value(v, "reason")
	}
	return d.show(v, "rotate", d.Word(v, "rotate.title"), "members", p, b)
}

// rotate makes the new key and shows it, or asks the second person.
func (d *desk) rotate(v *frame.Visit) error {
	id, err := number(v)
	if err != nil {
		return err
	}
	b, err := d.keyOf(v, id)
	if err != nil {
		return err
	}
	if b.Two {
		err = d.ask(v, exchange.Grave{Act: exchange.GraveRotate, Member: b.Member.ID, Key: id})
		if p, ok := told(err, "reason"); ok {
			return d.showRotate(v, p)
		}
		return err
	}
	secret, k, err := d.x.RotateKey(v.R.Context(), v.Visitor.Session, d.people, id)
	if p, ok := told(err, "do"); ok {
		return d.showRotate(v, p)
	}
	if err != nil {
		return err
	}
	return d.showOnce(v, once{What: "key", Name: k.Member, Value: secret, Feed: k.Feed, Back: fmt.Sprintf("/members/%d", b.Member.ID)})
}
