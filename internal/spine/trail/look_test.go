package trail_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
	"plait/test/house"
)

func TestReading(t *testing.T) {
	for verb, want := range map[string]bool{"people.looked": true, "keeper.trail-fetched": true, "people.change": false, "action.look-back": false, "looked": true, "": false} {
		if got := trail.Reading(verb); got != want {
			t.Errorf("%q: %v", verb, got)
		}
	}
}

// all lists every entry of a filter, page by page, and says how many pages it took.
func all(t *testing.T, h *house.House, f trail.Filter) (out []trail.Entry, pages int) {
	t.Helper()
	for {
		h.Read(func(tx *db.Tx) error {
			page, next, err := trail.List(tx, h.Programme, f)
			out, f.After = append(out, page...), next
			return err
		})
		if pages++; f.After == "" {
			return out, pages
		}
	}
}

func TestLooks(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		looks := &trail.Looks{DB: h.DB, Clock: h.Clock, IDs: h.IDs}
		ctx, other, person := h.As(who.ProjectLead), h.As(who.Partner), ref.Of(ref.Person, h.Person())
		seen := func() int {
			n := 0
			h.Read(func(tx *db.Tx) error {
				list, err := trail.Lookers(tx, h.Programme, person, 100)
				n = len(list)
				for _, e := range list {
					if e.Verb != "people.looked" || e.Project != h.Project {
						t.Errorf("%+v", e)
					}
				}
				return err
			})
			return n
		}
		for range 3 {
			looks.Note(ctx, "people.looked", person)
		}
		if seen() != 1 {
			t.Errorf("three readings of one hour are %d entries", seen())
		}
		looks.Note(other, "people.looked", person)
		h.Hand.Add(61 * time.Minute)
		looks.Note(ctx, "people.looked", person)
		if seen() != 3 {
			t.Errorf("another actor and another hour: %d entries", seen())
		}
		// A clock that goes back an hour and more writes again, and breaks nothing.
		h.Hand.Add(-5 * time.Hour)
		looks.Note(ctx, "people.looked", person)
		if seen() != 4 {
			t.Errorf("a clock that went back: %d entries", seen())
		}
		// A stranger reads nothing, and no looks at all write nothing.
		looks.Note(h.Stranger(), "people.looked", person)
		(*trail.Looks)(nil).Note(ctx, "people.looked", person)
		// In a read transaction it waits for its end, and the page stands.
		h.Hand.Add(9 * time.Hour)
		h.Read(func(tx *db.Tx) error { looks.Note(tx.Within(ctx), "people.looked", person); return nil })
		looks.Wait() // as the house does before its database is closed
		if seen() != 5 {
			t.Errorf("after a read transaction: %d entries", seen())
		}
		// What is a reading is no change of the record.
		h.Read(func(tx *db.Tx) error {
			list, err := trail.Of(tx, h.Programme, person)
			if len(list) != 0 {
				t.Errorf("readings among the changes: %+v", list)
			}
			return err
		})
	})
}

// strew puts n entries a day of three projects, several actors and verbs.
func strew(t *testing.T, h *house.House, n int) {
	t.Helper()
	places := []ref.Ref{ref.Of(ref.Project, h.Project), ref.Of(ref.Project, h.Other), ref.Of("batch", h.IDs.New())}
	for a, verb := range []string{"evidence.give", "people.looked", "finding.share"} {
		ctx := who.As(h.AsOperator(), who.Actor{Kind: who.Account, ID: fmt.Sprintf("00000000-0000-7000-8000-00000000000%d", a), Programme: h.Programme})
		changes := make([]trail.Change, n)
		for i := range changes {
			changes[i] = trail.Change{Entry: h.IDs.New(), Ref: places[i%len(places)], Version: int64(i), Body: i}
		}
		h.Write(func(tx *db.Tx) error { return trail.PutMany(ctx, tx, h.Clock.Now(), verb, changes) })
		h.Hand.Add(24 * time.Hour)
	}
}

