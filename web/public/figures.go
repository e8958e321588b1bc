package public

import (
	"time"

	"tocsin/exchange"
	"tocsin/web/frame"
)

// thisMonth gives the figures of the month that runs; all 0 when nothing came yet.
func thisMonth(c exchange.Counted) exchange.Month {
	now := time.Now().UTC().Format("2006-01")
	if len(c.Months) > 0 && c.Months[0].Month == now {
		return c.Months[0]
	}
	return exchange.Month{Month: now}
}

func (p *pages) numbers(v *frame.Visit) error {
	c, err := p.figures.Read(v.R.Context())
	if err != nil {
		return err
	}
	return p.show(v, "figures", c.Upto == c.Size, struct {
		all
		exchange.Counted
		Chart chart
	}{p.all(v, "figures"), c, draw(c.Months)})
}

// chart is the objects that were shared, as bars on a field of 640 by 200.
type chart struct {
	Bars []bar
	Most int64
}

type bar struct {
	X, Y, Width, Height int
	Middle              int // where its month is written
	Month               string
	Shared              int64
}

const (
	chartMonths = 12
	chartWidth  = 640
	chartHeight = 160 // of the highest bar; months stand below, numbers above
	chartTop    = 20
)

// draw makes the bars of the last months, oldest first.
func draw(months []exchange.Month) (c chart) {
	months = months[:min(len(months), chartMonths)]
	for _, m := range months {
		c.Most = max(c.Most, m.Shared)
	}
	step := chartWidth / chartMonths
	for i := range months {
		m := months[len(months)-1-i]
		height := 0
		if c.Most > 0 {
			height = int(m.Shared * chartHeight / c.Most)
		}
		if m.Shared > 0 {
			height = max(height, 2) // something is never drawn as nothing
		}
		c.Bars = append(c.Bars, bar{X: i*step + 8, Y: chartTop + chartHeight - height, Width: step - 16, Height: height, Middle: i*step + step/2, Month: m.Month, Shared: m.Shared})
	}
	return c
}
