package people

import (
	"net/http"
	"net/url"
	"slices"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
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
		v.Kept = f.kept(r)
		if in.Words == KeepWords {
			v.Kept = append(v.Kept, f.T(r, "people.erase_kept_words"))
		}
	}
	view.Body = v
	return view, nil
}

// kept says what stays of someone who was taken out, and why.
func (f *face) kept(r *http.Request) []string {
	return []string{f.T(r, "people.erase_kept_row"), f.T(r, "people.erase_kept_trail")}
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
