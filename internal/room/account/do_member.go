package account

import (
	"context"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// InviteIn invites someone to a role in a programme, a project or a site.
type InviteIn struct {
	Email string  `json:"email"`
	Name  string  `json:"name"` // to be shown; an address that is known keeps its own
	Role  string  `json:"role"`
	Scope ref.Ref `json:"scope"`
}

// InviteOut names the account and the invitation.
type InviteOut struct {
	Account string `json:"account"`
	Invite  string `json:"invite"`
}

// Invite gives a role and sends a letter with a way in. Inviting someone again sends
// another letter.
func (r *Room) Invite(ctx context.Context, in InviteIn) (out InviteOut, err error) {
	id, invite, link, entry, now := r.ids.New(), r.ids.New(), r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		scope, err := r.mayHere(ctx, tx, in.Scope, in.Role)
		if err != nil {
			return err
		}
		if err := checkEmail(in.Email); err != nil {
			return err
		}
		a, err := r.getOrMake(tx, Account{ID: id, Email: in.Email, Profile: Profile{in.Name, ""}, Created: now})
		if err != nil {
			return err
		}
		g := who.Grant{Programme: scope.Programme, Account: a.ID, Role: who.Role(in.Role), Scope: in.Scope}
		if err := who.Give(tx, g, now); err != nil {
			return err
		}
		if err := dropInvites(tx, g); err != nil {
			return err
		}
		l := Link{ID: link, Address: r.address(a.Fold), Account: a.ID, Programme: scope.Programme, Made: Invited, Language: a.Language,
			Created: now, LinkEnds: now + InviteLasts.Microseconds()}
		if err := insertLink(tx, l); err != nil {
			return err
		}
		v := Invite{ID: invite, Account: a.ID, Role: in.Role, At: now, Ends: l.LinkEnds}
		if err := insertInvite(tx, scope.Programme, who.From(ctx).Key(), in.Scope, v); err != nil {
			return err
		}
		if err := r.jobs.Add(tx, letterJob, map[string]string{"link": link, "invite": invite}); err != nil {
			return err
		}
		if err := r.tell(tx, "account.given", g, now); err != nil {
			return err
		}
		out = InviteOut{a.ID, invite}
		return trail.Put(ctx, tx, entry, now, "account.invite", ref.Of(Kind, a.ID), 1, granted(g))
	})
	return out, err
}

// tell says that the roles of an account changed.
func (r *Room) tell(tx *db.Tx, name string, g who.Grant, now int64) error {
	return r.news.Tell(tx, news.Item{Programme: g.Programme, Name: name, Refs: []ref.Ref{ref.Of(Kind, g.Account)}, At: now})
}

// mayHere checks that the actor may give and take a role in a scope.
func (r *Room) mayHere(ctx context.Context, tx *db.Tx, at ref.Ref, role string) (ref.Record, error) {
	scope, err := who.Record(ctx, tx, "account.invite", at)
	if err != nil {
		return scope, err
	}
	if !slices.Contains([]string{ref.Programme, ref.Project, ref.Site}, scope.Kind) {
		return scope, fault.Fielded("scope", "house.bad_ref")
	}
	may, err := r.givable(ctx, tx, scope)
	if err != nil {
		return scope, err
	}
	switch {
	case !slices.Contains(who.Roles(), who.Role(role)):
		return scope, fault.Fielded("role", "house.bad_role")
	case !slices.Contains(may, who.Role(role)):
		return scope, fault.Fielded("role", "account.role_above")
	}
	return scope, nil
}

func (r *Room) givable(ctx context.Context, tx *db.Tx, scope ref.Record) ([]who.Role, error) {
	mine, err := who.Grants(ctx, tx)
	return givable(mine, who.From(ctx).Kind == who.Operator, scope), err
}

// TakeIn takes a role away.
type TakeIn struct {
	Account string  `json:"account"`
	Role    string  `json:"role"`
	Scope   ref.Ref `json:"scope"`
}

// TakeOut counts what was taken.
type TakeOut struct {
	Taken int `json:"taken"`
}

