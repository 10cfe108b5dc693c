package project

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

func TestStartKeepsEverything(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.lead()
		in := StartIn{Facts: Facts{Title: "Falls at home", Model: "facilitator", Themes: []string{"voice", "home"}, Aims: []string{"A3", "A1"}, Host: "A council",
			Cohort: 2026, Starts: "1/9/2026", Ends: "2027-08-31"}, Phase: Preparation, Question: "What helps people get up again?"}
		id := b.begin(ctx, in)
		got := b.seen(ctx, id)
		want := Facts{Title: "Falls at home", Model: "facilitator", Themes: []string{"voice", "home"}, Aims: []string{"A1", "A3"}, Host: "A council",
			Cohort: 2026, Starts: "2026-09-01", Ends: "2027-08-31", Language: "en"}
		if diff := cmp.Diff(want, got.Facts); diff != "" {
			t.Error(diff)
		}
		if got.Phase != Preparation || got.Version != 1 || len(got.Phases) != 1 || got.Phases[0].On != "2026-03-02" || got.Today != "2026-03-02" {
			t.Errorf("phase %s, version %d, %+v, today %s", got.Phase, got.Version, got.Phases, got.Today)
		}
		if len(got.Questions) != 1 || got.Questions[0].Text != in.Question || got.Questions[0].Version != 1 {
			t.Errorf("%+v", got.Questions)
		}
		b.write(func(tx *db.Tx) error {
			rec, ok, err := ref.Get(tx, b.programme, id)
			if !ok || rec.Project != id || rec.Kind != Kind || rec.Until != ref.NoEnd || rec.Title != "Falls at home" {
				t.Errorf("%v %+v", ok, rec)
			}
			var kept Project
			if e := trail.Version(tx, b.programme, got.Ref, 1, &kept); e != nil || kept.Title != "Falls at home" {
				t.Errorf("the trail holds %+v, %v", kept, e)
			}
			return err
		})
	})
}

func TestTitleDrifts(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.lead()
		id := b.begin(ctx, StartIn{Facts: Facts{Title: "Pets accepted", Model: "network", Themes: []string{"home"}}})
		in := ChangeIn{Project: id, Facts: Facts{Title: "Pets welcome", Model: "network", Themes: []string{"voice"}}, Version: 1}
		_, err := b.Change(ctx, in)
		if diff := cmp.Diff([]string{"why"}, fields(err)); diff != "" {
			t.Fatal(diff)
		}
		in.Why = "It is about welcome, not rules"
		if _, err = b.Change(ctx, in); err != nil {
			t.Fatal(err)
		}
		got := b.seen(ctx, id)
		if got.Title != "Pets welcome" || !slices.Equal(got.Themes, []string{"voice"}) || got.Version != 2 {
			t.Errorf("%+v", got.Project)
		}
		if len(got.Titles) != 2 || got.Titles[0].Why != in.Why || got.Titles[1].Title != "Pets accepted" {
			t.Errorf("%+v", got.Titles)
		}
		_, err = b.Change(ctx, in) // stands on version 1
		wants(t, err, fault.Conflict)
		if again := b.seen(ctx, id); again.Version != 2 || len(again.Titles) != 2 {
			t.Error("a stale change won")
		}
	})
}

func TestPhasesKeepTheirDays(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.lead()
		id := b.begin(ctx, StartIn{Facts: Facts{Title: "Falls"}})
		step := func(in PhaseIn) error {
			in.Project = id
			in.Version = b.seen(ctx, id).Version
			_, err := b.Phase(ctx, in)
			return err
		}
		if err := step(PhaseIn{Phase: Delivery, On: "1 March 2026"}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"on"}, fields(step(PhaseIn{Phase: Close, On: "2026-03-03"}))); diff != "" {
			t.Errorf("tomorrow: %s", diff)
		}
		if diff := cmp.Diff([]string{"why"}, fields(step(PhaseIn{Phase: Preparation}))); diff != "" {
			t.Errorf("back without a reason: %s", diff)
		}
		b.hand.Set(time.Date(2029, 6, 1, 22, 30, 0, 0, time.UTC)) // half past eleven in London
		if err := step(PhaseIn{Phase: Aftercare}); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range b.seen(ctx, id).Phases {
			got = append(got, p.Phase+" "+p.On)
		}
		if diff := cmp.Diff([]string{"aftercare 2029-06-01", "delivery 2026-03-01", "call 2026-03-02"}, got); diff != "" {
			t.Error(diff)
		}
		_, err := b.Phase(ctx, PhaseIn{Project: id, Phase: Close, Why: "x", Version: 1})
		wants(t, err, fault.Conflict)
	})
}

