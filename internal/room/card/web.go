package card

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/text"
	"plait/internal/kit/web"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// wordsView is the page of a card: what the person said, what became of it and what they
// agreed to.
type wordsView struct {
	Said     []saidView
	Roles    []string // who the person said they are, each once
	Letters  []letterLine
	Outcomes []outcomeLine
	Taken    []takenView
	Scope    Scope
	Listen   bool
	Key      string
}

type saidView struct {
	Word
	Here                    string // address of this contribution's pages
	Begins                  string // its first words, which tell its links from those of the others
	Done                    string // what was just done with it; "" = nothing
	Day                     string
	Agreed                  []string // beyond the work itself; none = nothing more was agreed
	Became                  Became
	Learned, Doing, Changed []line
	Missing                 bool // something is not yet said plainly
}

type letterLine struct{ Href, Day string }

type outcomeLine struct{ Ref, Text, Begins, Day string }

// takenView is one act of taking back: What it was of, and When.
type takenView struct {
	Act, At, What, When string
}

// begins is how long the first words of a saying are that its links carry, in letters.
const begins = 40

// loaded is everything a card's pages show, read in one transaction.
type loaded struct {
	words    []Word
	agreed   []Agreed
	taken    []Taken
	became   map[ref.Ref]Became
	letters  []Letter
	outcomes []Outcome
	scope    Scope
	zone     string
}

func (f *face) load(ctx context.Context, a who.Actor) (l loaded, err error) {
	err = f.room.db.Read(ctx, func(tx *db.Tx) error {
		ctx := tx.Context()
		if err := who.Must(ctx, tx, "card.words", person(a)); err != nil {
			return err
		}
		if l.words, err = f.room.words.Own(ctx, tx); err != nil {
			return err
		}
		refs := make([]ref.Ref, len(l.words))
		for i, x := range l.words {
			refs[i] = x.Ref
		}
		if l.agreed, err = f.room.consents.Agreed(ctx, tx, refs); err != nil {
			return err
		}
		if l.taken, err = f.room.consents.Taken(ctx, tx, person(a)); err != nil {
			return err
		}
		if l.became, err = f.room.stories.Became(ctx, tx, refs); err != nil {
			return err
		}
		if l.letters, err = f.room.stories.Letters(ctx, tx); err != nil {
			return err
		}
		if l.outcomes, err = f.room.stories.Outcomes(ctx, tx); err != nil {
			return err
		}
		if l.scope, err = f.room.stories.Scopes(ctx, tx, refs); err != nil {
			return err
		}
		l.zone, err = f.room.zones.Zone(tx, a.Programme)
		return err
	})
	return l, err
}

// find gives one contribution of the card's own and what was agreed for it.
func (l loaded) find(r *http.Request) (Word, Agreed, error) {
	at, err := ref.Parse(r.PathValue("ref"))
	if err != nil {
		return Word{}, Agreed{}, err
	}
	i := slices.IndexFunc(l.words, func(x Word) bool { return x.Ref == at })
	if i < 0 || i >= len(l.agreed) {
		return Word{}, Agreed{}, fault.New(fault.Withdrawn, "card.not_here").With("card.not_here_do")
	}
	return l.words[i], l.agreed[i], nil
}

// contribution is the kind of what people said; a card also takes back what changed for them.
const contribution = "contribution"

// back leads to one saying on the page of a card, and says there what was done with it.
func back(at ref.Ref, done string) string {
	return "/card/words?" + url.Values{"done": {done}, "said": {at.ID}}.Encode() + "#said-" + url.PathEscape(at.ID)
}

// same says that two texts differ in nothing but the space around them and their line ends.
func same(a, b string) bool {
	tidy := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
	return tidy(a) == tidy(b)
}

func said(x Word) string { return "/card/words/" + url.PathEscape(x.Ref.String()) }

