package worry

import (
	"context"
	"embed"
	"log/slog"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/job"
	"plait/internal/kit/mail"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

//go:embed words/*.json
var words embed.FS

//go:embed pages/*.html
var pages embed.FS

//go:embed sql/*.sql
var migrations embed.FS

// Names tells who did something, by the trail's name for them: "" for those without one.
type Names interface {
	Actor(ctx context.Context, tx *db.Tx, key string) (string, error)
}

// Box is where an account's letters go; the zero Box when it has gone.
type Box struct{ Address, Language string }

// Boxes finds where letters to an account go; the room account fills it.
type Boxes interface {
	Mailbox(ctx context.Context, tx *db.Tx, account string) (Box, error)
}

// Words reads what a worry was passed on from; the room evidence fills it. ok is false
// for what the actor may not read and for what was taken back or erased.
type Words interface {
	Said(ctx context.Context, tx *db.Tx, about ref.Ref) (s Said, ok bool, err error)
}

// Zones tells a programme's time zone; the room programme fills it.
type Zones interface {
	Zone(tx *db.Tx, programme string) (string, error)
}

// Room is the room worry.
type Room struct {
	db    *db.DB
	clock clock.Clock
	ids   *id.Maker
	jobs  *job.Queue
	post  mail.Post
	log   *slog.Logger
	base  string
	names Names
	boxes Boxes
	words Words
	zones Zones
	looks *trail.Looks
	face  *face
}

// New makes the room.
func New(n plug.Needs, names Names, boxes Boxes, said Words, zones Zones) *Room {
	r := &Room{looks: n.Looks, db: n.DB, clock: n.Clock, ids: n.IDs, jobs: n.Jobs, post: n.Post, log: n.Log, base: n.BaseURL,
		names: names, boxes: boxes, words: said, zones: zones}
	r.face = &face{Face: n.Face, desk: n.Desk, room: r}
	return r
}

// Plug is the room's door. It has no kind of record, no sign and no count: what is not
// there cannot be listed, found or added up.
func (r *Room) Plug() plug.Plug {
	f := r.face
	return plug.Plug{
		Name: "worry",
		Verbs: []plug.Verb{
			plug.Of("worry.pass", "worry.pass", r.Pass),
			plug.Read("worry.whom", "worry.pass", r.Whom),
			plug.Read("worry.mine", "worry.pass", r.Mine),
			plug.Read("worry.list", "worry.see", r.List),
			plug.Read("worry.see", "worry.see", r.See),
			plug.Of("worry.step", "worry.see", r.Step),
			plug.Read("worry.own", "worry.own", r.Own),
		},
		Routes: []web.Route{
			{Pattern: "GET /worry/pass", Permission: "worry.pass", Handle: f.passForm},
			{Pattern: "POST /worry/pass", Permission: "worry.pass", Handle: f.pass},
			{Pattern: "GET /worry/passed", Permission: "worry.pass", Handle: f.passed},
			{Pattern: "GET /worry/card", Permission: "worry.pass", Handle: f.cardForm},
			{Pattern: "POST /worry/card", Permission: "worry.pass", Handle: f.card},
			{Pattern: "GET /worry", Permission: "worry.see", Handle: f.list},
			{Pattern: "GET /worry/{project}", Permission: "worry.see", Handle: f.list},
			{Pattern: "GET /worry/note/{note}", Permission: "worry.see", Handle: f.see},
			{Pattern: "POST /worry/note/{note}", Permission: "worry.see", Handle: f.step},
			{Pattern: "GET /worry/{project}/note/{note}", Permission: "worry.see", Handle: f.see},
			{Pattern: "POST /worry/{project}/note/{note}", Permission: "worry.see", Handle: f.step},
		},
		Jobs: []job.Def{{Name: letterJob, Do: r.letter}},
		Permissions: []who.Permission{
			// Whoever works here, hosts too, and whoever has a card: a worry is never turned away.
			{Name: "worry.pass", Roles: who.Everyone(), Card: true, Wide: true},
			// A programme lead holds it only where there is no safeguarding lead: the verbs look.
			{Name: "worry.see", Roles: []who.Role{who.Safeguarding, who.ProgrammeLead}, Wide: true},
			{Name: "worry.own", Roles: []who.Role{who.Safeguarding, who.ProgrammeLead}, Card: true},
		},
		Panels: []plug.Panel{{For: ref.Project, Place: "due", Permission: "worry.see", Title: "worry.list_title", Template: "worry/panel", Load: r.panel}},
		Holds:  r.holds(),
		Words:  words, Pages: pages, Migrations: migrations,
	}
}

// Contributors says whether an address is one that a contributor opens with a card.
func (r *Room) Contributors(path string) bool { return path == "/worry/card" }
