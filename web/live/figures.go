package live

import (
	"encoding/json"
	"time"

	"tocsin/web/frame"
)

// figures gives the numbers at the head of the page as they are now, for its
// script: it asks at most once a second, after rows came. Without script they are
// of when the page was read.
func (l *live) figures(v *frame.Visit) error {
	head, err := l.x.Head(v.R.Context())
	if err != nil {
		return err
	}
	now := map[string]int64{"head": head.Size}
	if day, ok := l.tally.of(v.R.Context(), v.Visitor.Session, head.Size, time.Now().UTC()); ok {
		now["in-force"], now["today"], now["mine-today"], now["back-today"] = day.InForce, day.New, day.Yours, day.Recalled
	}
	text, err := json.Marshal(now)
	if err != nil {
		panic(err) // numbers always marshal
	}
	v.W.Header().Set("Content-Type", "application/json")
	v.W.Header().Set("Cache-Control", "no-store")
	_, err = v.W.Write(text)
	return err
}
