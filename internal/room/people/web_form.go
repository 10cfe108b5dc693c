package people

import (
	"net/http"

	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/spine/ref"
)

// formView is a form about one person: what is known of them, and what was typed.
type formView struct {
	Who     SeeOut
	Called  string
	Flags   []string
	Action  string
	Key     string
	In      any // the form's own input
	New     bool
	Items   map[string][]page.Option
	Sharing []Share
}

func person(r *http.Request) ref.Ref { return ref.Of(Kind, r.PathValue("id")) }

// about begins a form's page about the person of the address.
func (f *face) about(r *http.Request, titleKey string, in any) (page.View, *formView, error) {
	out, err := f.room.See(r.Context(), SeeIn{person(r)})
	if err == nil && out.State == Erased {
		err = gone()
	}
	v := &formView{Who: out, Called: f.called(r, out.Person), Flags: f.flags(r, out.Person), Action: r.URL.Path, Key: r.FormValue("key"), In: in,
		New: r.FormValue("new") == "yes", Items: map[string][]page.Option{}}
	view := page.View{Title: f.T(r, titleKey), Body: v, Back: "/people/" + r.PathValue("id")}
	if v.New && r.Method == http.MethodGet {
		view.Notice = f.T(r, "people.done_saved") // one comes here from the form before
	}
	return view, v, err
}

// ask shows a form that is made by again from an empty or stored input.
func ask[In any](f *face, w http.ResponseWriter, r *http.Request, name string, in In, again func(In) (page.View, error)) error {
	v, err := again(in)
	if err != nil {
		return err
	}
	return f.Show(w, r, name, v)
}

func (f *face) back(out PersonOut) string { return "/people/" + out.Ref.ID + "?done=saved" }

func (f *face) changePage(r *http.Request) func(ChangeIn) (page.View, error) {
	return func(in ChangeIn) (page.View, error) {
		now, err := f.room.See(r.Context(), SeeIn{person(r)})
		if err == nil && now.State == Erased {
			err = gone()
		}
		if err != nil {
			return page.View{}, err
		}
		v := addView{About: in.About, Action: r.URL.Path, Key: r.FormValue("key"), Version: in.Version, Project: now.Project, Languages: f.tongues(r, now.Language)}
		if in.Version == 0 {
			v.About, v.Version = About{now.Name, now.SaysAs, now.Role, now.Language}, now.Version
		} else if in.Version != now.Version {
			// Someone else was first: both are shown, and the next press stands on theirs.
			v.Version, v.Key = now.Version, ""
			v.Now = []page.Row{{Key: f.T(r, "people.name"), Value: now.Name}, {Key: f.T(r, "people.says_as"), Value: now.SaysAs},
				{Key: f.T(r, "people.role"), Value: now.Role}, {Key: f.T(r, "people.language"), Value: f.tongue(r, now.Language)}}
		}
		return page.View{Title: f.T(r, "people.change_title"), Body: v, Back: "/people/" + r.PathValue("id")}, nil
	}
}

func (f *face) changeForm(w http.ResponseWriter, r *http.Request) error {
	return ask(f, w, r, "people/add", ChangeIn{}, f.changePage(r))
}

func (f *face) change(w http.ResponseWriter, r *http.Request) error {
	return send(f, w, r, "people.change", "people/add", f.room.Change, func(in *ChangeIn) { in.Person = person(r) }, f.changePage(r), f.back)
}

func (f *face) needsPage(r *http.Request) func(NeedsIn) (page.View, error) {
	return func(in NeedsIn) (page.View, error) {
		view, v, err := f.about(r, "people.needs_title", nil)
		if err != nil {
			return view, err
		}
		if in.Version == 0 {
			in = NeedsIn{Version: v.Who.Version, Wanted: wanted(v.Who.Asked, v.Who.Needs)}
		} else if in.Version != v.Who.Version {
			in.Version, v.Key = v.Who.Version, ""
		}
		v.In = in
		v.Items["asked"] = f.options(r, "asked", Answers())
		for _, list := range Lists() {
			v.Items[list] = f.options(r, "need_"+list, Codes(list))
		}
		return view, nil
	}
}

func (f *face) needsForm(w http.ResponseWriter, r *http.Request) error {
	return ask(f, w, r, "people/needs", NeedsIn{}, f.needsPage(r))
}

