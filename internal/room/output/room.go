package output

import (
	"context"
	"embed"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/web"
	"plait/internal/spine/news"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

//go:embed words/*.json
var wordFiles embed.FS

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
	By     string // name of who signed it
	At     int64  // microseconds
	Bulk   bool   // one sentence for many contributions
}

// Fates reads what was signed; the room finding fills it.
type Fates interface {
	Signed(ctx context.Context, tx *db.Tx, programme string, refs []ref.Ref) (map[ref.Ref]Fate, error)
}

// Room is the room output.
type Room struct {
	db      *db.DB
	clock   clock.Clock
	ids     *id.Maker
	news    *news.Desk
	desk    *plug.Desk
	face    *web.Face
	tellers Tellers
	readers Readers
	words   Words
	fates   Fates
}

// New makes the room.
func New(n plug.Needs, tellers Tellers, readers Readers, words Words, fates Fates) *Room {
	return &Room{db: n.DB, clock: n.Clock, ids: n.IDs, news: n.News, desk: n.Desk, face: n.Face, tellers: tellers, readers: readers, words: words, fates: fates}
}

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	return plug.Plug{Name: "output", Words: wordFiles, Migrations: migrations}
}
