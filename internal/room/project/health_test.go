package project

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

func (b *bench) signed(ctx context.Context, project string) map[string]int64 {
	b.t.Helper()
	got, err := b.Health(ctx, HealthIn{project})
	if err != nil {
		b.t.Fatal(err)
	}
	out := map[string]int64{}
	for _, s := range got.Signs {
		out[s.Name] = s.N
	}
	return out
}

// say keeps one contribution of a project, of a strand.
func (b *bench) say(project, strand string, until int64) string {
	id := b.ids.New()
	b.write(func(tx *db.Tx) error {
		return ref.Put(tx, ref.Record{Programme: b.programme, ID: id, Kind: "contribution", Project: project, Strand: strand, Until: until, Version: 1, ChangedAt: 1})
	})
	return id
}

// TestSignsComeAndGo drives every sign of this room in and out.
func TestSignsComeAndGo(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.lead()
		no := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		question := func(id, words string) func() {
			return func() {
				all := b.seen(ctx, id).Questions
				_, err := b.Question(ctx, QuestionIn{Project: id, Text: words, Why: "Looked at again", Version: int64(len(all))})
				no(err)
			}
		}
		phase := func(id, to string) func() {
			return func() {
				_, err := b.Phase(ctx, PhaseIn{Project: id, Phase: to, Why: "So it is", Version: b.seen(ctx, id).Version})
				no(err)
			}
		}
		agree := func(in IssuesIn) func() {
			return func() { _, err := b.Issues(ctx, in); no(err) }
		}
		say := func(id string, strands ...string) func() {
			return func() {
				for _, s := range strands {
					b.say(id, s, ref.NoEnd)
				}
			}
		}
		join := func(id string, roles ...who.Role) func() {
			return func() {
				for _, r := range roles {
					b.in(r, id)
				}
			}
		}
		ask := func(id string, in AskIn) func() {
			in.Project, in.Team, in.What = id, "evidence", "A summary"
			return func() {
				if all := b.seen(ctx, id).Asks; len(all) > 0 {
					in.Ask, in.Version = all[0].Ref.ID, all[0].Version
				}
				_, err := b.Ask(ctx, in)
				no(err)
			}
		}
		var waiting string // a contribution without a strand
		nothing := func(string) func() { return func() {} }
		for _, c := range []struct {
			sign    string
			in, out func(id string) func() // what makes it come, and go
		}{
			{"project.sign_no_question", nothing, func(id string) func() { return question(id, "How?") }},
			{"project.sign_old_question", func(id string) func() {
				return func() { question(id, "How?")(); b.hand.Add(366 * 24 * time.Hour) }
			}, func(id string) func() { return question(id, "How now?") }},
			{"project.sign_no_problem", nothing, func(id string) func() { return agree(IssuesIn{Project: id, Problem: "Falls"}) }},
			{"project.sign_not_agreed", func(id string) func() { return agree(IssuesIn{Project: id, Problem: "Falls"}) },
				func(id string) func() {
					return agree(IssuesIn{Project: id, Version: 1, Problem: "Falls", Agrees: "All"})
				}},
			{"project.sign_no_readiness", func(id string) func() { return agree(IssuesIn{Project: id, Problem: "Falls"}) },
				func(id string) func() {
					return agree(IssuesIn{Project: id, Version: 1, Problem: "Falls", Readiness: "Soon"})
				}},
			{"project.sign_no_tried", nothing, func(id string) func() {
				return func() { _, err := b.TriedBefore(ctx, TriedBeforeIn{Project: id, What: "A van"}); no(err) }
			}},
			{"project.sign_no_success", nothing, func(id string) func() {
				return func() { _, err := b.Success(ctx, SuccessIn{Project: id, For: "Carers", LooksLike: "Sleep"}); no(err) }
			}},
			{"project.sign_no_cannot", func(id string) func() {
				return func() { _, err := b.SetScope(ctx, ScopeIn{Project: id, What: "The rug", Sort: CanChange}); no(err) }
			}, func(id string) func() {
				return func() {
					_, err := b.SetScope(ctx, ScopeIn{Project: id, What: "The budget", Sort: CannotChange})
					no(err)
				}
			}},
			{"project.sign_heard_nothing", nothing, func(id string) func() { return say(id, "") }},
			{"project.sign_to_sort", func(id string) func() { return func() { waiting = b.say(id, "", ref.NoEnd) } }, func(id string) func() {
				return func() {
					b.write(func(tx *db.Tx) error {
						return ref.Put(tx, ref.Record{Programme: b.programme, ID: waiting, Kind: "contribution", Project: id, Strand: "lived", Until: ref.NoEnd, Version: 2, ChangedAt: 2})
					})
				}
			}},
			{"project.sign_silent_lived", func(id string) func() { return say(id, "research") }, func(id string) func() { return say(id, "lived") }},
			{"project.sign_silent_practice", func(id string) func() { return say(id, "lived") }, func(id string) func() { return say(id, "lived+practice") }},
			{"project.sign_silent_research", func(id string) func() { return say(id, "lived") }, func(id string) func() { return say(id, "") }},
			{"project.sign_asks_late", func(id string) func() { return ask(id, AskIn{DueOn: "2026-03-01"}) }, func(id string) func() { return ask(id, AskIn{DueOn: "2099-03-01"}) }},
			{"project.sign_asks_nobody", func(id string) func() { return ask(id, AskIn{}) }, func(id string) func() { return ask(id, AskIn{Owner: "Ann"}) }},
			{"project.sign_no_site", nothing, func(id string) func() {
				return func() { _, err := b.Site(ctx, SiteIn{Project: id, Name: "Bala", Nation: "wales"}); no(err) }
			}},
			{"project.sign_no_partner", func(id string) func() { return join(id, who.ProjectLead) }, func(id string) func() { return join(id, who.Partner) }},
			{"project.sign_alone", func(id string) func() { return join(id, who.ProjectLead) }, func(id string) func() { return join(id, who.Evaluator) }},
			{"project.sign_no_host_lead", func(id string) func() { return phase(id, Aftercare) }, func(id string) func() { return join(id, who.HostLead) }},
			{"project.sign_past_end", func(id string) func() {
				return func() {
					_, err := b.Change(ctx, ChangeIn{Project: id, Facts: Facts{Title: "Falls", Ends: "2026-03-01"}, Version: 1})
					no(err)
				}
			}, func(id string) func() { return phase(id, Close) }},
		} {
			id := b.begin(ctx, StartIn{Facts: Facts{Title: "Falls"}})
			c.in(id)()
			if b.signed(ctx, id)[c.sign] == 0 {
				t.Errorf("%s did not come", c.sign)
			}
			c.out(id)()
			if n := b.signed(ctx, id)[c.sign]; n != 0 {
				t.Errorf("%s did not go: %d", c.sign, n)
			}
		}
	})
}

