package evidence

import (
	"net/http"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/page"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// waysView is every way to bring in what was said, by where people are when they need it.
type waysView struct{ Groups []waysGroup }

type waysGroup struct {
	Title string
	Ways  []way
}

// way is one of them: its page, its name and when it helps.
type way struct{ Href, Text, Hint string }

func (f *face) ways(w http.ResponseWriter, r *http.Request) error {
	project := r.PathValue("project")
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		return who.Must(tx.Context(), tx, "evidence.give", ref.Of(ref.Project, project))
	})
	if err != nil {
		return err
	}
	one := func(href, key string) way {
		return way{href, f.T(r, key), f.T(r, strings.TrimSuffix(strings.Replace(key, "evidence.", "evidence.ways_", 1), "_do"))}
	}
	here := "/evidence/" + project
	v := waysView{Groups: []waysGroup{
		{f.T(r, "evidence.ways_there"), []way{one(here+"/capture", "evidence.capture_do"), one(here+"/record", "evidence.media_rec_do"),
			one(here+"/shown", "evidence.shown_do"), one(here+"/draw", "evidence.shown_draw_do")}},
		{f.T(r, "evidence.ways_after"), []way{one("/paper/"+project, "evidence.paper_do"), one(here+"/import", "evidence.import_do"),
			one(here+"/paste", "evidence.paste_do"), one(here+"/give", "evidence.give_do")}},
	}}
	return f.Show(w, r, "evidence/ways", page.View{Title: f.T(r, "evidence.ways_title"), Body: v, Back: here})
}
