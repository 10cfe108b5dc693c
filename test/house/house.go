// Package house gives tests a whole house on each engine: every room wired, a fresh
// migrated database, a programme with two projects and people in every role.
//
// The database is copied from one migrated per run: a file on SQLite, a template on
// PostgreSQL (PLAIT_TEST_PG, an administrator's address).
package house

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"plait/internal/app"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/mail"
	"plait/internal/kit/seal"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// House is a house under test.
type House struct {
	*app.House
	T         *testing.T
	Hand      *clock.Hand
	Programme string
	Project   string
	Other     string // a second project of the programme
	Site      string // a site of Project
	Foreign   string // a project of another programme
	Letters   string // the folder where letters are written
	Dir       string
}

// Kit gives houses.
type Kit struct{}

// migrated is the migrated file on SQLite that the tests of one binary copy.
var migrated struct {
	once sync.Once
	file string
	err  error
}

// Each runs f on SQLite and on PostgreSQL.
func (k *Kit) Each(t *testing.T, f func(t *testing.T, h *House)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, k.SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, k.Postgres(t)) })
}

// SQLite gives a fresh house on SQLite.
func (k *Kit) SQLite(t *testing.T) *House {
	t.Helper()
	migrated.once.Do(func() { migrated.file, migrated.err = migratedFile() })
	if migrated.err != nil {
		t.Fatal(migrated.err)
	}
	dir := t.TempDir()
	data, err := os.ReadFile(migrated.file)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "plait.db"), data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.OpenFile(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return furnish(t, d, dir)
}

func migratedFile() (string, error) {
	dir, err := os.MkdirTemp("", "plait-template")
	if err != nil {
		return "", err
	}
	ctx := context.Background()
	d, err := db.OpenFile(ctx, dir)
	if err != nil {
		return "", err
	}
	if err := app.Migrate(ctx, d); err != nil {
		return "", err
	}
	if _, err := d.Pool().ExecContext(ctx, "pragma wal_checkpoint(truncate)"); err != nil {
		return "", err
	}
	return filepath.Join(dir, "plait.db"), d.Close()
}

// Postgres gives a fresh house on PostgreSQL. Without one the test fails, unless
// PLAIT_TEST_WITHOUT names it.
func (k *Kit) Postgres(t *testing.T) *House {
	t.Helper()
	admin := os.Getenv("PLAIT_TEST_PG")
	if admin == "" {
		if strings.Contains(os.Getenv("PLAIT_TEST_WITHOUT"), "postgres") && os.Getenv("CI") != "true" {
			t.Skip("PLAIT_TEST_WITHOUT names postgres")
		}
		t.Fatal("no PostgreSQL: run this as go run ./tool/pg -- go test ./…")
	}
	name, address, err := postgres.take(admin)
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.OpenURL(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := postgres.give(admin, name); err != nil {
			t.Error(err)
		}
	})
	return furnish(t, d, t.TempDir())
}

func addressOf(admin, name string) string {
	u, err := url.Parse(admin)
	if err != nil {
		return admin
	}
	u.Path = "/" + name
	return u.String()
}

func sql(admin, statement string) error {
	d, err := db.OpenURL(context.Background(), admin)
	if err != nil {
		return err
	}
	_, err = d.Pool().ExecContext(context.Background(), statement)
	if e := d.Close(); err == nil {
		err = e
	}
	return err
}

