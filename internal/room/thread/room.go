package thread

import (
	"context"
	"embed"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

//go:embed words/*.json
var wordFiles embed.FS

//go:embed pages/*.html
var pages embed.FS

// Room is the room thread.
type Room struct {
	db    *db.DB
	clock clock.Clock
	ids   *id.Maker
	kinds map[string]plug.Kind
	zones Zones
	face  *face
}

// Zones tells a programme's time zone; the room programme fills it.
type Zones interface {
	Zone(tx *db.Tx, programme string) (string, error)
}

// New makes the room.
func New(n plug.Needs) *Room {
	r := &Room{db: n.DB, clock: n.Clock, ids: n.IDs}
	r.face = &face{Face: n.Face, desk: n.Desk, room: r}
	return r
}

// SetKinds tells the room every kind of record of the house. Only the wiring calls it,
// once, before anything runs.
func (r *Room) SetKinds(kinds map[string]plug.Kind) { r.kinds = kinds }

// SetZones tells the room who knows the time zones; without it days are those of UTC.
func (r *Room) SetZones(z Zones) { r.zones = z }

func (r *Room) zone(tx *db.Tx, programme string) (string, error) {
	if r.zones == nil {
		return "UTC", nil
	}
	return r.zones.Zone(tx, programme)
}

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	f := r.face
	confirmers := append(who.Lead(), who.Partner, who.Reviewer, who.Evaluator)
	return plug.Plug{
		Name: "thread",
		Verbs: []plug.Verb{
			plug.Read("thread.follow", "thread.see", r.Follow),
			plug.Of("thread.confirm", "thread.confirm", r.Confirm),
		},
		Routes: []web.Route{
			{Pattern: "GET /thread/{ref}", Permission: "thread.see", Handle: f.see},
			{Pattern: "GET /thread/{ref}/export", Permission: "thread.see", Handle: f.export},
			{Pattern: "POST /thread/confirm", Permission: "thread.confirm", Handle: f.confirm},
		},
		Permissions: []who.Permission{
			// Each record of a thread is shown by its own kind's permission besides.
			{Name: "thread.see", Roles: who.Everyone(), Card: true},
			{Name: "thread.confirm", Roles: confirmers},
		},
		Signs: []plug.Sign{{Name: "thread.sign_stale", Facet: plug.Sustaining, Gap: true, Weight: 30, Permission: "thread.confirm", Load: r.stale}},
		Words: wordFiles, Pages: pages,
		Commands: &commands{},
	}
}

// stale is the sign that something in a project stands on what has changed.
func (r *Room) stale(ctx context.Context, tx *db.Tx, project ref.Ref) (plug.Seen, error) {
	may, err := visible(ctx, tx, r.kinds)
	if err != nil {
		return plug.Seen{}, err
	}
	s, err := marked(tx, who.From(ctx).Programme, project.ID, may, r.clock.Now())
	if err != nil || s.n == 0 {
		return plug.Seen{}, err
	}
	return plug.Seen{N: s.n, Title: s.Title, Href: "/thread/" + s.Ref().String()}, nil
}
