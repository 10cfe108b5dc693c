package output

import (
	"context"
	"embed"
	"slices"
	"sync"

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
var wordFiles embed.FS

//go:embed pages/*.html pages/*.css
var pageFiles embed.FS

//go:embed sql/*.sql
var migrations embed.FS

// Tellers tell what records say to the people whose words they stand on; every room that
// keeps such records fills its part.
type Tellers interface {
	Tell(ctx context.Context, tx *db.Tx, programme string, refs []ref.Ref) (map[ref.Ref]plug.Told, error)
}

// Reader is a person as a letter needs them.
type Reader struct {
	Person   ref.Ref
	Name     string   // what to call them; "" when not known
	Formats  []string // stored wishes, as the room people keeps them; none = standard
	Language string   // BCP 47
	State    string   // active, moved, died, no more contact
	How      string   // email, phone, text, post, supporter, hand, none; "" = nothing is known
	Address  string   // goes with How; for those who hand letters on
	Why      string   // message key of why nothing may be sent or given; "" when something may
}

// Readers reads the people letters are for; the room people fills it.
type Readers interface {
	Readers(ctx context.Context, tx *db.Tx, persons []string) (map[string]Reader, error)
}

// Voice is one thing a person said.
type Voice struct {
	Ref      ref.Ref
	Words    string
	On       string // YYYY-MM-DD or ""
	Source   string
	Language string // BCP 47
	Behalf   bool   // someone else said it for them
}

// Words reads what was said; the room evidence fills it.
type Words interface {
	// Some gives those of refs that the actor may read and that may be used in the project.
	Some(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]Voice, error)
}

// Fate is what someone signed of a contribution.
type Fate struct {
	Fate   string // not taken up, passed on, too late
	Reason string
	// Plainly is the reason said plainly, for easy read; "" until someone has written it.
	Plainly string
	By      string // name of who signed it
	At      int64  // microseconds
	Bulk    bool   // one sentence for many contributions
}

// Fates reads what was signed; the room finding fills it.
type Fates interface {
	Signed(ctx context.Context, tx *db.Tx, programme string, refs []ref.Ref) (map[ref.Ref]Fate, error)
}

// Own is something that changed for one person. It is theirs: only their own letters tell
// it, and only while they let it be kept.
type Own struct {
	Ref      ref.Ref
	Says     string
	Plainly  string // the same said plainly; "" until someone has written it
	Shows    string // what shows it; may be ""
	On       string // YYYY-MM-DD or ""
	Language string // BCP 47
}

// Owns reads what changed for one person, as far as the actor may know of it; the room
// outcome fills it.
type Owns interface {
	Own(ctx context.Context, tx *db.Tx, person string) ([]Own, error)
}

// Zones tells a programme's time zone; the room programme fills it.
type Zones interface {
	Zone(tx *db.Tx, programme string) (string, error)
}

// Names tells what to call whoever released a letter, as the trail names them.
type Names interface {
	Actor(ctx context.Context, tx *db.Tx, key string) (string, error)
}

// homeZone is where days end while nobody tells the time zones: the United Kingdom's, which is one.
const homeZone = "Europe/London"

// Room is the room output.
type Room struct {
	db       *db.DB
	clock    clock.Clock
	ids      *id.Maker
	news     *news.Desk
	desk     *plug.Desk
	jobs     *job.Queue
	face     *web.Face
	pages    *face
	tellers  Tellers
	readers  Readers
	words    Words
	fates    Fates
	names    Names
	owns     Owns
	zones    Zones
	pictures func() (map[string][]byte, error)
	most     int64 // mostUntouched; tests set less
}

// New makes the room.
func New(n plug.Needs, tellers Tellers, readers Readers, words Words, fates Fates) *Room {
	r := &Room{db: n.DB, clock: n.Clock, ids: n.IDs, news: n.News, desk: n.Desk, jobs: n.Jobs, face: n.Face, tellers: tellers, readers: readers, words: words, fates: fates,
		pictures: sync.OnceValues(drawPictures), most: mostUntouched}
	r.pages = &face{Face: n.Face, desk: n.Desk, room: r}
	return r
}

// SetNames sets what tells the names of those who released letters; without it pages show
// the day alone. Only the wiring calls it.
func (r *Room) SetNames(n Names) { r.names = n }

