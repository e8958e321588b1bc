package api

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"tocsin/door"
	"tocsin/exchange"
	"tocsin/fault"
)

// LogHandler serves the transparency log below /log/ to anyone (C2SP
// tlog-tiles): checkpoint, tiles, and proofs by index.
func LogHandler(x *exchange.Exchange, d *door.Door) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /log/checkpoint", func(w http.ResponseWriter, r *http.Request) {
		b, err := x.Checkpoint(r.Context())
		// A checkpoint is old as soon as a report comes; caches ask again.
		serve(w, r, d, b, err, "text/plain; charset=utf-8", "no-cache")
	})
	mux.HandleFunc("GET /log/key", func(w http.ResponseWriter, r *http.Request) {
		serve(w, r, d, []byte(x.Keys().VerifierKey()+"\n"), nil, "text/plain; charset=utf-8", "no-cache")
	})
	mux.HandleFunc("GET /log/tile/{path...}", func(w http.ResponseWriter, r *http.Request) {
		b, err := x.Tile(r.Context(), "tile/"+r.PathValue("path"))
		serve(w, r, d, b, err, "application/octet-stream", "public, max-age=31536000, immutable")
	})
	mux.HandleFunc("GET /log/proof/{size}/{index}", func(w http.ResponseWriter, r *http.Request) {
		size, err1 := strconv.ParseInt(r.PathValue("size"), 10, 64)
		index, err2 := strconv.ParseInt(r.PathValue("index"), 10, 64)
		if err1 != nil || err2 != nil {
			d.Problem(w, r, fault.New(fault.Invalid, "a proof is /log/proof/SIZE/INDEX, both numbers"))
			return
		}
		b, err := x.Proof(r.Context(), index, size)
		serve(w, r, d, b, err, "text/plain; charset=utf-8", "public, max-age=31536000, immutable")
	})
	mux.HandleFunc("/log/", func(w http.ResponseWriter, r *http.Request) {
		d.Problem(w, r, fault.New(fault.NotFound, "the log has checkpoint, key, tile/L/N, tile/entries/N and proof/SIZE/INDEX"))
	})
	return mux
}

func serve(w http.ResponseWriter, r *http.Request, d *door.Door, b []byte, err error, media, cache string) {
	if err != nil {
		d.Problem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Cache-Control", cache)
	w.Header().Set("Content-Length", fmt.Sprint(len(b)))
	if strings.HasPrefix(cache, "public") {
		w.Header().Set("Access-Control-Allow-Origin", "*") // public data: pages elsewhere may verify it
	}
	w.Write(b)
}
