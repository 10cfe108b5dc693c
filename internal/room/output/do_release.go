package output

import (
	"context"
	"slices"
	"strings"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// MaxRelease is the most letters that are released at once.
const MaxRelease = 500

// ReleaseIn releases letters that the actor has read.
type ReleaseIn struct {
	Project string    `json:"project"`
	Refs    []ref.Ref `json:"refs"`
	// Versions are those that were read, in the order of Refs. A letter that has another by
	// now is not released; the others are.
	Versions []int64 `json:"versions" doc:"The version of each letter that was read, in the order of refs; any when not said."`
}

// read is whether a letter is the one that was read.
func (in ReleaseIn) read(l Letter) bool {
	i := slices.Index(in.Refs, l.Ref)
	return len(in.Versions) == 0 || i >= 0 && in.Versions[i] == l.Version
}

// ReleaseOut says what was released and what was not.
type ReleaseOut struct {
	Released int64         `json:"released"`
	Already  int64         `json:"already"` // were released before
	Not      []NotReleased `json:"not"`
}

// NotReleased is a letter that could not be released.
type NotReleased struct {
	Ref ref.Ref `json:"ref"`
	Why string  `json:"why"` // message key
}

// Release puts letters behind their person's card and on the pile to print, in the name of
// whoever read them. Nothing is sent. Everything is asked again in this transaction: the
// person's state, their consent, what is owed, and that the letter still says what was read.
// What is refused is not made again: someone makes it and reads it first.
func (r *Room) Release(ctx context.Context, in ReleaseIn) (out ReleaseOut, err error) {
	k := r.batch(min(len(in.Refs), MaxRelease))
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		out = ReleaseOut{Not: []NotReleased{}}
		if err := who.Must(ctx, tx, "output.release", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		var c fault.Check
		c.Need(len(in.Refs) > 0, "refs", "output.need_refs")
		c.Need(len(in.Refs) <= MaxRelease, "refs", "output.too_many_refs", "Most", MaxRelease)
		c.Need(len(in.Versions) == 0 || len(in.Versions) == len(in.Refs), "versions", "output.bad_versions")
		if err := c.Err(); err != nil {
			return err
		}
		letters, err := r.pick(tx, in)
		if err != nil {
			return err
		}
		drafts, err := r.draft(tx.Context(), tx, in.Project, peopleOf(letters), k.now)
		if err != nil {
			return err
		}
		by := map[string]draft{}
		for _, d := range drafts {
			by[d.person] = d
		}
		var changed []Letter
		var gone []ref.Ref
		for _, l := range letters {
			if !l.Open() {
				out.Already++
				continue
			}
			d := by[l.Person]
			why := mayGo(l, d, in.read(l))
			switch {
			case why == "":
				l.State, l.ReleasedBy, l.ReleasedAt, l.Version = Released, who.From(ctx).Key(), k.now, l.Version+1
				out.Released++
				gone = append(gone, l.Ref)
			case d.verdict.State == Held && l.State != Held: // it comes off the pile
				out.Not = append(out.Not, NotReleased{l.Ref, why})
				l.State, l.Why, l.Version = Held, d.verdict.Why, l.Version+1
			default:
				out.Not = append(out.Not, NotReleased{l.Ref, why})
				continue
			}
			changed = append(changed, l)
		}
		if err := r.store(tx.Context(), tx, "output.release", changed, k); err != nil || len(gone) == 0 {
			return err
		}
		return r.news.Tell(tx, news.Item{Programme: who.From(ctx).Programme, Name: "output.released", Refs: gone, At: k.now})
	})
	return out, err
}

// pick reads the letters to release, each once; one that is not of the project is missing.
func (r *Room) pick(tx *db.Tx, in ReleaseIn) ([]Letter, error) {
	ctx := tx.Context()
	may, err := who.Where(ctx, tx, "r", "output.release")
	if err != nil {
		return nil, err
	}
	want := map[string]bool{}
	var ids []string
	for _, x := range in.Refs {
		if !want[x.ID] {
			want[x.ID] = true
			ids = append(ids, x.ID)
		}
	}
	letters, err := lettersByID(tx, who.From(ctx).Programme, ids, may)
	if err != nil {
		return nil, err
	}
	for _, l := range letters {
		if l.Project != in.Project {
			return nil, fault.New(fault.Missing, "house.missing")
		}
	}
	if len(letters) != len(ids) {
		return nil, fault.New(fault.Missing, "house.missing")
	}
	return letters, nil
}

