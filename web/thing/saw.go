package thing

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/intake"
	"tocsin/member"
	"tocsin/stix"
	"tocsin/web/frame"
)

// saw files a sighting of the value: it goes where the newest indicator in force
// that names it is, and no wider.
func (p pages) saw(v *frame.Visit) error {
	t, _, err := p.read(v)
	if fault.KindOf(err) == fault.NotFound {
		return p.missing(v)
	}
	if err != nil {
		return err
	}
	ctx, s := v.R.Context(), v.Visitor.Session
	page, err := p.x.ThingPage(ctx, s, t)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(page.Indicators, func(f exchange.Found) bool { return f.State == exchange.StateInForce && f.ID != "" })
	if i < 0 {
		return fault.New(fault.Conflict, "no indicator of this value is in force any more, so that there is nothing to have seen; file it as a report")
	}
	of := page.Indicators[i]
	body, err := sightingOf(of.ID, time.Now().UTC())
	if err != nil {
		return err
	}
	o := exchange.Options{Format: intake.STIX, Door: exchange.DoorWeb, Size: int64(len(body)), Collection: member.Audience(of.Aud)}
	if member.Audience(of.Aud) >= member.FirstGroup {
		o.Collection, o.Group = 0, of.Collection
	}
	filed, err := p.x.Accept(ctx, s, strings.NewReader(body), o)
	if err != nil {
		return err
	}
	return v.Go(fmt.Sprintf("/receipt/%d?new=1", filed.Index))
}

// sightingOf writes a sighting (STIX 2.1 section 5.2) of an indicator, seen now.
func sightingOf(indicator string, now time.Time) (string, error) {
	at := stix.FormatTime(now)
	object := map[string]any{"type": "sighting", "spec_version": "2.1", "id": exchange.NewID("sighting"), "created": at, "modified": at,
		"first_seen": at, "last_seen": at, "count": 1, "sighting_of_ref": indicator}
	b, err := json.Marshal(map[string]any{"type": "bundle", "id": exchange.NewID("bundle"), "objects": []any{object}})
	return string(b), err
}
