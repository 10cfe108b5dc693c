package review

import (
	"context"
	"embed"

	"plait/internal/kit/blob"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/job"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

//go:embed words/*.json
var wordFiles embed.FS

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed sql/*.sql
var migrations embed.FS

// Room is the room review.
type Room struct {
	db    *db.DB
	clock clock.Clock
	ids   *id.Maker
	jobs  *job.Queue
	files *blob.Store
	desk  *plug.Desk
	takes takes // what the part extract needs of other rooms
	face  *face
	parts []part

	zones   Zones
	shapes  shapeTools
	screens screens // what screening keeps in memory
	reads   Reader  // of files of references
}

// New makes the room.
func New(n plug.Needs) *Room {
	r := &Room{db: n.DB, clock: n.Clock, ids: n.IDs, jobs: n.Jobs, files: n.Files, desk: n.Desk, reads: InProcess{}}
	r.screens.log = n.Log
	r.face = &face{Face: n.Face, desk: n.Desk, room: r}
	r.parts = []part{r.shapePart(), r.recordsPart(), r.screenPart(), r.extractPart(), r.wholePart()}
	return r
}

// Zones tells a programme's time zone; the room programme fills it.
type Zones interface {
	Zone(tx *db.Tx, programme string) (string, error)
}

// SetZones tells the room who knows the time zones. Only the wiring calls it, once, before
// anything runs.
func (r *Room) SetZones(z Zones) { r.zones = z }

// zone is the time zone of a programme's days: the United Kingdom's while nobody tells them.
func (r *Room) zone(tx *db.Tx, programme string) (string, error) {
	if r.zones == nil {
		return "Europe/London", nil
	}
	return r.zones.Zone(tx, programme)
}

// day is the programme's day at an instant.
func (r *Room) day(tx *db.Tx, programme string, at int64) (string, error) {
	zone, err := r.zone(tx, programme)
	return clock.DayOf(at, zone), err
}

// part is what one part of the room adds to its door: shaping the question, the records
// and their copies, screening, what is taken from the texts, the whole.
type part struct {
	verbs  []plug.Verb
	routes []web.Route
	jobs   []job.Def
	kinds  []plug.Kind
	refers []db.Reference
	finds  []plug.Find
	// steps are the part's lines on a review's page, in order.
	steps func(ctx context.Context, tx *db.Tx, v Review) ([]Step, error)
	signs []plug.Sign
	// hears is told, in the transaction, what happened in another part.
	hears func(ctx context.Context, tx *db.Tx, programme, review string, what happened) error
}

// happened is something that other parts of the room must know at once.
type happened string

const (
	arrived happened = "arrived" // records came, went, were merged or parted
	settled happened = "settled" // what was decided of records has changed
)

// heard tells every part what happened.
func (r *Room) heard(ctx context.Context, tx *db.Tx, programme, review string, what happened) error {
	for _, x := range r.parts {
		if x.hears == nil {
			continue
		}
		if err := x.hears(ctx, tx, programme, review, what); err != nil {
			return err
		}
	}
	return nil
}

// Step is one line of a review's page: what can be done and how far it is.
type Step struct {
	Href string // after the review's own address: "/search"
	Name string // message key of what it is
	Key  string // message key of how far it is, with Count and Of; "" = nothing to say
	N    int64  // Count
	Of   int64
	Done bool
}

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	f := r.face
	const one = "/review/{project}/of/{id}"
	p := plug.Plug{
		Name:  "review",
		Verbs: r.verbs(),
		Routes: []web.Route{
			{Pattern: "GET /review/{project}", Permission: "review.see", Handle: f.list},
			{Pattern: "GET /review/{project}/new", Permission: "review.run", Handle: f.newForm},
			{Pattern: "POST /review/{project}/new", Permission: "review.run", Handle: f.make},
			{Pattern: "GET " + one, Permission: "review.see", Handle: f.see},
			{Pattern: "GET " + one + "/edit", Permission: "review.run", Handle: f.editForm},
			{Pattern: "POST " + one + "/edit", Permission: "review.run", Handle: f.edit},
		},
		Kinds: []plug.Kind{{Name: Kind, Permission: "review.see", Page: one}},
		Permissions: []who.Permission{
			{Name: "review.see", Roles: who.Team(), Wide: true},
			{Name: "review.run", Roles: append(who.Lead(), who.Partner, who.Reviewer)},
			{Name: "review.screen", Roles: append(who.Lead(), who.Partner, who.Reviewer, who.Evaluator)},
			// Whether a paper matters is for everyone on the team to say, by its plain summary.
			{Name: "review.view", Roles: who.Team()},
		},
		Finds:  r.finds(),
		Panels: []plug.Panel{{For: ref.Project, Place: "more", Permission: "review.see", Title: "review.title", Template: "review/panel", Load: r.loadPanel}},
		Words:  wordFiles, Pages: pageFiles, Migrations: migrations,
		Commands: &commands{},
	}
	for _, x := range r.parts {
		p.Verbs, p.Routes, p.Jobs = append(p.Verbs, x.verbs...), append(p.Routes, x.routes...), append(p.Jobs, x.jobs...)
		p.Kinds, p.Refers, p.Finds = append(p.Kinds, x.kinds...), append(p.Refers, x.refers...), append(p.Finds, x.finds...)
		p.Signs = append(p.Signs, x.signs...)
	}
	return p
}

// steps is every line of a review's page.
func (r *Room) steps(ctx context.Context, tx *db.Tx, v Review) (all []Step, err error) {
	for _, x := range r.parts {
		if x.steps == nil {
			continue
		}
		some, err := x.steps(ctx, tx, v)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// commands need no installation but import: they read files and print what is in them.
type commands struct {
	Import   importCommand   `cmd:"" help:"Bring files of references into a review."`
	Read     readCommand     `cmd:"" help:"Say what is in files of references: format, records, and each loss with its line."`
	Convert  convertCommand  `cmd:"" help:"Write a file of references in another format."`
	Dedupe   dedupeCommand   `cmd:"" help:"Find the duplicates in files of references."`
	Report   reportCommand   `cmd:"" help:"Bring somebody else's finished review into a review."`
	Simulate simulateCommand `cmd:"" help:"Screen records whose answer is known, and say how soon the relevant ones were found."`
	Export   exportCommand   `cmd:"" help:"Write the references of a review to a file, with what was decided."`
}