func (f *face) words(w http.ResponseWriter, r *http.Request) error {
	a, err := f.actor(w, r)
	if err != nil {
		return left(err)
	}
	l, err := f.load(r.Context(), a)
	if err != nil {
		return err
	}
	chrome := page.ChromeFrom(r.Context())
	q := r.URL.Query()
	done := q.Get("done")
	if !slices.Contains([]string{"corrected", "unchanged", "added", "agreed", "undone", "secured", "outcome_taken"}, done) {
		done = ""
	}
	notice := ""
	if done != "" {
		notice = f.T(r, "card.done_"+done)
	}
	day := func(on string) string { return lang.Date(chrome.Lang, on) }
	v := wordsView{Listen: chrome.Format == page.Listen, Scope: l.scope}
	for i, x := range l.words {
		s := saidView{Word: x, Here: said(x), Begins: f.begins(r, x), Day: day(x.On), Became: l.became[x.Ref]}
		if x.Role != "" && !slices.Contains(v.Roles, x.Role) {
			v.Roles = append(v.Roles, x.Role)
		}
		if q.Get("said") == x.Ref.ID {
			s.Done, notice = notice, "" // it is said where they go on reading
		}
		var miss [3]bool
		s.Learned, miss[0] = lines(s.Became.Learned, chrome.Format, day)
		s.Doing, miss[1] = lines(s.Became.Doing, chrome.Format, day)
		s.Changed, miss[2] = lines(s.Became.Changed, chrome.Format, day)
		s.Missing = miss[0] || miss[1] || miss[2]
		if i < len(l.agreed) {
			for _, u := range l.agreed[i].Uses {
				s.Agreed = append(s.Agreed, f.T(r, "card.use_"+string(u)))
			}
		}
		v.Said = append(v.Said, s)
	}
	for _, x := range l.letters {
		v.Letters = append(v.Letters, letterLine{"/card/letter/" + x.ID, day(clock.DayOf(x.At, l.zone))})
	}
	for _, o := range l.outcomes {
		says := o.Says
		if (chrome.Format == page.Easy || v.Listen) && o.Plainly != "" {
			says = o.Plainly
		}
		v.Outcomes = append(v.Outcomes, outcomeLine{o.Ref.String(), stopped(says), text.Excerpt(says, begins), day(o.On)})
	}
	v.Taken = f.taken(r, a, l)
	return f.show(w, r, "card/words", "card.words_title", v, notice, "")
}

// taken lists each act of taking back once: when it was, to tell several apart without
// the words, and until when it can be undone.
func (f *face) taken(r *http.Request, a who.Actor, l loaded) []takenView {
	var out []takenView
	for i, t := range l.taken {
		if slices.ContainsFunc(l.taken[:i], func(x Taken) bool { return x.Act == t.Act }) {
			continue
		}
		said, changes := 0, 0
		for _, x := range l.taken {
			switch {
			case x.Act != t.Act:
			case x.Ref.Kind == contribution:
				said++
			default:
				changes++
			}
		}
		tongue := page.ChromeFrom(r.Context()).Lang
		until := lang.Date(tongue, clock.DayOf(t.UndoUntil, l.zone))
		when := lang.DateTime(tongue, t.At, clock.Zone(l.zone))
		row := takenView{Act: t.Act, At: t.Ref.String(), When: f.T(r, "card.taken_when", "When", when, "Until", until)}
		if t.Use != "" {
			row.What = f.T(r, "card.taken_use", "Use", f.T(r, "card.use_"+string(t.Use)))
		} else {
			var what []string
			if said > 0 {
				what = append(what, f.Words.T(tongue, "card.taken_said", "Count", said))
			}
			if changes > 0 {
				what = append(what, f.Words.T(tongue, "card.taken_change", "Count", changes))
			}
			row.What = strings.Join(what, " ")
			if said+changes > 1 {
				row.At = person(a).String()
			}
		}
		out = append(out, row)
	}
	return out
}

// correctView is the form by which a person corrects their words.
type correctView struct {
	Word
	Here string
	Key  string
	Now  string // what it says now, when someone else was first
}

