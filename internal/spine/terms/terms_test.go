package terms_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/test/house"
)

// kit makes the houses of these tests from one template an engine.
var kit house.Kit

func newRecord(h *house.House) ref.Record {
	return ref.Record{Programme: h.Programme, ID: h.IDs.New(), Kind: "thing", Project: h.Project, Version: 1, ChangedAt: 1}
}

func set(t *testing.T, h *house.House, rec ref.Record, now int64, grants ...terms.Grant) ref.Record {
	t.Helper()
	h.Write(func(tx *db.Tx) (err error) { rec, err = terms.Set(tx, rec, now, grants...); return err })
	return rec
}

// allowed is the uses under which lists show a record, and under which May lets it pass:
// the two must agree.
func allowed(t *testing.T, h *house.House, rec ref.Record, now int64) []terms.Use {
	t.Helper()
	var listed, may []terms.Use
	h.Read(func(tx *db.Tx) error {
		for _, u := range terms.Uses() {
			n, err := db.Count(tx, db.Join(db.Q("select count(*) from ref_record r where r.programme = ? and r.id = ? and", rec.Programme, rec.ID), terms.Where("r", u, now)))
			if err != nil {
				return err
			}
			if n == 1 {
				listed = append(listed, u)
			}
			ok, err := terms.May(tx, rec, u, now)
			if err != nil {
				return err
			}
			if ok {
				may = append(may, u)
			}
		}
		return nil
	})
	if diff := cmp.Diff(listed, may); diff != "" {
		t.Errorf("Where and May differ at %s:\n%s", clock.Time(now), diff)
	}
	return listed
}

func TestUseByUse(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		const end = 1000
		for _, u := range terms.Uses()[1:] {
			rec := set(t, h, newRecord(h), 1, terms.Grant{Use: terms.Project, Until: end}, terms.Grant{Use: u, Until: end - 1})
			if diff := cmp.Diff([]terms.Use{terms.Project, u}, allowed(t, h, rec, end-2)); diff != "" {
				t.Errorf("%s alone was agreed: %s", u, diff)
			}
			if diff := cmp.Diff([]terms.Use{terms.Project}, allowed(t, h, rec, end-1)); diff != "" {
				t.Errorf("%s has ended: %s", u, diff)
			}
			if got := allowed(t, h, rec, end); got != nil {
				t.Errorf("the project's own use has ended: %v", got)
			}
		}
		rec := set(t, h, newRecord(h), 1, terms.Narrowest()...)
		if diff := cmp.Diff([]terms.Use{terms.Project}, allowed(t, h, rec, clock.Forever-1)); diff != "" {
			t.Errorf("the narrowest: %s", diff)
		}
		// A use never outlasts the project's own, also where it was agreed without an end.
		rec = set(t, h, newRecord(h), 1, terms.Grant{Use: terms.Project, Until: end}, terms.Grant{Use: terms.Quote, Until: clock.Forever})
		h.Read(func(tx *db.Tx) error {
			got, err := terms.Of(tx, rec)
			if diff := cmp.Diff([]terms.Grant{{Use: terms.Project, Until: end}, {Use: terms.Quote, Until: end}}, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
		h.Write(func(tx *db.Tx) error {
			if _, err := terms.Set(tx, rec, 1, terms.Grant{Use: "selling", Until: end}); !fault.Is(err, fault.Invalid) {
				t.Errorf("a tenth use: %v", err)
			}
			return nil
		})
	})
}

// TestEndsAtMidnight holds the last day to midnight in the programme's zone, winter and summer.
func TestEndsAtMidnight(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		for _, c := range []struct{ day, zone, ends string }{
			{"2026-12-31", "Europe/London", "2027-01-01T00:00:00Z"},
			{"2026-07-31", "Europe/London", "2026-07-31T23:00:00Z"},
			{"2026-03-28", "Europe/London", "2026-03-29T00:00:00Z"}, // the day before the clocks go forward
			{"2026-03-29", "Europe/London", "2026-03-29T23:00:00Z"}, // that day has 23 hours
			{"2026-10-25", "Europe/London", "2026-10-26T00:00:00Z"}, // and this one 25
			{"2026-07-31", "Pacific/Auckland", "2026-07-31T12:00:00Z"},
			{"2026-07-31", "", "2026-07-31T23:00:00Z"},
		} {
			grants, err := terms.Agreement{Uses: []terms.Use{terms.Quote}, Ends: c.day}.Grants(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			end, err := time.Parse(time.RFC3339, c.ends)
			if err != nil {
				t.Fatal(err)
			}
			rec := set(t, h, newRecord(h), 1, grants...)
			if diff := cmp.Diff([]terms.Use{terms.Project, terms.Quote}, allowed(t, h, rec, end.UnixMicro()-1)); diff != "" {
				t.Errorf("%s in %q, the last instant: %s", c.day, c.zone, diff)
			}
			if got := allowed(t, h, rec, end.UnixMicro()); got != nil {
				t.Errorf("%s in %q, midnight: %v", c.day, c.zone, got)
			}
		}
	})
}

