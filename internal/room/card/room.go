package card

import (
	"embed"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/seal"
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

// Room is the room card.
type Room struct {
	db       *db.DB
	clock    clock.Clock
	ids      *id.Maker
	key      *seal.Key
	people   People
	words    Words
	consents Consents
	stories  Stories
	zones    Zones
	news     *news.Desk
	face     *face
}

// New makes the room.
func New(n plug.Needs, people People, said Words, consents Consents, stories Stories, zones Zones) *Room {
	r := &Room{db: n.DB, clock: n.Clock, ids: n.IDs, key: n.Key, news: n.News, people: people, words: said, consents: consents, stories: stories, zones: zones}
	r.face = &face{Face: n.Face, desk: n.Desk, room: r, base: n.BaseURL,
		budget: web.NewBudget(n.Clock, web.Rate{Most: 20, Per: time.Minute}, nil)}
	return r
}

// SetTally has the wrong codes of every node counted together.
func (r *Room) SetTally(t web.Tally) { r.face.budget.Share(t) }

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	f := r.face
	hand := plug.Of("card.make", "card.make", r.Make)
	hand.Batch = true // it keeps its own key: the usual one would store the codes
	return plug.Plug{
		Name: "card",
		Verbs: []plug.Verb{
			hand,
			plug.Of("card.stop", "card.make", r.Stop),
			plug.Of("card.lock", "card.words", r.Lock),
			plug.Of("card.looks", "card.words", r.Looks),
			plug.Read("card.list", "card.make", r.List),
		},
		Routes: []web.Route{
			{Pattern: "GET /card", Permission: web.Public, Handle: f.openForm},
			{Pattern: "POST /card", Permission: web.Public, Handle: f.open},
			{Pattern: "GET /card/q/{code}", Permission: web.Public, Handle: f.scanned},
			{Pattern: "GET /card/lock", Permission: web.Public, Handle: f.lockForm},
			{Pattern: "POST /card/lock", Permission: web.Public, Handle: f.unlock},
			{Pattern: "GET /card/leave", Permission: web.Public, Handle: f.leaveNow},
			{Pattern: "POST /card/leave", Permission: web.Public, Handle: f.leave},
			{Pattern: "GET /card/words", Permission: "card.words", Handle: f.words},
			{Pattern: "GET /card/file/{id}", Permission: "card.words", Handle: f.file},
			{Pattern: "GET /card/words/{ref}/correct", Permission: "card.words", Handle: f.correctForm},
			{Pattern: "POST /card/words/{ref}/correct", Permission: "card.words", Handle: f.correct},
			{Pattern: "GET /card/words/{ref}/agree", Permission: "card.words", Handle: f.agreeForm},
			{Pattern: "POST /card/words/{ref}/agree", Permission: "card.words", Handle: f.agree},
			{Pattern: "POST /card/words/{ref}/agreed", Permission: "card.words", Handle: f.agreed},
			{Pattern: "GET /card/words/{ref}/take", Permission: "card.words", Handle: f.takeForm},
			{Pattern: "POST /card/words/{ref}/take", Permission: "card.words", Handle: f.take},
			{Pattern: "GET /card/add", Permission: "card.words", Handle: f.addForm},
			{Pattern: "POST /card/add", Permission: "card.words", Handle: f.add},
			{Pattern: "GET /card/take", Permission: "card.words", Handle: f.takeAllForm},
			{Pattern: "POST /card/take", Permission: "card.words", Handle: f.takeAll},
			{Pattern: "GET /card/thanks", Permission: "card.words", Handle: f.thanks},
			{Pattern: "GET /card/letter/{id}", Permission: "card.words", Handle: f.letter},
			{Pattern: "POST /card/outcome", Permission: "card.words", Handle: f.takeOutcome},
			{Pattern: "POST /card/undo", Permission: "card.words", Handle: f.undo},
			{Pattern: "GET /card/secure", Permission: "card.words", Handle: f.secureForm},
			{Pattern: "POST /card/secure", Permission: "card.words", Handle: f.secure},
			{Pattern: "GET /card/make/{project}", Permission: "card.make", Handle: f.makeForm},
			{Pattern: "POST /card/make/{project}", Permission: "card.make", Handle: f.make},
			{Pattern: "GET /card/of/{person}", Permission: "card.make", Handle: f.list},
			{Pattern: "POST /card/of/{person}", Permission: "card.make", Handle: f.stop},
		},
		Permissions: []who.Permission{
			{Name: "card.words", Card: true},
			// A code opens a person's words, so only those who work with words hand cards out.
			{Name: "card.make", Roles: []who.Role{who.ProgrammeLead, who.DeliveryLead, who.CoreNetwork, who.ProjectLead, who.Partner}},
		},
		Listens: []news.Listener{{Name: "people.stopped", Hear: r.stopped}, {Name: "people.erased", Hear: r.erased}},
		Holds:   r.holds(),
		Carries: []plug.Carry{{Table: "card_door", Last: true}}, // whoever has a code could look in
		Words:   words, Pages: pages, Migrations: migrations,
	}
}
