package evidence

import (
	"net/http"

	"plait/internal/kit/db"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// speakerView asks whose words a contribution is.
type speakerView struct {
	Title, Language string
	Action, Key     string
	Person          string
	Choices         []page.Option
}

func (f *face) speakerView(r *http.Request, in SpeakerIn) (v speakerView, back string, err error) {
	seen, err := f.room.See(r.Context(), SeeIn{in.Ref})
	if err != nil {
		return v, "", err
	}
	v = speakerView{Title: seen.Title, Language: seen.Language, Action: r.URL.Path, Key: r.FormValue("key"), Person: in.Person.String()}
	v.Choices = []page.Option{{Value: "", Text: f.T(r, "evidence.speaker_new"), Hint: f.T(r, "evidence.speaker_new_hint"), Checked: in.Person.None()}}
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		all, err := f.room.people.Choose(tx.Context(), tx, seen.Project)
		for _, p := range all {
			v.Choices = append(v.Choices, page.Option{Value: p.Ref.String(), Text: p.Name})
		}
		return err
	})
	return v, "/evidence/" + seen.Project + "/said/" + seen.Ref.ID, err
}

func (f *face) speakerForm(w http.ResponseWriter, r *http.Request) error {
	v, back, err := f.speakerView(r, SpeakerIn{Ref: ref.Of(Kind, r.PathValue("id"))})
	if err != nil {
		return err
	}
	return f.Show(w, r, "evidence/speaker", page.View{Title: f.T(r, "evidence.speaker_title"), Body: v, Back: back})
}

// speaker ties the words to their person and goes on to that person's card.
func (f *face) speaker(w http.ResponseWriter, r *http.Request) error {
	var in SpeakerIn
	err := form.Read(r, &in)
	in.Ref = ref.Of(Kind, r.PathValue("id"))
	var out SpeakerOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "evidence.speaker", r.FormValue("key"), f.room.Speaker, in)
	}
	if err != nil {
		v, back, e := f.speakerView(r, in)
		if e != nil {
			return e
		}
		return f.Again(w, r, "evidence/speaker", page.View{Title: f.T(r, "evidence.speaker_title"), Body: v, Back: back}, err)
	}
	return web.Redirect(w, r, "/card/make/"+r.PathValue("project")+"?person="+out.Person.String())
}
