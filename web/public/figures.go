package public

import (
	"strings"
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
	return p.showFigures(v, c)
}

func (p *pages) showFigures(v *frame.Visit, c exchange.Counted) error {
	return p.show(v, "figures", c.Upto == c.Size, struct {
		all
		exchange.Counted
		Chart chart
	}{p.all(v, "figures"), c, draw(c.Months)})
}

// chart is the objects that were shared, as bars: across in hundredths of the width,
// so that what is written keeps its size on a phone; down in pixels.
type chart struct {
	Bars []bar
	Most int64
}

type bar struct {
	X, Middle float64 // its left edge, and where its month is written
	Y, Height int
	Month     string // such as 01
	Year      string // below the first bar, unless a January follows, and each January; else ""
	Shared    int64
}

const (
	chartMonths = 12
	chartHeight = 160 // of the highest bar; months and years stand below
	barWidth    = 6.0
)

// draw makes the bars of the last months, oldest first.
func draw(months []exchange.Month) (c chart) {
	months = months[:min(len(months), chartMonths)]
	for _, m := range months {
		c.Most = max(c.Most, m.Shared)
	}
	for i := range months {
		m := months[len(months)-1-i]
		height := 0
		if c.Most > 0 {
			height = int(m.Shared * chartHeight / c.Most)
		}
		if m.Shared > 0 {
			height = max(height, 2) // something is never drawn as nothing
		}
		year, month, _ := strings.Cut(m.Month, "-")
		switch {
		case i > 0 && month != "01":
			year = ""
		case i == 1:
			c.Bars[0].Year = "" // there is no room for both on a phone
		}
		left := float64(i*100) / chartMonths
		c.Bars = append(c.Bars, bar{X: left, Middle: left + barWidth/2, Y: chartHeight - height, Height: height, Month: month, Year: year, Shared: m.Shared})
	}
	return c
}
