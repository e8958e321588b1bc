package api

import (
	"bufio"
	"net/http"
	"strconv"

	"tocsin/audit"
	"tocsin/fault"
)

// audit streams the audit record as JSON lines. What goes wrong after the first
// line ends the answer without its end, so that no client takes it for the whole.
func (h *handler) audit(w http.ResponseWriter, r *http.Request) {
	s, err := h.d.Session(r)
	var since int64
	if text := r.URL.Query().Get("since"); err == nil && text != "" {
		if since, err = strconv.ParseInt(text, 10, 64); err != nil || since < 0 {
			err = fault.At(fault.Invalid, "since", "is the number of a row")
		}
	}
	out := bufio.NewWriterSize(w, 64<<10)
	begun := false
	begin := func() {
		begun = true
		w.Header().Set("Content-Type", "application/x-ndjson")
		w.Header().Set("Cache-Control", "no-store")
	}
	if err == nil {
		err = h.x.ExportAudit(r.Context(), s, since, func(row audit.Row) error {
			if !begun {
				begin()
			}
			out.Write(row.Line())
			return out.WriteByte('\n')
		})
	}
	switch {
	case err == nil && !begun:
		begin()
	case err != nil && !begun:
		h.d.Problem(w, r, err)
	case err != nil:
		panic(http.ErrAbortHandler)
	}
	out.Flush() // an error is a client that went away
}
