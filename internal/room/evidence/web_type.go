package evidence

import (
	"net/http"
	"strings"

	"plait/internal/engine/caption"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// typeView is the page on which what is heard is typed, the player above it, or what a
// picture says, the picture beside it.
type typeView struct {
	Files   []mediumView
	Seen    bool // there are pictures alone
	Words   string
	Now     string // the words as they are, when someone else was first
	Version int64
	Action  string
	Key     string
}

func (f *face) typePage(r *http.Request, c Contribution, words string) page.View {
	v := typeView{Words: words, Version: c.Version, Action: r.URL.Path, Key: r.FormValue("key"), Seen: true}
	for _, m := range f.mediaViews(r, c, false) {
		if m.Kind != Document {
			v.Files = append(v.Files, m)
			v.Seen = v.Seen && m.Kind == Picture
		}
	}
	title := "evidence.media_type_title"
	if v.Seen = v.Seen && len(v.Files) > 0; v.Seen {
		title = "evidence.media_type_seen"
	}
	return page.View{Title: f.T(r, title), Body: v, Back: "/evidence/" + c.Project + "/said/" + c.Ref.ID, Scripts: []string{"evidence-player.js"}}
}

func (f *face) typeForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.seen(r)
	if err != nil {
		return err
	}
	words := out.Words
	for _, m := range out.Media {
		if strings.TrimSpace(words) == "" && m.Captions != "" {
			words = caption.Transcript(caption.Read(m.Captions).Cues)
		}
	}
	return f.Show(w, r, "evidence/media_type", f.typePage(r, out.Contribution, words))
}

// typed stores the words alone: what else is known stays as it is.
func (f *face) typeWords(w http.ResponseWriter, r *http.Request) error {
	var in EditIn
	if err := form.Read(r, &in); err != nil {
		return err
	}
	out, err := f.seen(r)
	if err != nil {
		return err
	}
	in = EditIn{Ref: out.Ref, Version: in.Version, Words: in.Words, Strands: out.StrandList(), Role: out.Role, On: out.On, Source: out.Source}
	if _, err := plug.Run(r.Context(), f.desk, "evidence.edit", r.FormValue("key"), f.room.Edit, in); err != nil {
		p := f.typePage(r, out.Contribution, in.Words)
		v := p.Body.(typeView)
		if v.Version != in.Version {
			v.Now, v.Key = out.Words, ""
		}
		p.Body = v
		return f.Again(w, r, "evidence/media_type", p, err)
	}
	return web.Redirect(w, r, "/evidence/"+out.Project+"/said/"+out.Ref.ID+"?done=typed")
}
