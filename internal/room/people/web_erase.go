package people

import (
	"net/http"
	"net/url"
	"slices"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// Steps of taking a person out: one question a page, then the answers.
const (
	stepWhy   = "why"
	stepWords = "words"
	stepCheck = "check"
)

// eraseView is one page of taking a person out.
type eraseView struct {
	EraseIn
	Step    string // one of the steps
	Called  string
	Flags   []string
	Action  string
	Key     string
	Reasons []page.Option
	Choices []page.Option
	Rows    []page.Row // the answers, to check
	Goes    []string   // what will be gone, in sentences
	Kept    []string   // what stays and why, in sentences
	Holds   []page.Row // how much is held, by heading
	Copies  copiesView
	Here    string
}

// step is the page that is shown next: the one that was asked for, or that of an earlier
// question which has no answer yet.
func (in EraseIn) step(asked string) (string, error) {
	switch {
	case asked == "" || asked == stepWhy:
		return stepWhy, nil
	case !slices.Contains(Reasons(), in.Why):
		return stepWhy, fault.Fielded("why", "people.need_erase_why")
	case asked == stepWords:
		return stepWords, nil
	case !slices.Contains(WordChoices(), in.Words):
		return stepWords, fault.Fielded("words", "people.need_erase_words")
	}
	return stepCheck, nil
}

// query is the address of a step, with the answers so far: choices only, no names.
func (in EraseIn) query(path, step string) string {
	return path + "?" + url.Values{"step": {step}, "why": {in.Why}, "words": {in.Words}}.Encode()
}

// erasePage makes the page of a step.
func (f *face) erasePage(r *http.Request, in EraseIn, step string) (page.View, error) {
	view, about, err := f.about(r, "people.erase_"+step+"_title", nil)
	if err != nil {
		return view, err
	}
	if in.Version == 0 {
		in.Version = about.Who.Version
	}
	v := eraseView{EraseIn: in, Step: step, Called: about.Called, Flags: about.Flags, Action: r.URL.Path, Key: r.FormValue("key"),
		Reasons: f.options(r, "erase_why", Reasons()), Choices: f.options(r, "erase_words", WordChoices())}
	for i, c := range WordChoices() {
		v.Choices[i].Hint = f.choice(r, "erase_hint", c)
	}
	switch step {
	case stepWords:
		view.Back = in.query(r.URL.Path, stepWhy)
	case stepCheck:
		view.Back = in.query(r.URL.Path, stepWords)
		change := func(step string) []page.Link {
			return []page.Link{{Href: in.query(r.URL.Path, step), Text: f.T(r, "people.erase_change")}}
		}
		v.Rows = []page.Row{{Key: f.T(r, "people.name"), Value: about.Called},
			{Key: f.T(r, "people.erase_why"), Value: f.choice(r, "erase_why", in.Why), Links: change(stepWhy)},
			{Key: f.T(r, "people.erase_words"), Value: f.choice(r, "erase_words", in.Words), Links: change(stepWords)}}
		v.Goes = []string{f.T(r, "people.erase_goes_person"), f.T(r, "people.erase_goes_card")}
		if in.Words == EraseWords {
			v.Goes = append(v.Goes, f.T(r, "people.erase_goes_words"))
		}
		v.Kept, v.Here = f.kept(r), "/people/person/"+in.Person.ID
		if v.Copies, err = f.copiesNow(r, in.Person); err != nil {
			return view, err
		}
		if v.Holds, err = f.heldCounts(r, in.Person); err != nil {
			return view, err
		}
		if in.Words == KeepWords {
			v.Kept = append(v.Kept, f.T(r, "people.erase_kept_words"))
		}
	}
	view.Body = v
	return view, nil
}

// kept says what stays of someone who was taken out, and why.
func (f *face) kept(r *http.Request) []string {
	var out []string
	for _, key := range []string{"row", "trail", "findings", "letters", "register", "safety"} {
		out = append(out, f.T(r, "people.erase_kept_"+key))
	}
	return out
}

// copiesView is what copies there still are, in sentences.
type copiesView struct {
	Backups string
	Left    []string // archives that left before, each with who, when and why
}

// copiesNow says which copies hold what is erased now, or was erased before.
func (f *face) copiesNow(r *http.Request, person ref.Ref) (v copiesView, err error) {
	known, left, until, err := f.room.copiesOf(r.Context(), person)
	if err != nil {
		return v, err
	}
	tongue := page.ChromeFrom(r.Context()).Lang
	switch {
	case !known:
		v.Backups = f.T(r, "people.copies_unknown")
	case until > 0 && until <= f.room.clock.Now()+clock.Day/24:
		v.Backups = f.T(r, "people.copies_next") // its time is over, and there is none after it yet
	case until > 0:
		v.Backups = f.T(r, "people.copies_until", "Day", lang.Date(tongue, clock.DayOf(until, "")))
	default:
		v.Backups = f.T(r, "people.copies_none")
	}
	for _, l := range left {
		name := l.Actor
		if name == "" {
			name = f.T(r, "people.actor_operator")
		}
		key := "people.copies_left"
		if l.For == "" {
			key = "people.copies_left_unsaid"
		}
		v.Left = append(v.Left, f.T(r, key, "Day", lang.Date(tongue, clock.DayOf(l.At, "")), "Name", name, "For", l.For, "Why", l.Why))
	}
	return v, nil
}

// heldCounts says how much is held under each heading, so that whoever erases knows what goes.
func (f *face) heldCounts(r *http.Request, person ref.Ref) (out []page.Row, err error) {
	all, err := f.room.heldHow(r.Context(), person)
	for _, s := range all {
		out = append(out, page.Row{Key: f.T(r, s.Name), Value: f.T(r, "people.things", "Count", len(s.Things))})
	}
	return out, err
}

func (f *face) eraseForm(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	in := EraseIn{Person: person(r), Why: q.Get("why"), Words: q.Get("words")}
	step, wrong := in.step(q.Get("step"))
	v, err := f.erasePage(r, in, step)
	if err != nil {
		return err
	}
	if wrong != nil {
		return f.Again(w, r, "people/erase", v, wrong)
	}
	return f.Show(w, r, "people/erase", v)
}

func (f *face) erase(w http.ResponseWriter, r *http.Request) error {
	var in EraseIn
	err := form.Read(r, &in)
	in.Person = person(r)
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "people.erase", r.FormValue("key"), f.room.Erase, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/people/"+in.Person.ID+"?done=erased")
	}
	step, _ := in.step(stepCheck)
	if fault.Is(err, fault.Conflict) {
		in.Version = 0 // the next press stands on what it is now
	}
	v, e := f.erasePage(r, in, step)
	if e != nil {
		return e
	}
	return f.Again(w, r, "people/erase", v, err)
}
