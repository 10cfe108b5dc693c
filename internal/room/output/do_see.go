package output

import (
	"context"
	"slices"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/lang"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// LettersIn asks for a page of a project's letters.
type LettersIn struct {
	Project string `json:"project"`
	State   string `json:"state" doc:"waiting, ready, by hand, held, released or handed; all when not said."`
	After   string `json:"after" doc:"The next of the page before."`
	Limit   int64  `json:"limit" doc:"1 to 500; 50 when not said."`
}

// LettersOut is one page of letters, oldest first.
type LettersOut struct {
	Letters []Listed         `json:"letters"`
	Next    string           `json:"next"`   // "" when this is the last page
	Counts  map[string]int64 `json:"counts"` // letters by state
	Run     Run              `json:"run"`    // the latest making; no ID when there was none
}

// Listed is a letter in a list.
type Listed struct {
	Letter
	Name  string `json:"name"`
	Stale bool   `json:"stale"` // it no longer tells what is so
	// Since is what changed since it was made: message keys, none when it is not stale.
	Since []string `json:"since,omitempty"`
}

// Letters lists a project's letters.
func (r *Room) Letters(ctx context.Context, in LettersIn) (out LettersOut, err error) {
	if in.Limit <= 0 || in.Limit > 500 {
		in.Limit = 50
	}
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "output.see", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		var c fault.Check
		c.Need(in.State == "" || slices.Contains(States(), in.State), "state", "house.bad_choice")
		if err := c.Err(); err != nil {
			return err
		}
		may, err := who.Where(ctx, tx, "r", "output.see")
		if err != nil {
			return err
		}
		if out.Letters, out.Next, err = r.list(tx.Context(), tx, in, may, now); err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		if out.Counts, err = byState(tx, programme, in.Project); err != nil {
			return err
		}
		out.Run, _, err = lastRun(tx, programme, in.Project)
		return err
	})
	return out, err
}

// list reads one page of letters. may is which the actor may see. Why says of each to whom
// nothing may go any more why that is, whatever its state.
func (r *Room) list(ctx context.Context, tx *db.Tx, in LettersIn, may db.Part, now int64) (out []Listed, next string, err error) {
	letters, err := lettersIn(tx, in, may)
	if err != nil {
		return nil, "", err
	}
	if int64(len(letters)) > in.Limit {
		letters = letters[:in.Limit]
		next = letters[in.Limit-1].Ref.ID
	}
	stale, err := r.stale(ctx, tx, letters, now)
	if err != nil {
		return nil, "", err
	}
	readers, err := r.readers.Readers(ctx, tx, peopleOf(letters))
	if err != nil {
		return nil, "", err
	}
	out = []Listed{}
	for _, l := range letters {
		p, known := readers[l.Person]
		l.mark(stopped(p, known))
		what := stale[l.Ref.ID]
		if l.outgrown(p, known) {
			what = append(what, sinceFormat)
		}
		out = append(out, Listed{l, p.Name, len(what) > 0, what})
	}
	return out, next, nil
}

// mark says of a letter why nothing may go to its person; a held one says already why.
func (l *Letter) mark(why string) {
	if why != "" && l.State != Held {
		l.Why = why
	}
}

// outgrown says that a letter is to be made again, for its person wants another format by now.
func (l Letter) outgrown(p Reader, known bool) bool {
	format, _ := formatOf(p.Formats)
	return known && l.Open() && l.due() && format != l.Format
}

