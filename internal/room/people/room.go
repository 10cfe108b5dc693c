package people

import (
	"embed"

	"plait/internal/kit/blob"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/spine/news"
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

// Room is the room people.
type Room struct {
	db      *db.DB
	clock   clock.Clock
	ids     *id.Maker
	news    *news.Desk
	looks   *trail.Looks
	names   Names // nil until SetNames
	words   Words // nil until SetWords
	files   *blob.Store
	copies  Copies // nil until SetCopies
	install *plug.Install
	face    *face
}

// New makes the room.
func New(n plug.Needs) *Room {
	r := &Room{looks: n.Looks, db: n.DB, clock: n.Clock, ids: n.IDs, news: n.News, files: n.Files, install: n.Install}
	r.face = &face{Face: n.Face, desk: n.Desk, room: r}
	return r
}

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	return plug.Plug{
		Name: "people",
		Verbs: []plug.Verb{
			plug.Of("people.add", "people.change", r.Add),
			plug.Of("people.paste", "people.change", r.Paste),
			plug.Of("people.change", "people.change", r.Change),
			plug.Of("people.state", "people.change", r.State),
			plug.Of("people.erase", "people.erase", r.Erase),
			plug.Read("people.held", "people.held", r.Held),
			plug.Of("people.choose", "people.answer", r.Choose),
			plug.Of("people.copy", "people.answer", r.Copy),
			plug.Of("people.ask", "people.ask", r.Ask),
			plug.Of("people.answer", "people.answer", r.Answer),
			plug.Read("people.requests", "people.answer", r.Requests),
			plug.Of("people.needs", "people.change", r.Needs),
			plug.Of("people.share", "people.change", r.Share),
			plug.Of("people.met", "people.change", r.Met),
			plug.Of("people.review", "people.change", r.Review),
			plug.Of("people.reach", "people.change", r.Reach),
			plug.Of("people.place", "people.change", r.Place),
			plug.Of("people.organisation", "people.change", r.Organisation),
			plug.Of("people.wishes", "people.own", r.Wishes),
			plug.Of("people.mix", "people.mix", r.Mix),
			plug.Of("people.describe", "people.describe", r.Describe),
			plug.Read("people.described", "people.describe", r.Described),
			plug.Read("people.missing", "people.missing", r.SeeMissing),
			plug.Read("people.list", "people.see", r.List),
			plug.Read("people.see", "people.see", r.See),
			plug.Read("people.organisations", "people.see", r.Organisations),
		},
		Routes: append(r.face.routes(), r.face.heldRoutes()...),
		Kinds: []plug.Kind{
			{Name: Kind, Permission: "people.see", Page: "/people/{id}"},
			{Name: Organisation, Permission: "people.see", Page: "/people/organisation/{id}"},
		},
		Permissions: []who.Permission{
			{Name: "people.see", Roles: seers()},
			// Who looked is for those who answer for the programme's data.
			{Name: "people.lookers", Roles: []who.Role{who.ProgrammeLead}},
			{Name: "people.change", Roles: changers()},
			// A card is asked about its own person: format, language, how to be reached.
			{Name: "people.own", Roles: changers(), Card: true},
			// Those who lead, all of whom may see names: what is taken out does not come back.
			{Name: "people.erase", Roles: who.Lead()},
			// Everything that is held is shown at once, so to those who lead and to whoever looks
			// after people's safety; and to a card, of its own person and without the words of others.
			{Name: "people.held", Roles: answerers(), Card: true},
			{Name: "people.answer", Roles: answerers()},
			{Name: "people.ask", Roles: append(changers(), who.Safeguarding), Card: true},
			{Name: "people.mix", Roles: changers()},
			{Name: "people.missing", Roles: append(who.Team(), who.Administrator)},
			// A card may say something of its own person, or take it back.
			{Name: "people.describe", Roles: changers(), Card: true},
		},
		Panels: []plug.Panel{{For: ref.Project, Place: "missing", Permission: "people.missing", Title: "people.mix_title", Template: "people/missing", Load: r.loadMissing}},
		Signs:  r.signs(),
		Finds:  r.finds(),
		Refers: refers(),
		Holds:  r.holds(),
		Words:  words, Pages: pages, Migrations: migrations, Commands: &commands{}, Self: r,
	}
}
