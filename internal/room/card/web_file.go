package card

import (
	"io"
	"net/http"

	"plait/internal/kit/fault"
	"plait/internal/kit/web"
)

// file gives a picture or a recording of the card's own person. Its address names neither
// them nor a project, and it is gone the moment they take it back.
func (f *face) file(w http.ResponseWriter, r *http.Request) error {
	if _, err := f.actor(w, r); err != nil {
		return left(err)
	}
	out, err := f.room.words.Open(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	defer func() { _ = out.Content.Close() }()
	if r.URL.Query().Get("captions") != "" {
		if out.Captions == "" {
			return fault.New(fault.Missing, "house.missing")
		}
		w.Header().Set("Content-Type", "text/vtt; charset=utf-8")
		_, err = io.WriteString(w, out.Captions)
		return err
	}
	return web.ServeStored(w, r, web.Stored{ID: out.ID, Name: out.Name, Media: out.Media, Content: out.Content})
}

// begins is what tells a saying's links from those of the others.
func (f *face) begins(r *http.Request, x Word) string {
	if says := x.begins(); says != "" || len(x.Files) == 0 {
		return says
	}
	return f.T(r, "card.file_"+x.Files[0].Kind)
}
