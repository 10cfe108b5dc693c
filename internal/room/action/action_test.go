package action

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
)

// fields is the names of the fields that a check finds wanting.
func fields(err error) []string {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return nil
	}
	var out []string
	for _, x := range f.Fields {
		if !slices.Contains(out, x.Name) {
			out = append(out, x.Name)
		}
	}
	return out
}

func TestWhatAnActionNeeds(t *testing.T) {
	for name, c := range map[string]struct {
		a    Action
		want []string
	}{
		"all is there":          {Action{Title: "T", Status: ToDo}, nil},
		"nothing":               {Action{}, []string{"title", "status"}},
		"a try without its end": {Action{Title: "T", Status: ToDo, Try: true}, []string{"look_back", "know"}},
		"a try":                 {Action{Title: "T", Status: ToDo, Try: true, Know: "ask", LookBack: "2026-05-01"}, nil},
		"two owners":            {Action{Title: "T", Status: ToDo, Owner: "a", OwnerName: "b"}, []string{"owner_name"}},
		"a day that is none":    {Action{Title: "T", Status: ToDo, Due: "30 February"}, []string{"due"}},
		"an unknown status":     {Action{Title: "T", Status: "asleep"}, []string{"status"}},
	} {
		if diff := cmp.Diff(c.want, fields(c.a.Check())); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestHowAnActionEnds(t *testing.T) {
	for name, c := range map[string]struct {
		a    Action
		want []string
	}{
		"done":                         {Action{Result: Done, EndedOn: "2026-03-01"}, nil},
		"done and in use":              {Action{Result: Done, EndedOn: "2026-03-01", InUse: "Bala", Since: "2026-02-01"}, nil},
		"not done without a reason":    {Action{Result: NotDone, EndedOn: "2026-03-01"}, []string{"why"}},
		"changed without a reason":     {Action{Result: Changed, EndedOn: "2026-03-01"}, []string{"why"}},
		"not done and in use":          {Action{Result: NotDone, Why: "w", EndedOn: "2026-03-01", InUse: "Bala"}, []string{"in_use"}},
		"since a day, nobody knows of": {Action{Result: Done, EndedOn: "2026-03-01", Since: "2026-02-01"}, []string{"in_use"}},
		"tomorrow":                     {Action{Result: Done, EndedOn: "2026-03-03"}, []string{"on"}},
		"no result":                    {Action{EndedOn: "x"}, []string{"result", "why", "on"}},
	} {
		if diff := cmp.Diff(c.want, fields(c.a.checkEnd("2026-03-02"))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestHowATryIsLookedBackOn(t *testing.T) {
	for name, c := range map[string]struct {
		verdict, next, day string
		want               []string
	}{
		"kept":                       {Keep, "", "", nil},
		"changed, with the next":     {Change, "N", "2026-06-01", nil},
		"stopped, with the next":     {Stop, "N", "2026-06-01", nil},
		"next without its look-back": {Change, "N", "", []string{"next_look_back"}},
		"look-back without the next": {Change, "", "2026-06-01", []string{"next_title"}},
		"kept, and yet a next":       {Keep, "N", "2026-06-01", []string{"next_title"}},
		"no such verdict":            {"sleep", "", "", []string{"verdict"}},
		"no day":                     {Change, "N", "soon", []string{"next_look_back"}},
	} {
		a := Action{Happened: "h", Verdict: c.verdict, LookedOn: "2026-03-01"}
		if diff := cmp.Diff(c.want, fields(a.checkLook("2026-03-02", c.next, c.day))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestStates(t *testing.T) {
	for _, c := range []struct {
		a            Action
		want         string
		finish, look bool
	}{
		{Action{Status: ToDo}, ToDo, true, false},
		{Action{Status: Waiting, Try: true}, Waiting, true, true},
		{Action{Status: ToDo, Result: Done}, Done, false, false},
		{Action{Status: ToDo, Result: Done, Try: true}, Done, false, true},
		{Action{Status: ToDo, Result: NotDone, Try: true}, NotDone, false, false},
		{Action{Verdict: Keep, Try: true}, Kept, true, false},
		{Action{Verdict: Keep, Result: Done, Try: true}, Kept, false, false},
		{Action{Verdict: Keep, Result: NotDone, Try: true}, NotDone, false, false},
		{Action{Verdict: Change, Try: true}, Changed, false, false},
		{Action{Verdict: Stop, Result: Done, Try: true}, Stopped, false, false},
	} {
		if c.a.state() != c.want || c.a.mayFinish() != c.finish || c.a.mayLookBack() != c.look {
			t.Errorf("%+v: %s, finish %v, look back %v", c.a, c.a.state(), c.a.mayFinish(), c.a.mayLookBack())
		}
	}
}

func TestWhatADecisionNeeds(t *testing.T) {
	w := Words{Title: "T", Options: []string{"One", "Two"}}
	for name, c := range map[string]struct {
		d    Decision
		want []string
	}{
		"agreed":               {Decision{Decision: Agreed, By: "G", On: "2026-03-02", Option: "Two"}, nil},
		"no without a reason":  {Decision{Decision: NotAgreed, By: "G", On: "2026-03-02"}, []string{"why"}},
		"another way":          {Decision{Decision: Agreed, By: "G", On: "2026-03-02", Option: "Three"}, []string{"option"}},
		"nobody, and tomorrow": {Decision{Decision: Agreed, On: "2026-03-03"}, []string{"by", "on"}},
		"no decision, no day":  {Decision{By: "G", Why: "w", On: "Monday"}, []string{"decision", "on"}},
		"open is no decision":  {Decision{Decision: Open, By: "G", Why: "w", On: "2026-03-02"}, []string{"decision"}},
	} {
		if diff := cmp.Diff(c.want, fields(c.d.Check(w, "2026-03-02"))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Settled words are stable and hold no option that is empty or there twice.
func TestSettledWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := Words{Title: rapid.String().Draw(t, "title"), Options: rapid.SliceOf(rapid.SampledFrom([]string{"", " ", "a", " a", "b"})).Draw(t, "options")}.settled()
		if !w.same(w.settled()) {
			t.Fatalf("settling again changes %q", w)
		}
		for i, o := range w.Options {
			if o == "" || slices.Contains(w.Options[:i], o) {
				t.Fatalf("%q", w.Options)
			}
		}
	})
}

// A board knows each gap when it is there and no longer when it is mended.
func TestBoard(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC).UnixMicro()
	id := func(n string) ref.Ref { return ref.Of(KindAction, n) }
	b := Board{Now: now, Today: "2026-03-02", Until: "2026-04-01",
		Recommendations: []Posed{
			{Recommendation: Recommendation{Ref: id("r1"), State: Open, GivenAt: now - 31*clock.Day}},
			{Recommendation: Recommendation{Ref: id("r2"), State: Open, GivenAt: now - 30*clock.Day}, Findings: 1},
			{Recommendation: Recommendation{Ref: id("r3"), State: Agreed}, Findings: 1},
			{Recommendation: Recommendation{Ref: id("r4"), State: Agreed}, Findings: 1, Actions: 1},
		},
		Actions: []Doing{
			{Action: Action{Ref: id("late"), Status: ToDo, Due: "2026-03-01", OwnerName: "M"}},
			{Action: Action{Ref: id("today"), Status: ToDo, Due: "2026-03-02"}},
			{Action: Action{Ref: id("far"), Status: ToDo, Due: "2026-04-02", Owner: "x"}, Left: true},
			{Action: Action{Ref: id("bare"), Status: ToDo, OwnerName: "M"}},
			{Action: Action{Ref: id("try"), Status: ToDo, Try: true, LookBack: "2026-03-01", OwnerName: "M"}},
			{Action: Action{Ref: id("dead"), Try: true, LookBack: "2026-01-01", Verdict: Stop, State: Stopped}},
			{Action: Action{Ref: id("on"), Try: true, LookBack: "2026-01-01", Verdict: Stop, State: Stopped}, Next: 1},
			{Action: Action{Ref: id("done"), Result: Done, State: Done, Due: "2026-01-01"}},
			{Action: Action{Ref: id("fruit"), Result: Done, State: Done}},
			{Action: Action{Ref: id("half"), Try: true, LookBack: "2026-02-01", Result: Done, State: Done}},
		}}
	posed := func(all []Posed) (out []string) {
		for _, p := range all {
			out = append(out, p.Ref.ID)
		}
		return out
	}
	doing := func(all []Doing) (out []string) {
		for _, d := range all {
			out = append(out, d.Ref.ID)
		}
		return out
	}
	for name, c := range map[string]struct{ got, want []string }{
		"long waiting": {posed(b.LongWaiting()), []string{"r1"}},
		"idle":         {posed(b.Idle()), []string{"r3"}},
		"baseless":     {posed(b.Baseless()), []string{"r1"}},
		"late":         {doing(b.Late()), []string{"late"}},
		"unlooked":     {doing(b.Unlooked()), []string{"half", "try"}},
		"coming":       {doing(b.Coming()), []string{"today"}},
		"unowned":      {doing(b.Unowned()), []string{"today"}},
		"undated":      {doing(b.Undated()), []string{"bare"}},
		"deserted":     {doing(b.Deserted()), []string{"far"}},
		"dead end":     {doing(b.DeadEnd()), []string{"dead"}},
		"ready":        {doing(b.Ready()), []string{"late", "try"}},
	} {
		slices.Sort(c.got)
		slices.Sort(c.want)
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if due := b.due(); len(due) != 4 || !due[0].IsLate || due[3].IsLate {
		t.Errorf("due: %+v", due)
	}
}

// What contributors are told has words for every state.
func TestToldHasWords(t *testing.T) {
	f := testFace(t)
	var keys []string
	for _, s := range append(Decisions(), Open) {
		keys = append(keys, Recommendation{State: s}.told().State)
	}
	for _, try := range []bool{false, true} {
		for _, s := range []string{ToDo, UnderWay, Waiting, Done, Changed, NotDone, Kept, Stopped} {
			a := Action{State: s, Try: try}
			if try && s == Changed {
				a.Verdict = Change
			}
			keys = append(keys, a.told().State)
		}
	}
	for _, k := range keys {
		if !f.Words.Has("en", k) {
			t.Errorf("no words for %s", k)
		}
	}
	for _, s := range (&Room{}).signs() {
		for _, end := range []string{"", "_do", "_who"} {
			if (end == "" || s.Gap) && !f.Words.Has("en", s.Name+end) {
				t.Errorf("no words for %s", s.Name+end)
			}
		}
	}
	told := Action{Try: true, State: Stopped, Verdict: Stop, Happened: "Too heavy", LookedOn: "2026-03-01", Owner: "x", OwnerName: "Mair"}.told()
	if told.State != "action.told_stopped" || told.Why != "Too heavy" || told.On != "2026-03-01" {
		t.Errorf("%+v", told)
	}
}
