package action

import (
	"context"
	"embed"
	"strings"

	"plait/internal/kit/blob"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/page"
	"plait/internal/kit/photo"
	"plait/internal/spine/news"
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

// Mate is someone of a project's team.
type Mate struct {
	Account string // account id
	Name    string
}

// Team tells who works in a project; the room account fills it.
type Team interface {
	// Mates lists the accounts with a role in a project or above it, by name.
	Mates(ctx context.Context, tx *db.Tx, project string) ([]Mate, error)
	// Mate gives an account's name, and whether it still has a role there.
	Mate(ctx context.Context, tx *db.Tx, project, account string) (name string, here bool, err error)
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

// Room is the room action.
type Room struct {
	db      *db.DB
	clock   clock.Clock
	ids     *id.Maker
	team    Team
	threads Threads
	files   *blob.Store // nil: photos cannot be kept
	zones   Zones
	photos  *photo.Line
	persons Persons // nil until SetPersons
	face    *face
}

// New makes the room.
func New(n plug.Needs, team Team, threads Threads) *Room {
	r := &Room{db: n.DB, clock: n.Clock, ids: n.IDs, team: team, threads: threads, files: n.Files,
		photos: photo.NewLine(photo.InProcess{})}
	r.face = &face{Face: n.Face, desk: n.Desk, room: r}
	return r
}

// SetZones tells the room who knows the time zones. Only the wiring calls it, once, before
// anything runs.
func (r *Room) SetZones(z Zones) { r.zones = z }

// Shrinks has pictures read in l: the house's one line, which reads them in a process of
// its own, so that one that harms its reader harms nothing else. Only the wiring calls it,
// once, before anything runs.
func (r *Room) Shrinks(l *photo.Line) { r.photos = l }

// zone is the time zone of a programme's days.
func (r *Room) zone(tx *db.Tx, programme string) (string, error) {
	if r.zones == nil {
		return homeZone, nil
	}
	return r.zones.Zone(tx, programme)
}

// today is the day in a programme's time zone.
func (r *Room) today(tx *db.Tx, programme string, now int64) (string, error) {
	z, err := r.zone(tx, programme)
	return clock.DayOf(now, z), err
}

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	picture := plug.Of("action.photo", "action.do", r.Photo)
	picture.Batch = true // a file comes in before its transaction
	return plug.Plug{
		Name: "action",
		Verbs: []plug.Verb{
			plug.Of("action.recommend", "action.recommend", r.Recommend),
			plug.Of("action.revise", "action.recommend", r.Revise),
			plug.Of("action.decide", "action.decide", r.Decide),
			plug.Of("action.plan", "action.do", r.Plan),
			plug.Of("action.change", "action.do", r.Change),
			plug.Of("action.finish", "action.do", r.Finish),
			plug.Of("action.look-back", "action.do", r.LookBack),
			picture,
			plug.Of("action.drop-photo", "action.do", r.DropPhoto),
			plug.Read("action.see", "action.see", r.See),
			plug.Read("action.list", "action.see", r.List),
		},
		Routes: r.face.routes(),
		Kinds: []plug.Kind{
			{Name: KindRecommendation, Permission: "action.see", Page: "/action/{project}/recommendation/{id}", Tell: r.tellRecommendations},
			{Name: KindAction, Permission: "action.see", Page: "/action/{project}/of/{id}", Tell: r.tellActions},
		},
		Permissions: []who.Permission{
			{Name: "action.see", Wide: true, Roles: who.Everyone()},
			{Name: "action.recommend", Roles: append(who.Lead(), who.Partner, who.Reviewer, who.Evaluator)},
			{Name: "action.decide", Roles: append(who.Lead(), who.Partner, who.HostLead)},
			// Someone without an account is a name: for the roles that see names elsewhere too.
			{Name: "action.owner", Roles: append(who.Lead(), who.Partner, who.Administrator, who.Safeguarding)},
			{Name: "action.do", Roles: append(who.Lead(), who.Partner, who.HostLead)},
		},
		Panels: []plug.Panel{
			{For: ref.Project, Place: "doing", Permission: "action.see", Title: "action.panel_doing", Template: "action/panel-doing", Load: r.loadDoing},
			{For: ref.Project, Place: "due", Permission: "action.see", Title: "action.panel_due", Template: "action/panel-due", Load: r.loadDue},
		},
		Signs:   r.signs(),
		Finds:   r.finds(),
		Refers:  refers(),
		Holds:   r.holds(),
		Counts:  r.counts(),
		Listens: []news.Listener{{Name: "consent.erased", Hear: r.erased}},
		Words:   words, Pages: pages, Migrations: migrations,
		Commands: &commands{},
	}
}

// word is a stored value as it stands in a message key.
func word(s string) string { return strings.ReplaceAll(s, " ", "_") }

func trim(s string) string { return strings.TrimSpace(s) }
