// Package who says who is acting and what they may do.
//
// Authority is checked in verbs: the first line of each is Must. Membership is a
// row of account, role and scope (a programme, a project or a site); a permission
// names the roles that hold it. What is not allowed is refused, and what an actor
// may not know exists is *missing*.
package who

import (
	"context"
	"embed"
	"slices"
	"sort"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
)

// Migrations holds this package's tables.
//
//go:embed sql/*.sql
var Migrations embed.FS

// Role is what someone does in a programme, a project or a site.
type Role string

// The roles, as the glossary has them.
const (
	ProgrammeLead Role = "programme_lead"
	DeliveryLead  Role = "delivery_lead"
	CoreNetwork   Role = "core_network"
	ProjectLead   Role = "project_lead" // coach, facilitator or coordinator
	Partner       Role = "coproduction_partner"
	Reviewer      Role = "evidence_reviewer"
	Evaluator     Role = "evaluator"
	Communicator  Role = "communications"
	Administrator Role = "administrator"
	HostLead      Role = "host_lead"
	HostStaff     Role = "host_staff"
	Member        Role = "member"
	Safeguarding  Role = "safeguarding_lead"
)

// Roles is every role, in the order pages show them.
func Roles() []Role {
	return []Role{ProgrammeLead, DeliveryLead, CoreNetwork, ProjectLead, Partner, Reviewer, Evaluator, Communicator,
		Administrator, HostLead, HostStaff, Member, Safeguarding}
}

// Lead is the roles that run a project.
func Lead() []Role { return []Role{ProgrammeLead, DeliveryLead, CoreNetwork, ProjectLead} }

// Team is the roles that work with people's words: never the host's.
func Team() []Role {
	return []Role{ProgrammeLead, DeliveryLead, CoreNetwork, ProjectLead, Partner, Reviewer, Evaluator, Communicator, Safeguarding}
}

// Everyone is every role.
func Everyone() []Role { return Roles() }

// ActorKind is the sort of actor.
type ActorKind string

// The sorts of actor.
const (
	Stranger ActorKind = ""         // nobody is signed in
	Account  ActorKind = "account"  // someone signed in
	Card     ActorKind = "card"     // a contributor with a code: own words only
	Guest    ActorKind = "guest"    // one gathering, until it closes
	Token    ActorKind = "token"    // another program
	Job      ActorKind = "job"      // its starter's rights, checked again
	Operator ActorKind = "operator" // the command line beside the database
)

// Actor is who acts now.
type Actor struct {
	Kind      ActorKind
	ID        string // account, card, token or job id
	Programme string // from session, card, token or slug; never from an address
	Person    string // for a card: whose words
	Verb      string // the outermost verb that is running
	Request   string // request id, for the trail and the log
}

// Key is how the trail names the actor: "account:uuid", "operator".
func (a Actor) Key() string {
	if a.ID == "" {
		return string(a.Kind)
	}
	return string(a.Kind) + ":" + a.ID
}

// Permission is one thing that may be done, and by which roles.
type Permission struct {
	Name  string // "evidence.give"
	Roles []Role
	Card  bool // a contributor may, for records that are their own
	Any   bool // anybody may, signed in or not (signing in, opening a card)
	Self  bool // any account may, about itself
	Wide  bool // held at a site, it also opens the project's own page and lists; rows stay those of the site
}

// Policy is every permission of the house.
type Policy struct{ by map[string]Permission }

// NewPolicy gathers the permissions of all rooms; a name given twice keeps the last.
func NewPolicy(all ...Permission) *Policy {
	p := &Policy{map[string]Permission{}}
	for _, x := range all {
		p.by[x.Name] = x
	}
	return p
}

// Get finds a permission.
func (p *Policy) Get(name string) (Permission, bool) { x, ok := p.by[name]; return x, ok }