// SetOwns sets what tells what changed for one person; without it letters tell of nobody's
// own. Only the wiring calls it.
func (r *Room) SetOwns(o Owns) { r.owns = o }

// own is what changed for each of some people.
func (r *Room) own(ctx context.Context, tx *db.Tx, persons []string) (map[string][]Own, error) {
	out := map[string][]Own{}
	if r.owns == nil {
		return out, nil
	}
	for _, p := range persons {
		all, err := r.owns.Own(ctx, tx, p)
		if err != nil {
			return nil, err
		}
		out[p] = all
	}
	return out, nil
}

// ownIn leaves of what changed for a person what a letter was made with.
func ownIn(own []Own, b Body) []Own {
	return slices.DeleteFunc(slices.Clone(own), func(o Own) bool {
		return !slices.ContainsFunc(b.Own, func(x OwnRef) bool { return x.Ref == o.Ref })
	})
}

// SetZones tells the room who knows the time zones. Only the wiring calls it.
func (r *Room) SetZones(z Zones) { r.zones = z }

// zone is the time zone of a programme's days.
func (r *Room) zone(tx *db.Tx, programme string) (string, error) {
	if r.zones == nil {
		return homeZone, nil
	}
	return r.zones.Zone(tx, programme)
}

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	f := r.pages
	ready := plug.Of("output.ready", "output.make", r.Ready)
	ready.Batch = true // it runs its own short transactions
	// Those who may read words and see names: never the host's people.
	makers := append(who.Lead(), who.Partner)
	return plug.Plug{
		Name: "output",
		Verbs: []plug.Verb{
			ready,
			plug.Read("output.letters", "output.see", r.Letters),
			plug.Read("output.see", "output.see", r.See),
			plug.Read("output.files", "output.see", r.Files),
			plug.Read("output.owing", "output.see", r.Owing),
			plug.Read("output.mine", "output.own", r.Mine),
			plug.Read("output.own", "output.own", r.Own),
			plug.Of("output.release", "output.release", r.Release),
			plug.Of("output.hold", "output.make", r.Hold),
			plug.Of("output.handed", "output.release", r.Handed),
		},
		Routes: []web.Route{
			{Pattern: "GET /output/{project}/letters", Permission: "output.see", Handle: f.letters},
			{Pattern: "POST /output/{project}/ready", Permission: "output.make", Handle: f.ready},
			{Pattern: "POST /output/{project}/release", Permission: "output.release", Handle: f.release},
			{Pattern: "GET /output/{project}/print", Permission: "output.see", Handle: f.print},
			{Pattern: "GET /output/{project}/letter/{id}", Permission: "output.see", Handle: f.letter},
			{Pattern: "POST /output/{project}/letter/{id}/hold", Permission: "output.make", Handle: f.hold},
			{Pattern: "POST /output/{project}/letter/{id}/handed", Permission: "output.release", Handle: f.handed},
			// How letters look: the same for everybody, and nothing of anybody's.
			{Pattern: "GET /output/letters.css", Permission: web.Public, Handle: f.style},
		},
		Jobs: r.slow(),
		Listens: []news.Listener{{Name: "consent.withdrawn", Hear: r.withdrawn}, {Name: "consent.restored", Hear: r.restored}, {Name: "consent.erased", Hear: r.erased},
			{Name: "people.stopped", Hear: r.personStopped}, {Name: "people.erased", Hear: r.personErased}},
		Kinds: []plug.Kind{{Name: Kind, Permission: "output.see", Page: "/output/{project}/letter/{id}"}},
		Permissions: []who.Permission{
			{Name: "output.see", Roles: makers},
			{Name: "output.make", Roles: makers},
			{Name: "output.release", Roles: makers},
			{Name: "output.own", Roles: makers, Card: true},
		},
		Panels:     []plug.Panel{{For: ref.Project, Place: "due", Permission: "output.see", Title: "output.panel", Template: "output/panel", Load: r.panel}},
		Signs:      r.signs(),
		Counts:     r.counts(),
		Holds:      r.holds(),
		Words:      wordFiles,
		Pages:      pageFiles,
		Migrations: migrations,
		Commands:   &commands{},
	}
}