// TestGoodSignsAndSorting drives in what is there, and the count of what waits to be sorted.
func TestGoodSignsAndSorting(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.lead()
		id := b.begin(ctx, StartIn{Facts: Facts{Title: "Falls"}})
		for name := range b.signed(ctx, id) {
			if !strings.HasPrefix(name, "project.sign_no_") && name != "project.sign_alone" && name != "project.sign_heard_nothing" {
				t.Errorf("a new project has %s", name)
			}
		}
		for _, err := range []error{
			func() error { _, err := b.Question(ctx, QuestionIn{Project: id, Text: "How?"}); return err }(),
			func() error {
				_, err := b.Issues(ctx, IssuesIn{Project: id, Problem: "Falls", Agrees: "All"})
				return err
			}(),
			func() error { _, err := b.TriedBefore(ctx, TriedBeforeIn{Project: id, What: "A van"}); return err }(),
			func() error {
				_, err := b.Success(ctx, SuccessIn{Project: id, For: "Carers", LooksLike: "Sleep"})
				return err
			}(),
			func() error {
				_, err := b.SetScope(ctx, ScopeIn{Project: id, What: "The budget", Sort: NotOurs})
				return err
			}(),
			func() error { _, err := b.Site(ctx, SiteIn{Project: id, Name: "Bala", Nation: "wales"}); return err }(),
			func() error {
				a, err := b.Ask(ctx, AskIn{Project: id, Team: "evidence", What: "A summary"})
				if err == nil {
					_, err = b.Answer(ctx, AnswerIn{Ask: a.Ref.ID, State: Done, Version: 1})
				}
				return err
			}(),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, s := range []string{"lived", "practice", "research", "", ""} {
			b.say(id, s, ref.NoEnd)
		}
		b.say(id, "", 0) // withdrawn
		b.in(who.Partner, id)
		b.in(who.HostLead, id)
		got := b.signed(ctx, id)
		want := map[string]int64{"project.sign_question": 1, "project.sign_problem": 1, "project.sign_tried": 1, "project.sign_success": 1, "project.sign_scope": 1,
			"project.sign_sites": 1, "project.sign_asks_done": 1, "project.sign_all_heard": 1, "project.sign_partner": 1, "project.sign_host_lead": 1,
			"project.sign_to_sort": 2, "project.sign_no_readiness": 1}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		// Someone who may mend nothing sees what is there alone.
		for name := range b.signed(b.in(who.Member, id), id) {
			if x := rules()[slices.IndexFunc(rules(), func(x rule) bool { return x.name == name })]; x.weight > 0 {
				t.Errorf("a member is shown the gap %s", name)
			}
		}
	})
}

