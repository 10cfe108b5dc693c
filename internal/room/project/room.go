package project

import (
	"context"
	"embed"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/page"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

//go:embed words/*.json
var words embed.FS

//go:embed pages/*.html
var pages embed.FS

//go:embed sql/*.sql
var migrations embed.FS

// Panels loads what other rooms show on a page of this one; the wiring fills it. A
// panel that fails says so itself, so there is no error.
type Panels interface {
	Load(ctx context.Context, tx *db.Tx, kind, place string, at ref.Ref) []page.Panel
	// Look gives the signs that are there in a project now.
	Look(ctx context.Context, tx *db.Tx, project ref.Ref) []plug.Found
	// LookAt is Look for the one sign of a name, and asks no other; ok is false when it is
	// not there.
	LookAt(ctx context.Context, tx *db.Tx, name string, project ref.Ref) (f plug.Found, ok bool)
}

// Programmes tells a programme's time zone and language; the room programme fills it.
type Programmes interface {
	Zone(tx *db.Tx, programme string) (string, error)
	Language(tx *db.Tx, programme string) (string, error)
}

// Names tells what to call whoever made a change, given as the trail names them; ""
// when there is no name or the reader may not see it. The room account fills it.
type Names interface {
	Actor(ctx context.Context, tx *db.Tx, key string) (string, error)
}

// Room is the room project.
type Room struct {
	db         *db.DB
	clock      clock.Clock
	ids        *id.Maker
	programmes Programmes
	panels     Panels
	names      Names
	face       *face
}

// New makes the room. panels and names may be nil: then pages show no panels of other
// rooms and no names.
func New(n plug.Needs, programmes Programmes, panels Panels, names Names) *Room {
	r := &Room{db: n.DB, clock: n.Clock, ids: n.IDs, programmes: programmes, panels: panels, names: names}
	r.face = &face{Face: n.Face, desk: n.Desk, room: r}
	return r
}

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	return plug.Plug{
		Name: "project",
		Verbs: []plug.Verb{
			plug.Of("project.start", "project.start", r.Start),
			plug.Of("project.change", "project.change", r.Change),
			plug.Of("project.phase", "project.change", r.Phase),
			plug.Of("project.site", "project.change", r.Site),
			plug.Of("project.question", "project.question", r.Question),
			plug.Of("project.ask", "project.ask", r.Ask),
			plug.Of("project.answer", "project.answer", r.Answer),
			plug.Of("project.issues", "project.issues", r.Issues),
			plug.Of("project.tried-before", "project.issues", r.TriedBefore),
			plug.Of("project.success", "project.issues", r.Success),
			plug.Of("project.scope", "project.issues", r.SetScope),
			plug.Of("project.dismiss", "project.dismiss", r.Dismiss),
			plug.Of("project.undismiss", "project.dismiss", r.Undismiss),
			plug.Read("project.list", "project.see", r.List),
			plug.Read("project.see", "project.see", r.See),
			plug.Read("project.see-ask", "project.see", r.SeeAsk),
			plug.Read("project.see-issues", "project.see", r.SeeIssues),
			plug.Read("project.health", "project.see", r.Health),
		},
		Routes: r.face.routes(),
		Kinds: []plug.Kind{
			{Name: Kind, Permission: "project.see", Page: "/project/{id}"},
			{Name: KindSite, Permission: "project.see", Page: "/project/{project}/about#sites"},
			{Name: KindQuestion, Permission: "project.see", Page: "/project/{project}/about#question"},
			{Name: KindAsk, Permission: "project.see", Page: "/project/{project}/ask/{id}"},
		},
		Permissions: []who.Permission{
			{Name: "project.see", Wide: true, Roles: who.Everyone()},
			{Name: "project.start", Roles: []who.Role{who.ProgrammeLead, who.DeliveryLead}},
			{Name: "project.change", Roles: who.Lead()},
			{Name: "project.question", Roles: append(who.Lead(), who.Partner)},
			{Name: "project.issues", Roles: append(who.Lead(), who.Partner)},
			{Name: "project.dismiss", Roles: append(who.Lead(), who.Partner)},
			{Name: "project.ask", Roles: append(who.Lead(), who.Partner, who.Reviewer, who.Evaluator, who.Communicator, who.Administrator)},
			// Who sees to an ask may be a name: for the roles that see names elsewhere too.
			{Name: "project.owner", Roles: append(who.Lead(), who.Partner, who.Administrator, who.Safeguarding)},
			{Name: "project.answer", Roles: append(who.Lead(), who.Partner, who.Reviewer, who.Evaluator, who.Communicator, who.Administrator)},
		},
		Panels: []plug.Panel{{For: ref.Programme, Place: "projects", Permission: "programme.see", Title: "project.panel", Template: "project/panel", Load: r.loadPanel}},
		Signs:  r.signs(),
		Finds:  r.finds(),
		Words:  words, Pages: pages, Migrations: migrations,
	}
}

// panelView is the first projects of a programme, for its page.
type panelView struct {
	Projects []briefLine
	All      int64
}

// loadPanel gives the first ten projects that the actor may see.
func (r *Room) loadPanel(ctx context.Context, tx *db.Tx, _ ref.Ref) (any, error) {
	may, err := who.Where(ctx, tx, "r", "project.see")
	if err != nil {
		return nil, err
	}
	lines, all, err := brief(tx, may, 10)
	return panelView{lines, all}, err
}
