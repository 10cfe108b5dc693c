package who_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// kit makes the houses of these tests from one template an engine.
var kit house.Kit

// The permissions of these tests: their own, so that no room's rules are tested here.
const (
	see  = "thing.see"
	ours = "thing.card"
	open = "thing.open"
	wide = "thing.wide"
	self = "thing.self"
)

func policy(roles ...who.Role) *who.Policy {
	return who.NewPolicy(who.Permission{Name: see, Roles: roles}, who.Permission{Name: ours, Roles: roles, Card: true},
		who.Permission{Name: open, Any: true}, who.Permission{Name: self, Self: true},
		who.Permission{Name: wide, Roles: roles, Wide: true})
}

// world is a house with a record in every place that a grant may or may not reach.
type world struct {
	*house.House
	at map[string]ref.Ref
}

func newWorld(t *testing.T, h *house.House) *world {
	t.Helper()
	w := &world{h, map[string]ref.Ref{
		"programme":     ref.Of(ref.Programme, h.Programme),
		"project":       ref.Of(ref.Project, h.Project),
		"other project": ref.Of(ref.Project, h.Other),
		"site":          ref.Of(ref.Site, h.Site),
		"foreign":       ref.Of(ref.Project, h.Foreign),
		"nowhere":       ref.Of("thing", h.IDs.New()),
	}}
	w.put("in programme", ref.Record{Kind: "thing"})
	w.put("in project", ref.Record{Kind: "thing", Project: h.Project})
	w.put("in site", ref.Record{Kind: "thing", Project: h.Project, Site: h.Site})
	w.put("in other project", ref.Record{Kind: "thing", Project: h.Other})
	// A site and a person whose own rows name nothing but themselves.
	w.put("bare site", ref.Record{Kind: ref.Site, Project: h.Project})
	w.put("person", ref.Record{Kind: ref.Person})
	w.put("said by person", ref.Record{Kind: "thing", Project: h.Project, Person: w.at["person"].ID})
	w.put("said by another", ref.Record{Kind: "thing", Project: h.Project, Person: h.IDs.New()})
	return w
}

func (w *world) put(name string, r ref.Record) {
	w.T.Helper()
	r.Programme, r.ID, r.Until, r.Version, r.ChangedAt = w.Programme, w.IDs.New(), ref.NoEnd, 1, w.Clock.Now()
	w.Write(func(tx *db.Tx) error { return ref.Put(tx, r) })
	w.at[name] = r.Ref()
}