// All lists every permission by name.
func (p *Policy) All() []Permission {
	out := make([]Permission, 0, len(p.by))
	for _, x := range p.by {
		out = append(out, x)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

type ctxKey struct{}

type carried struct {
	actor  Actor
	policy *Policy
}

// With gives a context in which a acts under a policy.
func With(ctx context.Context, p *Policy, a Actor) context.Context {
	return context.WithValue(ctx, ctxKey{}, carried{a, p})
}

// From gives the actor of a context; a Stranger when there is none.
func From(ctx context.Context) Actor {
	c, _ := ctx.Value(ctxKey{}).(carried)
	return c.actor
}

// As keeps the policy of a context and changes the actor.
func As(ctx context.Context, a Actor) context.Context {
	c, _ := ctx.Value(ctxKey{}).(carried)
	return With(ctx, c.policy, a)
}

// House is the scope of things that belong to no programme, such as signing in.
func House() ref.Ref { return ref.Ref{Kind: "house"} }

// Here is the scope of the actor's whole programme.
func Here(ctx context.Context) ref.Ref { return ref.Of(ref.Programme, From(ctx).Programme) }

// Must is the first line of every verb: may the actor do this, there? at is a scope
// (programme, project, site) or any record, whose scope is read from ref_record.
// A stranger gets *signin*, someone who may not know that the place exists *missing*,
// someone who does *forbidden*.
func Must(ctx context.Context, tx *db.Tx, permission string, at ref.Ref) error {
	_, err := must(ctx, tx, permission, at)
	return err
}

// Record is Must for a verb that goes on to use the record it asked about. A record of
// another kind than those named is missing; with none named, any kind will do.
func Record(ctx context.Context, tx *db.Tx, permission string, at ref.Ref, kinds ...string) (ref.Record, error) {
	rec, err := must(ctx, tx, permission, at)
	if err == nil && len(kinds) > 0 && !slices.Contains(kinds, rec.Kind) {
		return ref.Record{}, fault.New(fault.Missing, "house.missing")
	}
	return rec, err
}

func must(ctx context.Context, tx *db.Tx, permission string, at ref.Ref) (ref.Record, error) {
	c, _ := ctx.Value(ctxKey{}).(carried)
	var rec ref.Record
	if c.policy == nil {
		return rec, refuse(c.actor)
	}
	p, ok := c.policy.by[permission]
	if !ok {
		return rec, fault.New(fault.Forbidden, "house.forbidden")
	}
	if at.Kind == "house" {
		if p.Any || c.actor.Kind == Operator || (p.Self && c.actor.Kind == Account) {
			return rec, nil
		}
		return rec, refuse(c.actor)
	}
	if c.actor.Kind == Stranger || c.actor.Programme == "" {
		return rec, refuse(c.actor)
	}
	rec, ok, err := place(tx, c.actor.Programme, at)
	if err != nil {
		return rec, err
	}
	if !ok {
		return rec, fault.New(fault.Missing, "house.missing")
	}
	switch c.actor.Kind {
	case Operator, Job:
		return rec, nil
	case Card:
		own := c.actor.Person != "" && rec.Person == c.actor.Person
		if p.Card && own {
			return rec, nil
		}
		return rec, fault.New(fault.Missing, "house.missing")
	case Account:
	default:
		return rec, refuse(c.actor)
	}
	grants, err := Grants(ctx, tx)
	if err != nil {
		return rec, err
	}
	known := false
	for _, g := range grants {
		up := g.Scope.Kind == ref.Site && rec.Kind == ref.Project && rec.ID == g.Project
		if !g.covers(rec) && !up && rec.Kind != ref.Programme {
			continue
		}
		known = true
		if (g.covers(rec) || up && p.Wide) && slices.Contains(p.Roles, g.Role) {
			return rec, nil
		}
	}
	if known {
		return rec, fault.New(fault.Forbidden, "house.forbidden")
	}
	return rec, fault.New(fault.Missing, "house.missing")
}

// place reads where a record stands; a programme, project or site stands in itself.
func place(tx *db.Tx, programme string, at ref.Ref) (ref.Record, bool, error) {
	rec, ok, err := found(tx, programme, at.ID)
	if err != nil || !ok || (at.Kind != "" && rec.Kind != at.Kind) {
		return rec, false, err
	}
	switch rec.Kind {
	case ref.Project:
		rec.Project = rec.ID
	case ref.Site:
		rec.Site = rec.ID
	case ref.Person:
		rec.Person = rec.ID
	}
	return rec, true, nil
}

// foundKey is under which a record's place is kept in a transaction that only reads.
type foundKey struct{ programme, id string }

// found reads a record. A page asks a hundred times for the same one: in a transaction
// that only reads it is read once, for nothing can change under it.
func found(tx *db.Tx, programme, id string) (ref.Record, bool, error) {
	if tx.Writes() {
		return ref.Get(tx, programme, id)
	}
	type kept struct {
		rec ref.Record
		ok  bool
	}
	v, err := tx.Memo(foundKey{programme, id}, func() (any, error) {
		rec, ok, err := ref.Get(tx, programme, id)
		return kept{rec, ok}, err
	})
	if err != nil {
		return ref.Record{}, false, err
	}
	k := v.(kept)
	return k.rec, k.ok, nil
}

func refuse(a Actor) error {
	if a.Kind == Stranger || a.Programme == "" {
		return fault.New(fault.Signin, "house.signin").With("house.signin_do")
	}
	return fault.New(fault.Forbidden, "house.forbidden")
}

// Can says whether Must would let the actor through, for showing a link or not.
func Can(ctx context.Context, tx *db.Tx, permission string, at ref.Ref) bool {
	return Must(ctx, tx, permission, at) == nil
}
