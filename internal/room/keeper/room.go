package keeper

import (
	"embed"
	"time"

	"plait/internal/kit/blob"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/job"
	"plait/internal/kit/seal"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

//go:embed words/*.json
var words embed.FS

//go:embed pages/*.html
var pages embed.FS

//go:embed sql/*.sql
var migrations embed.FS

// Room is the room keeper.
type Room struct {
	db       *db.DB
	clock    clock.Clock
	ids      *id.Maker
	key      *seal.Key
	desk     *plug.Desk
	jobs     *job.Queue
	files    *blob.Store
	install  *plug.Install
	cards    Cards // nil until SetCards
	face     *face
	names    Names
	zones    Zones
	eraser   Eraser
	keepings Keepings // nil until SetKeepings
}

// New makes the room.
func New(n plug.Needs) *Room {
	r := &Room{db: n.DB, clock: n.Clock, ids: n.IDs, key: n.Key, desk: n.Desk, jobs: n.Jobs, files: n.Files, install: n.Install}
	r.face = &face{Face: n.Face, room: r}
	return r
}

// Plug is the room's door. Its parts are in plug_*.go.
func (r *Room) Plug() plug.Plug {
	p := plug.Plug{
		Name:  "keeper",
		Verbs: []plug.Verb{plug.Read("keeper.check", "keeper.check", r.Check)},
		Routes: []web.Route{
			{Pattern: "GET /keeper", Permission: "keeper.see", Handle: r.face.check},
		},
		Jobs: []job.Def{
			{Name: "keeper.chain", Every: time.Second, Tick: true, Do: r.chain},
			{Name: "keeper.fold", Every: time.Hour, Do: r.fold},
		},
		Permissions: []who.Permission{
			{Name: "keeper.check", Roles: []who.Role{who.ProgrammeLead}},
			{Name: "keeper.see", Roles: []who.Role{who.ProgrammeLead}},
		},
		Words: words, Pages: pages, Migrations: migrations, Commands: &commands{}, Self: r,
	}
	for _, part := range []plug.Plug{r.archivePart(), r.backupPart(), r.retainPart(), r.trailPart()} {
		p.Verbs = append(p.Verbs, part.Verbs...)
		p.Routes = append(p.Routes, part.Routes...)
		p.Jobs = append(p.Jobs, part.Jobs...)
		p.Permissions = append(p.Permissions, part.Permissions...)
		p.Listens = append(p.Listens, part.Listens...)
		p.Carries = append(p.Carries, part.Carries...)
		p.Panels = append(p.Panels, part.Panels...)
	}
	return p
}