// mayGo says why a letter may not be released now; "" when it may. read is whether it is
// the one that was read.
func mayGo(l Letter, d draft, read bool) string {
	switch {
	case l.HeldBy != "":
		return "output.why_person"
	case d.verdict.State != Ready && d.verdict.State != ByHand:
		return d.verdict.Why
	case !read, l.State != Ready && l.State != ByHand, l.Format != d.verdict.Format, moved(l.body, d.body, d.live()), more(l.body, d.body), lost(l.body, d):
		return "output.why_changed"
	}
	return ""
}

// lost says that a letter tells of words that may not be used any more: it is made again
// before anyone releases it.
func lost(letter Body, d draft) bool {
	live := d.live()
	for _, s := range letter.Said {
		if !live[s.Ref] {
			return true
		}
	}
	return slices.ContainsFunc(letter.Own, func(o OwnRef) bool { return !slices.Contains(d.body.Own, o) })
}

// HoldIn holds a letter back, or with Lift lets it go on.
type HoldIn struct {
	Ref  ref.Ref `json:"ref"`
	Why  string  `json:"why" doc:"Why it is held back."`
	Lift bool    `json:"lift" doc:"Do not hold it any more."`
}

// LetterOut is a letter's state and version.
type LetterOut struct {
	State   string `json:"state"`
	Version int64  `json:"version"`
}

// Hold keeps a letter from being released. Once it was released it is too late for that.
func (r *Room) Hold(ctx context.Context, in HoldIn) (out LetterOut, err error) {
	k := r.batch(1)
	in.Why = strings.TrimSpace(in.Why)
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		l, err := r.mine(ctx, tx, "output.make", in.Ref)
		if err != nil {
			return err
		}
		var c fault.Check
		c.Need(in.Lift || in.Why != "", "why", "output.need_why")
		c.Need(len(in.Why) <= 500, "why", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		if !l.Open() {
			return fault.New(fault.Conflict, "output.gone_out").With("output.gone_out_do")
		}
		l.HeldWhy, l.HeldBy = in.Why, who.From(ctx).Key()
		if in.Lift {
			l.HeldWhy, l.HeldBy = "", ""
		}
		drafts, err := r.draft(tx.Context(), tx, l.Project, []string{l.Person}, k.now)
		if err != nil {
			return err
		}
		l.take(drafts[0].verdict, drafts[0].body)
		l.Version, l.MadeAt = l.Version+1, k.now
		out = LetterOut{l.State, l.Version}
		return r.store(tx.Context(), tx, "output.hold", []Letter{l}, k)
	})
	return out, err
}

// mine reads a letter on which the actor may act.
func (r *Room) mine(ctx context.Context, tx *db.Tx, permission string, at ref.Ref) (Letter, error) {
	rec, err := who.Record(ctx, tx, permission, at)
	if err != nil {
		return Letter{}, err
	}
	all, err := lettersByID(tx, rec.Programme, []string{at.ID}, ofKind())
	if err == nil && len(all) == 0 {
		err = fault.New(fault.Missing, "house.missing")
	}
	if err != nil {
		return Letter{}, err
	}
	return all[0], nil
}

// HandedIn says that a letter was given.
type HandedIn struct {
	Ref ref.Ref `json:"ref"`
	On  string  `json:"on" form:"day" doc:"Day, YYYY-MM-DD; today when not said."`
}

// Handed notes that a released letter was given by hand, or put in the post. To someone to
// whom nothing may go it is not given.
func (r *Room) Handed(ctx context.Context, in HandedIn) (out LetterOut, err error) {
	k := r.batch(1)
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		l, err := r.mine(ctx, tx, "output.release", in.Ref)
		if err != nil {
			return err
		}
		zone, err := r.zone(tx, who.From(ctx).Programme)
		if err != nil {
			return err
		}
		today := clock.DayOf(k.now, zone)
		if in.On == "" {
			in.On = today
		}
		_, bad := time.Parse(time.DateOnly, in.On)
		var c fault.Check
		c.Need(bad == nil, "on", "house.bad_day")
		c.Need(bad != nil || in.On <= today, "on", "output.day_ahead")
		if err := c.Err(); err != nil {
			return err
		}
		if l.Open() {
			return fault.New(fault.Conflict, "output.not_out").With("output.not_out_do")
		}
		if l.State == Handed && l.HandedOn == in.On {
			out = LetterOut{l.State, l.Version}
			return nil
		}
		readers, err := r.readers.Readers(tx.Context(), tx, []string{l.Person})
		if err != nil {
			return err
		}
		if p, known := readers[l.Person]; stopped(p, known) != "" {
			return fault.New(fault.Conflict, stopped(p, known)).With("output.stopped_do")
		}
		l.State, l.HandedOn, l.HandedBy, l.Version = Handed, in.On, who.From(ctx).Key(), l.Version+1
		out = LetterOut{l.State, l.Version}
		return r.store(tx.Context(), tx, "output.handed", []Letter{l}, k)
	})
	return out, err
}
