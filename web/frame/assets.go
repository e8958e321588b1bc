package frame

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"

	"tocsin/door"
)

//go:embed assets/* templates/*
var own embed.FS

type asset struct {
	kind, path string
	body, gz   []byte
}

// Asset takes a file that pages load, and gives its address, which changes with
// its content: browsers keep it for ever. Call it while the site is put together.
func (s *Site) Asset(name, kind string, body []byte) string {
	sum := sha256.Sum256(body)
	var gz bytes.Buffer
	w, _ := gzip.NewWriterLevel(&gz, gzip.BestCompression) // the level is a valid one
	w.Write(body)                                          // a buffer takes everything
	w.Close()
	a := asset{kind, "/assets/" + hex.EncodeToString(sum[:8]) + "/" + name, body, gz.Bytes()}
	s.assets[name] = a
	return a.path
}

func (s *Site) serveAsset(w http.ResponseWriter, r *http.Request) {
	headers(w.Header())
	a, ok := s.assets[r.PathValue("name")]
	if !ok || r.URL.Path != a.path {
		http.Error(w, "there is no such file", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := a.body
	if door.Accepts(r, "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.gz
	}
	w.Write(body)
}

// sub gives a folder of an embedded file system; one that isn't there is a
// mistake in the program.
func sub(f fs.FS, dir string) fs.FS { return must(fs.Sub(f, dir)) }

// must is for what is embedded: it can't fail once the program was built.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