func (f *face) correctForm(w http.ResponseWriter, r *http.Request) error {
	a, err := f.actor(w, r)
	if err != nil {
		return left(err)
	}
	l, err := f.load(r.Context(), a)
	if err != nil {
		return err
	}
	x, _, err := l.find(r)
	if err != nil {
		return err
	}
	return f.show(w, r, "card/correct", "card.correct_title", correctView{Word: x, Here: said(x)}, "", "/card/words")
}

func (f *face) correct(w http.ResponseWriter, r *http.Request) error {
	a, err := f.actor(w, r)
	if err != nil {
		return left(err)
	}
	if err := form.Parse(r); err != nil {
		return err
	}
	l, err := f.load(r.Context(), a)
	if err != nil {
		return err
	}
	x, _, err := l.find(r)
	if err != nil {
		return err
	}
	var in struct {
		Words   string `json:"words"`
		Role    string `json:"role"`
		Version int64  `json:"version"`
	}
	if err = form.Fill(r.Form, &in); err == nil && in.Version == x.Version && same(in.Words, x.Words) && same(in.Role, x.Role) {
		return web.Redirect(w, r, back(x.Ref, "unchanged"))
	}
	if err == nil {
		err = f.room.words.Correct(r.Context(), r.FormValue("key"), x.Ref, in.Version, in.Words, in.Role)
	}
	if err != nil {
		v := correctView{Word: x, Here: said(x), Key: r.FormValue("key")}
		if fault.Is(err, fault.Conflict) {
			v.Now, v.Key = x.Words, ""
		}
		v.Words, v.Role = in.Words, in.Role
		return f.again(w, r, "card/correct", "card.correct_title", v, "/card/words", err)
	}
	return web.Redirect(w, r, back(x.Ref, "corrected"))
}

// addView is the form by which a person says more.
type addView struct {
	To    string
	Words string
	Key   string
	About string // what they add to
	Lang  string
}

func (f *face) addView(r *http.Request, a who.Actor) (addView, ref.Ref, error) {
	v := addView{To: r.FormValue("to"), Words: r.FormValue("words"), Key: r.FormValue("key")}
	if v.To == "" {
		return v, person(a), nil
	}
	l, err := f.load(r.Context(), a)
	if err != nil {
		return v, ref.Ref{}, err
	}
	r.SetPathValue("ref", v.To)
	x, _, err := l.find(r)
	v.About, v.Lang = x.Words, x.Language
	return v, x.Ref, err
}

func (f *face) addForm(w http.ResponseWriter, r *http.Request) error {
	a, err := f.actor(w, r)
	if err != nil {
		return left(err)
	}
	v, _, err := f.addView(r, a)
	if err != nil {
		return err
	}
	return f.show(w, r, "card/add", "card.add_title", v, "", "/card/words")
}

func (f *face) add(w http.ResponseWriter, r *http.Request) error {
	a, err := f.actor(w, r)
	if err != nil {
		return left(err)
	}
	if err := form.Parse(r); err != nil {
		return err
	}
	v, to, err := f.addView(r, a)
	if err != nil {
		return err
	}
	var in struct {
		Words string `json:"words"`
	}
	if err = form.Fill(r.Form, &in); err == nil {
		err = f.room.words.Add(r.Context(), v.Key, to, in.Words)
	}
	if err != nil {
		return f.again(w, r, "card/add", "card.add_title", v, "/card/words", err)
	}
	return web.Redirect(w, r, "/card/words?done=added")
}

// letterView is a letter that was released to the person.
type letterView struct {
	Sheet  string
	Letter template.HTML
}

func (f *face) letter(w http.ResponseWriter, r *http.Request) error {
	if _, err := f.actor(w, r); err != nil {
		return left(err)
	}
	letter, err := f.room.stories.Letter(r.Context(), r.PathValue("id"), page.ChromeFrom(r.Context()).Format)
	if err != nil {
		return err
	}
	v := letterView{Sheet: f.room.stories.Sheet(), Letter: template.HTML(letter)} // a template of the letters' room made it, and escaped it
	return f.show(w, r, "card/letter", "card.letter_title", v, "", "/card/words")
}
