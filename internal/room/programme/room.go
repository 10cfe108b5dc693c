package programme

import (
	"context"
	"embed"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
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
	// Columns gives the counts of every project that the actor may see.
	Columns(ctx context.Context, tx *db.Tx) ([]plug.Column, error)
}

// Room is the room programme.
type Room struct {
	db     *db.DB
	clock  clock.Clock
	ids    *id.Maker
	panels Panels
	face   *face
}

// New makes the room. panels may be nil: then no other room shows anything.
func New(n plug.Needs, panels Panels) *Room {
	r := &Room{db: n.DB, clock: n.Clock, ids: n.IDs, panels: panels}
	r.face = &face{Face: n.Face, desk: n.Desk, room: r}
	return r
}

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	f := r.face
	return plug.Plug{
		Name: "programme",
		Verbs: []plug.Verb{
			plug.Of("programme.found", "programme.found", r.Found),
			plug.Of("programme.change", "programme.change", r.Change),
			plug.Read("programme.see", "programme.see", r.See),
			plug.Read("programme.overview", "programme.overview", r.Overview),
		},
		Routes: []web.Route{
			{Pattern: "GET /programme", Permission: "programme.see", Handle: f.see},
			{Pattern: "GET /programme/overview", Permission: "programme.overview", Handle: f.overview},
			{Pattern: "GET /programme/overview/export", Permission: "programme.overview", Handle: f.export},
			{Pattern: "GET /programme/change", Permission: "programme.change", Handle: f.changeForm},
			{Pattern: "POST /programme/change", Permission: "programme.change", Handle: f.change},
		},
		Kinds: []plug.Kind{{Name: Kind, Permission: "programme.see", Page: "/programme"}},
		Permissions: []who.Permission{
			// No role holds it: a programme is founded by the operator alone.
			{Name: "programme.found"},
			{Name: "programme.see", Roles: who.Everyone()},
			{Name: "programme.overview", Roles: []who.Role{who.ProgrammeLead, who.DeliveryLead, who.CoreNetwork, who.Evaluator}},
			{Name: "programme.change", Roles: []who.Role{who.ProgrammeLead}},
		},
		Words: words, Pages: pages, Migrations: migrations,
	}
}
