package consent

import (
	"net/http"
	"net/url"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// takeView is the page by which something is taken back.
type takeView struct {
	Here    string
	Key     string
	What    string
	Told    string
	Title   string
	Choices []page.Option
}

// Choices of what to take back, besides the uses themselves.
const (
	takeIt    = "contribution"
	takeErase = "erase"
)

func (f *face) takeView(r *http.Request, at ref.Ref, path string) (takeView, error) {
	v := takeView{Here: path, Key: r.FormValue("key"), What: r.FormValue("what"), Told: r.FormValue("told")}
	it, gone := "consent.take_it", "consent.take_erase"
	if at.Kind == ref.Person {
		it, gone = "consent.take_all", "consent.take_all_erase"
		if _, err := f.room.Taken(r.Context(), TakenIn{at}); err != nil {
			return v, err
		}
	} else {
		out, err := f.room.See(r.Context(), SeeIn{at})
		if err != nil {
			return v, err
		}
		v.Title = out.Title
		for _, g := range out.Grants {
			if g.Use != terms.Project {
				v.Choices = append(v.Choices, page.Option{Value: string(g.Use), Text: f.T(r, "consent.take_use", "Use", f.T(r, "house.use_"+string(g.Use)))})
			}
		}
	}
	v.Choices = append([]page.Option{{Value: takeIt, Text: f.T(r, it), Hint: f.T(r, "consent.take_it_hint")}}, v.Choices...)
	v.Choices = append(v.Choices, page.Option{Value: takeErase, Text: f.T(r, gone), Hint: f.T(r, "consent.take_erase_hint")})
	if v.What == "" {
		v.What = takeIt
	}
	return v, nil
}

func (f *face) takeForm(w http.ResponseWriter, r *http.Request) error {
	at, path, err := here(r)
	if err != nil {
		return err
	}
	v, err := f.takeView(r, at, path)
	if err != nil {
		return err
	}
	return f.Show(w, r, "consent/take", page.View{Title: f.T(r, "consent.take_title"), Body: v, Back: path})
}

func (f *face) take(w http.ResponseWriter, r *http.Request) error {
	at, path, err := here(r)
	if err != nil {
		return err
	}
	if err := form.Parse(r); err != nil {
		return err
	}
	act, err := f.takeNow(r, at)
	if err != nil {
		v, e := f.takeView(r, at, path)
		if e != nil {
			return e
		}
		return f.Again(w, r, "consent/take", page.View{Title: f.T(r, "consent.take_title"), Body: v, Back: path}, err)
	}
	to := path + "/thanks?"
	if r.FormValue("what") == takeErase {
		to += "erased=yes&"
	}
	return web.Redirect(w, r, to+"act="+url.QueryEscape(act))
}

// takeNow runs the verb that the choice means and gives what can be undone.
func (f *face) takeNow(r *http.Request, at ref.Ref) (string, error) {
	what, told, press := r.FormValue("what"), r.FormValue("told"), r.FormValue("key")
	erase := what == takeErase
	if at.Kind == ref.Person {
		if what != takeIt && !erase {
			return "", fault.Fielded("what", "consent.need_what")
		}
		out, err := plug.Run(r.Context(), f.desk, "consent.withdraw-all", press, f.room.WithdrawAll, WithdrawAllIn{at, erase, told})
		return undoAct(out.Act, out.UndoUntil), err
	}
	in := WithdrawIn{Ref: at, EraseNow: erase, Told: told}
	if what != takeIt && !erase {
		in.Use = terms.Use(what)
		if !terms.Known(in.Use) {
			return "", fault.Fielded("what", "consent.need_what")
		}
	}
	out, err := plug.Run(r.Context(), f.desk, "consent.withdraw", press, f.room.Withdraw, in)
	return undoAct(out.Act, out.UndoUntil), err
}

// undoAct is the act that can be undone, "" when it cannot.
func undoAct(act string, until int64) string {
	if until == 0 {
		return ""
	}
	return act
}

// thanksView says to a team member what has happened and offers the undo.
type thanksView struct {
	Here  string
	Act   string
	What  string // "use" when one use was taken back, "erased", or "" for hidden
	Heard string // the list of what the project has heard; "" = it is of no project
	Days  int
	Key   string
}

func (f *face) thanks(w http.ResponseWriter, r *http.Request) error {
	at, path, err := here(r)
	if err != nil {
		return err
	}
	rec, err := f.record(r, at)
	if err != nil {
		return err
	}
	v := thanksView{Here: path, Act: r.URL.Query().Get("act"), Heard: heard(rec), Days: UndoDays}
	switch {
	case rec.State == Erased, at.Kind == ref.Person && r.URL.Query().Get("erased") != "":
		v.What = "erased"
	case at.Kind != ref.Person && rec.Until != 0:
		v.What = "use"
	}
	return f.Show(w, r, "consent/thanks", page.View{Title: f.T(r, "consent.thanks_title"), Body: v, Back: path})
}

func (f *face) restore(w http.ResponseWriter, r *http.Request) error {
	at, path, err := here(r)
	if err != nil {
		return err
	}
	in := RestoreIn{}
	if err := form.Read(r, &in); err != nil {
		return err
	}
	in.Ref = at
	if _, err := plug.Run(r.Context(), f.desk, "consent.restore", r.FormValue("key"), f.room.Restore, in); err != nil {
		return err
	}
	return web.Redirect(w, r, path+"?done=restored")
}

// personView is the page of everything that one person has said: how much of it there
// is and what can be undone. It shows no words and no name.
type personView struct {
	Here  string
	Live  int64
	Taken []takenRow
}

type takenRow struct {
	Act, Day, Until string
	Count           int64
}

func (f *face) person(w http.ResponseWriter, r *http.Request, at ref.Ref, path string) error {
	out, err := f.room.Taken(r.Context(), TakenIn{at})
	if err != nil {
		return err
	}
	zone, err := f.zone(r)
	if err != nil {
		return err
	}
	v := personView{Here: path, Live: out.Live}
	for _, t := range out.Taken {
		if n := len(v.Taken); n > 0 && v.Taken[n-1].Act == t.ID {
			v.Taken[n-1].Count++
			continue
		}
		v.Taken = append(v.Taken, takenRow{t.ID, f.day(r, t.At, zone), f.day(r, t.UndoUntil, zone), 1})
	}
	return f.Show(w, r, "consent/person", page.View{Title: f.T(r, "consent.person_title"), Body: v, Notice: f.Done(r, "consent.done_", "restored"), Back: home(ref.Record{Kind: at.Kind, ID: at.ID}, 0)})
}
