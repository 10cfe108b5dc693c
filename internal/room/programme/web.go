package programme

import (
	"context"
	"net/http"

	"plait/internal/kit/db"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

type face struct {
	*web.Face
	desk *plug.Desk
	room *Room
}

// seeView is the programme's page.
type seeView struct {
	SeeOut
	Rows     []page.Row
	Projects []page.Panel
	More     []page.Panel
	Change   bool
	Members  bool
	Overview bool
}

func (f *face) see(w http.ResponseWriter, r *http.Request) error {
	var v seeView
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		var err error
		ctx := tx.Context()
		if v.SeeOut, err = f.room.See(ctx, SeeIn{}); err != nil {
			return err
		}
		v.Change, v.Members = who.Can(ctx, tx, "programme.change", v.Ref), who.Can(ctx, tx, "account.members", v.Ref)
		v.Overview = who.Somewhere(ctx, tx, "programme.overview") == nil
		v.Projects, v.More = f.load(ctx, tx, "projects", v), f.load(ctx, tx, "more", v)
		return nil
	})
	if err != nil {
		return err
	}
	v.Rows = []page.Row{{Key: f.T(r, "programme.zone"), Value: v.Zone}, {Key: f.T(r, "programme.language"), Value: lang.Name(v.Language)}}
	return f.Show(w, r, "programme/see", page.View{Title: v.Name, Body: v, Notice: f.Done(r, "programme.done_", "changed")})
}

func (f *face) load(ctx context.Context, tx *db.Tx, place string, v seeView) []page.Panel {
	if f.room.panels == nil {
		return nil
	}
	return f.room.panels.Load(ctx, tx, Kind, place, v.Ref)
}

// changeView is the form that corrects the programme.
type changeView struct {
	ChangeIn
	Key       string
	Zones     []page.Option
	Languages []page.Option
	Now       []page.Row // how it stands, when someone else was first
}

func (f *face) changeView(r *http.Request, in ChangeIn) changeView {
	v := changeView{ChangeIn: in, Key: r.FormValue("key")}
	for _, z := range zones(in.Zone) {
		v.Zones = append(v.Zones, page.Option{Value: z, Text: z})
	}
	for _, l := range languages(in.Language) {
		v.Languages = append(v.Languages, page.Option{Value: l, Text: lang.Name(l)})
	}
	return v
}

// zones is what the form offers; a programme that keeps another keeps it.
func zones(own string) []string {
	return with(own, "Europe/London", "Europe/Dublin", "Europe/Isle_of_Man", "Europe/Jersey", "Europe/Guernsey", "UTC")
}

// languages is those of the United Kingdom and Ireland, and the programme's own.
func languages(own string) []string { return with(own, "en", "cy", "gd", "ga", "sco") }

func with(own string, list ...string) []string {
	for _, x := range list {
		if x == own {
			return list
		}
	}
	if own == "" {
		return list
	}
	return append(list, own)
}

func (f *face) changeForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.See(r.Context(), SeeIn{})
	if err != nil {
		return err
	}
	in := ChangeIn{Facts: out.Facts, Version: out.Version}
	return f.Show(w, r, "programme/change", page.View{Title: f.T(r, "programme.change_title"), Body: f.changeView(r, in), Back: "/programme"})
}

func (f *face) change(w http.ResponseWriter, r *http.Request) error {
	var in ChangeIn
	err := form.Read(r, &in)
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "programme.change", r.FormValue("key"), f.room.Change, in)
	}
	if err != nil {
		v := f.changeView(r, in)
		// Someone else was first: how it stands is shown, and the next press stands on that.
		if now, e := f.room.See(r.Context(), SeeIn{}); e == nil && now.Version != in.Version {
			v.Version, v.Key = now.Version, ""
			v.Now = []page.Row{{Key: f.T(r, "programme.name"), Value: now.Name}, {Key: f.T(r, "programme.zone"), Value: now.Zone},
				{Key: f.T(r, "programme.language"), Value: lang.Name(now.Language)}}
		}
		return f.Again(w, r, "programme/change", page.View{Title: f.T(r, "programme.change_title"), Body: v, Back: "/programme"}, err)
	}
	return web.Redirect(w, r, "/programme?done=changed")
}