func TestWithdrawnHidesAll(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		all := make([]terms.Grant, 0, 9)
		for _, u := range terms.Uses() {
			all = append(all, terms.Grant{Use: u, Until: clock.Forever})
		}
		rec := set(t, h, newRecord(h), 1, all...)
		if diff := cmp.Diff(terms.Uses(), allowed(t, h, rec, 2)); diff != "" {
			t.Fatal(diff)
		}
		// Withdrawn by naming no use, and by naming every use but the project's own.
		for _, grants := range [][]terms.Grant{nil, all[1:]} {
			rec = set(t, h, set(t, h, rec, 2, all...), 3, grants...)
			if got := allowed(t, h, rec, 0); got != nil || rec.Until != 0 {
				t.Errorf("withdrawn, and still allowed: %v", got)
			}
			h.Read(func(tx *db.Tx) error {
				n, err := db.Count(tx, db.Q("select count(*) from terms_use where programme = ? and record = ?", rec.Programme, rec.ID))
				if n != 0 {
					t.Errorf("%d uses are left", n)
				}
				return err
			})
		}
	})
}

func TestManyAndHeld(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		grants := []terms.Grant{{Use: terms.Project, Until: 1000}, {Use: terms.Quote, Until: clock.Forever}}
		many := []ref.Record{newRecord(h), newRecord(h)}
		held := make([]ref.Record, 2501)
		for i := range held {
			held[i] = newRecord(h)
		}
		h.Write(func(tx *db.Tx) error {
			if err := terms.SetMany(tx, many, grants...); err != nil {
				return err
			}
			return terms.Hold(tx, held, grants...)
		})
		for _, rec := range many {
			if diff := cmp.Diff([]terms.Use{terms.Project, terms.Quote}, allowed(t, h, rec, 999)); diff != "" {
				t.Error(diff)
			}
		}
		for _, i := range []int{0, 2500} {
			if got := allowed(t, h, held[i], 0); got != nil {
				t.Errorf("record %d is held, and yet allowed: %v", i, got)
			}
		}
		ids := make([]string, len(held))
		for i := range held {
			ids[i] = held[i].ID
		}
		h.Write(func(tx *db.Tx) error {
			n, err := ref.SetUntil(tx, h.Programme, db.List(ids[:len(ids)-1]), 1000)
			if n != int64(len(ids)-1) {
				t.Errorf("%d shown", n)
			}
			return err
		})
		held[0].Until, held[2500].Until = 1000, 0
		if diff := cmp.Diff([]terms.Use{terms.Project, terms.Quote}, allowed(t, h, held[0], 999)); diff != "" {
			t.Error(diff)
		}
		if got := allowed(t, h, held[0], 1000); got != nil {
			t.Errorf("after its end: %v", got)
		}
		if got := allowed(t, h, held[2500], 0); got != nil {
			t.Errorf("the last is still held: %v", got)
		}
	})
}

func TestEnded(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		var ids []string
		for _, until := range []int64{0, 10, 20, 30, clock.Forever} {
			rec := set(t, h, newRecord(h), 1, terms.Grant{Use: terms.Project, Until: until})
			ids = append(ids, rec.ID)
		}
		h.Read(func(tx *db.Tx) error {
			got, err := terms.Ended(tx, h.Programme, 10, 30)
			if len(got) != 2 || got[0].ID != ids[2] || got[1].ID != ids[3] {
				t.Errorf("ended after 10 and by 30: %v", got)
			}
			return err
		})
	})
}

func TestAgreement(t *testing.T) {
	for _, c := range []struct {
		name  string
		in    terms.Agreement
		field string // "" = it stands
	}{
		{"nothing said", terms.Agreement{}, ""},
		{"a use that is none", terms.Agreement{Uses: []terms.Use{"selling"}}, "uses"},
		{"a mode that is none", terms.Agreement{Mode: "guessed"}, "mode"},
		{"a way that is none", terms.Agreement{Asked: "shouted"}, "asked"},
		{"a fifth nation", terms.Agreement{Nation: "cornwall"}, "nation"},
		{"research without ethics", terms.Agreement{Regime: "research"}, "ethics"},
		{"research with ethics", terms.Agreement{Regime: "research", Ethics: "23/NW/0001"}, ""},
		{"a consultee without a name", terms.Agreement{Mode: "consultee"}, "helper"},
		{"an attorney with a name", terms.Agreement{Mode: "attorney", Helper: "A. Jones"}, ""},
		{"observed stays", terms.Agreement{Mode: "observed", Uses: []terms.Use{terms.Project}}, ""},
		{"observed is not quoted", terms.Agreement{Mode: "observed", Uses: []terms.Use{terms.Quote}}, "uses"},
		{"a day that is none", terms.Agreement{Ends: "2026-02-30"}, "ends"},
		{"a day written otherwise", terms.Agreement{Ends: "31/12/2026"}, "ends"},
	} {
		err := c.in.Check()
		if c.field == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if !fault.Is(err, fault.Invalid) || !slices.ContainsFunc(fault.Of(err).Fields, func(f fault.Field) bool { return f.Name == c.field }) {
			t.Errorf("%s: %v", c.name, err)
		}
		if got, err := c.in.Grants(""); err == nil {
			t.Errorf("%s gives %v", c.name, got)
		}
	}
	got, err := terms.Agreement{Uses: []terms.Use{terms.Quote, terms.Quote, terms.Project}}.Grants("")
	want := []terms.Grant{{Use: terms.Project, Until: clock.Forever}, {Use: terms.Quote, Until: clock.Forever}}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
		t.Error(diff, err)
	}
}
