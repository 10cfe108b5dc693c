package outcome

import (
	"context"
	"embed"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/news"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

//go:embed words/*.json
var wordFiles embed.FS

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed sql/*.sql
var migrations embed.FS

// People tells who a person is to those who may know; the room people fills it.
type People interface {
	// Label is what the actor may call a person: the name, or the role label, or "".
	Label(ctx context.Context, tx *db.Tx, person string) (string, error)
	// Choose lists the people of a project by the names the actor may see.
	Choose(ctx context.Context, tx *db.Tx, project string) ([]Person, error)
}

// Person is one of those to choose from.
type Person struct {
	Ref  ref.Ref
	Name string
}

// Threads draws where records came from and where they went; the room thread fills it.
type Threads interface {
	Strips(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]page.Strip, error)
}

// Consents takes a record back for the person it belongs to, with the undo that goes with
// it; the room consent fills it.
type Consents interface {
	Withdraw(ctx context.Context, at ref.Ref, eraseNow bool) (act string, undoUntil int64, err error)
}

// Room is the room outcome.
type Room struct {
	db       *db.DB
	clock    clock.Clock
	ids      *id.Maker
	people   People
	threads  Threads
	consents Consents
	face     *face
}

// New makes the room.
func New(n plug.Needs, people People, threads Threads) *Room {
	r := &Room{db: n.DB, clock: n.Clock, ids: n.IDs, people: people, threads: threads}
	r.face = &face{Face: n.Face, desk: n.Desk, room: r}
	return r
}

// SetConsents tells the room who takes records back. Only the wiring calls it, once,
// before anything runs; without it outcome.take-back says that it is not set up.
func (r *Room) SetConsents(c Consents) { r.consents = c }

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	f := r.face
	const one = "/outcome/{project}/of/{id}"
	return plug.Plug{
		Name: "outcome",
		Verbs: []plug.Verb{
			plug.Of("outcome.record", "outcome.record", r.Record),
			plug.Of("outcome.edit", "outcome.record", r.Edit),
			plug.Of("outcome.withdraw", "outcome.record", r.Withdraw),
			plug.Of("outcome.take-back", "outcome.take-back", r.TakeBack),
			plug.Read("outcome.see", "outcome.see", r.See),
			plug.Read("outcome.list", "outcome.see", r.List),
		},
		Routes: []web.Route{
			{Pattern: "GET /outcome/{project}", Permission: "outcome.see", Handle: f.list},
			{Pattern: "GET /outcome/{project}/record", Permission: "outcome.record", Handle: f.recordForm},
			{Pattern: "POST /outcome/{project}/record", Permission: "outcome.record", Handle: f.record},
			{Pattern: "GET " + one, Permission: "outcome.see", Handle: f.see},
			{Pattern: "GET " + one + "/edit", Permission: "outcome.record", Handle: f.editForm},
			{Pattern: "POST " + one + "/edit", Permission: "outcome.record", Handle: f.edit},
			{Pattern: "GET " + one + "/withdraw", Permission: "outcome.record", Handle: f.withdrawForm},
			{Pattern: "POST " + one + "/withdraw", Permission: "outcome.record", Handle: f.withdraw},
		},
		Kinds: []plug.Kind{
			{Name: Kind, Permission: "outcome.see", Page: one, Tell: r.tell},
			{Name: KindPersonal, Permission: "outcome.personal", Page: one},
		},
		Permissions: []who.Permission{
			{Name: "outcome.see", Roles: who.Everyone(), Wide: true},
			// Whose it is, and those who keep it with them: never the host.
			{Name: "outcome.personal", Roles: append(who.Lead(), who.Partner, who.Evaluator), Card: true},
			{Name: "outcome.record", Roles: append(who.Lead(), who.Partner, who.Evaluator)},
			// On their card a person needs nobody's leave.
			{Name: "outcome.take-back", Card: true},
		},
		Panels:  []plug.Panel{{For: ref.Project, Place: "changed", Permission: "outcome.see", Title: "outcome.title", Template: "outcome/panel", Load: r.loadPanel}},
		Signs:   r.signs(),
		Finds:   r.finds(),
		Refers:  refers(),
		Holds:   r.holds(),
		Counts:  []plug.Count{{Name: "outcome.count", Place: "changed", Permission: "outcome.see", Href: "/outcome/{project}?for=project", Load: r.count}},
		Listens: []news.Listener{{Name: "consent.restored", Hear: r.restored}, {Name: "consent.erased", Hear: r.erased}, {Name: "people.erased", Hear: r.gone}},
		Words:   wordFiles, Pages: pageFiles, Migrations: migrations,
	}
}