func TestSitesOfSeveralNations(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.lead()
		id := b.begin(ctx, StartIn{Facts: Facts{Title: "Falls"}})
		add := func(name, nation string) SiteOut {
			out, err := b.Site(ctx, SiteIn{Project: id, Name: name, Nation: nation})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		first := add("Bala", "wales")
		add("Ayr", "scotland")
		got := b.seen(ctx, id)
		if diff := cmp.Diff([]string{"scotland", "wales"}, got.Nations); diff != "" || len(got.Sites) != 2 {
			t.Errorf("%s %+v", diff, got.Sites)
		}
		change := SiteIn{Project: id, Site: first.Ref.ID, Name: "Bala and round", Nation: "wales", Place: "Gwynedd", Version: 1}
		if out, err := b.Site(ctx, change); err != nil || out.Version != 2 || out.Ref != first.Ref {
			t.Fatalf("%+v %v", out, err)
		}
		_, err := b.Site(ctx, change)
		wants(t, err, fault.Conflict)
		// Someone of the site belongs to it; another project cannot take it.
		other := b.begin(ctx, StartIn{Facts: Facts{Title: "Other"}})
		_, err = b.Site(ctx, SiteIn{Project: other, Site: first.Ref.ID, Name: "Mine", Nation: "wales", Version: 2})
		wants(t, err, fault.Missing)
		b.write(func(tx *db.Tx) error {
			rec, ok, err := ref.Get(tx, b.programme, first.Ref.ID)
			if !ok || rec.Project != id || rec.Site != first.Ref.ID || rec.Title != "Bala and round" {
				t.Errorf("%+v", rec)
			}
			return err
		})
	})
}

func TestQuestionKeepsEveryVersion(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.lead()
		id := b.begin(ctx, StartIn{Facts: Facts{Title: "Falls"}})
		first, err := b.Question(ctx, QuestionIn{Project: id, Text: "What helps?"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Question(ctx, QuestionIn{Project: id, Text: "Mine came first"})
		wants(t, err, fault.Invalid) // a later one needs its reason
		_, err = b.Question(ctx, QuestionIn{Project: id, Text: "Mine came first", Why: "x"})
		wants(t, err, fault.Conflict)
		// A finding that stands on the question is marked when the question changes.
		finding := b.ids.New()
		b.write(func(tx *db.Tx) error {
			rec := ref.Record{Programme: b.programme, ID: finding, Kind: "finding", Project: id, Until: ref.NoEnd, Version: 1, ChangedAt: 1}
			if err := ref.Put(tx, rec); err != nil {
				return err
			}
			return tie.Put(ctx, tx, b.hand.Now(), tie.Tie{ID: b.ids.New(), From: first.Ref, To: rec.Ref(), Stance: tie.Stances()[0]})
		})
		second, err := b.Question(ctx, QuestionIn{Project: id, Text: "What helps carers?", Why: "Partners asked", Version: 1})
		if err != nil || second.Ref != first.Ref || second.Version != 2 {
			t.Fatalf("%+v %v", second, err)
		}
		got := b.seen(ctx, id).Questions
		if len(got) != 2 || got[0].Text != "What helps carers?" || got[0].Why != "Partners asked" || got[1].Text != "What helps?" || got[0].By == "" {
			t.Errorf("%+v", got)
		}
		b.write(func(tx *db.Tx) error {
			rec, _, err := ref.Get(tx, b.programme, finding)
			if rec.Stale == 0 {
				t.Error("the finding does not know that its question changed")
			}
			return err
		})
	})
}