func peopleOf(letters []Letter) []string {
	out := make([]string, len(letters))
	for i, l := range letters {
		out[i] = l.Person
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// stale says which letters no longer tell what is so, and what changed since they were
// made (message keys); the others are not there. Of an open letter also that the
// person has said more since; a released one stays as it was, and the next says the rest.
func (r *Room) stale(ctx context.Context, tx *db.Tx, letters []Letter, now int64) (map[string][]string, error) {
	out := map[string][]string{}
	by := map[string][]Letter{}
	for _, l := range letters {
		by[l.Project] = append(by[l.Project], l)
	}
	for project, of := range by {
		persons := peopleOf(of)
		bodies, err := r.bodies(ctx, tx, project, persons, now)
		if err != nil {
			return nil, err
		}
		for _, l := range of {
			now := bodies[l.Person]
			live, told := draft{body: now}.live(), only(now, l)
			if moved(l.body, told, live) || l.Open() && more(l.body, now) {
				out[l.Ref.ID] = since(l.body, told, live, l.Open())
			}
		}
	}
	return out, nil
}

// only leaves of a body what a released letter can be held to: it told of some
// contributions, and what others have led to since is for the next letter.
func only(now Body, l Letter) Body {
	if l.Open() || !more(l.body, now) {
		return now
	}
	now.Learned, now.Doing, now.Changed = known(now.Learned, l.body), known(now.Doing, l.body), known(now.Changed, l.body)
	return now
}

func known(lines []Line, letter Body) []Line {
	had := letter.lines()
	return slices.DeleteFunc(slices.Clone(lines), func(x Line) bool {
		return !slices.ContainsFunc(had, func(y Line) bool { return y.Ref == x.Ref })
	})
}

// bodies is what the letters of some people would say now.
func (r *Room) bodies(ctx context.Context, tx *db.Tx, project string, persons []string, now int64) (map[string]Body, error) {
	programme := who.From(ctx).Programme
	said, err := saidBy(tx, programme, project, persons, now)
	if err != nil {
		return nil, err
	}
	refs := make([]ref.Ref, len(said))
	for i, x := range said {
		refs[i] = x.Ref()
	}
	became, err := r.Became(ctx, tx, programme, refs)
	if err != nil {
		return nil, err
	}
	accounts := map[string][]Account{}
	for _, x := range said {
		accounts[x.Person] = append(accounts[x.Person], became[x.Ref()])
	}
	out := map[string]Body{}
	own, err := ownRefs(tx, programme, project, persons, now)
	if err != nil {
		return nil, err
	}
	for _, p := range persons {
		b := gather(accounts[p])
		b.Own = own[p]
		out[p] = b
	}
	return out, nil
}

// SeeIn asks for one letter.
type SeeIn struct {
	Ref ref.Ref `json:"ref"`
}

// SeeOut is one letter as its reader has it.
type SeeOut struct {
	Shown
	Text string `json:"text"` // the whole letter as plain text
}

// See gives one letter to the team. What was taken back since is not in it.
func (r *Room) See(ctx context.Context, in SeeIn) (out SeeOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "output.see", in.Ref)
		if err != nil {
			return err
		}
		letters, err := lettersByID(tx, rec.Programme, []string{in.Ref.ID}, ofKind())
		if err == nil && len(letters) == 0 {
			err = fault.New(fault.Missing, "house.missing")
		}
		if err != nil {
			return err
		}
		all, err := r.show(tx.Context(), tx, letters, now)
		if err == nil {
			out.Shown = all[0]
			out.Text = r.script(out.Shown, out.Format)
		}
		return err
	})
	return out, err
}

// show reads everything that letters show, in a few queries however many they are.
func (r *Room) show(ctx context.Context, tx *db.Tx, letters []Letter, now int64) ([]Shown, error) {
	programme := who.From(ctx).Programme
	var refs []ref.Ref
	var ids []string
	for _, l := range letters {
		for _, s := range l.body.Said {
			refs, ids = append(refs, s.Ref), append(ids, s.Ref.ID)
		}
		for _, o := range l.body.Own {
			ids = append(ids, o.Ref.ID)
		}
	}
	voices, err := r.words.Some(ctx, tx, refs)
	if err != nil {
		return nil, err
	}
	taken, err := takenAt(tx, programme, ids)
	if err != nil {
		return nil, err
	}
	recs, err := records(tx, programme, ids)
	if err != nil {
		return nil, err
	}
	readers, err := r.readers.Readers(ctx, tx, peopleOf(letters))
	if err != nil {
		return nil, err
	}
	stale, err := r.stale(ctx, tx, letters, now)
	if err != nil {
		return nil, err
	}
	own, err := r.own(ctx, tx, peopleOf(letters))
	if err != nil {
		return nil, err
	}
	zone, err := r.zone(tx, programme)
	if err != nil {
		return nil, err
	}
	card := who.From(ctx).Kind == who.Card
	out := make([]Shown, len(letters))
	for i, l := range letters {
		p, known := readers[l.Person]
		stop := ""
		if !card { // what is on someone's card is there for them whatever the team may send
			stop = stopped(p, known)
		}
		l.mark(stop)
		what := stale[l.Ref.ID]
		if !card && l.outgrown(p, known) {
			what = append(what, sinceFormat)
		}
		body := l.body
		body.Said = slices.Clone(body.Said)
		body.Own = slices.DeleteFunc(slices.Clone(body.Own), func(o OwnRef) bool { return recs[o.Ref.ID].Version != o.Version })
		s := Shown{Letter: l, zone: zone, Own: ownIn(own[l.Person], body), Body: body, Stopped: stop, Name: p.Name, Address: p.Address, Words: map[string]Voice{}, Taken: map[string]int64{}, Ended: map[string]bool{}, Stale: len(what) > 0, Since: what}
		for j, x := range body.Said {
			id := x.Ref.ID
			if v, ok := voices[x.Ref]; ok {
				s.Words[id] = v
				continue
			}
			// What was signed of words that are gone may tell of them.
			body.Said[j].Reason, body.Said[j].Plainly = "", ""
			s.Taken[id] = taken[id]
			s.Ended[id] = recs[id].Until > 0 && recs[id].Until <= now
		}
		out[i] = s
	}
	return out, nil
}

