package paper

import (
	"context"
	"embed"
	"time"

	"plait/internal/kit/blob"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/job"
	"plait/internal/kit/web"
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

// Card is one card, or one part of a flip chart, that becomes a contribution, and what is
// known of it.
type Card struct {
	Project string
	Words   string   // may be empty: they may be typed later, or never
	Strands []string // none = to be sorted
	Site    string
	On      string // YYYY-MM-DD
	Source  string // "World café: table 3, round 2, yellow, card 5"
	Asked   string // the question printed on it
}

// Typed is what a card's contribution says now.
type Typed struct {
	Words   string
	Strands []string
	Version int64
	File    string // id of its picture; "" = none
	Gone    bool   // taken back, ended or erased
}

// Contributions takes cards into the thread; the room evidence fills it.
type Contributions interface {
	// Open begins a batch that can be taken back as a whole, in the transaction, for n cards.
	Open(ctx context.Context, tx *db.Tx, id, project, name string, n int) error
	// Hold takes a picture in, in transactions of its own, and gives the upload's id, the
	// same again for the same key.
	Hold(ctx context.Context, project, name string, jpeg []byte, key string) (string, error)
	// Give makes a contribution of an upload, in the transaction.
	Give(ctx context.Context, tx *db.Tx, c Card, upload, batch string) (ref.Ref, error)
	// Undo takes a batch back as a whole, in transactions of its own.
	Undo(ctx context.Context, batch string) error
	// See reads a contribution; Type stores its words and strands.
	See(ctx context.Context, tx *db.Tx, at ref.Ref) (Typed, error)
	Type(ctx context.Context, at ref.Ref, version int64, words string, strands []string) error
}

// Room is the room paper.
type Room struct {
	db    *db.DB
	clock clock.Clock
	ids   *id.Maker
	files *blob.Store
	jobs  *job.Queue
	said  Contributions
	cuts  Cutter
	face  *face
}

// New makes the room.
func New(n plug.Needs, said Contributions) *Room {
	r := &Room{db: n.DB, clock: n.Clock, ids: n.IDs, files: n.Files, jobs: n.Jobs, said: said, cuts: InProcess{}}
	r.face = &face{Face: n.Face, desk: n.Desk, room: r}
	return r
}

// Cuts sets what reads photos, in place of InProcess.
func (r *Room) Cuts(c Cutter) { r.cuts = c }

// Jobs of the room.
const (
	readJob = "paper.read"
	fileJob = "paper.bring"
)

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	f := r.face
	photo, file, undo := plug.Of("paper.photo", "paper.photo", r.Photo), plug.Of("paper.file", "paper.file", r.File), plug.Of("paper.undo", "paper.undo", r.Undo)
	photo.Batch, file.Batch, undo.Batch = true, true, true // they run their own short transactions
	const lot = "/paper/{project}/lot/{lot}"
	return plug.Plug{
		Name: "paper",
		Verbs: []plug.Verb{
			plug.Of("paper.print", "paper.print", r.Print),
			plug.Read("paper.list", "paper.see", r.List),
			plug.Read("paper.see", "paper.see", r.See),
			photo,
			plug.Read("paper.look", "paper.photo", r.Look),
			plug.Of("paper.place", "paper.photo", r.Place),
			plug.Of("paper.boxes", "paper.photo", r.Boxes),
			plug.Of("paper.drop", "paper.photo", r.Drop),
			file, undo,
			plug.Of("paper.type", "paper.file", r.Type),
		},
		Routes: []web.Route{
			{Pattern: "GET /paper/{project}", Permission: "paper.see", Handle: f.list},
			{Pattern: "GET /paper/{project}/new", Permission: "paper.print", Handle: f.newForm},
			{Pattern: "POST /paper/{project}/new", Permission: "paper.print", Handle: f.make},
			{Pattern: "GET /paper/{project}/batch/{batch}", Permission: "paper.see", Handle: f.see},
			{Pattern: "GET /paper/{project}/batch/{batch}/print", Permission: "paper.see", Handle: f.print},
			{Pattern: "GET /paper/{project}/batch/{batch}/type", Permission: "paper.file", Handle: f.typeForm},
			{Pattern: "POST /paper/{project}/batch/{batch}/type", Permission: "paper.file", Handle: f.typed},
			{Pattern: "GET /paper/{project}/photo", Permission: "paper.photo", Handle: f.photoForm},
			{Pattern: "POST /paper/{project}/photo", Permission: "paper.photo", Handle: f.photo, MaxBytes: maxSent},
			{Pattern: "GET /paper/{project}/flip", Permission: "paper.photo", Handle: f.flipForm},
			{Pattern: "POST /paper/{project}/flip", Permission: "paper.photo", Handle: f.flip, MaxBytes: maxSent},
			{Pattern: "GET " + lot, Permission: "paper.photo", Handle: f.lot},
			{Pattern: "GET " + lot + "/cut/{cut}", Permission: "paper.photo", Handle: f.cut},
			{Pattern: "GET " + lot + "/photo/{photo}", Permission: "paper.photo", Handle: f.whole},
			{Pattern: "GET " + lot + "/photo/{photo}/place", Permission: "paper.photo", Handle: f.placeForm},
			{Pattern: "POST " + lot + "/photo/{photo}/place", Permission: "paper.photo", Handle: f.place},
			{Pattern: "GET " + lot + "/place/{cut}", Permission: "paper.photo", Handle: f.placeForm},
			{Pattern: "POST " + lot + "/place/{cut}", Permission: "paper.photo", Handle: f.place},
			{Pattern: "GET " + lot + "/boxes/{photo}", Permission: "paper.photo", Handle: f.boxesForm},
			{Pattern: "POST " + lot + "/boxes/{photo}", Permission: "paper.photo", Handle: f.boxes},
			{Pattern: "POST " + lot + "/file", Permission: "paper.file", Handle: f.file},
			{Pattern: "POST " + lot + "/drop", Permission: "paper.photo", Handle: f.drop},
			{Pattern: "POST " + lot + "/undo", Permission: "paper.undo", Handle: f.undo},
		},
		Jobs: []job.Def{{Name: readJob, Timeout: 10 * time.Minute, Do: r.readOn}, {Name: fileJob, Timeout: time.Hour, Do: r.fileOn},
			{Name: "paper.tidy", Every: time.Hour, Do: r.tidy}},
		Listens: []news.Listener{{Name: "evidence.undone", Hear: r.undone}},
		Permissions: []who.Permission{
			// Who may bring words in may bring them from paper; hosts see none of it.
			{Name: "paper.see", Roles: who.Team()},
			{Name: "paper.print", Roles: who.Team()},
			{Name: "paper.photo", Roles: who.Team()},
			{Name: "paper.file", Roles: who.Team()},
			{Name: "paper.undo", Roles: []who.Role{who.ProgrammeLead, who.DeliveryLead, who.CoreNetwork, who.ProjectLead, who.Partner, who.Reviewer}},
		},
		Words: words, Pages: pages, Migrations: migrations, Commands: &commands{},
	}
}
