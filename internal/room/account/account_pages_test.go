package account

import (
	"os"
	"testing"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

func newPages(t *testing.T) *page.Set {
	t.Helper()
	all, err := lang.New(page.Words(), lang.Source{Name: "house", FS: os.DirFS("../../app/words")}, lang.Source{Name: "account", FS: os.DirFS("words")})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(all, []page.Source{{Name: "account", FS: os.DirFS("pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestPages(t *testing.T) {
	const uuid = "0190a0b0-0000-7000-8000-000000000001"
	scope := ref.Of(ref.Project, uuid)
	plain := func(title string, body any, errs ...page.Problem) page.View {
		return page.View{Title: title, Layout: page.Plain, Body: body, Errors: errs}
	}
	email, code := page.Problem{Field: "email", Text: "Type an address"}, page.Problem{Field: "code", Text: "Type the code"}
	ann := Member{Account: uuid, Name: "Ann <Example>", Email: "ann@example.org", Role: who.ProjectLead, Waiting: 1760000000000000, MayTake: true}
	roles := []page.Option{{Value: "member", Text: "Member", Hint: "Takes part"}, {Value: "evaluator", Text: "Evaluator"}}
	page.Check(t, newPages(t), "account", map[string]page.Samples{
		"account/ask":   {Full: plain("Sign in", askView{"ann@example.org", "/search?q=a"}, email), Empty: plain("Sign in", askView{})},
		"account/code":  {Full: plain("Type your code", codeView{Email: "ann@example.org"}, email, code), Empty: plain("Check your e-mail", codeView{Asked: true})},
		"account/enter": {Full: plain("Sign in", enterView{"/account/enter/abc", true}), Empty: plain("This link", enterView{})},
		"account/programme": {Full: plain("Choose", programmeView{"/search", []page.Option{{Value: uuid, Text: "A"}, {Value: "b", Text: "B"}}, uuid}, page.Problem{Field: "programme", Text: "Choose"}),
			Empty: plain("Choose", programmeView{})},
		"account/own": {Full: page.View{Title: "Your account", Errors: []page.Problem{{Field: "name", Text: "Type a name"}, {Field: "language", Text: "Choose"}}, Notice: "Saved",
			Body: ownView{OwnOut{Profile{"Ann", "en"}, "ann@example.org", []Held{{ID: "a", Began: 1, Seen: 2, Here: true}, {ID: "b", Began: 1, Seen: 2}}}, "k", []page.Option{{Value: "en", Text: "English"}}, true}},
			Empty: page.View{Title: "Your account", Body: ownView{Languages: []page.Option{{Value: "en", Text: "English"}}}}},
		"account/members": {Full: page.View{Title: "Who works on Falls", Notice: "Invited", Body: membersView{MembersOut{scope, "Falls", []Member{ann, {Account: "b", Role: who.Member}}, who.Roles()}, scope.String()}},
			Empty: page.View{Title: "Who works on Falls", Body: membersView{}}},
		"account/invite": {Full: page.View{Title: "Invite", Errors: []page.Problem{email, {Field: "name", Text: "Type a name"}, {Field: "role", Text: "Choose"}},
			Body: inviteView{InviteIn{"ann@example.org", "Ann", "member", scope}, "/account/invite/" + scope.String(), "k", "Falls", roles}},
			Empty: page.View{Title: "Invite", Body: inviteView{Roles: roles}}},
		"account/take": {Full: page.View{Title: "Take", Errors: []page.Problem{{Text: "The last lead"}}, Body: takeView{ann, "/account/take/x", "k", "Falls"}},
			Empty: page.View{Title: "Take", Body: takeView{}}},
	}, page.Chrome{Account: "Ann", SignOut: true, Path: "/account"})
}
