package finding

import (
	"context"
	"embed"
	"slices"

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
var pages embed.FS

//go:embed sql/*.sql
var migrations embed.FS

// Voice is a contribution as this room shows it.
type Voice struct {
	Ref      ref.Ref
	Words    string
	Strand   string // "", "lived", "lived+practice"
	Role     string
	On       string // YYYY-MM-DD or ""
	Source   string
	Language string // BCP 47
	Version  int64
	Behalf   bool // someone else said it for them: it weighs less
}

// Query asks for a page of a project's contributions.
type Query struct {
	Project string
	Strand  string // research, lived, practice; "" = all
	Find    string // words to look for; "" = all
	After   string // the next of the page before
	Limit   int64
}

// Words reads what was said; the room evidence fills it.
type Words interface {
	// Listed gives a page of a project's contributions that the actor may read.
	Listed(ctx context.Context, tx *db.Tx, q Query) (out []Voice, next string, err error)
	// Some gives those of refs that the actor may read and that may be used in the project.
	Some(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]Voice, error)
}

// Threads draws where records came from and where they went; the room thread fills it.
type Threads interface {
	Strips(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]page.Strip, error)
}

// Zones tells a programme's time zone; the room programme fills it.
type Zones interface {
	Zone(tx *db.Tx, programme string) (string, error)
}

// homeZone is where days end while nobody tells the time zones: the United Kingdom's, which is one.
const homeZone = "Europe/London"

// Room is the room finding.
type Room struct {
	db      *db.DB
	clock   clock.Clock
	ids     *id.Maker
	news    *news.Desk
	desk    *plug.Desk
	face    *web.Face
	words   Words
	threads Threads
	zones   Zones
	marks   Marks
}

// New makes the room.
func New(n plug.Needs, words Words, threads Threads) *Room {
	return &Room{db: n.DB, clock: n.Clock, ids: n.IDs, news: n.News, desk: n.Desk, face: n.Face, words: words, threads: threads}
}

// SetZones tells the room who knows the time zones. Only the wiring calls it, once, before
// anything runs.
func (r *Room) SetZones(z Zones) { r.zones = z }

// zone is the time zone of a programme's days.
func (r *Room) zone(tx *db.Tx, programme string) (string, error) {
	if r.zones == nil {
		return homeZone, nil
	}
	return r.zones.Zone(tx, programme)
}

func (r *Room) faces() *face { return &face{Face: r.face, desk: r.desk, room: r} }

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	makers := append(who.Lead(), who.Partner)
	return plug.Plug{
		Name: "finding",
		Verbs: []plug.Verb{
			plug.Of("finding.write", "finding.make", r.Write),
			plug.Of("finding.edit", "finding.make", r.Edit),
			plug.Of("finding.pick", "finding.make", r.Pick),
			plug.Of("finding.drop", "finding.make", r.Drop),
			plug.Of("finding.share", "finding.share", r.Share),
			plug.Of("finding.unshare", "finding.share", r.Unshare),
			plug.Of("finding.set-aside", "finding.share", r.SetAside),
			plug.Of("finding.fate", "finding.fate", r.Fate),
			plug.Of("finding.unsign", "finding.fate", r.Unsign),
			plug.Read("finding.see", "finding.see", r.See),
			plug.Read("finding.list", "finding.see", r.List),
			plug.Read("finding.owing", "finding.draft", r.Owing),
		},
		Routes:  r.faces().routes(),
		Panels:  []plug.Panel{{For: ref.Project, Place: "heard", Permission: "finding.see", Title: "finding.panel", Template: "finding/panel", Load: r.panel}},
		Signs:   r.signs(),
		Finds:   r.finds(),
		Refers:  refers(),
		Holds:   r.holds(),
		Counts:  r.counts(),
		Listens: []news.Listener{{Name: "consent.withdrawn", Hear: r.withdrawn}, {Name: "consent.restored", Hear: r.restored}, {Name: "consent.erased", Hear: r.erased}},
		Kinds:   []plug.Kind{{Name: Kind, Permission: "finding.see", Page: "/finding/{project}/of/{id}", Tell: r.tell}},
		Permissions: []who.Permission{
			// Shared findings are for everyone of a project, the host's people too: they see counts, never words.
			{Name: "finding.see", Roles: who.Everyone(), Wide: true},
			{Name: "finding.draft", Roles: who.Team(), Wide: true},
			{Name: "finding.make", Roles: append(slices.Clone(makers), who.Reviewer, who.Evaluator)},
			{Name: "finding.share", Roles: makers},
			{Name: "finding.fate", Roles: makers},
		},
		Words: wordFiles, Pages: pages, Migrations: migrations,
	}
}