func (f *face) needs(w http.ResponseWriter, r *http.Request) error {
	return send(f, w, r, "people.needs", "people/needs", f.room.Needs, func(in *NeedsIn) { in.Person = person(r) }, f.needsPage(r),
		func(out PersonOut) string {
			if r.FormValue("new") == "yes" {
				return "/people/person/" + out.Ref.ID + "/reach?new=yes"
			}
			return f.back(out)
		})
}

func (f *face) reachPage(r *http.Request) func(ReachIn) (page.View, error) {
	return func(in ReachIn) (page.View, error) {
		view, v, err := f.about(r, "people.reach_title", in)
		v.Items["how"] = f.options(r, "how", Ways())
		return view, err
	}
}

func (f *face) reachForm(w http.ResponseWriter, r *http.Request) error {
	return ask(f, w, r, "people/reach", ReachIn{}, f.reachPage(r))
}

func (f *face) reach(w http.ResponseWriter, r *http.Request) error {
	return send(f, w, r, "people.reach", "people/reach", f.room.Reach, func(in *ReachIn) { in.Person = person(r) }, f.reachPage(r), f.back)
}

func (f *face) sharePage(r *http.Request) func(ShareIn) (page.View, error) {
	return func(in ShareIn) (page.View, error) {
		view, v, err := f.about(r, "people.share_title", in)
		for _, s := range v.Who.Shares {
			if s.Until == "" {
				v.Sharing = append(v.Sharing, s)
			}
		}
		return view, err
	}
}

func (f *face) shareForm(w http.ResponseWriter, r *http.Request) error {
	return ask(f, w, r, "people/share", ShareIn{}, f.sharePage(r))
}

// share shows what was typed once more before it is kept: the person has agreed to it.
func (f *face) share(w http.ResponseWriter, r *http.Request) error {
	var in ShareIn
	if err := form.Read(r, &in); err == nil && in.Share == "" && in.check() == nil && r.FormValue("sure") != "yes" {
		view, v, err := f.about(r, "people.share_check", in)
		if err != nil {
			return err
		}
		v.Key = ""
		view.Back = r.URL.Path
		return f.Show(w, r, "people/share_check", view)
	}
	return send(f, w, r, "people.share", "people/share", f.room.Share, func(in *ShareIn) { in.Person = person(r) }, f.sharePage(r), f.back)
}

func (f *face) metPage(r *http.Request) func(MetIn) (page.View, error) {
	return func(in MetIn) (page.View, error) {
		view, v, err := f.about(r, "people.met_title", in)
		v.Items["met"] = f.options(r, "met", Degrees())
		return view, err
	}
}

func (f *face) metForm(w http.ResponseWriter, r *http.Request) error {
	return ask(f, w, r, "people/met", MetIn{}, f.metPage(r))
}

func (f *face) met(w http.ResponseWriter, r *http.Request) error {
	return send(f, w, r, "people.met", "people/met", f.room.Met, func(in *MetIn) { in.Person = person(r) }, f.metPage(r), f.back)
}

func (f *face) reviewPage(r *http.Request) func(ReviewIn) (page.View, error) {
	return func(in ReviewIn) (page.View, error) {
		view, _, err := f.about(r, "people.review_title", in)
		return view, err
	}
}

func (f *face) reviewForm(w http.ResponseWriter, r *http.Request) error {
	return ask(f, w, r, "people/review", ReviewIn{}, f.reviewPage(r))
}

func (f *face) review(w http.ResponseWriter, r *http.Request) error {
	return send(f, w, r, "people.review", "people/review", f.room.Review, func(in *ReviewIn) { in.Person = person(r) }, f.reviewPage(r), f.back)
}

func (f *face) statePage(r *http.Request) func(StateIn) (page.View, error) {
	return func(in StateIn) (page.View, error) {
		view, v, err := f.about(r, "people.state_title", in)
		if in.Version == 0 {
			in = StateIn{Version: v.Who.Version, State: v.Who.State, On: v.Who.StateOn}
		} else if in.Version != v.Who.Version {
			in.Version, v.Key = v.Who.Version, ""
		}
		v.In = in
		v.Items["state"] = f.options(r, "state", States())
		return view, err
	}
}

func (f *face) stateForm(w http.ResponseWriter, r *http.Request) error {
	return ask(f, w, r, "people/state", StateIn{}, f.statePage(r))
}

