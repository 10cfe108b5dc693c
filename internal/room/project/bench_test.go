package project

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/id"
	"plait/internal/kit/page"
	"plait/internal/kit/search"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// bench is this room alone over the spine, on a database of its own.
type bench struct {
	*Room
	t         *testing.T
	policy    *who.Policy
	hand      *clock.Hand
	programme string
	other     string // another programme
}

// plain is a programme in London that writes English.
type plain struct{}

func (plain) Zone(*db.Tx, string) (string, error)     { return "Europe/London", nil }
func (plain) Language(*db.Tx, string) (string, error) { return "en", nil }

// each runs f on both engines. Without PostgreSQL the test fails, unless
// PLAIT_TEST_WITHOUT names it.
func each(t *testing.T, f func(t *testing.T, b *bench)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, onSQLite(t)) })
	t.Run("postgres", func(t *testing.T) {
		admin := os.Getenv("PLAIT_TEST_PG")
		if admin == "" {
			if strings.Contains(os.Getenv("PLAIT_TEST_WITHOUT"), "postgres") && os.Getenv("CI") != "true" {
				t.Skip("PLAIT_TEST_WITHOUT names postgres")
			}
			t.Fatal("no PostgreSQL: run this as go run ./tool/pg -- go test ./…")
		}
		f(t, onPostgres(t, admin))
	})
}

func onSQLite(t *testing.T) *bench {
	t.Helper()
	d, err := db.OpenFile(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return furnish(t, d)
}

func onPostgres(t *testing.T, admin string) *bench {
	t.Helper()
	name := fmt.Sprintf("project_%d_%d", os.Getpid(), time.Now().UnixNano())
	run := func(statement string) {
		d, err := db.OpenURL(context.Background(), admin)
		if err == nil {
			_, err = d.Pool().ExecContext(context.Background(), statement)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	run("create database " + name + " encoding 'UTF8' template template0")
	t.Cleanup(func() { run("drop database if exists " + name + " with (force)") })
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	d, err := db.OpenURL(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	return furnish(t, d)
}

func furnish(t *testing.T, d *db.DB) *bench {
	t.Helper()
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	all, err := db.Migrations(ref.Migrations, who.Migrations, terms.Migrations, trail.Migrations, tie.Migrations, search.Migrations, migrations)
	if err == nil {
		err = d.Migrate(t.Context(), all)
	}
	if err != nil {
		t.Fatal(err)
	}
	hand := clock.At(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
	ids := id.New(hand.Now, nil)
	face := testFace(t).Face
	own := &alone{asked: &[]string{}}
	b := &bench{t: t, hand: hand, Room: New(plug.Needs{DB: d, Clock: hand, IDs: ids, Face: face, Desk: &plug.Desk{DB: d, Clock: hand}}, plain{}, own, nil)}
	own.room = b.Room
	b.policy = who.NewPolicy(append(b.Plug().Permissions, who.Permission{Name: "programme.see", Roles: who.Everyone()}, who.Permission{Name: "evidence.give", Roles: who.Lead()},
		who.Permission{Name: "evidence.edit", Roles: who.Lead()}, who.Permission{Name: "account.invite", Roles: who.Lead()}, who.Permission{Name: "account.members", Roles: who.Lead()})...)
	b.programme, b.other = b.found(), b.found()
	return b
}

// alone shows what this room itself offers: there is no other.
type alone struct {
	room  *Room
	asked *[]string // the signs that were asked for, in turn
}

func (alone) Load(context.Context, *db.Tx, string, string, ref.Ref) []page.Panel { return nil }

func (a alone) LookAt(ctx context.Context, tx *db.Tx, name string, project ref.Ref) (f plug.Found, ok bool) {
	for _, s := range a.room.signs() {
		if s.Name != name || !who.Can(ctx, tx, s.Permission, project) {
			continue
		}
		*a.asked = append(*a.asked, name)
		seen, err := s.Load(ctx, tx, project)
		return plug.Found{Sign: s, Seen: seen}, err == nil && seen.N > 0
	}
	return f, false
}

func (a alone) Look(ctx context.Context, tx *db.Tx, project ref.Ref) (out []plug.Found) {
	for _, s := range a.room.signs() {
		*a.asked = append(*a.asked, s.Name)
		if !who.Can(ctx, tx, s.Permission, project) {
			continue
		}
		if seen, err := s.Load(ctx, tx, project); err == nil && seen.N > 0 {
			out = append(out, plug.Found{Sign: s, Seen: seen})
		}
	}
	return out
}

func (b *bench) found() string {
	b.t.Helper()
	p := b.ids.New()
	b.write(func(tx *db.Tx) error {
		return ref.Put(tx, ref.Record{Programme: p, ID: p, Kind: ref.Programme, Title: "A programme", Until: ref.NoEnd, Version: 1, ChangedAt: b.hand.Now()})
	})
	return p
}

func (b *bench) write(f func(tx *db.Tx) error) {
	b.t.Helper()
	if err := b.db.Write(b.t.Context(), f); err != nil {
		b.t.Fatal(err)
	}
}

// as is a context of a fresh account with one role in one scope of a programme.
func (b *bench) as(programme string, role who.Role, scope ref.Ref) context.Context {
	b.t.Helper()
	account := b.ids.New()
	b.write(func(tx *db.Tx) error {
		return who.Give(tx, who.Grant{Programme: programme, Account: account, Role: role, Scope: scope}, b.hand.Now())
	})
	return who.With(b.t.Context(), b.policy, who.Actor{Kind: who.Account, ID: account, Programme: programme})
}

// lead is a programme lead.
func (b *bench) lead() context.Context {
	return b.as(b.programme, who.ProgrammeLead, ref.Of(ref.Programme, b.programme))
}

// in is an account with a role in one project.
func (b *bench) in(role who.Role, project string) context.Context {
	return b.as(b.programme, role, ref.Of(ref.Project, project))
}

func (b *bench) begin(ctx context.Context, in StartIn) string {
	b.t.Helper()
	out, err := b.Start(ctx, in)
	if err != nil {
		b.t.Fatal(err)
	}
	return out.Ref.ID
}

func (b *bench) seen(ctx context.Context, project string) SeeOut {
	b.t.Helper()
	out, err := b.See(ctx, SeeIn{project})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func wants(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("got %v, want %s", err, kind)
	}
}

// serve is the room's pages with ctx's actor signed in.
func (b *bench) serve(ctx context.Context) http.Handler {
	b.t.Helper()
	a := who.From(ctx)
	h, err := web.New(web.Options{Face: b.face.Face, Log: discard(), IDs: b.ids, Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
		return who.With(r.Context(), b.policy, a), nil
	}}, b.Plug().Routes)
	if err != nil {
		b.t.Fatal(err)
	}
	return h
}
