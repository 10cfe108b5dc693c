package web

import (
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

// Stored is a file that people sent in, on its way out again.
type Stored struct {
	ID      string // never used for other bytes
	Name    string
	Media   string // media type, as it was found by content; never as the sender said
	Content io.ReadSeeker
}

// shown are the media types that a browser may show or play in a page. Whatever else came
// in is given to be kept as a file: nothing of it runs here.
func shown(media string) bool {
	kind, _, _ := strings.Cut(media, "/")
	switch media {
	case "image/jpeg", "image/png", "image/gif", "image/webp":
		return true
	}
	return kind == "audio" || kind == "video"
}

// ServeStored gives a stored file out, whole or in ranges (RFC 9110, section 14). It is
// never kept by the browser, and a page that opens it by itself can run nothing.
func ServeStored(w http.ResponseWriter, r *http.Request, s Stored) error {
	media, way := s.Media, "inline"
	if !shown(media) {
		way = "attachment"
	}
	if _, _, err := mime.ParseMediaType(media); err != nil || strings.HasPrefix(media, "text/") || strings.Contains(media, "xml") && !strings.Contains(media, "officedocument") {
		media = "application/octet-stream"
	}
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", mime.FormatMediaType(way, map[string]string{"filename": s.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; media-src 'self'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("ETag", `"`+s.ID+`"`)
	http.ServeContent(w, r, "", time.Time{}, s.Content)
	return nil
}
