package outcome

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/news"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// Own is what a card shows of something that changed for its person.
type Own struct {
	Ref      ref.Ref
	Title    string
	Text     string
	Plainly  string // "" until someone has written it
	Shows    string
	On       string // YYYY-MM-DD; "" = not known
	Language string // BCP 47
}

// Mine gives what changed for one person, newest first: to the person on their card, and
// to those in the team who may see it.
func (r *Room) Mine(ctx context.Context, tx *db.Tx, person string) ([]Own, error) {
	may, err := who.Where(ctx, tx, "r", "outcome.personal")
	if err != nil {
		return nil, err
	}
	all, err := ownOf(tx, person, db.And(may, terms.Where("r", terms.Project, r.clock.Now())))
	out := make([]Own, len(all))
	for i, o := range all {
		out[i] = Own{o.Ref, o.Title, o.Text, o.Plainly, o.Shows, o.On, o.Language}
	}
	return out, err
}

// TakeBackIn names something that changed for the person whose card is open.
type TakeBackIn struct {
	Ref      ref.Ref `json:"ref"`
	EraseNow bool    `json:"erase_now"` // erased at once, cannot be undone
}

// TakeBackOut says until when it can be undone.
type TakeBackOut struct {
	Act       string `json:"act"`
	UndoUntil int64  `json:"undo_until"` // microseconds; 0 = it cannot be undone
}

// TakeBack lets a person take back, on their card, what was kept of their own life. It
// goes as their words go: hidden at once, erased after the days of the undo.
func (r *Room) TakeBack(ctx context.Context, in TakeBackIn) (out TakeBackOut, err error) {
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := who.Record(ctx, tx, "outcome.take-back", in.Ref, KindPersonal); err != nil {
			return err
		}
		if r.consents == nil {
			return fault.New(fault.Absent, "outcome.no_take_back").With("outcome.no_take_back_do")
		}
		out.Act, out.UndoUntil, err = r.consents.Withdraw(tx.Context(), in.Ref, in.EraseNow)
		return err
	})
	return out, err
}

// erased takes the words of outcomes away for good; their rows stay and say nothing.
func (r *Room) erased(tx *db.Tx, it news.Item) error {
	for _, x := range it.Refs {
		if x.Kind != KindPersonal && x.Kind != Kind {
			continue
		}
		rec, ok, err := ref.Get(tx, it.Programme, x.ID)
		if err != nil {
			return err
		}
		if ok {
			if err := forget(tx, rec); err != nil {
				return err
			}
		}
	}
	return nil
}

// gone takes away what changed for people who were taken out: it names them, so it goes
// even where what they said is kept without a name.
func (r *Room) gone(tx *db.Tx, it news.Item) error {
	for _, x := range it.Refs {
		if x.Kind != ref.Person {
			continue
		}
		all, err := belonging(tx, it.Programme, x.ID)
		if err != nil {
			return err
		}
		for _, rec := range all {
			if err := forget(tx, rec); err != nil {
				return err
			}
			if err := tie.Erase(tx, rec.Programme, rec.ID); err != nil {
				return err
			}
			if _, err := tie.Changed(tx, rec.Programme, rec.Ref(), it.At); err != nil {
				return err
			}
		}
	}
	return nil
}

// forget wipes an outcome's words, here and in the trail, and whose it was.
func forget(tx *db.Tx, rec ref.Record) error {
	tx.Scrub()
	if err := wipe(tx, rec.Programme, rec.ID); err != nil {
		return err
	}
	rec.Title, rec.Person, rec.Until = "", "", 0
	if err := ref.Put(tx, rec); err != nil {
		return err
	}
	return trail.Erase(tx, rec.Programme, rec.ID)
}

// restored puts an outcome that is back into search again; a person's own was never there.
func (r *Room) restored(tx *db.Tx, it news.Item) error {
	for _, x := range it.Refs {
		if x.Kind != Kind {
			continue
		}
		rec, ok, err := ref.Get(tx, it.Programme, x.ID)
		if err != nil {
			return err
		}
		if !ok || !rec.Live(it.At) {
			continue
		}
		o, err := one(tx, it.Programme, x.ID)
		if err != nil {
			return err
		}
		if err := index(tx, it.Programme, o); err != nil {
			return err
		}
	}
	return nil
}

// tell says of outcomes what those whose words they stand on may hear. What belongs to a
// person is told to that person alone, by Mine.
func (r *Room) tell(_ context.Context, tx *db.Tx, programme string, ids []string) (map[string]plug.Told, error) {
	all, err := some(tx, programme, Kind, ids, r.clock.Now())
	out := make(map[string]plug.Told, len(all))
	for _, o := range all {
		out[o.Ref.ID] = plug.Told{Says: o.Title, Plainly: o.Plainly, State: told(o.Sort), On: o.On}
	}
	return out, err
}