// MineLetters lists the letters to one person that were released, the latest first: for
// their card. person is the person's ref.
func (r *Room) MineLetters(ctx context.Context, tx *db.Tx, person ref.Ref) ([]Letter, error) {
	if err := who.Must(ctx, tx, "output.own", ref.Of(ref.Person, person.ID)); err != nil {
		return nil, err
	}
	return ownLetters(tx, who.From(ctx).Programme, person.ID)
}

// MineIn asks for the letters to one person.
type MineIn struct {
	Person ref.Ref `json:"person"`
}

// MineOut is the letters that were released to them, the latest first.
type MineOut struct {
	Letters []Letter `json:"letters"`
}

// Mine is MineLetters for the API and the command line.
func (r *Room) Mine(ctx context.Context, in MineIn) (out MineOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		out.Letters, err = r.MineLetters(tx.Context(), tx, in.Person)
		return err
	})
	return out, err
}

// Own is OwnLetter for the API and the command line.
func (r *Room) Own(ctx context.Context, in SeeIn) (out SeeOut, err error) {
	if out.Shown, err = r.OwnLetter(ctx, in.Ref); err == nil {
		out.Text = r.script(out.Shown, out.Format)
	}
	return out, err
}

// OwnLetter gives one letter to the person it is for, once it was released.
func (r *Room) OwnLetter(ctx context.Context, at ref.Ref) (out Shown, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		person := who.From(ctx).Person
		mine, err := r.MineLetters(tx.Context(), tx, ref.Of(ref.Person, person))
		if err != nil {
			return err
		}
		i := slices.IndexFunc(mine, func(l Letter) bool { return l.Ref == at })
		if i < 0 {
			return fault.New(fault.Missing, "house.missing")
		}
		all, err := r.show(tx.Context(), tx, mine[i:i+1], now)
		if err == nil {
			out, out.Reader = all[0], true
		}
		return err
	})
	return out, err
}

// PaperOf writes a letter in a format, in the language of its reader where the house has
// words in it: "" is the letter's own format.
func (r *Room) PaperOf(s Shown, format string) Paper {
	if !slices.Contains(Formats(), format) {
		format = s.Format
	}
	language := r.face.Words.Choose(s.Language)
	t := r.sayer(language)
	there := func(key string) bool { return r.face.Words.Has("en", key) }
	day := func(micros int64) string { return lang.Date(language, clock.DayOf(micros, s.zone)) }
	return compose(s, format, language, t, there, day)
}

func (r *Room) sayer(language string) say {
	return func(key string, args ...any) string { return r.face.Words.T(language, key, args...) }
}

// script is a letter as text to be read aloud.
func (r *Room) script(s Shown, format string) string {
	p := r.PaperOf(s, format)
	return script(p, r.sayer(p.Language))
}

// OwingIn asks what a project still owes.
type OwingIn struct {
	Project string `json:"project"`
}

// OwingOut counts what a project still owes those who spoke.
type OwingOut struct {
	People   int64 `json:"people"`   // whose words may be used
	Owing    int64 `json:"owing"`    // contributions of which nobody has said what became
	Nameless int64 `json:"nameless"` // live contributions with no known speaker: no letter can tell of them
	Waiting  int64 `json:"waiting"`
	Ready    int64 `json:"ready"`
	ByHand   int64 `json:"by_hand"`
	Held     int64 `json:"held"`
	Released int64 `json:"released"`
	Handed   int64 `json:"handed"`
}

// Owing counts a project's letters by state, and what is still owed.
func (r *Room) Owing(ctx context.Context, in OwingIn) (out OwingOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "output.see", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		counts, err := byState(tx, who.From(ctx).Programme, in.Project)
		if err != nil {
			return err
		}
		out, err = r.owed(tx, who.From(ctx).Programme, in.Project, counts, now)
		return err
	})
	return out, err
}

// owed is what a project owes. counts is its letters by state.
func (r *Room) owed(tx *db.Tx, programme, project string, counts map[string]int64, now int64) (out OwingOut, err error) {
	out = OwingOut{Waiting: counts[Waiting], Ready: counts[Ready], ByHand: counts[ByHand], Held: counts[Held], Released: counts[Released], Handed: counts[Handed]}
	if out.People, err = countContributors(tx, programme, project, now); err != nil {
		return out, err
	}
	if out.Nameless, err = countNameless(tx, programme, project, now); err != nil {
		return out, err
	}
	out.Owing, err = countOwing(tx, programme, project, now)
	return out, err
}
