package lesson

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
var wordFiles embed.FS

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed sql/*.sql
var migrations embed.FS

// Threads draws where records came from and where they went; the room thread fills it.
type Threads interface {
	Strips(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]page.Strip, error)
}

// Room is the room lesson.
type Room struct {
	db      *db.DB
	clock   clock.Clock
	ids     *id.Maker
	threads Threads
	face    *face
}

// New makes the room.
func New(n plug.Needs, threads Threads) *Room {
	r := &Room{db: n.DB, clock: n.Clock, ids: n.IDs, threads: threads}
	r.face = &face{Face: n.Face, desk: n.Desk, room: r}
	return r
}

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	f := r.face
	const one = "/lesson/{project}/of/{id}"
	return plug.Plug{
		Name: "lesson",
		Verbs: []plug.Verb{
			plug.Of("lesson.learn", "lesson.learn", r.Learn),
			plug.Of("lesson.edit", "lesson.learn", r.Edit),
			plug.Read("lesson.see", "lesson.see", r.See),
			plug.Read("lesson.list", "lesson.see", r.List),
		},
		Routes: []web.Route{
			{Pattern: "GET /lesson", Permission: "lesson.see", Handle: f.library},
			{Pattern: "GET /lesson/{project}", Permission: "lesson.see", Handle: f.library},
			{Pattern: "GET /lesson/{project}/learn", Permission: "lesson.learn", Handle: f.learnForm},
			{Pattern: "POST /lesson/{project}/learn", Permission: "lesson.learn", Handle: f.learn},
			{Pattern: "GET " + one, Permission: "lesson.see", Handle: f.see},
			{Pattern: "GET " + one + "/edit", Permission: "lesson.learn", Handle: f.editForm},
			{Pattern: "POST " + one + "/edit", Permission: "lesson.learn", Handle: f.edit},
		},
		Kinds: []plug.Kind{{Name: Kind, Permission: "lesson.see", Page: one, Tell: r.tell}},
		Permissions: []who.Permission{
			{Name: "lesson.see", Roles: who.Everyone(), Wide: true},
			{Name: "lesson.learn", Roles: append(who.Lead(), who.Partner, who.Evaluator, who.Reviewer)},
		},
		Panels: []plug.Panel{{For: ref.Project, Place: "more", Permission: "lesson.see", Title: "lesson.title", Template: "lesson/panel", Load: r.loadPanel}},
		Signs:  r.signs(),
		Finds:  r.finds(),
		Refers: refers(),
		Counts: []plug.Count{{Name: "lesson.count", Place: "changed", Permission: "lesson.see", Href: "/lesson/{project}", Load: r.count}},
		Words:  wordFiles, Pages: pageFiles, Migrations: migrations,
	}
}
