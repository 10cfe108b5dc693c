// Package plug is the door of a room: what it offers the house, as data.
//
// Verbs are made by Of and Read and kept type-erased in one list, from which the
// API, the command line and the tests that knock on every door are made. Desk runs
// them: it owns actor, key, transaction and retry.
package plug

import (
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"reflect"
	"time"

	"plait/internal/kit/blob"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/job"
	"plait/internal/kit/mail"
	"plait/internal/kit/seal"
	"plait/internal/kit/web"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// Plug is everything a room offers.
type Plug struct {
	Name        string
	Verbs       []Verb
	Routes      []web.Route
	Jobs        []job.Def
	Kinds       []Kind
	Permissions []who.Permission
	Panels      []Panel
	Signs       []Sign
	Counts      []Count
	Listens     []news.Listener
	Words       fs.FS // words/en.json, words/cy.json
	Pages       fs.FS // pages/*.html
	Migrations  fs.FS // sql/*.sql
	Commands    any   // a pointer to a struct of command-line commands that verbs cannot say; nil for none
	Finds       []Find
	Holds       []Hold
	Carries     []Carry
	Refers      []db.Reference // what the room's tables name that no foreign key guards
	Self        any            // the room itself, for those of its commands that no verb can say; nil for none
}

// Kind is one kind of record: who may see it and where its page is.
type Kind struct {
	Name       string
	Permission string // to see it
	Page       string // address with {project} and {id}: "/evidence/{project}/said/{id}"; "" for none
	// Tell says of several of a programme's records what the people whose words they stand
	// on may hear of them; nil for kinds that say nothing. Records that are not to be told of
	// (a draft, say) are left out.
	Tell func(ctx context.Context, tx *db.Tx, programme string, ids []string) (map[string]Told, error)
}

// Panel is a piece of another room's page.
type Panel struct {
	For        string // kind of the record the page is about: "project"
	Place      string // "heard", "due", "doing": where on the page
	Permission string
	Title      string                                                        // message key
	Template   string                                                        // "evidence/panel"
	Load       func(ctx context.Context, tx *db.Tx, at ref.Ref) (any, error) // nil, nil: nothing to show
}

// Needs is what every room is made from.
type Needs struct {
	DB      *db.DB
	Clock   clock.Clock
	IDs     *id.Maker
	Key     *seal.Key
	Desk    *Desk
	News    *news.Desk
	Jobs    *job.Queue
	Face    *web.Face
	Post    mail.Post
	Log     *slog.Logger
	Files   *blob.Store
	Looks   *trail.Looks // writes down who opened what; nil in a room's own tests
	BaseURL string       // "http://127.0.0.1:8080", no slash at the end
	Install *Install
}

// Install is the installation itself, for the room that keeps it. Its functions are
// there once the house is built: ask for them when they are needed, not in New.
type Install struct {
	Dir     string // its folder; "" where tests need none
	Backups string // the folder of backups; "" for none
	// BackupEvery is how often a backup is made by itself.
	BackupEvery time.Duration
	Version     string // of this program
	// OpenDB opens and migrates another database: "postgres://..." or a folder, which is
	// made if need be. The caller closes it.
	OpenDB func(ctx context.Context, address string) (*db.DB, error)
	// Drain does every job that is due now and waits for those that run.
	Drain func(ctx context.Context) error
	// Plugs is every room.
	Plugs func() []Plug
	// Other makes a house with the same key on another open, migrated database, and gives
	// its rooms by name (Plug.Self): a backup is tried out in one.
	Other func(d *db.DB) (map[string]any, error)
}

// Verb is one thing that can be done, type-erased.
type Verb struct {
	Name       string // "evidence.give": room and verb
	Permission string
	Writes     bool
	Batch      bool // runs its own transactions (an import): not wrapped in one; see Key
	In, Out    reflect.Type
	Do         func(ctx context.Context, in any) (any, error) // in is an In, by value
}

// Mount offers the verb to programs.
func (v Verb) Mount(api *web.API, run Runner) {
	api.Operation(v.Name, v.Writes, v.In, v.Out, func(ctx context.Context, key string, in any) (any, error) { return run(ctx, v, key, in) })
}

// Runner runs a verb with a key for a face.
type Runner func(ctx context.Context, v Verb, key string, in any) (any, error)

// Of makes a verb that writes.
func Of[In, Out any](name, permission string, do func(context.Context, In) (Out, error)) Verb {
	return verb(name, permission, true, do)
}

// Read makes a verb that only reads.
func Read[In, Out any](name, permission string, do func(context.Context, In) (Out, error)) Verb {
	return verb(name, permission, false, do)
}

func verb[In, Out any](name, permission string, writes bool, do func(context.Context, In) (Out, error)) Verb {
	v := Verb{Name: name, Permission: permission, Writes: writes, In: reflect.TypeFor[In](), Out: reflect.TypeFor[Out]()}
	v.Do = func(ctx context.Context, in any) (any, error) { return do(ctx, in.(In)) }
	return v
}

// Decode reads a verb's In from JSON; unknown fields are refused.
func (v Verb) Decode(d *json.Decoder) (any, error) {
	d.DisallowUnknownFields()
	p := reflect.New(v.In)
	err := d.Decode(p.Interface())
	return p.Elem().Interface(), err
}

// Desk runs verbs.
type Desk struct {
	DB    *db.DB
	Clock clock.Clock
}

// Run runs a writing verb once: the same actor, key and input get the first answer.
// key "" means that the caller needs no such promise.
func Run[In, Out any](ctx context.Context, d *Desk, name, key string, do func(context.Context, In) (Out, error), in In) (Out, error) {
	a := who.From(ctx)
	a.Verb = name
	ctx = who.As(ctx, a)
	var out Out
	err := d.once(ctx, key, func(tx *db.Tx) error {
		var fresh Out
		done, err := trail.Once(tx.Context(), tx, key, name, in, &fresh)
		if err != nil || done {
			out = fresh
			return err
		}
		if fresh, err = do(tx.Context(), in); err != nil {
			return err
		}
		out = fresh
		return trail.Keep(tx.Context(), tx, key, name, d.Clock.Now(), in, fresh)
	})
	if err != nil {
		var none Out
		return none, err
	}
	return out, nil
}

// once runs f in a write transaction. When someone sent the same key at the same moment
// and was first, it runs again and finds their answer. So it does when the database went
// away while it was told to keep the work: with a key nothing is done twice. Without one,
// and inside another's transaction, that is for the caller to tell.
func (d *Desk) once(ctx context.Context, key string, f func(tx *db.Tx) error) error {
	err := d.DB.Write(ctx, f)
	if key != "" && (db.IsUnique(err) || db.IsUnknown(err)) {
		err = d.DB.Write(ctx, f)
		if db.IsUnique(err) { // what was not known was still on its way, and is there now
			err = d.DB.Write(ctx, f)
		}
	}
	return err
}

type keyCtx struct{}

// Key is the key with which the face called the batch verb that is running; "" for none.
// Such a verb keeps it by itself: with Run, or with trail.Once and trail.Keep.
func Key(ctx context.Context) string {
	key, _ := ctx.Value(keyCtx{}).(string)
	return key
}

// RunVerb is Run for a type-erased verb: reading verbs run as they are, and so do batch
// verbs, which find the key with Key.
func (d *Desk) RunVerb(ctx context.Context, v Verb, key string, in any) (any, error) {
	if v.Batch {
		ctx = context.WithValue(ctx, keyCtx{}, key)
	}
	if !v.Writes || v.Batch {
		return v.Do(ctx, in)
	}
	a := who.From(ctx)
	a.Verb = v.Name
	ctx = who.As(ctx, a)
	var out any
	err := d.once(ctx, key, func(tx *db.Tx) error {
		fresh := reflect.New(v.Out)
		done, err := trail.Once(tx.Context(), tx, key, v.Name, in, fresh.Interface())
		if err != nil || done {
			out = fresh.Elem().Interface()
			return err
		}
		if out, err = v.Do(tx.Context(), in); err != nil {
			return err
		}
		return trail.Keep(tx.Context(), tx, key, v.Name, d.Clock.Now(), in, out)
	})
	return out, err
}
