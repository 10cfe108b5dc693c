package who

import (
	"context"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
)

// Grant is one row of membership: an account has a role in a scope.
type Grant struct {
	Programme string
	Account   string
	Role      Role
	Scope     ref.Ref // programme, project or site
	Project   string  // of a site's grant: the project that the site is in; read, never stored
}

// covers says whether a grant reaches a record.
func (g Grant) covers(r ref.Record) bool {
	switch g.Scope.Kind {
	case ref.Programme:
		return true
	case ref.Project:
		return r.Project == g.Scope.ID
	case ref.Site:
		return r.Site == g.Scope.ID
	}
	return false
}

type grantsKey struct{ programme, account string }

// Grants reads what the acting account holds in its programme, once per transaction.
func Grants(ctx context.Context, tx *db.Tx) ([]Grant, error) {
	a := From(ctx)
	if a.Kind != Account {
		return nil, nil
	}
	v, err := tx.Memo(grantsKey{a.Programme, a.ID}, func() (any, error) { return GrantsOf(tx, a.Programme, a.ID) })
	if err != nil {
		return nil, err
	}
	return v.([]Grant), nil
}

// GrantsOf reads what an account holds in a programme.
func GrantsOf(tx *db.Tx, programme, account string) ([]Grant, error) {
	return db.All(tx, db.Q(grants+` where m.programme = ? and m.account = ? order by m.role, m.scope`, programme, account), scanGrant)
}

// Members reads the grants of one scope.
func Members(tx *db.Tx, programme string, scope ref.Ref) ([]Grant, error) {
	return db.All(tx, db.Q(grants+` where m.programme = ? and m.scope = ? order by m.role, m.account`, programme, scope.ID), scanGrant)
}

// Programmes lists the programmes in which an account holds anything.
func Programmes(tx *db.Tx, account string) ([]string, error) {
	return db.All(tx, db.Q(`select distinct programme from who_member where account = ? order by programme`, account), db.Value[string])
}

const grants = `select m.programme, m.account, m.role, m.scope_kind, m.scope, coalesce(s.project, '') from who_member m
	left join ref_record s on s.programme = m.programme and s.id = m.scope`

func scanGrant(r db.Row, g *Grant) error {
	return r.Scan(&g.Programme, &g.Account, &g.Role, &g.Scope.Kind, &g.Scope.ID, &g.Project)
}

// Give adds a grant; the same one twice is one.
func Give(tx *db.Tx, g Grant, now int64) error {
	if !slices.Contains(Roles(), g.Role) {
		return fault.Fielded("role", "house.bad_role")
	}
	if g.Scope.Kind != ref.Programme && g.Scope.Kind != ref.Project && g.Scope.Kind != ref.Site {
		return fault.Fielded("scope", "house.bad_ref")
	}
	tx.Forget(grantsKey{g.Programme, g.Account})
	return tx.Do(db.Q(`insert into who_member (programme, account, role, scope_kind, scope, since) values (?, ?, ?, ?, ?, ?)
		on conflict (programme, account, role, scope) do nothing`, g.Programme, g.Account, string(g.Role), g.Scope.Kind, g.Scope.ID, now))
}

// Take removes a grant.
func Take(tx *db.Tx, g Grant) error {
	tx.Forget(grantsKey{g.Programme, g.Account})
	return tx.Do(db.Q(`delete from who_member where programme = ? and account = ? and role = ? and scope = ?`,
		g.Programme, g.Account, string(g.Role), g.Scope.ID))
}

// Leads counts the programme leads, so that the last is not taken away.
func Leads(tx *db.Tx, programme string) (int64, error) {
	return db.Count(tx, db.Q(`select count(*) from who_member where programme = ? and role = ? and scope_kind = ?`,
		programme, string(ProgrammeLead), ref.Programme))
}

// Where is the condition under which the actor may see rows of ref_record (named alias)
// with a permission. Every list, walk and search carries it before its limit. An actor
// with no right to anything gets a condition that is never true.
func Where(ctx context.Context, tx *db.Tx, alias, permission string) (db.Part, error) {
	c, _ := ctx.Value(ctxKey{}).(carried)
	if c.policy == nil || c.actor.Programme == "" {
		return db.Q("1 = 0"), nil
	}
	p, ok := c.policy.by[permission]
	if !ok {
		return db.Q("1 = 0"), nil
	}
	here := db.Q(alias+".programme = ?", c.actor.Programme)
	switch c.actor.Kind {
	case Operator, Job:
		return here, nil
	case Card:
		if !p.Card || c.actor.Person == "" {
			return db.Q("1 = 0"), nil
		}
		return db.And(here, db.Or(db.Q(alias+".person = ?", c.actor.Person), itself(alias, ref.Person, c.actor.Person))), nil
	case Account:
	default:
		return db.Q("1 = 0"), nil
	}
	grants, err := Grants(ctx, tx)
	if err != nil {
		return db.Part{}, err
	}
	var projects, sites, homes []string
	for _, g := range grants {
		if !slices.Contains(p.Roles, g.Role) {
			continue
		}
		switch g.Scope.Kind {
		case ref.Programme:
			return here, nil
		case ref.Project:
			projects = append(projects, g.Scope.ID)
		case ref.Site:
			sites = append(sites, g.Scope.ID)
			if p.Wide {
				homes = append(homes, g.Project)
			}
		}
	}
	var any []db.Part
	if len(projects) > 0 {
		any = append(any, db.Join(db.Q(alias+".project in"), db.List(projects)), itself(alias, ref.Project, projects...))
	}
	if len(sites) > 0 {
		any = append(any, db.Join(db.Q(alias+".site in"), db.List(sites)), itself(alias, ref.Site, sites...))
	}
	if len(homes) > 0 {
		any = append(any, db.Join(db.Q("("+alias+".kind = 'project' and "+alias+".id in"), db.List(homes), db.Q(")")))
	}
	return db.And(here, db.Or(any...)), nil
}

// itself is the rows of projects, sites and people themselves: each stands in itself,
// whatever its row says, as Must has it.
func itself(alias, kind string, ids ...string) db.Part {
	return db.Join(db.Q("("+alias+".kind = ? and "+alias+".id in", kind), db.List(ids), db.Q(")"))
}

// Somewhere is Must for lists that reach over the programme: the actor holds the
// permission in some scope of it, and Where then says in which. A card passes when the
// permission is open to cards.
func Somewhere(ctx context.Context, tx *db.Tx, permission string) error {
	c, _ := ctx.Value(ctxKey{}).(carried)
	if c.policy == nil || c.actor.Programme == "" {
		return refuse(c.actor)
	}
	p, ok := c.policy.by[permission]
	if !ok {
		return fault.New(fault.Forbidden, "house.forbidden")
	}
	switch c.actor.Kind {
	case Operator, Job:
		return nil
	case Card:
		if p.Card && c.actor.Person != "" {
			return nil
		}
		return fault.New(fault.Missing, "house.missing")
	case Account:
	default:
		return refuse(c.actor)
	}
	grants, err := Grants(ctx, tx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(grants, func(g Grant) bool { return slices.Contains(p.Roles, g.Role) }) {
		return nil
	}
	return fault.New(fault.Forbidden, "house.forbidden")
}
