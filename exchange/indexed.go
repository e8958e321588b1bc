package exchange

import (
	"context"
	"strings"

	"tocsin/archive"
	"tocsin/member"
	"tocsin/search"
)

// indexed is the log as the search index reads it.
type indexed struct{ *Exchange }

// Since implements search.Source.
func (x indexed) Since(ctx context.Context, after int64, f func(search.Doc) bool) error {
	return x.archive.After(ctx, x.db.Reader(), after, func(o archive.Object) bool {
		typ, _, _ := strings.Cut(o.ID, "--")
		return f(search.Doc{At: o.At, Aud: o.Aud, Type: typ, Raw: o.Raw})
	})
}

// Withdrawn implements search.Source.
func (x indexed) Withdrawn(ctx context.Context, after, until int64, limit int) (gone []search.Gone, upTo int64, err error) {
	groups, err := x.members.Groups(ctx)
	if err != nil {
		return nil, 0, err
	}
	var auds []int32
	for _, a := range member.Community() {
		auds = append(auds, int32(a))
	}
	for _, g := range groups {
		auds = append(auds, int32(g.Audience))
	}
	ws, err := x.archive.Withdrawals(ctx, x.db.Reader(), auds, after, until, limit)
	if err != nil {
		return nil, 0, err
	}
	if upTo = until; len(ws) == limit {
		upTo = ws[limit-1].At
	}
	for _, w := range ws {
		if w.Kind == archive.Recall {
			gone = append(gone, search.Gone{Aud: w.Aud, At: w.Target})
		}
	}
	return gone, upTo, nil
}

// CatchUp takes all that the log has into the search index: for a command or a test
// that runs without Follow.
func (x *Exchange) CatchUp(ctx context.Context) error { return x.index.CatchUp(ctx) }
