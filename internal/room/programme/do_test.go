package programme

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/id"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// bench is this room alone over the spine, on a database of its own.
type bench struct {
	*Room
	t      *testing.T
	policy *who.Policy
}

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
		name := fmt.Sprintf("programme_%d_%d", os.Getpid(), time.Now().UnixNano())
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
		f(t, furnish(t, d))
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

func furnish(t *testing.T, d *db.DB) *bench {
	t.Helper()
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	all, err := db.Migrations(ref.Migrations, who.Migrations, trail.Migrations, migrations)
	if err == nil {
		err = d.Migrate(t.Context(), all)
	}
	if err != nil {
		t.Fatal(err)
	}
	hand := clock.At(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
	b := &bench{t: t, Room: New(plug.Needs{DB: d, Clock: hand, IDs: id.New(hand.Now, nil), Face: testFace(t), Desk: &plug.Desk{DB: d, Clock: hand}}, nil)}
	b.policy = who.NewPolicy(b.Plug().Permissions...)
	return b
}

func (b *bench) operator(programme string) context.Context {
	return who.With(b.t.Context(), b.policy, who.Actor{Kind: who.Operator, Programme: programme})
}

func (b *bench) as(programme string, role who.Role, scope ref.Ref) context.Context {
	b.t.Helper()
	a := who.Actor{Kind: who.Account, ID: b.ids.New(), Programme: programme}
	if err := b.db.Write(b.t.Context(), func(tx *db.Tx) error {
		return who.Give(tx, who.Grant{Programme: programme, Account: a.ID, Role: role, Scope: scope}, 1)
	}); err != nil {
		b.t.Fatal(err)
	}
	return who.With(b.t.Context(), b.policy, a)
}

func (b *bench) begin(f Facts) string {
	b.t.Helper()
	out, err := b.Found(b.operator(""), FoundIn{f})
	if err != nil {
		b.t.Fatal(err)
	}
	return out.Programme.ID
}

func TestFound(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.begin(Facts{Name: "Better days", Language: "cy"})
		got, err := b.See(b.operator(p), SeeIn{})
		if err != nil || got.Name != "Better days" || got.Zone != DefaultZone || got.Language != "cy" || got.Version != 1 || got.Ref != ref.Of(Kind, p) {
			t.Fatalf("%+v %v", got, err)
		}
		if err := b.db.Read(t.Context(), func(tx *db.Tx) error {
			zone, err := b.Zone(tx, p)
			if err != nil || zone != DefaultZone {
				t.Errorf("zone %q %v", zone, err)
			}
			if name, err := b.Name(tx, p); err != nil || name != "Better days" {
				t.Errorf("name %q %v", name, err)
			}
			if _, err := b.Zone(tx, b.ids.New()); !fault.Is(err, fault.Missing) {
				t.Errorf("a programme that is not there: %v", err)
			}
			entries, err := trail.Of(tx, p, got.Ref)
			if err != nil {
				return err
			}
			if len(entries) != 1 || entries[0].Actor != "operator" {
				t.Errorf("the trail of the programme: %+v", entries)
			}
			rec, err := ref.Must(tx, p, got.Ref)
			if rec.Title != "Better days" || rec.Until != ref.NoEnd {
				t.Errorf("%+v", rec)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for name, ctx := range map[string]context.Context{"a stranger": who.With(t.Context(), b.policy, who.Actor{}),
			"a programme lead": b.as(p, who.ProgrammeLead, ref.Of(Kind, p))} {
			if _, err := b.Found(ctx, FoundIn{Facts{Name: "Mine"}}); !fault.Is(err, fault.Signin) && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s founds a programme: %v", name, err)
			}
		}
	})
}

func TestChange(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p, other := b.begin(Facts{Name: "Better days"}), b.begin(Facts{Name: "Other"})
		lead := b.as(p, who.ProgrammeLead, ref.Of(Kind, p))
		in := ChangeIn{Facts: Facts{Name: "Good days", Zone: "Europe/Dublin"}, Version: 1}
		if out, err := b.Change(lead, in); err != nil || out.Version != 2 {
			t.Fatalf("%+v %v", out, err)
		}
		if _, err := b.Change(lead, in); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale change: %v", err)
		}
		if got, err := b.See(lead, SeeIn{}); err != nil || got.Name != "Good days" || got.Zone != "Europe/Dublin" || got.Version != 2 {
			t.Errorf("%+v %v", got, err)
		}
		if got, err := b.See(b.operator(other), SeeIn{}); err != nil || got.Name != "Other" {
			t.Errorf("the other programme is now %+v, %v", got, err)
		}
		for _, role := range who.Roles() {
			ctx := b.as(p, role, ref.Of(Kind, p))
			if _, err := b.See(ctx, SeeIn{}); err != nil {
				t.Errorf("%s cannot see the programme: %v", role, err)
			}
			_, err := b.Change(ctx, ChangeIn{Facts: Facts{Name: "Mine"}, Version: 99})
			if want := map[bool]fault.Kind{true: fault.Conflict, false: fault.Forbidden}[role == who.ProgrammeLead]; !fault.Is(err, want) {
				t.Errorf("%s changes it: %v, want %s", role, err, want)
			}
		}
		elsewhere := b.as(other, who.ProgrammeLead, ref.Of(Kind, other))
		a := who.From(elsewhere)
		a.Programme = p // an address cannot do this; a wrong session would
		if _, err := b.See(who.As(elsewhere, a), SeeIn{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("someone of another programme: %v", err)
		}
	})
}

func TestTheForm(t *testing.T) {
	b := onSQLite(t)
	p := b.begin(Facts{Name: "Better days"})
	a := who.From(b.as(p, who.ProgrammeLead, ref.Of(Kind, p)))
	h, err := web.New(web.Options{Face: b.face.Face, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), IDs: b.ids,
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			return who.With(r.Context(), b.policy, a), nil
		}}, b.Plug().Routes)
	if err != nil {
		t.Fatal(err)
	}
	visit := func(form url.Values) (int, string) {
		r := httptest.NewRequest("GET", "/programme", nil)
		if form != nil {
			r = httptest.NewRequest("POST", "/programme/change", strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	if code, body := visit(nil); code != 200 || !strings.Contains(body, "Better days") {
		t.Fatalf("%d\n%s", code, body)
	}
	if code, body := visit(url.Values{"name": {""}, "version": {"1"}}); code != 422 || !strings.Contains(body, "Give the programme a name") {
		t.Errorf("%d\n%s", code, body)
	}
	form := url.Values{"name": {"Good days"}, "zone": {"Europe/London"}, "language": {"en"}, "version": {"1"}}
	if code, body := visit(form); code != 303 {
		t.Fatalf("%d\n%s", code, body)
	}
	form.Set("name", "My days")
	if code, body := visit(form); code != 409 || !strings.Contains(body, "My days") || !strings.Contains(body, "Good days") || !strings.Contains(body, `name="version" value="2"`) {
		t.Errorf("%d\n%s", code, body)
	}
}
