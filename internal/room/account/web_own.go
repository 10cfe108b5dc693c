package account

import (
	"net/http"

	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// ownView is the page of one's own account.
type ownView struct {
	OwnOut
	Key       string
	Languages []page.Option
	Several   bool // more than one programme
}

func (f *face) ownView(r *http.Request) (page.View, ownView, error) {
	out, err := f.room.Own(r.Context(), OwnIn{})
	if err != nil {
		return page.View{}, ownView{}, err
	}
	v := ownView{OwnOut: out, Key: r.PostFormValue("key")}
	here, _, err := f.room.open.Find(r)
	if err != nil {
		return page.View{}, v, err
	}
	for i := range v.Sessions {
		v.Sessions[i].Here = v.Sessions[i].mark == here.Mark
	}
	for _, l := range f.Words.Languages() {
		v.Languages = append(v.Languages, page.Option{Value: l, Text: lang.Name(l)})
	}
	all, err := f.room.choices(r.Context())
	v.Several = len(all) > 1
	return page.View{Title: f.T(r, "account.own_title"), Back: "/", Body: v}, v, err
}

func (f *face) own(w http.ResponseWriter, r *http.Request) error {
	v, _, err := f.ownView(r)
	if err != nil {
		return err
	}
	switch r.URL.Query().Get("done") {
	case "changed":
		v.Notice = f.T(r, "account.done_changed")
	case "ended":
		v.Notice = f.T(r, "account.done_ended")
	}
	return f.Show(w, r, "account/own", v)
}

func (f *face) change(w http.ResponseWriter, r *http.Request) error {
	var in ChangeIn
	err := form.Read(r, &in)
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "account.change", r.FormValue("key"), f.room.Change, in)
	}
	if err != nil {
		v, body, e := f.ownView(r)
		if e != nil {
			return e
		}
		body.Profile = Profile(in)
		v.Body = body
		return f.Again(w, r, "account/own", v, err)
	}
	return web.Redirect(w, r, "/account?done=changed")
}

func (f *face) end(w http.ResponseWriter, r *http.Request) error {
	var in EndIn
	if err := form.Read(r, &in); err != nil {
		return err
	}
	here, _, err := f.room.open.Find(r)
	if err != nil {
		return err
	}
	in.Keep = here.Mark
	if _, err := plug.Run(r.Context(), f.desk, "account.end", r.FormValue("key"), f.room.End, in); err != nil {
		return err
	}
	return web.Redirect(w, r, "/account?done=ended")
}
