package account_test

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/room/account"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// dump is every row of the tables in which this room and its jobs write, as text.
func (h *house) dump() string {
	h.t.Helper()
	var b strings.Builder
	for _, table := range []string{"account_email", "account_session", "account_link", "account_limit", "account_invite", "trail_entry", "trail_body", "trail_key", "river_job"} {
		rows, err := h.db.Readers().QueryContext(h.t.Context(), "select * from "+table)
		h.ok(err)
		h.ok(readAll(&b, rows))
	}
	return b.String()
}

func readAll(b *strings.Builder, rows *sql.Rows) error {
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		row := make([]any, len(names))
		for i := range row {
			row[i] = new(any)
		}
		if err := rows.Scan(row...); err != nil {
			return err
		}
		for _, v := range row {
			switch x := (*v.(*any)).(type) {
			case []byte:
				fmt.Fprintf(b, "%s\t", x)
			default:
				fmt.Fprintf(b, "%v\t", x)
			}
		}
		b.WriteByte('\n')
	}
	return errors.Join(rows.Err(), rows.Close())
}

func TestInvite(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.lead("ann@example.org", h.programme)
		scope := ref.Of(ref.Project, h.project)
		here := "/account/members/" + scope.String()
		ann := h.browser()
		ann.signIn("ann@example.org")
		ann.get(here).want(t, 200, "Nobody has a role here yet", "Invite someone")
		form := "/account/invite/" + scope.String()
		page := ann.get(form)
		page.want(t, 200, "Falls at home", "Does not see who said what")
		key := find(page.body, `name="key" value="([^"]+)"`)
		ann.post(form, "key", key, "email", "bob", "name", "", "role", "member").want(t, 422, `value="bob"`)
		fields := []string{"key", key, "email", "Bob@Example.org", "name", "Bob", "role", "project_lead"}
		for range 2 { // pressed twice: one letter
			a := ann.post(form, fields...)
			if !strings.HasPrefix(a.to, here+"?done=invited") {
				t.Fatalf("%d %s", a.status, a.body)
			}
			ann.get(a.to).want(t, 200, "We have made a letter for Bob")
		}
		h.work()
		if n := len(h.mailbox("Bob@Example.org")); n != 1 {
			t.Fatalf("%d letters", n)
		}
		l := h.newest("Bob@Example.org")
		for _, want := range []string{"Ann Example invites you", "Falls at home", "Better days", "Project lead (coach"} {
			if !strings.Contains(l.text, want) || l.code != "" {
				t.Errorf("no %q in the invitation:\n%s", want, l.text)
			}
		}
		ann.get(here).want(t, 200, "Bob@Example.org", "Invited", "Has not signed in yet")
		h.hand.Add(6 * 24 * time.Hour)
		bob := h.browser()
		bob.get(l.link).want(t, 200)
		if a := bob.post(l.link); a.to != "/" || !bob.signedIn() {
			t.Fatalf("the invitation's link: %d", a.status)
		}
		page = bob.get(here)
		page.want(t, 200, "Bob@Example.org")
		if strings.Contains(page.body, "Has not signed in") {
			t.Error("he has signed in")
		}
		// Bob brings in a member, and nobody above himself.
		bob.post(form, "email", "cy@example.org", "name", "Cy", "role", "delivery_lead").want(t, 422, "cannot give this role")
		bob.post(form, "email", "cy@example.org", "name", "Cy", "role", "emperor").want(t, 422, "from the list")
		if a := bob.post(form, "email", "cy@example.org", "name", "Cy", "role", "member"); a.status != 303 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		bob.get("/account/members/programme:"+h.programme).want(t, 403)
		bob.get("/account/invite/programme:"+h.programme).want(t, 403)
		bob.get("/account/invite/programme:"+h.second).want(t, 404)
		bob.get("/account/invite/nonsense").want(t, 422)
		h.work()
		late := h.newest("cy@example.org")
		h.hand.Add(account.InviteLasts + time.Minute)
		h.browser().post(late.link).want(t, 410, "your place is kept")
		cy := h.browser()
		cy.signIn("cy@example.org")
		if !cy.signedIn() {
			t.Error("after a week one signs in by address")
		}
		cy.get(here).want(t, 403)
	})
}