func (w *world) account(p *who.Policy, grants ...who.Grant) context.Context {
	w.T.Helper()
	id := w.IDs.New()
	w.Write(func(tx *db.Tx) error {
		for _, g := range grants {
			g.Programme, g.Account = w.Programme, id
			if err := who.Give(tx, g, w.Clock.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	return who.With(w.T.Context(), p, who.Actor{Kind: who.Account, ID: id, Programme: w.Programme})
}

// must is what Must answers: "" or the kind of the fault.
func (w *world) must(ctx context.Context, permission, at string) fault.Kind {
	w.T.Helper()
	var out fault.Kind
	w.Read(func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, permission, w.at[at]); err != nil {
			out = fault.Of(err).Kind
		}
		return nil
	})
	return out
}

func TestMustByRoleAndPlace(t *testing.T) {
	const yes, known, no = fault.Kind(""), fault.Forbidden, fault.Missing
	// What a grant in one place lets its holder do (row) to records in each place (column),
	// when the role holds the permission; known is what is refused as forbidden either way.
	places := []string{"programme", "in programme", "project", "in project", "site", "in site", "other project", "in other project", "foreign", "nowhere"}
	reach := map[string][]fault.Kind{
		"programme": {yes, yes, yes, yes, yes, yes, yes, yes, no, no},
		"project":   {known, no, yes, yes, yes, yes, no, no, no, no},
		"site":      {known, no, known, no, yes, yes, no, no, no, no},
	}
	kit.Each(t, func(t *testing.T, h *house.House) {
		w := newWorld(t, h)
		holder := []who.Role{who.Partner, who.Reviewer}
		for scope, row := range reach {
			for _, role := range who.Roles() {
				ctx := w.account(policy(holder...), who.Grant{Role: role, Scope: w.at[scope]})
				for i, at := range places {
					want := row[i]
					if want == yes && !slices.Contains(holder, role) {
						want = known
					}
					if got := w.must(ctx, see, at); got != want {
						t.Errorf("%s of the %s, at %s: %q, want %q", role, scope, at, got, want)
					}
					// A wide permission opens to a site its project's own page, and nothing else.
					if scope == "site" && at == "project" && slices.Contains(holder, role) {
						want = yes
					}
					if got := w.must(ctx, wide, at); got != want {
						t.Errorf("%s of the %s, widely at %s: %q, want %q", role, scope, at, got, want)
					}
				}
			}
		}
	})
}

func TestMustByActor(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		w := newWorld(t, h)
		p := policy(who.Partner)
		as := func(a who.Actor) context.Context { return who.With(t.Context(), p, a) }
		nobody, stranger := t.Context(), as(who.Actor{})
		outside := as(who.Actor{Kind: who.Account, ID: h.IDs.New()})
		without := w.account(p)
		operator := as(who.Actor{Kind: who.Operator, Programme: h.Programme})
		job := as(who.Actor{Kind: who.Job, ID: "thing.job", Programme: h.Programme})
		card := as(who.Actor{Kind: who.Card, ID: h.IDs.New(), Programme: h.Programme, Person: w.at["person"].ID})
		blank := as(who.Actor{Kind: who.Card, ID: h.IDs.New(), Programme: h.Programme})
		guest := as(who.Actor{Kind: who.Guest, ID: h.IDs.New(), Programme: h.Programme})
		for _, c := range []struct {
			name       string
			ctx        context.Context
			permission string
			at         string
			want       fault.Kind
		}{
			{"no actor at all", nobody, see, "project", fault.Signin},
			{"a stranger", stranger, see, "project", fault.Signin},
			{"a stranger and what is not there", stranger, see, "nowhere", fault.Signin},
			{"an account of no programme", outside, see, "project", fault.Signin},
			{"an account with no role", without, see, "project", fault.Missing},
			{"an account with no role and the programme", without, see, "programme", fault.Missing},
			{"a permission that is not there", operator, "thing.unknown", "project", fault.Forbidden},
			{"the operator", operator, see, "in site", ""},
			{"the operator and another programme", operator, see, "foreign", fault.Missing},
			{"a job", job, see, "in project", ""},
			{"a job and another programme", job, see, "foreign", fault.Missing},
			{"a card and its own words", card, ours, "said by person", ""},
			{"a card and its person", card, ours, "person", ""},
			{"a card and another's words", card, ours, "said by another", fault.Missing},
			{"a card and what is for the team", card, see, "said by person", fault.Missing},
			{"a card and the project", card, ours, "project", fault.Missing},
			{"a card without a person", blank, ours, "in project", fault.Missing},
			{"a guest", guest, see, "in project", fault.Forbidden},
		} {
			if got := w.must(c.ctx, c.permission, c.at); got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
		for _, c := range []struct {
			name, permission string
			ctx              context.Context
			want             fault.Kind
		}{
			{"anybody may what is open", open, stranger, ""},
			{"a stranger has no self", self, stranger, fault.Signin},
			{"an account has", self, outside, ""},
			{"a card has not", self, card, fault.Forbidden},
			{"nobody may the rest in the house", see, without, fault.Forbidden},
			{"but the operator", see, operator, ""},
		} {
			h.Read(func(tx *db.Tx) error {
				got := fault.Kind("")
				if err := who.Must(c.ctx, tx, c.permission, who.House()); err != nil {
					got = fault.Of(err).Kind
				}
				if got != c.want {
					t.Errorf("%s: %q, want %q", c.name, got, c.want)
				}
				return nil
			})
		}
	})
}

// TestTheWrongKindIsNotThere holds that a ref must name its record rightly.
func TestTheWrongKindIsNotThere(t *testing.T) {
	h := kit.SQLite(t)
	w := newWorld(t, h)
	w.at["lie"] = ref.Of("thing", h.Project)
	if got := w.must(h.AsOperator(), "evidence.give", "lie"); got != fault.Missing {
		t.Errorf("a project called a thing: %q", got)
	}
}

// TestWhereIsMust holds the condition of lists to the rule of verbs, on random grants.
func TestWhereIsMust(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		w := newWorld(t, h)
		scopes := []string{"programme", "project", "other project", "site", "bare site"}
		var names []string
		for name := range w.at {
			if name != "foreign" && name != "nowhere" {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		rapid.Check(t, func(rt *rapid.T) {
			p := policy(rapid.SliceOfNDistinct(rapid.SampledFrom(who.Roles()), 0, 4, rapid.ID).Draw(rt, "holders")...)
			var ctx context.Context
			switch rapid.SampledFrom([]string{"account", "account", "account", "card", "operator", "stranger"}).Draw(rt, "actor") {
			case "account":
				var grants []who.Grant
				for i := range rapid.IntRange(0, 4).Draw(rt, "grants") {
					grants = append(grants, who.Grant{Role: rapid.SampledFrom(who.Roles()).Draw(rt, fmt.Sprint("role ", i)),
						Scope: w.at[rapid.SampledFrom(scopes).Draw(rt, fmt.Sprint("scope ", i))]})
				}
				ctx = w.account(p, grants...)
			case "card":
				ctx = who.With(t.Context(), p, who.Actor{Kind: who.Card, ID: h.IDs.New(), Programme: h.Programme, Person: w.at["person"].ID})
			case "operator":
				ctx = who.With(t.Context(), p, who.Actor{Kind: who.Operator, Programme: h.Programme})
			case "stranger":
				ctx = who.With(t.Context(), p, who.Actor{})
			}
			permission := rapid.SampledFrom([]string{see, ours, wide, "thing.unknown"}).Draw(rt, "permission")
			err := h.DB.Read(t.Context(), func(tx *db.Tx) error {
				where, err := who.Where(ctx, tx, "r", permission)
				if err != nil {
					return err
				}
				listed, err := db.All(tx, db.Join(db.Q("select r.id from ref_record r where"), where), db.Value[string])
				if err != nil {
					return err
				}
				for _, id := range listed {
					if id == h.Foreign {
						rt.Error("another programme's project is in the list")
					}
				}
				for _, name := range names {
					may, shown := who.Can(ctx, tx, permission, w.at[name]), slices.Contains(listed, w.at[name].ID)
					if may != shown {
						rt.Errorf("%s: Must says %v, Where says %v", name, may, shown)
					}
				}
				if some := who.Somewhere(ctx, tx, permission) == nil; !some && len(listed) > 0 {
					rt.Error("Somewhere refuses, yet the list has records")
				}
				return nil
			})
			if err != nil {
				rt.Fatal(err)
			}
		})
	})
}

func TestGivingAndTaking(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := who.With(t.Context(), h.Policy, who.Actor{Kind: who.Account, ID: h.IDs.New(), Programme: h.Programme})
		g := who.Grant{Programme: h.Programme, Account: who.From(ctx).ID, Role: who.ProjectLead, Scope: ref.Of(ref.Project, h.Project)}
		h.Write(func(tx *db.Tx) error {
			may := func() bool { return who.Can(ctx, tx, "evidence.give", g.Scope) }
			if may() {
				t.Error("may before anything is given")
			}
			for range 2 { // the same one twice is one
				if err := who.Give(tx, g, h.Clock.Now()); err != nil {
					return err
				}
			}
			if !may() {
				t.Error("may not in the transaction in which it was given")
			}
			got, err := who.GrantsOf(tx, h.Programme, g.Account)
			if diff := cmp.Diff([]who.Grant{g}, got, cmpopts.IgnoreFields(who.Grant{}, "Project")); diff != "" || err != nil {
				t.Error(diff, err)
			}
			if err := who.Take(tx, g); err != nil {
				return err
			}
			if may() {
				t.Error("still may after it was taken")
			}
			for _, bad := range []who.Grant{
				{Programme: h.Programme, Account: g.Account, Role: "king", Scope: g.Scope},
				{Programme: h.Programme, Account: g.Account, Role: who.Member, Scope: ref.Of("contribution", h.IDs.New())},
			} {
				if err := who.Give(tx, bad, 1); !fault.Is(err, fault.Invalid) {
					t.Errorf("%s in %s: %v", bad.Role, bad.Scope, err)
				}
			}
			return nil
		})
	})
}
