package evidence

import (
	"context"
	"embed"

	"plait/internal/kit/blob"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/job"
	"plait/internal/kit/photo"
	"plait/internal/kit/web"
	"plait/internal/spine/news"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

//go:embed words/*.json
var words embed.FS

//go:embed pages/*.html
var pages embed.FS

//go:embed sql/*.sql
var migrations embed.FS

// Consents remembers what was agreed when words came in; the room consent fills it.
type Consents interface {
	// Agree stores one agreement for many new records. id is new.
	Agree(ctx context.Context, tx *db.Tx, id string, recs []ref.Record, a terms.Agreement) error
	// Regime reads under which regime, ethics reference and nation a record was agreed.
	Regime(tx *db.Tx, programme, record string) (regime, ethics, nation string, err error)
}

// Zones tells a programme's time zone; the room programme fills it.
type Zones interface {
	Zone(tx *db.Tx, programme string) (string, error)
}

// Hosts tells the organisation that hosts a project; the room project fills it.
type Hosts interface {
	// Host gives the host's name as the project has it; "" = none.
	Host(tx *db.Tx, programme, project string) (string, error)
}

// Room is the room evidence.
type Room struct {
	db       *db.DB
	clock    clock.Clock
	ids      *id.Maker
	news     *news.Desk
	consents Consents
	zones    Zones
	people   People
	face     *face
	jobs     *job.Queue
	parser   Parser
	files    *blob.Store
	photos   *photo.Line
	// shrinking has a place for each who makes a small picture.
	shrinking chan struct{}
	reads     *wordsHeld
	pager     Pager
	hosts     Hosts
	looks     *trail.Looks
}

// New makes the room.
func New(n plug.Needs, consents Consents, zones Zones, people People) *Room {
	r := &Room{looks: n.Looks, db: n.DB, clock: n.Clock, ids: n.IDs, news: n.News, consents: consents, zones: zones, people: people,
		jobs: n.Jobs, files: n.Files, parser: InProcess{Limit: ParseTime}, photos: photo.NewLine(photo.InProcess{}), shrinking: make(chan struct{}, 2), reads: &wordsHeld{clock: n.Clock}, pager: PagesHere{}}
	r.face = &face{Face: n.Face, desk: n.Desk, room: r}
	return r
}

// Shrinks has pictures read in l: the house's one line, which reads them in a process of
// its own. Only the wiring calls it, once, before anything runs.
func (r *Room) Shrinks(l *photo.Line) { r.photos = l }

// Reads sets what reads the files that come in, in place of InProcess.
func (r *Room) Reads(p Parser) { r.parser = p }

// SetHosts sets what knows the hosts of projects: columns of sheets are remembered for
// them. Without it they are remembered for each project alone.
func (r *Room) SetHosts(h Hosts) { r.hosts = h }

func (r *Room) zone(tx *db.Tx, programme string) (string, error) { return r.zones.Zone(tx, programme) }

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	f := r.face
	verbs, routes := r.importPlug()
	for _, more := range []func() ([]plug.Verb, []web.Route){r.uploadPlug, r.mediaPlug, r.excerptPlug, r.capturePlug, r.shownPlug} {
		v, rt := more()
		verbs, routes = append(verbs, v...), append(routes, rt...)
	}
	return plug.Plug{
		Name: "evidence",
		Verbs: append([]plug.Verb{
			plug.Of("evidence.give", "evidence.give", r.Give),
			plug.Of("evidence.paste", "evidence.give", r.Paste),
			plug.Of("evidence.edit", "evidence.edit", r.Edit),
			plug.Of("evidence.speaker", "evidence.speaker", r.Speaker),
			plug.Of("evidence.sort", "evidence.edit", r.Sort),
			plug.Read("evidence.list", "evidence.see", r.List),
			plug.Read("evidence.see", "evidence.see", r.See),
			plug.Read("evidence.words", "evidence.see", r.Words),
			plug.Read("evidence.mine", "evidence.see", r.Mine),
			plug.Of("evidence.add-own", "evidence.edit", r.Add),
		}, verbs...),
		Routes: append([]web.Route{
			{Pattern: "GET /evidence/{project}", Permission: "evidence.see", Handle: f.list},
			{Pattern: "GET /evidence/{project}/said/{id}", Permission: "evidence.see", Handle: f.see},
			{Pattern: "GET /evidence/{project}/ways", Permission: "evidence.give", Handle: f.ways},
			{Pattern: "GET /evidence/{project}/give", Permission: "evidence.give", Handle: f.giveForm},
			{Pattern: "POST /evidence/{project}/give", Permission: "evidence.give", Handle: f.give, MaxBytes: maxCapture},
			{Pattern: "GET /evidence/{project}/paste", Permission: "evidence.give", Handle: f.pasteForm},
			{Pattern: "POST /evidence/{project}/paste", Permission: "evidence.give", Handle: f.paste},
			{Pattern: "POST /evidence/{project}/undo", Permission: "evidence.undo", Handle: f.undo},
			{Pattern: "GET /evidence/{project}/sort", Permission: "evidence.edit", Handle: f.sortForm},
			{Pattern: "POST /evidence/{project}/sort", Permission: "evidence.edit", Handle: f.sort},
			{Pattern: "GET /evidence/{project}/said/{id}/speaker", Permission: "evidence.speaker", Handle: f.speakerForm},
			{Pattern: "POST /evidence/{project}/said/{id}/speaker", Permission: "evidence.speaker", Handle: f.speaker},
			{Pattern: "GET /evidence/{project}/said/{id}/edit", Permission: "evidence.edit", Handle: f.editForm},
			{Pattern: "POST /evidence/{project}/said/{id}/edit", Permission: "evidence.edit", Handle: f.edit},
		}, routes...),
		Jobs:    r.importJobs(),
		Finds:   r.finds(),
		Refers:  refers(),
		Holds:   r.holds(),
		Listens: []news.Listener{{Name: "consent.restored", Hear: r.restored}, {Name: "consent.erased", Hear: r.erased}},
		Kinds:   []plug.Kind{{Name: Kind, Permission: "evidence.see", Page: "/evidence/{project}/said/{id}"}},
		Permissions: []who.Permission{
			// Host leads and host staff are never among these: they do not see who said what.
			{Name: "evidence.see", Roles: who.Team(), Card: true, Wide: true},
			{Name: "evidence.give", Roles: who.Team(), Card: true},
			{Name: "evidence.edit", Roles: []who.Role{who.ProgrammeLead, who.DeliveryLead, who.CoreNetwork, who.ProjectLead, who.Partner, who.Reviewer, who.Evaluator}, Card: true},
			{Name: "evidence.mark", Roles: []who.Role{who.ProgrammeLead, who.DeliveryLead, who.CoreNetwork, who.ProjectLead, who.Partner, who.Reviewer, who.Evaluator}},
			// Whoever ties words to a person may see names, and may hand out cards.
			{Name: "evidence.speaker", Roles: []who.Role{who.ProgrammeLead, who.DeliveryLead, who.CoreNetwork, who.ProjectLead, who.Partner}},
			{Name: "evidence.undo", Roles: []who.Role{who.ProgrammeLead, who.DeliveryLead, who.CoreNetwork, who.ProjectLead, who.Partner, who.Reviewer}},
		},
		Carries: []plug.Carry{{Table: "evidence_upload", Stays: true}}, // what was still being sent
		Words:   words, Pages: pages, Migrations: migrations,
		Commands: r.commands(),
	}
}