func (f *face) state(w http.ResponseWriter, r *http.Request) error {
	return send(f, w, r, "people.state", "people/state", f.room.State, func(in *StateIn) { in.Person = person(r) }, f.statePage(r), f.back)
}

func (f *face) placePage(r *http.Request) func(PlaceIn) (page.View, error) {
	return func(in PlaceIn) (page.View, error) {
		view, v, err := f.about(r, "people.place_title", in)
		if err != nil {
			return view, err
		}
		all, err := f.room.Organisations(r.Context(), OrganisationsIn{})
		for _, g := range all.Organisations {
			v.Items["organisation"] = append(v.Items["organisation"], page.Option{Value: g.Ref.String(), Text: g.Name})
		}
		return view, err
	}
}

func (f *face) placeForm(w http.ResponseWriter, r *http.Request) error {
	return ask(f, w, r, "people/place", PlaceIn{}, f.placePage(r))
}

func (f *face) place(w http.ResponseWriter, r *http.Request) error {
	return send(f, w, r, "people.place", "people/place", f.room.Place, func(in *PlaceIn) { in.Person = person(r) }, f.placePage(r), f.back)
}

// groupsView is the page of organisations.
type groupsView struct {
	MayAdd        bool
	Organisations []Group
	Empty         []page.Link
}

func (f *face) groups(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.Organisations(r.Context(), OrganisationsIn{Project: r.URL.Query().Get("project")})
	if err != nil {
		return err
	}
	v := groupsView{MayAdd: f.mayAdd(r), Organisations: out.Organisations}
	if v.MayAdd {
		v.Empty = []page.Link{{Href: "/people/organisation/add", Text: f.T(r, "people.group_add")}}
	}
	return f.Show(w, r, "people/organisations", page.View{Title: f.T(r, "people.groups_title"), Body: v, Back: "/people"})
}

// groupView is the page of one organisation, and its form.
type groupView struct {
	Group
	MayWrite bool
	Rows     []page.Row
	Action   string
	Key      string
	Scopes   []page.Option
	NowName  string // the name as it is now, when someone else was first
}

func (f *face) seeGroup(w http.ResponseWriter, r *http.Request) error {
	g, change, err := f.room.organisation(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	v := groupView{Group: g, MayWrite: change, Rows: []page.Row{{Key: f.T(r, "people.group_what"), Value: g.What},
		{Key: f.T(r, "people.group_people"), Value: f.T(r, "people.count", "Count", g.People)}}}
	return f.Show(w, r, "people/organisation", page.View{Title: g.Name, Body: v, Notice: f.saved(r), Back: "/people/organisations"})
}

func (f *face) groupPage(r *http.Request) func(OrganisationIn) (page.View, error) {
	return func(in OrganisationIn) (page.View, error) {
		v := groupView{Group: Group{Name: in.Name, What: in.What, Version: in.Version, Project: in.Project}, Action: r.URL.Path, Key: r.FormValue("key")}
		view := page.View{Title: f.T(r, "people.group_add"), Back: "/people/organisations"}
		var err error
		if id := r.PathValue("id"); id != "" {
			var now Group
			if now, _, err = f.room.organisation(r.Context(), id); err != nil {
				return view, err
			}
			if in.Version == 0 {
				v.Group = now
			} else if in.Version != now.Version {
				v.Version, v.Key, v.NowName = now.Version, "", now.Name
			}
			view.Title, view.Back = f.T(r, "people.group_change"), "/people/organisation/"+id
		} else if v.Scopes, err = f.scopes(r); err != nil {
			return view, err
		}
		view.Body = v
		return view, nil
	}
}

func (f *face) groupForm(w http.ResponseWriter, r *http.Request) error {
	return ask(f, w, r, "people/organisation_form", OrganisationIn{Project: r.URL.Query().Get("project")}, f.groupPage(r))
}

func (f *face) group(w http.ResponseWriter, r *http.Request) error {
	return send(f, w, r, "people.organisation", "people/organisation_form", f.room.Organisation, func(in *OrganisationIn) {
		if id := r.PathValue("id"); id != "" {
			in.Organisation = ref.Of(Organisation, id)
		}
	}, f.groupPage(r), func(out PersonOut) string { return "/people/organisation/" + out.Ref.ID + "?done=saved" })
}
