package evidence

import (
	"encoding/json"
	"net/http"
	"net/url"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// recordView is the page that records in the browser; without a script it takes a file.
type recordView struct {
	Project string
	Action  string
	Key     string
	Say     string // words of the recorder, as JSON
}

// recorderWords are what the recorder says: each is the message key without
// "evidence.media_rec_". A word in braces is filled in on the device.
func recorderWords() []string {
	return []string{"ready", "recording", "paused", "done", "asking", "refused", "missing", "broken", "unable", "quiet", "loud", "silent", "start", "pause", "on", "stop", "again", "again_sure", "keep",
		"sending", "waiting", "kept", "failed", "signin", "leave", "found", "found_keep", "found_drop", "stored_off"}
}

// recorderSays is the words of the recorder in the reader's language, as JSON.
func (f *face) recorderSays(r *http.Request) (string, error) {
	say := map[string]string{}
	for _, key := range recorderWords() {
		say[key] = f.T(r, "evidence.media_rec_"+key)
	}
	text, err := json.Marshal(say)
	return string(text), err
}

func (f *face) recordPage(r *http.Request) (page.View, error) {
	project := r.PathValue("project")
	if err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		return who.Must(tx.Context(), tx, "evidence.give", ref.Of(ref.Project, project))
	}); err != nil {
		return page.View{}, err
	}
	say, err := f.recorderSays(r)
	return page.View{Title: f.T(r, "evidence.media_rec_title"), Back: "/evidence/" + project, Scripts: []string{"evidence-record.js"},
		Body: recordView{Project: project, Action: r.URL.Path, Key: r.FormValue("key"), Say: say}}, err
}

func (f *face) recordForm(w http.ResponseWriter, r *http.Request) error {
	p, err := f.recordPage(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "evidence/media_record", p)
}

// record takes a recording that was made elsewhere, or here and sent ahead, and goes on to
// what is known of it.
func (f *face) record(w http.ResponseWriter, r *http.Request) error {
	_, c, err := f.sent(r)
	if err == nil && len(c.Files) == 0 {
		err = fault.Fielded("file", "evidence.media_need_file")
	}
	if err != nil {
		p, e := f.recordPage(r)
		if e != nil {
			return e
		}
		return f.Again(w, r, "evidence/media_record", p, err)
	}
	return web.Redirect(w, r, "/evidence/"+r.PathValue("project")+"/give?"+url.Values{"upload": c.Files}.Encode())
}

// waitingView is an upload that waits on a form for its contribution.
type waitingView struct {
	ID, Name, Label string
}

// waits reads the uploads of a form that are the actor's own and wait still; others are
// left out, for an address can name anything.
func (f *face) waits(r *http.Request, ids []string) ([]waitingView, error) {
	var out []waitingView
	a := who.From(r.Context())
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		for _, id := range ids[:min(len(ids), MaxMedia)] {
			u, ok, err := uploadOf(tx, a.Programme, id)
			if err != nil {
				return err
			}
			if ok && u.Actor == a.Key() && u.State == uploadWhole {
				out = append(out, waitingView{u.ID, u.Name, f.mediumLabel(r, u.medium())})
			}
		}
		return nil
	})
	return out, err
}