func TestAsks(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.lead()
		id := b.begin(ctx, StartIn{Facts: Facts{Title: "Falls"}})
		ask := func(what, day string) AskOut {
			out, err := b.Ask(ctx, AskIn{Project: id, Team: "evidence", What: what, DueOn: day})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		ask("no date", "")
		ask("later", "2026-05-01")
		soon := ask("late", "1/3/2026")
		done := ask("done", "2026-01-01")
		if _, err := b.Answer(ctx, AnswerIn{Ask: done.Ref.ID, State: Done, Version: 1}); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range b.seen(ctx, id).Asks {
			word := a.What
			if a.Late {
				word += " (late)"
			}
			got = append(got, word)
		}
		if diff := cmp.Diff([]string{"late (late)", "later", "no date", "done"}, got); diff != "" {
			t.Error(diff)
		}
		_, err := b.Answer(ctx, AnswerIn{Ask: soon.Ref.ID, State: NotDone, Version: 1})
		if diff := cmp.Diff([]string{"why"}, fields(err)); diff != "" {
			t.Error(diff)
		}
		if _, err = b.Answer(ctx, AnswerIn{Ask: soon.Ref.ID, State: NotDone, Why: "Nobody free", Version: 1}); err != nil {
			t.Fatal(err)
		}
		_, err = b.Answer(ctx, AnswerIn{Ask: soon.Ref.ID, State: Done, Version: 1})
		wants(t, err, fault.Conflict)
		if _, err = b.Answer(ctx, AnswerIn{Ask: soon.Ref.ID, State: Open, Version: 2}); err != nil {
			t.Fatal(err)
		}
		if _, err = b.Ask(ctx, AskIn{Project: id, Ask: soon.Ref.ID, Team: "evidence", What: "late", Owner: "Evidence lead", DueOn: "2026-04-01", Version: 3}); err != nil {
			t.Fatal(err)
		}
		one, err := b.SeeAsk(ctx, SeeAskIn{soon.Ref.ID})
		if err != nil {
			t.Fatal(err)
		}
		var states []string
		for _, s := range one.Steps {
			states = append(states, s.State+" "+s.Owner+" "+s.DueOn)
		}
		if diff := cmp.Diff([]string{"open Evidence lead 2026-04-01", "open  2026-03-01", "not done  2026-03-01", "open  2026-03-01"}, states); diff != "" {
			t.Error(diff)
		}
	})
}

func TestListFiltersAndNeverRanks(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.lead()
		falls := b.begin(ctx, StartIn{Facts: Facts{Title: "falls at home", Model: "facilitator", Themes: []string{"home"}}, Phase: Delivery})
		b.begin(ctx, StartIn{Facts: Facts{Title: "Élan", Model: "network"}})
		b.begin(ctx, StartIn{Facts: Facts{Title: "Zebra", Model: "network", Themes: []string{"home", "voice"}}, Phase: Delivery})
		if _, err := b.Site(ctx, SiteIn{Project: falls, Name: "Bala", Nation: "wales"}); err != nil {
			t.Fatal(err)
		}
		b.write(func(tx *db.Tx) error {
			var recs []ref.Record
			for i, strand := range []string{"lived", "lived+practice", "", "research"} {
				until := ref.NoEnd
				if i == 3 {
					until = 0 // withdrawn
				}
				recs = append(recs, ref.Record{Programme: b.programme, ID: b.ids.New(), Kind: "contribution", Project: falls, Strand: strand, Until: until, Version: 1, ChangedAt: 1})
			}
			return ref.Put(tx, recs...)
		})
		titles := func(ctx context.Context, in ListIn) (out []string) {
			got, err := b.List(ctx, in)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range got.Projects {
				out = append(out, l.Title)
			}
			return out
		}
		for _, c := range []struct {
			in   ListIn
			want []string
		}{
			{ListIn{}, []string{"Élan", "falls at home", "Zebra"}},
			{ListIn{Model: "network"}, []string{"Élan", "Zebra"}},
			{ListIn{Phase: Delivery}, []string{"falls at home", "Zebra"}},
			{ListIn{Nation: "wales"}, []string{"falls at home"}},
			{ListIn{Theme: "voice"}, []string{"Zebra"}},
			{ListIn{Theme: "home", Phase: Delivery, Nation: "scotland"}, nil},
		} {
			if diff := cmp.Diff(c.want, titles(ctx, c.in)); diff != "" {
				t.Errorf("%+v: %s", c.in, diff)
			}
		}
		if diff := cmp.Diff([]string{"falls at home"}, titles(b.in(who.HostStaff, falls), ListIn{})); diff != "" {
			t.Errorf("someone of one project: %s", diff)
		}
		page, err := b.List(ctx, ListIn{Limit: 2})
		if err != nil || page.Next == "" || len(page.Projects) != 2 {
			t.Fatalf("%+v %v", page, err)
		}
		if diff := cmp.Diff(map[string]int64{"": 1, "lived": 2, "practice": 1, "research": 0}, page.Projects[1].Heard); diff != "" {
			t.Errorf("heard: %s", diff)
		}
		if diff := cmp.Diff([]string{"Zebra"}, titles(ctx, ListIn{Limit: 2, After: page.Next})); diff != "" {
			t.Errorf("second page: %s", diff)
		}
		_, err = b.List(ctx, ListIn{Theme: "money"})
		wants(t, err, fault.Invalid)
	})
}

