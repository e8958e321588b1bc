package public

import (
	"strconv"
	"strings"

	"tocsin/exchange"
	"tocsin/web/frame"
)

func (p *pages) log(v *frame.Visit) error {
	checkpoint, err := p.site.Exchange.Checkpoint(v.R.Context())
	if err != nil {
		return err
	}
	size, err := strconv.ParseInt(strings.SplitN(string(checkpoint), "\n", 3)[1], 10, 64)
	if err != nil {
		return err // a checkpoint has its size in the second line
	}
	keys := p.site.Exchange.Keys()
	return p.show(v, "log", false, struct {
		all
		Origin, Key, Checkpoint string
		Size                    int64
		Checked                 exchange.TreeChecked
		Never                   bool
	}{p.all(v, "log"), keys.Origin(), keys.VerifierKey(), string(checkpoint), size, p.tree.Last(), p.tree.Last().At.IsZero()})
}

// recompute recomputes the tree, at most once a minute whoever asks, and shows the log again.
func (p *pages) recompute(v *frame.Visit) error {
	found, err := p.tree.Check(v.R.Context())
	if err != nil {
		return err
	}
	if found.Err != nil {
		p.site.Log.ErrorContext(v.R.Context(), "the log's tree is not what its leaves make", "err", found.Err)
	}
	return v.Go("/public/log" + p.all(v, "log").Q + "#tree")
}