func TestList(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		everything, _ := all(t, h, trail.Filter{Most: 500})
		began := h.Clock.Now()
		strew(t, h, 60)
		type filter = trail.Filter
		actor := "account:00000000-0000-7000-8000-000000000001"
		for name, c := range map[string]struct {
			f    filter
			want int
		}{
			"all":                      {filter{}, 180 + len(everything)},
			"one project":              {filter{Projects: []string{h.Other}, From: began}, 60},
			"two projects":             {filter{Projects: []string{h.Project, h.Other}, From: began}, 120},
			"no project":               {filter{Projects: []string{}}, 0},
			"one actor":                {filter{Actor: actor}, 60},
			"reads":                    {filter{Reads: true}, 60},
			"changes":                  {filter{Changes: true, From: began}, 120},
			"verbs":                    {filter{Verbs: []string{"finding.share", "evidence.give"}}, 120},
			"no verb":                  {filter{Verbs: []string{}}, 0},
			"verbs of a project":       {filter{Verbs: []string{"finding.share"}, Projects: []string{h.Project}}, 20},
			"actor, verb and project":  {filter{Actor: actor, Verbs: []string{"people.looked"}, Projects: []string{h.Project}}, 20},
			"actor and another's verb": {filter{Actor: actor, Verbs: []string{"finding.share"}}, 0},
			"a record":                 {filter{Ref: ref.Of(ref.Project, h.Other), From: began}, 60},
			"without a verb":           {filter{Without: []string{"people.looked"}, From: began}, 120},
			"from a day":               {filter{From: began + 47*3600*1_000_000}, 60},
			"to a day":                 {filter{From: began, To: began + 12*3600*1_000_000}, 60},
		} {
			for _, most := range []int64{7, 500} {
				c.f.Most = most
				got, pages := all(t, h, c.f)
				if len(got) != c.want || (most == 7 && pages != max(1, (c.want+6)/7)) {
					t.Errorf("%s: %d entries in %d pages of %d, want %d", name, len(got), pages, most, c.want)
				}
				seen := map[string]bool{}
				for i, e := range got {
					if seen[e.ID] || i > 0 && (got[i-1].At < e.At) {
						t.Fatalf("%s: %s twice, or not newest first", name, e.ID)
					}
					seen[e.ID] = true
				}
			}
		}
		h.Read(func(tx *db.Tx) error {
			verbs, err := trail.Verbs(tx, h.Programme)
			for _, v := range []string{"evidence.give", "finding.share", "people.looked"} {
				if !slices.Contains(verbs, v) {
					t.Errorf("%s is not among %v", v, verbs)
				}
			}
			none, e := trail.Verbs(tx, h.IDs.New())
			if len(none) != 0 || e != nil {
				t.Errorf("of a programme without a trail: %v, %v", none, e)
			}
			return err
		})
	})
}

func TestLinksProveThemselves(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		strew(t, h, 30)
		for n := 1; n > 0; {
			h.Write(func(tx *db.Tx) (err error) { n, err = trail.Chain(tx, h.Programme, 40); return err })
		}
		before, count := "", int64(0)
		for after := int64(0); ; {
			var part []trail.Linked
			h.Read(func(tx *db.Tx) (err error) {
				part, after, err = trail.Links(tx, h.Programme, trail.Filter{}, after, 25)
				return err
			})
			for _, l := range part {
				count++
				sum := sha256.Sum256([]byte(l.Text()))
				if l.Seq != count || l.Before != before || hex.EncodeToString(sum[:]) != l.Chain {
					t.Fatalf("link %d: %+v", count, l)
				}
				before = l.Chain
			}
			if after == 0 {
				break
			}
		}
		h.Read(func(tx *db.Tx) error {
			seq, tail, err := trail.Tail(tx, h.Programme)
			p, e := trail.Check(tx, h.Programme)
			if err != nil || e != nil || seq != count || tail != before || p.Tail != tail || len(p.Broken) != 0 || p.Entries != count {
				t.Errorf("the end is %d %s, the proof %+v, %v, %v", seq, tail, p, err, e)
			}
			some, _, err := trail.Links(tx, h.Programme, trail.Filter{Reads: true}, 0, 1000)
			if len(some) != 30 {
				t.Errorf("%d readings", len(some))
			}
			one, ok, e := trail.One(tx, h.Programme, some[3].ID)
			if diff := cmp.Diff(some[3], one); diff != "" || !ok || e != nil {
				t.Errorf("one alone: %v, %v, %s", ok, e, diff)
			}
			return err
		})
		// Piece by piece it finds what the whole finds.
		h.Write(func(tx *db.Tx) error {
			return tx.Do(db.Q("update trail_entry set actor = 'account:nobody' where programme = ? and verb = ? and project = ?", h.Programme, "finding.share", h.Project))
		})
		var p trail.Prover
		for done := false; !done; {
			h.Read(func(tx *db.Tx) (err error) { done, err = p.Step(tx, h.Programme, 7); return err })
		}
		if len(p.Broken) != 10 || p.Entries != count {
			t.Errorf("%d broken of %d: %v", len(p.Broken), p.Entries, p.Broken)
		}
	})
}

