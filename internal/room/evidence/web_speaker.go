package evidence

import (
	"net/http"
	"net/url"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// someoneNew is the answer that the speaker is nobody on the list.
const someoneNew = "new"

// speakerView asks whose words a contribution is, and then shows the answer once more.
type speakerView struct {
	Title, Language string
	Action, Key     string
	Person          string // a ref, someoneNew, or "" when nothing is chosen
	Name            string // of the chosen person; "" for someone new
	Choices         []page.Option
	Add             string // where a person is added
}

func (f *face) speakerView(r *http.Request, person string) (v speakerView, back string, err error) {
	seen, err := f.seen(r)
	if err != nil {
		return v, "", err
	}
	v = speakerView{Title: seen.Title, Language: seen.Language, Action: r.URL.Path, Person: person, Add: "/people/add?project=" + url.QueryEscape(seen.Project)}
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		all, err := f.room.people.Choose(tx.Context(), tx, seen.Project)
		for _, p := range all {
			v.Choices = append(v.Choices, page.Option{Value: p.Ref.String(), Text: p.Name})
			if p.Ref.String() == person {
				v.Name = p.Name
			}
		}
		return err
	})
	v.Choices = append(v.Choices, page.Option{Value: someoneNew, Text: f.T(r, "evidence.speaker_new"), Hint: f.T(r, "evidence.speaker_new_hint")})
	return v, "/evidence/" + seen.Project + "/said/" + seen.Ref.ID, err
}

// chosen says whether the person is one of the answers.
func (v speakerView) chosen() bool {
	return slices.ContainsFunc(v.Choices, func(o page.Option) bool { return o.Value == v.Person })
}

// speakerForm asks, and once someone is chosen shows what cannot be changed afterwards.
func (f *face) speakerForm(w http.ResponseWriter, r *http.Request) error {
	v, back, err := f.speakerView(r, r.URL.Query().Get("person"))
	if err != nil {
		return err
	}
	if v.chosen() && r.URL.Query().Get("change") == "" {
		return f.Show(w, r, "evidence/speaker_check", page.View{Title: f.T(r, "evidence.speaker_check_title"), Body: v,
			Back: v.Action + "?change=yes&person=" + url.QueryEscape(v.Person)})
	}
	return f.Show(w, r, "evidence/speaker", page.View{Title: f.T(r, "evidence.speaker_title"), Body: v, Back: back})
}

// speaker ties the words to their person, once that was confirmed, and goes on to that
// person's card.
func (f *face) speaker(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	v, back, err := f.speakerView(r, r.FormValue("person"))
	if err != nil {
		return err
	}
	v.Key = r.FormValue("key")
	asked := page.View{Title: f.T(r, "evidence.speaker_title"), Body: v, Back: back}
	if !v.chosen() {
		return f.Again(w, r, "evidence/speaker", asked, fault.Fielded("person", "house.bad_choice"))
	}
	if r.FormValue("confirm") != "yes" {
		return web.Redirect(w, r, v.Action+"?person="+url.QueryEscape(v.Person))
	}
	in := SpeakerIn{Ref: ref.Of(Kind, r.PathValue("id"))}
	if v.Person != someoneNew {
		if in.Person, err = ref.Parse(v.Person); err != nil {
			return err
		}
	}
	out, err := plug.Run(r.Context(), f.desk, "evidence.speaker", r.FormValue("key"), f.room.Speaker, in)
	if err != nil {
		return f.Again(w, r, "evidence/speaker", asked, err)
	}
	return web.Redirect(w, r, "/card/make/"+r.PathValue("project")+"?person="+url.QueryEscape(out.Person.String()))
}