func TestContactsOnlyForThoseWhoInvite(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.lead("ann@example.org", h.programme)
		scope := ref.Of(ref.Project, h.project)
		_, err := h.room.Invite(h.operator(h.programme), account.InviteIn{Email: "bob@example.org", Name: "Bob", Role: "evaluator", Scope: scope})
		h.ok(err)
		for role, sees := range map[who.Role]string{who.ProjectLead: "names and addresses", who.Evaluator: "names", who.Partner: "names", who.Administrator: "names",
			who.HostLead: "nothing", who.HostStaff: "nothing", who.Member: "nothing"} {
			id := h.ids.New()
			h.give(id, role, scope)
			out, err := h.room.Members(h.as(id), account.MembersIn{Scope: scope})
			got := "nothing"
			for _, m := range out.Members {
				if m.Name == "Bob" && m.Email == "" {
					got = "names"
				} else if m.Name == "Bob" {
					got = "names and addresses"
				}
			}
			if got != sees || (sees == "nothing") != fault.Is(err, fault.Forbidden) {
				t.Errorf("%s sees %s, want %s (%v)", role, got, sees, err)
			}
		}
		for _, ctx := range []account.MembersIn{{Scope: ref.Of(ref.Programme, h.second)}, {Scope: ref.Of(ref.Project, h.ids.New())}} {
			if _, err := h.room.Members(h.as(h.ids.New()), ctx); !fault.Is(err, fault.Missing) {
				t.Errorf("elsewhere: %v", err)
			}
		}
	})
}

func TestTake(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.lead("ann@example.org", h.programme)
		all := ref.Of(ref.Programme, h.programme)
		b := h.browser()
		b.signIn("ann@example.org")
		at := "/account/take/" + all.String()
		b.get(at+"?account="+ann+"&role=programme_lead").want(t, 200, "Take this role away", "Ann Example")
		b.post(at, "account", ann, "role", "programme_lead").want(t, 409, "last lead")
		_, err := h.room.Invite(h.as(ann), account.InviteIn{Email: "bob@example.org", Name: "Bob", Role: "programme_lead", Scope: all})
		h.ok(err)
		b.get("/account/members/"+all.String()).want(t, 200, "Bob")
		if a := b.post(at, "account", ann, "role", "programme_lead"); a.to != "/account/members/"+all.String()+"?done=taken" {
			t.Fatalf("%d %s", a.status, a.body)
		}
		// At once, in the session that is open.
		b.get("/account/members/"+all.String()).want(t, 404)
		h.ok(h.db.Read(t.Context(), func(tx *db.Tx) error {
			n, err := who.Leads(tx, h.programme)
			if n != 1 {
				t.Errorf("%d leads", n)
			}
			return err
		}))
		// A coach takes nobody who is above, and nobody who is not there.
		coach := h.ids.New()
		h.give(coach, who.ProjectLead, ref.Of(ref.Project, h.project))
		if _, err := h.room.Take(h.as(coach), account.TakeIn{Account: ann, Role: "programme_lead", Scope: all}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("above: %v", err)
		}
		if _, err := h.room.Take(h.as(coach), account.TakeIn{Account: ann, Role: "member", Scope: ref.Of(ref.Project, h.project)}); !fault.Is(err, fault.Missing) {
			t.Errorf("not there: %v", err)
		}
	})
}

func TestEveryVerbRefusesAStranger(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := who.With(t.Context(), h.policy, who.Actor{})
		scope := ref.Of(ref.Project, h.project)
		for name, do := range map[string]func() error{
			"make":    func() error { _, err := h.room.Make(ctx, account.MakeIn{Programme: h.programme}); return err },
			"link":    func() error { _, err := h.room.Link(ctx, account.LinkIn{}); return err },
			"invite":  func() error { _, err := h.room.Invite(ctx, account.InviteIn{Scope: scope}); return err },
			"take":    func() error { _, err := h.room.Take(ctx, account.TakeIn{Scope: scope}); return err },
			"members": func() error { _, err := h.room.Members(ctx, account.MembersIn{Scope: scope}); return err },
			"own":     func() error { _, err := h.room.Own(ctx, account.OwnIn{}); return err },
			"change":  func() error { _, err := h.room.Change(ctx, account.ChangeIn{}); return err },
			"end":     func() error { _, err := h.room.End(ctx, account.EndIn{}); return err },
		} {
			if err := do(); !fault.Is(err, fault.Signin) {
				t.Errorf("%s: %v", name, err)
			}
		}
		lead := h.lead("ann@example.org", h.programme)
		if _, err := h.room.Make(h.as(lead), account.MakeIn{Email: "x@example.org", Name: "X", Programme: h.programme}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a lead makes accounts as the operator does: %v", err)
		}
	})
}

func TestSweep(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.lead("ann@example.org", h.programme)
		b := h.browser()
		b.signIn("ann@example.org")
		sweep := func() {
			for _, d := range h.room.Plug().Jobs {
				if d.Every > 0 {
					h.ok(d.Do(t.Context(), noJob()))
				}
			}
		}
		sweep()
		if !b.signedIn() {
			t.Fatal("a session in use was swept")
		}
		h.hand.Add(15 * 24 * time.Hour)
		sweep()
		for _, table := range []string{"account_session", "account_link", "account_limit"} {
			h.ok(h.db.Read(t.Context(), func(tx *db.Tx) error {
				n, err := db.Count(tx, db.Q("select count(*) from "+table))
				if n != 0 {
					t.Errorf("%s still has %d rows", table, n)
				}
				return err
			}))
		}
	})
}

func noJob() job.Job { return job.Job{} }
