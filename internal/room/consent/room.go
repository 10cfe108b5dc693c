package consent

import (
	"embed"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/job"
	"plait/internal/kit/web"
	"plait/internal/spine/news"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

//go:embed words/*.json
var words embed.FS

//go:embed pages/*.html
var pages embed.FS

//go:embed sql/*.sql
var migrations embed.FS

// Zones tells a programme's time zone; the room programme fills it.
type Zones interface {
	Zone(tx *db.Tx, programme string) (string, error)
}

// Room is the room consent.
type Room struct {
	db    *db.DB
	clock clock.Clock
	ids   *id.Maker
	news  *news.Desk
	zones Zones
	face  *face
}

// New makes the room.
func New(n plug.Needs, zones Zones) *Room {
	r := &Room{db: n.DB, clock: n.Clock, ids: n.IDs, news: n.News, zones: zones}
	r.face = &face{Face: n.Face, desk: n.Desk, room: r}
	return r
}

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	f := r.face
	return plug.Plug{
		Name: "consent",
		Verbs: []plug.Verb{
			plug.Of("consent.change", "consent.change", r.Change),
			plug.Of("consent.withdraw", "consent.withdraw", r.Withdraw),
			plug.Of("consent.withdraw-all", "consent.withdraw", r.WithdrawAll),
			plug.Of("consent.restore", "consent.restore", r.Restore),
			plug.Read("consent.see", "consent.see", r.See),
			plug.Read("consent.history", "consent.see", r.History),
			plug.Read("consent.taken", "consent.see", r.Taken),
		},
		Routes: []web.Route{
			{Pattern: "GET /consent/{ref}", Permission: "consent.see", Handle: f.see},
			{Pattern: "GET /consent/{ref}/history", Permission: "consent.see", Handle: f.history},
			{Pattern: "GET /consent/{ref}/change", Permission: "consent.change", Handle: f.changeForm},
			{Pattern: "POST /consent/{ref}/check", Permission: "consent.change", Handle: f.check},
			{Pattern: "POST /consent/{ref}/change", Permission: "consent.change", Handle: f.change},
			{Pattern: "GET /consent/{ref}/take", Permission: "consent.withdraw", Handle: f.takeForm},
			{Pattern: "POST /consent/{ref}/take", Permission: "consent.withdraw", Handle: f.take},
			{Pattern: "GET /consent/{ref}/thanks", Permission: "consent.see", Handle: f.thanks},
			{Pattern: "POST /consent/{ref}/restore", Permission: "consent.restore", Handle: f.restore},
		},
		Jobs: []job.Def{
			{Name: "consent.erase", Every: time.Hour, Do: r.eraseDue},
			{Name: "consent.expire", Every: 24 * time.Hour, Do: r.expire},
		},
		Permissions: []who.Permission{
			// Host leads and host staff are never among these: they do not see who said what.
			{Name: "consent.see", Roles: who.Team(), Card: true},
			// Whoever may see names and hand out cards may write down what a person agreed to.
			{Name: "consent.change", Roles: []who.Role{who.ProgrammeLead, who.DeliveryLead, who.CoreNetwork, who.ProjectLead, who.Partner}, Card: true},
			{Name: "consent.withdraw", Roles: who.Team(), Card: true},
			{Name: "consent.restore", Roles: who.Team(), Card: true},
		},
		Listens: []news.Listener{
			{Name: "evidence.undone", Hear: func(tx *db.Tx, it news.Item) error { return forget(tx, it.Programme, it.Refs) }},
		},
		Holds: r.holds(),
		Words: words, Pages: pages, Migrations: migrations, Commands: &commands{},
	}
}