func TestWhoMay(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		lead := b.lead()
		id := b.begin(lead, StartIn{Facts: Facts{Title: "Falls"}, Question: "How?"})
		other := b.begin(lead, StartIn{Facts: Facts{Title: "Other"}})
		ask, err := b.Ask(lead, AskIn{Project: id, Team: "evidence", What: "A summary"})
		if err != nil {
			t.Fatal(err)
		}
		site, err := b.Site(lead, SiteIn{Project: id, Name: "North", Nation: "wales"})
		if err != nil {
			t.Fatal(err)
		}
		knock := func(ctx context.Context, project, ask, site string) map[string]error {
			_, see := b.See(ctx, SeeIn{project})
			_, change := b.Change(ctx, ChangeIn{Project: project, Facts: Facts{Title: "Falls"}, Version: 99})
			_, phase := b.Phase(ctx, PhaseIn{Project: project, Phase: Close, Version: 99})
			_, siteErr := b.Site(ctx, SiteIn{Project: project, Site: site, Name: "a", Nation: "wales", Version: 99})
			_, question := b.Question(ctx, QuestionIn{Project: project, Text: "a", Why: "b", Version: 99})
			_, asked := b.Ask(ctx, AskIn{Project: project, Ask: ask, Team: "evidence", What: "a", Version: 99})
			_, answered := b.Answer(ctx, AnswerIn{Ask: ask, State: Done, Version: 99})
			_, seen := b.SeeAsk(ctx, SeeAskIn{ask})
			return map[string]error{"see": see, "change": change, "phase": phase, "site": siteErr, "question": question, "ask": asked, "answer": answered, "see ask": seen}
		}
		for name, ctx := range map[string]context.Context{
			"the lead of another programme": b.as(b.other, who.ProgrammeLead, ref.Of(ref.Programme, b.other)),
			"the lead of another project":   b.in(who.ProjectLead, other),
		} {
			for verb, err := range knock(ctx, id, ask.Ref.ID, site.Ref.ID) {
				if !fault.Is(err, fault.Missing) {
					t.Errorf("%s, %s: %v, want missing", name, verb, err)
				}
			}
		}
		for verb, err := range knock(who.With(t.Context(), b.policy, who.Actor{}), id, ask.Ref.ID, site.Ref.ID) {
			if !fault.Is(err, fault.Signin) {
				t.Errorf("a stranger, %s: %v, want signin", verb, err)
			}
		}
		for _, role := range who.Roles() {
			got := knock(b.in(role, id), id, ask.Ref.ID, site.Ref.ID)
			if got["see"] != nil || got["see ask"] != nil {
				t.Errorf("%s cannot see the project: %v, %v", role, got["see"], got["see ask"])
			}
			may := slices.Contains(who.Lead(), role)
			for _, verb := range []string{"change", "phase", "site"} {
				if want := map[bool]fault.Kind{true: fault.Conflict, false: fault.Forbidden}[may]; !fault.Is(got[verb], want) {
					t.Errorf("%s, %s: %v, want %s", role, verb, got[verb], want)
				}
			}
			_, err := b.Start(b.in(role, id), StartIn{Facts: Facts{Title: "New"}})
			wants(t, err, fault.Forbidden)
		}
	})
}

func TestTheSameFormTwiceIsOneProject(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.lead()
		in := StartIn{Facts: Facts{Title: "Falls"}}
		first, err := plug.Run(ctx, b.face.desk, "project.start", "k1", b.Start, in)
		if err != nil {
			t.Fatal(err)
		}
		second, err := plug.Run(ctx, b.face.desk, "project.start", "k1", b.Start, in)
		if err != nil || second != first {
			t.Errorf("%+v %v, want %+v", second, err, first)
		}
		if out, err := b.List(ctx, ListIn{}); err != nil || len(out.Projects) != 1 {
			t.Errorf("%d projects, %v", len(out.Projects), err)
		}
	})
}