// Take removes a role at once, wherever its holder is signed in. A programme's last lead
// stays: without one nobody could let another in.
func (r *Room) Take(ctx context.Context, in TakeIn) (out TakeOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		scope, err := r.mayHere(ctx, tx, in.Scope, in.Role)
		if err != nil {
			return err
		}
		g := who.Grant{Programme: scope.Programme, Account: in.Account, Role: who.Role(in.Role), Scope: in.Scope}
		held, err := who.Members(tx, scope.Programme, in.Scope)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(held, func(x who.Grant) bool { return x.Account == g.Account && x.Role == g.Role }) {
			return fault.New(fault.Missing, "house.missing")
		}
		if g.Role == who.ProgrammeLead {
			leads, err := who.Leads(tx, scope.Programme)
			if err != nil {
				return err
			}
			if leads <= 1 {
				return fault.New(fault.Conflict, "account.last_lead").With("account.last_lead_do")
			}
		}
		if err := who.Take(tx, g); err != nil {
			return err
		}
		if err := dropInvites(tx, g); err != nil {
			return err
		}
		if err := r.tell(tx, "account.taken", g, now); err != nil {
			return err
		}
		out = TakeOut{1}
		return trail.Put(ctx, tx, entry, now, "account.take", ref.Of(Kind, in.Account), 1, granted(g))
	})
	return out, err
}

// TakeAll removes every role of an account in the actor's programme, as part of another
// room's verb: each as Take does, with its rules.
func (r *Room) TakeAll(ctx context.Context, account string) error {
	return r.db.Write(ctx, func(tx *db.Tx) error {
		grants, err := who.GrantsOf(tx, who.From(ctx).Programme, account)
		if err != nil {
			return err
		}
		for _, g := range grants {
			if _, err := r.Take(tx.Context(), TakeIn{Account: account, Role: string(g.Role), Scope: g.Scope}); err != nil {
				return err
			}
		}
		return nil
	})
}

// MembersIn asks who holds roles in a scope.
type MembersIn struct {
	Scope ref.Ref `json:"scope"`
}

// Member is one role that someone holds.
type Member struct {
	Account string   `json:"account"`
	Name    string   `json:"name"`
	Email   string   `json:"email,omitempty"` // only for those who may invite
	Role    who.Role `json:"role"`
	Waiting int64    `json:"waiting,omitempty"` // invited, not come yet: when the letter's link ends
	MayTake bool     `json:"may_take"`
}

// MembersOut is who holds roles in a scope itself, without those above it.
type MembersOut struct {
	Scope     ref.Ref    `json:"scope"`
	Title     string     `json:"title"`
	Members   []Member   `json:"members"`
	MayInvite []who.Role `json:"may_invite"` // roles the reader may give here
}

// Members lists who holds roles in a programme, a project or a site.
func (r *Room) Members(ctx context.Context, in MembersIn) (out MembersOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		scope, err := who.Record(ctx, tx, "account.members", in.Scope)
		if err != nil {
			return err
		}
		out = MembersOut{Scope: in.Scope, Title: scope.Title, Members: []Member{}, MayInvite: []who.Role{}}
		invites, err := invites(tx, scope.Programme, in.Scope)
		if err != nil {
			return err
		}
		contacts := who.Can(ctx, tx, "account.invite", in.Scope)
		if contacts {
			if out.MayInvite, err = r.givable(ctx, tx, scope); err != nil {
				return err
			}
		}
		grants, err := who.Members(tx, scope.Programme, in.Scope)
		if err != nil {
			return err
		}
		ids := make([]string, len(grants))
		for i, g := range grants {
			ids[i] = g.Account
		}
		people, err := byIDs(tx, ids)
		if err != nil {
			return err
		}
		for _, role := range who.Roles() {
			for _, g := range grants {
				if g.Role == role {
					out.Members = append(out.Members, member(g, people[g.Account], invites, contacts, out.MayInvite))
				}
			}
		}
		return nil
	})
	return out, err
}

func member(g who.Grant, a Account, all []Invite, contacts bool, may []who.Role) Member {
	m := Member{Account: g.Account, Name: a.Name, Role: g.Role, MayTake: slices.Contains(may, g.Role)}
	if contacts {
		m.Email = a.Email
	}
	for _, v := range all {
		if v.Account == g.Account && v.Role == string(g.Role) {
			m.Waiting = v.Ends
		}
	}
	return m
}