// furnish builds the house and puts a programme, projects, a site and a stranger's
// programme into it.
func furnish(t *testing.T, d *db.DB, dir string) *House {
	t.Helper()
	hand := clock.At(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
	key, err := seal.New(make([]byte, seal.Size))
	if err != nil {
		t.Fatal(err)
	}
	letters := filepath.Join(dir, "mail")
	h, err := app.Build(d, app.Options{Clock: hand, Key: key, Post: mail.Folder(letters, hand, id.New(hand.Now, nil)), BaseURL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	if d.Engine() == db.SQLite {
		// One reader: what opens a second transaction beside one it holds waits in vain here,
		// as it would on a busy day, instead of only then.
		d.Readers().SetMaxOpenConns(1)
	}
	out := &House{House: h, T: t, Hand: hand, Letters: letters, Dir: dir}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	out.Programme = out.found("Test programme")
	out.Project = out.start(out.Programme, "Falls at home")
	out.Other = out.start(out.Programme, "Good neighbours")
	out.Foreign = out.start(out.found("Another programme"), "Elsewhere")
	out.Site = out.IDs.New()
	out.put(ref.Record{Programme: out.Programme, ID: out.Site, Kind: ref.Site, Project: out.Project, Site: out.Site, Title: "North"})
	return out
}

// Do runs a verb by name as the context's actor and fails the test on an error.
func (h *House) Do(ctx context.Context, verb string, in any) any {
	h.T.Helper()
	out, err := h.Try(ctx, verb, in)
	if err != nil {
		h.T.Fatalf("%s: %v", verb, err)
	}
	return out
}

// Try runs a verb by name as the context's actor.
func (h *House) Try(ctx context.Context, verb string, in any) (any, error) {
	h.T.Helper()
	v, ok := h.Verbs[verb]
	if !ok {
		h.T.Fatalf("there is no verb %s", verb)
	}
	return h.Desk.RunVerb(ctx, v, "", in)
}

// Run runs a verb by its function, with a key.
func Run[In, Out any](h *House, ctx context.Context, name, key string, do func(context.Context, In) (Out, error), in In) (Out, error) {
	return plug.Run(ctx, h.Desk, name, key, do, in)
}

// As is a context of a fresh account that holds a role in the programme's first project
// (in the programme itself for programme-wide roles).
func (h *House) As(role who.Role) context.Context {
	h.T.Helper()
	scope := ref.Of(ref.Project, h.Project)
	if role == who.ProgrammeLead || role == who.Safeguarding || role == who.DeliveryLead {
		scope = ref.Of(ref.Programme, h.Programme)
	}
	return h.AsAt(role, scope)
}

// AsAt is As with a scope.
func (h *House) AsAt(role who.Role, scope ref.Ref) context.Context {
	h.T.Helper()
	account := h.IDs.New()
	ctx := who.With(h.T.Context(), h.Policy, who.Actor{Kind: who.Account, ID: account, Programme: h.Programme})
	h.Write(func(tx *db.Tx) error {
		return who.Give(tx, who.Grant{Programme: h.Programme, Account: account, Role: role, Scope: scope}, h.Clock.Now())
	})
	return ctx
}

// AsOperator is a context of the command line in the programme.
func (h *House) AsOperator() context.Context { return h.Operator(h.T.Context(), h.Programme) }

// AsCard is a context of a contributor's card.
func (h *House) AsCard(person string) context.Context {
	return who.With(h.T.Context(), h.Policy, who.Actor{Kind: who.Card, ID: h.IDs.New(), Programme: h.Programme, Person: person})
}

// Stranger is a context in which nobody is signed in.
func (h *House) Stranger() context.Context {
	return who.With(h.T.Context(), h.Policy, who.Actor{})
}

// Person puts a person into the programme and gives the id.
func (h *House) Person() string {
	h.T.Helper()
	p := h.IDs.New()
	h.put(ref.Record{Programme: h.Programme, ID: p, Kind: ref.Person, Project: h.Project, Person: p})
	return p
}

// Write runs f in a write transaction.
func (h *House) Write(f func(tx *db.Tx) error) {
	h.T.Helper()
	if err := h.DB.Write(h.T.Context(), f); err != nil {
		h.T.Fatal(err)
	}
}

// Read runs f in a read transaction.
func (h *House) Read(f func(tx *db.Tx) error) {
	h.T.Helper()
	if err := h.DB.Read(h.T.Context(), f); err != nil {
		h.T.Fatal(err)
	}
}

func (h *House) put(r ref.Record) {
	h.T.Helper()
	r.Until, r.Version, r.ChangedAt = ref.NoEnd, 1, h.Clock.Now()
	h.Write(func(tx *db.Tx) error { return ref.Put(tx, r) })
}