// TestPlans holds every list to an index: none may read the whole trail or sort it.
func TestPlans(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		strew(t, h, 1000)
		person := ref.Of(ref.Person, h.Person())
		h.Write(func(tx *db.Tx) error {
			changes := make([]trail.Change, 2000)
			for i := range changes {
				changes[i] = trail.Change{Entry: h.IDs.New(), Ref: ref.Of(ref.Person, h.IDs.New())}
			}
			return trail.PutMany(h.AsOperator(), tx, h.Clock.Now(), "people.add", changes)
		})
		if err := h.DB.Analyse(context.Background()); err != nil {
			t.Fatal(err)
		}
		type filter = trail.Filter
		later := db.Cursor(h.Clock.Now(), h.IDs.New())
		for name, f := range map[string]filter{
			"all": {}, "a later page": {After: later}, "project": {Projects: []string{h.Project}}, "projects": {Projects: []string{h.Project, h.Other}, After: later},
			"actor": {Actor: "account:00000000-0000-7000-8000-000000000001"}, "reads": {Reads: true, Verbs: []string{"people.looked"}},
			"verbs": {Verbs: []string{"finding.share", "evidence.give"}, After: later}, "record": {Ref: person}, "days": {From: 1, To: h.Clock.Now()},
		} {
			f.Most = 25
			plan := explain(t, h, f)
			for _, line := range strings.Split(plan, "\n") {
				whole := strings.Contains(line, "Seq Scan on trail_entry") || strings.Contains(line, "SCAN e") && !strings.Contains(line, "USING INDEX") ||
					strings.Contains(line, "SCAN trail_entry")
				if whole {
					t.Errorf("%s reads the whole trail:\n%s", name, plan)
					break
				}
			}
			if !strings.Contains(plan, "trail_entry_") {
				t.Errorf("%s uses no index of the trail:\n%s", name, plan)
			}
		}
	})
}

func explain(t *testing.T, h *house.House, f trail.Filter) string {
	t.Helper()
	var lines []string
	h.Read(func(tx *db.Tx) error {
		if tx.Engine() == db.Postgres {
			all, err := db.All(tx, db.Join(db.Q("explain"), f.Query(h.Programme)), db.Value[string])
			lines = all
			return err
		}
		return db.Each(tx, db.Join(db.Q("explain query plan"), f.Query(h.Programme)), func(r db.Row, s *string) error {
			var a, b, c int64
			return r.Scan(&a, &b, &c, s)
		}, func(s string) error { lines = append(lines, s); return nil })
	})
	return strings.Join(lines, "\n")
}

// TestAnotherProject moves an entry to another project, and out of all: its readers would
// no longer find it, so the proof names it.
func TestAnotherProject(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		person, entry := ref.Of(ref.Person, h.Person()), h.IDs.New()
		h.Write(func(tx *db.Tx) error {
			if err := trail.Put(h.AsOperator(), tx, entry, h.Clock.Now(), "people.change", person, 1, nil); err != nil {
				return err
			}
			_, err := trail.Chain(tx, h.Programme, 5000)
			return err
		})
		for project, want := range map[string]bool{h.Other: true, "": true, h.Project: false} {
			h.Write(func(tx *db.Tx) error {
				return tx.Do(db.Q("update trail_entry set project = ? where programme = ? and id = ?", project, h.Programme, entry))
			})
			h.Read(func(tx *db.Tx) error {
				p, err := trail.Check(tx, h.Programme)
				if (len(p.Broken) == 1 && strings.Contains(p.Broken[0], entry+" is said to be of another project")) != want {
					t.Errorf("said to be of %q: %q", project, p.Broken)
				}
				return err
			})
		}
	})
}
