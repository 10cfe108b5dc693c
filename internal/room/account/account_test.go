package account

import (
	"slices"
	"strings"
	"testing"

	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

func TestOwnPath(t *testing.T) {
	for next, want := range map[string]string{
		"/evidence/abc?strand=lived":    "/evidence/abc?strand=lived",
		"/":                             "/",
		"/search?q=//x":                 "/search?q=//x",
		"":                              "",
		"//evil.example":                "",
		"/\\evil.example":               "",
		"/%5cevil.example":              "",
		"/%2f/evil.example":             "",
		"///evil.example":               "",
		"/\t/evil.example":              "",
		"/\n/evil.example":              "",
		"https://evil.example/":         "",
		"https:evil.example":            "",
		"javascript:alert(1)":           "",
		"evil.example":                  "",
		"\\\\evil.example":              "",
		"/%zz":                          "",
		"/account/sign-in":              "",
		"/account/enter/abc":            "",
		"/account/code?other=1":         "",
		"/account/members/x":            "/account/members/x",
		"/" + strings.Repeat("a", 1000): "",
	} {
		if got := ownPath(next); got != want {
			t.Errorf("%q: %q, want %q", next, got, want)
		}
	}
}

func TestFold(t *testing.T) {
	if fold(" Ann.Example@Example.ORG ") != "ann.example@example.org" {
		t.Error("letters of either case and space around are the same")
	}
	if fold("josé@example.org") == fold("jose@example.org") {
		t.Error("an address with an accent is another address")
	}
}

func TestGoodEmail(t *testing.T) {
	for email, want := range map[string]bool{
		"ann@example.org": true, "ann+x@example.org": true, "josé@example.org": true,
		"": false, "ann": false, "ann@": false, "a@b@c": false, "Ann <ann@example.org>": false, "ann@example.org\nBcc: x@y.z": false,
		"ann@example.org, bob@example.org": false, strings.Repeat("a", 250) + "@example.org": false,
	} {
		if goodEmail(email) != want {
			t.Errorf("%q: want %v", email, want)
		}
	}
}

func TestCheckName(t *testing.T) {
	for name, good := range map[string]bool{"Ann Example": true, "Siân": true, "": false, "  ": false, "a\nb": false,
		strings.Repeat("é", MaxName): true, strings.Repeat("é", MaxName+1): false} {
		if err := checkName(name); (err == nil) != good || (err != nil && !fault.Is(err, fault.Invalid)) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestFigures(t *testing.T) {
	for typed, want := range map[string]string{"123456": "123456", " 123 456 ": "123456", "123-456": "123456", "abc": "", "12345": "12345"} {
		if got := figures(typed); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

func TestLinkAndCodeOpen(t *testing.T) {
	good := Link{Account: "a", Token: "t", Code: "c", Made: Asked, LinkEnds: 100, CodeEnds: 60}
	for _, c := range []struct {
		name       string
		change     func(*Link)
		now        int64
		link, code bool
	}{
		{"fresh", func(*Link) {}, 59, true, true},
		{"the code ends first", func(*Link) {}, 60, true, false},
		{"then the link", func(*Link) {}, 100, false, false},
		{"used", func(l *Link) { l.UsedAt = 5 }, 10, false, false},
		{"four wrong tries", func(l *Link) { l.Tries = 4 }, 10, true, true},
		{"five wrong tries leave the link", func(l *Link) { l.Tries = 5 }, 10, true, false},
		{"not written yet", func(l *Link) { l.Token = "" }, 10, false, true},
		{"an unknown address looks the same to who tries codes", func(l *Link) { l.Account, l.Token, l.Code = "", "", "" }, 10, false, true},
		{"an invitation has no code", func(l *Link) { l.Made = Invited }, 10, true, false},
	} {
		l := good
		c.change(&l)
		if l.open(c.now) != c.link || l.codeOpen(c.now) != c.code {
			t.Errorf("%s: link %v, code %v", c.name, l.open(c.now), l.codeOpen(c.now))
		}
	}
}

// scopes of the tests: a programme, a project with a site, and another of each.
func scopes() map[string]ref.Record {
	return map[string]ref.Record{
		"programme":     {ID: "pr", Kind: ref.Programme},
		"project":       {ID: "p", Kind: ref.Project, Project: "p"},
		"site":          {ID: "s", Kind: ref.Site, Project: "p", Site: "s"},
		"other project": {ID: "q", Kind: ref.Project, Project: "q"},
		"other site":    {ID: "z", Kind: ref.Site, Project: "q", Site: "z"},
	}
}

func TestWhoMayGiveWhich(t *testing.T) {
	all := who.Roles()
	project := []who.Role{who.ProjectLead, who.Partner, who.Reviewer, who.Evaluator, who.Communicator, who.Administrator, who.HostLead, who.HostStaff, who.Member, who.Safeguarding}
	wide := []who.Role{who.Reviewer, who.Evaluator, who.Communicator, who.Administrator, who.Member, who.Safeguarding}
	delivery := append([]who.Role{who.DeliveryLead, who.CoreNetwork}, project...)
	none := []who.Role{}
	for _, c := range []struct {
		role  who.Role
		at    ref.Ref
		scope string
		want  []who.Role
	}{
		{who.ProgrammeLead, ref.Of(ref.Programme, "pr"), "programme", append([]who.Role{who.ProgrammeLead, who.DeliveryLead, who.CoreNetwork}, wide...)},
		{who.ProgrammeLead, ref.Of(ref.Programme, "pr"), "project", delivery},
		{who.ProgrammeLead, ref.Of(ref.Programme, "pr"), "site", project},
		{who.DeliveryLead, ref.Of(ref.Programme, "pr"), "programme", append([]who.Role{who.DeliveryLead, who.CoreNetwork}, wide...)},
		{who.DeliveryLead, ref.Of(ref.Programme, "pr"), "other project", delivery},
		{who.DeliveryLead, ref.Of(ref.Project, "p"), "project", delivery},
		{who.DeliveryLead, ref.Of(ref.Project, "p"), "programme", none},
		{who.DeliveryLead, ref.Of(ref.Project, "p"), "other project", none},
		{who.ProjectLead, ref.Of(ref.Project, "p"), "project", project},
		{who.ProjectLead, ref.Of(ref.Project, "p"), "site", project},
		{who.ProjectLead, ref.Of(ref.Project, "p"), "programme", none},
		{who.ProjectLead, ref.Of(ref.Project, "p"), "other project", none},
		{who.ProjectLead, ref.Of(ref.Project, "p"), "other site", none},
		{who.ProjectLead, ref.Of(ref.Site, "s"), "site", project},
		{who.ProjectLead, ref.Of(ref.Site, "s"), "project", none},
	} {
		got := givable([]who.Grant{{Role: c.role, Scope: c.at}}, false, scopes()[c.scope])
		if !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("%s of %s in %s gives %v, want %v", c.role, c.at.Kind, c.scope, got, c.want)
		}
	}
	for _, role := range all {
		if slices.Contains([]who.Role{who.ProgrammeLead, who.DeliveryLead, who.ProjectLead}, role) {
			continue
		}
		for name, scope := range scopes() {
			if got := givable([]who.Grant{{Role: role, Scope: ref.Of(ref.Programme, "pr")}}, false, scope); len(got) > 0 {
				t.Errorf("%s gives %v in %s, want none", role, got, name)
			}
		}
	}
	if got := givable(nil, true, scopes()["programme"]); !slices.Contains(got, who.ProgrammeLead) || slices.Contains(got, who.HostLead) {
		t.Errorf("the operator gives what fits: %v", got)
	}
}

func TestNobodyGivesMoreThanTheyHold(t *testing.T) {
	rank := map[who.Role]int{who.ProgrammeLead: 3, who.DeliveryLead: 2, who.CoreNetwork: 2, who.ProjectLead: 1}
	for giver, roles := range givers() {
		for _, role := range roles {
			if rank[role] > rank[giver] {
				t.Errorf("%s may give %s, which is above", giver, role)
			}
		}
	}
}
