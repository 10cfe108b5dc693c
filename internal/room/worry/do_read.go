package worry

import (
	"context"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// closed is what everyone hears who may not read worries, the command line too.
func closed() error { return fault.New(fault.Forbidden, "worry.closed").With("worry.closed_do") }

// mayRead is the second lock of every reading verb, behind the permission: the actor is
// someone whom worries go to, in the place asked for or, with no project, anywhere. A
// programme lead is one only where there is no safeguarding lead.
func mayRead(ctx context.Context, tx *db.Tx, project string) error {
	ok, err := reads(ctx, tx, project)
	if err == nil && !ok {
		err = closed()
	}
	return err
}

// ListIn asks for worries.
type ListIn struct {
	Project string `json:"project"` // "" = every place whose worries the actor reads
	After   string `json:"after"`   // the Next of the page before
	Limit   int64  `json:"limit"`   // 1 to 200; 0 = 50
}

// ListOut is worries without their words, newest first.
type ListOut struct {
	Notes    []Note            `json:"notes"`
	Next     string            `json:"next"`
	New      int64             `json:"new"`      // how many nobody has read yet
	Projects map[string]string `json:"projects"` // titles, by id
}

// List gives the worries that go to the actor.
func (r *Room) List(ctx context.Context, in ListIn) (out ListOut, err error) {
	if in.Limit <= 0 || in.Limit > 200 {
		in.Limit = 50
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if in.Project != "" {
			if err := who.Must(ctx, tx, "worry.see", ref.Of(ref.Project, in.Project)); err != nil {
				return err
			}
		} else if err := who.Somewhere(ctx, tx, "worry.see"); err != nil {
			return err
		}
		if err := mayRead(ctx, tx, in.Project); err != nil {
			return err
		}
		may, err := readable(ctx, tx)
		if err != nil {
			return err
		}
		if out.Notes, out.Next, err = list(tx, may, in); err != nil {
			return err
		}
		if out.New, err = unread(tx, may, in.Project); err != nil {
			return err
		}
		out.Projects = map[string]string{}
		for _, n := range out.Notes {
			if _, ok := out.Projects[n.Project]; ok || n.Project == "" {
				continue
			}
			rec, _, err := ref.Get(tx, who.From(ctx).Programme, n.Project)
			if err != nil {
				return err
			}
			out.Projects[n.Project] = rec.Title
		}
		return nil
	})
	return out, err
}

// SeeIn asks for one worry.
type SeeIn struct {
	ID string `json:"id"`
}

// SeeOut is one worry, with everything that was done about it.
type SeeOut struct {
	Note
	Words   string   `json:"words"`
	Gone    string   `json:"gone"`    // withdrawn or erased: what became of the words it is about; "" while they are there
	By      string   `json:"by"`      // name of who passed it on; "" for someone with a card
	ByCard  bool     `json:"by_card"` // it came from a card
	Person  ref.Ref  `json:"person"`  // whose words it is about, or whose card it came from
	Steps   []Step   `json:"steps"`
	Letters []Letter `json:"letters"`
}

// See gives one worry to those it goes to. To others it is not there.
func (r *Room) See(ctx context.Context, in SeeIn) (out SeeOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Somewhere(ctx, tx, "worry.see"); err != nil {
			return err
		}
		n, err := r.open(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		out.Note, out.Words, out.ByCard, out.Person = n.Note, n.words, n.byCard(), ref.Ref{}
		if n.person != "" {
			out.Person = ref.Of(ref.Person, n.person)
		}
		if out.By, err = r.names.Actor(ctx, tx, n.by); err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		if !n.About.None() {
			rec, _, err := ref.Get(tx, programme, n.About.ID)
			if err != nil {
				return err
			}
			out.Gone = gone(rec, r.clock.Now())
		}
		if out.Steps, err = steps(tx, programme, in.ID); err != nil {
			return err
		}
		for i := range out.Steps {
			if out.Steps[i].By, err = r.names.Actor(ctx, tx, out.Steps[i].By); err != nil {
				return err
			}
		}
		if out.Letters, err = letters(tx, programme, in.ID); err != nil {
			return err
		}
		for i := range out.Letters {
			if out.Letters[i].To, err = r.names.Actor(ctx, tx, string(who.Account)+":"+out.Letters[i].To); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		r.looks.Note(ctx, "worry.looked", ref.Of("worry", in.ID))
	}
	return out, err
}

// open reads a worry for one it goes to; it is missing for anybody else.
func (r *Room) open(ctx context.Context, tx *db.Tx, id string) (kept, error) {
	may, err := readable(ctx, tx)
	if err != nil {
		return kept{}, err
	}
	n, ok, err := one(tx, may, id)
	if err == nil && !ok {
		err = fault.New(fault.Missing, "house.missing")
	}
	return n, err
}

// OwnIn asks for the worries that may be in a person's own copy of what is held of them.
type OwnIn struct {
	Person ref.Ref `json:"person"`
}

// OwnNote is one of them.
type OwnNote struct {
	On      string `json:"on"` // day it was passed on
	Words   string `json:"words"`
	Outcome string `json:"outcome"`
}

// OwnOut is those that are closed and that the lead has looked at and ticked.
type OwnOut struct {
	Notes []OwnNote `json:"notes"`
}

// Own gives what a person's own copy holds of worries: to the person's card, and to those
// the worries went to.
func (r *Room) Own(ctx context.Context, in OwnIn) (out OwnOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "worry.own", in.Person); err != nil {
			return err
		}
		if in.Person.Kind != ref.Person {
			return fault.New(fault.Missing, "house.missing")
		}
		a := who.From(ctx)
		may := ofCard(a.Programme)
		if a.Kind != who.Card {
			if err := mayRead(ctx, tx, ""); err != nil {
				return err
			}
			if may, err = readable(ctx, tx); err != nil {
				return err
			}
		}
		zone, err := r.zones.Zone(tx, a.Programme)
		if err != nil {
			return err
		}
		out.Notes, err = own(tx, may, in.Person.ID, func(at int64) string { return clock.DayOf(at, zone) })
		return err
	})
	return out, err
}

// panelView is what the lead's home says of worries.
type panelView struct {
	Project string
	New     int64
}

// panel tells the reader of a project's worries how many are new; to everyone else, and
// when there is none, there is nothing to show.
func (r *Room) panel(ctx context.Context, tx *db.Tx, at ref.Ref) (any, error) {
	if ok, err := reads(ctx, tx, at.ID); err != nil || !ok {
		return nil, err
	}
	may, err := readable(ctx, tx)
	if err != nil {
		return nil, err
	}
	n, err := unread(tx, may, at.ID)
	if err != nil || n == 0 {
		return nil, err
	}
	return panelView{at.ID, n}, nil
}
