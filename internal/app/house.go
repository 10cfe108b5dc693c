// Package app wires the house: it opens the database, makes every room, and serves
// the pages, the API and the command line from one list of rooms.
package app

import (
	"context"
	"embed"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"sort"
	"strings"
	"time"

	"plait/internal/kit/archive"
	"plait/internal/kit/blob"
	"plait/internal/kit/clock"
	"plait/internal/kit/config"
	"plait/internal/kit/db"
	"plait/internal/kit/document"
	"plait/internal/kit/id"
	"plait/internal/kit/job"
	"plait/internal/kit/lang"
	"plait/internal/kit/mail"
	"plait/internal/kit/media"
	"plait/internal/kit/page"
	"plait/internal/kit/paper"
	"plait/internal/kit/photo"
	"plait/internal/kit/seal"
	"plait/internal/kit/search"
	"plait/internal/kit/web"
	"plait/internal/spine/news"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// Version is set when the program is built.
var Version = "dev"

//go:embed words/*.json
var words embed.FS

//go:embed pages/*.html
var pages embed.FS

// Options are what a house is opened with.
type Options struct {
	Clock    clock.Clock // nil: the system's
	Random   io.Reader   // nil: the system's
	Key      *seal.Key
	Post     mail.Post
	Log      *slog.Logger // nil: nothing is logged
	BaseURL  string
	Secure   bool
	LeaveURL string
	Trusts   func(peer string) bool // whose forwarded addresses count
	Dir      string                 // the installation's folder; "" for none
	Backups  string                 // the folder of backups; "" for none
	Every    time.Duration          // how often one is made
}

// House is a whole installation, ready to be served or used from the command line.
type House struct {
	DB      *db.DB
	Clock   clock.Clock
	IDs     *id.Maker
	Desk    *plug.Desk
	Policy  *who.Policy
	Plugs   []plug.Plug
	Verbs   map[string]plug.Verb
	Routes  []web.Route
	Face    *web.Face
	Words   *lang.Words
	Handler http.Handler
	API     *web.API
	Log     *slog.Logger
	files   *blob.Store
	rooms   *rooms
	looks   *trail.Looks
	base    string
	leaving leaving
	hold    *db.Hold // the part of the lock on the installation; nil where none is taken

	dir        string
	migrations []db.Migration
	measures   *measures
	ready      ready
}

// spines is the tables that belong to no room.
func spines() []fs.FS {
	return []fs.FS{ref.Migrations, who.Migrations, terms.Migrations, trail.Migrations, tie.Migrations, search.Migrations, blob.Migrations}
}

// Migrations is the one merged sequence of the spine's and all rooms' migrations.
func Migrations() ([]db.Migration, error) {
	sources := spines()
	for _, p := range list(newRooms(plug.Needs{Face: faceOf(), Desk: &plug.Desk{}, News: news.NewDesk()})) {
		sources = append(sources, p.Migrations)
	}
	return db.Migrations(sources...)
}

// Migrate brings a database up to this program's last migration.
func Migrate(ctx context.Context, d *db.DB) error {
	all, err := Migrations()
	if err != nil {
		return err
	}
	if err := d.Migrate(ctx, all); err != nil {
		return err
	}
	return job.Migrate(ctx, d)
}

// Build makes a house on an open, migrated database.
func Build(d *db.DB, o Options) (*House, error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	jobs, err := job.New(d)
	if err != nil {
		return nil, err
	}
	h := &House{DB: d, Clock: o.Clock, IDs: id.New(o.Clock.Now, o.Random), Log: o.Log, Verbs: map[string]plug.Verb{}, base: o.BaseURL, dir: o.Dir, measures: newMeasures()}
	if h.migrations, err = Migrations(); err != nil {
		return nil, err
	}
	h.measure()
	h.Desk = &plug.Desk{DB: d, Clock: o.Clock}
	h.Face = &web.Face{Secure: o.Secure}
	h.files = &blob.Store{DB: d, Clock: o.Clock, IDs: h.IDs, Key: o.Key}
	desk := news.NewDesk()
	h.looks = &trail.Looks{DB: d, Clock: o.Clock, IDs: h.IDs, Log: o.Log}
	install := &plug.Install{Dir: o.Dir, Backups: o.Backups, BackupEvery: o.Every, Version: Version, OpenDB: openOther, Other: another(o), Plugs: func() []plug.Plug { return h.Plugs },
		Drain: func(ctx context.Context) error { return job.Drain(ctx, h.DB, h.Jobs(), h.Log) }}
	h.rooms = newRooms(plug.Needs{Install: install, DB: d, Clock: o.Clock, IDs: h.IDs, Key: o.Key, Desk: h.Desk, News: desk, Jobs: jobs, Face: h.Face,
		Post: h.measures.post(o.Post), Log: o.Log, BaseURL: o.BaseURL, Files: h.files, Looks: h.looks})
	h.Plugs = list(h.rooms)
	sources := shared()
	var sets []page.Source
	sets = append(sets, page.Source{Name: "house", FS: sub(pages, "pages")})
	var permissions []who.Permission
	for _, p := range h.Plugs {
		sources = append(sources, lang.Source{Name: p.Name, FS: sub(p.Words, "words")})
		if p.Pages != nil {
			sets = append(sets, page.Source{Name: p.Name, FS: sub(p.Pages, "pages")})
		}
		permissions = append(permissions, p.Permissions...)
		desk.Add(p.Listens...)
		for _, v := range p.Verbs {
			h.Verbs[v.Name] = v
		}
		h.Routes = append(h.Routes, p.Routes...)
	}
	h.rooms.search.SetKinds(h.Kinds())
	h.rooms.thread.SetKinds(h.Kinds())
	h.rooms.told.kinds = h.Kinds()
	h.Policy = who.NewPolicy(permissions...)
	if h.Words, err = lang.New(sources...); err != nil {
		return nil, err
	}
	h.Face.Words = h.Words
	if h.Face.Pages, err = page.New(h.Words, sets, page.Options{LeaveURL: o.LeaveURL}); err != nil {
		return nil, err
	}
	h.API = web.NewAPI(h.Face, Version)
	for _, p := range h.Plugs {
		for _, v := range p.Verbs {
			v.Mount(h.API, h.Desk.RunVerb)
		}
	}
	h.Routes = append(h.Routes, h.publicRoutes()...)
	h.Handler, err = web.New(web.Options{Face: h.Face, Log: o.Log, IDs: h.IDs, Identify: h.identify, Allow: h.allow, Secure: o.Secure, Trusts: o.Trusts, Meter: h.measures},
		append(append([]web.Route{}, h.Routes...), h.API.Mount()...))
	return h, err
}

// shared is the words of the house and its kits.
func shared() []lang.Source {
	return []lang.Source{page.Words(), seal.Words(), mail.Words(), config.Words(), paper.Words(), blob.Words(), archive.Words(), media.Words(), photo.Words(), document.Words(), {Name: "house", FS: sub(words, "words")}}
}

func faceOf() *web.Face { return &web.Face{} }

// Jobs is every kind of slow work of the house.
func (h *House) Jobs() []job.Def {
	out := []job.Def{h.files.Job(), {Name: "house.optimize", Every: 24 * time.Hour, Timeout: 10 * time.Minute,
		Do: func(ctx context.Context, _ job.Job) error { return h.DB.Optimize(ctx) }}}
	for _, p := range h.Plugs {
		for _, d := range p.Jobs {
			do := d.Do
			// A job acts as itself under the house's policy until its room names the programme.
			d.Do = func(ctx context.Context, j job.Job) error {
				return do(who.With(ctx, h.Policy, who.Actor{Kind: who.Job, ID: d.Name}), j)
			}
			out = append(out, d)
		}
	}
	for i, d := range out {
		out[i] = h.measures.job(d)
	}
	return out
}

// Kinds is every kind of record, by name.
func (h *House) Kinds() map[string]plug.Kind {
	out := map[string]plug.Kind{}
	for _, p := range h.Plugs {
		for _, k := range p.Kinds {
			out[k.Name] = k
		}
	}
	return out
}

// columns is every count that rooms offer of projects.
func (h *House) columns() []plug.Count {
	var out []plug.Count
	for _, p := range h.Plugs {
		out = append(out, p.Counts...)
	}
	return out
}

// VerbList is every verb by name.
func (h *House) VerbList() []plug.Verb {
	out := make([]plug.Verb, 0, len(h.Verbs))
	for _, v := range h.Verbs {
		out = append(out, v)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Operator is a context in which the command line acts within a programme.
func (h *House) Operator(ctx context.Context, programme string) context.Context {
	return who.With(ctx, h.Policy, who.Actor{Kind: who.Operator, Programme: programme})
}

func sub(f fs.FS, dir string) fs.FS {
	if f == nil {
		return nil // a room of commands alone
	}
	s, err := fs.Sub(f, dir)
	if err != nil {
		return f
	}
	return s
}

// explain is a fault in plain words for the command line.
func (h *House) explain(language string, err error) string {
	j := h.Face.AsJSON(language, faultOf(err))
	parts := []string{j.Say}
	for name, text := range j.Fields {
		parts = append(parts, name+": "+strings.TrimSuffix(text, ".")+".")
	}
	if j.Do != "" {
		parts = append(parts, j.Do)
	}
	return strings.Join(parts, " ")
}