func TestPuttingAside(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.lead()
		id := b.begin(ctx, StartIn{Facts: Facts{Title: "Falls"}})
		const sign = "project.sign_to_sort"
		put := func(why string) error {
			_, err := b.Dismiss(ctx, DismissIn{Project: id, Sign: sign, Why: why})
			return err
		}
		if diff := cmp.Diff([]string{"sign"}, fields(put("Not now"))); diff != "" {
			t.Errorf("what is not missing: %s", diff)
		}
		b.say(id, "", ref.NoEnd)
		if diff := cmp.Diff([]string{"why"}, fields(put(" "))); diff != "" {
			t.Errorf("without a reason: %s", diff)
		}
		if _, err := b.Dismiss(b.in(who.Evaluator, id), DismissIn{Project: id, Sign: sign, Why: "x"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an evaluator: %v", err)
		}
		asked := b.panels.(*alone).asked
		*asked = nil
		if err := put("We sort on Friday"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{sign}, *asked); diff != "" {
			t.Errorf("the signs that were looked for: %s", diff)
		}
		is := func(aside bool) {
			t.Helper()
			out, err := b.Health(ctx, HealthIn{id})
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(out.Signs, func(s HealthSign) bool { return s.Name == sign })
			if i < 0 || (out.Signs[i].Dismissed != nil) != aside || slices.Contains(out.Next, sign) == aside {
				t.Errorf("put aside is not %v: %+v, next %v", aside, out.Signs, out.Next)
			}
			if aside && (out.Signs[i].Dismissed.Why != "We sort on Friday" || out.Signs[i].Dismissed.By == "" || out.Signs[i].Dismissed.At == 0) {
				t.Errorf("%+v", out.Signs[i].Dismissed)
			}
		}
		is(true)
		b.say(id, "", ref.NoEnd) // one more than when it was put aside
		is(false)
		if err := put("We sort on Friday"); err != nil {
			t.Fatal(err)
		}
		is(true)
		if _, err := b.Undismiss(ctx, UndismissIn{id, sign}); err != nil {
			t.Fatal(err)
		}
		is(false)
		if _, err := b.Undismiss(ctx, UndismissIn{id, sign}); !fault.Is(err, fault.Missing) {
			t.Errorf("back twice: %v", err)
		}
	})
}

func TestIssuesAndPoints(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.lead()
		id := b.begin(ctx, StartIn{Facts: Facts{Title: "Falls"}})
		if out, err := b.Issues(ctx, IssuesIn{Project: id, Problem: " Falls "}); err != nil || out.Version != 1 {
			t.Fatalf("%+v %v", out, err)
		}
		_, err := b.Issues(ctx, IssuesIn{Project: id, Problem: "Mine came first"})
		wants(t, err, fault.Conflict)
		if _, err := b.Issues(ctx, IssuesIn{Project: id, Version: 1, Problem: "Falls at night", Agrees: "All", Differs: "One carer"}); err != nil {
			t.Fatal(err)
		}
		tried, err := b.TriedBefore(ctx, TriedBeforeIn{Project: id, What: "A van", When: "2019", Why: "Money"})
		if err != nil {
			t.Fatal(err)
		}
		scope, err := b.SetScope(ctx, ScopeIn{Project: id, What: "The budget", Sort: CannotChange})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.SetScope(ctx, ScopeIn{Project: id, What: "The rug", Sort: CanChange}); err != nil {
			t.Fatal(err)
		}
		if out, err := b.SetScope(ctx, ScopeIn{Project: id, Row: scope.Row, Version: 1, What: "The budget of the year", Sort: NotOurs}); err != nil || out.Version != 2 {
			t.Fatalf("%+v %v", out, err)
		}
		_, err = b.SetScope(ctx, ScopeIn{Project: id, Row: scope.Row, Version: 1, What: "Mine", Sort: NotOurs})
		wants(t, err, fault.Conflict)
		_, err = b.TriedBefore(ctx, TriedBeforeIn{Project: id, Row: scope.Row, Version: 2, What: "Another sort"})
		wants(t, err, fault.Missing)
		_, err = b.TriedBefore(ctx, TriedBeforeIn{Project: b.begin(ctx, StartIn{Facts: Facts{Title: "Other"}}), Row: tried.Row, Version: 1, What: "Another project"})
		wants(t, err, fault.Missing)
		// Everyone who takes part sees it.
		got, err := b.SeeIssues(b.in(who.HostStaff, id), SeeIssuesIn{id})
		if err != nil {
			t.Fatal(err)
		}
		if got.Now.Problem != "Falls at night" || got.Now.Differs != "One carer" || len(got.Earlier) != 1 || len(got.Tried) != 1 || got.Tried[0].Why != "Money" {
			t.Errorf("%+v", got)
		}
		b.write(func(tx *db.Tx) error {
			lines, err := b.Scope(ctx, tx, id)
			if diff := cmp.Diff([]ScopeLine{{"The rug", CanChange}, {"The budget of the year", NotOurs}}, lines); diff != "" {
				t.Error(diff)
			}
			return err
		})
		if out, err := b.TriedBefore(ctx, TriedBeforeIn{Project: id, Row: tried.Row, Version: 1, Drop: true}); err != nil || out.Version != 0 {
			t.Fatalf("%+v %v", out, err)
		}
		if got, err := b.SeeIssues(ctx, SeeIssuesIn{id}); err != nil || len(got.Tried) != 0 || len(got.Scope) != 2 {
			t.Errorf("%+v %v", got, err)
		}
		_, err = b.Issues(b.in(who.Evaluator, id), IssuesIn{Project: id, Problem: "x", Version: 2})
		wants(t, err, fault.Forbidden)
	})
}

