package account

import (
	"net/http"
	"net/url"

	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// membersView is the page of who holds roles in a scope.
type membersView struct {
	MembersOut
	Here string // the scope as addresses have it: "project:uuid"
}

func (f *face) scope(r *http.Request) (ref.Ref, error) { return ref.Parse(r.PathValue("scope")) }

// up is the page of the scope itself.
func up(scope ref.Ref) string {
	if scope.Kind == ref.Project {
		return "/project/" + scope.ID
	}
	return "/"
}

func (f *face) members(w http.ResponseWriter, r *http.Request) error {
	scope, err := f.scope(r)
	if err != nil {
		return err
	}
	out, err := f.room.Members(r.Context(), MembersIn{scope})
	if err != nil {
		return err
	}
	v := page.View{Title: f.T(r, "account.members_title", "Title", out.Title), Back: up(scope), Body: membersView{out, scope.String()}}
	switch r.URL.Query().Get("done") {
	case "invited":
		for _, m := range out.Members {
			if m.Account != r.URL.Query().Get("account") {
				continue
			}
			if m.Name == "" {
				m.Name = m.Email
			}
			v.Notice = f.T(r, "account.done_invited", "Name", m.Name)
		}
	case "taken":
		v.Notice = f.T(r, "account.done_taken")
	}
	return f.Show(w, r, "account/members", v)
}

// inviteView is the form that invites someone.
type inviteView struct {
	InviteIn
	Action string
	Key    string
	Title  string
	Roles  []page.Option
}

func (f *face) inviteView(r *http.Request, in InviteIn) (page.View, error) {
	out, err := f.room.Members(r.Context(), MembersIn{in.Scope})
	if err != nil {
		return page.View{}, err
	}
	if len(out.MayInvite) == 0 {
		return page.View{}, forbidden()
	}
	v := inviteView{InviteIn: in, Action: r.URL.Path, Key: r.PostFormValue("key"), Title: out.Title}
	for _, role := range out.MayInvite {
		v.Roles = append(v.Roles, page.Option{Value: string(role), Text: f.T(r, "house.role_"+string(role)), Hint: f.T(r, "account.about_"+string(role))})
	}
	return page.View{Title: f.T(r, "account.invite_title"), Back: "/account/members/" + in.Scope.String(), Body: v}, nil
}

func (f *face) inviteForm(w http.ResponseWriter, r *http.Request) error {
	scope, err := f.scope(r)
	if err != nil {
		return err
	}
	v, err := f.inviteView(r, InviteIn{Scope: scope})
	if err != nil {
		return err
	}
	return f.Show(w, r, "account/invite", v)
}

func (f *face) invite(w http.ResponseWriter, r *http.Request) error {
	scope, err := f.scope(r)
	if err != nil {
		return err
	}
	var in InviteIn
	err = form.Read(r, &in)
	in.Scope = scope
	var out InviteOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "account.invite", r.FormValue("key"), f.room.Invite, in)
	}
	if err != nil {
		v, e := f.inviteView(r, in)
		if e != nil {
			return e
		}
		return f.Again(w, r, "account/invite", v, err)
	}
	return web.Redirect(w, r, "/account/members/"+scope.String()+"?done=invited&account="+url.QueryEscape(out.Account))
}

// takeView asks before a role is taken away: someone would be shut out.
type takeView struct {
	Member
	Action string
	Key    string
	Title  string
}

func (f *face) takeView(r *http.Request, in TakeIn) (page.View, error) {
	out, err := f.room.Members(r.Context(), MembersIn{in.Scope})
	if err != nil {
		return page.View{}, err
	}
	for _, m := range out.Members {
		if m.Account == in.Account && m.Role == who.Role(in.Role) && m.MayTake {
			return page.View{Title: f.T(r, "account.take_title"), Back: "/account/members/" + in.Scope.String(),
				Body: takeView{m, r.URL.Path, r.PostFormValue("key"), out.Title}}, nil
		}
	}
	return page.View{}, forbidden()
}

func (f *face) takeForm(w http.ResponseWriter, r *http.Request) error {
	var in TakeIn
	scope, err := f.scope(r)
	if err == nil {
		err = form.Read(r, &in)
	}
	if err != nil {
		return err
	}
	in.Scope = scope
	v, err := f.takeView(r, in)
	if err != nil {
		return err
	}
	return f.Show(w, r, "account/take", v)
}

func (f *face) take(w http.ResponseWriter, r *http.Request) error {
	var in TakeIn
	scope, err := f.scope(r)
	if err == nil {
		err = form.Read(r, &in)
	}
	if err != nil {
		return err
	}
	in.Scope = scope
	if _, err = plug.Run(r.Context(), f.desk, "account.take", r.FormValue("key"), f.room.Take, in); err != nil {
		v, e := f.takeView(r, in)
		if e != nil {
			return err
		}
		return f.Again(w, r, "account/take", v, err)
	}
	return web.Redirect(w, r, "/account/members/"+scope.String()+"?done=taken")
}