func TestTheHealthPages(t *testing.T) {
	b := onSQLite(t)
	ctx := b.lead()
	id := b.begin(ctx, StartIn{Facts: Facts{Title: "Falls"}})
	h, here := b.serve(ctx), "/project/"+id
	look := func(path string, has ...string) {
		t.Helper()
		code, _, body := visit(t, h, path, nil)
		for _, x := range has {
			if code != 200 || !strings.Contains(body, x) {
				t.Fatalf("%s: %d, looking for %q in\n%s", path, code, x, body)
			}
		}
	}
	send := func(path string, form url.Values, status int) {
		t.Helper()
		if code, _, body := visit(t, h, path, form); code != status {
			t.Fatalf("%s: %d\n%s", path, code, body)
		}
	}
	const sign = "project.sign_no_tried"
	look(here, "Write down your question", "what you want to change", "See what is there")
	look(here+"/health", "Making co-production central", "Nothing is said on what was tried before.", "people who have told this before", sign)
	look(here+"/health/dismiss?sign="+sign, "what was tried before")
	send(here+"/health/dismiss", url.Values{"sign": {sign}}, 422)
	send(here+"/health/dismiss", url.Values{"sign": {sign}, "why": {"Nobody remembers"}}, 303)
	look(here+"/health?done=aside", "Nobody remembers", "Count it again", "someone in the team")
	send(here+"/health/undismiss", url.Values{"sign": {sign}}, 303)
	look(here+"/issues", "It is not written down yet", "This cannot change")
	look(here+"/issues/change", "Who agrees")
	send(here+"/issues/change", url.Values{"problem": {""}}, 422)
	send(here+"/issues/change", url.Values{"problem": {"Too many falls"}, "version": {"0"}}, 303)
	send(here+"/issues/change", url.Values{"problem": {"Mine"}, "version": {"0"}}, 409)
	for _, f := range pointForms() {
		look(here+"/issues/"+f, "Save")
		send(here+"/issues/"+f, url.Values{"what": {""}}, 422)
	}
	send(here+"/issues/tried", url.Values{"what": {"A van"}}, 303)
	send(here+"/issues/success", url.Values{"for": {"Carers"}, "looks_like": {"A night of sleep"}}, 303)
	send(here+"/issues/scope", url.Values{"what": {"The yearly budget"}, "sort": {CannotChange}}, 303)
	look(here+"/issues", "Too many falls", "A van", "A night of sleep", "The yearly budget")
	out, err := b.SeeIssues(ctx, SeeIssuesIn{id})
	if err != nil {
		t.Fatal(err)
	}
	look(here+"/issues/tried/"+out.Tried[0].ID, "A van", "Take this away")
	send(here+"/issues/tried/"+out.Tried[0].ID, url.Values{"drop": {"yes"}, "version": {"1"}}, 303)
	send(here+"/issues/nothing", url.Values{}, 404)
}
